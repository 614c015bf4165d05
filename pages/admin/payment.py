"""A payment as staff see it: what it paid, what went back, and all that can be done with it."""

import asyncio

from nicegui import ui

from components.design import banner
from pages.admin.frame import admin_frame, surroundings
from pages.admin.money_record import MoneyRecord
from portal_app.api.session import StaffViewer
from portal_app.models import Payment, PaymentStatus
from portal_app.services.billing_rules import VIEW
from portal_app.services.document_sheets import WITH_RECEIPT
from portal_app.services.money_page import MoneyPage, payment_page
from portal_app.work import Work

LIST = '/admin/payments'


def register() -> None:
    """Add the page."""
    ui.page(LIST + '/{number}', dark=None)(payment)


async def payment(viewer: StaffViewer, number: str) -> None:
    """One payment."""
    around = await asyncio.to_thread(surroundings, viewer, VIEW)
    page = PaymentRecord(viewer, around.grants, number)
    await asyncio.to_thread(page.look)
    with admin_frame(viewer, around, number, LIST):
        page.build()


class PaymentRecord(MoneyRecord):
    """One open page of it."""

    list_title, list_path = 'Payments', LIST

    def look_up(self, work: Work) -> MoneyPage:
        """The payment."""
        return payment_page(work, self.number)

    @property
    def has_document(self) -> bool:
        """A receipt, once the money is here."""
        return self.found.row.status in WITH_RECEIPT

    def banners(self) -> None:
        """Why it failed, or that it is on its way."""
        row = self.found.row
        assert isinstance(row, Payment)
        if row.status == PaymentStatus.FAILED:
            banner(f'It failed: {row.reason}', 'error_outline')
        elif row.reason:
            banner(row.reason, 'error_outline')

    def draw_facts(self) -> None:
        """What is stored of it."""
        row = self.found.row
        assert isinstance(row, Payment)
        self.fact('Date', self.day(row.at))
        self.fact('Method', row.method)
        self.fact('Reference', row.reference)
        self.fact('Made by', row.origin.capitalize())
        self.fact('Gateway', f'{row.gateway} {row.gateway_reference}'.strip())
        self.fact('Note for staff', row.note)

    def draw_sums(self) -> list[tuple[str, int]]:
        """Amounts with their names."""
        row = self.found.row
        assert isinstance(row, Payment)
        return [('Amount', row.amount), ('Applied', row.applied), ('Refunded', row.refunded)]
