"""What a viewer owes: figures of each currency, and the arithmetic behind them (POR-02, field notes).

The figures are those of all accounts that the viewer sees, by indexed reads of what is open alone, and only
as far as they follow from what the viewer's tabs show. Amounts are whole minor units; currencies are never
added to each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal_column, select
from sqlmodel import col

from portal_app.business_day import business_day
from portal_app.errors import NotFound
from portal_app.models import UNDER_WAY, AccountBalance, Credit, Customer, Invoice, Payment, PaymentStatus
from portal_app.services.going_back import going_back
from portal_app.services.related import Tabs
from portal_app.work import Work

Condition = ColumnElement[bool]
# Written out, as the conditions of the partial indexes are.
IS_OPEN: Condition = literal_column('invoice.balance > 0')
IS_LEFT: Condition = literal_column('credit.balance > 0')
_OVERDUE = ('1-30', '31-60', '61-90', 'over 90')
AGES = ('Invoices not due yet', *(f'Invoices overdue for {days} days' for days in _OVERDUE))
MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Balance:
    """In one currency: net = due - credit, which is what can be used. What the tabs do not show is None."""

    currency: str
    due: int | None
    overdue: int | None
    credit: int | None
    net: int | None


@dataclass(frozen=True)
class Figures:
    """All balances, the children that they include, and what they leave out since it has no tab."""

    balances: tuple[Balance, ...]
    includes: tuple[str, ...]
    leaves_out: tuple[str, ...]


@dataclass(frozen=True)
class Share:
    """A part of a balance: how many records, and what they come to. `days`: when those invoices were due."""

    name: str
    count: int
    amount: int
    days: tuple[date | None, date | None] = (None, None)


@dataclass(frozen=True)
class Explanation:
    """How a balance comes about: due is the sum of `ages`, credit = `payments` + `credits` - `going_back`.

    `pending` is under way and in none of them. A part that the viewer's tabs do not show is None.
    """

    balance: Balance
    ages: tuple[Share, ...] | None
    payments: Share | None
    credits: Share | None
    going_back: Share | None
    pending: Share | None


def sees_due(tabs: Tabs) -> bool:
    """Whether what is owed follows from what the tabs show."""
    return 'invoices' in tabs and 'balance' in tabs['invoices'].by_name


def sees_age(tabs: Tabs) -> bool:
    """Whether it follows too since when that is due."""
    return sees_due(tabs) and 'due_date' in tabs['invoices'].by_name


def sees_credit(tabs: Tabs) -> bool:
    """Whether what is free follows from what the tabs show."""
    sees_payments = 'payments' in tabs and 'unapplied' in tabs['payments'].by_name
    return sees_payments and 'credits' in tabs and 'balance' in tabs['credits'].by_name


def figures(work: Work, tabs: Tabs) -> Figures:
    """The balances, that in the company's own currency first; one of zero where there is none at all."""
    if not (sees_due(tabs) or sees_credit(tabs)):
        return Figures((), (), ())
    accounts = [row for row in work.session.exec(work.visible(AccountBalance)) if row.due or row.credit]
    own, names = _customers(work)
    found = _balances(work, tabs, accounts, own)
    holders = {row.customer_id for row in accounts}
    return Figures(
        balances=tuple(sorted(found, key=lambda each: (each.currency != own, each.currency))),
        includes=tuple(names[id] for id in work.customer_ids[1:] if id in holders),
        leaves_out=tuple(_left_out(tabs)),
    )


def explain(work: Work, tabs: Tabs, currency: str) -> Explanation:
    """The arithmetic of one currency, from the documents. Raises NotFound for one without figures."""
    balance = next((each for each in figures(work, tabs).balances if each.currency == currency), None)
    if balance is None:
        raise NotFound
    sees_payments = 'payments' in tabs and 'amount' in tabs['payments'].by_name
    return Explanation(
        balance=balance,
        ages=_open(work, tabs, balance) if sees_due(tabs) else None,
        payments=_unapplied(work, currency) if sees_credit(tabs) else None,
        credits=_credits(work, currency) if sees_credit(tabs) else None,
        going_back=_going_back(work, currency) if sees_credit(tabs) else None,
        pending=_pending(work, currency) if sees_payments else None,
    )


def can_pay_something(work: Work) -> bool:
    """Whether any invoice that the viewer sees can be paid: open, and not under way in full."""
    asked = work.visible(Invoice).where(IS_OPEN, col(Invoice.balance) > col(Invoice.pending))
    return work.session.exec(asked.limit(1)).first() is not None


def _balances(work: Work, tabs: Tabs, accounts: Iterable[AccountBalance], own: str) -> list[Balance]:
    sums: dict[str, tuple[int, int]] = {}
    for row in accounts:
        due, credit = sums.get(row.currency, (0, 0))
        sums[row.currency] = due + row.due, credit + row.credit
    by_due, by_credit = sees_due(tabs), sees_credit(tabs)
    overdue = _overdue(work) if sees_age(tabs) else None
    back = going_back(work, work.customer_ids) if by_credit else None

    def balance(currency: str, due: int, credit: int) -> Balance:
        usable = None if back is None else credit - back[currency].amount
        return Balance(
            currency,
            due if by_due else None,
            None if overdue is None else overdue.get(currency, 0),
            usable,
            due - usable if by_due and usable is not None else None,
        )

    return [
        balance(currency, due, credit)
        for currency, (due, credit) in (sums or {own: (0, 0)}).items()
        if not sums or (by_due and due) or (by_credit and credit)
    ]


def _customers(work: Work) -> tuple[str, dict[int, str]]:
    """The company's own currency, and the names of all whose records the viewer sees."""
    asked = select(col(Customer.id), col(Customer.name), col(Customer.currency))
    rows = work.session.execute(asked.where(col(Customer.id).in_(work.customer_ids))).all()
    own = next(currency for id, _, currency in rows if id == work.customer_ids[0])
    return own, {id: name for id, name, _ in rows if id}


def _left_out(tabs: Tabs) -> list[str]:
    if not sees_due(tabs):
        return ['invoices']
    return [] if sees_credit(tabs) else ['unapplied payments', 'credits']


def _overdue(work: Work) -> dict[str, int]:
    asked = (
        select(col(Invoice.currency), func.sum(col(Invoice.balance)))
        .where(_mine(work, Invoice), IS_OPEN, col(Invoice.due_date) < business_day())
        .group_by(col(Invoice.currency))
    )
    return {currency: int(amount) for currency, amount in work.session.execute(asked)}


def _open(work: Work, tabs: Tabs, balance: Balance) -> tuple[Share, ...]:
    """What is open, by its age where that may be told."""
    ages = _ages(work, balance.currency)
    if sees_age(tabs) or not ages:
        return ages
    return (Share('Open invoices', sum(age.count for age in ages), balance.due or 0),)


def _ages(work: Work, currency: str) -> tuple[Share, ...]:
    """What is open, by how long it is overdue; ages with nothing in them are left out."""
    today, due = business_day(), col(Invoice.due_date)
    age = case(
        (due >= today, 0),
        (due >= today - MONTH, 1),
        (due >= today - 2 * MONTH, 2),
        (due >= today - 3 * MONTH, 3),
        else_=4,
    ).label('age')
    asked = (
        select(age, func.count(), func.sum(col(Invoice.balance)))
        .where(_mine(work, Invoice), IS_OPEN, col(Invoice.currency) == currency)
        .group_by(age)
        .order_by(age)
    )
    return tuple(
        Share(AGES[place], count, int(amount), _due_days(place, today))
        for place, count, amount in work.session.execute(asked)
    )


def _due_days(place: int, today: date) -> tuple[date | None, date | None]:
    """The first and the last due date of an age."""
    if place == 0:
        return today, None
    last = today - (place - 1) * MONTH - timedelta(days=1)
    return (None if place == len(AGES) - 1 else today - place * MONTH), last


def _unapplied(work: Work, currency: str) -> Share:
    left = col(Payment.amount) - col(Payment.applied) - col(Payment.refunded)
    here = col(Payment.status) == PaymentStatus.PROCESSED
    return _share(work, 'Unapplied payments', Payment, left, currency, here, left > 0)


def _credits(work: Work, currency: str) -> Share:
    return _share(work, 'Open credits', Credit, col(Credit.balance), currency, IS_LEFT)


def _going_back(work: Work, currency: str) -> Share:
    found = going_back(work, work.customer_ids)[currency]
    return Share('Being refunded', found.payments, found.amount)


def _pending(work: Work, currency: str) -> Share:
    under_way = col(Payment.status).in_(UNDER_WAY)
    return _share(work, 'Pending payments', Payment, col(Payment.amount), currency, under_way)


def _share(
    work: Work, name: str, model: type[Payment | Credit], amount: Any, currency: str, *where: Condition
) -> Share:
    asked = select(func.count(), func.coalesce(func.sum(amount), 0)).where(
        _mine(work, model), col(model.currency) == currency, *where
    )
    count, total = work.session.execute(asked).one()
    return Share(name, count, int(total))


def _mine(work: Work, model: type[Invoice | Payment | Credit]) -> Condition:
    where = work.visible(model).whereclause
    assert where is not None
    return where
