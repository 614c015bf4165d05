"""`run.py config`, run as an operator would: from a sandbox to production."""

import json
import os
import pty
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from portal_app.mail.templates import shipped
from tests.test_commands import ROOT, run

INVOICE_ENDS = shipped('invoice').body.splitlines()[-1]


@pytest.fixture
def sandbox(tmp_path: Path) -> Path:
    """The folder of an installation that somebody has set up, with its configuration beside it."""
    folder = tmp_path / 'sandbox'
    folder.mkdir()
    assert run(folder, 'config', 'export', 'portal.json').returncode == 0
    found = json.loads((folder / 'portal.json').read_text())
    found['portal'] |= {'subdomain': 'northwind', 'brand_colour': '#0f5c4d'}
    found['roles'] = [{'name': 'Support', 'grants': ['customers:view']}]
    found['templates']['invoice']['body'] += '\n\nThank you.'
    (folder / 'portal.json').write_text(json.dumps(found))
    assert run(folder, 'config', 'import', 'portal.json', '--yes').returncode == 0
    return folder


@pytest.fixture
def production(tmp_path: Path) -> Path:
    """The folder of another installation."""
    folder = tmp_path / 'production'
    folder.mkdir()
    return folder


def test_from_a_sandbox_to_production(sandbox: Path, production: Path) -> None:
    """SET-13: export, diff, import, and then nothing differs; the audit log says who."""
    file = production / 'northwind.json'
    done = run(sandbox, 'config', 'export', str(file))
    assert (done.returncode, done.stdout) == (0, f'Wrote {file}: {file.stat().st_size:,} bytes.\n')
    compared = run(production, 'config', 'diff', str(file))
    assert compared.returncode == 1
    assert compared.stdout.splitlines() == [
        'Portal Setup › Address › Subdomain: (empty) → northwind',
        'Portal Setup › Branding › Colour: #1d4ed8 → #0f5c4d',
        'Roles › Support › Role: none → new',
        'Roles › Support › Customers: nothing → List, View',
        'Templates › Invoice › Body:',
        '    @@ -11,2 +11,4 @@',
        '     ',
        f'     {INVOICE_ENDS}',
        '    +',
        '    +Thank you.',
    ]
    brought = run(production, 'config', 'import', str(file), '--yes')
    assert (brought.returncode, brought.stdout) == (0, compared.stdout + '5 changes applied.\n')
    assert run(production, 'config', 'export').stdout == file.read_text()
    for verb in ('diff', 'import'):
        again = run(production, 'config', verb, str(file))
        assert (again.returncode, again.stdout, again.stderr) == (0, 'Nothing differs.\n', '')
    with sqlite3.connect(production / 'data' / 'portal.db') as database:
        rows = database.execute("SELECT actor, after FROM audit_entry WHERE action = 'configuration.import'")
        assert [(actor, json.loads(after)) for actor, after in rows] == [
            ('run.py config', {'changes': {'Portal Setup': 2, 'Roles': 2, 'Templates': 1}})
        ]


def test_a_dry_run_does_everything_and_leaves_nothing(sandbox: Path, production: Path) -> None:
    """SET: not even in the audit log."""
    file = str(sandbox / 'portal.json')
    before = run(production, 'config', 'export').stdout
    done = run(production, 'config', 'import', file, '--dry-run')
    assert done.returncode == 0
    assert done.stdout.endswith('5 changes would be applied. Nothing was changed.\n')
    assert run(production, 'config', 'export').stdout == before
    with sqlite3.connect(production / 'data' / 'portal.db') as database:
        count = "SELECT count(*) FROM audit_entry WHERE action NOT IN ('configuration.export')"
        assert database.execute(count).fetchone() == (0,)


def test_without_a_terminal_nothing_is_applied_unless_that_was_said(sandbox: Path, production: Path) -> None:
    """SET."""
    done = run(production, 'config', 'import', str(sandbox / 'portal.json'))
    assert done.returncode == 2
    assert done.stderr == (
        'There is no terminal to ask at. To apply the file without a question, give --yes.\n'
    )
    assert run(production, 'config', 'diff', str(sandbox / 'portal.json')).returncode == 1


@pytest.mark.parametrize(
    ('answer', 'code', 'words'),
    [('y', 0, '5 changes applied.'), ('n', 1, 'Nothing was changed.'), ('', 1, 'Nothing was changed.')],
)
def test_on_a_terminal_it_asks(sandbox: Path, production: Path, answer: str, code: int, words: str) -> None:
    """SET: only a yes is one."""
    ours, theirs = pty.openpty()
    command = [sys.executable, str(ROOT / 'run.py'), 'config', 'import', str(sandbox / 'portal.json')]
    with os.fdopen(ours, 'r+b', buffering=0) as terminal:
        terminal.write(answer.encode() + b'\n')
        done = subprocess.run(
            command, cwd=production, stdin=theirs, capture_output=True, text=True, timeout=60, check=False
        )
    os.close(theirs)
    assert done.returncode == code
    assert 'Apply 5 changes? [y/N] ' in done.stdout
    assert done.stdout.endswith(f'{words}\n')


def test_a_bad_file_is_refused_with_every_problem(production: Path) -> None:
    """SET: exit code 2, nothing on standard output, nothing changed."""
    found = json.loads(run(production, 'config', 'export').stdout)
    found['portal']['brand_colour'] = 'green'
    found['portal']['tabs']['usage']['enabled'] = 'yes'
    (production / 'bad.json').write_text(json.dumps(found))
    for arguments in (
        ('diff', 'bad.json'),
        ('import', 'bad.json', '--yes'),
        ('import', 'bad.json', '--dry-run'),
    ):
        done = run(production, 'config', *arguments)
        assert (done.returncode, done.stdout) == (2, '')
        assert done.stderr.splitlines() == [
            "portal.brand_colour: must be a HEX colour such as #0f5c4d (got 'green').",
            'portal.tabs.usage.enabled: must be true or false (got the text "yes").',
        ]


def test_a_file_that_is_not_there_is_named(production: Path) -> None:
    """SET: for reading and for writing."""
    for arguments, words in (
        (('diff', 'none.json'), 'none.json: No such file or directory.\n'),
        (('import', 'none.json'), 'none.json: No such file or directory.\n'),
        (('export', 'no/folder.json'), 'no/folder.json: No such file or directory.\n'),
    ):
        done = run(production, 'config', *arguments)
        assert (done.returncode, done.stderr) == (2, words)
