"""The Audit Log in a browser (OPS-03)."""

from dataclasses import replace

from playwright.sync_api import expect

from portal_app.mail.templates import Draft
from portal_app.services import email_templates, setup
from portal_app.services.contacts import set_email_delivery
from portal_app.work import acting_as, reading_as
from tests.browser.site import Site
from tests.browser.table import ROW, column, expect_rows, export, pick

PATH = '/admin/audit-log'
TEMPLATE = 'portal-invitation'


def test_what_others_do_appears_by_itself_on_ritas_page(site: Site) -> None:
    """OPS-03: the newest first, and only what her filter leaves; her role takes nothing out."""
    rita, filtered = site.staff('rita', PATH), site.staff('rita', f'{PATH}?action=portal_setup.field')
    expect(rita.get_by_text('Nothing here yet')).to_be_visible()
    with acting_as(site.as_staff('olivia')) as work:
        setup.set_tab(work, 'usage', False)
    expect_rows(rita, 1)
    assert column(rita, 'What') == ['Tab switched on or off']
    assert column(rita, 'Who') == ['Olivia <olivia@staff.example>']
    assert (column(rita, 'Before'), column(rita, 'After')) == (['enabled: true'], ['enabled: false'])
    with acting_as(site.as_staff('olivia')) as work:
        setup.set_field(work, 'usage-events', 'unit', False)
    expect_rows(filtered, 1)
    expect(rita.locator(ROW).first).to_contain_text('Usage Events: Unit')
    expect(rita.get_by_role('button', name='Export')).to_have_count(0)


def test_an_entry_compares_before_and_after_and_leads_to_the_customer(site: Site) -> None:
    """OPS-03: fields beside each other, a long text line by line, the customer as a link."""
    with acting_as(site.as_staff('olivia')) as work:
        set_email_delivery(work, site.world.customers['acme'], False)
    with reading_as(site.as_staff('olivia')) as work:
        was = email_templates.current(work, TEMPLATE)
    with acting_as(site.as_staff('olivia')) as work:
        body = was.body.replace('Hello', 'Good day', 1)
        email_templates.save(work, TEMPLATE, replace(Draft.of(was), body=body), was.number)
    olivia = site.staff('olivia', PATH)
    expect_rows(olivia, 2)
    olivia.locator(ROW).first.click()
    changed = olivia.locator('.detail .comparison')
    expect(changed.locator('del')).to_have_text('−Hello {{ contact_name }},')
    expect(changed.locator('ins')).to_have_text('+Good day {{ contact_name }},')
    expect(changed.get_by_text('lines that stayed as they were')).to_be_visible()
    olivia.keyboard.press('Escape')
    expect(olivia.locator('.q-dialog')).to_have_count(0)
    olivia.locator(ROW).last.click()
    expect(changed.get_by_role('row').last).to_have_text('Email deliveryYesNo')
    olivia.locator('.detail').get_by_role('link', name='Acme').click()
    expect(olivia.get_by_role('heading', name='Acme', level=1)).to_be_visible()


def test_olivia_filters_by_action_and_exports_what_she_sees(site: Site) -> None:
    """OPS-03, POR-04: with before and after."""
    for on in (False, True):
        with acting_as(site.as_staff('olivia')) as work:
            setup.set_tab(work, 'usage', on)
            setup.set_field(work, 'usage-events', 'unit', on)
    olivia = site.staff('olivia', PATH)
    expect_rows(olivia, 4)
    pick(olivia, 'Action', 'portal_setup.tab')
    expect_rows(olivia, 2)
    lines = export(olivia, 'CSV').path().read_text().splitlines()
    assert len(lines) == 3
    assert lines[0] == 'When,Who,What,Subject,Customer,Before,After,From'
    assert '"{""enabled"":false}","{""enabled"":true}"' in lines[1]


def test_who_is_not_granted_it_is_refused(site: Site) -> None:
    """SET-10: no entry in the menu, 403 at its address."""
    site.expect_refusal(403)
    for who in ('stan', 'manu'):
        page = site.staff(who, '/admin/customers')
        expect(page.get_by_role('navigation', name='Admin').get_by_text('Customer Accounts')).to_be_visible()
        expect(page.get_by_role('link', name='Audit Log')).to_have_count(0)
        answer = page.goto(PATH)
        assert answer is not None
        assert answer.status == 403
