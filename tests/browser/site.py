"""A running portal and the people who look at it, each in a browser of their own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, WebError
from sqlmodel import col, select

from portal_app import db
from portal_app.auth.realms import PORTAL, STAFF, Realm
from portal_app.auth.viewer import Operator, StaffViewer
from portal_app.models import UsageEvent
from portal_app.services.sign_in import sign_in
from portal_app.work import reading_as
from tests.browser.server import Server, replace_data
from tests.world import HERE, PASSWORD, World

REFUSED = 'Failed to load resource: the server responded with a status of '
CONNECTED = '!window.clientId || window.did_handshake'
ENTRY = re.compile(r'^(?=\d{4}-\d\d-\d\d |[A-Z]+: )', re.MULTILINE)
FAULT = re.compile(r'\b(ERROR|CRITICAL)\b|Traceback')
# Raised by Starlette's BaseHTTPMiddleware, which NiceGUI uses, when the browser leaves before the answer.
LEFT = 'RuntimeError: No response returned'
# Raised by NiceGUI when what somebody typed arrives after the page was closed, or its part drawn anew.
GONE = re.compile(r'RuntimeError: The parent slot of \w+\(id=\d+\) has been deleted')


@dataclass
class Site:
    """Where the server is, who is in the world, and what went wrong so far."""

    server: Server
    world: World
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=lambda: [LEFT])

    @property
    def address(self) -> str:
        """Where the server answers."""
        return self.server.address

    def visitor(self, **options: Any) -> Page:
        """The browser of somebody who has not signed in."""
        context = self.browser.new_context(**{'base_url': self.address, 'timezone_id': 'UTC', **options})
        self._watch(context)
        return context.new_page()

    def customer(self, who: str, path: str, **options: Any) -> Page:
        """A portal user in a browser of their own, on this page."""
        return self._signed_in(PORTAL, f'{who}@example.com', path, options)

    def staff(self, who: str, path: str, **options: Any) -> Page:
        """A staff user in a browser of their own, on this page."""
        return self._signed_in(STAFF, f'{who}@staff.example', path, options)

    def as_staff(self, who: str) -> StaffViewer:
        """A staff user who works in another process on the same database."""
        return self.world.as_staff(who)

    def events(self, *companies: str) -> list[UsageEvent]:
        """The usage events of these companies, newest first."""
        ids = [self.world.customers[name] for name in companies]
        with reading_as(Operator('test')) as work:
            found = work.session.exec(select(UsageEvent).where(col(UsageEvent.customer_id).in_(ids))).all()
        return sorted(found, key=lambda event: (event.occurred_at, event.id or 0), reverse=True)

    def expect_refusal(self, *statuses: int) -> None:
        """What this test asks for is refused: Chromium then writes an error of its own to the console."""
        self.expected += [f'{REFUSED}{status}' for status in statuses]

    def problems(self, log: str) -> list[str]:
        """Errors in this part of the server's log and on every page, but for those that the test expects."""
        logged = [entry for entry in ENTRY.split(log) if FAULT.search(entry) and not GONE.search(entry)]
        return [
            text for text in [*logged, *self.complaints] if not any(each in text for each in self.expected)
        ]

    def _signed_in(self, realm: Realm, email: str, path: str, options: dict[str, Any]) -> Page:
        page = self.visitor(**options)
        token = sign_in(realm, email, PASSWORD, HERE).token  # the form has tests of its own
        page.context.add_cookies(
            [
                {
                    'name': realm.cookie,
                    'value': token,
                    'domain': '127.0.0.1',
                    'path': realm.path,
                    'httpOnly': True,
                }
            ]
        )
        page.goto(path)
        page.wait_for_function(CONNECTED)  # what is typed earlier, the server does not hear of
        return page

    def _watch(self, context: BrowserContext) -> None:
        def said(message: ConsoleMessage) -> None:
            if message.type == 'error':
                self.complaints.append(f'console: {message.text} ({message.location.get("url")})')

        def thrown(error: WebError) -> None:
            self.complaints.append(f'page: {error.error}')

        context.on('console', said)
        context.on('weberror', thrown)
        context.set_default_timeout(10_000)


def open_site(browser: Browser, server: Server, template: tuple[Path, World]) -> Iterator[Site]:
    """A site on a fresh world; fails at the end where something reported an error."""
    file, world = template
    before = len(server.log)
    replace_data(server, file)
    db.connect(server.database)
    site = Site(server, world, browser)
    yield site
    for context in browser.contexts:
        context.close()
    db.engine().dispose()
    problems = site.problems(server.log[before:])
    assert not problems, '\n'.join(problems)
