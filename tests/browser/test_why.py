"""The dialog "Why can't they see it?" on a customer's page."""

from playwright.sync_api import Page, expect

from portal_app.auth.viewer import Operator
from portal_app.models import Contact, PortalStatus
from portal_app.work import acting_as
from tests.billing import posted_invoice
from tests.browser.site import Site
from tests.test_contact_tabs import contact_of
from tests.world import change


def _ask(page: Page) -> None:
    page.get_by_role('button', name='Actions for Anna Person').click()
    page.get_by_text("Why can't they see it?").click()
    expect(page.locator('.verdict')).to_be_visible()


def _look_for(page: Page, title: str, record: str = '') -> None:
    page.locator('.why .q-select').click()
    page.get_by_role('option', name=title, exact=True).click()
    if record:
        page.get_by_label('Its ID or number').fill(record)
        page.get_by_role('button', name='Explain').click()


def _outcomes(page: Page) -> list[str]:
    return page.locator('.rule-outcome').all_inner_texts()


def test_manu_finds_out_why_anna_does_not_see_an_event_of_iberia(site: Site) -> None:
    """Field notes: the chain in words and icons, and a way to mend it."""
    manu = site.staff('manu', '/admin/customers/C1001')
    _ask(manu)
    _look_for(manu, 'Usage')
    expect(manu.locator('.verdict')).to_contain_text('Anna Person sees “Usage”.')
    expect(manu.get_by_label('Its ID or number')).to_be_hidden()  # sums have no single records
    _look_for(manu, 'Usage Events', site.events('iberia')[0].external_id)
    expect(manu.locator('.verdict')).to_contain_text(
        'It belongs to Acme Iberia (C1003), a child of Acme whose portal access is disabled.'
    )
    assert _outcomes(manu) == [*['Passed'] * 8, 'Failed', 'Not reached']
    expect(manu.get_by_role('link', name='Open Acme Iberia')).to_have_attribute(
        'href', '/admin/customers/C1003'
    )
    manu.get_by_label('Its ID or number').fill(site.events('nordics')[0].external_id)
    manu.get_by_label('Its ID or number').press('Enter')
    expect(manu.locator('.verdict')).to_contain_text('Anna Person sees usage event')
    assert set(_outcomes(manu)) == {'Passed'}


def test_manu_finds_out_why_anna_does_not_see_an_invoice(site: Site) -> None:
    """POR-05: billing records are explained by the same rules, each by its number."""
    with acting_as(Operator('test')) as work:
        hers = posted_invoice(work, site.world.customers['acme'], 5_000).number
        theirs = posted_invoice(work, site.world.customers['globex'], 5_000).number
    manu = site.staff('manu', '/admin/customers/C1001')
    _ask(manu)
    expect(manu.locator('.verdict')).to_contain_text('Anna Person sees “Invoices”.')
    _look_for(manu, 'Invoices', theirs)
    expect(manu.locator('.verdict')).to_contain_text(f'Anna Person does not see invoice {theirs}.')
    manu.get_by_label('Its ID or number').fill(hers)
    manu.get_by_label('Its ID or number').press('Enter')
    expect(manu.locator('.verdict')).to_contain_text(f'Anna Person sees invoice {hers}.')


def test_the_dialog_stays_open_while_the_page_behind_it_is_drawn_anew(site: Site) -> None:
    """It explains what is so now, also after somebody else has changed it."""
    manu = site.staff('manu', '/admin/customers/C1001')
    _ask(manu)
    change(Contact, contact_of(site.world, 'acme', 'anna'), portal_status=PortalStatus.DISABLED)
    manu.get_by_role('button', name='Explain').click()
    expect(manu.locator('.verdict')).to_contain_text('Anna Person does not see “Invoices”.')
    assert _outcomes(manu)[:5] == ['Passed', 'Passed', 'Passed', 'Failed', 'Not reached']
    manu.get_by_role('button', name='Close').click()
    expect(manu.locator('.why')).to_have_count(0)


def test_an_id_that_cannot_be_one_is_refused_in_words(site: Site) -> None:
    """Bad input: what was typed stays."""
    manu = site.staff('manu', '/admin/customers/C1001')
    _ask(manu)
    _look_for(manu, 'Usage Events', 'no <b>such</b> event')
    expect(manu.locator('.verdict')).to_contain_text(
        'There is no usage event with the id or number no <b>such</b> event.'
    )
    expect(manu.get_by_label('Its ID or number')).to_have_value('no <b>such</b> event')
