"""What customers have subscribed to. Prices are whole minor units for one unit and one billing cycle."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, Index, String
from sqlmodel import Field, SQLModel, UniqueConstraint

from portal_app.columns import ExactDecimal, UtcDateTime
from portal_app.models.base import now


class Cycle(StrEnum):
    """How often a subscription is billed."""

    MONTH = 'Monthly'
    QUARTER = 'Quarterly'
    YEAR = 'Yearly'

    @property
    def months(self) -> int:
        """Its length."""
        return {'Monthly': 1, 'Quarterly': 3, 'Yearly': 12}[self.value]


class Plan(SQLModel, table=True):
    """What can be subscribed to. A change stays within a family; higher priority is an upgrade (POR-07)."""

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    family: str = ''
    priority: int = 0
    description: str = ''
    currency: str
    price: int = Field(sa_type=BigInteger)
    cycle: Cycle = Field(default=Cycle.MONTH, sa_type=String)
    unit: str = ''  # what is counted: seats
    least: int = 1  # quantity
    most: int | None = None
    active: bool = True  # whether it can be chosen


class SubscriptionStatus(StrEnum):
    """What a subscription is."""

    DRAFT = 'Draft'
    ACTIVE = 'Active'
    PAUSED = 'Paused'
    CANCELLED = 'Cancelled'
    EXPIRED = 'Expired'


class Subscription(SQLModel, table=True):
    """A customer's subscription to a plan, with what will change and when."""

    __table_args__ = (
        Index('subscription_by_start', 'customer_id', 'started_on', 'id'),
        Index('subscription_all_by_start', 'started_on', 'id'),
    )

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    customer_id: int = Field(foreign_key='customer.id')
    external_id: str | None = Field(default=None, unique=True)
    plan_id: int = Field(foreign_key='plan.id', index=True)
    status: str = SubscriptionStatus.ACTIVE
    quantity: int = 1
    price: int = Field(sa_type=BigInteger)  # for one unit and cycle, as agreed
    currency: str
    started_on: date
    period_start: date  # of the cycle that runs now
    period_end: date  # the first day that is not of it
    next_billing_on: date | None = None
    term_ends_on: date | None = None  # renewal date; None: goes on until cancelled
    term_months: int | None = None  # the term is renewed by so many then; None: it expires
    cancel_on: date | None = None  # it will be cancelled then
    cancelled_on: date | None = None
    next_plan_id: int | None = Field(default=None, foreign_key='plan.id')  # from next_change_on on
    next_quantity: int | None = None
    next_price: int | None = Field(default=None, sa_type=BigInteger)  # as it was agreed with the change
    next_change_on: date | None = None
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class SubscriptionItem(SQLModel, table=True):
    """Something beside the plan: a fixed fee, or usage that is priced by the unit."""

    __tablename__ = 'subscription_item'
    __table_args__ = (UniqueConstraint('subscription_id', 'position'),)

    id: int | None = Field(default=None, primary_key=True)
    subscription_id: int = Field(foreign_key='subscription.id', ondelete='CASCADE')
    position: int
    description: str
    quantity: Decimal = Field(default=Decimal(1), sa_type=ExactDecimal)
    unit: str = ''
    unit_price: Decimal = Field(sa_type=ExactDecimal)  # major units, any number of decimals
    event_type: str = ''  # usage: the quantity is what is metered
