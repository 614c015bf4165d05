"""The Payments tab (POR-05)."""

from typing import Any

from fastapi import Request
from nicegui import ui

from components.design import banner
from pages.portal.account_records import AccountRecords
from pages.portal.records import records_page
from portal_app.api.session import PortalViewer
from portal_app.services.payment_detail import PaymentDetail, payment_detail
from portal_app.work import Work

NO_RECEIPT = ('Pending', 'Authentication Required', 'Failed')


def register() -> None:
    """Add the page."""
    ui.page('/portal/{company}/payments', dark=None)(payments)


async def payments(viewer: PortalViewer, request: Request) -> None:
    """What was paid, and what for."""
    await records_page(viewer, request, 'payments', kind=Payments)


class Payments(AccountRecords):
    """One open page of payments."""

    beside = ('applied_to', 'currency')

    def details(self, work: Work, record_id: int) -> PaymentDetail:
        """What the drawer of a payment shows beside its fields."""
        return payment_detail(work, record_id)

    def draw_detail(self, detail: PaymentDetail) -> None:
        """What it was applied to, and what went back."""
        if detail.reason:
            banner(detail.reason, 'error_outline')
        self.draw_records('Applied to', detail.applied)
        self.draw_records('Meant for', detail.planned)
        self.draw_refunds(detail.refunds)

    def _document(self, row: dict[str, Any]) -> str:
        return '' if row['status'] in NO_RECEIPT else super()._document(row)
