"""All that the drawer of a subscription shows, as far as it is visible (POR-05)."""

from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import col, select

from portal_app.models import Subscription, SubscriptionItem
from portal_app.money import Money
from portal_app.services.related import tabs_of, visible_row
from portal_app.services.subscription_terms import fixed_fees
from portal_app.work import Work


@dataclass(frozen=True)
class Item:
    """Something beside the plan. `unit_price` is in major units; usage is billed as it is metered."""

    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    is_usage: bool


@dataclass(frozen=True)
class SubscriptionDetail:
    """What stands below the fields of a subscription."""

    number: str
    items: tuple[Item, ...] | None  # None where the price is hidden
    unit_price: Money | None  # of the plan, for one unit and cycle
    per_cycle: Money | None  # of the plan and what is fixed beside it
    currency: str


def subscription_detail(work: Work, subscription_id: int) -> SubscriptionDetail:
    """Look it up. Raises NotFound where the viewer does not see the subscription."""
    tabs = tabs_of(work)
    found = visible_row(work, tabs, Subscription, subscription_id, 'subscriptions')
    if 'price' not in tabs['subscriptions'].by_name:
        return SubscriptionDetail(found.number, None, None, None, found.currency)
    items = work.session.exec(
        select(SubscriptionItem)
        .where(SubscriptionItem.subscription_id == found.id)
        .order_by(col(SubscriptionItem.position))
    ).all()
    per_cycle = found.price * found.quantity + fixed_fees(items, found.currency)
    return SubscriptionDetail(
        number=found.number,
        items=tuple(
            Item(each.description, each.quantity, each.unit, each.unit_price, bool(each.event_type))
            for each in items
        ),
        unit_price=Money(found.price, found.currency),
        per_cycle=Money(per_cycle, found.currency),
        currency=found.currency,
    )
