"""Usage: the raw events, and their totals by type and unit over a period (USE-01, POR-06)."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import col

from portal_app.columns import EXACT, exact_sum, microseconds_of
from portal_app.filters import Dates
from portal_app.listings import Field, Kind, Listing
from portal_app.models import EventStatus, UsageEvent
from portal_app.models.base import now
from portal_app.queries import Query
from portal_app.services.listing_conditions import conditions
from portal_app.services.listing_scope import in_scope
from portal_app.services.whose import customer_name
from portal_app.work import Work

DAY = 86_400_000_000  # microseconds

_TYPE = Field(
    'event_type',
    'Event Type',
    Kind.CHOICE,
    col(UsageEvent.event_type),
    sorts=True,
    searched=True,
    indexed=True,
)
_DATE = Field('date', 'Date', Kind.TIME, col(UsageEvent.occurred_at), sorts=True, indexed=True)


@dataclass(frozen=True)
class DayOfUsage:
    """What was used of one type and unit on one day of the viewer's zone; void events do not count."""

    day: date
    event_type: str
    unit: str
    quantity: Decimal
    events: int


def usage_by_day(work: Work, listing: Listing, query: Query) -> list[DayOfUsage]:
    """What matches, added up exactly by type, unit and day of the viewer's zone."""
    first, last = _period(work, query)
    found = []
    for start, end, offset in _steady_offsets(first, last, work.viewer.zone):
        day = ((microseconds_of(UsageEvent.occurred_at) + offset) // DAY).label('day')
        asked = (
            select(
                day,
                col(UsageEvent.event_type),
                col(UsageEvent.unit),
                exact_sum(UsageEvent.quantity),
                func.count(),
            )
            .where(
                *in_scope(work, listing),
                col(UsageEvent.occurred_at) >= start,
                col(UsageEvent.occurred_at) < end,
                col(UsageEvent.status) != EventStatus.VOID,
                *conditions(work, listing, query),
            )
            .group_by(day, UsageEvent.event_type, UsageEvent.unit)
        )
        found += [
            DayOfUsage(date(1970, 1, 1) + timedelta(days=number), type, unit, quantity, events)
            for number, type, unit, quantity, events in work.session.execute(asked)
        ]
    return found


def total(work: Work, listing: Listing, query: Query) -> tuple[list[dict[str, Any]], list[DayOfUsage]]:
    """The Usage tab's rows, totals with the listing's fields only, and the days behind them."""
    days = usage_by_day(work, listing, query)
    return totals_of(days, listing, query), days


def totals_of(days: list[DayOfUsage], listing: Listing, query: Query) -> list[dict[str, Any]]:
    """Add days up to rows. Different units are never added, even where the unit is hidden."""
    by_type = 'event_type' in listing.by_name
    sums: dict[tuple[str, str], tuple[Decimal, int]] = defaultdict(lambda: (Decimal(0), 0))
    for day in days:
        key = (day.event_type if by_type else '', day.unit)
        quantity, events = sums[key]
        sums[key] = (EXACT.add(quantity, day.quantity), events + day.events)
    rows = [
        {'event_type': key[0], 'unit': key[1], 'quantity': quantity, 'events': events}
        for key, (quantity, events) in sorted(sums.items())
    ]
    if query.sort:
        rows.sort(key=lambda row: row[query.sort], reverse=query.descending)  # type: ignore[arg-type, return-value]  # alike within a column
    return [
        {'id': place, **{field.name: row[field.name] for field in listing.columns}}
        for place, row in enumerate(rows, 1)
    ]


def _period(work: Work, query: Query) -> tuple[datetime, datetime]:
    """From the first to behind the last event there is, as far as it lies within the filter."""
    dates = query.filters.get('date')
    assert isinstance(dates, Dates | None)
    first, last = dates.bounds(work.viewer.zone, now()) if dates else (None, None)
    earliest, latest = _edge(work, func.min), _edge(work, func.max)
    if earliest is None or latest is None:
        return now(), now()
    behind = latest + timedelta(microseconds=1)
    return max(first or earliest, earliest), min(last or behind, behind)


def _edge(work: Work, function: Any) -> datetime | None:
    customer = col(UsageEvent.customer_id)
    asked = [select(function(UsageEvent.occurred_at)).where(customer == id) for id in work.customer_ids]
    edges = [edge for each in asked if (edge := work.session.execute(each).scalar())]
    return (min if function is func.min else max)(edges, default=None)


def _steady_offsets(
    first: datetime, last: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime, int]]:
    """The period cut where the zone's offset changes, each piece with its offset in microseconds."""
    start = first
    while start < last:
        offset, end = start.astimezone(zone).utcoffset() or timedelta(), start
        while end < last and end.astimezone(zone).utcoffset() == offset:
            end = min(last, end + timedelta(days=1))
        if end.astimezone(zone).utcoffset() != offset:
            end = _change_before(end, offset, zone)
        yield start, end, offset // timedelta(microseconds=1)
        start = end


def _change_before(end: datetime, offset: timedelta, zone: ZoneInfo) -> datetime:
    """The minute at which the offset changed within the day before `end`."""
    low, high = end - timedelta(days=1), end
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == offset else (low, middle)
    return datetime.fromtimestamp(round(high.timestamp() / 60) * 60, UTC)


USAGE = Listing(
    key='usage',
    title='Usage',
    singular='Usage',
    model=UsageEvent,
    icon='bar_chart',
    tab_default=True,
    default_sort='event_type',
    summarise=total,
    starting_filters=(('date', 'last_30_days'),),
    empty='As soon as usage is recorded for your account, its totals appear here.',
    fields=(
        Field('date', 'Period', Kind.TIME, col(UsageEvent.occurred_at), in_table=False),
        _TYPE,
        Field('unit', 'Unit', Kind.TEXT, col(UsageEvent.unit), filters=False),
        Field(
            'quantity', 'Quantity', Kind.QUANTITY, exact_sum(UsageEvent.quantity), filters=False, per='unit'
        ),
        Field('events', 'Events', Kind.COUNT, func.count(), filters=False),
    ),
)

USAGE_EVENTS = Listing(
    key='usage-events',
    title='Usage Events',
    singular='Usage event',
    model=UsageEvent,
    icon='bolt',
    tab_default=False,
    default_sort='-date',
    empty='As soon as usage is recorded for your account, each event appears here.',
    fields=(
        customer_name(UsageEvent),
        _DATE,
        _TYPE,
        Field(
            'status',
            'Status',
            Kind.CHOICE,
            col(UsageEvent.status),
            sorts=True,
            indexed=True,
            values=tuple(EventStatus),
        ),
        Field(
            'source', 'Source', Kind.CHOICE, col(UsageEvent.source), sorts=True, searched=True, indexed=True
        ),
        Field(
            'ingested_on',
            'Ingested on',
            Kind.TIME,
            col(UsageEvent.ingested_at),
            sorts=True,
            indexed=True,
            up_front=False,
        ),
        Field(
            'quantity',
            'Quantity',
            Kind.QUANTITY,
            col(UsageEvent.quantity),
            sorts=True,
            indexed=True,
            per='unit',
        ),
        Field('unit', 'Unit', Kind.TEXT, col(UsageEvent.unit), up_front=False),
        Field(
            'event_id',
            'Event ID',
            Kind.REFERENCE,
            col(UsageEvent.external_id),
            searched=True,
            indexed=True,
            up_front=False,
        ),
        Field('properties', 'Properties', Kind.PROPERTIES, col(UsageEvent.properties)),
    ),
)
