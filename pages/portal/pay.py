"""Paying: which invoices, how much, with what; then to the gateway and back (POR-05, POR-09)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request
from nicegui import ui

from components.design import banner, heading, link_button
from components.formats import money
from components.live import on_change
from pages.portal.frame import address, portal_frame, surroundings
from pages.portal.pay_account import PayAccount, Ways
from pages.portal.pay_addresses import invoice_ids, result_address
from pages.portal.saved_method import came_back
from portal_app.api.session import PortalViewer
from portal_app.auth import viewer as viewers
from portal_app.listings import Listing
from portal_app.live import Change, Topic
from portal_app.money import Money
from portal_app.services import paying
from portal_app.services.paying import OpenAccount, Unfinished
from portal_app.work import reading_as


@dataclass(frozen=True)
class Found:
    """What the page is drawn from, of one moment."""

    accounts: Sequence[OpenAccount]
    unfinished: Sequence[Unfinished]
    ways: Ways
    customers: frozenset[int]


def register() -> None:
    """Add the page."""
    ui.page('/portal/{company}/pay', dark=None)(pay)


async def pay(viewer: PortalViewer, request: Request) -> None:
    """What is open, and a button that pays what is ticked. Raises NotFound for who may not pay."""
    around = await asyncio.to_thread(surroundings, viewer)
    page = Pay(viewer, around.tabs, invoice_ids(request.query_params.getlist('invoice')))
    kept = await came_back(viewer, request)
    page.method = kept.id if kept else None
    found = await asyncio.to_thread(page.look)
    with portal_frame(viewer, around, 'invoices', 'Pay invoices', page):
        with ui.element('nav').props('aria-label="Where you are"').classes('trail'):
            ui.link('Invoices', address(viewer, 'invoices'))
            ui.label('Pay').classes('soft')
        heading(1, 'Pay invoices')
        if kept:
            banner(f'{kept.name} is saved.', 'check')
        page.body = ui.element('div').classes('pay-page')
        page.show(found)
    on_change(Topic.BILLING, page.billed, concerns=page.is_seen, pause=0.3)


class Pay:
    """One open pay page: what was ticked and chosen stays while it is drawn anew."""

    def __init__(self, viewer: viewers.PortalViewer, tabs: Sequence[Listing], chosen: Sequence[int]) -> None:
        self.viewer, self.tabs = viewer, tabs
        self.chosen = frozenset(chosen) or None  # None: all that is open
        self.account: tuple[int, str] | None = None  # customer and currency
        self.method: int | None = None
        self.form: PayAccount | None = None
        self.body: ui.element

    def look(self) -> Found:
        """What can be paid now. Runs in a thread."""
        with reading_as(self.viewer) as work:
            return Found(
                paying.payable(work, tuple(self.chosen or ())),
                paying.unfinished(work),
                Ways.of(work),
                frozenset(work.customer_ids),
            )

    def show(self, found: Found) -> None:
        """Draw it: the account whose invoices were asked for first, or that was switched to."""
        self.found = found
        self.body.clear()
        with self.body:
            self._unfinished()
            before, self.form = self.form, None
            accounts = {(each.customer_id, each.currency): each for each in found.accounts}
            if not accounts:
                with ui.element('section').classes('panel'):
                    ui.label('There is nothing to pay. Thank you.')
                return
            if self.account not in accounts:
                self.account = next(iter(accounts))
            if len(accounts) > 1:
                self._switch(accounts)
            account = accounts[self.account]
            listing = next(tab for tab in self.tabs if tab.key == 'invoices')
            form = PayAccount(self.viewer, account, found.ways, listing, self.chosen, self.method)
            form.draw(self.load)
            if before:
                form.go_on_from(before)
            self.form = form

    async def load(self, *, anew: bool = False) -> None:
        """Look again, and draw what is another than before, or all of it anew.

        What was ticked and chosen stays; what is being paid here is shown by whoever pays it.
        """
        if self.form:
            self.chosen, self.method = self.form.wanted, self.form.box.chosen
        found = await asyncio.to_thread(self.look)
        if not (self.form and self.form.paying) and (anew or found != self.found):
            self.show(found)

    async def billed(self, _change: Change) -> None:
        """Something of an account that it shows has changed."""
        await self.load()

    async def setup_changed(self, tabs: Sequence[Listing]) -> None:
        """Staff changed tabs or fields: draw it anew, without what is hidden now (SET-07)."""
        self.tabs = tabs
        await self.load(anew=True)

    async def access_changed(self) -> None:
        """Whose invoices may be seen has changed (ACC-13)."""
        await self.load()

    def is_seen(self, change: Change) -> bool:
        """Whether it shows this account."""
        return change.customer_id is None or change.customer_id in self.found.customers

    def _unfinished(self) -> None:
        for each in self.found.unfinished:
            amount = money(Money(each.amount, each.currency), self.viewer.locale)
            with ui.element('div').classes('banner pay-unfinished').props('role=status'):
                ui.icon('hourglass_top').props('aria-hidden=true')
                ui.label(f'Payment {each.number} of {amount} is under way.')
                link_button('See it', result_address(self.viewer, each.number)).props['aria-label'] = (
                    f'See payment {each.number}'
                )

    def _switch(self, accounts: dict[tuple[int, str], OpenAccount]) -> None:
        """The accounts and currencies there are: each is paid by itself."""
        names = {
            index: f'{each.customer}: {money(Money(each.open, each.currency), self.viewer.locale)}'
            for index, each in enumerate(accounts.values())
        }
        keys = list(accounts)

        async def switched() -> None:
            place = choice.value if type(choice.value) is int else 0
            self.account, self.chosen = keys[place if place in names else 0], None
            self.form = None
            await self.load(anew=True)

        with ui.element('section').classes('panel').props('aria-label="Account"'):
            heading(2, 'Pay for')
            choice = ui.radio(names, value=keys.index(self.account or keys[0]), on_change=switched)
            choice.classes('pay-methods')
            choice._props['aria-label'] = 'Account'
