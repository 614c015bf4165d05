"""Invented usage that looks like the real thing: it grows, rests on weekends and holidays, and has spikes."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import exp, pi, sin

from portal_app import db
from portal_app.models import Customer, EventStatus, UsageEvent
from portal_app.models.base import now
from portal_app.work import Work

PIECE = 5_000  # rows of one statement
OLD_HANDS = 12  # customers who were there from the first day


@dataclass(frozen=True)
class Span:
    """How much usage there is: about so many events, over so many days up to yesterday."""

    events: int
    days: int


@dataclass(frozen=True)
class Meter:
    """One kind of usage: how often it occurs beside the others and how much is used each time."""

    event_type: str
    unit: str
    share: float
    typical: float
    digits: int  # behind the decimal point


METERS = (
    Meter('api.request', 'requests', 40, 120, 0),
    Meter('compute.minutes', 'vCPU-minutes', 18, 42, 2),
    Meter('storage.snapshot', 'GB', 12, 310, 3),
    Meter('data.transfer', 'GB', 11, 2.4, 6),
    Meter('message.sent', 'messages', 10, 35, 0),
    Meter('report.rendered', 'pages', 5, 8, 0),
    Meter('seat.active', 'seats', 3, 12, 0),
    Meter('support.session', 'minutes', 1, 25, 0),
)
SOURCES = (('gateway', 55), ('collector-eu', 22), ('collector-us', 17), ('batch-upload', 6))
REGIONS = ('eu-west-1', 'eu-central-1', 'us-east-1', 'ap-southeast-2')
PROJECTS = ('atlas', 'borealis', 'checkout', 'dispatch', 'warehouse')


def add_usage(work: Work, customers: Sequence[Customer], chance: random.Random, span: Span) -> None:
    """Write usage events of these customers; the first uses most."""
    for piece in _pieces(_events(customers, chance, now().date(), span)):
        db.insert_all(work.session, UsageEvent, piece)


def _events(
    customers: Sequence[Customer], chance: random.Random, today: date, span: Span
) -> Iterator[dict[str, object]]:
    first, days = today - timedelta(days=span.days), span.days
    sizes = [exp(chance.gauss(0, 1.1)) for _ in customers]
    sizes[0] = max(sizes) * 1.6
    began = [0 if place < OLD_HANDS else chance.randrange(0, days - 90) for place in range(len(customers))]
    spikes = {(chance.randrange(len(customers)), chance.randrange(days)) for _ in range(25)}
    weights = [
        [
            _weight(size, (day - start) / days, first + timedelta(days=day))
            * (6 if (place, day) in spikes else 1)
            for place, (size, start) in enumerate(zip(sizes, began, strict=True))
        ]
        for day in range(days)
    ]
    scale = span.events / sum(map(sum, weights))
    number, owed = 0, 0.0
    for day, row in enumerate(weights):
        midnight = datetime.combine(first + timedelta(days=day), datetime.min.time(), UTC)
        for customer, weight in zip(customers, row, strict=True):
            owed += weight * scale
            for _ in range(int(owed)):
                number += 1
                yield _event(customer, number, midnight, days - day, chance)
            owed -= int(owed)


def _weight(size: float, grown: float, day: date) -> float:
    if grown < 0:
        return 0.0
    weekend = 0.35 if day.weekday() >= 5 else 1.0
    holidays = 0.4 if (day.month, day.day) >= (12, 23) or (day.month, day.day) <= (1, 2) else 1.0
    season = 1 + 0.25 * sin(2 * pi * (day.timetuple().tm_yday - 60) / 365)
    return size * weekend * holidays * season * (0.6 + 0.9 * grown)


def _event(
    customer: Customer, number: int, midnight: datetime, age: int, chance: random.Random
) -> dict[str, object]:
    meter = chance.choices(METERS, [meter.share for meter in METERS])[0]
    hour = min(23, max(0, int(chance.gauss(13.5, 3.5))))
    occurred = midnight + timedelta(hours=hour, seconds=chance.randrange(3600))
    late = (
        timedelta(seconds=chance.randrange(2, 90))
        if chance.random() < 0.97
        else timedelta(hours=chance.randrange(2, 70))
    )
    quantity = Decimal(str(round(meter.typical * exp(chance.gauss(0, 0.7)), meter.digits)))
    status = EventStatus.INVOICED if age > 31 else EventStatus.PROCESSED if age > 1 else EventStatus.PENDING
    return {
        'customer_id': customer.id,
        'external_id': f'evt_{number:08d}',
        'event_type': meter.event_type,
        'status': EventStatus.VOID if chance.random() < 0.004 else status,
        'source': chance.choices([name for name, _ in SOURCES], [share for _, share in SOURCES])[0],
        'occurred_at': occurred,
        'ingested_at': occurred + late,
        'quantity': quantity or Decimal(1),
        'unit': meter.unit,
        'properties': {
            'region': REGIONS[
                (customer.id or 0 + number) % 4 if chance.random() < 0.8 else chance.randrange(4)
            ],
            'project': chance.choice(PROJECTS),
            'env': 'prod' if chance.random() < 0.85 else 'staging',
        },
    }


def _pieces(events: Iterator[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    piece: list[dict[str, object]] = []
    for event in events:
        piece.append(event)
        if len(piece) == PIECE:
            yield piece
            piece = []
    if piece:
        yield piece
