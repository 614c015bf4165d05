"""The commands of run.py, run as an operator would."""

import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(('PORTAL_', 'DATABASE_'))
    }
    return subprocess.run(
        [sys.executable, str(ROOT / 'run.py'), *arguments],
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_migrate_makes_the_default_database_and_can_be_run_again(tmp_path: Path) -> None:
    """OPS-01, OPS-02."""
    for _ in range(2):
        done = run(tmp_path, 'migrate')
        assert (done.returncode, done.stdout) == (0, 'The database is up to date.\n')
    with sqlite3.connect(tmp_path / 'data' / 'portal.db') as database:
        assert database.execute('SELECT count(*) FROM role').fetchone() == (5,)


def test_an_owner_is_created_and_the_second_of_that_name_refused(tmp_path: Path) -> None:
    """OPS-02."""
    (tmp_path / 'password').write_text('a-long-enough-one\n')
    arguments = (
        'create-owner',
        '--name',
        'Olivia',
        '--email',
        'olivia@staff.example',
        '--password-file',
        'password',
    )
    assert run(tmp_path, *arguments).stdout == 'olivia@staff.example can now sign in at /admin/login.\n'
    again = run(tmp_path, *arguments)
    assert (again.returncode, again.stderr) == (
        2,
        'email olivia@staff.example already belongs to a staff user.\n',
    )


@pytest.mark.parametrize(
    ('email', 'password', 'words'),
    [
        ('Olivia@staff.example', 'a-long-enough-one', 'email must be one address in lowercase letters'),
        ('olivia', 'a-long-enough-one', 'email must be one address in lowercase letters'),
        ('olivia@staff.example', 'short', 'password must have at least 12 characters (got 5).'),
    ],
)
def test_a_bad_owner_is_refused_by_field_and_rule(
    tmp_path: Path, email: str, password: str, words: str
) -> None:
    """OPS-02."""
    (tmp_path / 'password').write_text(password)
    done = run(tmp_path, 'create-owner', '--name', 'Olivia', '--email', email, '--password-file', 'password')
    assert done.returncode == 2
    assert done.stderr.startswith(words)


def test_a_wrong_setting_stops_the_start(tmp_path: Path) -> None:
    """OPS-02: before anything is touched."""
    (tmp_path / '.env').write_text('PORTAL_PORT=eighty\n')
    done = run(tmp_path, 'serve')
    assert done.returncode == 2
    assert done.stderr.startswith('PORTAL_PORT: ')
    assert not (tmp_path / 'data').exists()


def test_the_demo_company_is_believable_and_always_the_same(tmp_path: Path) -> None:
    """OPS-01: about 40 customers with parents and children, 18 months, 200,000 events, in under a minute."""
    fill = (
        'from portal_app import commands; from portal_app.services import demo;'
        'commands._open({!r}); demo.fill()'
    )
    marks = []
    for name in ('one.db', 'two.db'):
        started = time.monotonic()
        subprocess.run(
            [sys.executable, '-c', fill.format(f'sqlite:///{tmp_path / name}')],
            cwd=ROOT,
            check=True,
            timeout=60,
        )
        assert time.monotonic() - started < 60
        with sqlite3.connect(tmp_path / name) as database:
            marks.append(_mark(database))
    assert marks[0] == marks[1]


def _mark(database: sqlite3.Connection) -> str:
    def one(query: str) -> int:
        return int(database.execute(query).fetchone()[0])

    assert 38 <= one('SELECT count(*) FROM customer') <= 45
    assert one('SELECT count(*) FROM customer WHERE parent_id IS NOT NULL') >= 8
    assert one('SELECT count(*) FROM contact') > 60
    assert 199_000 <= one('SELECT count(*) FROM usage_event') <= 201_000
    assert one('SELECT (max(occurred_at) - min(occurred_at)) / 86400000000 FROM usage_event') > 540
    days = [
        count
        for (count,) in database.execute(
            'SELECT count(*) FROM usage_event GROUP BY occurred_at / 86400000000 ORDER BY min(occurred_at)'
        )
    ]
    assert sum(days[-90:]) > 1.3 * sum(days[:90]), 'it grows'
    weekend = [
        one(f'SELECT count(*) FROM usage_event WHERE (occurred_at / 86400000000 + 3) % 7 = {day}')
        for day in range(7)
    ]
    assert max(weekend[5:]) < 0.6 * min(weekend[:5]), 'weekends are quiet'
    rows = database.execute(
        'SELECT customer_id, external_id, event_type, quantity, properties FROM usage_event ORDER BY id'
    )
    return hashlib.sha256(repr(rows.fetchall()).encode()).hexdigest()


def test_the_organization_is_named_and_coloured(tmp_path: Path) -> None:
    """OPS-02: and a wrong value is refused by field and rule."""
    done = run(
        tmp_path,
        'set-organization',
        '--name',
        'Northwind',
        '--time-zone',
        'Europe/Berlin',
        '--locale',
        'de_DE',
    )
    assert done.stdout.startswith('Northwind: brand_colour #1d4ed8, time_zone Europe/Berlin, locale de_DE')
    for flag, value, words in (
        ('--brand-colour', 'green', 'brand_colour must be a HEX colour'),
        ('--time-zone', 'Berlin', 'time_zone must be a zone such as'),
        ('--currency', 'Euro', 'currency must be a currency such as'),
        ('--locale', 'xx', 'locale must be a locale such as'),
        ('--name', ' ', 'name must not be empty'),
    ):
        done = run(tmp_path, 'set-organization', flag, value)
        assert done.returncode == 2
        assert done.stderr.startswith(words)
