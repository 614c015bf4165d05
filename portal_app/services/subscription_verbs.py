"""What staff do with subscriptions: create, edit, activate, pause, resume, cancel, set the term."""

from datetime import date

from portal_app.business_day import business_day
from portal_app.errors import Conflict
from portal_app.models import Customer, Subscription, SubscriptionStatus
from portal_app.services.accounts import hold_account
from portal_app.services.billing_rules import ADD, DELETE, EDIT, refuse
from portal_app.services.counters import next_number
from portal_app.services.plans import hold_plans
from portal_app.services.subscription_form import (
    SubscriptionText,
    check,
    content,
    term,
    term_problems,
    typed_of,
    values_of,
    write_items,
)
from portal_app.services.subscription_rows import (
    cancel_at_end,
    check_status,
    find_subscription,
    held_subscription,
    keep,
    pending,
    settle,
    take_back,
)
from portal_app.services.subscription_terms import RUNNING, end, next_billing
from portal_app.work import Work

DRAFT, ACTIVE, PAUSED = SubscriptionStatus.DRAFT, SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED


def create_subscription(work: Work, typed: SubscriptionText, active: bool) -> Subscription:
    """Make a draft, or a subscription that runs at once. Needs Billing Records: Add.

    Raises BillingRefused with every broken rule, and Conflict where its term would be over already.
    """
    work.require(ADD)
    hold_plans(work)
    customer, plan = check(work, typed)
    hold_account(work, customer.id or 0)
    made = Subscription(
        number=next_number(work, Subscription),
        customer_id=customer.id or 0,
        status=DRAFT,
        **values_of(typed, plan),
    )
    write_items(work, made, typed.items)
    keep(work, made)
    work.record('subscription.create', made.number, customer_id=customer.id, after=content(work, made, plan))
    if active:
        _start(work, made)
    return made


def draft_to_edit(work: Work, subscription_id: int) -> SubscriptionText:
    """A draft as somebody would have typed it. Needs Billing Records: Edit. Raises Conflict for no draft."""
    work.require(EDIT)
    found = find_subscription(work, subscription_id)
    check_status(found, DRAFT)
    return typed_of(work, found, work.session.get_one(Customer, found.customer_id))


def edit_subscription(work: Work, subscription_id: int, typed: SubscriptionText) -> Subscription:
    """Change a draft; its customer stays. Needs Billing Records: Edit.

    Raises BillingRefused with every broken rule, and Conflict unless it is a draft.
    """
    work.require(EDIT)
    hold_plans(work)
    subscription, old = held_subscription(work, subscription_id)
    check_status(subscription, DRAFT)
    before = content(work, subscription, old)
    _, plan = check(work, typed, subscription)
    for name, value in values_of(typed, plan).items():
        setattr(subscription, name, value)
    write_items(work, subscription, typed.items)
    after = content(work, subscription, plan)
    changed = [name for name in after if before[name] != after[name]]
    if changed:
        keep(work, subscription)
        work.record(
            'subscription.edit',
            subscription.number,
            customer_id=subscription.customer_id,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return subscription


def activate(work: Work, subscription_id: int) -> None:
    """Let a draft run. Needs Billing Records: Edit.

    Raises Conflict unless it is a draft, and where its term is over already.
    """
    work.require(EDIT)
    subscription, _ = held_subscription(work, subscription_id)
    check_status(subscription, DRAFT)
    _start(work, subscription)


def pause(work: Work, subscription_id: int) -> None:
    """Bill nothing until it is resumed; its days pass all the same. Needs Billing Records: Edit.

    Raises Conflict unless it is active.
    """
    _set_status(work, subscription_id, ACTIVE, PAUSED)


def resume(work: Work, subscription_id: int) -> None:
    """Go on with a paused subscription, in the cycle that runs by now. Needs Billing Records: Edit.

    Raises Conflict unless it is paused.
    """
    _set_status(work, subscription_id, PAUSED, ACTIVE)


def cancel(work: Work, subscription_id: int, at_once: bool) -> None:
    """End it now, or with its term or else its cycle. Nothing is credited. Needs Billing Records: Delete.

    Raises Conflict where it does not run, or ends without that.
    """
    work.require(DELETE)
    subscription, _ = held_subscription(work, subscription_id)
    check_status(subscription, *RUNNING, *((DRAFT,) if at_once else ()))
    if at_once:
        end(subscription, SubscriptionStatus.CANCELLED, business_day())
    else:
        cancel_at_end(subscription)
    keep(work, subscription)
    day = subscription.cancelled_on or subscription.cancel_on
    work.record(
        'subscription.cancel',
        subscription.number,
        customer_id=subscription.customer_id,
        after={'on': str(day)},
    )


def withdraw(work: Work, subscription_id: int) -> None:
    """Take back a cancellation or a change that has not taken effect. Needs Billing Records: Edit.

    Raises Conflict where there is none.
    """
    work.require(EDIT)
    subscription, _ = held_subscription(work, subscription_id)
    was = pending(subscription)
    if not was:
        raise Conflict(f'Nothing is to change about subscription {subscription.number}.')
    take_back(subscription)
    keep(work, subscription)
    work.record(
        'subscription.withdraw', subscription.number, customer_id=subscription.customer_id, before=was
    )


def set_term(work: Work, subscription_id: int, ends: date | None, months: int | None) -> None:
    """Say when the term ends (None: it has none), and by how many months it is renewed then (None: expires).

    Needs Billing Records: Edit. Raises BillingRefused, and Conflict where it does not run.
    """
    work.require(EDIT)
    subscription, _ = held_subscription(work, subscription_id)
    check_status(subscription, *RUNNING)
    found = term_problems(ends, months, business_day())
    refuse({name: problem for name, problem in found.items() if problem})
    before = term(subscription)
    subscription.term_ends_on, subscription.term_months = ends, months
    if term(subscription) == before:
        return
    subscription.next_billing_on = next_billing(subscription, business_day())
    keep(work, subscription)
    work.record(
        'subscription.term',
        subscription.number,
        customer_id=subscription.customer_id,
        before=before,
        after=term(subscription),
    )


def _start(work: Work, subscription: Subscription) -> None:
    """From draft to active, in the cycle that runs today."""
    ends = subscription.term_ends_on
    if ends and ends <= business_day() and subscription.term_months is None:
        raise Conflict(f'The term of {subscription.number} ended on {ends}. Set another one first.')
    _become(work, subscription, ACTIVE)


def _set_status(
    work: Work, subscription_id: int, before: SubscriptionStatus, after: SubscriptionStatus
) -> None:
    work.require(EDIT)
    subscription, _ = held_subscription(work, subscription_id)
    check_status(subscription, before)
    _become(work, subscription, after)


def _become(work: Work, subscription: Subscription, status: SubscriptionStatus) -> None:
    before, subscription.status = subscription.status, status
    settle(work, subscription, business_day())
    keep(work, subscription)
    work.record(
        'subscription.status',
        subscription.number,
        customer_id=subscription.customer_id,
        before={'status': before},
        after={'status': status},
    )
