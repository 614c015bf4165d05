"""The form of an invoice: its head, its lines, and what they come to while they are typed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from components.account_parts import draw_sums
from components.confirm import show_reasons
from components.design import heading
from components.formats import sentence
from components.line_editor import LineEditor, LineText

HEAD = {
    'currency': 'Currency',
    'date': 'Date',
    'due_date': 'Due date (empty: by the terms)',
    'reference': 'Reference of the customer',
    'note': 'Note on the invoice',
}


@dataclass(frozen=True)
class InvoiceText:
    """What is in the fields of the head, and the lines: numbers as they are typed in the locale."""

    currency: str
    date: str = ''
    due_date: str = ''
    reference: str = ''
    note: str = ''
    lines: tuple[LineText, ...] = ()


class InvoiceForm:
    """What staff type. `customer` draws the choice of the customer; it knows no rules."""

    def __init__(
        self,
        values: InvoiceText,
        currencies: Mapping[str, str],
        locale: str,
        customer: Callable[[], None],
        on_change: Callable[[], None],
    ) -> None:
        self.on_change = on_change
        self.head: dict[str, Any] = {}
        with ui.element('section').classes('panel').props('aria-label="Invoice"'):
            customer()
            self.customer_problem = ui.label().classes('problem small').props('role=alert')
            self.customer_problem.set_visibility(False)
            with ui.element('div').classes('invoice-head'):
                self._head(values, currencies)
        with ui.element('section').classes('panel').props('aria-label="Lines"'):
            heading(2, 'Lines')
            self.lines = LineEditor(values.lines, locale, on_change)
            self.sums = ui.element('div').classes('invoice-sums').props('role=status')
        self.reasons = ui.element('div')

    def read(self) -> tuple[InvoiceText, dict[str, str]]:
        """What is in the fields, numbers plain, and what is no number in the locale."""
        texts = {
            name: field.value if isinstance(field.value, str) else '' for name, field in self.head.items()
        }
        lines, problems = self.lines.read()
        return InvoiceText(**texts, lines=tuple(lines)), problems

    def show_sums(self, amounts: Sequence[str], sums: Sequence[tuple[str, str]]) -> None:
        """What each line comes to, and all of them; the last sum is the total."""
        self.lines.show_amounts(amounts)
        self.sums.clear()
        with self.sums:
            draw_sums(sums, strong=[sums[-1][0]])

    def refuse(self, problems: Mapping[str, str], others: Sequence[str] = (), *, focus: bool = True) -> None:
        """Say at each field what is wrong with it, below them what belongs to none, and go to the first."""
        self.customer_problem.set_visibility('customer' in problems)
        self.customer_problem.set_text(f'Customer {problems.get("customer", "")}.')
        first = None
        for name, field in self.head.items():
            problem = problems.get(name)
            field.error = sentence(f'{problem}.') if problem else None
            first = first or (field if problem else None)
        in_lines = self.lines.refuse(problems)
        self.reasons.clear()
        if others:
            show_reasons(self.reasons, others)
        if focus and (first := first or in_lines) is not None:
            first.run_method('focus')

    def set_currency(self, currency: str) -> None:
        """Put a currency into its field."""
        self.head['currency'].set_value(currency)

    def _head(self, values: InvoiceText, currencies: Mapping[str, str]) -> None:
        currency = ui.select(dict(currencies), label=HEAD['currency'], value=values.currency, with_input=True)
        currency.props('outlined dense options-dense fill-input hide-selected')
        self.head['currency'] = currency
        for name in ('date', 'due_date'):
            self.head[name] = ui.input(HEAD[name], value=getattr(values, name)).props(
                'outlined dense type=date stack-label'
            )
        self.head['reference'] = ui.input(HEAD['reference'], value=values.reference).props(
            'outlined dense maxlength=100'
        )
        self.head['note'] = ui.textarea(HEAD['note'], value=values.note).props(
            'outlined dense autogrow maxlength=2000'
        )
        for field in self.head.values():
            field.on_value_change(lambda _: self.on_change())
