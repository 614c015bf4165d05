"""The Subscriptions tab (POR-05). Its price is that of the plan, for all units and one billing cycle."""

from sqlalchemy import func
from sqlmodel import col

from portal_app.listings import Field, Join, Kind, Listing
from portal_app.models import Cycle, Plan, Subscription, SubscriptionStatus
from portal_app.services.whose import customer_name

_CURRENCY = col(Subscription.currency)
_PLAN = (Join(Plan, col(Plan.id) == col(Subscription.plan_id)),)

SUBSCRIPTIONS = Listing(
    key='subscriptions',
    title='Subscriptions',
    singular='Subscription',
    model=Subscription,
    icon='autorenew',
    default_sort='-start',
    named_by='number',
    empty='As soon as you subscribe to something, it appears here.',
    fields=(
        Field(
            'number',
            'Subscription',
            Kind.REFERENCE,
            col(Subscription.number),
            sorts=True,
            searched=True,
            up_front=False,
        ),
        customer_name(Subscription),
        Field('plan', 'Plan', Kind.CHOICE, col(Plan.name), searched=True, joins=_PLAN),
        Field(
            'status',
            'Status',
            Kind.CHOICE,
            col(Subscription.status),
            sorts=True,
            values=tuple(SubscriptionStatus),
        ),
        Field(
            'cycle',
            'Billing cycle',
            Kind.CHOICE,
            col(Plan.cycle),
            values=tuple(Cycle),
            joins=_PLAN,
            up_front=False,
        ),
        Field('quantity', 'Quantity', Kind.COUNT, col(Subscription.quantity), up_front=False),
        Field(
            'price',
            'Price',
            Kind.MONEY,
            col(Subscription.price) * col(Subscription.quantity),
            currency=_CURRENCY,
            sorts=True,
            up_front=False,
        ),
        Field('start', 'Start', Kind.DATE, col(Subscription.started_on), sorts=True, indexed=True),
        Field(
            'next_billing',
            'Next billing',
            Kind.DATE,
            col(Subscription.next_billing_on),
            sorts=True,
            optional=True,
        ),
        Field(
            'renewal',
            'Renewal date',
            Kind.DATE,
            col(Subscription.term_ends_on),
            sorts=True,
            optional=True,
            up_front=False,
        ),
        Field(
            'cancellation',
            'Cancellation date',
            Kind.DATE,
            func.coalesce(col(Subscription.cancelled_on), col(Subscription.cancel_on)),
            sorts=True,
            optional=True,
            at_first=False,
            up_front=False,
        ),
        Field('currency', 'Currency', Kind.CHOICE, _CURRENCY, up_front=False),
    ),
)
