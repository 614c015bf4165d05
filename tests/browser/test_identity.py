"""Whoever causes a redraw lends it nothing: what is drawn anew on Anna's page stays Anna's."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.server import serving
from tests.browser.site import Site, open_site
from tests.browser.table import ROW, column, dismiss, expect_rows, export, open_filter, pick
from tests.browser.watched_server import PEEPHOLE
from tests.world import World


@pytest.fixture
def watched(browser: Browser, world_template: tuple[Path, World], tmp_path: Path) -> Iterator[Site]:
    """The portal on a server with a peephole."""
    shutil.copy(world_template[0], tmp_path / 'portal.db')
    with serving(tmp_path, ('-m', 'tests.browser.watched_server')) as server:
        yield from open_site(browser, server, world_template)


def test_what_olivias_toggles_redraw_on_annas_page_still_acts_as_anna(watched: Site) -> None:
    """SET-06, SET-07, ACC-13: listeners carry Anna's request; what she clicks gives Acme's data only."""
    olivia = watched.staff('olivia', '/admin/setup/portal')
    anna = watched.customer('anna', '/portal/C1001/usage-events')
    ben = watched.customer('ben', '/portal/C1004/usage-events')
    expect_rows(anna, len(watched.events('acme', 'nordics')))
    events = olivia.get_by_role('group', name='Usage Events', exact=True)
    events.get_by_role('checkbox', name='Unit').click()
    for page in (anna, ben):
        expect(page.locator('.record-table thead')).not_to_contain_text('Unit')
    olivia.get_by_role('switch', name='Show Usage', exact=True).click()
    for page in (anna, ben):
        expect(page.locator('.tabs')).to_have_text('HomeInvoicesPaymentsCreditsUsage Events')
        expect(page.locator(ROW).first).to_be_visible()
    for page, path in ((anna, 'C1001'), (ben, 'C1004')):
        assert _carried(page, f'/portal/{path}/usage-events') == {_token(page, 'portal_session')}
    assert _carried(anna, '/admin/setup/portal') <= {_token(olivia, 'staff_session')}
    _acts_as_anna(anna, watched)


def _acts_as_anna(anna: Page, watched: Site) -> None:
    expect(open_filter(anna, 'Event Type').locator('.facet')).to_contain_text(
        ['api.request', 'only.acme', 'only.nordics']
    )
    dismiss(anna)
    pick(anna, 'Status', 'Pending')
    expect_rows(anna, 2)
    assert column(anna, 'Event Type') == ['only.nordics', 'only.acme']
    lines = export(anna, 'CSV').path().read_text().splitlines()
    assert [line.split(',')[0] for line in lines[1:]] == ['Acme Nordics', 'Acme']
    anna.get_by_role('button', name='Close').click()
    anna.get_by_role('button', name='Clear all').click()
    expect_rows(anna, len(watched.events('acme', 'nordics')))
    anna.locator('.tabs').get_by_role('link', name='Home').click()
    expect(anna.get_by_role('heading', name='Welcome, Anna')).to_be_visible()
    assert anna.url == f'{watched.address}/portal/C1001'


def _carried(page: Page, path: str) -> set[str]:
    """The session tokens that the listeners of the page at this path carry; some carry no request at all."""
    opened = next(each for each in page.request.get(PEEPHOLE).json() if each['path'] == path)
    return {token for cookies in opened['listeners'] if cookies for token in cookies.values()}


def _token(page: Page, cookie: str) -> str:
    return next(str(each.get('value')) for each in page.context.cookies() if each.get('name') == cookie)
