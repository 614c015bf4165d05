"""What the pay page is made of: invoices to tick, how to pay, and the one button."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from components.confirm import show_reasons, ticked, typed
from components.design import heading, main_button
from components.states import BADGES

Changed = Callable[[], Any]


@dataclass(frozen=True)
class PayRow:
    """An invoice that can be ticked; without `can_pay` it only stands there, with its marks saying why."""

    id: int
    title: str
    amount: str
    about: str = ''
    marks: tuple[str, ...] = ()
    can_pay: bool = True


class PayRows:
    """The invoices of one account, with a box for each and one for all of them."""

    def __init__(self, rows: Sequence[PayRow], chosen: frozenset[int], changed: Changed) -> None:
        self.changed = changed
        self.boxes: dict[int, ui.checkbox] = {}
        open = [row.id for row in rows if row.can_pay]
        if len(open) > 1:
            self.all = ui.checkbox('All', value=chosen >= set(open), on_change=self._all).classes('pay-all')
        with ui.element('ul').classes('part-list pay-rows'):
            for row in rows:
                with ui.element('li'):
                    self._row(row, row.id in chosen)

    @property
    def chosen(self) -> frozenset[int]:
        """The ids of those that are ticked."""
        return frozenset(id for id, box in self.boxes.items() if ticked(box))

    def lock(self, locked: bool) -> None:
        """Whether nothing can be ticked, while it is being paid."""
        for box in (*self.boxes.values(), *([self.all] if len(self.boxes) > 1 else [])):
            box.set_enabled(not locked)

    def _row(self, row: PayRow, chosen: bool) -> None:
        with ui.element('div').classes('part-row'):
            with ui.element('div').classes('part-title'):
                if row.can_pay:
                    self.boxes[row.id] = ui.checkbox(row.title, value=chosen, on_change=self._one)
                else:
                    ui.label(row.title).classes('pay-closed')
                for mark in row.marks:
                    ui.label(mark).classes(f'badge {BADGES.get(mark, "badge-wait")}')
            ui.label(row.amount).classes('part-amount')
        ui.label(row.about).classes('soft small pay-about')

    def _all(self) -> None:
        if ticked(self.all) != (self.chosen >= self.boxes.keys()):  # by a person, not by `_one`
            for box in self.boxes.values():
                box.set_value(ticked(self.all))

    def _one(self) -> None:
        if len(self.boxes) > 1:
            self.all.set_value(self.chosen >= self.boxes.keys())
        self.changed()


class PayBox:
    """How much, by which method, and the button; it cannot be pressed twice."""

    def __init__(
        self,
        methods: Mapping[int, str],
        method: int,
        *,
        label: str,
        amount: str,
        words: str,
        pay: Callable[[], Any],
        changed: Changed,
        check: Callable[[str], str],
        parts: bool,
    ) -> None:
        self.methods = methods
        heading(2, 'Payment')
        self.check = check
        self.amount = ui.input(label, value=amount, validation=self._problem, on_change=changed)
        self.amount.props('outlined dense')
        self.amount.set_visibility(parts)
        ui.label('A smaller amount pays the oldest due first.').classes('soft small').set_visibility(parts)
        self.method = ui.radio(dict(methods), value=method).classes('pay-methods')
        self.method._props['aria-label'] = 'Payment method'
        self.method.set_visibility(len(methods) > 1)
        if len(methods) == 1:
            ui.label(methods[method])
        self.extra = ui.element('div').classes('pay-extra')
        self.reasons = ui.element('div')
        self.button = main_button(words, pay).classes('pay-button')

    @property
    def typed(self) -> str:
        """The amount as it was typed."""
        return typed(self.amount)

    @property
    def chosen(self) -> int:
        """The method that was chosen; a browser may send anything."""
        value = self.method.value
        return value if type(value) is int and value in self.methods else 0

    def set_amount(self, text: str) -> None:
        """Put another amount in."""
        self.amount.set_value(text)

    def show(self, words: str, *, can_pay: bool) -> None:
        """What the button says, and whether there is something to pay."""
        self.button.set_text(words)
        self.button.set_enabled(can_pay)

    def begin(self) -> None:
        """It is being paid: nothing can be changed or pressed meanwhile."""
        self.reasons.clear()
        self.button.disable()
        self.button.props('loading')
        self.amount.disable()
        self.method.disable()

    def stop(self, reasons: Sequence[str]) -> None:
        """It was not paid, for these reasons; what was chosen stays."""
        self.button.props(remove='loading')
        self.button.enable()
        self.amount.enable()
        self.method.enable()
        show_reasons(self.reasons, reasons)

    def _problem(self, _value: Any) -> str | None:
        return self.check(self.typed) or None
