"""Plans and prices of the invented company, and what each customer has subscribed to."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlmodel import SQLModel, select

from portal_app.models import Customer, Cycle, Plan, Subscription, SubscriptionItem, SubscriptionStatus
from portal_app.work import Work

Numbered = Callable[[type[SQLModel]], str]  # the next number of a kind of document

PLANS = (
    ('platform-starter', 'Platform Starter', 'platform', 10, 1_900, 'For small teams: 5 projects.'),
    ('platform-team', 'Platform Team', 'platform', 20, 3_900, 'Unlimited projects, single sign-on.'),
    ('platform-business', 'Platform Business', 'platform', 30, 6_900, 'Audit log, 99.95% availability.'),
    ('platform-enterprise', 'Platform Enterprise', 'platform', 40, 11_900, 'Own region, 24/7 support.'),
    ('support-standard', 'Support Standard', 'support', 10, 14_900, 'Answers within a working day.'),
    ('support-premium', 'Support Premium', 'support', 20, 49_900, 'Answers within an hour, day and night.'),
)
# Price of one unit in major units; a usage line has more decimals than any currency.
RATES = {
    'api.request': Decimal('0.00042'),
    'compute.minutes': Decimal('0.0185'),
    'storage.snapshot': Decimal('0.0021'),
    'data.transfer': Decimal('0.085'),
    'message.sent': Decimal('0.0065'),
    'report.rendered': Decimal('0.12'),
    'seat.active': Decimal('0.35'),
    'support.session': Decimal('1.4'),
}
TITLES = {
    'api.request': 'API requests',
    'compute.minutes': 'Compute',
    'storage.snapshot': 'Snapshot storage',
    'data.transfer': 'Data transfer',
    'message.sent': 'Messages sent',
    'report.rendered': 'Reports',
    'seat.active': 'Active guest seats',
    'support.session': 'Support sessions',
}


@dataclass(frozen=True)
class Account:
    """A customer with what it is billed for, since when, and how it pays."""

    customer: Customer
    subscription: Subscription
    began: date
    habit: str


def add_plans(work: Work, currency: str, prefix: str = '') -> dict[str, Plan]:
    """The plans that are not there yet, by their code."""
    found = {plan.code: plan for plan in work.session.exec(select(Plan))}
    for code, name, family, priority, price, description in PLANS:
        if prefix + code not in found:
            unit = 'seat' if family == 'platform' else ''
            found[prefix + code] = Plan(
                code=prefix + code,
                name=name,
                family=family,
                priority=priority,
                price=price,
                currency=currency,
                cycle=Cycle.MONTH,
                unit=unit,
                most=500 if unit else 1,
                description=description,
            )
            work.session.add(found[prefix + code])
    work.session.flush()
    return {code: found[prefix + code] for code, *_ in PLANS}


def subscribe(
    work: Work,
    customers: Sequence[Customer],
    plans: dict[str, Plan],
    chance: random.Random,
    today: date,
    numbered: Numbered,
) -> list[Account]:
    """Give each customer a subscription to the platform, some to support, and a way of paying."""
    habits = ('prompt', 'transfer', 'transfer', 'card', 'card', 'late', 'part')
    platform = [plans[code] for code, _, family, *_ in PLANS if family == 'platform']
    made = []
    for place, customer in enumerate(customers):
        began = customer.created_at.date().replace(day=1)
        plan = platform[2] if place == 0 else chance.choices(platform, (3, 4, 2, 1))[0]
        seats = 42 if place == 0 else chance.randrange(3, 60)
        subscription = _subscription(work, customer, plan, seats, began, today, numbered(Subscription))
        if chance.random() < 0.3:
            support = plans['support-standard']
            _subscription(work, customer, support, 1, began, today, numbered(Subscription))
        habit = 'card' if place == 0 else habits[place % len(habits)]
        made.append(Account(customer, subscription, began, habit))
    return made


def _subscription(
    work: Work, customer: Customer, plan: Plan, quantity: int, began: date, today: date, number: str
) -> Subscription:
    month = today.replace(day=1)
    next_month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    renews = began.replace(year=today.year + (1 if (began.month, 1) <= (today.month, today.day) else 0))
    subscription = Subscription(
        number=number,
        customer_id=customer.id or 0,
        plan_id=plan.id or 0,
        status=SubscriptionStatus.ACTIVE,
        quantity=quantity,
        price=plan.price,
        currency=plan.currency,
        started_on=began,
        period_start=month,
        period_end=next_month,
        next_billing_on=next_month,
        term_ends_on=renews,
        term_months=12,
    )
    work.session.add(subscription)
    work.session.flush()
    for position, (event_type, rate) in enumerate(list(RATES.items())[:3], 1) if plan.unit else ():
        work.session.add(
            SubscriptionItem(
                subscription_id=subscription.id or 0,
                position=position,
                description=TITLES[event_type],
                unit_price=rate,
                event_type=event_type,
            )
        )
    return subscription
