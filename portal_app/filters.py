"""The kinds of filter, each with its text in the address of a page and the rules for what may be typed."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from portal_app.columns import canonical
from portal_app.listings import Field, Kind

LONGEST = 200  # characters of one filter's text
MOST_PICKED, MOST_PAIRS = 100, 10
ALL = 'all'  # of an address: a filter that the page starts with was taken away
KEY = re.compile(r'[\w.:/-]{1,64}')
PRESETS = {
    'today': 'Today',
    'yesterday': 'Yesterday',
    'last_7_days': 'Last 7 days',
    'last_30_days': 'Last 30 days',
    'this_month': 'This month',
    'last_month': 'Last month',
    'this_year': 'This year',
    'last_year': 'Last year',
}


@dataclass(frozen=True)
class Dates:
    """From one day to another, both included, or a preset; a time's days are those of the viewer's zone."""

    first: date | None = None
    last: date | None = None
    preset: str | None = None

    @property
    def text(self) -> str:
        """As it stands in the address."""
        return self.preset or f'{self.first or ""}..{self.last or ""}'

    def days(self, zone: ZoneInfo, at: datetime) -> tuple[date | None, date | None]:
        """The first and the last day; what a preset means at this time in this zone."""
        if self.preset:
            return preset_days(self.preset, at.astimezone(zone).date())
        return self.first, self.last

    def bounds(self, zone: ZoneInfo, at: datetime) -> tuple[datetime | None, datetime | None]:
        """The aware UTC moments between which it lies, without the second."""
        first, last = self.days(zone, at)
        return (
            day_start(first, zone) if first else None,
            day_start(last + timedelta(days=1), zone) if last else None,
        )


@dataclass(frozen=True)
class Numbers:
    """From one number to another, both included; of money in major units, whatever the currency."""

    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def text(self) -> str:
        """As it stands in the address."""
        return '..'.join('' if number is None else canonical(number) for number in (self.low, self.high))


@dataclass(frozen=True)
class OneOf:
    """Any of these values."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class Contains:
    """This text anywhere, in whatever case."""

    text: str


@dataclass(frozen=True)
class Begins:
    """This text at the beginning, letter by letter."""

    text: str


@dataclass(frozen=True)
class Pairs:
    """All of these keys with these values."""

    pairs: tuple[tuple[str, str], ...]


Filter = Dates | Numbers | OneOf | Contains | Begins | Pairs


def read_filter(field: Field, values: list[str]) -> Filter | None:
    """A filter from what was typed or stands in an address. Raises ValueError with the broken rule."""
    if any(len(value) > LONGEST or not is_storable(value) for value in values):
        raise ValueError(f'at most {LONGEST} characters.')
    most = {Kind.CHOICE: MOST_PICKED, Kind.PROPERTIES: MOST_PAIRS}.get(field.kind, len(values))
    if len(values) > most:
        raise ValueError(f'at most {most} at once.')
    match field.kind:
        case Kind.TIME | Kind.DATE:
            return _dates(values[-1])
        case Kind.QUANTITY | Kind.COUNT | Kind.MONEY:
            return _numbers(values[-1])
        case Kind.CHOICE:
            return OneOf(tuple(dict.fromkeys(values)))
        case Kind.PROPERTIES:
            return Pairs(tuple(_pair(value) for value in values))
        case Kind.TEXT:
            return Contains(values[-1].strip()) if values[-1].strip() else None
        case Kind.REFERENCE:
            return Begins(values[-1].strip()) if values[-1].strip() else None


def is_storable(text: str) -> bool:
    """Whether a database can hold this text: no NUL, no half of a character."""
    return '\0' not in text and not any('\ud800' <= sign <= '\udfff' for sign in text)


def preset_days(preset: str, today: date) -> tuple[date, date]:
    """The first and last day that a preset means on this day."""
    month = today.replace(day=1)
    before_month = month - timedelta(days=1)
    return {
        'today': (today, today),
        'yesterday': (today - timedelta(days=1),) * 2,
        'last_7_days': (today - timedelta(days=6), today),
        'last_30_days': (today - timedelta(days=29), today),
        'this_month': (month, today),
        'last_month': (before_month.replace(day=1), before_month),
        'this_year': (today.replace(month=1, day=1), today),
        'last_year': (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }[preset]


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a day begins in a zone, in UTC; right also on the day when the clocks change."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _dates(text: str) -> Dates:
    if text in PRESETS:
        return Dates(preset=text)
    first, dots, last = text.partition('..')
    try:
        low, high = (date.fromisoformat(part) if part else None for part in (first, last))
    except ValueError:
        raise ValueError('a date looks like 2026-01-31, a range like 2026-01-01..2026-01-31.') from None
    high = high if dots else low
    if any(day and not 1971 <= day.year <= 2999 for day in (low, high)):
        raise ValueError('the year must lie between 1971 and 2999.')
    if low and high and low > high:
        raise ValueError('the first day must not be after the last.')
    return Dates(low, high)


def _numbers(text: str) -> Numbers:
    low, dots, high = text.partition('..')
    try:
        first, last = (Decimal(part) if part else None for part in (low, high))
    except InvalidOperation:
        raise ValueError('a number looks like 12.5, a range like 1..100.') from None
    if any(
        number is not None and (not number.is_finite() or abs(number.adjusted()) > 30)
        for number in (first, last)
    ):
        raise ValueError('this number is too large or too small.')
    last = last if dots else first
    if first is not None and last is not None and first > last:
        raise ValueError('the smallest number must not be above the largest.')
    return Numbers(first, last)


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition('=')
    if not equals or not KEY.fullmatch(key.strip()):
        raise ValueError('write key = value, for example region = eu-west-1.')
    return key.strip(), value.strip()
