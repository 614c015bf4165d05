"""How fast 1,000 invitations are queued in bulk, beside the bare inserts of what they write (ACC-11).

Run `python -m tests.benchmarks.bulk_invitations`. The portal locks each contact, checks every rule of ACC-03,
makes one-time links, renders subjects, and writes links, mails, statuses and audit entries, 250 customers in
one transaction. The references write the very same rows, made ready, in as many transactions: an application
on SQLModel by `session.add_all`, and Python's sqlite3 by `executemany`, which does nothing else at all.
SQLite, runs in turn on fresh contacts; medians. Prints the ratios and never fails by time.
"""

import argparse
import os
import secrets
import sqlite3
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel, col, select

from portal_app import config, db
from portal_app.auth.viewer import Operator
from portal_app.migrate import migrate
from portal_app.models import AuditEntry, Contact, Customer, Mail, OneTimeLink, PortalStatus
from portal_app.models.base import now
from portal_app.services.access_rules import Result
from portal_app.services.bulk_access import MOST, BulkAction, run
from portal_app.services.foundation import lay_foundation
from portal_app.work import acting_as
from tests.benchmarks.serving import table

BENCHMARK = Operator('benchmark')
WRITTEN: tuple[type[SQLModel], ...] = (OneTimeLink, Mail, AuditEntry)
Rows = dict[type[SQLModel], list[dict[str, Any]]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--count', type=int, default=1_000)
    parser.add_argument('--rounds', type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix='portal-bulk-') as folder:
        os.environ['DATABASE_URL'] = url = f'sqlite:///{Path(folder) / "portal.db"}'
        config.settings.cache_clear()
        db.connect(url)
        migrate()
        customers = fill(options.count * (options.rounds + 1))
        seconds: dict[str, list[float]] = {'portal': [], 'sqlmodel': [], 'sqlite3': []}
        for number in range(options.rounds + 1):
            chosen = customers[number * options.count : (number + 1) * options.count]
            seconds['portal'].append(invite(chosen))
            rows = newest(options.count)
            seconds['sqlmodel'].append(by_sqlmodel(rows))
            seconds['sqlite3'].append(by_sqlite3(newest(options.count), Path(folder) / 'portal.db'))
    show({name: times[1:] for name, times in seconds.items()})  # the first round warms up


def fill(count: int) -> list[int]:
    """Customers, each with a billing contact. Their ids."""
    with acting_as(BENCHMARK) as work:
        lay_foundation(work, 'Northwind')
        customers = [Customer(number=f'B{n}', name=f'Company {n}') for n in range(count)]
        work.session.add_all(customers)
        work.session.flush()
        work.session.add_all(
            Contact(
                customer_id=customer.id or 0,
                name=f'Person {customer.number}',
                email=f'person.{customer.number.lower()}@example.com',
                is_billing=True,
            )
            for customer in customers
        )
        return [customer.id or 0 for customer in customers]


def invite(customer_ids: list[int]) -> float:
    """What the page does for a selection. Returns seconds, as the others."""
    begin = perf_counter()
    for piece in batched(customer_ids):
        with acting_as(BENCHMARK) as work:
            outcomes = run(work, BulkAction.INVITE, piece)
        assert all(outcome.result == Result.INVITED for outcome in outcomes)
    return perf_counter() - begin


def newest(count: int) -> Rows:
    """The rows that were written last, made new: other tokens and Message-IDs, no ids."""
    found: Rows = {}
    with Session(db.engine()) as session:
        for model in WRITTEN:
            last = select(model).order_by(col(model.id).desc()).limit(count)  # type: ignore[attr-defined]
            found[model] = [
                fresh(row.model_dump(exclude={'id'}, warnings=False)) for row in session.exec(last)
            ]
    return found


def fresh(row: dict[str, Any]) -> dict[str, Any]:
    """The row with values of its own where the table wants them unique."""
    if 'token_hash' in row:
        row['token_hash'] = secrets.token_bytes(32)
    if 'message_id' in row:
        row['message_id'] = secrets.token_hex(16)
    return row


def by_sqlmodel(rows: Rows) -> float:
    """The same rows as objects of the models."""
    begin = perf_counter()
    for place in range(0, len(rows[Mail]), MOST):
        with db.writing() as session:
            for model in WRITTEN:
                session.add_all(model(**row) for row in rows[model][place : place + MOST])
                session.flush()
            for row in rows[Mail][place : place + MOST]:
                contact = session.get_one(Contact, row['contact_id'])
                contact.portal_status, contact.status_since = PortalStatus.PENDING, now()
            session.commit()
    return perf_counter() - begin


def by_sqlite3(rows: Rows, path: Path) -> float:
    """The same rows as they are stored, and nothing else."""
    statements = [_insert(model, rows[model]) for model in WRITTEN]
    update = 'UPDATE contact SET portal_status = ?, status_since = ? WHERE id = ?'
    statements.append((update, [('Pending', 1, row['contact_id']) for row in rows[Mail]]))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute('PRAGMA synchronous=NORMAL')
    begin = perf_counter()
    for place in range(0, len(rows[Mail]), MOST):
        connection.execute('BEGIN IMMEDIATE')
        for statement, values in statements:
            connection.executemany(statement, values[place : place + MOST])
        connection.execute('COMMIT')
    seconds = perf_counter() - begin
    connection.close()
    return seconds


def batched(ids: list[int]) -> Iterator[list[int]]:
    """As many as go into one transaction."""
    return (ids[place : place + MOST] for place in range(0, len(ids), MOST))


def _insert(model: type[SQLModel], rows: list[dict[str, Any]]) -> tuple[str, list[tuple[Any, ...]]]:
    """The statement and its values, as SQLAlchemy would give them to the driver."""
    compiled = insert(model).compile(dialect=db.engine().dialect, column_keys=list(rows[0]))
    processors = compiled._bind_processors
    values = [
        tuple(
            processors[name](row[name]) if name in processors else row[name]
            for name in compiled.positiontup or ()
        )
        for row in rows
    ]
    return str(compiled), values


def show(seconds: dict[str, list[float]]) -> None:
    """Print the medians and ratios."""
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    table(
        ('1,000 invitations in bulk', 'ms', 'the portal takes so many times as long'),
        [
            (name, f'{1000 * medians[key]:.0f}', f'{medians["portal"] / medians[key]:.1f}')
            for key, name in (
                ('portal', 'the portal: locks, rules, links, mails, statuses, audit'),
                ('sqlmodel', 'the bare rows, by SQLModel'),
                ('sqlite3', 'the bare rows, by sqlite3'),
            )
        ],
    )


if __name__ == '__main__':
    main()
