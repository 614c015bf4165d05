"""How invented customers pay: in time, late, in parts, by card; and what goes wrong between people."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

from portal_app.filters import day_start
from portal_app.models import Credit, Invoice, InvoiceLine, InvoiceStatus, Payment, Refund
from portal_app.models.base import now
from portal_app.services import ledger
from portal_app.services.applications import applied_to, apply
from portal_app.services.demo_plans import Account, Numbered
from portal_app.work import Work

LATE = {'prompt': (-12, -2), 'transfer': (-6, 3), 'card': (0, 0), 'late': (18, 55), 'part': (-2, 6)}  # days


class Payers:
    """Those who pay: within one work, with numbers for what they cause."""

    def __init__(self, work: Work, chance: random.Random, numbered: Numbered) -> None:
        self.work, self.chance, self.numbered = work, chance, numbered

    def pay(self, accounts: Sequence[Account], invoices: Sequence[Invoice], zone: ZoneInfo) -> None:
        """Pay what each would have paid by now, oldest first, and let a few things happen."""
        habits = {account.customer.id: account.habit for account in accounts}
        for invoice in invoices:
            habit = habits.get(invoice.customer_id, 'transfer')
            days = self.chance.randint(*LATE[habit])
            at = day_start(invoice.due_date, zone) + timedelta(days=days, hours=self.chance.randint(8, 17))
            at = max(at, (invoice.posted_at or at) + timedelta(hours=2))
            if at > now():
                continue
            if habit == 'card' and self.chance.random() < 0.04:
                self._fail(invoice, at - timedelta(hours=6))
            share = self.chance.choice((40, 50, 100, 100)) if habit == 'part' else 100
            self._receive(invoice, max(1, invoice.total * share // 100), habit, at)
        self._happenings(invoices)

    def _begin(self, invoice: Invoice, amount: int, habit: str, at: datetime) -> Payment:
        card = habit == 'card'
        payment = Payment(
            number=self.numbered(Payment),
            customer_id=invoice.customer_id,
            amount=amount,
            currency=invoice.currency,
            method=f'Visa •••• {4242 if invoice.customer_id % 2 else 1881}' if card else 'Bank transfer',
            origin='auto pay' if card else 'staff',
            reference='' if card else f'TRX{self.chance.randrange(10**8):08}',
            key=uuid4().hex,
            at=at,
            created_at=at,
        )
        ledger.plan(self.work, payment, [(invoice, amount)])
        return payment

    def _receive(self, invoice: Invoice, amount: int, habit: str, at: datetime) -> None:
        ledger.receive(self.work, self._begin(invoice, amount, habit, at), at)

    def _fail(self, invoice: Invoice, at: datetime) -> None:
        payment = self._begin(invoice, invoice.balance, 'card', at)
        ledger.give_up(self.work, payment, 'Your card has insufficient funds.')

    def _happenings(self, invoices: Sequence[Invoice]) -> None:
        """Outages that were credited, a dispute, a chargeback, refunds, a void, a write-off, a draft."""
        settled = [invoice for invoice in invoices if invoice.total > 5_000 and not invoice.balance]
        owed = [invoice for invoice in invoices if invoice.balance]
        for invoice in settled[5::37]:
            self._credit(invoice, invoice.total // 12, 'Service interruption', applied=False)
        for invoice in owed[2::9]:
            self._credit(invoice, min(invoice.balance, invoice.total // 10), 'Goodwill', applied=True)
        for invoice in owed[1::11][:3]:
            invoice.disputed_at = min(now(), (invoice.posted_at or now()) + timedelta(days=9))
            invoice.dispute_note = 'Seats that were removed in time are charged.'
            self.work.session.add(invoice)
        for place, invoice in enumerate(settled[11::120]):
            self._give_back(invoice, is_chargeback=place == 0)
        for invoice in owed[3:4]:
            ledger.write_off(self.work, invoice, now() - timedelta(days=1))
        last = invoices[-1]
        wrong = self._draft(last)
        wrong.number = self.numbered(Invoice)
        ledger.post(self.work, wrong, last.posted_at)
        ledger.void(self.work, wrong, min(now(), (last.posted_at or now()) + timedelta(hours=3)))
        self._draft(invoices[-2])

    def _credit(self, invoice: Invoice, amount: int, reason: str, *, applied: bool) -> None:
        at = min(now(), (invoice.posted_at or now()) + timedelta(days=4))
        credit = Credit(
            number=self.numbered(Credit),
            customer_id=invoice.customer_id,
            invoice_id=invoice.id,
            currency=invoice.currency,
            date=at.date(),
            amount=amount,
            balance=amount,
            reason=reason,
        )
        ledger.issue(self.work, credit, at)
        if applied:
            apply(self.work, credit, invoice, amount, at)

    def _give_back(self, invoice: Invoice, *, is_chargeback: bool) -> None:
        sources = (source for source, _ in applied_to(self.work, invoice))
        payment = next(source for source in sources if isinstance(source, Payment))
        at = min(now(), payment.at + timedelta(days=11))
        back = Refund(
            number=self.numbered(Refund),
            customer_id=payment.customer_id,
            payment_id=payment.id,
            amount=ledger.refundable(payment) if is_chargeback else payment.amount // 4,
            currency=payment.currency,
            is_chargeback=is_chargeback,
            at=at,
            key=uuid4().hex,
            reason='Charged back by the bank' if is_chargeback else 'Paid too much',
        )
        ledger.refund(self.work, payment, back, at)

    def _draft(self, invoice: Invoice) -> Invoice:
        """A draft for the customer of an invoice, with one line; it has no number of its own yet."""
        draft = Invoice(
            number=uuid4().hex,
            customer_id=invoice.customer_id,
            currency=invoice.currency,
            date=invoice.date,
            due_date=invoice.due_date,
            subtotal=10_000,
            total=10_000,
            status=InvoiceStatus.DRAFT,
        )
        self.work.session.add(draft)
        self.work.session.flush()
        draft.number = f'DRAFT-{draft.id}'
        line = InvoiceLine(
            invoice_id=draft.id or 0,
            position=1,
            description='Onboarding workshop',
            quantity=Decimal(1),
            unit_price=Decimal(100),
            amount=10_000,
        )
        self.work.session.add(line)
        return draft
