"""The form of the pay page: the open invoices of one account in one currency, and what pays them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from nicegui import ui

from components.attempt import attempt, say
from components.design import banner, button, heading, quiet_button
from components.formats import day, money, money_input, sentence, typed_money
from components.leaving import leave
from components.pay_form import PayBox, PayRow, PayRows
from pages.portal.pay_addresses import pay_address, result_address
from pages.portal.saved_method import go_and_add
from portal_app.auth.viewer import ContactView, PortalViewer
from portal_app.business_day import business_day
from portal_app.errors import PortalError, SignedOut
from portal_app.hosts import public_url
from portal_app.listings import Listing
from portal_app.models import Payment, PaymentStatus
from portal_app.money import Money
from portal_app.services import charging, paying, payment_methods
from portal_app.services.organization import organization
from portal_app.services.paying import OpenAccount, Order, Payable
from portal_app.services.payment_methods import Method
from portal_app.services.payment_start import require_gateway
from portal_app.work import Work, acting_as

ELSEWHERE = 0  # for a method: the gateway's own page
Reload = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Ways:
    """What can pay: saved methods, the gateway's page; and whether an amount of choice is taken."""

    gateway: str
    methods: Sequence[Method]
    can_keep: bool
    parts: bool

    @classmethod
    def of(cls, work: Work) -> 'Ways':
        """As it is for this viewer now."""
        keeps = payment_methods.are_kept(work)
        kept = payment_methods.methods(work).methods if keeps else ()
        usable = [each for each in kept if each.is_usable]
        return cls(require_gateway().title, usable, keeps, organization(work).part_payments)

    @property
    def names(self) -> dict[int, str]:
        """Each way by its id, the default method first."""
        marks = {each.id: f' ({each.mark.lower()})' if each.mark else '' for each in self.methods}
        marked = {each.id: each.name + marks[each.id] for each in self.methods}
        other = 'Another way, on' if marked else 'You pay on'
        return {**marked, ELSEWHERE: f'{other} the page of {self.gateway}'}


class PayAccount:
    """One drawn form. `paying`: its button was pressed, and it is not known yet what came of it."""

    def __init__(
        self,
        viewer: PortalViewer,
        account: OpenAccount,
        ways: Ways,
        listing: Listing,
        chosen: frozenset[int] | None,
        method: int | None,
    ) -> None:
        self.viewer, self.account, self.ways, self.listing = viewer, account, ways, listing
        self.asked_for = chosen
        open = frozenset(invoice.id for invoice in account.invoices if invoice.open)
        self.ticked = open if chosen is None else chosen & open
        usable = [each.id for each in ways.methods if each.mark != 'Expired']
        self.method = method if method in ways.names else next(iter(usable), ELSEWHERE)
        self.paying, self.request_key = False, uuid4().hex
        self.problems: Sequence[str] = ()

    @property
    def chosen(self) -> frozenset[int]:
        """The invoices that are ticked now."""
        return self.rows.chosen

    @property
    def wanted(self) -> frozenset[int] | None:
        """The same, with those that were asked for and cannot be ticked just now; None where all are."""
        boxes = frozenset(self.rows.boxes)
        gone = self.asked_for - boxes if self.asked_for else frozenset()
        return None if self.asked_for is None and self.chosen == boxes else self.chosen | gone

    @property
    def total(self) -> int:
        """What is open of them."""
        return sum(each.open for each in self.account.invoices if each.id in self.chosen)

    def draw(self, reload: Reload) -> None:
        """Draw it: invoices at one side, what pays them at the other."""
        self.reload = reload
        with ui.element('div').classes('pay-columns'):
            with ui.element('section').classes('panel').props('aria-label="Invoices"'):
                heading(2, self.account.customer)
                rows = [self._row(each) for each in self.account.invoices]
                self.rows = PayRows(rows, self.ticked, self._ticked)
                self._credit()
            with ui.element('section').classes('panel pay-box').props('aria-label="Payment"'):
                self.box = PayBox(
                    self.ways.names,
                    self.method,
                    label=f'Amount in {self.account.currency}',
                    amount=self._all_of_it(),
                    words=self._words(self.total),
                    pay=self._pay,
                    changed=self._typed,
                    check=self._problem,
                    parts=self.ways.parts,
                )
                if self.ways.can_keep:
                    with self.box.extra:
                        quiet_button('Add a payment method', self._add, icon='add')
        if not self.total or isinstance(self.viewer, ContactView):
            self.box.button.disable()

    def go_on_from(self, before: 'PayAccount') -> None:
        """What was typed before it was drawn anew stays, and what was said of it."""
        if before.chosen == self.chosen and before.box.typed != self.box.typed:
            self.box.set_amount(before.box.typed)
        if before.problems:
            self._stop(before.problems)

    def _row(self, invoice: Payable) -> PayRow:
        """An invoice with what of it is not hidden."""
        visible, locale = self.listing.by_name, self.viewer.locale
        late = invoice.due_date < business_day()
        marks = ['Overdue'] if late and 'due_date' in visible else []
        marks += ['Disputed'] if invoice.disputed and 'disputed' in visible else []
        about = [f'Due {day(invoice.due_date, locale)}'] if 'due_date' in visible else []
        if invoice.pending:
            about.append(f'{self._said(invoice.pending)} under way')
        return PayRow(
            invoice.id,
            invoice.number if 'number' in visible else 'Invoice',
            self._said(invoice.open),
            ' · '.join(about),
            tuple(marks),
            can_pay=bool(invoice.open),
        )

    def _credit(self) -> None:
        if self.account.credit and not isinstance(self.viewer, ContactView):
            amount = self._said(self.account.credit)
            with ui.element('div').classes('pay-credit'):
                banner(f'You have {amount} in credit. It can pay your oldest invoices first.', 'savings')
                button('Use it', self._use_credit)

    def _ticked(self) -> None:
        """Other invoices are ticked: all that is open of them is what is paid."""
        self.box.set_amount(self._all_of_it())
        self._typed()

    def _typed(self) -> None:
        """Say on the button what it pays."""
        amount = self._amount()
        self.box.show(
            self._words(amount or self.total),
            can_pay=amount is not None and not isinstance(self.viewer, ContactView),
        )

    def _amount(self) -> int | None:
        """What is to be paid; None where nothing can be."""
        if not self.total or self._problem(self.box.typed):
            return None
        return typed_money(self.box.typed, self.account.currency, self.viewer.locale)

    def _problem(self, text: str) -> str:
        try:
            amount = typed_money(text, self.account.currency, self.viewer.locale)
        except ValueError as error:
            return sentence(str(error))
        if amount <= 0 and self.total:
            return 'Must be above zero.'
        return f'Must be at most {self._said(self.total)}.' if amount > self.total else ''

    async def _pay(self) -> None:
        amount = self._amount()
        if self.paying or amount is None:
            return
        self.paying, self.problems, client = True, (), ui.context.client
        order = Order(tuple(sorted(self.chosen)), self.request_key, amount, self.box.chosen or None)
        self.rows.lock(True)
        self.box.begin()
        try:
            paid = await asyncio.to_thread(_pay, self.viewer, order)
        except SignedOut as error:
            with client:
                leave(error)
        except PortalError as error:
            self._stop(error.message.split('\n'))
        else:
            if paid.status == PaymentStatus.FAILED:
                self.request_key = uuid4().hex  # whoever presses again wants to pay again
                self._stop([paid.reason])
                return
            with client:
                ui.navigate.to(paid.checkout or result_address(self.viewer, paid.number, order.invoice_ids))

    def _stop(self, reasons: Sequence[str]) -> None:
        self.paying, self.problems = False, reasons
        self.rows.lock(False)
        self.box.stop(reasons)

    async def _use_credit(self) -> None:
        used: list[int] = []

        def verb() -> None:
            with acting_as(self.viewer) as work:
                used.append(paying.use_credit(work, self.account.currency))

        client = ui.context.client
        if await attempt(verb):
            with client:
                say(f'{self._said(used[0])} of your credit were used.')
                await self.reload()

    async def _add(self) -> None:
        await go_and_add(self.viewer, pay_address(self.viewer, sorted(self.chosen)))

    def _all_of_it(self) -> str:
        return money_input(Money(self.total, self.account.currency), self.viewer.locale)

    def _words(self, amount: int) -> str:
        return f'Pay {self._said(amount)}'

    def _said(self, minor: int) -> str:
        return money(Money(minor, self.account.currency), self.viewer.locale)


def _pay(viewer: PortalViewer, order: Order) -> Payment:
    """Runs in a thread: the gateway may take seconds."""
    with acting_as(viewer) as work:
        begun = paying.begin(work, order)
    payment = begun.payment
    if not begun.is_new:
        return payment
    back = result_address(viewer, payment.number, order.invoice_ids)
    return charging.charge(viewer, payment.id or 0, public_url() + back)
