"""Customer Accounts with many customers: a page under each sort and some filters, facets, all ids.

Run `python -m tests.benchmarks.customer_accounts` (100,000 customers with 250,000 contacts in a new SQLite
file; `--url` names another empty database). A page is what an open page asks for, with its count.
"""

import argparse
import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from portal_app import db
from portal_app.auth.viewer import Operator
from portal_app.migrate import migrate
from portal_app.models import Contact, Customer, PortalUser
from portal_app.models.base import now
from portal_app.queries import Query
from portal_app.services import listings
from portal_app.services.customer_accounts import CUSTOMER_ACCOUNTS
from portal_app.work import acting_as, reading_as
from tests.benchmarks.list_pages import measure
from tests.benchmarks.serving import seconds, table

BATCH = 5_000
NAMES = [
    'Alpine',
    'Harbor',
    'Crescent',
    'Vertex',
    'Nimbus',
    'Quartz',
    'Ember',
    'Summit',
    'Cobalt',
    'Meridian',
    'Lumen',
    'Orchard',
]
PEOPLE = [
    'Anna Keller',
    'Ben Okafor',
    'Clara Novak',
    'David Silva',
    'Elena Tanaka',
    'Felix Berg',
    'Greta Rossi',
]
QUERIES = """
    everything sort=number sort=email sort=portal_status sort=-people sort=-last_sign_in sort=-created
    sort=parent portal_status=Pending email_delivery=Off portal_access=Off people=4.. people=9.. name=Quartz
    parent=Alpine email=p777@ q=Quartz q=nowhere last_sign_in=today"""
FIRST = Query(sort='name', descending=False)


def fill(customers: int) -> None:
    """Customers, the logins of half as many people, and one to four contacts each."""
    chance = random.Random(1)
    with acting_as(Operator('benchmark')) as work:
        for model, rows in (
            (Customer, _customers(customers, chance)),
            (PortalUser, _users(customers // 2, chance)),
            (Contact, _contacts(customers, chance)),
        ):
            made = list(rows)
            for start in range(0, len(made), BATCH):
                work.session.execute(insert(model), made[start : start + BATCH])
    if not db.is_sqlite():
        with db.writing() as session:
            session.execute(text('ANALYZE'))
            session.commit()


def _customers(count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    for id in range(1, count + 1):
        yield {
            'id': id,
            'number': f'C{100_000 + id}',
            'name': f'{chance.choice(NAMES)} {chance.choice(NAMES)} {id}',
            'parent_id': chance.randrange(1, id) if id > 100 and chance.random() < 0.1 else None,
            'bill_to_parent': chance.random() < 0.05,
            'email_delivery': chance.random() < 0.95,
            'portal_access': chance.random() < 0.97,
        }


def _users(count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    for id in range(1, count + 1):
        seen = now() if chance.random() < 0.7 else None
        yield {
            'id': id,
            'email': f'u{id}@example.com',
            'name': chance.choice(PEOPLE),
            'last_signed_in_at': seen,
        }


def _contacts(customers: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    id = 0
    for customer in range(1, customers + 1):
        for place in range(chance.choice((1, 2, 2, 3, 4, 3))):
            id += 1
            status = chance.choices(['None', 'Pending', 'Enabled', 'Disabled'], [50, 9, 40, 1])[0]
            yield {
                'id': id,
                'customer_id': customer,
                'portal_user_id': chance.randrange(1, customers // 2) if status == 'Enabled' else None,
                'name': chance.choice(PEOPLE),
                'email': f'p{id}@company{customer}.example',
                'is_billing': place == 0,
                'portal_status': status,
                'permitted': True,
                'hidden_tabs': [],
                'mail_problem': '',
            }


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--url', default='')
    parser.add_argument('--customers', type=int, default=100_000)
    parser.add_argument('--runs', type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ['DATABASE_URL'] = url = options.url or f'sqlite:///{Path(folder) / "portal.db"}'
        db.connect(url)
        migrate()
        fill(options.customers)
        lines = [measure(CUSTOMER_ACCOUNTS, name, options.runs) for name in QUERIES.split()]
        table(('Query', 'count', 'page, ms', 'next page, ms'), lines)
        with reading_as(Operator('benchmark')) as work:
            choice = CUSTOMER_ACCOUNTS.by_name['portal_status']
            facets = seconds(lambda: listings.facets(work, CUSTOMER_ACCOUNTS, FIRST, choice))
            ids = seconds(lambda: listings.matching_ids(work, CUSTOMER_ACCOUNTS, FIRST))
        table(
            ('Further', 'ms'),
            [('Portal Status with counts', f'{facets * 1000:.0f}'), ('All ids', f'{ids * 1000:.0f}')],
        )


if __name__ == '__main__':
    main()
