"""A customer's page: summary, account, usage, contacts with their access, and its history (ACC-01)."""

import asyncio

from nicegui import ui

from components.attempt import attempt
from components.design import heading, icon_button, quiet_button, switched
from components.entries import actions_menu, fill_menu
from components.formats import moment, number
from components.live import on_change
from pages.admin.contact_dialogs import add_contact_dialog
from pages.admin.contact_table import contact_table
from pages.admin.customer_actions import customer_entries
from pages.admin.customer_billing import CustomerAccount, terms_button, terms_words
from pages.admin.frame import admin_frame, surroundings
from portal_app.api.session import StaffViewer
from portal_app.auth import viewer as viewers
from portal_app.live import ANYTHING, Change, Topic
from portal_app.services import access_history, contacts
from portal_app.services.access_history import Happening
from portal_app.services.customer_page import EDIT, VIEW, CustomerPage, customer_page
from portal_app.work import acting_as, reading_as

LIST = '/admin/customers'


def register() -> None:
    """Add the page."""
    ui.page('/admin/customers/{number}', dark=None)(customer)


async def customer(viewer: StaffViewer, number: str) -> None:
    """Everything about one customer."""
    around = await asyncio.to_thread(surroundings, viewer, VIEW)
    found = await asyncio.to_thread(_look, viewer, number)
    page = CustomerRecord(viewer, found)
    with admin_frame(viewer, around, found.name, LIST):
        page.body = ui.element('div')
        page.draw()
    for topic in (Topic.ACCESS, Topic.BILLING):
        on_change(
            topic,
            page.follow,
            concerns=lambda change: change.customer_id in page.family or change.subject == ANYTHING,
            pause=0.2,
        )


class CustomerRecord:
    """One open page of a customer."""

    body: ui.element

    def __init__(self, viewer: viewers.StaffViewer, found: CustomerPage) -> None:
        self.viewer, self.found = viewer, found

    @property
    def family(self) -> tuple[int, ...]:
        """The customers whose changes show here."""
        return (self.found.id, *(child.id for child in self.found.children))

    async def follow(self, _change: Change) -> None:
        """Something changed elsewhere: show it as it is now."""
        self.found = await asyncio.to_thread(_look, self.viewer, self.found.number)
        self.draw()

    def draw(self) -> None:
        """Draw everything anew."""
        self.body.clear()
        with self.body:
            ui.link('Customer Accounts', LIST).classes('back')
            self._head()
            with ui.element('div').classes('two-panels'):
                self._summary()
                self._usage()
            if self.found.billing:
                CustomerAccount(self.viewer, self.found, self.found.billing).draw()
            self._people()
            self._history()

    def _head(self) -> None:
        found = self.found
        with ui.element('div').classes('title-row'):
            heading(1, found.name)
            ui.label(found.number).classes('count')
            if not found.portal_access:
                ui.label('Portal access disabled').classes('badge badge-bad')
            ui.space()
            entries = customer_entries(self.viewer, found.verbs)
            if entries:
                with icon_button('more_vert', f'Actions for {found.name}'):
                    fill_menu(actions_menu(), entries, '')

    def _summary(self) -> None:
        found = self.found
        with ui.element('section').classes('panel'):
            heading(2, 'Summary')
            with ui.element('dl').classes('facts'):
                _fact('Number', found.number)
                _fact('External ID', found.external_id or '–')
                _fact('Currency', found.currency)
                _fact('Payment terms', terms_words(found.payment_terms))
                _fact('Address', found.address or '–')
                _fact('Customer since', moment(found.created_at, self.viewer.zone, self.viewer.locale))
                if found.parent:
                    _link('Parent', found.parent.name, found.parent.number)
                    _fact('Invoices', 'Billed to the parent' if found.bill_to_parent else 'Billed to it')
                for child in found.children:
                    _link(
                        'Child',
                        child.name,
                        child.number,
                        '' if child.portal_access else 'portal access disabled',
                    )
            if EDIT.grant in found.grants:
                terms_button(self.viewer, found)
            box = ui.switch('Email Delivery Preference', value=found.email_delivery)
            box.set_enabled(EDIT.grant in found.grants)
            box.on('update:model-value', lambda event: self._deliver(box, switched(event)))
            ui.label('Invitations and other mail need it.').classes('soft small')

    async def _deliver(self, box: ui.switch, on: bool) -> None:
        def verb() -> None:
            with acting_as(self.viewer) as work:
                contacts.set_email_delivery(work, self.found.id, on)

        if not await attempt(verb, f'Email delivery is now {"on" if on else "off"} for {self.found.name}.'):
            box.set_value(not on)

    def _usage(self) -> None:
        if self.found.usage is None:
            return
        with ui.element('section').classes('panel'):
            heading(2, 'Usage of the last 30 days')
            if not self.found.usage:
                ui.label('Nothing was used in the last 30 days.').classes('soft')
                return
            with ui.element('dl').classes('facts'):
                for row in self.found.usage:
                    _fact(row['event_type'], f'{number(row["quantity"], self.viewer.locale)} {row["unit"]}')

    def _people(self) -> None:
        with ui.element('section').classes('panel'):
            heading(2, 'More Details')
            with ui.element('div').classes('panel-head'):
                heading(3, 'Contacts')
                if EDIT.grant in self.found.grants:
                    quiet_button(
                        'Add contact',
                        lambda: add_contact_dialog(self.viewer, self.found.id),
                        icon='person_add',
                    )
            contact_table(self.viewer, self.found)

    def _history(self) -> None:
        if self.found.history is None:
            return
        with ui.element('section').classes('panel'):
            heading(2, 'History of access')
            self.entries = ui.element('ol').classes('history')
            self._add_history(self.found.history)
            if not self.found.history:
                ui.label('Nothing has happened yet.').classes('soft')

    def _add_history(self, happenings: tuple[Happening, ...]) -> None:
        with self.entries:
            for each in happenings:
                with ui.element('li'):
                    ui.label(moment(each.at, self.viewer.zone, self.viewer.locale)).classes('soft small')
                    ui.label(each.sentence)
        if len(happenings) == access_history.PAGE:
            more = quiet_button('Show older', lambda: self._older(more, happenings[-1].id))

    async def _older(self, more: ui.button, before: int) -> None:
        def look() -> tuple[Happening, ...]:
            with reading_as(self.viewer) as work:
                return tuple(access_history.history(work, self.found.id, before=before))

        more.disable()
        found = await asyncio.to_thread(look)
        place = more.parent_slot
        more.delete()
        if place:
            with place:
                self._add_history(found)


def _look(viewer: viewers.StaffViewer, number: str) -> CustomerPage:
    with reading_as(viewer) as work:
        return customer_page(work, number)


def _fact(name: str, value: str) -> None:
    with ui.element('dt'):
        ui.label(name)
    with ui.element('dd'):
        ui.label(value).classes('lines')


def _link(name: str, text: str, number: str, note: str = '') -> None:
    with ui.element('dt'):
        ui.label(name)
    with ui.element('dd'):
        ui.link(text, f'{LIST}/{number}')
        if note:
            ui.label(note).classes('soft small')
