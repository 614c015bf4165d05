"""Values as the viewer reads them: in their locale and their zone."""

from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation, localcontext
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import NumberFormatError, NumberPattern, parse_decimal, parse_pattern

from portal_app.columns import EXACT, canonical, to_json
from portal_app.filters import PRESETS, Begins, Contains, Dates, Filter, Numbers, OneOf, Pairs
from portal_app.listings import Field, Kind

LONGEST_CELL = 120  # characters of properties in a table; the detail view shows all


def cell(field: Field, value: Any, zone: ZoneInfo, locale: str) -> str:
    """One value in a table."""
    if value is None:  # a time that is missing
        return ''
    match field.kind:
        case Kind.TIME:
            return (
                f'{day(value.astimezone(zone).date(), locale)}, {format_time(value, "short", zone, locale)}'
            )
        case Kind.QUANTITY | Kind.COUNT:
            return number(value, locale)
        case Kind.PROPERTIES:
            text = ' · '.join(f'{key}: {property_text(inner)}' for key, inner in value.items())
            return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + '…'
        case _:
            return str(value)


def property_text(value: Any) -> str:
    """One property's value: a text as it is, anything else as it was sent (true, 3, null)."""
    return value if isinstance(value, str) else to_json(value)


def moment(value: datetime, zone: ZoneInfo, locale: str) -> str:
    """A time in the zone: 24 Nov 2026, 05:39:12."""
    return format_datetime(value.astimezone(zone), 'medium', locale=locale)


def number(value: Decimal | int, locale: str) -> str:
    """A number with all of its digits, grouped."""
    text = canonical(Decimal(value))
    pattern = _pattern(len(text.partition('.')[2]))
    with localcontext(EXACT):
        return str(pattern.apply(Decimal(text), _locale(locale), decimal_quantization=False))


def number_input(value: Decimal | None, locale: str) -> str:
    """A number as a person may type it in their locale."""
    return '' if value is None else number(value, locale)


def typed_number(text: str, locale: str) -> str:
    """The plain text of a number that was typed in the locale ('1.500,5' is 1500.5 in German).

    Raises ValueError with an example, also where the grouping is not the locale's.
    """
    text = text.strip()
    if not text:
        return ''
    try:
        return canonical(parse_decimal(text, locale=locale, strict=True))
    except (NumberFormatError, InvalidOperation):
        raise ValueError(f'a number looks like {number(Decimal("1234.5"), locale)}.') from None


@lru_cache(4096)
def day(value: date, locale: str) -> str:
    """A day: 24 Nov 2026."""
    return format_date(value, 'medium', locale=locale)


def filter_text(filter: Filter, locale: str) -> str:
    """What a filter says, for its button."""
    match filter:
        case Dates(first, last, preset):
            return (
                PRESETS[preset]
                if preset
                else _between(day(first, locale) if first else None, day(last, locale) if last else None)
            )
        case Numbers(low, high):
            return _between(
                None if low is None else number(low, locale), None if high is None else number(high, locale)
            )
        case OneOf(values):
            return ', '.join(values[:2]) + (f' +{len(values) - 2}' if len(values) > 2 else '')
        case Contains(text):
            return f'“{text}”'
        case Begins(text):
            return f'{text}…'
        case Pairs(pairs):
            return ', '.join(f'{key} = {value}' for key, value in pairs)


def _between(low: str | None, high: str | None) -> str:
    if low is not None and high is not None:
        return low if low == high else f'{low} – {high}'
    return f'from {low}' if low is not None else f'up to {high}'


@lru_cache(1440)
def _clock(hour: int, minute: int, locale: str) -> str:
    return format_time(time(hour, minute), 'short', locale=locale)


@lru_cache
def _pattern(digits: int) -> NumberPattern:
    return parse_pattern('#,##0.' + '#' * digits if digits else '#,##0')


@lru_cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)


def sentence(reason: str) -> str:
    """A reason as a sentence of its own: it begins with a capital letter."""
    return reason[:1].upper() + reason[1:]
