"""Choosing the customer that a new billing record is for, before anything else of it is typed."""

import asyncio
from collections.abc import Awaitable, Callable

from components.attempt import guarded
from components.confirm import Question
from components.data_choice import DataChoice
from portal_app.auth.viewer import StaffViewer
from portal_app.errors import Invalid
from portal_app.services.invoice_page import Party
from portal_app.services.money_page import Account, account_of, find_customers
from portal_app.work import reading_as


def customer_choice(viewer: StaffViewer, on_choice: Callable[[], Awaitable[None]]) -> DataChoice:
    """A button with the customer on it, which opens a search."""

    async def find(search: str) -> dict[int, str]:
        def look() -> dict[int, str]:
            with reading_as(viewer) as work:
                return find_customers(work, search)

        return await guarded(asyncio.to_thread(look)) or {}

    return DataChoice('Customer', 'choose one', find, on_choice)


def ask_for_customer(viewer: StaffViewer, title: str, then: Callable[[Party, str], None]) -> None:
    """Ask for it, and go on with it and its currency."""
    found: list[Account] = []

    async def wait() -> None:
        """Nothing follows before the button is pressed."""

    with Question(title, 'Continue') as form:
        choice = customer_choice(viewer, wait)

    def look() -> None:
        if choice.chosen is None:
            raise Invalid('Customer must be chosen.')
        with reading_as(viewer) as work:
            found[:] = [account_of(work, choice.chosen)]

    async def go_on() -> None:
        assert found[0].customer
        then(found[0].customer, found[0].currency)

    form.does(look, lambda: '', go_on)
