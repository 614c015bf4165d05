"""All that the portal's home shows of an account, each part only where its tab is there (POR-02)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from portal_app.business_day import business_day
from portal_app.filters import Dates
from portal_app.listings import Listing, Page
from portal_app.models import Invoice, Payment, PaymentStatus, Subscription, SubscriptionStatus
from portal_app.money import Money
from portal_app.queries import Query
from portal_app.services import listings
from portal_app.services.balances import IS_OPEN, Figures, can_pay_something, figures, sees_age, sees_due
from portal_app.services.invoice_detail import payments_possible
from portal_app.services.listing_scope import in_scope
from portal_app.services.related import Tabs, tabs_of
from portal_app.work import Work

LATEST = 5
IN_INVOICES = ('number', 'customer_name', 'date', 'status', 'total')
IN_PAYMENTS = ('number', 'customer_name', 'date', 'method', 'status', 'amount')


@dataclass(frozen=True)
class Latest:
    """The newest records of a tab, with the fields of the listing."""

    listing: Listing
    rows: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class LastPaid:
    """The last payment that has arrived, unless it went back."""

    amount: Money
    at: datetime


@dataclass(frozen=True)
class NextDue:
    """The open invoice that is due next."""

    number: str
    day: date
    balance: Money


@dataclass(frozen=True)
class PortalHome:
    """What is not for the viewer is empty or None."""

    figures: Figures
    can_pay: bool
    last_paid: LastPaid | None
    next_due: NextDue | None
    next_invoice: date | None
    invoices: Latest | None
    payments: Latest | None
    usage: tuple[Listing, Page] | None  # of the last 30 days


def portal_home(work: Work) -> PortalHome:
    """Look it up."""
    tabs = tabs_of(work)
    return PortalHome(
        figures=figures(work, tabs),
        can_pay=sees_due(tabs) and payments_possible(work) and can_pay_something(work),
        last_paid=_last_paid(work, tabs),
        next_due=_next_due(work, tabs),
        next_invoice=_next_invoice(work, tabs),
        invoices=_latest(work, tabs, 'invoices', IN_INVOICES),
        payments=_latest(work, tabs, 'payments', IN_PAYMENTS),
        usage=_usage(work, tabs),
    )


def _latest(work: Work, tabs: Tabs, key: str, names: tuple[str, ...]) -> Latest | None:
    if key not in tabs:
        return None
    listing = tabs[key].showing(names)
    if not listing.columns:
        return None
    return Latest(listing, tuple(listings.rows(work, listing, Query(sort='date', size=LATEST))))


def _last_paid(work: Work, tabs: Tabs) -> LastPaid | None:
    if 'payments' not in tabs or not {'amount', 'date', 'status'} <= tabs['payments'].by_name.keys():
        return None
    asked = (
        select(col(Payment.amount), col(Payment.currency), col(Payment.at))
        .where(*in_scope(work, tabs['payments']), col(Payment.status) == PaymentStatus.PROCESSED)
        .where(col(Payment.refunded) == 0)
        .order_by(col(Payment.at).desc(), col(Payment.id).desc())
        .limit(1)
    )
    found = work.session.execute(asked).first()
    return LastPaid(Money(found.amount, found.currency), found.at) if found else None


def _next_due(work: Work, tabs: Tabs) -> NextDue | None:
    if not sees_age(tabs) or not {'number', 'status'} <= tabs['invoices'].by_name.keys():
        return None
    asked = (
        select(col(Invoice.number), col(Invoice.due_date), col(Invoice.balance), col(Invoice.currency))
        .where(*in_scope(work, tabs['invoices']), IS_OPEN, col(Invoice.due_date) >= business_day())
        .order_by(col(Invoice.due_date), col(Invoice.id))
        .limit(1)
    )
    found = work.session.execute(asked).first()
    return NextDue(found.number, found.due_date, Money(found.balance, found.currency)) if found else None


def _next_invoice(work: Work, tabs: Tabs) -> date | None:
    if 'subscriptions' not in tabs or 'next_billing' not in tabs['subscriptions'].by_name:
        return None
    mine = work.visible(Subscription).whereclause
    assert mine is not None
    asked = select(func.min(col(Subscription.next_billing_on))).where(
        mine, col(Subscription.status) == SubscriptionStatus.ACTIVE
    )
    found: date | None = work.session.execute(asked).scalar()
    return found


def _usage(work: Work, tabs: Tabs) -> tuple[Listing, Page] | None:
    if 'usage' not in tabs:
        return None
    query = Query(filters={'date': Dates(preset='last_30_days')})
    return tabs['usage'], listings.page(work, tabs['usage'], query)
