"""Statements: each month of an account in one currency, issued once, and never changed after (field notes).

closing(n) is opening(n + 1). What is entered later into a month that was stated counts from its end on:
`accounts.enter` sees to that by the account's `closed_until`, which is moved here alone.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select

from portal_app.filters import day_start
from portal_app.models import AccountBalance, LedgerEntry, Organization, PortalTab, Statement
from portal_app.models.base import now
from portal_app.services.accounts import account, hold_account, tell
from portal_app.services.counters import next_number
from portal_app.services.organization import organization
from portal_app.services.statement_snapshot import snapshot
from portal_app.work import Work

KEY = 'statements'  # of the portal object


@dataclass(frozen=True)
class Month:
    """A month of an account: its days, and the moments at which it begins and ends."""

    start: date
    end: date
    opens_at: datetime
    closes_at: datetime


def accounts_to_state(work: Work) -> list[tuple[int, str]]:
    """The accounts with a month that is over and not stated; none while the Statements tab is off."""
    tab = work.session.get(PortalTab, KEY)
    if tab is None or not tab.enabled:
        return []
    begins = _this_month(organization(work))
    asked = select(AccountBalance.customer_id, AccountBalance.currency).where(
        func.coalesce(col(AccountBalance.closed_until), _first_entry()) < begins
    )
    return [(id, currency) for id, currency in work.session.exec(asked)]


def issue(work: Work, customer_id: int, currency: str) -> list[Statement]:
    """State every month of an account that is over, up to the last; again, it does nothing.

    A month without anything in it, and nothing owed, is closed without a statement.
    """
    hold_account(work, customer_id)
    row = account(work, customer_id, currency)
    work.session.flush()
    work.session.refresh(row)
    issued = []
    for month in _months(work, row):
        opening = balance_at(work, customer_id, currency, month.opens_at)
        entries = _entries(work, row, month)
        if opening or entries:
            issued.append(_write(work, row, month, opening, entries))
        row.closed_until = month.closes_at
        work.session.add(row)
    if issued:
        tell(work, customer_id)
    return issued


def balance_at(work: Work, customer_id: int, currency: str, moment: datetime) -> int:
    """What was owed just before a moment: the last statement's closing and the entries since."""
    last = work.session.exec(
        select(Statement)
        .where(
            Statement.customer_id == customer_id,
            Statement.currency == currency,
            col(Statement.closes_at) <= moment,
        )
        .order_by(col(Statement.closes_at).desc())
        .limit(1)
    ).first()
    entries = select(func.sum(col(LedgerEntry.amount))).where(
        LedgerEntry.customer_id == customer_id,
        LedgerEntry.currency == currency,
        col(LedgerEntry.at) < moment,
        *((col(LedgerEntry.at) >= last.closes_at,) if last else ()),
    )
    return (last.closing if last else 0) + (work.session.exec(entries).one() or 0)


def _months(work: Work, row: AccountBalance) -> Iterator[Month]:
    """The months from the last one stated, or from the first entry, up to the last that is over."""
    ours = organization(work)
    zone, this_month = ZoneInfo(ours.time_zone), _this_month(ours)
    while (day := _next_day(work, row, zone)) is not None:
        start = day.replace(day=1)
        end = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        closes = day_start(end + timedelta(days=1), zone)
        if closes > this_month:
            return
        yield Month(start, end, row.closed_until or day_start(start, zone), closes)


def _next_day(work: Work, row: AccountBalance, zone: ZoneInfo) -> date | None:
    """A day of the month to state next; None where there is nothing to state."""
    if row.closed_until:  # two weeks on it is that month in every zone, should the organization have moved
        return (row.closed_until + timedelta(days=14)).astimezone(zone).date()
    first = work.session.exec(
        select(func.min(col(LedgerEntry.at))).where(
            LedgerEntry.customer_id == row.customer_id, LedgerEntry.currency == row.currency
        )
    ).one()
    return first.astimezone(zone).date() if first else None


def _this_month(ours: Organization) -> datetime:
    """When the month began that is not over yet, in the organization's zone."""
    zone = ZoneInfo(ours.time_zone)
    return day_start(now().astimezone(zone).date().replace(day=1), zone)


def _first_entry() -> ColumnElement[datetime]:
    return (
        select(func.min(col(LedgerEntry.at)))
        .where(
            col(LedgerEntry.customer_id) == col(AccountBalance.customer_id),
            col(LedgerEntry.currency) == col(AccountBalance.currency),
        )
        .correlate(AccountBalance)
        .scalar_subquery()
    )


def _entries(work: Work, row: AccountBalance, month: Month) -> list[LedgerEntry]:
    """What moved the balance within the month."""
    asked = select(LedgerEntry).where(
        LedgerEntry.customer_id == row.customer_id,
        LedgerEntry.currency == row.currency,
        col(LedgerEntry.at) >= month.opens_at,
        col(LedgerEntry.at) < month.closes_at,
    )
    return list(work.session.exec(asked))


def _write(
    work: Work, row: AccountBalance, month: Month, opening: int, entries: list[LedgerEntry]
) -> Statement:
    ours = organization(work)
    statement = Statement(
        number=next_number(work, Statement),
        customer_id=row.customer_id,
        currency=row.currency,
        start=month.start,
        end=month.end,
        zone=ours.time_zone,
        opens_at=month.opens_at,
        closes_at=month.closes_at,
        opening=opening,
        closing=opening + sum(entry.amount for entry in entries),
    )
    statement.snapshot = snapshot(work, ours, statement, entries)
    work.session.add(statement)
    work.session.flush()
    return statement
