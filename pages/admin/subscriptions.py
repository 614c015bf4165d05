"""Billing › Subscriptions: those of all customers (POR-07)."""

import asyncio
from typing import Any

from fastapi import Request
from nicegui import ui

from components.design import main_button
from pages.admin.for_customer import ask_for_customer
from pages.admin.records import StaffRecords, staff_page
from pages.admin.subscription_forms import PATH, look_for_plans, new_subscription
from portal_app.api.session import StaffViewer
from portal_app.live import Topic
from portal_app.services.billing_rules import ADD, VIEW
from portal_app.services.staff_subscriptions import STAFF_SUBSCRIPTIONS


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(subscriptions)


async def subscriptions(viewer: StaffViewer, request: Request) -> None:
    """The list."""
    await staff_page(viewer, request, STAFF_SUBSCRIPTIONS, PATH, Subscriptions)


class Subscriptions(StaffRecords):
    """One open page of it."""

    topics = (Topic.BILLING,)
    links = True
    link_needs = (VIEW,)

    def href(self, row: dict[str, Any]) -> str:
        """The page of a subscription."""
        return f'{PATH}/{row["number"]}'

    def draw_tools(self) -> None:
        """The export, and a further one."""
        super().draw_tools()
        if ADD.grant in self.around.grants:
            main_button('New subscription', self._new)

    async def _new(self) -> None:
        client = ui.context.client
        plans = await asyncio.to_thread(look_for_plans, self.viewer)
        with client:
            ask_for_customer(
                self.viewer,
                'New subscription',
                lambda customer, _currency: new_subscription(self.viewer, plans, customer),
            )
