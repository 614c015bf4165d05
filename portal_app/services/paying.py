"""Paying invoices from the portal (POR-05): what may be paid now, and the payment that begins.

A payment begins in one transaction, planned on its invoices (`payment_start`). Only then is the gateway
asked, without a transaction (`charging`), and what it says is written down in another one (`settling`).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import case
from sqlmodel import col, select

from portal_app.auth.viewer import PortalViewer
from portal_app.errors import Invalid, NotFound
from portal_app.models import UNDER_WAY, AccountBalance, Customer, Invoice, InvoiceStatus, Payment
from portal_app.services.balances import sees_credit, sees_due
from portal_app.services.credit_use import use_credits
from portal_app.services.going_back import going_back
from portal_app.services.payment_start import Begun, is_id, own_method, require_gateway, start
from portal_app.services.related import tabs_of
from portal_app.work import Work

MOST = 500  # invoices that are offered at once: the oldest due
ORIGIN = 'portal'


@dataclass(frozen=True)
class Payable:
    """An open invoice. `open` is what can be paid of it now: its balance less what is under way."""

    id: int
    number: str
    date: dt.date
    due_date: dt.date
    open: int
    pending: int
    disputed: bool


@dataclass(frozen=True)
class OpenAccount:
    """What is open of one account in one currency, the oldest due first.

    `credit` is what a verb of the viewer's could use for it first; 0 for an account of another company.
    """

    customer_id: int
    customer: str
    currency: str
    invoices: tuple[Payable, ...]
    credit: int

    @property
    def open(self) -> int:
        """What can be paid now."""
        return sum(invoice.open for invoice in self.invoices)


@dataclass(frozen=True)
class Unfinished:
    """A payment that was begun and not ended. `address` is the page where it can be finished, if any."""

    number: str
    amount: int
    currency: str
    address: str


@dataclass(frozen=True)
class Order:
    """What somebody wants to pay: of which invoices, of one account and currency, and how much in all.

    `amount` None is all that is open of them; `method_id` None is the gateway's own page. The same
    `request_key` is the same order: a form that is sent twice pays once.
    """

    invoice_ids: tuple[int, ...]
    request_key: str
    amount: int | None = None
    method_id: int | None = None


def payable(work: Work, invoice_ids: Sequence[int] = ()) -> list[OpenAccount]:
    """What the viewer may pay, by account and currency; the accounts of these invoices come first,
    then the company's own.

    Raises NotFound as `require_paying` does.
    """
    require_paying(work)
    assert isinstance(work.viewer, PortalViewer)
    own = col(Invoice.customer_id) == work.viewer.company.id
    wanted = case((col(Invoice.id).in_(invoice_ids), 0), (own, 1), else_=2)
    found = work.session.exec(
        work.visible(Invoice)
        .where(Invoice.status == InvoiceStatus.POSTED, Invoice.balance > 0)
        .order_by(wanted, col(Invoice.due_date), col(Invoice.date), col(Invoice.id))
        .limit(MOST)
    )
    accounts: dict[tuple[int, str], list[Payable]] = {}
    for invoice in found:
        accounts.setdefault((invoice.customer_id, invoice.currency), []).append(_payable(invoice))
    names, credits = _names(work, {id for id, _ in accounts}), _credits(work)
    return [
        OpenAccount(id, names[id], currency, _oldest_due_first(invoices), credits.get((id, currency), 0))
        for (id, currency), invoices in accounts.items()
    ]


def unfinished(work: Work) -> list[Unfinished]:
    """The payments through a gateway of the viewer's accounts that are under way, the newest first."""
    found = work.session.exec(
        work.visible(Payment)
        .where(col(Payment.status).in_(UNDER_WAY), Payment.gateway != '')
        .order_by(col(Payment.created_at).desc(), col(Payment.id).desc())
        .limit(MOST)
    )
    return [Unfinished(each.number, each.amount, each.currency, each.checkout) for each in found]


def begin(work: Work, order: Order) -> Begun:
    """Begin to pay invoices that the viewer sees, by a saved method of their company or the gateway's page.

    Raises Invalid, naming field and rule, Conflict where there is less left to pay, and NotFound.
    """
    require_paying(work)
    assert isinstance(work.viewer, PortalViewer)
    ids = [id for id in order.invoice_ids if is_id(id)]
    wanted = work.visible(Invoice).where(col(Invoice.id).in_(ids))
    invoices = work.session.exec(wanted).all()
    if not invoices or len(invoices) != len(set(order.invoice_ids)):
        raise NotFound('At least one of these invoices is not there any more. Please look again.')
    if len({(invoice.customer_id, invoice.currency) for invoice in invoices}) > 1:
        raise Invalid('invoices: must be of one account and one currency. Pay the others afterwards.')
    method = own_method(work, work.viewer.company.id, order.method_id) if order.method_id else None
    return start(work, invoices, order.request_key, ORIGIN, order.amount, method)


def use_credit(work: Work, currency: str) -> int:
    """Use the credit of the viewer's own company for its oldest invoices (field notes). Returns how much.

    Raises NotFound as `payable` does, and where credit is hidden from the viewer.
    """
    require_paying(work)
    if not sees_credit(tabs_of(work)):
        raise NotFound
    assert isinstance(work.viewer, PortalViewer)
    return use_credits(work, work.viewer.company.id, currency)


def require_paying(work: Work) -> None:
    """Raises NotFound for who may not see what is due, and where there is no gateway to pay through."""
    if not sees_due(tabs_of(work)):
        raise NotFound
    require_gateway()


def payment_by_number(work: Work, number: str) -> Payment:
    """A payment of the viewer's accounts. Raises NotFound."""
    found = work.session.exec(work.visible(Payment).where(Payment.number == number)).first()
    if found is None:
        raise NotFound
    return found


def _payable(invoice: Invoice) -> Payable:
    return Payable(
        invoice.id or 0,
        invoice.number,
        invoice.date,
        invoice.due_date,
        invoice.balance - invoice.pending,
        invoice.pending,
        invoice.disputed_at is not None,
    )


def _oldest_due_first(invoices: Iterable[Payable]) -> tuple[Payable, ...]:
    return tuple(sorted(invoices, key=lambda each: (each.due_date, each.date, each.id)))


def _names(work: Work, customer_ids: Iterable[int]) -> dict[int, str]:
    found = select(Customer.id, Customer.name).where(col(Customer.id).in_(customer_ids))
    return {id or 0: name for id, name in work.session.exec(found)}


def _credits(work: Work) -> dict[tuple[int, str], int]:
    """What is free of the viewer's own company, by currency; nothing where that is hidden from them."""
    assert isinstance(work.viewer, PortalViewer)
    if not sees_credit(tabs_of(work)):
        return {}
    company_id = work.viewer.company.id
    own = work.visible(AccountBalance).where(AccountBalance.customer_id == company_id)
    back = going_back(work, (company_id,))
    return {
        (row.customer_id, row.currency): row.credit - back[row.currency].amount
        for row in work.session.exec(own)
    }
