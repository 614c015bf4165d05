"""What a change to a subscription would mean: reckoned on a copy by what carries it out (POR-07)."""

from portal_app.errors import Conflict
from portal_app.models import Plan, Subscription, SubscriptionStatus
from portal_app.money import Money
from portal_app.services.billing_rules import refuse
from portal_app.services.invoice_lines import rate_tax
from portal_app.services.subscription_form import quantity_problem
from portal_app.services.subscription_preview import Case, Kind, Preview, Terms, Wanted
from portal_app.services.subscription_rows import cancel_at_end, take_back
from portal_app.services.subscription_terms import days_left, ends_on, fixed_fees, prorated


def reckon(case: Case, wanted: Wanted) -> Preview:
    """What it would mean. Raises BillingRefused and Conflict where it cannot be done."""
    now = case.subscription
    after = Subscription(**now.model_dump())
    at_once = carry_out(case, wanted, after)
    plan = (case.new_plan if wanted.kind == Kind.PLAN else None) or case.plan
    pending = wanted.kind in (Kind.QUANTITY, Kind.PLAN) and not at_once
    goal = _terms(case, plan, _later(after) if pending else after)
    before = _terms(case, case.plan, now)
    if wanted.kind == Kind.WITHDRAW:
        before = later_terms(case)
    charge, left, days = 0, *days_left(now, case.today)
    if wanted.kind in (Kind.QUANTITY, Kind.PLAN) and at_once:
        charge = prorated(goal.per_cycle.minor - before.per_cycle.minor, left, days)
    return Preview(
        subscription_id=now.id or 0,
        number=now.number,
        wanted=wanted,
        cycle=str(case.plan.cycle),
        before=before,
        after=goal,
        starts_on=after.cancel_on or (now.period_end if pending else case.today),
        at_once=at_once,
        charge=Money(charge, now.currency),
        tax=Money(rate_tax(charge, case.tax_rate), now.currency),
        days_left=left,
        days=days,
        invoiced=case.bills and charge > 0,
        billed_to_parent=case.billed_to_parent,
        next_billing_on=after.next_billing_on,
        next_amount=goal.per_cycle if after.next_billing_on else None,
        has_usage=any(item.event_type for item in case.items),
        works_until=after.cancel_on,
    )


def carry_out(case: Case, wanted: Wanted, subscription: Subscription) -> bool:
    """Change this subscription, which is the case's own or a copy. Returns whether it is in force at once.

    Raises BillingRefused and Conflict where it cannot be done.
    """
    _check_running(subscription)
    match wanted.kind:
        case Kind.RESUME:
            if subscription.cancel_on is None:
                raise Conflict(f'Subscription {subscription.number} is not to be cancelled.')
            take_back(subscription)
            return True
        case Kind.WITHDRAW:
            if subscription.next_change_on is None:
                raise Conflict(f'No change of subscription {subscription.number} is pending.')
            take_back(subscription)
            return True
    _check_nothing_pending(subscription)
    match wanted.kind:
        case Kind.CANCEL:
            cancel_at_end(subscription)
            return False
        case Kind.PLAN:
            return _change_plan(case, subscription)
        case _:
            return _change_quantity(case, subscription, wanted.quantity)


def later_terms(case: Case) -> Terms:
    """What is subscribed to once the pending change is in force."""
    return _terms(case, case.next_plan or case.plan, _later(case.subscription))


def may_become(plan: Plan, other: Plan) -> bool:
    """Whether a customer may change from a plan to this other one: of its family, currency and cycle."""
    same = (plan.family, plan.currency, plan.cycle) == (other.family, other.currency, other.cycle)
    return bool(plan.family) and same and other.active and other.id != plan.id


def _change_quantity(case: Case, subscription: Subscription, quantity: int | None) -> bool:
    problem = quantity_problem(quantity, case.plan)
    refuse({'quantity': problem} if problem else {})
    assert quantity is not None
    if quantity == subscription.quantity:
        raise Conflict(f'The quantity is {quantity:,} already.')
    at_once = quantity > subscription.quantity
    if at_once:
        subscription.quantity = quantity
    else:
        _check_goes_on(subscription)
        subscription.next_quantity, subscription.next_change_on = quantity, subscription.period_end
    return at_once


def _change_plan(case: Case, subscription: Subscription) -> bool:
    plan = case.new_plan
    if plan is not None and plan.id == case.plan.id:
        raise Conflict(f'The plan is {plan.name} already.')
    if plan is None or not may_become(case.plan, plan):
        refuse({'plan': 'must be one that this subscription can change to'})
    assert plan
    if problem := quantity_problem(subscription.quantity, plan):
        refuse({'quantity': f'of {plan.name} {problem}'})
    at_once = plan.priority > case.plan.priority
    if at_once:
        subscription.plan_id, subscription.price = plan.id or 0, plan.price
    else:
        _check_goes_on(subscription)
        subscription.next_plan_id, subscription.next_price = plan.id, plan.price
        subscription.next_change_on = subscription.period_end
    return at_once


def _check_running(subscription: Subscription) -> None:
    if subscription.status != SubscriptionStatus.ACTIVE:
        raise Conflict(f'Subscription {subscription.number} is {subscription.status.lower()}.')


def _check_nothing_pending(subscription: Subscription) -> None:
    day = subscription.cancel_on or subscription.next_change_on
    if day:
        what = 'is to be cancelled' if subscription.cancel_on else 'is to change'
        raise Conflict(f'Subscription {subscription.number} {what} on {day}. Take that back first.')


def _check_goes_on(subscription: Subscription) -> None:
    """What begins with the next cycle needs one."""
    if (last := ends_on(subscription)) and last <= subscription.period_end:
        raise Conflict(f'Subscription {subscription.number} ends on {last}, before this would begin.')


def _later(subscription: Subscription) -> Subscription:
    """A copy of it with its pending change in force."""
    later = Subscription(**subscription.model_dump())
    later.quantity = subscription.next_quantity or subscription.quantity
    later.price = subscription.price if subscription.next_price is None else subscription.next_price
    return later


def _terms(case: Case, plan: Plan, subscription: Subscription) -> Terms:
    currency = subscription.currency
    whole = subscription.price * subscription.quantity + fixed_fees(case.items, currency)
    return Terms(
        plan.name,
        subscription.quantity,
        plan.unit,
        Money(subscription.price, currency),
        Money(whole, currency),
    )
