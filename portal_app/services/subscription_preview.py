"""What a change to a subscription would mean, as it is shown before it is confirmed (POR-07)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

from portal_app.models import Plan, Subscription, SubscriptionItem
from portal_app.money import Money


class Kind(StrEnum):
    """What a customer may want."""

    QUANTITY = 'quantity'
    PLAN = 'plan'
    CANCEL = 'cancel'
    RESUME = 'resume'  # take a cancellation back
    WITHDRAW = 'withdraw'  # take another pending change back


@dataclass(frozen=True)
class Wanted:
    """A change with what it takes: the new quantity, or the new plan's id."""

    kind: Kind
    quantity: int | None = None
    plan_id: int | None = None


@dataclass(frozen=True)
class Terms:
    """What is subscribed to. `per_cycle` includes what is fixed beside the plan, not usage."""

    plan: str
    quantity: int
    unit: str
    price: Money  # for one unit
    per_cycle: Money


@dataclass(frozen=True)
class Preview:
    """What a change means. `charge` and `tax` are for the rest of the cycle; 0 where nothing is due now."""

    subscription_id: int
    number: str
    wanted: Wanted
    cycle: str
    before: Terms
    after: Terms
    starts_on: date
    at_once: bool
    charge: Money
    tax: Money
    days_left: int
    days: int
    invoiced: bool  # now; else the charge comes with an invoice of the organization's own
    billed_to_parent: bool
    next_billing_on: date | None
    next_amount: Money | None
    has_usage: bool  # which is billed beside these amounts
    works_until: date | None  # the first day on which it is not there any more

    @property
    def token(self) -> str:
        """What somebody who agrees hands to `confirm`: another one where anything of this is another."""
        return sha256(repr(self).encode()).hexdigest()

    @property
    def total(self) -> Money:
        """What is charged now, with tax."""
        return Money(self.charge.minor + self.tax.minor, self.charge.currency)

    @property
    def sentence(self) -> str:
        """What changes, in a few words."""
        before, after = self.before, self.after
        match self.wanted.kind:
            case Kind.QUANTITY:
                return f'Quantity: {before.quantity:,} → {after.quantity:,} {after.unit}'.strip()
            case Kind.PLAN:
                return f'Plan: {before.plan} → {after.plan}'
            case Kind.CANCEL:
                return 'Cancelled'
            case Kind.RESUME:
                return 'Cancellation taken back'
            case Kind.WITHDRAW:
                return 'Pending change withdrawn'


@dataclass(frozen=True)
class Case:
    """A subscription with all that decides what a change of it means."""

    subscription: Subscription
    plan: Plan
    next_plan: Plan | None  # that is pending
    items: Sequence[SubscriptionItem]
    new_plan: Plan | None  # that is wanted
    today: date
    tax_rate: Decimal  # percent
    bills: bool
    billed_to_parent: bool
