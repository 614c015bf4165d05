"""Reads the job's rows through ADBC, as Arrow arrays, one batch ahead of whoever formats them."""

import datetime as dt
import queue
import threading
from collections.abc import Callable, Iterator
from urllib.parse import quote

import adbc_driver_manager
import pyarrow as pa  # type: ignore[import-untyped]  # ships no types

from portal_app.export_process.job import Job, Parameter
from portal_app.export_process.queries import NUMBER_KINDS, postgresql_query, sqlite_query

BATCH_ROWS = 8_000
BATCH_BYTES = 1_000_000
AHEAD = 2  # batches that wait, so that reading and formatting overlap in little memory
CHECK_EVERY = 0.1  # seconds
BUSY_MILLISECONDS = 5_000
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

Batch = list[pa.Array]  # one array a column, all of one length


Waiting = queue.Queue[Batch | Exception | None]  # None: there are no more


def read_ahead(job: Job, check: Callable[[], None]) -> Iterator[Batch]:
    """The batches of the job, read by a thread of their own; its failure is raised here.

    `check` is called before each batch and now and then during a long wait, to raise if cancelled.
    """
    waiting: Waiting = queue.Queue(AHEAD)
    threading.Thread(target=_fill, args=(job, waiting), daemon=True).start()
    while (item := _next(waiting, check)) is not None:
        if isinstance(item, Exception):
            raise item
        yield item


def _next(waiting: Waiting, check: Callable[[], None]) -> Batch | Exception | None:
    while True:
        check()
        try:
            return waiting.get(timeout=CHECK_EVERY)
        except queue.Empty:
            continue


def _fill(job: Job, waiting: Waiting) -> None:
    try:
        for batch in read(job):
            waiting.put(batch)
        waiting.put(None)
    except Exception as error:
        waiting.put(error)


def read(job: Job) -> Iterator[Batch]:
    """All rows in one statement, hence of one snapshot; int64 (time: epoch microseconds) or string."""
    if job.rows is not None:
        return iter([_given(job)] if job.rows else [])
    scheme, separator, rest = job.database.partition('://')
    if not separator:
        raise ValueError('the database is not a URL')
    if scheme == 'sqlite':
        return _read_sqlite(rest.removeprefix('/').partition('?')[0], job)
    return _read_postgresql(f'postgresql://{rest}', job)


def _given(job: Job) -> Batch:
    types = [pa.int64() if column.kind in NUMBER_KINDS else pa.string() for column in job.columns]
    return [
        pa.array(cells, type) for cells, type in zip(zip(*job.rows or [], strict=True), types, strict=True)
    ]


def _read_sqlite(path: str, job: Job) -> Iterator[Batch]:
    import adbc_driver_sqlite

    uri = f'file:{quote(path)}?mode=ro'
    with (
        adbc_driver_sqlite.connect(uri) as database,
        adbc_driver_manager.AdbcConnection(database) as connection,
        adbc_driver_manager.AdbcStatement(connection) as statement,
    ):
        statement.set_sql_query(f'PRAGMA busy_timeout = {BUSY_MILLISECONDS}')
        statement.execute_update()
        statement.set_options(**{'adbc.sqlite.query.batch_rows': str(BATCH_ROWS)})
        statement.set_sql_query(sqlite_query(job))
        if job.parameters:
            statement.bind(_bound(job.parameters))
        skip = 1  # the first row only settles the types
        for batch in _batches(statement):
            if batch.num_rows > skip:
                yield batch.slice(skip).columns
            skip = 0


def _bound(parameters: list[Parameter]) -> pa.RecordBatch:
    arrays = [pa.array([_sqlite_value(value)]) for value in parameters]
    return pa.record_batch(arrays, names=[str(index) for index in range(len(arrays))])


def _sqlite_value(value: Parameter) -> int | str | None:
    if isinstance(value, dt.datetime):
        return (value - EPOCH) // dt.timedelta(microseconds=1)
    return int(value) if isinstance(value, int) else value


def _read_postgresql(uri: str, job: Job) -> Iterator[Batch]:
    import adbc_driver_postgresql  # type: ignore[import-untyped]  # ships no types

    with (
        adbc_driver_postgresql.connect(uri) as database,
        adbc_driver_manager.AdbcConnection(database) as connection,
        adbc_driver_manager.AdbcStatement(connection) as statement,
    ):
        statement.set_sql_query('SET default_transaction_read_only = on')
        statement.execute_update()
        statement.set_options(**{'adbc.postgresql.batch_size_hint_bytes': str(BATCH_BYTES)})
        statement.set_sql_query(postgresql_query(job))
        for batch in _batches(statement):
            if batch.num_rows:
                yield [_plain(array) for array in batch.columns]


def _plain(array: pa.Array) -> pa.Array:
    return array.cast(pa.int64()) if pa.types.is_timestamp(array.type) else array


def _batches(statement: adbc_driver_manager.AdbcStatement) -> Iterator[pa.RecordBatch]:
    stream, _rows = statement.execute_query()
    yield from pa.RecordBatchReader.from_stream(stream)
