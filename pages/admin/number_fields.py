"""Fields of dialogs for numbers: whole ones, and decimals as the viewer's locale writes them."""

from decimal import Decimal

from nicegui import ui

from components.confirm import text_field, typed
from components.formats import number, typed_number


def whole_field(label: str, value: int | None) -> ui.input:
    """A whole number; empty for None."""
    text = '' if value is None else str(value)
    return text_field(label, text, longest=9).props('inputmode=numeric autocomplete=off')


def whole_typed(field: ui.input) -> int | None:
    """The number that was typed; None for nothing and for what is no whole number."""
    text = typed(field).strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


class DecimalField:
    """A decimal, which verbs are given as plain text: 1234.5."""

    def __init__(self, label: str, plain: str, locale: str) -> None:
        self.locale = locale
        text = number(Decimal(plain), locale) if plain else ''
        self.field = text_field(label, text, longest=40).props('inputmode=decimal autocomplete=off')

    def read(self) -> str:
        """What was typed, as it is where it is no number: then the verb says so."""
        try:
            return typed_number(typed(self.field), self.locale)
        except ValueError:
            return typed(self.field)
