"""Access that ends while people look and while files are under way."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import pytest
from playwright.sync_api import Download, Page, expect
from sqlmodel import select

from portal_app.auth.viewer import Operator
from portal_app.models import Export
from portal_app.services import access, setup
from portal_app.work import acting_as, reading_as
from tests.browser.site import Site
from tests.browser.slow_line import slow_line
from tests.browser.table import expect_rows, start_export

AT_ONCE = 1_500  # milliseconds
ROWS, WIDE = 60_000, 'x' * 400
RATE = 4_000_000  # bytes a second: the file takes about ten seconds


@pytest.fixture
def slow(site: Site) -> Iterator[tuple[Site, str]]:
    """Acme has a large history, and its people have a slow connection: the site, and its slow address."""
    with closing(sqlite3.connect(site.server.folder / 'portal.db')) as database:
        first = database.execute(
            'SELECT * FROM usage_event WHERE customer_id = ?', (site.world.customers['acme'],)
        )
        values = dict(zip([column[0] for column in first.description], first.fetchone(), strict=True))
        rows = (
            tuple(
                {
                    **values,
                    'id': None,
                    'external_id': f'old-{number}',
                    'properties': f'{{"note":"{WIDE}"}}',
                }.values()
            )
            for number in range(ROWS)
        )
        database.executemany(f'INSERT INTO usage_event VALUES ({", ".join("?" * len(values))})', rows)
        database.commit()
    with slow_line(site.address, RATE) as address:
        yield site, address


def test_disabling_acme_closes_annas_page_and_leaves_bens_open(site: Site) -> None:
    """ACC-08: her open page goes to the login page at once; from there no way leads back in."""
    anna, nora = (
        site.customer('anna', '/portal/C1001/usage-events'),
        site.customer('nora', '/portal/C1002/usage-events'),
    )
    ben = site.customer('ben', '/portal/C1004/usage-events')
    expect_rows(ben, len(site.events('globex')))
    _disable(site, 'acme')
    anna.wait_for_url('**/portal/login**', timeout=AT_ONCE)
    anna.goto('/portal/C1001/usage-events')
    assert '/portal/login' in anna.url
    for page, number in ((ben, 'C1004'), (nora, 'C1002')):
        assert page.url == f'{site.address}/portal/{number}/usage-events'


def test_disabling_initech_leaves_ben_globex(site: Site) -> None:
    """ACC-08: who has another company is switched to it, or may sign in to it; the page does not stay."""
    ben = site.customer('ben', '/portal/C1005/usage-events')
    expect_rows(ben, len(site.events('initech')))
    _disable(site, 'initech')
    expect(ben.get_by_text('only.initech')).to_have_count(0, timeout=AT_ONCE)
    ben.wait_for_url(lambda url: '/portal/C1005' not in url, timeout=AT_ONCE)
    ben.goto('/portal')
    expect(ben.locator('.company')).to_have_text('Globex')


def test_disabling_acme_stops_the_file_that_anna_is_getting(slow: tuple[Site, str]) -> None:
    """ACC-08, POR-04: the download fails, so that nobody takes half a file for a whole one."""
    site, address = slow
    anna = site.customer('anna', '/portal/C1001/usage-events', base_url=address)
    download = _under_way(anna)
    _disable(site, 'acme')
    anna.wait_for_url('**/portal/login**', timeout=AT_ONCE)
    assert download.failure()
    assert _ended(site) == ('Stopped', None)


def test_hiding_a_field_stops_the_file_that_has_it(slow: tuple[Site, str]) -> None:
    """SET-07, POR-04: an export under way may not go on with what is hidden now."""
    site, address = slow
    anna = site.customer('anna', '/portal/C1001/usage-events', base_url=address)
    download = _under_way(anna)
    with acting_as(site.as_staff('olivia')) as work:
        setup.set_field(work, 'usage-events', 'properties', False)
    expect(anna.locator('.export-panel')).to_contain_text('The export was stopped')
    assert download.failure()
    assert _ended(site) == ('Stopped', None)


def test_anna_follows_her_export_and_cancels_it(slow: tuple[Site, str]) -> None:
    """POR-04: the panel counts rows; a cancelled export leaves no file, and Anna's page goes on."""
    site, address = slow
    anna = site.customer('anna', '/portal/C1001/usage-events', base_url=address)
    download = _under_way(anna)
    anna.get_by_role('button', name='Cancel export').click()
    expect(anna.locator('.export-panel')).to_contain_text('The export was cancelled.')
    expect(anna.get_by_role('button', name='Cancel export')).to_be_hidden()
    assert download.failure()
    assert _ended(site) == ('Cancelled', None)
    anna.get_by_role('button', name='Close').click()
    expect(anna.locator('.export-panel')).to_have_count(0)
    expect_rows(anna, 50)


def _under_way(page: Page) -> Download:
    expect_rows(page, 50)
    with page.expect_download() as begun:
        start_export(page, 'CSV')
    expect(page.locator('.export-panel')).to_contain_text('rows so far')
    return begun.value


def _disable(site: Site, company: str) -> None:
    with acting_as(site.as_staff('olivia')) as work:
        access.disable_customers(work, [site.world.customers[company]])


def _ended(site: Site) -> tuple[str, str | None]:
    with reading_as(Operator('test')) as work:
        export = work.session.exec(select(Export)).one()
    assert isinstance(export.finished_at, datetime)
    return str(export.state), export.sha256
