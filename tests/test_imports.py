"""Importing usage events by the command line, on SQLite and PostgreSQL (USE-04)."""

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from portal_app import db
from portal_app.auth.viewer import Operator
from portal_app.columns import canonical
from portal_app.models import Customer, EventStatus, UsageEvent
from portal_app.work import acting_as
from tests.import_files import GOOD, MAP, assert_untouched, events, put, run

SAMPLE = Path(__file__).parent / 'data' / 'usage_sample.csv'


SAMPLE_OPTIONS = [
    '--create-customers', '--null', 'NULL', '--set', 'source=metering', '--map', 'event_id=UsageId',
    'customer=Account', 'customer_name=AccountName', 'event_type=Meter', 'date=Start',
    'quantity=Amount', 'unit=Unit', 'properties=Region', 'properties=Tags',
]  # fmt: skip


def test_acme_finds_an_event_of_its_file_as_it_was_written(acme: int, tmp_path: Path) -> None:
    """USE-04: every field of a row arrives exactly."""
    assert run(put(tmp_path, GOOD), *MAP) == 0
    (event,) = events()
    assert (event.customer_id, event.external_id, event.event_type) == (acme, 'e1', 'api.call')
    assert (event.quantity, event.unit, event.source) == (Decimal('2.5'), 'calls', 'gateway')
    assert (event.status, event.properties) == (EventStatus.PROCESSED, {'region': 'eu'})
    assert event.occurred_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert abs(datetime.now(UTC) - event.ingested_at).total_seconds() < 60


def test_an_imported_event_is_stored_as_the_model_itself_would_store_it(acme: int, tmp_path: Path) -> None:
    """USE-04: the import writes past the ORM; the raw values must be the same."""
    tags = '"{""b"": ""東京"", ""a"": [1.5, null]}"'
    row = f'e1,C1,api.call,2026-03-01T10:00:00.123456+02:00,0001.2300e2,calls,gateway,void,{tags}'
    assert run(put(tmp_path, row), *MAP) == 0
    (event,) = events()
    with acting_as(Operator('test')) as work:
        copied = event.model_dump(exclude={'id', 'external_id'})
        work.session.add(UsageEvent(**copied, external_id='copy'))
    columns = 'customer_id, event_type, status, source, occurred_at, quantity, unit, properties'
    with Session(db.engine()) as session:
        first, second = session.execute(text(f'SELECT {columns} FROM usage_event ORDER BY external_id'))
        kinds = 'typeof(occurred_at), typeof(quantity), typeof(properties), properties, quantity'
        if db.is_sqlite():
            assert session.execute(text(f'SELECT DISTINCT {kinds} FROM usage_event')).all() == [
                ('integer', 'text', 'text', '{"a":[1.5,null],"b":"東京"}', '123')
            ]
    assert first == second


def test_the_sample_creates_acme_globex_and_initech_with_their_usage(acme: int, tmp_path: Path) -> None:
    """USE-04: quotes, unicode, tiny decimals, JSON tags and cells that say NULL."""
    path = tmp_path / 'sample.csv'
    path.write_bytes(SAMPLE.read_bytes())
    assert run(path, *SAMPLE_OPTIONS) == 0
    with path.open(encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    found = events()
    assert [canonical(event.quantity) for event in found] == [
        canonical(Decimal(row['Amount'])) for row in rows
    ]
    assert found[7].quantity == Decimal('0.000000000000000000000000000123')
    for event, row in zip(found, rows, strict=True):
        tags = {} if row['Tags'] == 'NULL' else json.loads(row['Tags'])
        assert event.properties == ({'Region': row['Region']} if row['Region'] else {}) | tags
        assert (event.source, event.status) == ('metering', EventStatus.PENDING)
    with Session(db.engine()) as session:
        made = session.exec(
            select(Customer).where(col(Customer.external_id).in_({row['Account'] for row in rows}))
        )
        assert {(each.number, each.name, each.external_id, each.currency) for each in made} == {
            ('acme-7', 'Acme “Logistics”, Ltd.', 'acme-7', 'EUR'),
            ('globex', 'Globex Röbotics GmbH', 'globex', 'EUR'),
            ('initech', 'Initech "Software"', 'initech', 'EUR'),
        }


def test_importing_the_sample_twice_changes_nothing(
    acme: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """USE-04: idempotent by customer and external id."""
    path = tmp_path / 'sample.csv'
    path.write_bytes(SAMPLE.read_bytes())
    run(path, *SAMPLE_OPTIONS)
    before = events()
    assert capsys.readouterr().out.endswith(
        '60 rows read, 60 imported, 0 already there, 0 refused; 3 customers created.\n'
    )
    assert run(path, *SAMPLE_OPTIONS) == 0
    assert capsys.readouterr().out.endswith(
        '60 rows read, 0 imported, 60 already there, 0 refused; 0 customers created.\n'
    )
    assert events() == before


def test_a_dry_run_tells_acme_what_would_come_and_touches_nothing(
    acme: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """USE-04: dry run, with an error file."""
    path = put(
        tmp_path, GOOD, GOOD.replace('e1,C1', 'e2,Initech'), GOOD.replace('e1', 'e3').replace('2.50', 'two')
    )
    assert run(path, *MAP, '--create-customers', '--dry-run') == 1
    said = capsys.readouterr()
    assert (
        '3 rows read, 2 would be imported, 0 already there, 1 refused; 1 customers would be created.'
        in said.out
    )
    assert 'line 4, column amount: must be a number' in said.err
    assert (tmp_path / 'usage.errors.csv').exists()
    assert_untouched()


def test_a_dry_run_knows_what_acme_has_already(
    acme: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(put(tmp_path, GOOD), *MAP)
    assert run(put(tmp_path, GOOD, GOOD.replace('e1', 'e2')), *MAP, '--dry-run') == 0
    assert '1 would be imported, 1 already there' in capsys.readouterr().out
    assert len(events()) == 1


CONFLICTS = {
    '2.50': ('2.51', 'amount', 'already imported with another quantity'),
    '10:00': ('10:01', 'time', 'already imported with another date'),
    'api.call': ('api.read', 'type', 'already imported with another event_type'),
    'calls': ('reads', 'unit', 'already imported with another unit'),
    'gateway': ('agent', 'source', 'already imported with another source'),
    'Processed': ('Void', 'state', 'already imported with another status'),
    ',eu': (',us', 'region', 'already imported with another properties'),
}


@pytest.mark.parametrize('given', CONFLICTS)
def test_the_same_id_with_another_content_is_refused_and_acme_keeps_its_event(
    given: str, acme: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """USE-04: nothing is overwritten."""
    other, column, rule = CONFLICTS[given]
    run(put(tmp_path, GOOD), *MAP)
    before = events()
    assert run(put(tmp_path, 'e2' + GOOD[2:], GOOD.replace(given, other)), *MAP) == 1
    assert f'line 3, column {column}: {rule}\n' in capsys.readouterr().err
    assert events()[0] == before[0]
    assert len(events()) == 2


def test_an_id_twice_in_the_file_of_acme_counts_once(
    acme: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """USE-04: the first row wins; the same again is there already, another content is refused."""
    assert run(put(tmp_path, GOOD, GOOD, GOOD.replace('2.50', '9').replace('10:00', '09:00')), *MAP) == 1
    said = capsys.readouterr()
    assert '3 rows read, 1 imported, 1 already there, 1 refused' in said.out
    assert 'line 4, column time; amount: already imported with another date and another quantity' in said.err
    assert [event.quantity for event in events()] == [Decimal('2.5')]


def test_the_same_id_at_acme_and_at_globex_is_two_events(acme: int, tmp_path: Path) -> None:
    assert run(put(tmp_path, GOOD, GOOD.replace('C1', 'glx'), GOOD.replace('C1', 'C2')), *MAP) == 0
    assert sorted(Counter(event.customer_id for event in events()).values()) == [1, 1]


def test_a_status_that_the_file_does_not_say_is_not_compared(acme: int, tmp_path: Path) -> None:
    """USE-04: an event that was invoiced since is still the same event."""
    options = [item for item in MAP if not item.startswith('status=')]
    run(put(tmp_path, GOOD), *options)
    with acting_as(Operator('test')) as work:
        work.session.exec(select(UsageEvent)).one().status = EventStatus.INVOICED
    assert run(put(tmp_path, GOOD), *options) == 0
    assert events()[0].status == EventStatus.INVOICED
