"""The reference of `page_and_live`: the Usage Events page written by hand, in one file without any layer.

It draws the same elements with the same cells from the same database: the session by its cookie, then one
SQL query, on the event loop. A switch turns the Usage tab on and off on all open pages. `python -m
tests.benchmarks.plain_page` serves it.
"""

import hashlib
import json
import os
import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from fastapi import Request
from nicegui import app, ui

from components.states import BADGES
from components.table_markup import BODY, HEADER
from pages.server import ASSETS

LABELS: tuple[str, ...] = ('Customer Name', 'Date', 'Event Type', 'Status', 'Source', 'Ingested on')
LABELS += ('Quantity', 'Unit', 'Event ID', 'Properties')
HIDDEN = ('Customer Name', 'Ingested on', 'Unit', 'Event ID')  # filters without a button at first
COLUMNS = {label.lower().replace(' ', '_'): label for label in LABELS}
SORTED = ('date', 'event_type', 'status', 'source', 'ingested_on', 'quantity')
OWNER = """SELECT u.name, u.email, c.id, c.number, c.name FROM portal_session s
JOIN portal_user u ON u.id = s.user_id JOIN contact k ON k.portal_user_id = u.id
JOIN customer c ON c.id = k.customer_id WHERE s.token_hash = ? AND s.ended_at IS NULL"""
ROWS = """SELECT e.id, c.name, occurred_at, event_type, status, source, ingested_at, quantity, unit,
e.external_id, properties FROM usage_event e JOIN customer c ON c.id = customer_id WHERE customer_id = ?
ORDER BY occurred_at DESC, e.id DESC LIMIT 51"""
USAGE = "SELECT coalesce((SELECT enabled FROM portal_tab WHERE key = 'usage'), 1)"
SET_USAGE = """INSERT INTO portal_tab (key, enabled, fields) VALUES ('usage', ?, '{}')
ON CONFLICT (key) DO UPDATE SET enabled = excluded.enabled"""
COUNT = 'SELECT count(*) FROM (SELECT 1 FROM usage_event WHERE customer_id = ? LIMIT 10001)'

database = sqlite3.connect(os.environ['DATABASE_URL'].removeprefix('sqlite:///'), isolation_level=None)
strips: dict[str, ui.element] = {}

SORTS = {
    'date': 'Date',
    'event_type': 'Event Type',
    'status': 'Status',
    'source': 'Source',
    'ingested_on': 'Ingested on',
    'quantity': 'Quantity',
}


def nothing(*_: Any) -> None:
    """Stands for what a click would do."""


def moment(micros: int) -> str:
    """Nov 24, 2026, 5:39 AM."""
    return f'{datetime.fromtimestamp(micros / 1e6, UTC):%b %-d, %Y, %-I:%M\u202f%p}'


def row(found: tuple[Any, ...]) -> dict[str, Any]:
    """The cells of one row."""
    id, customer, date, kind, status, source, ingested, quantity, unit, event_id, properties = found
    pairs = ' · '.join(f'{key}: {value}' for key, value in json.loads(properties).items())
    amount = f'{Decimal(quantity):,f}'
    cells = (customer, moment(date), kind, status, source, moment(ingested), amount, unit, event_id, pairs)
    return {'id': id, **dict(zip(COLUMNS, cells, strict=True))}


def column(name: str, label: str) -> dict[str, Any]:
    """One column as the table's slots want it."""
    number = ' number' if name == 'quantity' else ''
    return {
        'name': name,
        'label': label,
        'field': name,
        'align': 'left',
        'sorts': name in SORTED,
        'sorted': 'descending' if name == 'date' else None,
        'arrow': '↓' if name == 'date' else '',
        'opens': name == 'customer_name',
        'badges': BADGES if name == 'status' else None,
        'classes': f'cell{number}{" wide" if name == "properties" else ""}',
        'headerClasses': f'head{number}',
    }


def tabs(number: str) -> None:
    """The links of the tab strip."""
    (usage,) = database.execute(USAGE).fetchone()
    ui.link('Home', f'/portal/{number}').classes('tab')
    if usage:
        ui.link('Usage', f'/portal/{number}/usage').classes('tab')
    ui.link('Usage Events', f'/portal/{number}/usage-events').classes('tab is-current').props(
        'aria-current=page'
    )


def button(label: str, **options: Any) -> ui.button:
    """An outlined button."""
    return ui.button(label, color=None, **options).props('outline no-caps').classes('plain-button')


def head(name: str, email: str, number: str, company: str) -> None:
    """Everything above the page's content."""
    ui.page_title('Usage Events · Northwind')
    ui.colors(primary='#1d4ed8', accent='#1d4ed8')
    ui.add_head_html(
        '<link rel="stylesheet" href="/assets/css/tokens.css">'
        '<link rel="stylesheet" href="/assets/css/app.css">'
    )
    with ui.element('header').classes('portal-header'):
        ui.link('Northwind', f'/portal/{number}').classes('brand-name')
        ui.space()
        ui.label(company).classes('company')
        with (
            ui.button('AK', color=None).props('flat round').classes('person'),
            ui.menu().classes('person-menu'),
        ):
            with ui.element('div').classes('who'):
                ui.label(name).classes('strong')
                ui.label(email).classes('soft small')
            with (
                ui.element('form').props('method=post action=/portal/logout'),
                ui.element('button').props('type=submit').classes('menu-button'),
            ):
                ui.label('Log out')
    strip = ui.element('nav').classes('tabs').props('aria-label="Account"')
    with strip:
        tabs(number)
    client = ui.context.client
    strips[client.id] = strip
    strip.number = number  # type: ignore[attr-defined]
    client.on_delete(lambda: strips.pop(client.id, None))


def filters() -> None:
    """The search box and the buttons with their menus."""
    with ui.element('div').classes('filter-bar').props('role=search'):
        search = (
            ui.input(placeholder='Search')
            .props('dense outlined clearable debounce=350 maxlength=200')
            .classes('search')
        )
        with search.add_slot('prepend'):
            ui.icon('search')
        search.tooltip('Search event type, source, event id')
        search.on('update:model-value', nothing)
        for label in LABELS:
            with (
                button(label).props('icon-right=expand_more').classes('filter') as opener,
                ui.menu().props('no-focus').classes('filter-menu') as menu,
            ):
                ui.element('div').classes('filter-editor')
            menu.on('before-show', nothing)
            opener.set_visibility(label not in HIDDEN)
        with (
            ui.button('More filters', color=None, icon='add').props('flat no-caps').classes('quiet-button'),
            ui.menu(),
        ):
            for label in HIDDEN:
                ui.menu_item(label, nothing)
        ui.button('Clear all', color=None, on_click=nothing).props('flat no-caps').classes(
            'quiet-button'
        ).set_visibility(False)


def title(count: str) -> None:
    """Heading, count, columns and export."""
    with ui.element('div').classes('title-row'):
        with ui.element('h1'):
            ui.label('Usage Events')
        ui.label(count).classes('count').props('role=status')
        ui.space()
        with (
            ui.element('div').classes('tools'),
            button('Columns', icon='view_column'),
            ui.menu() as menu,
            ui.element('div').classes('filter-editor'),
        ):
            ui.element('div').classes('facets')
            ui.button('Show all', color=None, on_click=nothing).props('flat no-caps').classes('quiet-button')
        menu.on('before-show', nothing)
        with button('Export', icon='download'), ui.menu():
            for label in ('CSV', 'Excel', 'JSON Lines'):
                ui.menu_item(label, nothing)


def records(rows: list[tuple[Any, ...]]) -> None:
    """The table and what is below it."""
    with ui.element('div').classes('records'):
        sorts = {
            sign + name: f'{label} {arrow}'
            for name, label in SORTS.items()
            for sign, arrow in (('-', '↓'), ('', '↑'))
        }
        ui.select(sorts, label='Sort by', value='-date', on_change=nothing).props(
            'dense outlined options-dense'
        ).classes('phone-sort')
        ui.element('div').classes('skeleton').props('aria-label="Loading" role=status').set_visibility(False)
        table = (
            ui.table(
                rows=[row(found) for found in rows[:50]],
                columns=[column(*each) for each in COLUMNS.items()],
                row_key='id',
                pagination={'rowsPerPage': 0},
            )
            .props('flat hide-pagination hide-no-data')
            .classes('record-table opens')
        )
        table.add_slot('header', HEADER)
        table.add_slot('body', BODY)
        table.on('sort', nothing)
        table.on('open', nothing)
        ui.element('div').classes('empty').set_visibility(False)
        with ui.element('div').classes('table-footer'):
            ui.select(
                {size: f'{size} per page' for size in (25, 50, 100, 200)}, value=50, on_change=nothing
            ).props('dense borderless options-dense aria-label="Rows per page"')
            ui.space()
            for icon in ('chevron_left', 'chevron_right'):
                ui.button(icon=icon, color=None, on_click=nothing).props('flat round dense').classes(
                    'icon-button'
                ).set_enabled(icon == 'chevron_right')


@ui.page('/portal/{company}/usage-events', dark=None)
def usage_events(request: Request) -> None:
    """The page."""
    token = hashlib.sha256(request.cookies['portal_session'].encode()).digest()
    name, email, customer, number, company = database.execute(OWNER, (token,)).fetchone()
    rows = database.execute(ROWS, (customer,)).fetchall()
    (count,) = database.execute(COUNT, (customer,)).fetchone()
    head(name, email, number, company)
    with ui.element('main').classes('content'):
        title(f'{min(count, 10_000):,}{"+" if count > 10_000 else ""} records')
        with ui.element('div'):
            ui.element('div')
            filters()
            with ui.element('div').props('role=status'):
                button('', on_click=nothing).props('rounded').classes('news').set_visibility(False)
            ui.element('div')
            records(rows)


@ui.page('/admin/setup/portal', dark=None)
def admin() -> None:
    """The switch."""
    switch = ui.switch(value=True).props('aria-label="Show Usage"')
    switch.on(
        'update:model-value',
        lambda event: toggle(event.args[0] if isinstance(event.args, list) else event.args),
    )


def toggle(on: bool) -> None:
    """Save it and redraw every strip."""
    database.execute(SET_USAGE, (on,))
    for strip in strips.values():
        strip.clear()
        with strip:
            tabs(strip.number)  # type: ignore[attr-defined]


if __name__ in {'__main__', '__mp_main__'}:
    for folder in ('css', 'fonts'):
        app.add_static_files(f'/assets/{folder}', ASSETS / folder)
    ui.run(
        port=int(os.environ['PORTAL_PORT']),
        reload=False,
        show=False,
        dark=None,
        tailwind=False,
        title='Portal',
        language='en-US',
        reconnect_timeout=10,
        show_welcome_message=False,
        binding_refresh_interval=None,
        favicon=ASSETS / 'icon.svg',
        uvicorn_logging_level='warning',
        server_header=False,
    )
