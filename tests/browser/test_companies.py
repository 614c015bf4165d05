"""Which company a person looks at, and whose rows they see there."""

from playwright.sync_api import Page, expect

from tests.browser.site import Site
from tests.browser.table import column, expect_rows, headers

EVENTS = '/portal/{}/usage-events?columns=customer_name,event_id,event_type'


def test_ben_switches_between_globex_and_initech_in_the_header(site: Site) -> None:
    """ACC-12: without logging out; the address names the company."""
    page = site.customer('ben', '/portal')
    expect(page).to_have_url(f'{site.address}/portal/C1004')
    page.get_by_role('button', name='Switch company').click()
    page.locator('.company-menu').get_by_text('Initech').click()
    expect(page).to_have_url(f'{site.address}/portal/C1005')
    expect(page.get_by_role('button', name='Switch company')).to_contain_text('Initech')
    page.get_by_role('link', name='Usage Events').click()
    expect_rows(page, len(site.events('initech')))
    assert set(column(page, 'Customer Name')) == {'Initech'}


def test_ben_sees_two_companies_in_two_tabs_at_once(site: Site) -> None:
    """ACC-12: each tab keeps its company, also for what it asks later."""
    globex = site.customer('ben', EVENTS.format('C1004'))
    initech = globex.context.new_page()
    initech.goto(EVENTS.format('C1005'))
    for page, name in ((globex, 'Globex'), (initech, 'Initech')) * 2:
        page.get_by_role('button', name='Event Type').last.click()  # sorts
        expect_rows(page, len(site.events(name.lower())))
        assert set(column(page, 'Customer Name')) == {name}


def test_anna_has_no_selector_and_ben_cannot_open_acme(site: Site) -> None:
    """ACC-12, ACC-13: a company that is not theirs looks like one that does not exist."""
    anna, ben = site.customer('anna', '/portal/C1001'), site.customer('ben', '/portal/C1004')
    expect(anna.locator('.company')).to_have_text('Acme')
    expect(anna.get_by_role('button', name='Switch company')).to_have_count(0)
    site.expect_refusal(404)
    said = []
    for path in ('C1001', 'C1001/usage-events', 'C9999', 'C1001/usage-events?record=1'):
        answer = ben.goto(f'/portal/{path}')
        assert answer is not None
        assert answer.status == 404
        said.append(ben.locator('main').inner_text())
    assert len(set(said)) == 1
    assert 'Acme' not in ben.content()


def test_anna_sees_nordics_but_not_iberia_and_nora_sees_only_nordics(site: Site) -> None:
    """ACC-13: Acme Iberia's portal access is off; a child sees neither its parent nor a sibling."""
    anna, nora = site.customer('anna', EVENTS.format('C1001')), site.customer('nora', EVENTS.format('C1002'))
    expect_rows(anna, len(site.events('acme', 'nordics')))
    expect_rows(nora, len(site.events('nordics')))
    assert set(column(anna, 'Customer Name')) == {'Acme', 'Acme Nordics'}
    assert set(column(nora, 'Customer Name')) == {'Acme Nordics'}
    site.expect_refusal(404)
    for page, number in ((anna, 'C1002'), (anna, 'C1003'), (nora, 'C1001'), (nora, 'C1003')):
        answer = page.goto(f'/portal/{number}')
        assert answer is not None
        assert answer.status == 404


def test_nora_cannot_open_a_record_of_acme_by_its_id(site: Site) -> None:
    """ACC-13, POR-03: an address with another customer's record shows nothing of it."""
    anna = site.customer('anna', '/portal/C1001/usage-events?record=9')
    expect(anna.locator('.detail')).to_contain_text('only.acme')
    nora = site.customer('nora', '/portal/C1002/usage-events?record=9')
    expect(nora.locator('.q-notification')).to_contain_text(
        'This record does not exist, or you may not see it.'
    )
    expect(nora.locator('.detail')).to_have_count(0)
    _shows_nothing_of_acme(nora)


def _shows_nothing_of_acme(page: Page) -> None:
    assert headers(page)
    assert 'only.acme' not in page.content()
