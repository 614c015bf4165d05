"""The browser of the tests: the machine's own Chromium or Chrome, else Debian's."""

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from tests.browser.absent import alone

CHOSEN = os.environ.get('PORTAL_TEST_BROWSER', '')
NAMES = ('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable')
ARGUMENTS = (
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
)
# Chromium draws these two of its own pages in each window anew, at more than the cost of the window itself.
# Of several such arguments it obeys the last alone, so they are added to Playwright's.
NOT_DRAWN = 'WebUIOmniboxPopup,WebUIOmniboxAimPopup'
LAUNCHER = """#!/bin/sh
for argument; do
  shift
  case "$argument" in --disable-features=*) argument="$argument,{features}" ;; esac
  set -- "$@" "$argument"
done
exec '{program}' "$@"
"""


@cache
def chromium() -> str | None:
    """What starts a browser; as root installs Debian's where there is none. None where that is impossible."""
    program = _on_path() or _installed()
    return _launcher(program) if program else None


def _launcher(program: str) -> str:
    folder = Path(tempfile.mkdtemp(prefix='portal-tests-'))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    launcher = folder / 'chromium'
    launcher.write_text(LAUNCHER.format(features=NOT_DRAWN, program=program))
    launcher.chmod(0o755)
    return str(launcher)


def _on_path() -> str | None:
    names = (CHOSEN,) if CHOSEN else NAMES  # a chosen one that is missing is not replaced in silence
    return next((found for found in map(shutil.which, names) if found), None)


def _installed() -> str | None:
    with alone():  # another process may have been first
        return _on_path() or (_on_path() if _install() else None)


def _install() -> bool:
    if CHOSEN or not hasattr(os, 'geteuid') or os.geteuid() != 0 or not shutil.which('apt-get'):
        return False
    quiet = {**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'}
    commands = (('apt-get', 'update'), ('apt-get', 'install', '-y', 'chromium'))
    return all(
        subprocess.run(command, env=quiet, capture_output=True, check=False).returncode == 0
        for command in commands
    )
