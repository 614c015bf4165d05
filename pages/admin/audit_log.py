"""Audit Log: who changed what, when, and from what to what; followed live (OPS-03)."""

from typing import Any

from fastapi import Request
from nicegui import ui

from components.comparison import show_comparison
from components.design import heading
from components.detail import Drawer, show_detail
from pages.admin.records import StaffRecords, staff_page
from portal_app.api.session import StaffViewer
from portal_app.live import Topic
from portal_app.services.audit_log import AUDIT_LOG
from portal_app.services.customer_page import VIEW as SEE_CUSTOMERS

PATH = f'/admin/{AUDIT_LOG.key}'
IN_DRAWER = AUDIT_LOG.showing(
    [field.name for field in AUDIT_LOG.columns if field.name not in ('value_before', 'value_after')]
)


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(audit_log)


async def audit_log(viewer: StaffViewer, request: Request) -> None:
    """The list. Needs Audit Log: List."""
    await staff_page(viewer, request, AUDIT_LOG, PATH, AuditLog)


class AuditLog(StaffRecords):
    """One open page of it."""

    topics = (Topic.AUDIT,)

    def detail(self, record: dict[str, Any]) -> Drawer:
        """Open the drawer with one entry: what was, beside what became of it."""
        links = {}
        if record['customer_number'] and SEE_CUSTOMERS.grant in self.around.grants:
            links['customer'] = f'/admin/customers/{record["customer_number"]}'

        def compare() -> None:
            with ui.element('section').classes('detail-section'):
                heading(3, 'What changed')
                show_comparison(record['value_before'], record['value_after'])

        return show_detail(
            IN_DRAWER, record, self.viewer.zone, self.viewer.locale, links=links, below=compare
        )
