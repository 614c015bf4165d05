"""The dialog that records a payment, and the choice of what money is used for."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

from nicegui import ui

from components.attempt import guarded
from components.confirm import Question, text_field, typed
from components.formats import money
from pages.admin.billing_fields import (
    AmountField,
    PartFields,
    also,
    currencies,
    day_field,
    day_typed,
    does,
    said_of_use,
)
from portal_app.auth.viewer import StaffViewer
from portal_app.business_day import business_day
from portal_app.money import Money
from portal_app.services import staff_payments
from portal_app.services.invoice_page import InvoicePage, Party
from portal_app.services.money_page import OpenInvoice, usable_for
from portal_app.services.staff_payments import METHODS, TypedPayment
from portal_app.services.using_money import Used
from portal_app.work import Work, reading_as

OLDEST, CHOSEN, NOTHING = 'oldest', 'chosen', 'nothing'
WAYS = {
    OLDEST: 'The oldest invoices first',
    CHOSEN: 'Invoices that I choose',
    NOTHING: 'Nothing yet: it stays unapplied',
}


Parts = tuple[list[tuple[int, int]] | None, dict[str, str]]  # as read, and what cannot be read


def record_for_invoice(viewer: StaffViewer, found: InvoicePage) -> None:
    """A payment of one invoice; what is more than it needs stays unapplied."""
    row, room = found.row, found.money(found.row.balance - found.row.pending)
    form = RecordPayment(viewer, found.customer, row.currency, room)
    with form.question:
        ui.label(
            f'It goes to {row.number}, of which {money(room, viewer.locale)} are open; more stays unapplied.'
        ).classes('soft small')
    form.run(lambda amount: ([(row.id or 0, min(amount, room.minor))], {}))


def record_for_customer(viewer: StaffViewer, customer: Party, currency: str) -> None:
    """A payment of a customer: for the oldest invoices, or for those that are chosen."""
    form = RecordPayment(viewer, customer, currency)
    with form.question:
        choice = PartChoice(viewer, customer.id, form.currency, WAYS)
    form.on_currency = choice.set_currency
    form.run(lambda _: choice.read())


class RecordPayment:
    """The dialog. `run` is given how the parts are read, from the amount."""

    def __init__(
        self, viewer: StaffViewer, customer: Party, currency: str, open: Money | None = None
    ) -> None:
        self.viewer, self.customer, self.currency = viewer, customer, currency
        self.on_currency: Callable[[str], Awaitable[None]] | None = None
        self.key = uuid4().hex
        self.question = Question(f'Record payment of {customer.name}', 'Record payment')
        with self.question, ui.element('div').classes('field-pairs'):
            self.amount = AmountField('Amount', currency, viewer.locale, open)
            self.amount.field.props('autofocus')
            if open is None:
                chosen = ui.select(currencies(), label='Currency', value=currency, with_input=True)
                chosen.props('dense outlined options-dense fill-input hide-selected')
                chosen.on_value_change(lambda event: self._set_currency(event.value))
            self.method = ui.select(list(METHODS), label='Method', value=METHODS[0])
            self.method.props('dense outlined options-dense')
            self.day = day_field('Date', business_day())
            self.reference = text_field('Reference', longest=100)
            self.note = text_field('Note for staff', longest=2_000)

    def run(self, parts: Callable[[int], Parts]) -> None:
        """What the button does."""

        def verb(work: Work) -> Used:
            amount, problem = self.amount.read()
            chosen, problems = parts(amount)
            typed_in = TypedPayment(
                self.customer.id,
                amount,
                self.currency,
                self.method.value if isinstance(self.method.value, str) else '',
                day_typed(self.day),
                typed(self.reference),
                typed(self.note),
                chosen,
                self.key,
            )
            with also(problems | ({'amount': problem} if problem else {})):
                return staff_payments.record_payment(work, typed_in)

        does(self.question, self.viewer, verb, lambda done: said_of_use(done, self.viewer.locale))

    async def _set_currency(self, currency: object) -> None:
        if currency in currencies():
            self.currency = str(currency)
            self.amount.set_currency(self.currency)
            if self.on_currency:
                await self.on_currency(self.currency)


class PartChoice:
    """What money is used for: one of the ways, and for one of them the open invoices with their amounts."""

    def __init__(
        self,
        viewer: StaffViewer,
        customer_id: int,
        currency: str,
        ways: dict[str, str],
        *,
        by_credit: bool = False,
    ) -> None:
        self.viewer, self.customer_id, self.currency = viewer, customer_id, currency
        self.by_credit = by_credit
        self.fields: PartFields | None = None
        self.way = ui.select(ways, label='Use it for', value=OLDEST).props('dense outlined options-dense')
        self.place = ui.element('div')
        self.way.on_value_change(self._show)

    def read(self) -> Parts:
        """The chosen parts; None for the oldest first."""
        if self.way.value == CHOSEN and self.fields:
            return self.fields.read()
        return ([], {}) if self.way.value == NOTHING else (None, {})

    async def set_currency(self, currency: str) -> None:
        """The invoices of another currency."""
        self.currency = currency
        await self._show()

    async def _show(self) -> None:
        self.place.clear()
        self.fields = None
        if self.way.value == CHOSEN:
            found = await guarded(asyncio.to_thread(self._look))
            self.place.clear()
            with self.place:
                self.fields = PartFields(found or [], self.viewer.locale)

    def _look(self) -> list[OpenInvoice]:
        with reading_as(self.viewer) as work:
            return usable_for(work, self.customer_id, self.currency, by_credit=self.by_credit)
