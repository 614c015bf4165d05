"""A portal with a mail server: what it sends is really sent, and read there."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from portal_app import config
from tests.browser.server import Server, serving
from tests.browser.site import Site, open_site
from tests.smtp_server import MailServer, Taken, mail_server
from tests.world import World, mails


@dataclass
class Post:
    """The portal, and the mail server that it sends to."""

    site: Site
    server: MailServer

    def mail_to(self, address: str) -> Taken:
        """The newest mail to this address; waits for it."""
        deadline = monotonic() + 10
        while monotonic() < deadline:
            written = [mail.message_id for mail in mails(to_email=address)]
            for taken in self.server.taken:
                if written and taken.message_id == written[-1]:
                    return taken
            sleep(0.05)
        raise AssertionError(f'no mail for {address} has arrived')


@pytest.fixture(scope='module')
def mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with mail_server(tmp_path_factory.mktemp('mail')) as running:
        yield running


@pytest.fixture(scope='module')
def sending(
    mail: MailServer, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp('sending')
    shutil.copy(sqlite_template, folder / 'portal.db')
    with serving(folder, **mail.settings) as started:
        yield started


@pytest.fixture
def post(
    browser: Browser,
    sending: Server,
    mail: MailServer,
    world_template: tuple[Path, World],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Post]:
    for name, value in mail.settings.items():
        monkeypatch.setenv(name, value)
    config.settings.cache_clear()
    for site in open_site(browser, sending, world_template):
        yield Post(site, mail)
    config.settings.cache_clear()


def link_in(mail: Taken, button: str) -> str:
    """Where this button of the HTML part leads, on the server of the test."""
    html = mail.message.get_body(('html',))
    assert html is not None
    before, _, _ = html.get_content().partition(f'{button}</a>')
    address = before.rpartition('href="')[2].partition('"')[0]
    text = mail.message.get_body(('plain',))
    assert text is not None
    assert address in text.get_content()
    return urlsplit(address).path
