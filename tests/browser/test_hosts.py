"""The portal at a name of its own, in a browser that was told nothing about it (SET-02)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.server import serving
from tests.browser.site import Site, open_site
from tests.world import PASSWORD, World, organization

SETTINGS: dict[str, dict[str, str]] = {
    'no setting': {},
    'a base domain': {'PORTAL_BASE_DOMAIN': 'localhost:{port}'},
}


@pytest.fixture(params=SETTINGS.values(), ids=SETTINGS.keys())
def named(
    request: pytest.FixtureRequest, browser: Browser, world_template: tuple[Path, World], tmp_path: Path
) -> Iterator[Site]:
    """A portal whose subdomain is acme, with and without a base domain."""
    shutil.copy(world_template[0], tmp_path / 'portal.db')
    with serving(tmp_path, **request.param) as server:
        for site in open_site(browser, server, world_template):
            organization(subdomain='acme')
            yield site


def test_anna_signs_in_at_acme_localhost(named: Site) -> None:
    """SET-02: no set-up of browser or machine; the form passes the Origin check, the page is live."""
    port = named.address.rpartition(':')[2]
    anna = named.visitor(base_url=f'http://acme.localhost:{port}')
    anna.goto('/portal')
    anna.get_by_label('Email').fill('anna@example.com')
    anna.get_by_label('Password').fill(PASSWORD)
    anna.get_by_role('button', name='Log in').click()
    expect(anna.get_by_role('heading', name='Welcome, Anna')).to_be_visible()
    assert anna.url == f'http://acme.localhost:{port}/portal/C1001'
    anna.locator('.tabs').get_by_role('link', name='Usage Events').click()
    anna.get_by_placeholder('Search').fill('only.acme')
    expect(anna.locator('tr.record')).to_have_count(1)
