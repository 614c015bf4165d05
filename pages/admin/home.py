"""The first admin page: what is left to set up, and where to go."""

import asyncio
from collections.abc import Sequence
from itertools import groupby

from nicegui import ui

from components.design import banner, heading
from components.live import on_change
from pages.admin.frame import admin_frame, surroundings
from pages.admin.menu import MENU, Entry
from portal_app.api.session import StaffViewer
from portal_app.auth import viewer as viewers
from portal_app.live import Change, Topic
from portal_app.services.billing_notices import payments_are_simulated
from portal_app.services.billing_rules import VIEW
from portal_app.services.next_steps import Step, next_steps
from portal_app.work import reading_as


def register() -> None:
    """Add the page."""
    ui.page('/admin', dark=None)(home)


async def home(viewer: StaffViewer) -> None:
    """What the viewer's role lets them do."""
    around = await asyncio.to_thread(surroundings, viewer)
    steps = await asyncio.to_thread(_look, viewer)
    with admin_frame(viewer, around, 'Admin'):
        heading(1, f'Welcome, {viewer.name.split()[0]}')
        if VIEW.grant in around.grants and (said := payments_are_simulated()):
            banner(said, 'science')
        left = ui.element('div')
        _draw_steps(left, steps)
        permitted = [entry for entry in MENU if entry.is_for(around.grants, around.portal_on)]
        if not permitted:
            text = 'Your role does not include any admin page. Ask an Owner if you need one.'
            ui.label(text).classes('lead')
        for section, entries in groupby(permitted, key=lambda entry: entry.section):
            with ui.element('section').classes('shortcuts').props(f'aria-label="{section}"'):
                heading(2, section)
                with ui.element('div').classes('shortcut-grid'):
                    for entry in entries:
                        _shortcut(entry)

    async def follow(_change: Change) -> None:
        _draw_steps(left, await asyncio.to_thread(_look, viewer))

    for topic in (Topic.SETUP, Topic.ACCESS):
        on_change(topic, follow, pause=0.5)


def _look(viewer: viewers.StaffViewer) -> Sequence[Step]:
    with reading_as(viewer) as work:
        return next_steps(work)


def _draw_steps(place: ui.element, steps: Sequence[Step]) -> None:
    """What is left, and what is done already; nothing once all of it is."""
    place.clear()
    if not steps:
        return
    done = sum(step.done for step in steps)
    with place, ui.element('section').classes('panel steps').props('aria-label="Next steps"'):
        with ui.element('div').classes('panel-head'):
            heading(2, 'Next steps')
            ui.label(f'{done} of {len(steps)} done').classes('soft')
        with ui.element('ul'):
            for step in steps:
                with ui.element('li'):
                    ui.icon('check_circle' if step.done else 'radio_button_unchecked').props(
                        'aria-hidden=true'
                    )
                    if step.done:
                        ui.label(step.label).classes('soft')
                        ui.label('Done').classes('unseen')
                    else:
                        ui.link(step.label, step.target)


def _shortcut(entry: Entry) -> None:
    with ui.link(target=entry.target).classes('panel shortcut'):
        ui.icon(entry.icon).props('aria-hidden=true')
        with ui.element('div'):
            ui.label(entry.label).classes('strong')
            ui.label(entry.about).classes('soft small')
