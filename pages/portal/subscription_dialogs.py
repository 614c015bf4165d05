"""What a customer can change about a subscription: the part of its drawer, and the dialogs (POR-07)."""

import asyncio
from collections.abc import Callable
from functools import partial

from nicegui import background_tasks, ui

from components.attempt import guarded
from components.confirm import typed
from components.design import button, icon_button
from components.entries import Entry
from components.formats import day, money
from pages.portal.subscription_previews import ChangeDialog, per_cycle
from portal_app.auth.viewer import PortalViewer
from portal_app.money import Money
from portal_app.services.subscription_offers import Choice, Offer, offer
from portal_app.services.subscription_preview import Kind, Wanted
from portal_app.work import reading_as

CANCEL = 'Nothing is refunded, and nothing is billed after its end.'
Ask = Callable[[PortalViewer, Offer], None]


def subscription_changes(viewer: PortalViewer, subscription_id: int) -> None:
    """Draw, where a subscription's details are, what is about to change and what can be changed.

    It looks up by itself what the viewer may change now, and draws nothing where there is nothing to say.
    Whoever calls it draws it anew at news of Topic.BILLING and Topic.SETUP; dialogs follow by themselves.
    """
    place, client = ui.element('div'), ui.context.client

    async def fill() -> None:
        if place.is_deleted:  # the drawer has been drawn anew
            return
        with client:  # it may be drawn anew meanwhile
            found = await guarded(asyncio.to_thread(_look, viewer, subscription_id))
        if found and not place.is_deleted:
            with place:
                _draw(viewer, found)

    background_tasks.create(fill(), name='offer changes', context=ui.context.slot)


def change_entries(viewer: PortalViewer, found: Offer) -> list[Entry]:
    """What the viewer can do with a subscription now."""
    entries: dict[Kind, tuple[str, str, Ask]] = {
        Kind.QUANTITY: ('Change quantity', 'add_circle', _ask_quantity),
        Kind.PLAN: ('Change plan', 'swap_vert', _ask_plan),
        Kind.CANCEL: ('Cancel subscription', 'event_busy', _ask_cancel),
        Kind.RESUME: ('Take cancellation back', 'undo', _ask_resume),
        Kind.WITHDRAW: ('Withdraw change', 'undo', _ask_withdraw),
    }
    return [
        Entry(label, partial(ask, viewer, found), icon)
        for kind, (label, icon, ask) in entries.items()
        if kind in found.kinds
    ]


def _look(viewer: PortalViewer, subscription_id: int) -> Offer:
    with reading_as(viewer) as work:
        return offer(work, subscription_id)


def _draw(viewer: PortalViewer, found: Offer) -> None:
    entries = change_entries(viewer, found)
    if not entries and found.pending is None:
        return
    with ui.element('section').classes('subscription-changes').props('aria-label=Changes'):
        if found.pending:
            with ui.element('div').classes('banner'):
                ui.icon('event').props('aria-hidden=true')
                ui.label(_pending(viewer, found))
        with ui.element('div').classes('change-buttons'):
            for entry in entries:
                button(entry.label, entry.run, icon=entry.icon)


def _pending(viewer: PortalViewer, found: Offer) -> str:
    assert found.pending
    when, terms = day(found.pending.on, viewer.locale), found.pending.terms
    if terms is None:
        return f'It is cancelled: it ends on {when}.'
    amount = f'{terms.quantity:,} {terms.unit}'.strip()
    price = per_cycle(terms.per_cycle, found.cycle, viewer.locale)
    return f'From {when} on: {terms.plan}, {amount}, {price}.'


def _ask_quantity(viewer: PortalViewer, found: Offer) -> None:
    def number() -> int | None:
        text = typed(field).strip()
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None

    def wanted() -> Wanted | None:
        chosen = number()
        return None if chosen in (None, found.quantity) else Wanted(Kind.QUANTITY, quantity=chosen)

    async def change() -> None:
        limits.classes('problem') if number() is None else limits.classes(remove='problem')
        await dialog.look()

    async def step(by: int) -> None:
        chosen = number()
        to = (found.quantity if chosen is None else chosen) + by
        most = to if found.most is None else found.most
        field.set_value(str(max(found.least, min(to, most))))

    with ChangeDialog(viewer, found, f'Change quantity of {found.plan}', 'Change quantity', wanted) as dialog:
        with ui.element('div').classes('stepper'):
            icon_button('remove', 'One less', lambda: step(-1)).props('type=button')
            field = ui.input(_unit(found), value=str(found.quantity), on_change=change)
            field.props('outlined dense inputmode=numeric maxlength=9 autocomplete=off')
            icon_button('add', 'One more', lambda: step(1)).props('type=button')
        limits = ui.label(_limits(found)).classes('soft small')


def _unit(found: Offer) -> str:
    return f'Quantity ({found.unit})' if found.unit else 'Quantity'


def _limits(found: Offer) -> str:
    most = f' and {found.most:,}' if found.most is not None else ''
    between = f'between {found.least:,}{most}' if most else f'{found.least:,} or more'
    return f'{found.quantity:,} now; {between}.'


def _ask_plan(viewer: PortalViewer, found: Offer) -> None:
    chosen: list[int] = []

    async def choose(plan_id: int) -> None:
        chosen[:] = [plan_id]
        await dialog.look()

    def wanted() -> Wanted | None:
        return Wanted(Kind.PLAN, plan_id=chosen[0]) if chosen else None

    dialog = ChangeDialog(viewer, found, f'Change plan of {found.number}', 'Change plan', wanted)
    with dialog, ui.element('div').classes('plan-cards').props('role=radiogroup aria-label="Plans"'):
        _current_plan(viewer, found)
        for choice in found.choices:
            _card(viewer, found, choice, partial(choose, choice.id))


def _current_plan(viewer: PortalViewer, found: Offer) -> None:
    with ui.element('div').classes('plan-card is-current'), ui.element('div').classes('plan-head'):
        ui.label(found.plan).classes('strong')
        ui.label('Your plan').classes('badge badge-info')
        ui.label(_unit_price(found.price, found.unit, viewer.locale)).classes('plan-price')


def _card(viewer: PortalViewer, found: Offer, choice: Choice, on_choice: Callable[[], object]) -> None:
    locale = viewer.locale
    with ui.element('label').classes('plan-card' + (' is-off' if choice.why_not else '')):
        radio = ui.element('input').props(f'type=radio name=plan value={choice.id}')
        radio.on('change', on_choice)
        if choice.why_not:
            radio.props('disabled')
        with ui.element('div').classes('plan-head'):
            ui.label(choice.name).classes('strong')
            if choice.is_upgrade:
                ui.label('Upgrade').classes('badge badge-ok')
            ui.label(_unit_price(choice.price, choice.unit, locale)).classes('plan-price')
        if choice.description:
            ui.label(choice.description).classes('soft small')
        more = '+' if choice.difference.minor > 0 else ''
        difference = f'{more}{per_cycle(choice.difference, found.cycle, locale)} for {found.quantity:,}'
        ui.label(choice.why_not or difference).classes('soft small')


def _unit_price(price: Money, unit: str, locale: str) -> str:
    return f'{money(price, locale)} per {unit}' if unit else money(price, locale)


def _ask_cancel(viewer: PortalViewer, found: Offer) -> None:
    with _simple(viewer, found, Kind.CANCEL, f'Cancel {found.plan}', 'Cancel subscription'):
        ui.label(CANCEL).classes('soft')


def _ask_resume(viewer: PortalViewer, found: Offer) -> None:
    with _simple(viewer, found, Kind.RESUME, f'Keep {found.plan}', 'Take cancellation back'):
        ui.label('It goes on as if it had not been cancelled.').classes('soft')


def _ask_withdraw(viewer: PortalViewer, found: Offer) -> None:
    with _simple(viewer, found, Kind.WITHDRAW, f'Keep {found.plan} as it is', 'Withdraw change'):
        ui.label('What was to change stays as it is now.').classes('soft')


def _simple(viewer: PortalViewer, found: Offer, kind: Kind, title: str, act: str) -> ChangeDialog:
    return ChangeDialog(viewer, found, title, act, lambda: Wanted(kind), 'Leave it as it is')
