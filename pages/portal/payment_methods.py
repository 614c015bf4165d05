"""Payment Methods: what the company keeps at the gateway, which is the default, and auto pay (POR-08)."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from fastapi import Request
from nicegui import ui

from components.attempt import attempt
from components.confirm import Question, confirm
from components.design import banner, button, heading, icon_button, main_button
from components.entries import Entry, actions_menu, fill_menu
from components.formats import money
from components.live import on_change
from pages.portal.frame import address, portal_frame, surroundings
from pages.portal.saved_method import came_back, go_and_add
from portal_app.api.session import PortalViewer
from portal_app.auth import viewer as viewers
from portal_app.listings import Listing
from portal_app.live import Change, Topic
from portal_app.services import method_saving, payment_methods
from portal_app.services.payment_methods import Method, Methods
from portal_app.work import acting_as, reading_as

PATH = 'payment-methods'
TITLE = 'Payment Methods'
ICONS = {'card': 'credit_card', 'bank': 'account_balance'}
KEPT_THERE = 'Numbers of cards and accounts are kept by the payment service, not here.'
CHARGES = 'The default method is charged when an invoice is due. You get a receipt, and a mail if it fails.'


def register() -> None:
    """Add the page."""
    ui.page('/portal/{company}/payment-methods', dark=None)(methods)


async def methods(viewer: PortalViewer, request: Request) -> None:
    """What is kept, and what can be done with it. Raises NotFound where nothing is kept here."""
    around = await asyncio.to_thread(surroundings, viewer)
    page = PaymentMethods(viewer)
    await asyncio.to_thread(page.look)  # raises NotFound before anything is kept
    kept = await came_back(viewer, request)
    found = await asyncio.to_thread(page.look)
    with portal_frame(viewer, around, 'invoices', TITLE, page):
        heading(1, TITLE)
        ui.label(KEPT_THERE).classes('soft lead')
        if kept:
            banner(f'{kept.name} is saved.', 'check')
        page.body = ui.element('div')
        page.show(found)
    company = viewer.company.id
    on_change(Topic.BILLING, page.changed, concerns=lambda change: change.customer_id in (None, company))


class PaymentMethods:
    """One open page of payment methods."""

    def __init__(self, viewer: viewers.PortalViewer) -> None:
        self.viewer = viewer
        self.looks_on = isinstance(viewer, viewers.ContactView)
        self.body: ui.element

    def look(self) -> Methods:
        """What is kept now. Runs in a thread."""
        with reading_as(self.viewer) as work:
            return payment_methods.methods(work)

    async def changed(self, _change: Change) -> None:
        """Something of the account has changed."""
        await self.load()

    async def setup_changed(self, _tabs: Sequence[Listing]) -> None:
        """Staff changed tabs: it may not be for this viewer any more."""
        await self.load()

    async def access_changed(self) -> None:
        """Access has changed (ACC-08)."""
        await self.load()

    async def load(self) -> None:
        """Look again, and draw what is another than before."""
        found = await asyncio.to_thread(self.look)
        if found != self.found:
            self.show(found)

    def show(self, found: Methods) -> None:
        """Draw it."""
        self.found = found
        self.body.clear()
        with self.body:
            with ui.element('section').classes('panel').props('aria-label="Saved"'):
                with ui.element('div').classes('panel-head'):
                    heading(2, 'Saved')
                    if not self.looks_on:
                        main_button('Add payment method', self._add)
                if not found.methods:
                    ui.label('No payment method is saved yet.').classes('soft')
                with ui.element('ul').classes('part-list methods'):
                    for method in found.methods:
                        with ui.element('li'):
                            self._method(found, method)
            if found.can_charge:
                self._auto_pay(found)

    def _method(self, found: Methods, method: Method) -> None:
        with ui.element('div').classes('method'):
            ui.icon(ICONS.get(method.kind, 'payments')).props('aria-hidden=true')
            with ui.element('div').classes('method-words'):
                with ui.element('div').classes('part-title'):
                    ui.label(method.name).classes('strong')
                    if method.is_default:
                        ui.label('Default').classes('badge badge-info')
                    if method.mark:
                        tone = 'badge-wait' if method.mark == 'Expires soon' else 'badge-bad'
                        ui.label(method.mark).classes(f'badge {tone}')
                if method.expires:
                    ui.label(f'Expires {method.expires}').classes('soft small')
                if method.why_kept:
                    ui.label(method.why_kept).classes('soft small')
            if not self.looks_on:
                self._menu(found, method)

    def _menu(self, found: Methods, method: Method) -> None:
        entries = []
        if found.can_charge and method.is_usable and not method.is_default:
            entries.append(Entry('Make default', partial(self._make_default, method), 'check_circle'))
        entries.append(Entry('Remove', partial(self._remove, method), 'delete'))
        with icon_button('more_vert', f'Actions for {method.name}'), actions_menu() as menu:
            fill_menu(menu, entries, '')

    def _auto_pay(self, found: Methods) -> None:
        with ui.element('section').classes('panel').props('aria-label="Auto pay"'):
            with ui.element('div').classes('panel-head'):
                heading(2, 'Auto pay')
                state, badge = ('On', 'badge-ok') if found.auto_pay else ('Off', 'badge-off')
                ui.label(state).classes(f'badge {badge}')
            ui.label(CHARGES).classes('soft')
            if self.looks_on:
                return
            if not found.auto_pay and not any(each.is_default for each in found.methods):
                ui.label('Save a payment method first.').classes('soft')
                return
            with ui.element('div').classes('form-buttons'):
                if found.auto_pay:
                    button('Switch auto pay off', self._ask_off)
                else:
                    main_button('Switch auto pay on', partial(self._ask_on, found))

    async def _add(self) -> None:
        await go_and_add(self.viewer, address(self.viewer, PATH))

    async def _make_default(self, method: Method) -> None:
        verb = self._verb(payment_methods.set_default, method.id)
        await attempt(verb, f'{method.name} is the default now.')

    def _remove(self, method: Method) -> None:
        confirm(
            f'Remove {method.name}?',
            'It cannot be charged any more. To use it again, it has to be added anew.',
            'Remove',
            lambda: method_saving.remove(self.viewer, method.id),
            f'{method.name} has been removed.',
            after=self.load,
        )

    def _ask_on(self, found: Methods) -> None:
        """Say first what would be charged at once (field notes)."""
        default = next((each for each in found.methods if each.is_default), None)
        with Question('Switch auto pay on?', 'Switch on') as question:
            ui.label(
                f'{default.name if default else "Your default method"} is charged when an invoice is due.'
            )
            if found.arrears:
                due = ' and '.join(money(each, self.viewer.locale) for each in found.arrears)
                invoices = f'{found.due} invoice{"s are" if found.due > 1 else " is"}'
                banner(f'{invoices} due already: {due} will be charged within minutes.', 'warning')
        verb = self._verb(payment_methods.set_auto_pay, True, found.arrears)
        question.does(verb, lambda: 'Auto pay is on.', self.load)

    def _ask_off(self) -> None:
        confirm(
            'Switch auto pay off?',
            'Your invoices are not paid by themselves any more.',
            'Switch off',
            self._verb(payment_methods.set_auto_pay, False),
            'Auto pay is off.',
            after=self.load,
        )

    def _verb(self, verb: Callable[..., None], *given: object) -> Callable[[], None]:
        def run() -> None:
            with acting_as(self.viewer) as work:
                verb(work, *given)

        return run
