"""A sandbox in a browser: its ribbon, its mail, and the portal that it does not serve (SET-13)."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from portal_app import config
from tests.browser.server import serving
from tests.browser.site import Site, open_site
from tests.browser.table import ROW
from tests.test_docs import routes
from tests.world import World, add_contact

RIBBON = '.sandbox-ribbon'
PORTAL_PAGES = (
    '/portal',
    '/portal/login',
    '/portal/forgot-password',
    '/portal/request-access',
    '/portal/link/abc',
    '/portal/C1001',
    '/portal/C1001/usage',
    '/portal/C1001/usage-events',
)
UNDER_IT = """() => {
  const ribbon = document.querySelector('.sandbox-ribbon').getBoundingClientRect();
  return document.activeElement.getBoundingClientRect().top < ribbon.bottom;
}"""


@pytest.fixture
def sandbox(
    request: pytest.FixtureRequest,
    browser: Browser,
    sqlite_template: Path,
    tmp_path: Path,
    world_template: tuple[Path, World],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Site]:
    """The portal as a sandbox, with what else the test sets."""
    shutil.copy(sqlite_template, tmp_path / 'portal.db')
    given = {'PORTAL_ENVIRONMENT': 'sandbox', **getattr(request, 'param', {})}
    for name, value in given.items():  # for what the test itself does on the database
        monkeypatch.setenv(name, value)
    config.settings.cache_clear()
    with serving(tmp_path, **given) as server:
        yield from open_site(browser, server, world_template)
    config.settings.cache_clear()


with_portal = pytest.mark.parametrize('sandbox', [{'PORTAL_SANDBOX_PORTAL': 'true'}], indirect=True)


def expect_ribbon(page: Page) -> None:
    """It is at the top of the window, above whatever is open, and scrolls away from nowhere."""
    ribbon = page.locator(RIBBON)
    expect(ribbon).to_have_text('Sandbox')
    box = ribbon.bounding_box()
    assert box
    assert box['y'] == 0
    top = page.evaluate('document.elementFromPoint(innerWidth / 2, 5).className')
    assert 'sandbox-ribbon' in top


@with_portal
def test_the_ribbon_stays_on_every_kind_of_page(sandbox: Site) -> None:
    """SET-13: while scrolling, above a detail view and a dialog, and in the public pages."""
    page = sandbox.visitor(viewport={'width': 1000, 'height': 500})
    page.goto('/portal/login')
    expect_ribbon(page)
    anna = sandbox.customer('anna', '/portal/C1001/usage-events', viewport={'width': 1000, 'height': 500})
    expect(anna.locator(ROW).first).to_be_visible()
    anna.evaluate('scrollTo(0, 300)')
    assert anna.evaluate('scrollY') > 100
    expect_ribbon(anna)
    anna.locator(ROW).first.click()
    close = anna.locator('.detail').get_by_role('button', name='Close')
    expect(close).to_be_visible()
    expect_ribbon(anna)
    box = anna.locator('.detail').bounding_box()
    assert box
    assert box['y'] >= 24
    olivia = sandbox.staff('olivia', '/admin/customers/C1001', viewport={'width': 1000, 'height': 500})
    olivia.get_by_role('button', name='Add contact').click()
    expect(olivia.get_by_role('dialog')).to_be_visible()
    expect_ribbon(olivia)


@with_portal
def test_the_ribbon_stands_above_the_bar_of_a_view(sandbox: Site) -> None:
    """SET-13: neither covers the other, nor what is focused below them."""
    olivia = sandbox.staff('olivia', '/admin/customers/C1001', viewport={'width': 1000, 'height': 500})
    olivia.get_by_role('button', name='Actions for Anna Person').click()
    with olivia.expect_navigation(url='**/portal/C1001'):
        olivia.get_by_role('menuitem', name='View portal as this contact').click()
    olivia.goto('/portal/C1001/usage-events')
    expect(olivia.locator(ROW).first).to_be_visible()
    olivia.evaluate('scrollTo(0, 300)')
    expect_ribbon(olivia)
    bar, ribbon = (olivia.locator(each).bounding_box() for each in ('.viewing-bar', RIBBON))
    assert bar
    assert ribbon
    assert bar['y'] == ribbon['y'] + ribbon['height']
    olivia.get_by_role('link', name='Home').focus()
    assert not olivia.evaluate(UNDER_IT)


def test_a_mail_is_kept_and_every_page_about_it_says_why(sandbox: Site) -> None:
    """SET-13, MAIL-02: the Email Log, the mail, and the test of a template."""
    page = sandbox.staff('olivia', '/admin/setup/templates/reset-password')
    page.get_by_role('button', name='Send test email to me').click()
    expect(page.get_by_text('This is a sandbox: the test is in the Email Log.')).to_be_visible()
    page.goto('/admin/email-log')
    expect(page.get_by_text('This is a sandbox: mail is kept here and not sent.')).to_be_visible()
    expect(page.get_by_text('No mail server is connected')).to_have_count(0)
    page.locator(ROW).first.get_by_role('link').click()
    expect(page.get_by_role('heading', level=1)).to_contain_text('[Sandbox] [Test]')
    expect(page.get_by_text('This is a sandbox: mail is kept here and not sent.')).to_be_visible()
    expect(page.get_by_role('button', name='Send again')).to_have_count(0)


def test_no_portal_is_served_and_staff_are_told(sandbox: Site) -> None:
    """SET-13: every page for customers is a branded 404; an invitation is refused with the reason."""
    sandbox.expect_refusal(404)
    page = sandbox.visitor()
    for path in PORTAL_PAGES:
        answer = page.goto(path)
        assert answer
        assert answer.status == 404, path
        expect(page.get_by_text('The portal is not available.')).to_be_visible()
        expect(page.locator('.public-brand')).to_have_text('Northwind')
    add_contact(sandbox.world, 'acme', 'dora')
    olivia = sandbox.staff('olivia', '/admin/customers/C1001')
    olivia.get_by_role('button', name='Actions for Dora Person').click()
    olivia.get_by_role('menuitem', name='Send Portal Invite').click()
    olivia.get_by_role('button', name='SEND').click()
    expect(olivia.get_by_text('This sandbox serves no portal until').first).to_be_visible()
    olivia.goto('/admin/setup/general')
    expect(olivia.get_by_text('This is a sandbox: it serves no portal').first).to_be_visible()


def test_no_address_of_the_portal_is_open_in_a_sandbox(sandbox: Site) -> None:
    """SET-13: whatever its method; also those that a later release adds."""
    paths = {(method, path) for method, path in routes() if path == '/portal' or path.startswith('/portal/')}
    values = {'company': 'C1001', 'key': 'usage-events', 'format': 'csv', 'ticket': 'x' * 20, 'token': 'abc'}
    values |= {
        'kind': 'invoices',
        'record_id': '1',
        'invoice_id': '1',
        'position': '1',
        'number': 'PAY-000001',
    }
    assert len(paths) > 12
    for method, path in sorted(paths - {('POST', '/portal/logout'), ('POST', '/portal/stop-viewing')}):
        asked = Request(
            sandbox.address + path.format(**values),
            data=b'email=anna%40example.com&password=x' if method == 'POST' else None,
            headers={'Accept': 'text/html', 'Origin': sandbox.address},
            method=method,
        )
        with pytest.raises(HTTPError) as refused:
            urlopen(asked, timeout=10)
        assert refused.value.code == 404, (method, path)
        assert 'The portal is not available.' in refused.value.read().decode(), (method, path)
