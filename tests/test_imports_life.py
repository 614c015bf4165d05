"""What an import leaves behind, also when it stops in the middle (USE-04)."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from portal_app import db, live
from portal_app.auth.viewer import Operator
from portal_app.live import Change, Topic
from portal_app.models import AuditEntry
from portal_app.services.import_mapping import read_mapping
from portal_app.services.import_spool import CHUNK
from portal_app.services.imports import Wish, import_usage_events
from tests.import_files import GOOD, MAP, events, put, run

MAPPING = read_mapping(MAP[1:])


def test_acme_hears_of_its_usage_and_the_audit_log_of_the_import(acme: int, tmp_path: Path) -> None:
    """USE-04, OPS-03: news per customer touched, one audit entry per import."""
    heard: list[Change] = []
    stop = live.listen(Topic.USAGE, heard.append)
    try:
        run(put(tmp_path, GOOD, 'e2' + GOOD[2:]), *MAP)
        assert heard == [Change(Topic.USAGE, acme)]
        run(put(tmp_path, GOOD), *MAP)
        assert len(heard) == 1
    finally:
        stop()
    with Session(db.engine()) as session:
        first, second = session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))
    assert (first.actor, first.action, first.subject) == ('run.py import', 'usage_events.import', 'usage.csv')
    assert first.after == {'read': 2, 'imported': 2, 'already_there': 0, 'refused': 0, 'customers_created': 0}
    assert second.after['already_there'] == 1


def test_an_interrupted_import_keeps_what_is_in_and_goes_on_when_run_again(acme: int, tmp_path: Path) -> None:
    """USE-04: Ctrl-C between two transactions."""
    path = put(tmp_path, *(f'e{n:05}' + GOOD[2:] for n in range(2 * CHUNK + 500)))
    wish = Wish(path, MAPPING, 'csv', tmp_path / 'errors.csv', ZoneInfo('UTC'))

    def interrupt(said: str) -> None:
        if said.endswith('rows are in'):
            raise KeyboardInterrupt

    outcome = import_usage_events(Operator('import'), wish, interrupt)
    assert (outcome.stopped, outcome.imported, len(events())) == ('interrupted', CHUNK, CHUNK)
    outcome = import_usage_events(Operator('import'), wish)
    assert (outcome.stopped, outcome.imported, outcome.present) == ('', CHUNK + 500, CHUNK)
    with Session(db.engine()) as session:
        first = session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).first()
    assert first is not None
    assert first.after['stopped'] == 'interrupted'


def test_a_database_that_fails_midway_is_reported_and_loses_nothing(
    acme_on_sqlite: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """USE-04: the message says how many rows are in, and that the same command goes on."""
    with db.writing() as session:
        session.execute(
            text(
                f"""CREATE TRIGGER full BEFORE INSERT ON usage_event WHEN NEW.external_id = 'e{CHUNK + 1:05}'
                    BEGIN SELECT RAISE(ABORT, 'disk is full'); END"""
            )
        )
        session.commit()
    path = put(tmp_path, *(f'e{n:05}' + GOOD[2:] for n in range(CHUNK + 500)))
    assert run(path, *MAP) == 3
    said = capsys.readouterr()
    assert 'Stopped before the end (disk is full)' in said.err
    assert f'At least {CHUNK:,} rows were imported and are kept.' in said.err
    assert len(events()) == CHUNK
    with db.writing() as session:
        session.execute(text('DROP TRIGGER full'))
        session.commit()
    assert run(path, *MAP) == 0
    assert f'500 imported, {CHUNK:,} already there' in capsys.readouterr().out
