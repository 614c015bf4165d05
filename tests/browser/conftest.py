"""A real browser before a real server. Without a browser these tests are skipped, loudly; CI fails."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.absent import go_without
from tests.browser.chromium import ARGUMENTS, chromium
from tests.browser.post import mail, post, sending  # noqa: F401 - fixtures
from tests.browser.server import Server, serving
from tests.browser.site import Site, open_site
from tests.world import World

MISSING = (
    'There is no Chromium or Chrome on this machine, and it could not be installed. '
    'Install one, or name it in PORTAL_TEST_BROWSER.'
)

expect.set_options(timeout=10_000)


@pytest.fixture
def executable() -> str:
    """The browser's path. Skips where there is none; fails under CI."""
    return chromium() or go_without(MISSING)


@pytest.fixture(scope='package')  # not session: while Playwright runs, no other test can run an event loop
def launched() -> Iterator[Browser]:
    """One browser for all; each person gets a context of their own."""
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))


@pytest.fixture
def browser(executable: str, request: pytest.FixtureRequest) -> Browser:
    """The browser, where there is one."""
    started: Browser = request.getfixturevalue('launched')
    return started


@pytest.fixture(scope='package')
def server(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all; each test gets a fresh world in its database."""
    folder = tmp_path_factory.mktemp('server')
    shutil.copy(sqlite_template, folder / 'portal.db')
    with serving(folder) as started:
        yield started


@pytest.fixture
def site(browser: Browser, server: Server, world_template: tuple[Path, World]) -> Iterator[Site]:
    """The portal with the tests' world. The test fails if the server or a page reports an error."""
    yield from open_site(browser, server, world_template)
