"""What customers see of their account, live: home, lists, drawers, documents (POR-02, POR-05)."""

import io
from datetime import UTC, datetime, time, timedelta

import pypdf
from playwright.sync_api import Page, expect
from sqlmodel import select

from portal_app.auth.viewer import Operator
from portal_app.business_day import business_day
from portal_app.models import Invoice, InvoiceStatus
from portal_app.services import access
from portal_app.services.accounts import hold_account, tell
from portal_app.work import Work, acting_as
from tests.billing import (
    credit_memo,
    furnish_accounts,
    last_month_end,
    metered_invoice,
    paid,
    posted_invoice,
    unapplied_payment,
    under_way,
)
from tests.browser.site import Site
from tests.browser.table import ROW, column, expect_rows
from tests.test_account_details import LINES, TOTAL
from tests.test_line_events import metered
from tests.world import tab

AT_ONCE = 1_500  # milliseconds: a second, and a redraw on a busy machine
TEST = Operator('test')
LATE = datetime.combine(last_month_end() + timedelta(days=3), time(), UTC)  # for an event of last month


def figure(page: Page, name: str) -> str:
    """The value of a figure on the home page."""
    return page.locator('.account-figure', has_text=name).locator('.figure-value').inner_text()


def invoice_named(work: Work, number: str) -> Invoice:
    found = work.session.exec(select(Invoice).where(Invoice.number == number)).one()
    hold_account(work, found.customer_id)
    return found


def test_anna_loses_a_child_s_invoices_at_once_when_it_is_disabled(site: Site) -> None:
    """ACC-13: from the list, from home's figures, and the drawer that is open closes."""
    with acting_as(TEST) as work:
        posted_invoice(work, site.world.customers['acme'], 10_000, number='OWN')
        theirs = posted_invoice(work, site.world.customers['nordics'], 2_500, number='THEIRS')
    home = site.customer('anna', '/portal/C1001')
    rows = site.customer('anna', '/portal/C1001/invoices')
    drawer = site.customer('anna', f'/portal/C1001/invoices?record={theirs.id}')
    expect_rows(rows, 2)
    expect(drawer.locator('.detail')).to_contain_text('Acme Nordics')
    assert figure(home, 'Amount due') == '$125.00'
    expect(home.locator('.account')).to_contain_text('Includes Acme Nordics.')
    with acting_as(site.as_staff('olivia')) as work:
        access.disable_customers(work, [site.world.customers['nordics']])
    expect(rows.locator(ROW)).to_have_count(1, timeout=AT_ONCE)
    expect(drawer.locator('.detail')).to_have_count(0, timeout=AT_ONCE)
    expect(drawer.get_by_text('This invoice is not available any more.')).to_be_visible()
    expect(home.locator('.account-figure', has_text='Amount due')).to_contain_text('$100.00', timeout=AT_ONCE)
    expect(home.locator('.account')).not_to_contain_text('Nordics')
    for page in (home, rows, drawer):
        assert 'THEIRS' not in page.inner_text('body')
    with acting_as(site.as_staff('olivia')) as work:
        access.enable_customers(work, [site.world.customers['nordics']])
    expect(rows.locator(ROW)).to_have_count(2, timeout=AT_ONCE)


def test_open_pages_follow_what_happens_to_the_account(site: Site) -> None:
    """POR-02: home, lists and drawers; what goes away closes its drawer; Ben's page stays as it is."""
    with acting_as(TEST) as work:
        invoice = posted_invoice(work, site.world.customers['acme'], 10_000, number='FIRST')
    home = site.customer('anna', '/portal/C1001')
    drawer = site.customer('anna', f'/portal/C1001/invoices?record={invoice.id}')
    ben = site.customer('ben', '/portal/C1004/invoices')
    expect(drawer.locator('.detail')).to_contain_text('Open')
    drawer.evaluate('window.notReloaded = true')
    with acting_as(TEST) as work:
        paid(work, invoice_named(work, 'FIRST'), 4_000)
        posted_invoice(work, site.world.customers['acme'], 2_000, number='SECOND')
    expect(drawer.locator('.detail')).to_contain_text('Partially Paid')
    expect(drawer.locator('.detail')).to_contain_text('$60.00')
    expect(drawer.locator(ROW)).to_have_count(2)
    expect(home.locator('.account-figure', has_text='Amount due')).to_contain_text('$80.00')
    expect(home.locator('.latest').first).to_contain_text('SECOND')
    with acting_as(TEST) as work:
        gone = invoice_named(work, 'FIRST')
        gone.status = InvoiceStatus.DRAFT
        work.session.add(gone)
        tell(work, gone.customer_id)
    expect(drawer.locator('.detail')).to_have_count(0)
    expect(drawer.locator(ROW)).to_have_count(1)
    assert drawer.evaluate('window.notReloaded === true')
    expect(ben.get_by_text('As soon as you are billed')).to_be_visible()


def test_anna_asks_how_her_balance_comes_about(site: Site) -> None:
    """POR-02, field notes: a click on a figure shows the arithmetic, whose lines lead to the invoices."""
    acme, late = site.world.customers['acme'], business_day() - timedelta(days=10)
    with acting_as(TEST) as work:
        posted_invoice(work, acme, 10_000)
        posted_invoice(work, acme, 3_000, number='LATE', day=late, due=late)
        posted_invoice(work, acme, 5_000, currency='JPY')
        under_way(work, posted_invoice(work, acme, 700))
        unapplied_payment(work, acme, 1_000)
        credit_memo(work, acme, 250)
    anna = site.customer('anna', '/portal/C1001')
    dollars = anna.locator('.account-figures').first
    for name, value in (
        ('Amount due', '$137.00'),
        ('Overdue', '$30.00'),
        ('Available credit', '$12.50'),
        ('Net', '$124.50'),
    ):
        expect(dollars.locator('.account-figure', has_text=name)).to_contain_text(value)
    expect(anna.locator('.account-figures').nth(1)).to_contain_text('¥5,000')
    dollars.get_by_role('button', name='Net').click()
    dialog = anna.get_by_role('dialog', name='Your balance in USD')
    for part in (
        'Invoices not due yet (2)$107.00',
        'Invoices overdue for 1-30 days (1)$30.00',
        'Amount due$137.00',
        'Unapplied payments (1)-$10.00',
        'Open credits (1)-$2.50',
        'Net$124.50',
        'Pending payments (1)$7.00',
    ):
        expect(dialog).to_contain_text(part)
    dialog.get_by_role('link', name='Invoices overdue').click()
    expect_rows(anna, 1)
    assert column(anna, 'Invoice') == ['LATE']
    expect(anna.locator('.quick-filter').get_by_role('button', name='Unpaid')).to_have_attribute(
        'aria-pressed', 'true'
    )


def test_an_invoice_leads_to_its_payment_its_document_and_the_usage_behind_it(site: Site) -> None:
    """POR-05, field notes: lines, sums, Pay now, PDF, the events of a line and what they come to."""
    globex = site.world.customers['globex']
    with acting_as(TEST) as work:
        invoice = posted_invoice(work, globex, TOTAL, number='INV-7', lines=LINES)
        payment = paid(work, invoice, 50)
        usage = metered_invoice(work, globex, [metered(globex, 1), metered(globex, 2, ingested_at=LATE)])
    ben = site.customer('ben', '/portal/C1004/invoices')
    ben.get_by_role('button', name='INV-7').click()
    drawer = ben.locator('.detail')
    for part in ('2.5 seats × $0.40 · 19% tax', 'Tax 19% of $0.50$0.09', 'Total$2.73', 'Balance due$2.23'):
        expect(drawer).to_contain_text(part)
    expect(drawer.get_by_role('link', name='Pay now')).to_have_attribute(
        'href', f'/portal/C1004/pay?invoice={invoice.id}'
    )
    with ben.expect_download() as caught:
        drawer.get_by_role('link', name='Download PDF').click()
    assert caught.value.suggested_filename == 'Invoice INV-7.pdf'
    content = caught.value.path().read_bytes()
    said = ' '.join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    assert '2.73' in said
    assert '2.23' in said
    drawer.get_by_role('link', name=payment.number).click()
    expect(ben.locator('.detail')).to_contain_text('Applied to')
    ben.locator('.detail').get_by_role('link', name='INV-7').click()
    expect(ben.locator('.detail')).to_contain_text('Balance due')
    ben.goto(f'/portal/C1004/invoices?record={usage.id}')
    ben.get_by_role('link', name='Usage behind it').click()
    expect(ben.get_by_role('heading', name='API requests')).to_be_visible()
    expect(ben.locator('.proof')).to_contain_text('The events come to exactly what was billed.')
    expect_rows(ben, 2)
    assert column(ben, 'Remarks') == ['', 'Late']


def test_who_looks_on_pays_nothing_and_sub_tabs_are_one_click(site: Site) -> None:
    """Field notes: view portal as this contact has no Pay buttons; Active, Cancelled, Draft."""
    furnish_accounts(site.world)
    tab('subscriptions', enabled=True)
    ben = site.customer('ben', '/portal/C1004')
    expect(ben.get_by_role('link', name='Make payment')).to_be_visible()
    ben.goto('/portal/C1004/subscriptions')
    expect_rows(ben, 3)
    chips = ben.locator('.quick-filter')
    for name in ('Active', 'Cancelled', 'Draft'):
        chips.get_by_role('button', name=name).click()
        expect(ben.locator(f'{ROW} td[data-label="Status"]')).to_have_text([name])
    chips.get_by_role('button', name='All').click()
    expect_rows(ben, 3)
    manu = site.staff('manu', '/admin/customers/C1004')
    manu.get_by_role('button', name='Actions for Ben').click()
    manu.get_by_role('menuitem', name='View portal as this contact').click()
    expect(manu.get_by_role('heading', name='Welcome, Ben')).to_be_visible()
    expect(manu.locator('.account-figure').first).to_be_visible()
    expect(manu.get_by_role('link', name='Make payment')).to_have_count(0)
    with acting_as(TEST) as work:
        open_one = work.session.exec(
            select(Invoice.id).where(Invoice.reference == 'only.globex', Invoice.balance > 0)
        ).one()
    manu.goto(f'/portal/C1004/invoices?record={open_one}')
    expect(manu.locator('.detail').get_by_role('link', name='Download PDF')).to_be_visible()
    expect(manu.locator('.detail').get_by_role('link', name='Pay now')).to_have_count(0)
