"""Payments of all customers."""

from typing import Any

from fastapi import Request
from nicegui import ui

from components.design import banner, main_button
from pages.admin.for_customer import ask_for_customer
from pages.admin.payment_dialogs import record_for_customer
from pages.admin.records import StaffRecords, staff_page
from portal_app.api.session import StaffViewer
from portal_app.live import Topic
from portal_app.services.billing_lists import STAFF_PAYMENTS
from portal_app.services.billing_notices import payments_are_simulated
from portal_app.services.billing_rules import ADD, VIEW

PATH = '/admin/payments'


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(payments)


async def payments(viewer: StaffViewer, request: Request) -> None:
    """The list."""
    await staff_page(viewer, request, STAFF_PAYMENTS, PATH, Payments)


class Payments(StaffRecords):
    """One open page of it."""

    topics = (Topic.BILLING,)
    links = True
    link_needs = (VIEW,)

    def href(self, row: dict[str, Any]) -> str:
        """The payment's page."""
        return f'{PATH}/{row["number"]}'

    async def build(self) -> None:
        """Say above everything else that the payments are not real, where that is so."""
        if said := payments_are_simulated():
            banner(said, 'science')
        await super().build()

    def draw_tools(self) -> None:
        """The export, and a payment more."""
        super().draw_tools()
        if ADD.grant in self.around.grants:
            main_button('Record payment', self._record)

    def _record(self) -> None:
        ask_for_customer(
            self.viewer,
            'Record payment',
            lambda customer, currency: record_for_customer(self.viewer, customer, currency),
        )
