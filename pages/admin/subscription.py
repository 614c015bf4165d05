"""Billing › Subscriptions › one: what it is, what is to change, and its history (POR-07)."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from nicegui import ui

from components.account_parts import PartLine, draw_lines
from components.confirm import confirm
from components.design import heading, icon_button
from components.entries import Entry, actions_menu, fill_menu
from components.formats import day, moment, money, number, price
from components.live import on_change
from components.states import BADGES
from pages.admin.frame import admin_frame, surroundings
from pages.admin.subscription_forms import PATH, edit_subscription, look_for_plans, set_term
from portal_app.api.session import StaffViewer
from portal_app.auth import viewer as viewers
from portal_app.live import Change, Topic
from portal_app.models import SubscriptionItem, SubscriptionStatus
from portal_app.money import Money
from portal_app.services import subscription_verbs
from portal_app.services.billing_rules import DELETE, EDIT, VIEW
from portal_app.services.customer_page import VIEW as SEE_CUSTOMERS
from portal_app.services.staff_subscriptions import SubscriptionPage, subscription_page
from portal_app.services.subscription_form import SubscriptionText
from portal_app.services.subscription_terms import RUNNING, ends_on
from portal_app.work import Work, acting_as, reading_as

ABOUT = {
    'Activate': 'It runs from now on, in the cycle of today.',
    'Pause': 'Nothing is billed until it is resumed. Its days pass all the same.',
    'Resume': 'It goes on in the cycle that runs by now.',
    'Take back what is to change': 'It goes on as it is now.',
    'Cancel at the end': 'It works as before until {end}, when it ends. Nothing is refunded.',
    'Cancel now': 'It ends today. Nothing is refunded: issue a credit memo where something is to be.',
}
DRAFT, ACTIVE, PAUSED = SubscriptionStatus.DRAFT, SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED


def register() -> None:
    """Add the page."""
    ui.page(f'{PATH}/{{number}}', dark=None)(subscription)


async def subscription(viewer: StaffViewer, number: str) -> None:
    """Everything about one subscription."""
    around = await asyncio.to_thread(surroundings, viewer, VIEW)
    found = await asyncio.to_thread(_look, viewer, number)
    page = OnePage(viewer, found)
    with admin_frame(viewer, around, found.subscription.number, PATH):
        page.body = ui.element('div')
        page.draw()
    mine = (None, found.subscription.customer_id)
    on_change(Topic.BILLING, page.follow, concerns=lambda change: change.customer_id in mine, pause=0.2)


class OnePage:
    """One open page of a subscription."""

    body: ui.element

    def __init__(self, viewer: viewers.StaffViewer, found: SubscriptionPage) -> None:
        self.viewer, self.found = viewer, found

    async def follow(self, _change: Change) -> None:
        """Something changed elsewhere: show it as it is now."""
        self.found = await asyncio.to_thread(_look, self.viewer, self.found.subscription.number)
        self.draw()

    def draw(self) -> None:
        """Draw everything anew."""
        self.body.clear()
        with self.body:
            ui.link('Subscriptions', PATH).classes('back')
            self._head()
            self._pending()
            with ui.element('div').classes('two-panels'):
                self._facts()
                self._items()
            self._history()

    def _head(self) -> None:
        row = self.found.subscription
        with ui.element('div').classes('title-row'):
            heading(1, row.number)
            ui.label(row.status).classes(f'badge {BADGES[row.status]}')
            ui.space()
            if entries := self._entries():
                with icon_button('more_vert', f'Actions for {row.number}'):
                    fill_menu(actions_menu(), entries, '')
        ui.label(f'{self.found.plan.name} for {self.found.customer}').classes('lead')

    def _entries(self) -> list[Entry]:
        row, runs = self.found.subscription, self.found.subscription.status in RUNNING
        waits = bool(row.cancel_on or row.next_change_on)
        verbs = subscription_verbs
        offers = (
            (EDIT, row.status == DRAFT, Entry('Edit', self._edit, 'edit')),
            (EDIT, row.status == DRAFT, self._entry('Activate', 'play_arrow', verbs.activate)),
            (EDIT, row.status == ACTIVE, self._entry('Pause', 'pause', verbs.pause)),
            (EDIT, row.status == PAUSED, self._entry('Resume', 'play_arrow', verbs.resume)),
            (EDIT, runs, Entry('Change term', partial(set_term, self.viewer, row), 'date_range')),
            (EDIT, runs and waits, self._entry('Take back what is to change', 'undo', verbs.withdraw)),
            (
                DELETE,
                runs and ends_on(row) is None,
                self._entry('Cancel at the end', 'event_busy', partial(verbs.cancel, at_once=False)),
            ),
            (
                DELETE,
                runs or row.status == DRAFT,
                self._entry('Cancel now', 'block', partial(verbs.cancel, at_once=True)),
            ),
        )
        return [entry for needed, fits, entry in offers if fits and needed.grant in self.found.grants]

    def _entry(self, label: str, icon: str, verb: Callable[[Work, int], object]) -> Entry:
        row = self.found.subscription

        def run() -> None:
            with acting_as(self.viewer) as work:
                verb(work, row.id or 0)

        about = ABOUT[label].format(end=day(row.term_ends_on or row.period_end, self.viewer.locale))
        ask = partial(confirm, f'{label}: {row.number}', about, label, run, f'{row.number}: done.')
        return Entry(label, ask, icon)

    async def _edit(self) -> None:
        client, row = ui.context.client, self.found.subscription

        def look() -> SubscriptionText:
            with reading_as(self.viewer) as work:
                return subscription_verbs.draft_to_edit(work, row.id or 0)

        text = await asyncio.to_thread(look)
        plans = await asyncio.to_thread(look_for_plans, self.viewer, row.plan_id)
        with client:
            edit_subscription(self.viewer, row, text, plans)

    def _pending(self) -> None:
        row, locale = self.found.subscription, self.viewer.locale
        if row.cancel_on:
            said = f'It is cancelled as of {day(row.cancel_on, locale)}.'
        elif row.next_change_on:
            plan = self.found.next_plan or self.found.plan
            quantity = row.next_quantity or row.quantity
            said = f'From {day(row.next_change_on, locale)} on: {plan.name}, {quantity:,} {plan.unit}'.strip()
        else:
            return
        with ui.element('div').classes('banner').props('role=status'):
            ui.icon('event').props('aria-hidden=true')
            ui.label(said)

    def _facts(self) -> None:
        found = self.found
        with ui.element('section').classes('panel'):
            heading(2, 'Summary')
            with ui.element('dl').classes('facts'):
                with _fact('Customer'):
                    if SEE_CUSTOMERS.grant in found.grants:
                        ui.link(found.customer, f'/admin/customers/{found.customer_number}')
                    else:
                        ui.label(found.customer)
                for name, text in self._lines():
                    with _fact(name):
                        ui.label(text)

    def _lines(self) -> Iterator[tuple[str, str]]:
        found, row, locale = self.found, self.found.subscription, self.viewer.locale
        yield 'Plan', f'{found.plan.name}, {found.plan.cycle.lower()}'
        yield 'Quantity', f'{number(row.quantity, locale)} {found.plan.unit}'.strip()
        yield 'Price of one', money(Money(row.price, row.currency), locale)
        yield 'Each cycle', f'{money(found.per_cycle, locale)} without usage and tax'
        yield 'Started on', day(row.started_on, locale)
        if row.status in RUNNING:
            last = row.period_end - timedelta(days=1)
            yield 'This cycle', f'{day(row.period_start, locale)} to {day(last, locale)}'
        if row.next_billing_on:
            yield 'Next billing', day(row.next_billing_on, locale)
        if row.term_ends_on:
            renewal = f'renewed by {row.term_months} months' if row.term_months else 'not renewed'
            known = day(row.term_ends_on, locale)
            yield 'Term ends on', known if row.cancel_on else f'{known}, {renewal}'
        if row.cancelled_on:
            yield 'Cancelled on', day(row.cancelled_on, locale)

    def _items(self) -> None:
        with ui.element('section').classes('panel'):
            heading(2, 'Beside the plan')
            if self.found.items:
                draw_lines([self._item(item) for item in self.found.items])
            else:
                ui.label('Nothing.').classes('soft')

    def _item(self, item: SubscriptionItem) -> PartLine:
        locale = self.viewer.locale
        each = price(item.unit_price, self.found.subscription.currency, locale)
        unit = f' per {item.unit}' if item.unit else ''
        if item.event_type:
            return PartLine(item.description, f'{each}{unit}', f'Usage: {item.event_type}')
        how = f'{number(item.quantity, locale)} {item.unit}'.strip() + ' each cycle'
        return PartLine(item.description, f'{each}{unit}', how)

    def _history(self) -> None:
        with ui.element('section').classes('panel'):
            heading(2, 'History')
            with ui.element('ol').classes('history'):
                for event in self.found.history:
                    with ui.element('li'):
                        ui.label(moment(event.at, self.viewer.zone, self.viewer.locale)).classes('soft small')
                        ui.label(event.sentence)
            if not self.found.history:
                ui.label('Nothing has happened yet.').classes('soft')


def _look(viewer: viewers.StaffViewer, number: str) -> SubscriptionPage:
    with reading_as(viewer) as work:
        return subscription_page(work, number)


def _fact(name: str) -> ui.element:
    """A line of the summary; its value goes inside."""
    with ui.element('dt'):
        ui.label(name)
    return ui.element('dd')
