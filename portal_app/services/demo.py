"""A believable company to look around in: the same one every time, up to today."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import exp, pi, sin
from unicodedata import normalize

from sqlalchemy import insert
from sqlmodel import select

from portal_app.auth.passwords import hash_password
from portal_app.auth.permissions import OWNER, PORTAL_ADMINISTRATOR, READ_ONLY, STANDARD
from portal_app.auth.viewer import Operator
from portal_app.models import Contact, Customer, EventStatus, Organization, PortalTab, PortalUser, UsageEvent
from portal_app.models.base import now
from portal_app.services.demo_access import fill_access
from portal_app.services.demo_names import FAMILIES, PEOPLE
from portal_app.services.foundation import create_staff_user
from portal_app.work import Work, acting_as

PASSWORD = 'demo-portal-2026'  # noqa: S105 - printed for whoever tries the demo
EVENTS = 200_000
DAYS = 548  # about 18 months
SIGN_INS = (
    ('anna@acme.example', 'customer: Acme Logistics, which sees its two children'),
    ('ben@globex.example', 'customer: Globex Robotics and Initech Software (company selector)'),
    ('owner@northwind.example', 'staff: Owner'),
    ('admin@northwind.example', 'staff: Portal Administrator'),
    ('reader@northwind.example', 'staff: Read Only'),
    ('standard@northwind.example', 'staff: Standard (no portal setup)'),
)


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


def is_filled(work: Work) -> bool:
    """Whether this database holds customers already."""
    return work.session.exec(select(Customer.id)).first() is not None


def fill() -> None:
    """Fill an empty database with the demo company. Takes some seconds."""
    chance = random.Random(2026)  # noqa: S311 - the same company every time
    with acting_as(Operator('demo')) as work:
        _staff(work)
        customers = _customers(work, chance)
        work.session.add(PortalTab(key='usage-events', enabled=True))
        work.session.flush()
        for piece in _pieces(_events(customers, chance, now().date())):
            work.session.execute(insert(UsageEvent), piece)
    fill_access(hash_password(PASSWORD), chance)


def _staff(work: Work) -> None:
    organization = work.session.exec(select(Organization)).one()
    organization.name, organization.brand_colour = 'Northwind Cloud', '#0f5c4d'
    organization.time_zone, organization.support_email = 'Europe/Berlin', 'support@northwind.example'
    for name, email, role in (
        ('Olivia Owner', 'owner', OWNER),
        ('Adam Brandt', 'admin', PORTAL_ADMINISTRATOR),
        ('Rita Reyes', 'reader', READ_ONLY),
        ('Stan Stone', 'standard', STANDARD),
    ):
        create_staff_user(work, name, f'{email}@northwind.example', PASSWORD, role.name)


def _customers(work: Work, chance: random.Random) -> list[Customer]:
    people = iter(PEOPLE)
    made: list[Customer] = []
    for names in FAMILIES:
        parent: Customer | None = None
        for name in names:
            customer = Customer(
                number=f'C{1001 + len(made)}',
                name=name,
                external_id=f'crm-{7000 + 13 * len(made)}',
                parent_id=parent.id if parent else None,
                bill_to_parent=parent is not None and chance.random() < 0.5,
                created_at=now() - timedelta(days=DAYS),
            )
            work.session.add(customer)
            work.session.flush()
            parent = parent or customer
            made.append(customer)
            _contacts(work, customer, [next(people) for _ in range(chance.choice((1, 2, 2, 3)))], chance)
    _sign_ins(work, made)
    return made


def _contacts(work: Work, customer: Customer, names: list[str], chance: random.Random) -> None:
    domain = _plain(customer.name.split()[0])
    for place, name in enumerate(names):
        email = f'{_plain(name)}@{domain}.example'
        work.session.add(Contact(customer_id=customer.id or 0, name=name, email=email, is_billing=place == 0))


def _plain(name: str) -> str:
    """A name as the part of an address before the @: José O’Neill is jose.oneill."""
    letters = normalize('NFKD', name.lower().translate(str.maketrans('øł', 'ol')))
    return ''.join(letter for letter in letters.replace(' ', '.') if letter.isascii() and letter not in "'’")


def _sign_ins(work: Work, customers: list[Customer]) -> None:
    by_name = {
        customer.name.split()[0]: customer for customer in reversed(customers)
    }  # the parent of each family
    password = hash_password(PASSWORD)
    for name, email, companies in (
        ('Anna Keller', 'anna@acme.example', ('Acme',)),
        ('Ben Okafor', 'ben@globex.example', ('Globex', 'Initech')),
    ):
        user = PortalUser(email=email, name=name, password_hash=password)
        work.session.add(user)
        work.session.flush()
        for company in companies:
            work.session.add(Contact(customer_id=by_name[company].id or 0, name=name, email=email))


def _events(customers: list[Customer], chance: random.Random, today: date) -> Iterator[dict[str, object]]:
    first = today - timedelta(days=DAYS)
    sizes = [exp(chance.gauss(0, 1.1)) for _ in customers]
    sizes[0] = max(sizes) * 1.6  # Acme is the largest
    began = [0 if place < 12 else chance.randrange(0, DAYS - 90) for place in range(len(customers))]
    spikes = {(chance.randrange(len(customers)), chance.randrange(DAYS)) for _ in range(25)}
    weights = [
        [
            _weight(size, day - start, first + timedelta(days=day)) * (6 if (place, day) in spikes else 1)
            for place, (size, start) in enumerate(zip(sizes, began, strict=True))
        ]
        for day in range(DAYS)
    ]
    scale = EVENTS / sum(map(sum, weights))
    number, owed = 0, 0.0
    for day, row in enumerate(weights):
        midnight = datetime.combine(first + timedelta(days=day), datetime.min.time(), UTC)
        for customer, weight in zip(customers, row, strict=True):
            owed += weight * scale
            for _ in range(int(owed)):
                number += 1
                yield _event(customer, number, midnight, day, chance)
            owed -= int(owed)


def _weight(size: float, age: int, day: date) -> float:
    if age < 0:
        return 0.0
    weekend = 0.35 if day.weekday() >= 5 else 1.0
    holidays = 0.4 if (day.month, day.day) >= (12, 23) or (day.month, day.day) <= (1, 2) else 1.0
    season = 1 + 0.25 * sin(2 * pi * (day.timetuple().tm_yday - 60) / 365)
    return size * weekend * holidays * season * (0.6 + 0.9 * age / DAYS)


def _event(
    customer: Customer, number: int, midnight: datetime, day: int, chance: random.Random
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
    age = DAYS - day
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


def _pieces(events: Iterator[dict[str, object]], size: int = 5_000) -> Iterator[list[dict[str, object]]]:
    piece: list[dict[str, object]] = []
    for event in events:
        piece.append(event)
        if len(piece) == size:
            yield piece
            piece = []
    if piece:
        yield piece
