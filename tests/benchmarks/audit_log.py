"""The Audit Log with many entries: a page under each sort and filter, and the values to pick from.

Run `python -m tests.benchmarks.audit_log` (1,000,000 entries of 20,000 customers in a new SQLite file;
`--url` names another empty database). A page is what an open page asks for, with its count.
"""

import argparse
import os
import random
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import text

from portal_app import db
from portal_app.auth.viewer import Operator
from portal_app.migrate import migrate
from portal_app.models import AuditEntry, Customer
from portal_app.models.base import now
from portal_app.queries import Query
from portal_app.services import listings
from portal_app.services.audit_log import AUDIT_LOG, TITLES
from portal_app.work import reading_as
from tests.benchmarks.list_pages import measure
from tests.benchmarks.serving import seconds, table

BATCH = 20_000
CUSTOMERS, PEOPLE, STAFF = 20_000, 20_000, 30
RARE = 'portal_access.unlink'
DAYS = 700
QUERIES = (
    'everything',
    'at=last_7_days',
    'action=portal_setup.tab',
    f'action={RARE}',
    f'action={RARE}&action=password.set',
    'who=Staff 3',
    f'who=Staff 3&action={RARE}',
    'customer_number=C100001',
    'customer=Ember 777',
    'customer=Ember',
    'customer=a',
    'customer=Ember 1&action=portal_setup.field',
    'customer=nowhere',
    'subject=q5000@',
    'value_after=portal_status=Nope',
    'sort=who',
    'sort=action',
    'q=Staff 3',
    'q=nowhere',
)


def fill(entries: int) -> None:
    """Entries of two years, a twentieth of them of one customer; one in 200,000 has a rare action."""
    chance = random.Random(1)
    with db.writing() as session:
        db.insert_all(session, Customer, list(_customers(chance)))
        session.commit()
    made = _entries(entries, chance)
    while rows := list(islice(made, BATCH)):
        with db.writing() as session:
            db.insert_all(session, AuditEntry, rows)
            session.commit()
    if not db.is_sqlite():
        with db.writing() as session:
            session.execute(text('ANALYZE'))
            session.commit()


def _customers(chance: random.Random) -> Iterator[dict[str, Any]]:
    for id in range(1, CUSTOMERS + 1):
        name = f'{chance.choice(("Alpine", "Harbor", "Quartz"))} {chance.choice(("Ember", "Summit"))} {id}'
        yield {'id': id, 'number': f'C{100_000 + id}', 'name': name}


def _entries(count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    actions = [action for action in TITLES if action != RARE]
    weights = [1 / (place + 1) for place in range(len(actions))]
    start, step = now() - timedelta(days=DAYS), timedelta(days=DAYS) / count
    for place in range(count):
        by_staff = chance.random() < 0.7
        customer = 1 if chance.random() < 0.05 else None
        yield {
            'at': start + step * place,
            'actor': f'Staff {chance.randrange(STAFF)}' if by_staff else f'Person {chance.randrange(PEOPLE)}',
            'action': RARE if place % 200_000 == 7 else chance.choices(actions, weights)[0],
            'subject': f'Person {chance.randrange(PEOPLE)} <q{place}@x.example>',
            'customer_id': customer or (chance.randrange(1, CUSTOMERS) if chance.random() < 0.8 else None),
            'contact_id': None,
            'before': {'portal_status': 'None'},
            'after': {'portal_status': chance.choice(('Pending', 'Enabled'))},
            'address': '192.0.2.1',
        }


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--url', default='')
    parser.add_argument('--entries', type=int, default=1_000_000)
    parser.add_argument('--runs', type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ['DATABASE_URL'] = url = options.url or f'sqlite:///{Path(folder) / "portal.db"}'
        db.connect(url)
        migrate()
        fill(options.entries)
        lines = [measure(AUDIT_LOG, name, options.runs) for name in QUERIES]
        table(('Query', 'count', 'page, ms', 'next page, ms'), lines)
        with reading_as(Operator('benchmark')) as work:
            for name in ('who', 'action'):
                field = AUDIT_LOG.by_name[name]
                taken = seconds(lambda field=field: listings.facets(work, AUDIT_LOG, Query(), field))
                print(f'Values of {field.label} with their counts: {taken * 1000:.0f} ms')


if __name__ == '__main__':
    main()
