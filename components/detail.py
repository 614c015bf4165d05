"""The detail view of one record: a drawer at the side, the whole screen on a phone."""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui

from components import formats
from components.design import heading, icon_button
from components.states import BADGES, has_badges
from portal_app.listings import Field, Kind, Listing

Draw = Callable[[], None]
NO_LINKS: Mapping[str, str] = {}


class Drawer(ui.dialog):
    """An open drawer for one record; what it shows can be drawn anew."""

    def __init__(self, title: str, record_id: int) -> None:
        super().__init__(value=True)
        self.record_id = record_id
        self.props(f'position=right aria-label="{title}"')
        with self, ui.element('div').classes('detail'):
            with ui.element('div').classes('detail-head'):
                heading(2, title)
                icon_button('close', 'Close', self.close).props('autofocus')
            self.place = ui.element('div')
        self.on('hide', self._closed)

    def fill(
        self,
        listing: Listing,
        record: dict[str, Any],
        zone: ZoneInfo,
        locale: str,
        *,
        links: Mapping[str, str] = NO_LINKS,
        above: Draw = lambda: None,
        below: Draw = lambda: None,
    ) -> None:
        """Show every field of the listing, in place of what was shown.

        `links` are the addresses that values of fields lead to; `above` and `below` draw around the fields.
        """
        self.place.clear()
        with self.place:
            above()
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

    @property
    def is_open(self) -> bool:
        """Whether it has not been closed, though it may still be seen to go."""
        return self.value and not self.is_deleted

    def _closed(self) -> None:
        self.delete()  # which draws the rows anew, so the focus is given back a moment later
        ui.run_javascript(f"setTimeout(() => document.getElementById('open-{self.record_id}')?.focus(), 50)")


def show_detail(
    listing: Listing,
    record: dict[str, Any],
    zone: ZoneInfo,
    locale: str,
    *,
    links: Mapping[str, str] = NO_LINKS,
    above: Draw = lambda: None,
    below: Draw = lambda: None,
) -> Drawer:
    """Open a drawer with every visible field of a record, as `Drawer.fill` has it."""
    drawer = Drawer(listing.singular, record['id'])
    drawer.fill(listing, record, zone, locale, links=links, above=above, below=below)
    return drawer


def _value(field: Field, value: Any, zone: ZoneInfo, locale: str) -> None:
    if has_badges(field) and value:
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
