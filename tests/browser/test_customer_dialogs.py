"""The dialogs of Customer Accounts in a browser: one customer, many, and a new one."""

import csv
import io
import re
from pathlib import Path

from playwright.sync_api import expect

from portal_app.models import Contact, Customer, PortalStatus
from tests.browser.customers import OPEN, act, add_many, ask, expect_bar, olivia_at, tick
from tests.browser.site import Site
from tests.browser.table import ROW, column, expect_rows, pick
from tests.world import add_contact, change, contact, mails


def test_olivia_invites_a_customer_and_a_second_click_does_nothing(site: Site) -> None:
    """ACC-02: Send Portal Invite, 'Invite Customer to Customer Portal', SEND."""
    bella = add_contact(site.world, 'acme', 'bella', is_billing=True)
    page = olivia_at(site)
    dialog = ask(page, 'Acme', 'Send Portal Invite', 'Invite Customer to Customer Portal')
    expect(dialog).to_contain_text('Bella Person <bella@example.com>')
    dialog.get_by_role('button', name='SEND', exact=True).dblclick()
    expect(page.get_by_text("An invitation has been sent to 'Bella Person'.")).to_be_visible()
    expect(dialog).to_have_count(0)
    expect(page.locator(ROW, has_text='C1001').locator('.badge')).to_have_text('Pending')
    assert contact(bella).portal_status == PortalStatus.PENDING
    assert [mail.to_email for mail in mails()] == ['bella@example.com']


def test_every_reason_against_an_invitation_stands_in_the_dialog(site: Site) -> None:
    """ACC-03: not only the first; it stays open, and works once they are mended."""
    nordics = site.world.customers['nordics']
    bella = add_contact(
        site.world, 'nordics', 'bella', is_billing=True, email='a@acme.example, b@acme.example'
    )
    change(Customer, nordics, email_delivery=False, bill_to_parent=True)
    page = olivia_at(site)
    dialog = ask(page, 'Acme Nordics', 'Send Portal Invite', 'Invite Customer to Customer Portal')
    dialog.get_by_role('button', name='SEND', exact=True).click()
    reasons = dialog.get_by_role('alert')
    expect(reasons).to_contain_text('Please enable the Email Delivery Preference for this customer.')
    expect(reasons).to_contain_text('exactly one address; it holds 2')
    expect(reasons).to_contain_text('Invite Acme (C1001) instead')
    assert mails() == []
    change(Customer, nordics, email_delivery=True, bill_to_parent=False)
    change(Contact, bella, email='bella@example.com')
    dialog.get_by_role('button', name='SEND', exact=True).click()
    expect(dialog).to_have_count(0)
    assert [mail.to_email for mail in mails()] == ['bella@example.com']


def test_olivia_grants_a_customer_access(site: Site) -> None:
    """ACC-07: Grant Portal Access, 'Grant Portal Access for Customer', SEND, confirmation, mail."""
    add_contact(site.world, 'acme', 'bella', is_billing=True)
    page = olivia_at(site)
    dialog = ask(page, 'Acme', 'Grant Portal Access', 'Grant Portal Access for Customer')
    dialog.get_by_role('button', name='SEND', exact=True).click()
    expect(page.get_by_text("Portal access has been granted to 'Bella Person' of Acme.")).to_be_visible()
    expect(page.locator(ROW, has_text='C1001').locator('.badge')).to_have_text('Enabled')
    assert [mail.template for mail in mails()] == ['access-granted']


def test_olivia_disables_one_customer_by_the_selection(site: Site) -> None:
    """ACC-08: the help page's words; Ben's open page of Globex leaves within a second."""
    ben = site.customer('ben', '/portal/C1004/usage-events')
    expect(ben.locator(ROW).first).to_be_visible()
    page = olivia_at(site)
    tick(page, 'Globex')
    dialog = act(page, 'Disable Portal Access', 'Disable Portal For Customers')
    dialog.get_by_role('button', name='DISABLE PORTAL FOR 1 RECORD', exact=True).dblclick()
    expect(page.get_by_text('Portal access for the selected customer(s) has been disabled.')).to_be_visible()
    ben.wait_for_url('**/portal/C1005', timeout=2_000)
    expect(page.locator('.selection-bar')).to_be_hidden()
    pick(page, 'Portal Access', 'Off')
    expect_rows(page, 2)
    assert column(page, 'Name') == ['Acme Iberia', 'Globex']


def test_olivia_disables_several_and_enables_them_again(site: Site) -> None:
    """ACC-08, ACC-10: N RECORDS; Iberia is off already and says so."""
    page = olivia_at(site)
    for name in ('Globex', 'Initech', 'Acme Iberia'):
        tick(page, name)
    dialog = act(page, 'Disable Portal Access', 'Disable Portal For Customers')
    expect(dialog).to_contain_text('2will lose access')
    expect(dialog).to_contain_text('1are disabled already')
    dialog.get_by_role('button', name='DISABLE PORTAL FOR 2 RECORDS', exact=True).click()
    expect(page.get_by_text('Portal access for the selected customer(s) has been disabled.')).to_be_visible()
    dialog = ask(page, 'Globex', 'Re-enable Portal Access', 'Re-enable Portal Access for Customer')
    dialog.get_by_role('button', name='RE-ENABLE', exact=True).click()
    expect(page.get_by_text("Portal access has been re-enabled for 'Globex'.")).to_be_visible()
    page.get_by_role('checkbox', name='Select all on this page').click()
    dialog = act(page, 'Re-enable Portal Access', 'Re-enable Portal Access for Customers')
    dialog.get_by_role('button', name='RE-ENABLE', exact=True).click()
    expect(
        page.get_by_text('Portal access has been re-enabled for the selected customer(s).')
    ).to_be_visible()
    pick(page, 'Portal Access', 'On')
    expect_rows(page, 5)


def test_in_bulk_each_record_that_is_not_possible_is_named_with_its_reasons(site: Site) -> None:
    """ACC-11: seen before anything is sent, mended in place, counted after; the failures as a file."""
    for company in ('acme', 'globex'):
        add_contact(site.world, company, f'{company}1', is_billing=True)
    change(Customer, site.world.customers['globex'], email_delivery=False, name='=Globex')
    page = olivia_at(site)
    for name in ('Acme', 'Acme Nordics', '=Globex'):
        tick(page, name)
    dialog = act(page, 'Send Portal Invite', 'Invite Customers to Customer Portal')
    expect(dialog.locator('.bulk-counts')).to_have_text('1will be invited2not possible')
    expect(dialog.locator('.bulk-failures')).to_contain_text('Acme Nordics has no billing contact.')
    expect(dialog.get_by_role('link', name='=Globex (C1004)')).to_have_attribute(
        'href', '/admin/customers/C1004'
    )
    add_contact(site.world, 'nordics', 'nordics1', is_billing=True)
    dialog.get_by_role('button', name='Check again').click()
    expect(dialog.locator('.bulk-counts')).to_have_text('2will be invited1not possible')
    assert mails() == []
    dialog.get_by_role('button', name='SEND', exact=True).dblclick()
    expect(dialog.locator('.bulk-counts')).to_have_text('2invited1not possible')
    with page.expect_download() as caught:
        dialog.get_by_role('button', name='Download failures (CSV)').click()
    assert re.fullmatch(r'send-portal-invite_failures_\d{4}-\d\d-\d\d\.csv', caught.value.suggested_filename)
    assert list(csv.reader(io.StringIO(Path(caught.value.path()).read_text(), newline=''))) == [
        ['Number', 'Customer', 'Contact', 'Email', 'Reasons'],
        [
            'C1004',
            "'=Globex",
            'Globex1 Person',
            'globex1@example.com',
            'Please enable the Email Delivery Preference for this customer.',
        ],
    ]
    dialog.get_by_role('button', name='Close').click()
    expect(dialog).to_have_count(0)
    assert sorted(mail.to_email for mail in mails()) == ['acme1@example.com', 'nordics1@example.com']


def test_a_long_run_shows_how_far_it_is_and_can_be_stopped(site: Site) -> None:
    """ACC-11: what is done stays done, what is left stays as it was, and both are said."""
    add_many(3_000)
    page = olivia_at(site, rows=50)
    tick(page, 'Acme')
    page.get_by_role('button', name=re.compile('Select all .* that match')).click()
    expect_bar(page, '3,005 selected')
    dialog = act(page, 'Disable Portal Access', 'Disable Portal For Customers')
    dialog.get_by_role('button', name='DISABLE PORTAL FOR 3,004 RECORDS').click()
    expect(dialog.get_by_role('status')).to_contain_text('of 3,004 records')
    dialog.get_by_role('button', name='Stop').click()
    expect(dialog).to_contain_text('records left as they were: it was stopped.')
    done = int(re.sub(r'\D', '', dialog.locator('.bulk-ok').inner_text()))
    assert 0 < done < 3_004
    dialog.get_by_role('button', name='Close').click()
    pick(page, 'Portal Access', 'Off')
    expect(page.locator('.count')).to_have_text(f'{done + 1:,} records')


def test_what_was_confirmed_is_done_also_when_the_page_is_closed(site: Site) -> None:
    """ACC-11: nobody has to wait in front of it."""
    add_many(1_500)
    page = olivia_at(site, rows=50)
    tick(page, 'Acme')
    page.get_by_role('button', name=re.compile('Select all .* that match')).click()
    dialog = act(page, 'Disable Portal Access', 'Disable Portal For Customers')
    dialog.get_by_role('button', name='DISABLE PORTAL FOR 1,504 RECORDS').click()
    expect(dialog.get_by_role('status')).to_contain_text('of 1,504 records')
    page.close()
    again = site.staff('rita', f'{OPEN}?portal_access=Off')
    expect(again.locator('.count')).to_have_text('1,505 records')


def test_olivia_adds_a_customer(site: Site) -> None:
    """ACC-01: a refusal stands in the dialog, and what was typed stays."""
    page = olivia_at(site)
    page.get_by_role('button', name='Add customer').click()
    dialog = page.get_by_role('dialog')
    add = dialog.get_by_role('button', name='Add customer')
    dialog.get_by_label('Number', exact=True).fill('C1001')
    dialog.get_by_label('Name', exact=True).fill('Umbra')
    dialog.get_by_label('Name of the contact').fill('Uma Berg')
    dialog.get_by_label('Email of the contact').fill('Uma@Umbra')
    add.click()
    expect(dialog.get_by_role('alert')).to_contain_text('Number must be new: C1001 is Acme.')
    dialog.get_by_label('Number', exact=True).fill('C2001')
    add.click()
    expect(dialog.get_by_role('alert')).to_contain_text('Email must be a valid address')
    dialog.get_by_label('Email of the contact').fill('Uma@Umbra.example')
    dialog.get_by_label('Email of the contact').press('Enter')
    page.wait_for_url('**/admin/customers/C2001')
    page.goto(f'{OPEN}?q=umbra')
    expect_rows(page, 1)
    assert column(page, 'Email') == ['uma@umbra.example']
