"""Times as text in a zone, by whole arrays.

The zone's rules come from Python's zoneinfo: Arrow's own know no daylight saving time after 2037.
"""

import bisect
import datetime as dt
import functools
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]  # ships no types

Int64s = npt.NDArray[np.int64]
SECOND = 1_000_000  # microseconds
DAY = 86_400  # seconds
MIN_YEAR, MAX_YEAR = 1, 9999


def epoch_micros(times: pa.Array) -> Int64s:
    """The numbers of an int64 array; 0 for null."""
    filled = pc.fill_null(times, 0) if times.null_count else times
    numbers: Int64s = filled.to_numpy(zero_copy_only=False)
    return numbers


def offset_seconds(micros: Int64s, zone: str) -> Int64s:
    """The zone's offset from UTC at each of the moments, in seconds."""
    seconds = micros // SECOND
    starts: list[int] = []
    offsets: list[int] = []
    for year in _years(seconds):
        more_starts, more_offsets = _year_steps(zone, year)
        starts += more_starts
        offsets += more_offsets
    found = np.searchsorted(np.array(starts, np.int64), seconds, side='right') - 1
    return np.array(offsets, np.int64)[np.maximum(found, 0)]


def iso_texts(times: pa.Array, zone: str) -> pa.Array:
    """ISO 8601 with offset; the fraction (6 digits) only where it is not zero; null stays null."""
    if times.null_count == len(times):
        return pa.nulls(len(times), pa.string())
    micros = epoch_micros(times)
    offsets = offset_seconds(micros, zone)
    local = pa.array(micros // SECOND + offsets).cast(pa.timestamp('s'))
    day = local.cast(pa.date32()).cast(pa.string())
    clock = local.cast(pa.time32('s')).cast(pa.string())
    tail = _tail(micros % SECOND, offsets)
    text = pc.binary_join_element_wise(pc.binary_join_element_wise(day, clock, 'T'), *tail, '')
    return pc.if_else(times.is_valid(), text, None) if times.null_count else text


def _tail(fractions: Int64s, offsets: Int64s) -> list[pa.Array | pa.Scalar | str]:
    """What follows the seconds: fractions if there are any, and the offset."""
    low, high = int(offsets.min()), int(offsets.max())
    if low == high:
        tail = [pa.scalar(_offset_text(low))]
    else:
        distinct, which = np.unique(offsets, return_inverse=True)
        tail = [pa.array([_offset_text(int(each)) for each in distinct]).take(pa.array(which))]
    if not fractions.any():
        return tail
    digits = pc.utf8_lpad(pa.array(fractions).cast(pa.string()), 6, '0')
    dotted = pc.binary_join_element_wise('.', digits, '')
    return [pc.if_else(pa.array(fractions != 0), dotted, ''), *tail]


def _offset_text(seconds: int) -> str:
    sign, rest = ('-', -seconds) if seconds < 0 else ('+', seconds)
    text = f'{sign}{rest // 3600:02d}:{rest // 60 % 60:02d}'
    return f'{text}:{rest % 60:02d}' if rest % 60 else text


@functools.cache
def _year_steps(zone: str, year: int) -> tuple[list[int], list[int]]:
    """The moments (epoch seconds) of a UTC year at which an offset begins, and the offsets."""
    start = _year_start(year)
    starts, offsets = [start], [_offset_at(start, zone)]
    for day in range(start + DAY, _year_start(year + 1) + 1, DAY):
        offset = _offset_at(day, zone)
        if offset != offsets[-1]:
            change = range(day - DAY, day)
            index = bisect.bisect_left(change, True, key=lambda at: _offset_at(at, zone) == offset)
            starts.append(day - DAY + index)
            offsets.append(offset)
    return starts, offsets


def _offset_at(seconds: int, zone: str) -> int:
    moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
    if not MIN_YEAR < moment.year < MAX_YEAR:  # the local time might leave what Python can say
        return 0
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _year_start(year: int) -> int:
    days = dt.date(min(year, MAX_YEAR), 1, 1).toordinal() - dt.date(1970, 1, 1).toordinal()
    return days * DAY


def _years(seconds: Int64s) -> list[int]:
    """The distinct UTC years of the moments, in order; most batches lie in one."""
    first, last = _year_numbers(np.array([seconds.min(), seconds.max()])).tolist()
    if first == last:
        return [first]
    distinct: list[int] = np.unique(_year_numbers(seconds)).tolist()
    return distinct


def _year_numbers(seconds: Int64s) -> Int64s:
    years = seconds.astype('datetime64[s]').astype('datetime64[Y]').astype(np.int64) + 1970
    return np.clip(years, MIN_YEAR, MAX_YEAR)
