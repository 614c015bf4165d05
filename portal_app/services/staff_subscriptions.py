"""Subscriptions and plans of everybody, as staff see them: two lists, and a page with its history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlmodel import col
from sqlmodel import select as select_rows

from portal_app.errors import NotFound
from portal_app.listings import Field, Kind, Listing
from portal_app.models import AuditEntry, Customer, Cycle, Plan, Subscription, SubscriptionItem
from portal_app.money import Money
from portal_app.services.billing_rules import LIST, VIEW
from portal_app.services.subscription_form import items_of
from portal_app.services.subscription_list import SUBSCRIPTIONS
from portal_app.services.subscription_rows import plan_of
from portal_app.services.subscription_terms import RUNNING, fixed_fees
from portal_app.services.whose import customer_and_number
from portal_app.work import Work

PAGE = 50  # entries of the history
OFFERED, RETIRED = 'Offered', 'Retired'
_SENTENCES = {
    'subscription.create': '{actor} created it.',
    'subscription.edit': '{actor} changed the draft.',
    'subscription.status': '{actor} set it to {status}.',
    'subscription.cancel': '{actor} cancelled it as of {on}.',
    'subscription.withdraw': '{actor} took back what was to change.',
    'subscription.term': '{actor} changed its term.',
    'subscription.change': '{actor}: {change}.',
    'subscription.due': '{what}',
}


def _subscribers() -> Any:
    """How many run on a plan."""
    return (
        select(func.count())
        .where(col(Subscription.plan_id) == col(Plan.id), col(Subscription.status).in_(RUNNING))
        .correlate(Plan)
        .scalar_subquery()
    )


STAFF_SUBSCRIPTIONS = Listing(
    key='subscriptions',
    title='Subscriptions',
    singular='Subscription',
    model=Subscription,
    permission=LIST,
    icon='autorenew',
    named_by='number',
    default_sort='-start',
    empty='Make the first one with “New subscription”.',
    fields=(
        SUBSCRIPTIONS.by_name['number'],
        *customer_and_number(Subscription),
        *(
            SUBSCRIPTIONS.by_name[name]
            for name in ('plan', 'status', 'cycle', 'quantity', 'price', 'start', 'next_billing')
        ),
        *(SUBSCRIPTIONS.by_name[name] for name in ('renewal', 'cancellation', 'currency')),
    ),
)

PLANS = Listing(
    key='plans',
    title='Plans',
    singular='Plan',
    model=Plan,
    permission=LIST,
    icon='sell',
    named_by='name',
    default_sort='name',
    empty='Add what customers can subscribe to.',
    fields=(
        Field('name', 'Name', Kind.TEXT, col(Plan.name), sorts=True, searched=True, up_front=False),
        Field('code', 'Code', Kind.REFERENCE, col(Plan.code), sorts=True, searched=True, up_front=False),
        Field('family', 'Family', Kind.CHOICE, col(Plan.family), sorts=True),
        Field('priority', 'Priority', Kind.COUNT, col(Plan.priority), sorts=True, up_front=False),
        Field(
            'price',
            'Price',
            Kind.MONEY,
            col(Plan.price),
            currency=col(Plan.currency),
            sorts=True,
            up_front=False,
        ),
        Field('cycle', 'Billing cycle', Kind.CHOICE, col(Plan.cycle), values=tuple(Cycle)),
        Field('unit', 'Unit', Kind.TEXT, col(Plan.unit), up_front=False),
        Field('subscribers', 'Subscriptions', Kind.COUNT, _subscribers(), sorts=True, up_front=False),
        Field(
            'state',
            'State',
            Kind.CHOICE,
            case((col(Plan.active), OFFERED), else_=RETIRED),
            sorts=True,
            values=(OFFERED, RETIRED),
        ),
        Field('currency', 'Currency', Kind.CHOICE, col(Plan.currency), at_first=False, up_front=False),
    ),
)


@dataclass(frozen=True)
class Event:
    """One line of a subscription's history. `at` is aware UTC."""

    at: datetime
    sentence: str


@dataclass(frozen=True)
class SubscriptionPage:
    """Everything about one subscription, and the grants of who looks at it."""

    subscription: Subscription
    plan: Plan
    next_plan: Plan | None
    customer: str
    customer_number: str
    items: tuple[SubscriptionItem, ...]
    per_cycle: Money  # without usage and tax
    history: tuple[Event, ...]
    grants: frozenset[str]


def subscription_page(work: Work, number: str) -> SubscriptionPage:
    """Look it up. Needs Billing Records: View. Raises NotFound."""
    work.require(VIEW)
    found = work.session.exec(select_rows(Subscription).where(Subscription.number == number)).first()
    if found is None:
        raise NotFound('There is no subscription with this number.')
    customer = work.session.get_one(Customer, found.customer_id)
    items = tuple(items_of(work, found))
    whole = found.price * found.quantity + fixed_fees(items, found.currency)
    return SubscriptionPage(
        subscription=found,
        plan=plan_of(work, found),
        next_plan=work.session.get(Plan, found.next_plan_id) if found.next_plan_id else None,
        customer=customer.name,
        customer_number=customer.number,
        items=items,
        per_cycle=Money(whole, found.currency),
        history=_history(work, found),
        grants=work.grants,
    )


def choosable_plans(work: Work, also: int | None = None) -> list[Plan]:
    """The plans that can be chosen, and this one whatever it is. Needs Billing Records: View."""
    work.require(VIEW)
    chosen = or_(col(Plan.active).is_(True), col(Plan.id) == also)
    return list(work.session.exec(select_rows(Plan).where(chosen).order_by(Plan.name)))


def _history(work: Work, subscription: Subscription) -> tuple[Event, ...]:
    entries = (
        select_rows(AuditEntry)
        .where(
            AuditEntry.customer_id == subscription.customer_id,
            AuditEntry.subject == subscription.number,
            col(AuditEntry.action).startswith('subscription.'),
        )
        .order_by(col(AuditEntry.id).desc())
        .limit(PAGE)
    )
    return tuple(Event(entry.at, _sentence(entry)) for entry in work.session.exec(entries))


def _sentence(entry: AuditEntry) -> str:
    said = {'status': '', 'on': '', 'change': '', 'what': '', **entry.after}
    actor = entry.actor.partition(' <')[0]
    return _SENTENCES.get(entry.action, '{actor} changed it.').format(actor=actor, **said)
