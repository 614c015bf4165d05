"""Records that stand on the detail of another one: each only where the viewer sees it by itself.

A related record goes through `work.visible` as any other, and only where its own tab is there for the viewer:
what was given to another customer, or is a draft, is not shown through a record that is theirs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col

from portal_app.errors import NotFound
from portal_app.listings import Field, Listing
from portal_app.models import Credit, Invoice, Payment, Refund
from portal_app.money import Money
from portal_app.services import setup
from portal_app.services.billing_states import invoice_state, payment_state
from portal_app.services.listing_scope import always
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.work import Model, Work

Tabs = Mapping[str, Listing]
Row = Invoice | Payment | Credit


@dataclass(frozen=True)
class Related:
    """A record by the key of its portal object, with the amount that links the two.

    What staff have hidden of the object is empty here too (SET-07).
    """

    key: str
    id: int
    number: str
    when: date | datetime | None
    status: str
    amount: Money
    about: str = ''  # the method of a payment, the reason of a credit


@dataclass(frozen=True)
class MoneyBack:
    """A refund; a chargeback is what the bank took. It has no tab of its own."""

    number: str
    when: datetime
    status: str
    amount: Money
    is_chargeback: bool
    reason: str


def tabs_of(work: Work) -> Tabs:
    """What the viewer's portal shows, by key."""
    return {tab.key: tab for tab in setup.portal_tabs(work)}


def visible_row(work: Work, tabs: Tabs, model: type[Model], row_id: int, key: str) -> Model:
    """One record of a portal object that the viewer may see. Raises NotFound for any other."""
    if key not in tabs:
        raise NotFound
    found = _visible(work, model, [row_id], key)
    if not found:
        raise NotFound
    return found[row_id]


def ids_by_number(
    work: Work, tabs: Tabs, model: type[Model], numbers: Iterable[str], key: str
) -> dict[str, int]:
    """The ids of those of these records that the viewer may see, by number; none without the tab."""
    wanted = sorted(numbers) if key in tabs else []
    number = col(model.number)  # type: ignore[attr-defined]  # billing records have one
    asked = work.visible(model).where(number.in_(wanted), *always(PORTAL_OBJECTS[key]))
    return {row.number: row.id for row in work.session.exec(asked)} if wanted else {}  # type: ignore[attr-defined]


def invoices_of(work: Work, tabs: Tabs, amounts: Mapping[int, int]) -> tuple[Related, ...]:
    """The invoices with these ids, each with its amount, in this order; none without the Invoices tab."""
    return _related(work, tabs, Invoice, 'invoices', amounts)


def payments_of(work: Work, tabs: Tabs, amounts: Mapping[int, int]) -> tuple[Related, ...]:
    """The same for payments."""
    return _related(work, tabs, Payment, 'payments', amounts)


def credits_of(work: Work, tabs: Tabs, amounts: Mapping[int, int]) -> tuple[Related, ...]:
    """The same for credits."""
    return _related(work, tabs, Credit, 'credits', amounts)


def _related(
    work: Work, tabs: Tabs, model: type[Row], key: str, amounts: Mapping[int, int]
) -> tuple[Related, ...]:
    if key not in tabs:
        return ()
    found, shown = _visible(work, model, amounts, key), tabs[key].by_name
    return tuple(
        Related(
            key,
            id,
            found[id].number if 'number' in shown else '',
            _when(found[id]) if 'date' in shown else None,
            _state(found[id]) if 'status' in shown else '',
            Money(amount, found[id].currency),
            _about(found[id], shown),
        )
        for id, amount in amounts.items()
        if id in found and amount
    )


def _when(row: Row) -> date | datetime:
    return row.at if isinstance(row, Payment) else row.date


def _state(row: Row) -> str:
    if isinstance(row, Credit):
        return row.status
    return invoice_state(row) if isinstance(row, Invoice) else payment_state(row)


def _about(row: Row, shown: Mapping[str, Field]) -> str:
    if isinstance(row, Payment):
        return row.method if 'method' in shown else ''
    return row.reason if isinstance(row, Credit) and 'reason' in shown else ''


def refunds_of(work: Work, source: Payment | Credit) -> tuple[MoneyBack, ...]:
    """What went back of a payment or credit, the first first."""
    whose = Refund.payment_id if isinstance(source, Payment) else Refund.credit_id
    asked = work.visible(Refund).where(whose == source.id).order_by(col(Refund.at), col(Refund.id))
    return tuple(
        MoneyBack(
            each.number,
            each.at,
            each.status,
            Money(each.amount, each.currency),
            each.is_chargeback,
            each.reason,
        )
        for each in work.session.exec(asked)
    )


def _visible(work: Work, model: type[Model], ids: Iterable[int], key: str) -> dict[int, Model]:
    """Those of these rows that the viewer sees, by id."""
    wanted = [id for id in ids if 0 < id < 2**63]
    row_id = col(model.id)  # type: ignore[attr-defined]  # every model has one
    asked = work.visible(model).where(row_id.in_(wanted), *always(PORTAL_OBJECTS[key]))
    return {row.id: row for row in work.session.exec(asked)} if wanted else {}  # type: ignore[attr-defined]
