"""The fields and words that the dialogs about billing records share: amounts, days, invoices to choose."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from babel.numbers import get_currency_name
from nicegui import ui

from components.confirm import Question, typed
from components.formats import day, money, number, typed_money
from portal_app.auth.viewer import StaffViewer
from portal_app.money import Money, is_currency, plain
from portal_app.services.billing_rules import BillingRefused
from portal_app.services.money_page import OpenInvoice
from portal_app.services.profile_rules import CURRENCIES
from portal_app.services.using_money import Used
from portal_app.work import Work, acting_as

After = Callable[[], Any]


@cache
def currencies() -> dict[str, str]:
    """The currencies that can be billed in, and how they are called."""
    return {
        code: f'{code} – {get_currency_name(code, locale="en")}' for code in CURRENCIES if is_currency(code)
    }


def in_fields(amount: Money, locale: str) -> str:
    """An amount as a person would type it."""
    return number(Decimal(plain(*amount)), locale)


class AmountField:
    """An amount in major units, typed in the viewer's locale."""

    def __init__(self, label: str, currency: str, locale: str, value: Money | None = None) -> None:
        self.currency, self.locale = currency, locale
        self.field = ui.input(label, value=in_fields(value, locale) if value else '')
        self.field.props(f'dense outlined inputmode=decimal maxlength=40 suffix="{currency}"')

    def set_currency(self, currency: str) -> None:
        """It is an amount of another currency now."""
        self.currency = currency
        self.field.props(f'suffix="{currency}"')

    def show(self, value: Money) -> None:
        """Put an amount into it."""
        self.field.set_value(in_fields(value, self.locale))

    def read(self) -> tuple[int, str]:
        """Its minor units, and why it cannot be read: then it is 0, which every verb refuses."""
        try:
            return typed_money(typed(self.field), self.currency, self.locale), ''
        except ValueError as error:
            return 0, f'cannot be read: {error}'.removesuffix('.')


class PartFields:
    """How much of some money each open invoice gets."""

    def __init__(self, invoices: Sequence[OpenInvoice], locale: str) -> None:
        self.invoices = invoices
        self.fields: list[AmountField] = []
        with ui.element('ul').classes('part-list part-fields'):
            for each in invoices:
                with ui.element('li').classes('part-field'):
                    with ui.element('div'):
                        ui.label(each.number).classes('strong')
                        disputed = ', disputed' if each.disputed else ''
                        said = f'{money(each.room, locale)} open, due {day(each.due_date, locale)}{disputed}'
                        ui.label(said).classes('soft small')
                    made = AmountField('', each.room.currency, locale)
                    made.field.props(f'aria-label="Amount for {each.number}"')
                    self.fields.append(made)
        if not invoices:
            ui.label('No posted invoice of this customer is open in this currency.').classes('soft')

    def read(self) -> tuple[list[tuple[int, int]], dict[str, str]]:
        """The invoices with an amount, and what cannot be read."""
        parts: list[tuple[int, int]] = []
        problems: dict[str, str] = {}
        for each, field in zip(self.invoices, self.fields, strict=True):
            if typed(field.field).strip():
                amount, problem = field.read()
                parts.append((each.id, amount))
                problems |= {f'invoice {each.number}': problem} if problem else {}
        return parts, problems


def day_field(label: str, value: date | None) -> ui.input:
    """A calendar day."""
    return ui.input(label, value=value.isoformat() if value else '').props(
        'dense outlined type=date stack-label'
    )


def day_typed(field: ui.input) -> date | None:
    """The day that was typed; None for nothing and for what is no day."""
    try:
        return date.fromisoformat(typed(field))
    except ValueError:
        return None


@contextmanager
def also(problems: dict[str, str]) -> Iterator[None]:
    """Say in one refusal what could not be read and what breaks a rule."""
    try:
        yield
    except BillingRefused as refused:
        raise BillingRefused(refused.problems | problems) from refused


def said_of_use(done: Used, locale: str) -> str:
    """What became of money, as a message says it."""
    used = ', '.join(f'{money(amount, locale)} for {number}' for number, amount in done.used)
    left = f'{money(done.left, locale)} unapplied' if done.left.minor else ''
    said = '; '.join(part for part in (used, left) if part)
    return f'{done.number}: {said}.{later(done.counts_from, locale)}'


def later(counts_from: date | None, locale: str) -> str:
    """That something counts later than its date, since its month has been stated."""
    if counts_from is None:
        return ''
    return f' Its date is in a month with a statement, so it counts from {day(counts_from, locale)}.'


def reason_field(label: str = 'Reason', *, first: bool = True) -> ui.textarea:
    """A few words that are kept in the audit log; `first`: the focus begins there."""
    return ui.textarea(label).props(f'dense outlined autogrow maxlength=2000{" autofocus" if first else ""}')


def does(
    form: Question,
    viewer: StaffViewer,
    verb: Callable[[Work], Any],
    done: Callable[[Any], str],
    after: After | None = None,
) -> None:
    """Let the form do this in one transaction; `done` is given what came of it."""
    became: list[Any] = []

    def run() -> None:
        with acting_as(viewer) as work:
            became[:] = [verb(work)]

    async def follow() -> None:
        if after:
            after()

    form.does(run, lambda: done(became[0]), follow)
