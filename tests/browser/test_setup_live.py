"""Olivia changes the Portal Setup while customers look at their pages."""

from playwright.sync_api import Page, expect

from portal_app.services import setup
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.work import acting_as
from tests.browser.site import Site
from tests.browser.table import ROW, dismiss, expect_rows, headers, opened

SETUP = '/admin/setup/portal'
TABS = 'HomeInvoicesPaymentsCreditsUsage'
MARK = 'window.notReloaded === true'


def test_a_field_that_olivia_hides_leaves_annas_open_page_without_a_reload(site: Site) -> None:
    """SET-07: table, filters, columns menu, detail; on again, all of it is back."""
    olivia = site.staff('olivia', SETUP)
    anna = _marked(site.customer('anna', '/portal/C1001/usage-events?source=gateway&sort=source'))
    ben = _marked(site.customer('ben', '/portal/C1004/usage'))
    expect(anna.locator(ROW).first).to_contain_text('gateway')
    olivia.get_by_role('group', name='Usage Events').get_by_role('checkbox', name='Source').click()
    expect(anna.locator('.record-table thead')).not_to_contain_text('Source')
    expect_rows(
        anna, len(site.events('acme', 'nordics'))
    )  # a filter by what is hidden does not stay in force
    assert anna.url == f'{site.address}/portal/C1001/usage-events'
    assert not [each for each in ('gateway', 'source-acme') if each in anna.locator('.content').inner_html()]
    expect(anna.locator('.filter-bar').get_by_role('button', name='Source')).to_have_count(0)
    anna.get_by_role('button', name='Columns').click()
    expect(opened(anna)).to_contain_text('Status')
    expect(opened(anna)).not_to_contain_text('Source')
    dismiss(anna)
    anna.locator(ROW).first.click()
    expect(anna.locator('.detail')).to_contain_text('Status')
    expect(anna.locator('.detail')).not_to_contain_text('Source')
    anna.keyboard.press('Escape')
    olivia.get_by_role('group', name='Usage Events').get_by_role('checkbox', name='Source').click()
    expect(anna.locator('.record-table thead')).to_contain_text('Source')
    expect(anna.locator(ROW).first).to_contain_text('gateway')
    for page in (anna, ben):
        assert page.evaluate(MARK)


def test_anna_opens_a_record_again_after_a_change_closed_hers(site: Site) -> None:
    """SET-07: what is hidden goes from an open drawer too, and the page goes on working."""
    olivia = site.staff('olivia', SETUP)
    anna = site.customer('anna', '/portal/C1001/usage-events')
    anna.locator(ROW).first.click()
    expect(anna.locator('.detail')).to_contain_text('Source')
    olivia.get_by_role('group', name='Usage Events').get_by_role('checkbox', name='Source').click()
    expect(anna.locator('.detail')).to_have_count(0)
    anna.locator(ROW).first.click()
    expect(anna.locator('.detail')).to_contain_text('Status')
    expect(anna.locator('.detail')).not_to_contain_text('Source')


def test_the_values_of_a_hidden_field_never_reach_annas_browser(site: Site) -> None:
    """SET-07: neither in the page, nor by the socket after the change, nor by an address made by hand."""
    anna = site.customer('anna', '/portal/C1001/usage-events')
    frames: list[str] = []
    anna.on('websocket', lambda socket: socket.on('framereceived', lambda data: frames.append(str(data))))
    anna.reload()
    anna.get_by_role('button', name='Status').last.click()
    expect(anna.locator(ROW).first).to_contain_text('Pending')
    assert 'source-acme' in ''.join(frames)  # the test can see what it looks for
    frames.clear()
    with acting_as(site.as_staff('olivia')) as work:
        setup.set_field(work, 'usage-events', 'source', False)
    expect(anna.locator('.record-table thead')).not_to_contain_text('Source')
    anna.get_by_role('button', name='Date').last.click()
    anna.locator(ROW).last.click()
    expect(anna.locator('.detail')).to_contain_text('Properties')
    for hand_made in (
        'source=gateway',
        'sort=source',
        'columns=source',
        'source=gateway&columns=source,date',
    ):
        anna.goto(f'/portal/C1001/usage-events?{hand_made}')
        expect(anna.locator('.banner')).to_contain_text('Part of this address cannot be used')
        assert 'Source' not in headers(anna)
        assert not [
            each for each in ('gateway', 'source-acme') if each in anna.locator('.records').inner_html()
        ]
        assert anna.request.get(f'/portal/C1001/usage-events/export.csv?{hand_made}').status == 422
    assert 'only.acme' in ''.join(frames)
    assert not [each for each in ('"gateway"', 'source-acme') if each in ''.join(frames).replace('\\"', '"')]
    assert 'gateway' not in anna.request.get('/portal/C1001/usage-events/export.csv').text()


def test_a_tab_that_olivia_switches_off_leaves_every_open_page(site: Site) -> None:
    """SET-06: Anna, who stands on it, is moved to the first tab left; Ben's page loses the tab only."""
    olivia = site.staff('olivia', SETUP)
    anna = _marked(site.customer('anna', '/portal/C1001/usage-events'))
    ben = _marked(site.customer('ben', '/portal/C1004/usage'))
    expect_rows(anna, len(site.events('acme', 'nordics')))
    olivia.get_by_role('switch', name='Show Usage Events').click()
    expect(anna.locator('.banner')).to_contain_text('“Usage Events” is not available any more.')
    expect(anna).to_have_url(f'{site.address}/portal/C1001/invoices?gone=usage-events')
    for page in (anna, ben):
        expect(page.locator('.tabs')).to_have_text(TABS)
    site.expect_refusal(404)
    for path in ('', '?record=1', '/export.csv'):
        assert anna.request.get(f'/portal/C1001/usage-events{path}').status == 404
    _marked(anna)
    olivia.get_by_role('switch', name='Show Usage Events').click()
    for page in (anna, ben):
        expect(page.locator('.tabs')).to_have_text(TABS + 'Usage Events')
        assert page.evaluate(MARK)
    anna.get_by_role('link', name='Usage Events').click()
    expect_rows(anna, len(site.events('acme', 'nordics')))


def test_anna_comes_home_when_no_tab_is_left(site: Site) -> None:
    """SET-06: none left shows the home page."""
    anna = site.customer('anna', '/portal/C1001/usage-events')
    for key in PORTAL_OBJECTS:
        with acting_as(site.as_staff('olivia')) as work:
            setup.set_tab(work, key, False)
    expect(anna.get_by_role('heading', name='Welcome, Anna')).to_be_visible()
    expect(anna.locator('.tabs')).to_have_text('Home')


def test_rita_reads_the_setup_and_stan_does_not_see_it(site: Site) -> None:
    """SET-10: read only shows everything disabled; without Setup there is neither the entry nor the page."""
    rita, stan = site.staff('rita', SETUP), site.staff('stan', '/admin')
    expect(rita.get_by_role('switch', name='Show Usage Events')).to_be_disabled()
    expect(rita.locator('.banner')).to_contain_text('not change it')
    expect(stan.get_by_role('heading', name='Welcome, Stan')).to_be_visible()
    expect(stan.get_by_role('link', name='Portal Setup')).to_have_count(0)
    site.expect_refusal(403)
    answer = stan.goto(SETUP)
    assert answer is not None
    assert answer.status == 403


def _marked(page: Page) -> Page:
    """Leaves a mark that a reload would wipe off."""
    page.evaluate('window.notReloaded = true')
    return page
