"""Small files to import, and what came of them."""

import argparse
from pathlib import Path

from sqlmodel import Session, SQLModel, col, select

from portal_app import db
from portal_app.auth.viewer import Operator
from portal_app.import_command import add_import_options, run_import
from portal_app.models import AuditEntry, Customer, News, UsageEvent
from portal_app.services.foundation import lay_foundation
from portal_app.work import acting_as

HEADER = 'id,account,type,time,amount,unit,source,state,region'


MAP = [
    '--map', 'event_id=id', 'customer=account', 'event_type=type', 'date=time', 'quantity=amount',
    'unit=unit', 'source=source', 'status=state', 'properties=region',
]  # fmt: skip
GOOD = 'e1,C1,api.call,2026-03-01T10:00:00Z,2.50,calls,gateway,Processed,eu'


def run(*arguments: object) -> int:
    """The command as `run.py` runs it."""
    parser = argparse.ArgumentParser()
    add_import_options(parser.add_subparsers(dest='command'))
    return run_import(parser.parse_args(['import', 'usage-events', *map(str, arguments)]))


def put(tmp_path: Path, *lines: str, name: str = 'usage.csv', header: str = HEADER) -> Path:
    path = tmp_path / name
    path.write_text(
        '\n'.join((header, *lines)) + '\n' if header else '\n'.join(lines) + '\n', encoding='utf-8'
    )
    return path


def events() -> list[UsageEvent]:
    with Session(db.engine()) as session:
        return list(session.exec(select(UsageEvent).order_by(col(UsageEvent.external_id))))


def count(model: type[SQLModel]) -> int:
    with Session(db.engine()) as session:
        return len(session.exec(select(model)).all())


def assert_untouched() -> None:
    """No event, no customer beside the two, no audit entry, no news."""
    assert (events(), count(Customer), count(AuditEntry), count(News)) == ([], 2, 0, 0)


def companies() -> int:
    """Acme, which is customer C1, and Globex, known by its external id only. Returns the id of Acme."""
    with acting_as(Operator('test')) as work:
        lay_foundation(work).currency = 'EUR'
        companies = [
            Customer(number='C1', name='Acme'),
            Customer(number='C2', name='Globex', external_id='glx'),
        ]
        work.session.add_all(companies)
        work.session.flush()
        id = companies[0].id
    assert id is not None
    return id
