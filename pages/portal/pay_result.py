"""What became of a payment: where people come back to from the gateway, and see it arrive (POR-05)."""

import asyncio
from collections.abc import Sequence

from fastapi import Request
from nicegui import ui

from components.account_parts import draw_sums
from components.attempt import attempt
from components.design import heading, link_button, main_link, quiet_button
from components.formats import local_day, money
from components.live import on_change
from pages.portal.frame import address, document_address, portal_frame, surroundings
from pages.portal.pay_addresses import invoice_ids, pay_address
from portal_app.api.session import PortalViewer
from portal_app.auth import viewer as viewers
from portal_app.gateways.gateway import Unreachable
from portal_app.listings import Listing
from portal_app.live import Change, Topic
from portal_app.models import UNDER_WAY, Payment, PaymentStatus
from portal_app.money import Money
from portal_app.services import charging, paying
from portal_app.work import acting_as, reading_as

TITLES = {
    PaymentStatus.PROCESSED: 'Thank you',
    PaymentStatus.REVERSED: 'This payment was taken back',
    PaymentStatus.FAILED: 'This payment failed',
}
ARRIVES = 'Your payment is under way. You get a mail as soon as it has arrived; this page follows.'
UNCHARGED = 'Nothing was charged.'  # only where the gateway itself says so
WAITS = 'It was not finished on the page of the payment service. You can go on there, or give it up.'


def register() -> None:
    """Add the page."""
    ui.page('/portal/{company}/pay/{number}', dark=None)(pay_result)


async def pay_result(viewer: PortalViewer, request: Request, number: str) -> None:
    """One payment of the viewer's accounts, as the gateway says it is now. Raises NotFound."""
    around = await asyncio.to_thread(surroundings, viewer)
    page = PayResult(viewer, around.tabs, number, invoice_ids(request.query_params.getlist('invoice')))
    payment = await asyncio.to_thread(page.ask)
    with portal_frame(viewer, around, 'invoices', f'Payment {number}', page):
        with ui.element('nav').props('aria-label="Where you are"').classes('trail'):
            ui.link('Invoices', address(viewer, 'invoices'))
            ui.link('Pay', address(viewer, 'pay'))
        page.body = ui.element('div').props('role=status')
        page.show(payment)
    on_change(Topic.BILLING, page.billed, concerns=lambda change: change.customer_id == payment.customer_id)


class PayResult:
    """One open page of a payment."""

    def __init__(
        self, viewer: viewers.PortalViewer, tabs: Sequence[Listing], number: str, chosen: Sequence[int]
    ) -> None:
        self.viewer, self.number, self.chosen = viewer, number, chosen
        self.tabs = {tab.key for tab in tabs}
        self.body: ui.element

    def look(self) -> Payment:
        """The payment as it is now. Runs in a thread."""
        with reading_as(self.viewer) as work:
            paying.require_paying(work)
            return paying.payment_by_number(work, self.number)

    def ask(self) -> Payment:
        """The same, after the gateway was asked about one that is under way."""
        found = self.look()
        if found.status not in UNDER_WAY or isinstance(self.viewer, viewers.ContactView):
            return found
        try:
            return charging.look_up(self.viewer, found.id or 0)
        except Unreachable:
            return found

    def show(self, payment: Payment) -> None:
        """Draw it."""
        self.body.clear()
        waits = payment.status in UNDER_WAY and bool(payment.checkout)
        with self.body, ui.element('section').classes('panel pay-result'):
            heading(1, self._title(payment, waits))
            for sentence in sentences(payment):
                ui.label(sentence)
            draw_sums(self._facts(payment), strong=('Amount',))
            with ui.element('div').classes('form-buttons'):
                self._buttons(payment, waits)

    async def billed(self, _change: Change) -> None:
        """Something of its account has changed: perhaps it has arrived."""
        self.show(await asyncio.to_thread(self.look))

    async def setup_changed(self, tabs: Sequence[Listing]) -> None:
        """Staff changed tabs: its receipt belongs to one."""
        self.tabs = {tab.key for tab in tabs}
        await self.access_changed()

    async def access_changed(self) -> None:
        """Whose payments may be seen has changed (ACC-13)."""
        self.show(await asyncio.to_thread(self.look))

    def _title(self, payment: Payment, waits: bool) -> str:
        if waits:
            return 'This payment is not finished'
        return TITLES.get(PaymentStatus(payment.status), 'This payment is under way')

    def _facts(self, payment: Payment) -> list[tuple[str, str]]:
        locale, amount = self.viewer.locale, Money(payment.amount, payment.currency)
        facts = [('Payment', payment.number), ('Date', local_day(payment.at, self.viewer.zone, locale))]
        facts += [('Method', payment.method)] if payment.method else []
        return [*facts, ('Amount', money(amount, locale))]

    def _buttons(self, payment: Payment, waits: bool) -> None:
        looks_on = isinstance(self.viewer, viewers.ContactView)
        if waits and not looks_on:
            main_link('Go on paying', payment.checkout)
            quiet_button('Give it up', self._give_up)
        elif payment.uncharged_at and not looks_on:
            main_link('Pay again', pay_address(self.viewer, self.chosen))
        elif payment.status == PaymentStatus.PROCESSED and 'payments' in self.tabs:
            where = document_address(self.viewer, 'payments', payment.id or 0)
            link_button('Download receipt', where, icon='picture_as_pdf')
        link_button('All invoices', address(self.viewer, 'invoices'))

    async def _give_up(self) -> None:
        client = ui.context.client

        def verb() -> None:
            with acting_as(self.viewer) as work:  # who only looks on is refused
                payment = paying.payment_by_number(work, self.number)
            charging.give_up(self.viewer, payment.id or 0)

        if await attempt(verb):
            with client:
                self.show(await asyncio.to_thread(self.look))


def sentences(payment: Payment) -> list[str]:
    """What is known of a payment; that nothing was charged only where the gateway itself said so (POR-05)."""
    if payment.status == PaymentStatus.FAILED:
        return [payment.reason, *([UNCHARGED] if payment.uncharged_at else [])]
    if payment.status == PaymentStatus.PROCESSED:
        return ['Your payment has arrived.']
    if payment.status in UNDER_WAY:
        return [WAITS if payment.checkout else ARRIVES]
    return []
