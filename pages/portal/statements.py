"""The Statements tab (POR-05)."""

from fastapi import Request
from nicegui import ui

from components.account_parts import PartLink, draw_related, draw_sums, section
from components.formats import day, money
from pages.portal.account_records import AccountRecords
from pages.portal.frame import record_address
from pages.portal.records import records_page
from portal_app.api.session import PortalViewer
from portal_app.services.statement_detail import Entry, StatementDetail, statement_detail
from portal_app.work import Work


def register() -> None:
    """Add the page."""
    ui.page('/portal/{company}/statements', dark=None)(statements)


async def statements(viewer: PortalViewer, request: Request) -> None:
    """Months of the account, as they were issued."""
    await records_page(viewer, request, 'statements', kind=Statements)


class Statements(AccountRecords):
    """One open page of statements."""

    beside = ('opening', 'closing', 'currency')

    def details(self, work: Work, record_id: int) -> StatementDetail:
        """What the drawer of a statement shows beside its fields."""
        return statement_detail(work, record_id)

    def draw_detail(self, detail: StatementDetail) -> None:
        """Opening balance, what moved it, closing balance."""
        if detail.opening is None or detail.closing is None:
            return
        locale = self.viewer.locale
        with section('Activity'):
            draw_sums((('Opening balance', money(detail.opening, locale)),), strong=('Opening balance',))
            draw_related([self._entry(entry) for entry in detail.entries])
            if detail.more:
                ui.label(f'And {detail.more} more; the PDF has all.').classes('soft small')
            draw_sums((('Closing balance', money(detail.closing, locale)),), strong=('Closing balance',))

    def _entry(self, entry: Entry) -> PartLink:
        locale = self.viewer.locale
        return PartLink(
            title=f'{entry.kind} {entry.number}',
            amount=money(entry.amount, locale),
            address=record_address(self.viewer, entry.key, entry.id) if entry.id else '',
            about=f'{day(entry.day, locale)} · balance {money(entry.balance, locale)}',
        )
