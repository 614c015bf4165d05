"""From a file to a customer's export: what comes out adds up to what went in."""

import io
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from portal_app.auth.realms import PORTAL
from portal_app.auth.viewer import Operator
from portal_app.errors import Invalid, NotFound
from portal_app.queries import parse
from portal_app.services import exports, listings
from portal_app.services.customers import create_portal_user
from portal_app.services.foundation import lay_foundation
from portal_app.services.sign_in import companies_of_token, portal_viewer, sign_in
from portal_app.services.usage import USAGE, USAGE_EVENTS
from portal_app.work import acting_as, reading_as
from tests.export_child import run
from tests.world import HERE, PASSWORD, World

ROOT = Path(__file__).parent.parent
MAPPING = [
    'customer=customer',
    'event_type=service',
    'date=start',
    'quantity=amount',
    'unit=unit',
    'event_id=id',
    'properties=region',
]


def test_a_customer_of_an_imported_file_exports_what_pandas_adds_up(database: str, tmp_path: Path) -> None:
    """USE-01, USE-04, POR-04: import, sign in, filter by service and region, export."""
    rows = [
        {
            'customer': f'acct-{number % 3}',
            'service': f'Service {number % 4}',
            'start': f'2026-0{1 + number % 9}-15 10:00:00',
            'amount': str(Decimal(number * 7919) / 10**7),
            'unit': 'GB',
            'id': f'row-{number}',
            'region': f'r{number % 2}',
        }
        for number in range(300)
    ]
    frame = pd.DataFrame(rows)
    frame.to_csv(tmp_path / 'usage.csv', index=False)
    done = subprocess.run(
        [
            sys.executable,
            str(ROOT / 'run.py'),
            'import',
            'usage-events',
            str(tmp_path / 'usage.csv'),
            '--create-customers',
            '--map',
            *MAPPING,
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with acting_as(Operator('test')) as work:
        create_portal_user(work, 'acct-1', 'Anna', 'anna@acct.example', PASSWORD)
    viewer = portal_viewer(sign_in(PORTAL, 'anna@acct.example', PASSWORD, HERE).token, 'acct-1', HERE)
    query, problems = parse(USAGE_EVENTS, [('event_type', 'Service 2'), ('properties', 'region=r0')])
    assert problems == []
    with acting_as(viewer) as work:
        job = exports.prepare(work, USAGE_EVENTS, query, 'csv')
    result = run(job)
    out = pd.read_csv(io.BytesIO(result.out), dtype=str)
    kept = frame[(frame.customer == 'acct-1') & (frame.service == 'Service 2') & (frame.region == 'r0')]
    assert sorted(out['Event ID']) == sorted(kept.id)
    assert (
        sum(map(Decimal, out.Quantity))
        == sum(map(Decimal, kept.amount))
        == Decimal(result.last['totals']['quantity']['GB'])
    )
    with reading_as(viewer) as work:
        totals = listings.page(work, USAGE, parse(USAGE, [])[0]).rows
    mine = frame[frame.customer == 'acct-1']
    assert {row['event_type']: row['quantity'] for row in totals} == {
        service: sum(map(Decimal, group.amount)) for service, group in mine.groupby('service')
    }


def test_an_address_that_is_a_portal_user_keeps_its_password_and_gains_a_company(world: World) -> None:
    """ACC-06."""
    with acting_as(Operator('test')) as work:
        create_portal_user(work, 'C1001', 'Ben', 'ben@example.com', 'another-password')
    token = sign_in(PORTAL, 'ben@example.com', PASSWORD, HERE).token
    assert [company.name for company in companies_of_token(token)] == ['Acme', 'Globex', 'Initech']


@pytest.mark.parametrize(
    'email', ['Ben@example.com', 'a@b@c', 'a@b.example, c@d.example', 'a b@c.example', 'a@b\r\nX: y', '']
)
def test_anything_but_one_lowercase_address_is_refused(sqlite_database: str, email: str) -> None:
    """ACC-03."""
    with acting_as(Operator('test')) as work:
        lay_foundation(work)
    with pytest.raises((Invalid, NotFound)), acting_as(Operator('test')) as work:
        create_portal_user(work, 'C1', 'Ben', email, PASSWORD)
