"""Amounts, numbers and days as the seller's locale writes them, all digits kept."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal, localcontext
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_interval, format_time
from babel.localedata import exists
from babel.numbers import NumberPattern, get_currency_symbol, parse_pattern

from portal_app.money import exponent, plain

DIGITS = 200  # more than any amount or quantity has
MINUS = '\u200e-'  # which stays before the digits among letters from right to left
APART, END_OF_APART = '\u2067', '\u2069'  # RIGHT-TO-LEFT ISOLATE, POP DIRECTIONAL ISOLATE
_DRAWN = ('LATIN', 'GREEK', 'CYRILLIC', 'ARABIC', 'HEBREW', 'THAI', 'DEVANAGARI', 'CJK')


class Formats:
    """How a document writes values of one currency."""

    def __init__(self, locale: str, currency: str) -> None:
        self.locale, self.currency = _spoken(locale), currency
        self._leftward = self.locale.text_direction == 'rtl'
        self._decimals = exponent(currency)
        self._money = _money_pattern(self.locale, currency)

    def money(self, minor: int) -> str:
        """An amount with its currency: -€12.50."""
        text = self._written(self._money, Decimal(plain(minor, self.currency)))
        return self._apart(text.replace('-', MINUS) if self._leftward else text)

    def figure(self, minor: int) -> str:
        """An amount without its currency, for a column that names it: -12.50."""
        return self._number(Decimal(plain(minor, self.currency)), self._decimals)

    def price(self, major: Decimal) -> str:
        """A price of major units, with at least the currency's decimals."""
        return self._number(major, max(self._decimals, _decimals(major)))

    def number(self, value: Decimal) -> str:
        """A quantity."""
        return self._number(value, _decimals(value))

    def percent(self, rate: Decimal) -> str:
        """A rate in percent: 8.875%."""
        pattern = _with_decimals(self.locale.percent_formats[None].pattern, _decimals(rate))
        return self._written(parse_pattern(pattern), rate.scaleb(-2))

    def day(self, value: date) -> str:
        """A day: Nov 24, 2026."""
        return self._apart(_day(value, self.locale))

    def days(self, first: date, last: date) -> str:
        """A period: Nov 1 – 30, 2026."""
        return self._apart(format_interval(first, last, 'yMMMd', locale=self.locale))

    def moment(self, at: datetime, zone: str) -> str:
        """A moment (aware) in a time zone: Nov 24, 2026, 2:05 PM."""
        there = at.astimezone(ZoneInfo(zone))
        return f'{self.day(there.date())}, {format_time(there.time(), "short", locale=self.locale)}'

    def _apart(self, text: str) -> str:
        """What is written from right to left, whatever stands around it."""
        return f'{APART}{text}{END_OF_APART}' if self._leftward else text

    def _number(self, value: Decimal, decimals: int) -> str:
        return self._written(_number_pattern(self.locale, decimals), value)

    def _written(self, pattern: NumberPattern, value: Decimal) -> str:
        with localcontext(prec=DIGITS):
            text: str = pattern.apply(value, self.locale, currency=self.currency, currency_digits=False)
        return text


def _decimals(value: Decimal) -> int:
    return len(format(value, 'f').partition('.')[2].rstrip('0'))


def _with_decimals(pattern: str, decimals: int) -> str:
    return re.sub(r'0(\.[0#]+)?', '0.' + '0' * decimals if decimals else '0', pattern)


@lru_cache(256)
def _number_pattern(locale: Locale, decimals: int) -> NumberPattern:
    return parse_pattern(_with_decimals(locale.decimal_formats[None].pattern, decimals))


@lru_cache(256)
def _money_pattern(locale: Locale, currency: str) -> NumberPattern:
    """The locale's own, with the currency's decimals; letters keep their distance from the digits."""
    symbol = get_currency_symbol(currency, locale)
    found = _with_decimals(locale.currency_formats['standard'].pattern, exponent(currency))
    if symbol[-1:].isalpha():
        found = re.sub('¤(?=[#0])', '¤\xa0', found)
    if symbol[:1].isalpha():
        found = re.sub('(?<=[#0])¤', '\xa0¤', found)
    return parse_pattern(found.replace(' ', '\xa0'))


@lru_cache(4096)
def _day(value: date, locale: Locale) -> str:
    return format_date(value, 'medium', locale=locale)


@lru_cache(64)
def _spoken(locale: str) -> Locale:
    """The locale, or English as in its country where our fonts lack its letters."""
    asked = Locale.parse(locale)
    if all(_drawn(sign) for month in asked.months['format']['abbreviated'].values() for sign in month):
        return asked
    english = f'en_{asked.territory}'
    return Locale.parse(english if exists(english) else 'en')


def _drawn(sign: str) -> bool:
    return not sign.isalpha() or unicodedata.name(sign).startswith(_DRAWN)
