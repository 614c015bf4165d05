"""Customer Accounts in a browser: the list, its selection, its menus and their dialogs."""

import re
from pathlib import Path

from playwright.sync_api import expect

from portal_app.models import Customer
from portal_app.services import access
from portal_app.work import acting_as
from tests.browser.customers import OPEN, add_many, expect_bar, menu_entries, olivia_at, tick
from tests.browser.site import Site
from tests.browser.table import ROW, dismiss, expect_rows, export, headers, opened
from tests.world import add_contact, change

PHONE = {'viewport': {'width': 390, 'height': 844}, 'has_touch': True, 'is_mobile': True}
TOO_WIDE = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'


def test_a_selection_outlives_pages_and_sorting(site: Site) -> None:
    """ACC-01: what is ticked stays ticked, and the bar counts all of it."""
    add_many(60)
    page = olivia_at(site, '?size=25', rows=25)
    tick(page, 'Acme')
    page.get_by_role('button', name='Next page').click()
    expect(page.locator(ROW).first).not_to_contain_text('Acme')
    page.get_by_role('checkbox', name='Select all on this page').click()
    expect_bar(page, '26 selected')
    page.get_by_role('button', name='Number', exact=True).click()
    expect(page.locator(ROW).first).to_contain_text('C1001')
    expect(page.get_by_role('checkbox', name='Select Acme', exact=True)).to_be_checked()
    expect(page.get_by_role('checkbox', name='Select Globex', exact=True)).not_to_be_checked()
    page.get_by_role('button', name='Select all 65 that match').click()
    expect_bar(page, '65 selected')
    expect(page.get_by_role('checkbox', name='Select all on this page')).to_be_checked()
    page.get_by_role('button', name='Next page').click()
    expect(page.locator(ROW).last.get_by_role('checkbox')).to_be_checked()
    page.locator(ROW).last.get_by_role('checkbox').click()
    expect_bar(page, '64 selected')
    page.locator('.selection-bar').get_by_role('button', name='Clear').click()
    expect(page.locator('.selection-bar')).to_be_hidden()
    expect(page.locator(ROW).last.get_by_role('checkbox')).not_to_be_checked()


def test_a_selection_reaches_across_filters_and_says_so(site: Site) -> None:
    """ACC-01: what the filters do not show stays selected, and the bar says how many that are."""
    page = olivia_at(site)
    tick(page, 'Globex')
    tick(page, 'Initech')
    page.get_by_placeholder('Search').fill('acme')
    expect_rows(page, 3)
    expect_bar(page, '2 selected, 2 of them outside these filters')
    page.get_by_role('button', name='Select all 3 that match').click()
    expect_bar(page, '5 selected, 2 of them outside these filters')
    page.get_by_placeholder('Search').fill('')
    expect_rows(page, 5)
    expect_bar(page, '5 selected')
    expect(page.get_by_role('button', name=re.compile('that match'))).to_be_hidden()


def test_olivia_selects_and_opens_menus_with_the_keyboard(site: Site) -> None:
    """ACC-01: Space ticks, Enter opens a menu, arrows walk through it, Escape gives the focus back."""
    page = olivia_at(site)
    page.get_by_role('checkbox', name='Select all on this page').focus()
    page.keyboard.press('Space')
    expect_bar(page, '5 selected')
    menu = page.get_by_role('button', name='Actions for Acme', exact=True)
    menu.focus()
    page.keyboard.press('Enter')
    expect(opened(page).get_by_role('menuitem').first).to_be_focused()
    page.keyboard.press('ArrowDown')
    expect(page.get_by_role('menuitem', name='Send Portal Invite')).to_be_focused()
    page.keyboard.press('ArrowUp')
    page.keyboard.press('ArrowUp')
    expect(page.get_by_role('menuitem').last).to_be_focused()
    dismiss(page)
    expect(menu).to_be_focused()


def test_a_row_leads_to_the_customer_s_page(site: Site) -> None:
    """ACC-01: by a link, which opens in another tab too, or a click anywhere beside it."""
    page = olivia_at(site)
    link = page.get_by_role('link', name='Globex')
    expect(link).to_have_attribute('href', '/admin/customers/C1004')
    page.locator(ROW, has_text='Globex').locator('td[data-label="Portal Status"]').click()
    page.wait_for_url('**/admin/customers/C1004')


def test_the_row_menu_offers_what_fits_and_the_role_grants(site: Site) -> None:
    """ACC-02, ACC-07, SET-10: it is asked for anew each time it opens."""
    add_contact(site.world, 'acme', 'bella', is_billing=True)
    change(Customer, site.world.customers['acme'], email_delivery=False)
    page = olivia_at(site)
    assert menu_entries(page, 'Acme') == ['Open customer', 'Send Portal Invite', 'Disable Portal Access']
    change(Customer, site.world.customers['acme'], email_delivery=True)
    assert menu_entries(page, 'Acme') == [
        'Open customer',
        'Send Portal Invite',
        'Grant Portal Access',
        'Disable Portal Access',
    ]
    assert menu_entries(page, 'Acme Iberia') == ['Open customer', 'Re-enable Portal Access']
    rita = site.staff('rita', OPEN)
    expect_rows(rita, 5)
    assert menu_entries(rita, 'Acme') == ['Open customer']
    expect(rita.get_by_role('button', name='Export', exact=True)).to_have_count(0)
    expect(rita.get_by_role('button', name='Add customer')).to_have_count(0)
    tick(rita, 'Acme')
    rita.get_by_role('button', name='Actions', exact=True).click()
    expect(opened(rita)).to_contain_text('Your role does not let you change these.')


def test_the_list_follows_what_others_do(site: Site) -> None:
    """ACC-08: within a second, without a reload; the selection stays."""
    page = olivia_at(site, '?columns=name,portal_access')
    tick(page, 'Globex')
    with acting_as(site.as_staff('manu')) as work:
        access.disable_customers(work, [site.world.customers['globex']])
    row = page.locator(ROW, has_text='Globex')
    expect(row.locator('td[data-label="Portal Access"]')).to_have_text('Off', timeout=2_000)
    expect(row.get_by_role('checkbox')).to_be_checked()


def test_olivia_exports_what_the_list_shows(site: Site) -> None:
    """POR-04: progress, manifest, file."""
    page = olivia_at(site, '?q=acme&columns=number,portal_access')
    found = export(page, 'CSV')
    assert found.suggested_filename == 'customers.csv'
    assert Path(found.path()).read_text() == 'Number,Portal Access\nC1001,On\nC1003,Off\nC1002,On\n'
    with page.expect_popup() as caught:
        page.get_by_role('link', name='Manifest').click()
    expect(caught.value.locator('body')).to_contain_text('"rows":3')


def test_some_columns_are_shown_when_they_are_chosen(site: Site) -> None:
    """ACC-01: the most needed stand there at first; the address says what was chosen beside them."""
    page = olivia_at(site)
    first = ['Name', 'Number', 'Billing Contact', 'Email', 'Portal Status', 'Users', 'Email Delivery']
    assert headers(page)[1:-1] == first
    page.get_by_role('button', name='Columns').click()
    opened(page).get_by_role('button', name='Show all').click()
    expect(page.locator('.record-table th')).to_have_count(14)
    assert 'last_sign_in' in page.url
    expect(opened(page).get_by_role('checkbox', name='Last Sign-in')).to_be_checked()
    for label in ('Parent', 'Portal Access', 'Bill to Parent', 'Last Sign-in', 'Created'):
        opened(page).get_by_role('checkbox', name=label, exact=True).click()
    expect(page.locator('.record-table th')).to_have_count(9)
    page.wait_for_url(f'**{OPEN}')


def test_the_cards_on_a_phone_have_checkbox_and_menu(site: Site) -> None:
    """ACC-01: nothing scrolls sideways; selection and dialogs work by touch."""
    page = site.staff('olivia', OPEN, **PHONE)
    expect_rows(page, 5)
    assert page.evaluate(TOO_WIDE) == 0
    page.get_by_role('checkbox', name='Select Globex', exact=True).tap()
    expect_bar(page, '1 selected')
    assert page.evaluate(TOO_WIDE) == 0
    card = page.locator(ROW, has_text='Acme Iberia')
    card.get_by_role('button', name='Actions for Acme Iberia').tap()
    opened(page).get_by_text('Re-enable Portal Access').tap()
    page.get_by_role('dialog').get_by_role('button', name='RE-ENABLE').tap()
    expect(page.get_by_text("Portal access has been re-enabled for 'Acme Iberia'.")).to_be_visible()
    page.get_by_role('button', name='Actions', exact=True).tap()
    opened(page).get_by_text('Disable Portal Access').tap()
    expect(page.get_by_role('dialog')).to_contain_text('Disable Portal For Customers')
    assert page.evaluate(TOO_WIDE) == 0


def test_stan_without_the_list_s_grant_is_refused(site: Site) -> None:
    """SET-10: whoever loses the grant loses the open page."""
    site.expect_refusal(403)
    stan = site.staff('stan', '/admin/email-log')
    expect(stan.get_by_text('Your role does not permit this.')).to_be_visible()
