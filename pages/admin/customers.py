"""Customer Accounts: all customers, and who of them may open the portal (ACC-01)."""

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import Request
from nicegui import ui

from components.design import main_button
from components.entries import Entry
from pages.admin.customer_actions import customer_entries
from pages.admin.customer_bulk import bulk_entries
from pages.admin.new_customer import new_customer
from pages.admin.records import StaffRecords, staff_page
from portal_app.api.session import StaffViewer
from portal_app.live import Topic
from portal_app.services import contacts
from portal_app.services.customer_accounts import CUSTOMER_ACCOUNTS
from portal_app.services.customer_page import VIEW
from portal_app.services.customer_verbs import CustomerVerbs, customer_verbs
from portal_app.services.customers import ADD
from portal_app.work import reading_as

PATH = '/admin/customers'


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(customers)


async def customers(viewer: StaffViewer, request: Request) -> None:
    """The list."""
    await staff_page(viewer, request, CUSTOMER_ACCOUNTS, PATH, CustomerAccounts)


class CustomerAccounts(StaffRecords):
    """One open page of it."""

    topics = (Topic.ACCESS,)
    links = has_row_menu = has_selection = True
    link_needs = (VIEW,)

    def href(self, row: dict[str, Any]) -> str:
        """The customer's page."""
        return f'{PATH}/{row["number"]}'

    def draw_tools(self) -> None:
        """The export, and a customer more."""
        super().draw_tools()
        if ADD.grant in self.around.grants:
            with_contact = contacts.EDIT.grant in self.around.grants
            main_button('Add customer', lambda: new_customer(self.viewer, with_contact=with_contact))

    async def row_entries(self, record_id: int) -> Sequence[Entry]:
        """The customer's page, and what fits its portal access now."""
        found = await asyncio.to_thread(self._verbs, record_id)
        page = Entry(
            'Open customer', lambda: ui.navigate.to(self.href({'number': found.number})), 'apartment'
        )
        return [*([page] if self.may_open else []), *customer_entries(self.viewer, found)]

    async def selection_entries(self, ids: frozenset[int]) -> Sequence[Entry]:
        """What the role grants now."""
        grants = await asyncio.to_thread(self._grants)
        return bulk_entries(self.viewer, grants, sorted(ids), self._done)

    def _verbs(self, customer_id: int) -> CustomerVerbs:
        with reading_as(self.viewer) as work:
            return customer_verbs(work, customer_id)

    def _grants(self) -> frozenset[str]:
        with reading_as(self.viewer) as work:
            return work.grants

    async def _done(self) -> None:
        self.selection.clear()
