"""Credit memos of all customers."""

from typing import Any

from fastapi import Request
from nicegui import ui

from components.design import main_button
from pages.admin.credit_dialogs import issue_for_customer
from pages.admin.for_customer import ask_for_customer
from pages.admin.records import StaffRecords, staff_page
from portal_app.api.session import StaffViewer
from portal_app.live import Topic
from portal_app.services.billing_lists import STAFF_CREDITS
from portal_app.services.billing_rules import ADD, VIEW

PATH = '/admin/credits'


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(credits_)


async def credits_(viewer: StaffViewer, request: Request) -> None:
    """The list."""
    await staff_page(viewer, request, STAFF_CREDITS, PATH, Credits)


class Credits(StaffRecords):
    """One open page of it."""

    topics = (Topic.BILLING,)
    links = True
    link_needs = (VIEW,)

    def href(self, row: dict[str, Any]) -> str:
        """The credit memo's page."""
        return f'{PATH}/{row["number"]}'

    def draw_tools(self) -> None:
        """The export, and a credit memo more."""
        super().draw_tools()
        if ADD.grant in self.around.grants:
            main_button('Issue credit memo', self._issue)

    def _issue(self) -> None:
        grants = self.around.grants
        ask_for_customer(
            self.viewer,
            'Issue credit memo',
            lambda customer, currency: issue_for_customer(self.viewer, customer, currency, grants),
        )
