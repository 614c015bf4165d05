"""What a customer is offered to change about a subscription, and what is about to change (POR-07)."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from portal_app.models import Plan, Subscription, SubscriptionStatus
from portal_app.money import Money
from portal_app.services.subscription_case import case_of, seen, why_not
from portal_app.services.subscription_form import quantity_problem
from portal_app.services.subscription_preview import Case, Kind, Terms
from portal_app.services.subscription_reckoning import later_terms, may_become
from portal_app.services.subscription_terms import ends_on
from portal_app.work import Work


@dataclass(frozen=True)
class Choice:
    """A plan to change to. `difference` is per cycle; `why_not` says what stands in the way right now."""

    id: int
    name: str
    description: str
    unit: str
    price: Money
    difference: Money
    is_upgrade: bool
    why_not: str


@dataclass(frozen=True)
class Pending:
    """What is about to change, and when; without terms it ends."""

    on: date
    terms: Terms | None


@dataclass(frozen=True)
class Offer:
    """A subscription with what its viewer may change about it now."""

    id: int
    customer_id: int
    number: str
    plan: str
    unit: str
    quantity: int
    price: Money
    least: int
    most: int | None
    cycle: str
    kinds: tuple[Kind, ...]
    pending: Pending | None
    choices: tuple[Choice, ...]


def offer(work: Work, subscription_id: int) -> Offer:
    """Look it up. Raises NotFound where the viewer does not see the subscription."""
    case = case_of(work, seen(work, subscription_id))
    subscription, plan = case.subscription, case.plan
    choices = _choices(work, case)
    possible = _possible(case, choices)
    return Offer(
        id=subscription_id,
        customer_id=subscription.customer_id,
        number=subscription.number,
        plan=plan.name,
        unit=plan.unit,
        quantity=subscription.quantity,
        price=Money(subscription.price, subscription.currency),
        least=plan.least,
        most=plan.most,
        cycle=str(plan.cycle),
        kinds=tuple(kind for kind in possible if not why_not(work, subscription, kind)),
        pending=_pending(case),
        choices=choices,
    )


def _possible(case: Case, choices: tuple[Choice, ...]) -> list[Kind]:
    """What its state leaves; one change at a time is pending."""
    subscription, plan = case.subscription, case.plan
    if subscription.status != SubscriptionStatus.ACTIVE:
        return []
    if subscription.cancel_on or subscription.next_change_on:
        return [Kind.RESUME if subscription.cancel_on else Kind.WITHDRAW]
    found = [] if plan.least == plan.most == subscription.quantity else [Kind.QUANTITY]
    found += [Kind.PLAN] if choices else []
    return found if ends_on(subscription) else [*found, Kind.CANCEL]


def _pending(case: Case) -> Pending | None:
    subscription = case.subscription
    if subscription.cancel_on:
        return Pending(subscription.cancel_on, None)
    if subscription.next_change_on:
        return Pending(subscription.next_change_on, later_terms(case))
    return None


def _choices(work: Work, case: Case) -> tuple[Choice, ...]:
    family = select(Plan).where(Plan.family == case.plan.family).order_by(col(Plan.priority), col(Plan.name))
    found = work.session.exec(family).all()
    return tuple(_choice(case, plan) for plan in found if may_become(case.plan, plan))


def _choice(case: Case, plan: Plan) -> Choice:
    subscription: Subscription = case.subscription
    problem = quantity_problem(subscription.quantity, plan)
    return Choice(
        id=plan.id or 0,
        name=plan.name,
        description=plan.description,
        unit=plan.unit,
        price=Money(plan.price, plan.currency),
        difference=Money((plan.price - subscription.price) * subscription.quantity, plan.currency),
        is_upgrade=plan.priority > case.plan.priority,
        why_not=f'The quantity {problem}.' if problem else '',
    )
