"""What this machine lacks. Tests that need it are skipped, loudly; under CI they fail."""

import os
from collections import Counter
from typing import NoReturn

import pytest

SKIPPED = pytest.StashKey[Counter[str]]()


def go_without(config: pytest.Config, reason: str) -> NoReturn:
    """End this test for this reason."""
    if os.environ.get('CI') == 'true':
        pytest.fail(reason, pytrace=False)
    config.stash.setdefault(SKIPPED, Counter())[reason] += 1
    pytest.skip(reason)


def report(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say at the end, in red, what nobody looked at."""
    for reason, count in config.stash.get(SKIPPED, Counter()).items():
        reporter.section('TESTS WERE NOT RUN', red=True, bold=True)
        reporter.line(f'{count} skipped. {reason}', red=True, bold=True)
