"""The Invoices tab (POR-05)."""

from typing import Any

from fastapi import Request
from nicegui import ui

from components.account_parts import PartLine, draw_lines, draw_sums, section
from components.design import banner, main_link
from components.formats import day, money, number, price, tax_of
from pages.portal.account_records import AccountRecords
from pages.portal.frame import address
from pages.portal.records import records_page
from portal_app.api.session import PortalViewer
from portal_app.services.billing_states import UNPAID_STATES
from portal_app.services.invoice_detail import DetailLine, InvoiceDetail, invoice_detail
from portal_app.work import Work

NAMES = {
    'subtotal': 'Subtotal',
    'tax': 'Tax',
    'total': 'Total',
    'paid': 'Paid',
    'credited': 'Credited',
    'written_off': 'Written off',
    'balance': 'Balance due',
}
AT_TOP = ('total', 'balance')  # said among the fields already: the lines may be many
IF_ANY = ('tax', 'paid', 'credited', 'written_off')  # said where there is something to say


def register() -> None:
    """Add the page."""
    ui.page('/portal/{company}/invoices', dark=None)(invoices)


async def invoices(viewer: PortalViewer, request: Request) -> None:
    """What was billed, and what became of it."""
    await records_page(viewer, request, 'invoices', kind=Invoices)


class Invoices(AccountRecords):
    """One open page of invoices."""

    beside = (*(name for name in NAMES if name not in AT_TOP), 'pending', 'currency')
    choices = (('All', ()), ('Unpaid', UNPAID_STATES), ('Overdue', ('Overdue',)), ('Paid', ('Paid',)))

    def details(self, work: Work, record_id: int) -> InvoiceDetail:
        """What the drawer of an invoice shows beside its fields."""
        return invoice_detail(work, record_id)

    def draw_detail_top(self, detail: InvoiceDetail) -> None:
        """Pay it, and its PDF."""
        if detail.can_be_paid:
            main_link('Pay now', f'{address(self.viewer, "pay")}?invoice={self.opened}')
        super().draw_detail_top(detail)

    def draw_detail(self, detail: InvoiceDetail) -> None:
        """Lines, sums, and what it was paid with."""
        if detail.dispute_note:
            banner(f'Disputed: {detail.dispute_note}')
        if detail.lines:
            with section('Lines'):
                draw_lines([self._line(line) for line in detail.lines])
        if detail.figures:
            with section('Amounts'):
                draw_sums(self._sums(detail), strong=('Total', 'Balance due'))
        self.draw_records('Payments', detail.payments)
        self.draw_records('Credits', detail.credits)
        self.draw_records('Pending payments, not in the balance yet', detail.pending)
        if detail.note:
            with section('Note'):
                ui.label(detail.note).classes('preserved')

    def _line(self, line: DetailLine) -> PartLine:
        locale = self.viewer.locale
        units = f'{number(line.quantity, locale)} {line.unit}'.strip()
        how = [f'{units} × {price(line.unit_price, line.amount.currency, locale)}']
        if line.tax_rate:
            how.append(f'{number(line.tax_rate, locale)}% tax')
        if line.period:
            how.append(f'{day(line.period[0], locale)} – {day(line.period[1], locale)}')
        events = f'{address(self.viewer, "invoices")}/{self.opened}/lines/{line.position}'
        return PartLine(
            title=line.description,
            amount=money(line.amount, locale),
            how=' · '.join(how),
            more=('Usage behind it', events) if line.has_events else None,
        )

    def _sums(self, detail: InvoiceDetail) -> list[tuple[str, str]]:
        locale = self.viewer.locale
        found: list[tuple[str, str]] = []
        for name, label in NAMES.items():
            amount: Any = detail.figures.get(name)
            if amount is None or (name in IF_ANY and not amount.minor):
                continue
            if name == 'tax' and detail.taxes:
                found += [
                    (tax_of(each.rate, each.net, locale), money(each.tax, locale)) for each in detail.taxes
                ]
                continue
            found.append((label, money(amount, locale)))
        if (pending := detail.figures.get('pending')) and pending.minor:
            found.append(('Payment pending', money(pending, locale)))
        return found
