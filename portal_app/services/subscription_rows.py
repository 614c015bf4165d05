"""Subscriptions as their verbs find and leave them: of today, behind a lock, each change written down."""

from datetime import date
from typing import Any

from portal_app.business_day import business_day
from portal_app.errors import Conflict, NotFound
from portal_app.models import Cycle, Plan, Subscription, SubscriptionStatus
from portal_app.services.accounts import fresh, hold_account, tell
from portal_app.services.subscription_terms import Happened, bring_up_to, ends_on, forget_change, next_billing
from portal_app.work import Work

_ACTIONS = {
    Happened.CHANGED: 'The pending change took effect.',
    Happened.RENEWED: 'The term was renewed.',
    Happened.CANCELLED: 'It was cancelled.',
    Happened.EXPIRED: 'Its term ended.',
}


def settle(work: Work, subscription: Subscription, today: date) -> None:
    """Let pass what was due until today, and write down what it changed."""
    was = {'plan_id': subscription.plan_id, 'quantity': subscription.quantity}
    period = subscription.period_start
    happened = bring_up_to(subscription, Cycle(plan_of(work, subscription).cycle), today)
    for each in happened:
        now = {'plan_id': subscription.plan_id, 'quantity': subscription.quantity}
        changed = each == Happened.CHANGED
        work.record(
            'subscription.due',
            subscription.number,
            customer_id=subscription.customer_id,
            before=was if changed else None,
            after={'what': _ACTIONS[each], **(now if changed else {})},
        )
    if happened or subscription.period_start != period:
        keep(work, subscription)


def held_subscription(work: Work, subscription_id: int) -> tuple[Subscription, Plan]:
    """A subscription as it is today with its plan, behind its account's lock. Raises NotFound."""
    found = find_subscription(work, subscription_id)
    hold_account(work, found.customer_id)
    subscription = fresh(work, Subscription, subscription_id)
    settle(work, subscription, business_day())
    return subscription, plan_of(work, subscription)


def find_subscription(work: Work, subscription_id: int) -> Subscription:
    """A subscription as it is stored. Raises NotFound."""
    found = work.session.get(Subscription, subscription_id) if 0 < subscription_id < 2**63 else None
    if found is None:
        raise NotFound('There is no such subscription.')
    return found


def plan_of(work: Work, subscription: Subscription) -> Plan:
    """Its plan."""
    return work.session.get_one(Plan, subscription.plan_id)


def keep(work: Work, subscription: Subscription) -> None:
    """Store what was changed; open pages hear of it."""
    work.session.add(subscription)
    tell(work, subscription.customer_id)


def check_status(subscription: Subscription, *statuses: SubscriptionStatus) -> None:
    """Raises Conflict unless it has one of these."""
    if subscription.status not in statuses:
        raise Conflict(f'Subscription {subscription.number} is {subscription.status.lower()}.')


def pending(subscription: Subscription) -> dict[str, Any]:
    """What is to change, and on which day; nothing where nothing is."""
    if subscription.cancel_on:
        return {'cancel_on': str(subscription.cancel_on)}
    if subscription.next_change_on is None:
        return {}
    next = {'quantity': subscription.next_quantity, 'plan_id': subscription.next_plan_id}
    return {'on': str(subscription.next_change_on)} | {name: value for name, value in next.items() if value}


def cancel_at_end(subscription: Subscription) -> None:
    """Mark that it ends with its term or else its cycle. Raises Conflict where it ends without that."""
    if last := ends_on(subscription):
        raise Conflict(f'Subscription {subscription.number} ends on {last} as it is.')
    forget_change(subscription)
    subscription.cancel_on = subscription.term_ends_on or subscription.period_end
    subscription.next_billing_on = next_billing(subscription, business_day())


def take_back(subscription: Subscription) -> None:
    """Nothing is to change any more."""
    forget_change(subscription)
    subscription.cancel_on = None
    subscription.next_billing_on = next_billing(subscription, business_day())
