"""The usage events behind a line of an invoice, whose total proves what was billed (field notes).

A line bills the events that name it; void ones are not counted. A correction is an event of its own, which
names the one that it replaces.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal_app.columns import EPOCH, UtcDateTime, exact_sum, microseconds
from portal_app.errors import NotFound
from portal_app.filters import day_start
from portal_app.listings import Field, Kind, Listing, Page
from portal_app.models import EventStatus, Invoice, InvoiceLine, UsageEvent
from portal_app.queries import Query, make_cursor, read_cursor
from portal_app.services.organization import organization
from portal_app.services.related import Tabs, tabs_of, visible_row
from portal_app.work import Work

MARKS = Field('marks', 'Remarks', Kind.TEXT, None, filters=False)
MOST_MARK = 10**17  # microseconds of a mark: a few thousand years
COLUMNS = ('date', 'event_id', 'event_type', 'quantity', 'unit', 'status', 'source', 'ingested_on')
ATTRIBUTES = {'date': 'occurred_at', 'event_id': 'external_id', 'ingested_on': 'ingested_at'}


@dataclass(frozen=True)
class Behind:
    """A line and the events behind it. Totals are exact; `counted` is that of all events, seen or not."""

    invoice_id: int
    number: str
    description: str
    unit: str
    billed: Decimal
    counted: Decimal
    events: int  # that count, seen or not
    unseen: int  # that belong to a company whose records the viewer does not see
    period: tuple[date, date] | None
    listing: Listing
    page: Page

    @property
    def agrees(self) -> bool:
        """Whether the events come to what was billed, to the last digit."""
        return self.billed == self.counted


def events_behind(work: Work, invoice_id: int, position: int, query: Query) -> Behind:
    """A page of the events behind one line, the newest first.

    Raises NotFound where the viewer sees no such invoice or line, or has no Usage Events tab.
    """
    tabs = tabs_of(work)
    invoice = visible_row(work, tabs, Invoice, invoice_id, 'invoices')
    line = work.session.execute(
        select(InvoiceLine).where(
            col(InvoiceLine.invoice_id) == invoice.id, col(InvoiceLine.position) == position
        )
    ).scalar()
    if line is None or 'usage-events' not in tabs or 'total' not in tabs['invoices'].by_name:
        raise NotFound
    counted, events, unseen = _totals(work, line)
    return Behind(
        invoice_id=invoice_id,
        number=invoice.number,
        description=line.description,
        unit=line.unit,
        billed=line.quantity,
        counted=counted,
        events=events,
        unseen=unseen,
        period=(line.period_start, line.period_end) if line.period_start and line.period_end else None,
        listing=_listing(tabs),
        page=_page(work, tabs, line, query),
    )


def _listing(tabs: Tabs) -> Listing:
    """What the table shows: visible fields of usage events, and remarks; neither sorted nor filtered."""
    shown = tabs['usage-events']
    fields = [replace(shown.by_name[name], sorts=False) for name in COLUMNS if name in shown.by_name]
    return replace(shown, fields=(*fields, MARKS), key='line-events', singular='Usage event')


def _totals(work: Work, line: InvoiceLine) -> tuple[Decimal, int, int]:
    """What the events come to, how many they are, and how many of them the viewer does not see."""
    counts = (col(UsageEvent.invoice_line_id) == line.id, col(UsageEvent.status) != EventStatus.VOID)
    counted, events = work.session.execute(
        select(exact_sum(UsageEvent.quantity), func.count()).where(*counts)
    ).one()
    unseen = select(func.count()).where(*counts, col(UsageEvent.customer_id).not_in(work.customer_ids))
    return counted or Decimal(0), events, work.session.execute(unseen).scalar_one()


def _page(work: Work, tabs: Tabs, line: InvoiceLine, query: Query) -> Page:
    mark, backward = _mark(query)
    place = (col(UsageEvent.occurred_at), col(UsageEvent.id))
    asked = work.visible(UsageEvent).where(col(UsageEvent.invoice_line_id) == line.id)
    if mark is not None:
        here = tuple_(*place)
        asked = asked.where(here > mark if backward else here < mark)
    directed = [column.asc() if backward else column.desc() for column in place]
    events = list(work.session.exec(asked.order_by(*directed).limit(query.size + 1)))
    more, events = len(events) > query.size, events[: query.size]
    if backward:
        events.reverse()
    return Page(
        rows=_rows(work, tabs, line, events),
        next=_cursor(events[-1]) if events and (more or backward) else None,
        previous=_cursor(events[0]) if events and mark is not None and (more or not backward) else None,
        count=None,
        capped=False,
    )


def _mark(query: Query) -> tuple[Any, bool]:
    """Where the page begins, and whether it goes backwards from there; None for the first page."""
    given = read_cursor(query.after or query.before or '')
    if given is None or len(given) != 2 or not isinstance(given[0], int) or abs(given[0]) >= MOST_MARK:
        return None, False
    moment = EPOCH + timedelta(microseconds=given[0])
    return tuple_(literal(moment, UtcDateTime()), literal(given[1])), query.after is None


def _cursor(event: UsageEvent) -> str:
    return make_cursor([microseconds(event.occurred_at), event.id or 0])


def _rows(work: Work, tabs: Tabs, line: InvoiceLine, events: list[UsageEvent]) -> list[dict[str, Any]]:
    names = [field.name for field in _listing(tabs).columns if field is not MARKS]
    marks = _marks(work, line, events, tells_ids='event_id' in names)
    return [
        {
            'id': event.id,
            **{name: getattr(event, ATTRIBUTES.get(name, name)) for name in names},
            MARKS.name: marks[event.id or 0],
        }
        for event in events
    ]


def _marks(
    work: Work, line: InvoiceLine, events: list[UsageEvent], *, tells_ids: bool
) -> dict[int, list[str]]:
    """What is to be said of each event."""
    closes = None
    if line.period_end:
        zone = ZoneInfo(organization(work).time_zone)
        closes = day_start(line.period_end + timedelta(days=1), zone)
    ids = [event.id or 0 for event in events]
    twins, newer, older = _twins(work, ids), _corrections(work, ids), _corrected(work, events)
    found: dict[int, list[str]] = {}
    for event in events:
        said = found.setdefault(event.id or 0, [])
        if closes and event.ingested_at >= closes:
            said.append('Late')
        if event.id in newer:
            said.append(f'Corrected by {newer[event.id]}' if tells_ids else 'Corrected')
        if event.replaces_id:
            other = older.get(event.replaces_id)
            said.append(f'Corrects {other}' if tells_ids and other else 'Correction')
        if event.id in twins:
            said.append('Duplicate?')
        if event.status == EventStatus.VOID:
            said.append('Void: not counted')
    return found


def _twins(work: Work, ids: list[int]) -> set[int]:
    """Those of which there is another one alike: type, time, quantity, properties. No correction is one."""
    other: Any = aliased(UsageEvent)
    alike = (
        select(literal(1))
        .where(
            other.customer_id == col(UsageEvent.customer_id),
            other.event_type == col(UsageEvent.event_type),
            other.occurred_at == col(UsageEvent.occurred_at),
            other.quantity == col(UsageEvent.quantity),
            other.properties == col(UsageEvent.properties),
            other.id != col(UsageEvent.id),
            other.status != EventStatus.VOID,
            func.coalesce(other.replaces_id, 0) != col(UsageEvent.id),
            func.coalesce(col(UsageEvent.replaces_id), 0) != other.id,
        )
        .correlate(UsageEvent)
        .exists()
    )
    kept = col(UsageEvent.status) != EventStatus.VOID
    asked = select(col(UsageEvent.id)).where(col(UsageEvent.id).in_(ids), kept, alike)
    return set(work.session.execute(asked).scalars())


def _corrections(work: Work, ids: list[int]) -> dict[int, str]:
    """Of those that were replaced, by which: of the viewer's own alone."""
    asked = work.visible(UsageEvent).where(col(UsageEvent.replaces_id).in_(ids))
    return {event.replaces_id or 0: event.external_id for event in work.session.exec(asked)}


def _corrected(work: Work, events: list[UsageEvent]) -> dict[int, str]:
    """The events that these replace, by id."""
    replaced = [event.replaces_id for event in events if event.replaces_id]
    asked = work.visible(UsageEvent).where(col(UsageEvent.id).in_(replaced))
    return {event.id or 0: event.external_id for event in work.session.exec(asked)} if replaced else {}
