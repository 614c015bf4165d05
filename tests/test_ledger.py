"""The ledger: whatever happens to an account, its sums agree (POR-05, field notes)."""

from datetime import date
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, func, select

from portal_app.auth.viewer import Operator
from portal_app.errors import PortalError
from portal_app.models import (
    AccountBalance,
    Credit,
    Invoice,
    InvoiceStatus,
    LedgerEntry,
    Payment,
    PaymentStatus,
    Refund,
)
from portal_app.services import ledger
from portal_app.services.accounts import hold_account
from portal_app.services.applications import apply, take_back, unapplied
from portal_app.work import Work, acting_as
from tests.world import World

DAY = date(2026, 11, 10)
AMOUNTS = st.integers(1, 5_000)
STEPS = st.tuples(
    st.sampled_from(
        ('post', 'pay', 'fail', 'over', 'credit', 'apply', 'take', 'refund', 'charge', 'void', 'off', 'undo')
    ),
    AMOUNTS,
    st.integers(0, 20),
    st.integers(0, 20),
    st.sampled_from(('USD', 'JPY', 'BHD')),
)


@given(st.lists(STEPS, max_size=25))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_sums_agree_after_any_sequence(sqlite_world: World, steps: list[Any]) -> None:
    """POR-05: entries, invoice balances, unapplied money and the account's row say the same, per currency."""
    customer_id = sqlite_world.customers['globex']
    with acting_as(Operator('test')) as work:
        hold_account(work, customer_id)
        account = _Account(work, customer_id)
        for step in steps:
            account.step(*step)
            account.check()
        work.session.rollback()


class _Account:
    """One account that things happen to."""

    def __init__(self, work: Work, customer_id: int) -> None:
        self.work, self.customer_id = work, customer_id
        self.invoices: list[Invoice] = []
        self.sources: list[Payment | Credit] = []

    def step(self, what: str, amount: int, first: int, second: int, currency: str) -> None:
        invoice = self.invoices[first % len(self.invoices)] if self.invoices else None
        source = self.sources[second % len(self.sources)] if self.sources else None
        try:
            with self.work.session.begin_nested():
                self._do(what, amount, currency, invoice, source)
        except PortalError:
            for row in (*self.invoices, *self.sources):
                self.work.session.refresh(row)

    def _do(
        self, what: str, amount: int, currency: str, invoice: Invoice | None, source: Payment | Credit | None
    ) -> None:
        work = self.work
        match what:
            case 'post':
                made = Invoice(**self._new(currency), date=DAY, due_date=DAY, total=amount)
                ledger.post(work, made)
                self.invoices.append(made)
            case 'credit':
                credit = Credit(**self._new(currency), date=DAY, amount=amount, balance=amount)
                ledger.issue(work, credit)
                self.sources.append(credit)
            case 'pay' | 'fail' | 'over':
                self._pay(what, amount, currency, invoice)
        if invoice and what in ('void', 'off'):
            (ledger.void if what == 'void' else ledger.write_off)(work, invoice)
        if invoice and source and what in ('apply', 'take'):
            (apply if what == 'apply' else take_back)(work, source, invoice, amount)
        if isinstance(source, Credit) and what == 'undo':
            ledger.reverse_credit(work, source)
        if source and what in ('refund', 'charge'):
            back = Refund(**self._new(source.currency), amount=amount, key=uuid4().hex)
            back.is_chargeback = what == 'charge' and isinstance(source, Payment)
            ledger.refund(work, source, back)

    def _pay(self, what: str, amount: int, currency: str, invoice: Invoice | None) -> None:
        payment = Payment(**self._new(currency), amount=amount, key=uuid4().hex)
        part = min(amount, invoice.balance - invoice.pending) if invoice and what != 'over' else 0
        ledger.plan(self.work, payment, [(invoice, part)] if invoice and part else [])
        if what == 'fail':
            ledger.give_up(self.work, payment, 'Your card was declined.')
        else:
            ledger.receive(self.work, payment)
        self.sources.append(payment)

    def _new(self, currency: str) -> dict[str, Any]:
        return {'number': uuid4().hex, 'customer_id': self.customer_id, 'currency': currency}

    def check(self) -> None:
        session = self.work.session
        session.flush()
        for currency in ('USD', 'JPY', 'BHD'):
            invoices = [each for each in self.invoices if each.currency == currency]
            due = sum(each.balance for each in invoices)
            credit = sum(unapplied(each) for each in self.sources if each.currency == currency)
            assert _entries(session, self.customer_id, currency) == due - credit
            row = session.exec(
                select(AccountBalance).where(
                    AccountBalance.customer_id == self.customer_id, AccountBalance.currency == currency
                )
            ).first()
            assert (
                (row.net, row.due, row.credit) == (due - credit, due, credit) if row else due == credit == 0
            )
            for each in invoices:
                assert 0 <= each.balance == _balance(each)


def _balance(invoice: Invoice) -> int:
    """As the field notes define it."""
    if invoice.status == InvoiceStatus.VOID:
        return 0
    return invoice.total - invoice.paid - invoice.credited - invoice.written_off


def _entries(session: Session, customer_id: int, currency: str) -> int:
    asked = select(func.sum(col(LedgerEntry.amount))).where(
        LedgerEntry.customer_id == customer_id, LedgerEntry.currency == currency
    )
    return session.exec(asked).one() or 0


def test_a_failed_payment_moves_nothing(world: World) -> None:
    """Pending and failed payments do not reduce a balance (field notes)."""
    customer_id = world.customers['acme']
    with acting_as(Operator('test')) as work:
        hold_account(work, customer_id)
        invoice = Invoice(
            number='I1', customer_id=customer_id, currency='USD', date=DAY, due_date=DAY, total=100
        )
        ledger.post(work, invoice)
        payment = Payment(number='P1', customer_id=customer_id, currency='USD', amount=60, key='k')
        ledger.plan(work, payment, [(invoice, 60)])
        assert (invoice.balance, invoice.pending) == (100, 60)
        ledger.give_up(work, payment, 'Your card was declined.')
        assert (invoice.balance, invoice.pending, payment.status) == (100, 0, PaymentStatus.FAILED)
