"""What the drawers of billing records are made of: lines, sums, and the records that belong to them."""

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui import ui

from components.design import heading
from components.states import BADGES

MOST_LINES = 100  # of an invoice in a drawer; its document has all


@dataclass(frozen=True)
class PartLine:
    """One line: what it is, what it comes to, and how; `more` leads to what is behind it."""

    title: str
    amount: str
    how: str = ''
    more: tuple[str, str] | None = None  # label and address


@dataclass(frozen=True)
class PartLink:
    """A record that belongs to another: its address where it has one, its state, its amount."""

    title: str
    amount: str
    address: str = ''
    status: str = ''
    about: str = ''


def section(title: str) -> ui.element:
    """A part of a drawer; what it holds goes inside."""
    place = ui.element('section').classes('detail-section')
    with place:
        heading(3, title)
    return place


def draw_lines(lines: Sequence[PartLine]) -> None:
    """The lines of an invoice, or the items of a subscription."""
    with ui.element('ul').classes('part-list'):
        for line in lines[:MOST_LINES]:
            with ui.element('li'):
                with ui.element('div').classes('part-row'):
                    ui.label(line.title).classes('part-title')
                    ui.label(line.amount).classes('part-amount')
                with ui.element('div').classes('part-row soft small'):
                    ui.label(line.how)
                    if line.more:
                        ui.link(line.more[0], line.more[1])
    if len(lines) > MOST_LINES:
        ui.label(f'The first {MOST_LINES} of {len(lines)} lines; the PDF has all.').classes('soft small')


def draw_sums(sums: Sequence[tuple[str, str]], *, strong: Sequence[str] = ()) -> None:
    """What it comes to: each with its name; the names in `strong` stand out."""
    with ui.element('ul').classes('part-sums'):
        for name, amount in sums:
            with ui.element('li').classes('part-row' + (' strong' if name in strong else '')):
                ui.label(name)
                ui.label(amount).classes('part-amount')


def draw_related(records: Sequence[PartLink]) -> None:
    """Records that belong to it."""
    with ui.element('ul').classes('part-list'):
        for record in records:
            with ui.element('li'):
                with ui.element('div').classes('part-row'):
                    with ui.element('div').classes('part-title'):
                        if record.address:
                            ui.link(record.title, record.address)
                        else:
                            ui.label(record.title)
                        if record.status:
                            badge = BADGES.get(record.status, 'badge-off')
                            ui.label(record.status).classes(f'badge {badge}')
                    ui.label(record.amount).classes('part-amount')
                if record.about:
                    ui.label(record.about).classes('soft small')
