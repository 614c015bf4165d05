"""What the portal's home shows of an account: figures, the arithmetic behind them, the latest records."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from components.design import heading, quiet_button
from components.states import BADGES


@dataclass(frozen=True)
class Figure:
    """A figure with its name; `tone` is 'bad' for what is overdue."""

    name: str
    value: str
    tone: str = ''


@dataclass(frozen=True)
class Item:
    """A record in a short list: what it is called, what is said of it, its state and amount."""

    title: str
    address: str
    about: str = ''
    status: str = ''
    amount: str = ''


@dataclass(frozen=True)
class Step:
    """A line of an arithmetic. `strong`: it is a result."""

    name: str
    amount: str
    address: str = ''
    strong: bool = False


def draw_figures(figures: Sequence[Figure], explain: Callable[[], Any]) -> None:
    """Figures of one currency; a click on any of them explains them."""
    with ui.element('div').classes('account-figures'):
        for figure in figures:
            with (
                ui.element('button').props('type=button').classes('account-figure').on('click', explain)
            ) as made:
                ui.label(figure.name).classes('soft small')
                ui.label(figure.value).classes('figure-value' + (' problem' if figure.tone else ''))
            made._props['aria-label'] = f'{figure.name} {figure.value}: explain'


def draw_explanation(title: str, steps: Sequence[Step], apart: Sequence[Step], note: str) -> None:
    """Open a dialog with the arithmetic, from top to bottom; `apart` is not in it."""
    with ui.context.client, ui.dialog(value=True).props('role=dialog') as dialog:
        dialog._props['aria-label'] = title
        dialog.on('hide', dialog.delete)
        with ui.card().classes('confirm arithmetic'):
            heading(2, title)
            _steps(steps)
            if apart:
                heading(3, 'Not in it yet')
                _steps(apart)
            if note:
                ui.label(note).classes('soft small')
            with ui.element('div').classes('dialog-buttons'):
                quiet_button('Close', dialog.close)


def draw_latest(title: str, items: Sequence[Item], everything: tuple[str, str], without: str) -> None:
    """A panel with the newest records; `everything` is the label and address of all of them."""
    with ui.element('section').classes('panel latest'):
        with ui.element('div').classes('panel-head'):
            heading(2, title)
            ui.link(*everything)
        if not items:
            ui.label(without).classes('soft')
            return
        with ui.element('ul').classes('part-list'):
            for item in items:
                _item(item)


def _item(item: Item) -> None:
    with ui.element('li'):
        with ui.element('div').classes('part-row'):
            with ui.element('div').classes('part-title'):
                ui.link(item.title, item.address)
                if item.status:
                    ui.label(item.status).classes(f'badge {BADGES.get(item.status, "badge-off")}')
            ui.label(item.amount).classes('part-amount')
        ui.label(item.about).classes('soft small')


def _steps(steps: Sequence[Step]) -> None:
    with ui.element('ul').classes('part-sums'):
        for step in steps:
            with ui.element('li').classes('part-row' + (' strong' if step.strong else '')):
                if step.address:
                    ui.link(step.name, step.address)
                else:
                    ui.label(step.name)
                ui.label(step.amount).classes('part-amount')
