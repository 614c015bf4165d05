"""From the text of a cell to what the database stores. Each raises BadValue with the rule (USE-04)."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from math import isinf
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from portal_app.columns import canonical, microseconds, to_json
from portal_app.models import EventStatus
from portal_app.services.import_json import ExactFloat, refuse_constant

LONGEST_TEXT = 200  # characters
LARGEST_PROPERTIES = 8192  # bytes of JSON
MOST_DIGITS = 40
FIRST_YEAR, LAST_YEAR = 1971, 2999
KEPT = 50_000  # answers that a Known remembers
EMPTY = 'must not be empty'

_PLAIN = re.compile(r'-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,20})?')
_NUMBER = re.compile(r'[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,5})?')
_DAY = re.compile(r'[0-9]{4}-[0-9]{2}-[0-9]{2}')
_CLOCK = re.compile(
    r'(?:([T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)'
    r'(?: ?(?:(Z|UTC)|([+-][0-9]{2}(?::?[0-9]{2})?)))?)?'
)
_STATUS = {status.casefold(): str(status) for status in EventStatus} | {'': str(EventStatus.PENDING)}

Asked = TypeVar('Asked')
Answer = TypeVar('Answer')


class BadValue(Exception):
    """A value that breaks a rule; the text is the rule. `field` is set where another one does."""

    def __init__(self, rule: str, field: str = '') -> None:
        super().__init__(rule)
        self.field = field


class Known(dict[Asked, Answer], Generic[Asked, Answer]):
    """A function that remembers its answers, and forgets them all before they are too many."""

    def __init__(self, find: Callable[[Asked], Answer]) -> None:
        super().__init__()
        self.find = find

    def __missing__(self, asked: Asked) -> Answer:
        """Find out."""
        if len(self) >= KEPT:
            self.clear()
        answer = self[asked] = self.find(asked)
        return answer


def as_text(value: Any) -> str:
    """The text of a JSON value that stands for a text or a number."""
    if isinstance(value, str):
        return value
    if value is None:
        return ''
    if isinstance(value, ExactFloat):
        return value.text
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise BadValue(f'must be a text or a number, not {to_json(value)[:60]}')


def text(value: str) -> str:
    """A text of at most 200 characters, without the spaces around it."""
    value = value.strip()
    if len(value) > LONGEST_TEXT:
        raise BadValue(f'may have at most {LONGEST_TEXT} characters (got {len(value):,})')
    _check_storable(value)
    return value


def filled(value: str) -> str:
    """A text that is not empty."""
    return text(value) or _empty()


def quantity(value: str) -> str:
    """A decimal of any size as canonical text, exactly as written; at most 40 digits."""
    value = value.strip()
    if plain := _PLAIN.fullmatch(value):
        shown = value.rstrip('0').rstrip('.') if plain[2] else value
        return '0' if shown == '-0' else shown
    if not value:
        _empty()
    if len(value) > LONGEST_TEXT or not _NUMBER.fullmatch(value):
        raise BadValue(f'must be a number such as 1234.5, without thousands separators (got {value[:40]!r})')
    number = Decimal(value)
    shown = canonical(number) if number and abs(number.adjusted()) < LONGEST_TEXT else '0'
    if (number and shown == '0') or sum(map(str.isdigit, shown)) > MOST_DIGITS:
        raise BadValue(f'may have at most {MOST_DIGITS} digits (got {value[:60]})')
    return shown


def moment(zone: ZoneInfo) -> Callable[[str], int]:
    """How a time becomes microseconds since 1970. One without an offset is in this zone, the earlier of two.

    Dates and times of day are remembered apart, because most times occur once.
    """
    fixed = 'Z' if zone.key == 'UTC' else ''
    days = Known(_midnight)
    clocks: Known[str, int | None] = Known(lambda rest: _clock(rest, fixed))

    def read(value: str) -> int:
        try:
            clock = clocks[value[10:]]
            day = days[value[:10]]
            return day + clock if clock is not None else _placed(value, zone)
        except ValueError as error:
            if value != (stripped := value.strip()):
                return read(stripped)
            rule = f'must be a time such as 2026-03-31T23:59:59Z (got {value[:40]!r})' if value else EMPTY
            raise BadValue(rule) from error

    return read


def status(value: str) -> str:
    """A status of usage events, in whatever case; Pending where it is empty."""
    found = _STATUS.get(value.strip().casefold())
    if found is None:
        raise BadValue(f'must be one of {", ".join(EventStatus)} (got {value[:40]!r})')
    return found


def properties(found: Mapping[str, Any]) -> str:
    """Properties as the JSON that is stored; at most 8 KB."""
    try:
        stored = to_json(found)
    except RecursionError as error:
        raise BadValue('is nested too deeply') from error
    _check_storable(stored)
    if (size := len(stored.encode())) > LARGEST_PROPERTIES:
        raise BadValue(f'may have at most {LARGEST_PROPERTIES:,} bytes as JSON (got {size:,})')
    if '\\u0000' in stored or 'Infinity' in stored:
        _check_inside(found)
    return stored


def object_in(value: Any) -> dict[str, Any] | None:
    """The JSON object that a cell holds, if it holds one."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, str) or not value.lstrip().startswith('{'):
        return None
    try:
        found = json.loads(value, parse_float=ExactFloat, parse_constant=refuse_constant)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _empty() -> str:
    raise BadValue(EMPTY)


def _midnight(day: str) -> int:
    """Microseconds at the start of this day of UTC."""
    if not _DAY.fullmatch(day):
        raise ValueError
    found = datetime.fromisoformat(day)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise BadValue(f'must be in the years {FIRST_YEAR} to {LAST_YEAR} (got {day})')
    return microseconds(found.replace(tzinfo=UTC))


def _clock(rest: str, offset: str) -> int | None:
    """Microseconds from midnight to this time, with this offset unless it has one; None without any."""
    parts = _CLOCK.fullmatch(rest)
    if not parts:
        raise ValueError
    offset = 'Z' if parts[2] else parts[3] or offset
    found = datetime.fromisoformat(f'1970-01-01{parts[1] or "T00:00"}{offset}')
    return microseconds(found) if offset else None


def _placed(value: str, zone: ZoneInfo) -> int:
    """A time of this zone. One that the clocks skipped does not exist."""
    found = datetime.fromisoformat(value)
    placed = found.replace(tzinfo=zone).astimezone(UTC)
    if placed.astimezone(zone).replace(tzinfo=None) != found:
        raise BadValue(f'must be a time that exists in {zone.key}; the clocks went forward over {value}')
    return microseconds(placed)


def _check_storable(value: str) -> None:
    if value.isprintable():
        return  # which holds for most, and is quick
    if '\0' in value:
        raise BadValue('must not hold a NUL character')
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise BadValue('must not hold half of a surrogate pair') from error


def _check_inside(value: Any) -> None:
    if isinstance(value, str):
        _check_storable(value)
    elif isinstance(value, float) and isinf(value):
        raise BadValue('must not hold a number that is too large for JSON')
    elif isinstance(value, Mapping | list):
        for item in (*value, *value.values()) if isinstance(value, Mapping) else value:
            _check_inside(item)
