"""The Credits tab (POR-05)."""

from fastapi import Request
from nicegui import ui

from pages.portal.account_records import AccountRecords
from pages.portal.records import records_page
from portal_app.api.session import PortalViewer
from portal_app.services.payment_detail import CreditDetail, credit_detail
from portal_app.work import Work


def register() -> None:
    """Add the page."""
    ui.page('/portal/{company}/credits', dark=None)(credits)


async def credits(viewer: PortalViewer, request: Request) -> None:
    """What was credited, and what is left of it."""
    await records_page(viewer, request, 'credits', kind=Credits)


class Credits(AccountRecords):
    """One open page of credits."""

    beside = ('applied_to', 'currency')

    def details(self, work: Work, record_id: int) -> CreditDetail:
        """What the drawer of a credit shows beside its fields."""
        return credit_detail(work, record_id)

    def draw_detail(self, detail: CreditDetail) -> None:
        """What it corrects, what it was applied to, and what was paid out."""
        self.draw_records('For invoice', detail.corrects)
        self.draw_records('Applied to', detail.applied)
        self.draw_refunds(detail.refunds)
