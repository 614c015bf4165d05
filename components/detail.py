"""The detail view of one record: a drawer at the side, the whole screen on a phone."""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui

from components import formats
from components.design import heading, icon_button
from components.record_table import BADGES, has_badges
from portal_app.listings import Field, Kind, Listing

NO_LINKS: Mapping[str, str] = {}


def show_detail(
    listing: Listing,
    record: dict[str, Any],
    zone: ZoneInfo,
    locale: str,
    *,
    links: Mapping[str, str] = NO_LINKS,
    below: Callable[[], None] = lambda: None,
) -> ui.dialog:
    """Open a drawer with every visible field of a record.

    `links` are the addresses that values of fields lead to; `below` draws what stands under all fields.
    """
    with (
        ui.dialog(value=True).props(f'position=right aria-label="{listing.singular}"') as dialog,
        ui.element('div').classes('detail'),
    ):
        with ui.element('div').classes('detail-head'):
            heading(2, listing.singular)
            icon_button('close', 'Close', dialog.close).props('autofocus')
        with ui.element('dl'):
            for field in listing.columns:
                with ui.element('dt'):
                    ui.label(field.label)
                with ui.element('dd'):
                    if field.name in links:
                        ui.link(record[field.name], links[field.name])
                    else:
                        _value(field, record[field.name], zone, locale)
        below()

    def closed() -> None:
        dialog.delete()  # which draws the rows anew, so the focus is given back a moment later
        ui.run_javascript(f"setTimeout(() => document.getElementById('open-{record['id']}')?.focus(), 50)")

    dialog.on('hide', closed)
    return dialog


def _value(field: Field, value: Any, zone: ZoneInfo, locale: str) -> None:
    if has_badges(field):
        ui.label(value).classes(f'badge {BADGES.get(value, "badge-off")}')
    elif field.kind is Kind.PROPERTIES:
        with ui.element('div').classes('properties'):
            for key, inner in value.items():
                ui.label(key).classes('soft')
                ui.label(formats.property_text(inner))
            if not value:
                ui.label('None').classes('soft')
    elif field.kind is Kind.TIME and value is not None:
        ui.label(f'{formats.moment(value, zone, locale)} ({value.astimezone(zone):%Z})')
    else:
        ui.label(formats.cell(field, value, zone, locale) or '–')
