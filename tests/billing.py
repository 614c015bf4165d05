"""Accounts with money in them, for any test: documents that go through the ledger as those of people do."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlmodel import select

from portal_app.auth.viewer import UTC_ZONE, Operator
from portal_app.business_day import business_day
from portal_app.filters import day_start
from portal_app.models import (
    Credit,
    Invoice,
    InvoiceLine,
    Payment,
    Plan,
    Refund,
    RefundStatus,
    Statement,
    Subscription,
    UsageEvent,
)
from portal_app.models.base import now
from portal_app.money import exponent
from portal_app.services import ledger
from portal_app.services.accounts import hold_account
from portal_app.services.applications import apply
from portal_app.services.counters import next_number
from portal_app.work import Work, acting_as
from tests.world import World


def posted_invoice(
    work: Work,
    customer_id: int,
    total: int,
    *,
    number: str | None = None,
    currency: str = 'USD',
    day: date | None = None,
    due: date | None = None,
    lines: Sequence[dict[str, Any]] = (),
    at: datetime | None = None,
    **changes: Any,
) -> Invoice:
    """An invoice of today that is due in 30 days, unless said; without lines it has one, without tax.

    `lines` are values of InvoiceLine, which must add up to the total; `changes` are values of the Invoice.
    """
    hold_account(work, customer_id)
    day = day or business_day()
    own = list(lines) or [_line(total, currency)]
    invoice = Invoice(
        number=number or next_number(work, Invoice),
        customer_id=customer_id,
        currency=currency,
        date=day,
        due_date=due or day + timedelta(days=30),
        subtotal=sum(line['amount'] for line in own),
        tax=sum(line.get('tax', 0) for line in own),
        total=total,
        **changes,
    )
    assert invoice.subtotal + invoice.tax == total, 'the lines must add up to the total'
    ledger.post(work, invoice, at)
    for position, line in enumerate(own, 1):
        work.session.add(InvoiceLine(invoice_id=invoice.id or 0, position=position, **line))
    work.session.flush()
    return invoice


def last_month_end() -> date:
    """The last day of the last calendar month, in UTC."""
    return now().date().replace(day=1) - timedelta(days=1)


def metered_invoice(
    work: Work,
    customer_id: int,
    events: Sequence[UsageEvent],
    *,
    billed: Decimal | None = None,
    **changes: Any,
) -> Invoice:
    """An invoice with a line for last month that bills these events, or as much as `billed` says."""
    end = last_month_end()
    counted = sum((each.quantity for each in events if each.status != 'Void'), Decimal(0))
    line = {
        'description': 'API requests',
        'quantity': counted if billed is None else billed,
        'unit': 'requests',
        'unit_price': Decimal('0.01'),
        'amount': 100,
        'period_start': end.replace(day=1),
        'period_end': end,
        'event_type': 'api.request',
    }
    invoice = posted_invoice(work, customer_id, 100, lines=[line], **changes)
    made = work.session.exec(select(InvoiceLine.id).where(InvoiceLine.invoice_id == invoice.id)).one()
    for event in events:
        event.invoice_line_id = made
    work.session.add_all(events)
    work.session.flush()
    return invoice


def under_way(work: Work, invoice: Invoice, amount: int | None = None, *, method: str = '') -> Payment:
    """A payment that has not arrived yet, of what can still be paid of an invoice or of this amount."""
    hold_account(work, invoice.customer_id)
    free = invoice.balance - invoice.pending
    payment = _payment(work, invoice.customer_id, amount or free, invoice.currency, method)
    ledger.plan(work, payment, [(invoice, min(payment.amount, free))])
    return payment


def paid(work: Work, invoice: Invoice, amount: int | None = None, *, at: datetime | None = None) -> Payment:
    """A payment that has arrived, of all that is open or of this amount; what is too much stays unapplied."""
    payment = under_way(work, invoice, amount, method='Visa •••• 4242')
    ledger.receive(work, payment, at)
    return payment


def unapplied_payment(work: Work, customer_id: int, amount: int, *, currency: str = 'USD') -> Payment:
    """A payment that has arrived and is for no invoice."""
    hold_account(work, customer_id)
    payment = _payment(work, customer_id, amount, currency, 'Bank transfer')
    ledger.plan(work, payment, [])
    ledger.receive(work, payment)
    return payment


def refunded(work: Work, source: Payment | Credit, amount: int, *, is_chargeback: bool = False) -> Refund:
    """So much of a payment or credit that went back, or that the bank took."""
    hold_account(work, source.customer_id)
    back = Refund(
        number=next_number(work, Refund),
        customer_id=source.customer_id,
        payment_id=source.id if isinstance(source, Payment) else None,
        credit_id=source.id if isinstance(source, Credit) else None,
        amount=amount,
        currency=source.currency,
        is_chargeback=is_chargeback,
        key=uuid4().hex,
    )
    ledger.refund(work, source, back)
    return back


def asked_back(work: Work, payment: Payment, amount: int) -> Refund:
    """So much of a payment that is on its way back."""
    refund = Refund(
        number=next_number(work, Refund),
        customer_id=payment.customer_id,
        payment_id=payment.id,
        amount=amount,
        currency=payment.currency,
        key=uuid4().hex,
        status=RefundStatus.PENDING,
    )
    work.session.add(refund)
    work.session.flush()
    return refund


def credit_memo(
    work: Work, customer_id: int, amount: int, *, currency: str = 'USD', number: str | None = None
) -> Credit:
    """A credit memo of today that is applied to nothing yet."""
    hold_account(work, customer_id)
    credit = Credit(
        number=number or next_number(work, Credit),
        customer_id=customer_id,
        currency=currency,
        date=business_day(),
        amount=amount,
        balance=amount,
        reason='Service interruption',
    )
    ledger.issue(work, credit)
    return credit


def _line(total: int, currency: str) -> dict[str, Any]:
    price = Decimal(total).scaleb(-exponent(currency))
    return {'description': 'Platform fee', 'quantity': Decimal(1), 'unit_price': price, 'amount': total}


def _payment(work: Work, customer_id: int, amount: int, currency: str, method: str) -> Payment:
    return Payment(
        number=next_number(work, Payment),
        customer_id=customer_id,
        amount=amount,
        currency=currency,
        method=method,
        origin='staff',
        key=uuid4().hex,
    )


def furnish_accounts(world: World) -> None:
    """Every customer has a bit of everything; one invoice, payment, credit … of each says `only.<name>`."""
    with acting_as(Operator('test')) as work:
        plan = Plan(
            code='business', name='Business', family='main', currency='USD', price=4_900, unit='seats'
        )
        work.session.add(plan)
        work.session.flush()
        for name, customer_id in world.customers.items():
            _furnish(work, name, customer_id, plan.id or 0)


def _furnish(work: Work, name: str, customer_id: int, plan_id: int) -> None:
    only, today = f'only.{name}', business_day()
    late = posted_invoice(work, customer_id, 90_000, due=today - timedelta(40), day=today - timedelta(70))
    part = posted_invoice(work, customer_id, 24_000, reference=only)
    done = posted_invoice(work, customer_id, 12_000, day=today - timedelta(days=3))
    yen = posted_invoice(work, customer_id, 3_500, currency='JPY')
    void = posted_invoice(work, customer_id, 700)
    ledger.void(work, void)
    for invoice, amount in ((part, 4_000), (done, None), (yen, 4_000)):
        payment = paid(work, invoice, amount)
        payment.reference = only
        work.session.add(payment)
    under_way(work, late, 50_000)
    for amount in (3_000, 2_000, 1_000):
        credit = credit_memo(work, customer_id, amount)
        credit.reason = only
        apply(work, credit, part, min(amount, 2_500))
    for days, status in ((400, 'Active'), (300, 'Cancelled'), (10, 'Draft')):
        number, start = f'{only}-{status}', today - timedelta(days=days)
        work.session.add(_subscription(number, customer_id, plan_id, start, status))
    for months in range(3):
        work.session.add(_statement(f'{only}-{months}', customer_id, today, months))


def _subscription(number: str, customer_id: int, plan_id: int, start: date, status: str) -> Subscription:
    return Subscription(
        number=number,
        customer_id=customer_id,
        plan_id=plan_id,
        status=status,
        quantity=3,
        price=4_900,
        currency='USD',
        started_on=start,
        period_start=start,
        period_end=start + timedelta(days=30),
        next_billing_on=business_day() + timedelta(days=7) if status == 'Active' else None,
        cancelled_on=business_day() if status == 'Cancelled' else None,
    )


def _statement(number: str, customer_id: int, today: date, months: int) -> Statement:
    start = date(today.year - 5, 1 + months, 1)
    end = date(today.year - 5, 2 + months, 1) - timedelta(days=1)
    return Statement(
        number=number,
        customer_id=customer_id,
        currency='USD',
        start=start,
        end=end,
        zone='UTC',
        opens_at=day_start(start, UTC_ZONE),
        closes_at=day_start(end + timedelta(days=1), UTC_ZONE),
        opening=0,
        closing=0,
        snapshot={'lines': [], 'ages': []},
    )
