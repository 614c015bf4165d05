"""Pictures of the demo company's pages, for looking at: `python -m tests.browser.screenshots DIRECTORY`."""

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from portal_app.services.demo import PASSWORD
from tests.browser.chromium import ARGUMENTS, chromium
from tests.browser.server import SERVE, serving
from tests.browser.table import ROW, export, open_filter

WIDTHS = {1440: 900, 768: 1024, 390: 844}
SCHEMES: tuple[Literal['light', 'dark'], ...] = ('light', 'dark')
EVENTS = '/portal/C1001/usage-events'

Act = Callable[[Page], object]


def _nothing(page: Page) -> None:
    page.wait_for_timeout(700)  # charts draw themselves


def _detail(page: Page) -> None:
    page.locator(ROW).first.click()
    page.locator('.detail').wait_for()


def _filter(page: Page) -> None:
    open_filter(page, 'Event Type').locator('.facet').first.wait_for()


PICTURES: dict[str, tuple[str, str, Act]] = {
    'login': ('', '/portal/login', _nothing),
    'home': ('portal', '/portal/C1001', _nothing),
    'invoices': ('portal', '/portal/C1001/invoices', _nothing),
    'invoice': ('portal', '/portal/C1001/invoices', _detail),
    'usage': ('portal', '/portal/C1001/usage', _nothing),
    'events': ('portal', EVENTS, _nothing),
    'events-filter': ('portal', EVENTS, _filter),
    'events-detail': ('portal', EVENTS, _detail),
    'events-empty': ('portal', f'{EVENTS}?quantity=9999999..', _nothing),
    'events-export': ('portal', f'{EVENTS}?date=yesterday', lambda page: export(page, 'CSV')),
    'setup': ('admin', '/admin/setup/portal', _nothing),
    'not-found': ('portal', '/portal/C9999', _nothing),
}
PEOPLE = {'portal': 'anna@acme.example', 'admin': 'owner@northwind.example'}


def take(browser: Browser, address: str, folder: Path) -> None:
    """Every picture in every width and scheme."""
    for width, height in WIDTHS.items():
        for scheme in SCHEMES:
            context = browser.new_context(
                base_url=address,
                viewport={'width': width, 'height': height},
                color_scheme=scheme,
                is_mobile=width < 500,
                has_touch=width < 500,
            )
            for name, (realm, path, act) in PICTURES.items():
                page = context.new_page()
                if realm and not any(cookie.get('path') == f'/{realm}' for cookie in context.cookies()):
                    _sign_in(page, realm)
                page.goto(path)
                act(page)
                page.wait_for_timeout(400)  # what slides in has arrived
                page.screenshot(path=folder / f'{name}-{width}-{scheme}.png')
                page.close()
            context.close()


def _sign_in(page: Page, realm: str) -> None:
    page.goto(f'/{realm}/login')
    page.get_by_label('Email address').fill(PEOPLE[realm])
    page.get_by_label('Password').fill(PASSWORD)
    page.get_by_role('button', name='Log in').click()
    page.wait_for_url(lambda url: '/login' not in url)


def main(folder: Path) -> None:
    """Start the demo company and take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as place,
        serving(Path(place), (*SERVE, '--demo')) as server,
        sync_playwright() as playwright,
    ):
        take(
            playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS)),
            server.address,
            folder,
        )


if __name__ == '__main__':
    main(Path(sys.argv[1]))
