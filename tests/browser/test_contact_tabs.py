"""The tabs of one contact, chosen while pages are open."""

from playwright.sync_api import Page, expect

from portal_app.services.contact_tabs import set_contact_tabs
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.work import acting_as
from tests.browser.site import Site
from tests.browser.table import expect_rows
from tests.test_contact_tabs import contact_of

TABS = 'HomeInvoicesPaymentsCreditsUsage'
MARK = 'window.notReloaded === true'


def _hide(site: Site, customer: str, who: str, *hidden: str) -> None:
    with acting_as(site.as_staff('manu')) as work:
        set_contact_tabs(work, contact_of(site.world, customer, who), hidden)


def _marked(page: Page) -> Page:
    """Leaves a mark that a reload would wipe off."""
    page.evaluate('window.notReloaded = true')
    return page


def test_anna_s_open_page_loses_a_tab_and_gets_it_back(site: Site) -> None:
    """Field notes, SET-06: live; Nora at the child and Ben elsewhere keep theirs."""
    anna = _marked(site.customer('anna', '/portal/C1001/usage'))
    others = [site.customer('nora', '/portal/C1002/usage'), site.customer('ben', '/portal/C1004/usage')]
    expect_rows(anna, 3)
    _hide(site, 'acme', 'anna', 'usage-events')
    expect(anna.locator('.tabs')).to_have_text(TABS)
    for page in others:
        expect(page.locator('.tabs')).to_have_text(TABS + 'Usage Events')
    site.expect_refusal(404)
    for path in ('', '?record=1', '/export.csv'):
        assert anna.request.get(f'/portal/C1001/usage-events{path}').status == 404
    _hide(site, 'acme', 'anna')
    expect(anna.locator('.tabs')).to_have_text(TABS + 'Usage Events')
    assert anna.evaluate(MARK)


def test_anna_is_moved_from_the_tab_that_she_stands_on(site: Site) -> None:
    """SET-06: to the first tab left, with a notice; none left shows the home page."""
    anna = site.customer('anna', '/portal/C1001/usage-events')
    expect_rows(anna, len(site.events('acme', 'nordics')))
    _hide(site, 'acme', 'anna', 'usage-events')
    expect(anna.locator('.banner')).to_contain_text('“Usage Events” is not available any more.')
    expect(anna).to_have_url(f'{site.address}/portal/C1001/invoices?gone=usage-events')
    _hide(site, 'acme', 'anna', *PORTAL_OBJECTS)
    expect(anna.get_by_role('heading', name='Welcome, Anna')).to_be_visible()
    expect(anna.locator('.tabs')).to_have_text('Home')
    expect(anna.locator('.figure, .account-figure, .latest')).to_have_count(0)


def test_a_tab_that_olivia_switches_on_again_stays_hidden_from_anna(site: Site) -> None:
    """SET-06: what all get back is still not for her."""
    _hide(site, 'acme', 'anna', 'usage-events')
    anna, nora = site.customer('anna', '/portal/C1001'), site.customer('nora', '/portal/C1002')
    olivia = site.staff('olivia', '/admin/setup/portal')
    toggle = olivia.get_by_role('switch', name='Show Usage Events')
    toggle.click()
    expect(nora.locator('.tabs')).to_have_text(TABS)
    toggle.click()
    expect(nora.locator('.tabs')).to_have_text(TABS + 'Usage Events')
    expect(anna.locator('.tabs')).to_have_text(TABS)
