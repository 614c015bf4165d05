"""Values as the viewer reads them: in their locale and their zone."""

import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation, localcontext
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time
from babel.numbers import NumberFormatError, NumberPattern, get_currency_symbol, parse_decimal, parse_pattern

from portal_app.columns import EXACT, canonical, to_json
from portal_app.filters import PRESETS, Begins, Contains, Dates, Filter, Numbers, OneOf, Pairs
from portal_app.listings import Field, Kind, Measure
from portal_app.money import Money, exponent, minor, plain

LONGEST_CELL = 120  # characters of properties in a table; the detail view shows all


def cell(field: Field, value: Any, zone: ZoneInfo, locale: str) -> str:
    """One value in a table."""
    if value is None:  # a time or a date that is missing
        return ''
    match field.kind:
        case Kind.TIME:
            return (
                f'{day(value.astimezone(zone).date(), locale)}, {format_time(value, "short", zone, locale)}'
            )
        case Kind.DATE:
            return day(value, locale)
        case Kind.MONEY:
            return money(value, locale)
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
    pattern = _pattern(locale, len(text.partition('.')[2]))
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


def money(amount: Money, locale: str) -> str:
    """An amount with all decimals that ISO 4217 gives its currency, never broken: €1,240.00, BHD 1.234."""
    pattern = _money_pattern(amount.currency, locale, exponent(amount.currency))
    with localcontext(EXACT):
        return str(
            pattern.apply(
                Decimal(plain(*amount)), _locale(locale), currency=amount.currency, currency_digits=False
            )
        )


def price(amount: Decimal, currency: str, locale: str) -> str:
    """A price in major units with all of its decimals, and at least the currency's: €0.00035, €12.50."""
    text = canonical(amount)
    pattern = _money_pattern(currency, locale, max(exponent(currency), len(text.partition('.')[2])))
    with localcontext(EXACT):
        return str(pattern.apply(Decimal(text), _locale(locale), currency=currency, currency_digits=False))


def total(sum: Money | Measure, locale: str) -> str:
    """What adds up below a column: an amount of money, or a quantity with its unit."""
    if isinstance(sum, Money):
        return money(sum, locale)
    return f'{number(sum.quantity, locale)} {sum.unit}'.strip()


def money_input(amount: Money, locale: str) -> str:
    """An amount as a person may type it in their locale, beside a label that names its currency."""
    pattern = _pattern(locale, exponent(amount.currency))
    with localcontext(EXACT):
        return str(pattern.apply(Decimal(plain(*amount)), _locale(locale)))


def typed_money(text: str, currency: str, locale: str) -> int:
    """The minor units of an amount that was typed in the locale.

    Raises ValueError with an example for what is no number, with the rule for too many decimals or too much.
    """
    try:
        typed = typed_number(text, locale)
    except ValueError:
        typed = ''
    if not typed:
        example = _pattern(locale, exponent(currency)).apply(Decimal('1234.5'), _locale(locale))
        raise ValueError(f'an amount looks like {example}.')
    return minor(typed, currency)


@lru_cache(4096)
def day(value: date, locale: str) -> str:
    """A day: 24 Nov 2026."""
    return format_date(value, 'medium', locale=locale)


def tax_of(rate: Decimal, net: Money, locale: str) -> str:
    """What a sum of taxes is called: Tax 19% of €1,000.00."""
    return f'Tax {number(rate, locale)}% of {money(net, locale)}'


@lru_cache(4096)
def day_of_year(value: date, locale: str) -> str:
    """A day where its year goes without saying: 24 Nov."""
    return str(format_skeleton('MMMd', value, locale=locale))


def local_day(value: date, zone: ZoneInfo, locale: str) -> str:
    """The calendar day of a moment in the zone, or a calendar day, which is the same in every zone."""
    return day(value.astimezone(zone).date() if isinstance(value, datetime) else value, locale)


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


@lru_cache(1024)
def _pattern(locale: str, digits: int) -> NumberPattern:
    """The locale's own for numbers, with as many decimals."""
    return parse_pattern(_with_decimals(_locale(locale).decimal_formats[None].pattern, digits))


@lru_cache(1024)
def _money_pattern(currency: str, locale: str, digits: int) -> NumberPattern:
    """The locale's own, with as many decimals; letters keep their distance from the digits."""
    symbol = get_currency_symbol(currency, locale)
    found = _with_decimals(_locale(locale).currency_formats['standard'].pattern, digits)
    if symbol[-1:].isalpha():
        found = re.sub('¤(?=[#0])', '¤\xa0', found)
    if symbol[:1].isalpha():
        found = re.sub('(?<=[#0])¤', '\xa0¤', found)
    return parse_pattern(found.replace(' ', '\xa0'))


def _with_decimals(pattern: str, digits: int) -> str:
    return re.sub(r'0\.[0#]+', '0.' + '0' * digits if digits else '0', pattern)


@lru_cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)


def sentence(reason: str) -> str:
    """A reason as a sentence of its own: it begins with a capital letter."""
    return reason[:1].upper() + reason[1:]
