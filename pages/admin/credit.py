"""A credit memo as staff see it: what it was used for, what is left, and all that can be done with it."""

import asyncio

from nicegui import ui

from pages.admin.frame import admin_frame, surroundings
from pages.admin.money_record import MoneyRecord
from portal_app.api.session import StaffViewer
from portal_app.models import Credit
from portal_app.services.billing_rules import VIEW
from portal_app.services.money_page import MoneyPage, credit_page
from portal_app.work import Work

LIST = '/admin/credits'


def register() -> None:
    """Add the page."""
    ui.page(LIST + '/{number}', dark=None)(credit)


async def credit(viewer: StaffViewer, number: str) -> None:
    """One credit memo."""
    around = await asyncio.to_thread(surroundings, viewer, VIEW)
    page = CreditRecord(viewer, around.grants, number)
    await asyncio.to_thread(page.look)
    with admin_frame(viewer, around, number, LIST):
        page.build()


class CreditRecord(MoneyRecord):
    """One open page of it."""

    list_title, list_path = 'Credits', LIST

    def look_up(self, work: Work) -> MoneyPage:
        """The credit memo."""
        return credit_page(work, self.number)

    def draw_facts(self) -> None:
        """What is stored of it."""
        row = self.found.row
        assert isinstance(row, Credit)
        self.fact('Date', self.day(row.date))
        self.fact('Reason', row.reason)
        self.fact('Reference', row.reference)
        if self.found.corrects:
            with ui.element('dt'):
                ui.label('Corrects')
            with ui.element('dd'):
                ui.link(self.found.corrects.number, f'/admin/invoices/{self.found.corrects.number}')

    def draw_sums(self) -> list[tuple[str, int]]:
        """Amounts with their names."""
        row, found = self.found.row, self.found
        assert isinstance(row, Credit)
        applied = sum(each.amount.minor for each in found.used)
        return [('Amount', row.amount), ('Applied', applied), ('Refunded', row.refunded)]
