"""An invoice as staff see it: what it says, what it was paid with, and all that can be done with it."""

import asyncio

from nicegui import ui

from components.account_parts import PartLink, draw_related, draw_sums
from components.design import banner, button, heading, link_button, main_button
from components.formats import number, price, tax_of
from pages.admin.billing_record import BillingRecord, facts
from pages.admin.frame import admin_frame, surroundings
from pages.admin.invoice_dialogs import invoice_entries, post_dialog
from pages.admin.payment_dialogs import record_for_invoice
from portal_app.api.session import StaffViewer
from portal_app.auth import viewer as viewers
from portal_app.columns import canonical
from portal_app.models import InvoiceLine
from portal_app.services.billing_rules import VIEW
from portal_app.services.invoice_page import InvoicePage, Part, Verb, invoice_page, invoice_page_of
from portal_app.work import reading_as

LIST = '/admin/invoices'


def register() -> None:
    """Add the page."""
    ui.page(LIST + '/{number}', dark=None)(invoice)


async def invoice(viewer: StaffViewer, number: str) -> None:
    """One invoice or draft."""
    around = await asyncio.to_thread(surroundings, viewer, VIEW)
    found = await asyncio.to_thread(_look, viewer, number)
    with admin_frame(viewer, around, found.row.number, LIST):
        InvoiceRecord(viewer, around.grants, found).build()


class InvoiceRecord(BillingRecord):
    """One open page of it."""

    list_title, list_path = 'Invoices', LIST

    def __init__(self, viewer: viewers.StaffViewer, grants: frozenset[str], found: InvoicePage) -> None:
        super().__init__(viewer, grants)
        self.found = found
        self.number = found.row.number

    def look(self) -> None:
        """By its id: its number changes when it is posted."""
        with reading_as(self.viewer) as work:
            self.found = invoice_page_of(work, self.found.row.id or 0)

    @property
    def customer_ids(self) -> set[int]:
        """Who is billed."""
        return {self.found.row.customer_id}

    def draw(self) -> None:
        """Draw everything anew, or go where it is now: somebody else has posted it."""
        if self.found.row.number != self.number:
            self.go(f'{LIST}/{self.found.row.number}')
        else:
            super().draw()

    def draw_content(self) -> None:
        """The invoice."""
        found, row = self.found, self.found.row
        states = [found.state, *(['Disputed'] if row.disputed_at else [])]
        self.head(row.number, states, self._buttons, invoice_entries(self.viewer, found, self.go))
        if row.disputed_at:
            banner(f'Disputed since {self.day(row.disputed_at)}: {row.dispute_note}', 'gavel')
        for part in found.pending:
            banner(f'{part.number} over {self.money(part.amount)} is under way.', 'hourglass_empty')
        with ui.element('div').classes('two-panels'):
            self._summary()
            self._sums()
        self._lines()
        if found.parts or found.corrections:
            self._money()

    def _buttons(self) -> None:
        found = self.found
        link_button('PDF', f'/admin/documents/invoices/{found.row.id}.pdf', icon='download')
        if Verb.EDIT in found.verbs:
            button('Edit', lambda: ui.navigate.to(f'{LIST}/{self.number}/edit'), icon='edit')
        if Verb.POST in found.verbs:
            main_button('Post', lambda: post_dialog(self.viewer, found, self.go))
        if Verb.PAY in found.verbs:
            main_button('Record payment', lambda: record_for_invoice(self.viewer, found))

    def _summary(self) -> None:
        row = self.found.row
        with ui.element('section').classes('panel'):
            heading(2, 'Summary')
            with facts():
                self.customer_fact('Billed to', self.found.customer)
                if self.found.service_for:
                    self.customer_fact('Service for', self.found.service_for)
                self.fact('Date', self.day(row.date))
                self.fact('Due date', self.day(row.due_date))
                self.fact('Posted', self.day(row.posted_at) if row.posted_at else '')
                self.fact('Reference', row.reference)
                self.fact('Note', row.note)

    def _sums(self) -> None:
        found, row = self.found, self.found.row
        taxes = [
            (tax_of(each.rate, each.net, self.viewer.locale), self.money(each.tax)) for each in found.taxes
        ]
        given = (
            ('Paid', row.paid),
            ('Credited', row.credited),
            ('Written off', row.written_off),
            ('Pending', row.pending),
        )
        sums = [('Subtotal', self.money(found.money(row.subtotal))), *taxes]
        sums.append(('Total', self.money(found.money(row.total))))
        sums += [(name, self.money(found.money(minor))) for name, minor in given if minor]
        sums.append(('Balance due', self.money(found.money(row.balance))))
        with ui.element('section').classes('panel'):
            heading(2, 'Amounts')
            draw_sums(sums, strong=['Total', 'Balance due'])
            if found.free:
                free = found.money(sum(part.amount.minor for part in found.free))
                ui.label(f'{self.money(free)} in credit could be applied.').classes('soft small')

    def _lines(self) -> None:
        with ui.element('section').classes('panel'):
            heading(2, 'Lines')
            with ui.element('table').classes('line-table'):
                with ui.element('thead'), ui.element('tr'):
                    for name in ('Description', 'Quantity', 'Unit price', 'Tax', 'Amount'):
                        with ui.element('th').props('scope=col'):
                            ui.label(name)
                with ui.element('tbody'):
                    for line in self.found.lines:
                        self._line(line)

    def _line(self, line: InvoiceLine) -> None:
        locale = self.viewer.locale
        period = ''
        if line.period_start and line.period_end:
            period = f'{self.day(line.period_start)} – {self.day(line.period_end)}'
        cells = (
            ('Description', line.description),
            ('Quantity', f'{number(line.quantity, locale)} {line.unit}'.strip()),
            ('Unit price', price(line.unit_price, self.found.row.currency, locale)),
            ('Tax', f'{number(line.tax_rate, locale)}%' if canonical(line.tax_rate) != '0' else '–'),
            ('Amount', self.money(self.found.money(line.amount))),
        )
        with ui.element('tr'):
            for name, text in cells:
                with ui.element('td') as cell:
                    cell._props['data-label'] = name
                    ui.label(text).classes('lines' if name == 'Description' else '')
                    if period and name == 'Description':
                        ui.label(period).classes('soft small')

    def _money(self) -> None:
        found = self.found
        with ui.element('section').classes('panel'):
            heading(2, 'Payments and credits')
            draw_related([self._link(part) for part in found.parts])
            if found.corrections:
                heading(3, 'Credit memos issued for it')
                draw_related([self._link(part) for part in found.corrections])

    def _link(self, part: Part) -> PartLink:
        kind = 'credits' if part.is_credit else 'payments'
        about = ', '.join(text for text in (self.day(part.when), part.about) if text)
        return PartLink(
            part.number, self.money(part.amount), f'/admin/{kind}/{part.number}', part.state, about
        )


def _look(viewer: viewers.StaffViewer, number: str) -> InvoicePage:
    with reading_as(viewer) as work:
        return invoice_page(work, number)
