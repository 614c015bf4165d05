"""Statements: computed from the ledger, equal to it to the cent, frozen once issued (POR-05, field notes)."""

import hashlib
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlmodel import col, func, select

from portal_app.auth.viewer import Operator
from portal_app.business_day import business_day
from portal_app.models import (
    AccountBalance,
    Credit,
    Customer,
    Invoice,
    LedgerEntry,
    Organization,
    Payment,
    PortalTab,
    Refund,
    Statement,
    StatementFile,
)
from portal_app.models.base import now
from portal_app.services import ledger
from portal_app.services.accounts import hold_account
from portal_app.services.statement_files import statement_file
from portal_app.services.statements import accounts_to_state, balance_at, issue
from portal_app.services.statements_due import issue_all_due
from portal_app.work import Work, acting_as
from tests.world import World

ZONES = (
    'UTC',
    'Pacific/Kiritimati',
    'Pacific/Pago_Pago',
    'Europe/Berlin',
    'Asia/Kathmandu',
    'America/St_Johns',
)
HAPPENINGS = st.tuples(
    st.sampled_from(('invoice', 'payment', 'credit', 'refund', 'void')),
    st.integers(1, 9_999),
    st.integers(0, 240 * 24 * 60),  # minutes ago
)


@given(st.lists(HAPPENINGS, min_size=1, max_size=12), st.sampled_from(ZONES))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_statements_equal_the_ledger_in_every_zone(
    sqlite_world: World, happenings: list[Any], zone: str
) -> None:
    """closing = the ledger at that instant = opening of the next; with lines and ages that add up."""
    customer_id = sqlite_world.customers['globex']
    with acting_as(Operator('test')) as work:
        _move_to(work, zone)
        hold_account(work, customer_id)
        for what, amount, minutes in sorted(happenings, key=lambda each: -each[2]):
            _happen(work, customer_id, what, amount, now() - timedelta(minutes=minutes))
        statements = issue(work, customer_id, 'USD')
        closing = 0
        for statement in statements:
            assert statement.opening == closing
            closing = statement.closing
            assert closing == _ledger_at(work, customer_id, statement.closes_at)
            assert closing == balance_at(work, customer_id, 'USD', statement.closes_at)
            lines = statement.snapshot['lines']
            assert statement.opening + sum(line['amount'] for line in lines) == closing
            assert [line['day'] for line in lines] == sorted(line['day'] for line in lines)
            assert all(
                statement.start.isoformat() <= line['day'] <= statement.end.isoformat() for line in lines
            )
            assert sum(age['amount'] for age in statement.snapshot['ages']) == closing
            assert all(age['amount'] >= 0 for age in statement.snapshot['ages'][:-1])
            assert statement.closes_at.astimezone(ZoneInfo(zone)).time().hour == 0
        assert issue(work, customer_id, 'USD') == []
        work.session.rollback()


def test_what_was_stated_is_closed(world: World) -> None:
    """A payment that is entered into a stated month counts from the statement's end on (field notes)."""
    customer_id = world.customers['acme']
    with acting_as(Operator('test')) as work:
        hold_account(work, customer_id)
        last_month = now().replace(day=1, hour=12) - timedelta(days=20)
        _happen(work, customer_id, 'invoice', 500, last_month)
        (statement,) = issue(work, customer_id, 'USD')
        before = statement.snapshot
        _happen(work, customer_id, 'payment', 200, last_month)
        entry = work.session.exec(select(LedgerEntry).order_by(col(LedgerEntry.id).desc())).first()
        assert entry
        assert entry.at == statement.closes_at
        assert work.session.get_one(Statement, statement.id).snapshot == before
        assert balance_at(work, customer_id, 'USD', statement.closes_at) == statement.closing == 500
        assert balance_at(work, customer_id, 'USD', now()) == 300


def test_an_organization_that_moves_to_another_zone_states_each_moment_once(sqlite_world: World) -> None:
    """opening(n + 1) = closing(n), also where the month began in one zone and ended in another."""
    customer_id = sqlite_world.customers['acme']
    with acting_as(Operator('test')) as work:
        _move_to(work, 'Pacific/Kiritimati')
        hold_account(work, customer_id)
        first = (now().replace(day=1) - timedelta(days=45)).replace(day=15)
        _happen(work, customer_id, 'invoice', 500, first)
        issued = issue(work, customer_id, 'USD')
        row = work.session.exec(select(AccountBalance).where(AccountBalance.customer_id == customer_id)).one()
        row.closed_until = issued[0].closes_at
        for later in issued[1:]:
            work.session.delete(later)
        work.session.flush()
        _move_to(work, 'Pacific/Pago_Pago')
        again = issue(work, customer_id, 'USD')
        assert again[0].opens_at == issued[0].closes_at
        assert again[0].start == issued[0].end + timedelta(days=1)


def test_statements_are_issued_while_their_tab_is_on(world: World) -> None:
    """SET-06: without the tab nobody is shown them, and no month is closed."""
    with acting_as(Operator('test')) as work:
        _happen(work, world.customers['acme'], 'invoice', 500, datetime(2026, 3, 5, tzinfo=UTC))
        assert accounts_to_state(work) == []
        work.session.add(PortalTab(key='statements', enabled=True))
        work.session.flush()
        assert accounts_to_state(work) == [(world.customers['acme'], 'USD')]
    months = issue_all_due()
    assert months == _months_since(date(2026, 3, 1))
    assert issue_all_due() == 0


def _months_since(first: date) -> int:
    today = business_day()
    return (today.year - first.year) * 12 + today.month - first.month


def _move_to(work: Work, zone: str) -> None:
    ours = work.session.exec(select(Organization)).one()
    ours.time_zone = zone
    work.session.add(ours)
    work.session.flush()


def _happen(work: Work, customer_id: int, what: str, amount: int, at: datetime) -> None:
    new: dict[str, Any] = {'number': uuid4().hex, 'customer_id': customer_id, 'currency': 'USD'}
    day = date(at.year, at.month, at.day)
    if what in ('invoice', 'void'):
        invoice = Invoice(**new, date=day, due_date=day + timedelta(days=30), total=amount)
        ledger.post(work, invoice, at)
        if what == 'void':
            ledger.void(work, invoice, min(now(), at + timedelta(days=40)))
    elif what == 'credit':
        ledger.issue(work, Credit(**new, date=day, amount=amount, balance=amount), at)
    else:
        payment = Payment(**new, amount=amount, key=uuid4().hex)
        open_invoice = work.session.exec(
            select(Invoice).where(
                Invoice.customer_id == customer_id, Invoice.balance > 0, Invoice.posted_at <= at
            )
        ).first()
        part = min(amount, open_invoice.balance) if open_invoice else 0
        ledger.plan(work, payment, [(open_invoice, part)] if open_invoice else [])
        ledger.receive(work, payment, at)
        if what == 'refund':
            back = Refund(
                **{**new, 'number': uuid4().hex}, payment_id=payment.id, amount=amount, key=uuid4().hex
            )
            ledger.refund(work, payment, back, min(now(), at + timedelta(days=20)))


def _ledger_at(work: Work, customer_id: int, moment: datetime) -> int:
    asked = select(func.sum(col(LedgerEntry.amount))).where(
        LedgerEntry.customer_id == customer_id, col(LedgerEntry.at) < moment
    )
    return work.session.exec(asked).one() or 0


def test_a_statement_is_the_same_file_for_ever(world: World) -> None:
    """Once issued it is frozen: a new name, colour or time zone does not reach it (field notes)."""
    customer_id = world.customers['acme']
    with acting_as(Operator('test')) as work:
        _happen(work, customer_id, 'invoice', 123_456, now().replace(day=1, hour=12) - timedelta(days=20))
        (statement,) = issue(work, customer_id, 'USD')
    first = statement_file(statement.id or 0)
    with acting_as(Operator('test')) as work:
        _move_to(work, 'Asia/Kathmandu')
        work.session.exec(select(Organization)).one().name = 'Southwind'
        work.session.get_one(Customer, customer_id).name = 'Acme Renamed'
    assert statement_file(statement.id or 0) == first
    with acting_as(Operator('test')) as work:
        kept = work.session.get_one(Statement, statement.id)
        assert kept.sha256 == hashlib.sha256(first).hexdigest()
        work.session.delete(work.session.get_one(StatementFile, statement.id))
    assert statement_file(statement.id or 0) == first, 'made anew from the snapshot alone it is the same'
    text = '\n'.join(page.extract_text() for page in PdfReader(io.BytesIO(first)).pages)
    assert '1,234.56' in text
    assert 'Northwind' in text
