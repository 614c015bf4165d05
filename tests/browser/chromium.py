"""The browser of the tests: the machine's own Chromium or Chrome, else Debian's."""

import os
import shutil
import subprocess
from functools import cache

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


@cache
def chromium() -> str | None:
    """The path of a browser; as root installs Debian's where there is none. None where that is impossible."""
    return _on_path() or _installed()


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
