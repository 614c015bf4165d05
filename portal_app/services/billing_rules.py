"""What all verbs on billing records ask: who may, what may be typed, and when it counts."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import select

from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.business_day import business_day
from portal_app.errors import Conflict, Invalid, NotFound
from portal_app.models import Credit, Customer, Invoice, Payment
from portal_app.money import MOST_MINOR, Money, plain
from portal_app.services.accounts import account, counts_from, fresh, hold_account
from portal_app.services.addresses import JOINERS
from portal_app.services.organization import organization
from portal_app.work import Work

LIST = Permission(Activity.BILLING_RECORDS, Action.LIST)
VIEW = Permission(Activity.BILLING_RECORDS, Action.VIEW)
ADD = Permission(Activity.BILLING_RECORDS, Action.ADD)
EDIT = Permission(Activity.BILLING_RECORDS, Action.EDIT)
DELETE = Permission(Activity.BILLING_RECORDS, Action.DELETE)

LONGEST_REFERENCE, LONGEST_NOTE, LONGEST_KEY = 100, 2_000, 100  # characters
EARLIEST = date(2000, 1, 1)
_LINE = re.compile(r'(line|item)s\.(\d+)\.(\w+)')

Row = TypeVar('Row', Invoice, Payment, Credit)
Problems = dict[str, str]


class BillingRefused(Invalid):
    """Fields that break a rule: `problems` has the rest of a sentence for each, lines counted from 1.

    Of `lines.2.unit_price` people read "Line 2, unit price must …".
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__('\n'.join(f'{spoken(name)} {problem}.' for name, problem in problems.items()))


def spoken(name: str) -> str:
    """What people call a field."""
    if found := _LINE.fullmatch(name):
        return f'{found[1].capitalize()} {found[2]}, {found[3].replace("_", " ")}'
    return name[:1].upper() + name[1:].replace('_', ' ')


def refuse(problems: Problems) -> None:
    """Raises BillingRefused where there is any problem."""
    if problems:
        raise BillingRefused(problems)


def text_problem(text: str, longest: int, *, needed: bool = False, lines: bool = False) -> str:
    """What is wrong with a text, as the rest of a sentence; empty where nothing is. Blanks count."""
    if not text:
        return 'must not be empty' if needed else ''
    if len(text) > longest:
        return f'must have at most {longest} characters (got {len(text)})'
    if not (text.replace('\n', ' ') if lines else text).translate(JOINERS).isprintable():
        return (
            'must not contain control characters' if lines else 'must be one line without control characters'
        )
    return ''


def checked_note(name: str, text: str) -> str:
    """A reason or a note that must be given, without blanks around it. Raises BillingRefused."""
    text = text.strip()
    problem = text_problem(text, LONGEST_NOTE, needed=True, lines=True)
    refuse({name: problem} if problem else {})
    return text


def key_problem(request_key: str) -> str:
    """The same for the key by which a form is taken once: databases hold no NUL, nor half of a character."""
    if not isinstance(request_key, str):
        return 'must be a text'
    return text_problem(request_key, LONGEST_KEY, needed=True)


def check_key(request_key: str | None) -> None:
    """Raises BillingRefused for a key that cannot be kept; a form need have none."""
    problem = key_problem(request_key) if request_key else ''
    refuse({'request_key': problem} if problem else {})


def day_problem(day: date | None, *, past: bool = True) -> str:
    """The same for a calendar day; `past`: it must have begun where the organization is."""
    if day is None:
        return 'must be a day'
    if day < EARLIEST:
        return f'must not be before {EARLIEST} (got {day})'
    if past and day > business_day():
        return f'must not be in the future (got {day}, today is {business_day()})'
    if day.year > business_day().year + 20:
        return f'must be within 20 years (got {day})'
    return ''


def amount_problem(amount: int, most: int | None = None, currency: str = '') -> str:
    """The same for an amount of minor units that must be above zero, and at most this.

    To Python True is a whole number; here it is none.
    """
    if type(amount) is not int:
        return 'must be a whole number of minor units'
    if amount <= 0:
        return 'must be above zero'
    if amount > (MOST_MINOR if most is None else most):
        return f'must be at most {said(MOST_MINOR if most is None else most, currency)}'
    return ''


def said(amount: int, currency: str) -> str:
    """An amount as the audit log and refusals have it: 12.50 USD."""
    return f'{plain(amount, currency)} {currency}'


def money_said(amount: Money) -> str:
    """The same of an amount with its currency."""
    return said(*amount)


def held(work: Work, model: type[Row], row_id: int) -> Row:
    """A record as it is now, behind its account's lock. Raises NotFound, and Conflict where it just moved."""
    found = work.session.get(model, row_id) if 0 < row_id < 2**63 else None
    if found is None:
        raise NotFound('There is no such record.')
    customer_id = found.customer_id
    hold_account(work, customer_id)
    now = fresh(work, model, row_id)
    if now.customer_id != customer_id:
        raise Conflict('Somebody else has just given it to another customer. Please look again.')
    return now


def customer_with(work: Work, number: str) -> Customer | None:
    """The customer with this number."""
    return work.session.exec(select(Customer).where(Customer.number == number.strip())).first()


def moment_of(work: Work, day: date) -> datetime | None:
    """When something of this day counts: None, which is now, for today; noon where the organization is."""
    if day >= business_day():
        return None
    return datetime.combine(day, time(12), ZoneInfo(organization(work).time_zone))


def put_off(work: Work, customer_id: int, currency: str, at: datetime | None) -> date | None:
    """The day from which something counts whose own day is in a month that was stated; else None."""
    if at is None:
        return None
    counts = counts_from(account(work, customer_id, currency), at)
    return counts.astimezone(ZoneInfo(organization(work).time_zone)).date() if counts > at else None
