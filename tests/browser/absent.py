"""What this machine lacks. Tests that need it are skipped, loudly; under CI they fail."""

import fcntl
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

MARK = 'missing on this machine: '
LOCK = Path(tempfile.gettempdir()) / 'portal-tests-packages.lock'


def go_without(reason: str) -> NoReturn:
    """End this test for this reason."""
    if os.environ.get('CI') == 'true':
        pytest.fail(reason, pytrace=False)
    pytest.skip(MARK + reason)


def report(reporter: pytest.TerminalReporter) -> None:
    """Say at the end, in red, what nobody looked at, whichever process found it missing."""
    reasons = [str(skipped.longrepr) for skipped in reporter.stats.get('skipped', [])]
    missing = Counter(reason.partition(MARK)[2].rstrip("')") for reason in reasons if MARK in reason)
    for reason, count in missing.items():
        reporter.section('TESTS WERE NOT RUN', red=True, bold=True)
        reporter.line(f'{count} skipped. {reason}', red=True, bold=True)


@contextmanager
def alone() -> Iterator[None]:
    """Let other processes of the tests wait: Debian's package tools refuse to run beside each other."""
    with LOCK.open('w') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
