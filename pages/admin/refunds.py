"""Refunds and chargebacks of all customers; each leads to the payment or credit memo that it is of."""

from typing import Any

from fastapi import Request
from nicegui import ui

from pages.admin.records import StaffRecords, staff_page
from portal_app.api.session import StaffViewer
from portal_app.live import Topic
from portal_app.services.billing_lists import PAYMENT, STAFF_REFUNDS
from portal_app.services.billing_rules import VIEW

PATH = '/admin/refunds'


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(refunds)


async def refunds(viewer: StaffViewer, request: Request) -> None:
    """The list."""
    await staff_page(viewer, request, STAFF_REFUNDS, PATH, Refunds)


class Refunds(StaffRecords):
    """One open page of it."""

    topics = (Topic.BILLING,)
    links = True
    link_needs = (VIEW,)

    def href(self, row: dict[str, Any]) -> str:
        """The page of what it is of."""
        kind = 'payments' if row['source'] == PAYMENT else 'credits'
        return f'/admin/{kind}/{row["of"]}'
