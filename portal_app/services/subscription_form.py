"""What staff type of a subscription, what is wrong with it by field, and how it is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select

from portal_app.models import Customer, Cycle, Plan, Subscription, SubscriptionItem
from portal_app.money import minor, plain
from portal_app.services.billing_rules import Problems, customer_with, day_problem, refuse, said, text_problem
from portal_app.services.invoice_lines import LONGEST_DESCRIPTION, LONGEST_UNIT, number_problem
from portal_app.services.plans import MOST_UNITS, price_problem, whole_problem
from portal_app.services.subscription_terms import after_months
from portal_app.work import Work

MOST_ITEMS = 50
LONGEST_TERM = 120  # months
MOST_OF_ITEM = 10**9  # its quantity, and its price in major units


@dataclass(frozen=True)
class TypedItem:
    """Something beside the plan as it was typed: numbers are plain decimals, the price is in major units."""

    description: str = ''
    quantity: str = '1'
    unit: str = ''
    unit_price: str = ''
    event_type: str = ''  # usage: its quantity is what is metered


@dataclass(frozen=True)
class SubscriptionText:
    """A subscription as it was typed. An empty price is the plan's."""

    customer: str  # its number
    plan_id: int | None
    quantity: int | None
    started_on: date | None
    price: str = ''
    term_ends_on: date | None = None
    term_months: int | None = None
    items: tuple[TypedItem, ...] = ()


def check(work: Work, typed: SubscriptionText, before: Subscription | None = None) -> tuple[Customer, Plan]:
    """The customer and the plan that were typed. Raises BillingRefused with every broken rule.

    `before` is the draft that is changed: its plan may have been retired meanwhile.
    """
    customer = customer_with(work, typed.customer)
    plan = work.session.get(Plan, typed.plan_id) if typed.plan_id else None
    found: Problems = {}
    if customer is None:
        found['customer'] = f'must be the number of a customer (got {typed.customer.strip()[:40]!r})'
    if plan is None or not (plan.active or (before and before.plan_id == plan.id)):
        found['plan'] = 'must be one that can be chosen'
    else:
        found['quantity'] = quantity_problem(typed.quantity, plan)
        found['price'] = price_problem(typed.price, plan.currency) if typed.price.strip() else ''
    found['started_on'] = day_problem(typed.started_on, past=False)
    found |= term_problems(typed.term_ends_on, typed.term_months, typed.started_on)
    found |= _item_problems(typed.items)
    refuse({name: problem for name, problem in found.items() if problem})
    assert customer
    assert plan
    return customer, plan


def quantity_problem(quantity: object, plan: Plan) -> str:
    """What is wrong with a quantity of this plan, as the rest of a sentence; empty where nothing is."""
    most = MOST_UNITS if plan.most is None else plan.most
    if type(quantity) is int and plan.most is None and quantity < plan.least:
        return f'must be at least {plan.least:,} (got {quantity:,})'
    if plan.least == most and quantity != most:
        return f'must be {most:,}'
    return whole_problem(quantity, plan.least, most)


def term_problems(ends_on: date | None, months: int | None, after: date | None) -> Problems:
    """What is wrong with a term that must end after this day, by field; empty texts where nothing is."""
    found = {'term_ends_on': '', 'term_months': ''}
    if ends_on is not None:
        found['term_ends_on'] = day_problem(ends_on, past=False)
        if not found['term_ends_on'] and after and ends_on <= after:
            found['term_ends_on'] = f'must be after {after} (got {ends_on})'
    if months is not None:
        found['term_months'] = whole_problem(months, 1, LONGEST_TERM)
        if ends_on is None:
            found['term_months'] = 'must be empty where no term ends'
    return found


def values_of(typed: SubscriptionText, plan: Plan) -> dict[str, Any]:
    """What the row of a draft says that is right. Its first cycle begins on the day on which it starts."""
    began = typed.started_on
    assert began
    return {
        'plan_id': plan.id,
        'quantity': typed.quantity,
        'currency': plan.currency,
        'price': minor(typed.price, plan.currency) if typed.price.strip() else plan.price,
        'started_on': began,
        'period_start': began,
        'period_end': after_months(began, Cycle(plan.cycle).months, began),
        'term_ends_on': typed.term_ends_on,
        'term_months': typed.term_months,
    }


def items_of(work: Work, subscription: Subscription) -> list[SubscriptionItem]:
    """What it has beside its plan, in order."""
    items = select(SubscriptionItem).where(SubscriptionItem.subscription_id == subscription.id)
    return list(work.session.exec(items.order_by(col(SubscriptionItem.position))))


def write_items(work: Work, subscription: Subscription, typed: Sequence[TypedItem]) -> None:
    """Let it have these items and no others."""
    work.session.add(subscription)
    work.session.flush()
    theirs = col(SubscriptionItem.subscription_id) == subscription.id
    work.session.execute(delete(SubscriptionItem).where(theirs))
    for position, item in enumerate(typed, 1):
        work.session.add(
            SubscriptionItem(
                subscription_id=subscription.id or 0,
                position=position,
                description=item.description.strip(),
                quantity=Decimal(item.quantity),
                unit=item.unit.strip(),
                unit_price=Decimal(item.unit_price),
                event_type=item.event_type.strip(),
            )
        )
    work.session.flush()


def typed_of(work: Work, subscription: Subscription, customer: Customer) -> SubscriptionText:
    """A draft as somebody would have typed it."""
    return SubscriptionText(
        customer.number,
        subscription.plan_id,
        subscription.quantity,
        subscription.started_on,
        plain(subscription.price, subscription.currency),
        subscription.term_ends_on,
        subscription.term_months,
        tuple(
            TypedItem(
                item.description, f'{item.quantity:f}', item.unit, f'{item.unit_price:f}', item.event_type
            )
            for item in items_of(work, subscription)
        ),
    )


def content(work: Work, subscription: Subscription, plan: Plan) -> dict[str, Any]:
    """What the audit log says that it has."""
    items = [
        f'{item.quantity:f} {item.unit} × {item.unit_price:f} {item.description} {item.event_type}'.strip()
        for item in items_of(work, subscription)
    ]
    return {
        'plan': plan.name,
        'quantity': subscription.quantity,
        'price': said(subscription.price, subscription.currency),
        'started_on': str(subscription.started_on),
        **term(subscription),
        'items': '\n'.join(items),
    }


def term(subscription: Subscription) -> dict[str, Any]:
    """Its term for the audit log."""
    ends = subscription.term_ends_on
    return {'term_ends_on': str(ends) if ends else '', 'term_months': subscription.term_months}


def _item_problems(items: Sequence[TypedItem]) -> Problems:
    found: Problems = {}
    for place, item in enumerate(items, 1):
        wrong = {
            'description': text_problem(item.description.strip(), LONGEST_DESCRIPTION, needed=True),
            'quantity': _size_problem(item.quantity),
            'unit': text_problem(item.unit.strip(), LONGEST_UNIT),
            'unit_price': _size_problem(item.unit_price),
            'event_type': text_problem(item.event_type.strip(), LONGEST_DESCRIPTION),
        }
        found |= {f'items.{place}.{name}': problem for name, problem in wrong.items()}
    if len(items) > MOST_ITEMS:
        found['items'] = f'must be at most {MOST_ITEMS} (got {len(items)})'
    return found


def _size_problem(text: str) -> str:
    if problem := number_problem(text.strip()):
        return problem
    return (
        '' if 0 <= Decimal(text) <= MOST_OF_ITEM else f'must be between 0 and {MOST_OF_ITEM:,} (got {text})'
    )
