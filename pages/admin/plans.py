"""Billing › Plans: what customers can subscribe to (POR-07)."""

import asyncio
from collections.abc import Sequence

from fastapi import Request
from nicegui import ui

from components.design import main_button
from components.entries import Entry
from pages.admin.plan_dialogs import ask_to_retire, edit_plan, new_plan, offer_again
from pages.admin.records import StaffRecords, staff_page
from portal_app.api.session import StaffViewer
from portal_app.live import Topic
from portal_app.services.billing_rules import ADD, DELETE, EDIT, VIEW
from portal_app.services.organization import organization
from portal_app.services.plans import PlanText, plan_to_edit
from portal_app.services.staff_subscriptions import PLANS
from portal_app.work import reading_as

PATH = '/admin/plans'


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(plans)


async def plans(viewer: StaffViewer, request: Request) -> None:
    """The list."""
    await staff_page(viewer, request, PLANS, PATH, Plans)


class Plans(StaffRecords):
    """One open page of it."""

    topics = (Topic.BILLING,)
    has_row_menu = True

    def draw_tools(self) -> None:
        """The export, and a further one."""
        super().draw_tools()
        if ADD.grant in self.around.grants:
            main_button('New plan', self._new)

    async def row_entries(self, record_id: int) -> Sequence[Entry]:
        """What fits its state, and the role grants."""
        if VIEW.grant not in self.around.grants:
            return ()
        text, active, used = await asyncio.to_thread(self._find, record_id)
        change = Entry('Edit', lambda: edit_plan(self.viewer, record_id, text, used=used), 'edit')
        retire = Entry('Retire', lambda: ask_to_retire(self.viewer, record_id, text.name), 'visibility_off')
        again = Entry('Offer again', lambda: offer_again(self.viewer, record_id, text.name), 'visibility')
        offers = ((EDIT, True, change), (DELETE, active, retire), (EDIT, not active, again))
        return [entry for needed, fits, entry in offers if fits and needed.grant in self.around.grants]

    async def _new(self) -> None:
        client = ui.context.client
        currency = await asyncio.to_thread(self._currency)
        with client:
            new_plan(self.viewer, currency)

    def _currency(self) -> str:
        with reading_as(self.viewer) as work:
            return organization(work).currency

    def _find(self, plan_id: int) -> tuple[PlanText, bool, bool]:
        with reading_as(self.viewer) as work:
            return plan_to_edit(work, plan_id)
