"""Invoices of all customers, drafts too."""

from typing import Any

from fastapi import Request
from nicegui import ui

from components.design import main_link
from pages.admin.records import StaffRecords, staff_page
from portal_app.api.session import StaffViewer
from portal_app.live import Topic
from portal_app.services.billing_lists import STAFF_INVOICES
from portal_app.services.billing_rules import ADD, VIEW

PATH = '/admin/invoices'


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(invoices)


async def invoices(viewer: StaffViewer, request: Request) -> None:
    """The list."""
    await staff_page(viewer, request, STAFF_INVOICES, PATH, Invoices)


class Invoices(StaffRecords):
    """One open page of it."""

    topics = (Topic.BILLING,)
    links = True
    link_needs = (VIEW,)

    def href(self, row: dict[str, Any]) -> str:
        """The invoice's page."""
        return f'{PATH}/{row["number"]}'

    def draw_tools(self) -> None:
        """The export, and an invoice more."""
        super().draw_tools()
        if ADD.grant in self.around.grants:
            main_link('New invoice', f'{PATH}/new')
