"""Billing records in the hands of staff, as they handle them in a browser (POR-05, SET-10)."""

import re
from datetime import timedelta

from playwright.sync_api import Locator, Page, expect

from portal_app.auth.viewer import Operator
from portal_app.business_day import business_day
from portal_app.services import staff_payments
from portal_app.work import acting_as
from tests.billing import credit_memo, posted_invoice, unapplied_payment
from tests.browser.site import Site
from tests.browser.table import ROW, column, expect_rows, opened

PHONE = {'viewport': {'width': 390, 'height': 844}, 'has_touch': True, 'is_mobile': True}
TOO_WIDE = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
BALANCE = '.part-sums li:has-text("Balance due")'


def field(page: Page, name: str, line: int) -> Locator:
    """A field of a line."""
    return page.get_by_label(f'{name} of line {line}', exact=True)


def choose(page: Page, entry: str) -> Locator:
    """An entry of the record's menu. Gives the dialog."""
    page.get_by_role('button', name=re.compile('^Actions for')).click()
    opened(page).get_by_text(entry, exact=True).click()
    return page.get_by_role('dialog')


def press(dialog: Locator, button: str) -> None:
    """Press the dialog's button, and wait until it is gone."""
    dialog.get_by_role('button', name=button, exact=True).click()
    expect(dialog).to_have_count(0)


def pick_customer(page: Page, search: str, name: str) -> None:
    """Choose a customer by searching for it."""
    page.get_by_role('button', name='Customer: choose one').click()
    opened(page).get_by_label('Search').fill(search)
    opened(page).get_by_role('option', name=name).click()


def test_an_invoice_from_its_first_line_to_its_end(site: Site) -> None:
    """Create, post, pay in part, apply a credit memo, refund, void: what each does is read on the page."""
    page = site.staff('stan', '/admin/invoices')
    page.get_by_role('link', name='New invoice').click()
    pick_customer(page, 'glob', 'Globex (C1004)')
    field(page, 'Description', 1).fill('Seats')
    field(page, 'Quantity', 1).fill('3')
    field(page, 'Unit price', 1).fill('many')
    field(page, 'Tax %', 1).fill('19')
    field(page, 'Unit price', 1).press('Enter')  # a line more, with the same tax rate
    expect(field(page, 'Description', 2)).to_be_focused()
    page.keyboard.type('Discount')
    field(page, 'Unit price', 2).fill('-1,000.005')
    page.get_by_role('button', name='Save draft').click()
    expect(page.get_by_text('Must be a number: a number looks like 1,234.5.')).to_be_visible()
    expect(field(page, 'Unit price', 1)).to_be_focused()
    page.keyboard.press('Control+A')
    page.keyboard.type('1,234.995')
    expect(page.locator('.invoice-sums')).to_contain_text('$3,218.93')  # 3,704.99 − 1,000.01 and its tax
    page.get_by_role('button', name='Save draft').click()
    page.wait_for_url('**/admin/invoices/DRAFT-*')
    expect(page.get_by_role('heading', level=1)).to_have_text(re.compile(r'DRAFT-\d+'))

    page.get_by_role('button', name='Post', exact=True).click()
    expect(page.get_by_role('dialog')).to_contain_text('Globex owes $3,218.93')
    press(page.get_by_role('dialog'), 'Post')
    page.wait_for_url('**/admin/invoices/INV-000001')
    expect(page.get_by_text('Open', exact=True)).to_be_visible()

    page.get_by_role('button', name='Record payment').click()
    dialog = page.get_by_role('dialog')
    dialog.get_by_label('Amount').fill('1,000.001')
    dialog.get_by_role('button', name='Record payment').click()
    expect(dialog.get_by_role('alert')).to_contain_text(
        'Amount cannot be read: an amount in USD has at most 2'
    )
    dialog.get_by_label('Amount').fill('1,000')
    press(dialog, 'Record payment')
    expect(page.get_by_text('Partially Paid')).to_be_visible()
    expect(page.locator(BALANCE)).to_contain_text('$2,218.93')

    with acting_as(Operator('test')) as work:  # somebody else, meanwhile
        credit_memo(work, site.world.customers['globex'], 20_000)
    expect(page.get_by_text('$200.00 in credit could be applied.')).to_be_visible()
    dialog = choose(page, 'Apply credit')
    expect(dialog.get_by_label('Amount')).to_have_value('200')
    press(dialog, 'Apply')
    expect(page.locator(BALANCE)).to_contain_text('$2,018.93')

    page.get_by_role('link', name='PAY-000001').click()
    dialog = choose(page, 'Refund')
    expect(dialog).to_contain_text('then INV-000001 is open again by as much')
    dialog.get_by_label('Amount').fill('400')
    dialog.get_by_label('Reason').fill('Agreed by telephone')
    press(dialog, 'Refund')
    expect(page.get_by_text('Partially Refunded')).to_be_visible()
    page.get_by_role('link', name='INV-000001').click()
    expect(page.locator(BALANCE)).to_contain_text('$2,418.93')

    dialog = choose(page, 'Void')
    expect(dialog).to_contain_text('comes free: $600.00 of PAY-000001, $200.00 of CM-000001')
    dialog.get_by_role('button', name='Void', exact=True).click()
    expect(dialog.get_by_role('alert')).to_contain_text('Reason must not be empty.')
    dialog.get_by_label('Reason').fill('Ordered by mistake')
    press(dialog, 'Void')
    expect(page.get_by_text('Void', exact=True)).to_be_visible()
    expect(page.locator(BALANCE)).to_contain_text('$0.00')
    page.goto('/admin/customers/C1004')
    expect(page.locator('.staff-figure', has_text='Available credit')).to_contain_text('$800.00')


def test_money_is_used_for_chosen_invoices_and_the_page_follows_others(site: Site) -> None:
    """POR-05: amounts in the viewer's locale; what Olivia does is seen by Stan within a second."""
    acme = site.world.customers['acme']
    with acting_as(Operator('test')) as work:
        day = business_day() - timedelta(days=70)
        for total in (100_000, 50_000):
            posted_invoice(work, acme, total, day=day, due=day + timedelta(days=30))
        payment = unapplied_payment(work, acme, 80_000)
    stan = site.staff('stan', f'/admin/payments/{payment.number}')
    stan.get_by_role('button', name='Apply', exact=True).click()
    dialog = stan.get_by_role('dialog')
    dialog.get_by_label('Use it for').click()
    stan.get_by_role('option', name='Invoices that I choose').click()
    dialog.get_by_label('Amount for INV-000001').fill('300')
    dialog.get_by_label('Amount for INV-000002').fill('500.01')
    dialog.get_by_role('button', name='Apply', exact=True).click()
    refused = dialog.get_by_role('alert')
    expect(refused).to_contain_text('Invoice INV-000002 can take at most 500.00 USD')
    expect(refused).to_contain_text('Invoices must take at most the 800.00 USD')
    dialog.get_by_label('Amount for INV-000002').fill('500')
    press(dialog, 'Apply')
    expect(stan.locator('.part-sums li', has_text='Left')).to_contain_text('$0.00')
    with acting_as(site.as_staff('olivia')) as work:
        staff_payments.unapply_payment(work, payment.id or 0, 2, 10_000)
    expect(stan.locator('.part-sums li', has_text='Left')).to_contain_text('$100.00', timeout=2_000)
    stan.goto('/admin/customers/C1001')
    stan.locator('.staff-figure', has_text='Overdue').get_by_role('link').click()
    expect_rows(stan, 2)
    assert column(stan, 'Overdue by') == ['31-60 days', '31-60 days']
    expect(stan.locator('tr.totals')).to_contain_text('$800.00')


def test_rita_sees_all_of_it_and_has_no_button(site: Site) -> None:
    """SET-10: reading only; what she opens by its address is refused."""
    with acting_as(Operator('test')) as work:
        invoice = posted_invoice(work, site.world.customers['acme'], 1_000)
        payment = unapplied_payment(work, site.world.customers['acme'], 500)
    rita = site.staff('rita', '/admin/invoices')
    expect_rows(rita, 1)
    for name in ('Export', 'New invoice'):
        expect(rita.get_by_role('button', name=name)).to_have_count(0)
        expect(rita.get_by_role('link', name=name)).to_have_count(0)
    for path, title in (
        (f'invoices/{invoice.number}', invoice.number),
        (f'payments/{payment.number}', payment.number),
    ):
        rita.goto(f'/admin/{path}')
        expect(rita.get_by_role('heading', level=1)).to_have_text(title)
        expect(rita.locator('.title-row').get_by_role('button')).to_have_count(0)
    rita.goto('/admin/customers/C1001')
    expect(rita.get_by_role('heading', name='Account')).to_be_visible()
    for name in ('Record payment', 'Issue credit memo', 'Edit terms and address'):
        expect(rita.get_by_role('button', name=name)).to_have_count(0)
    site.expect_refusal(403)
    rita.goto('/admin/invoices/new')
    expect(rita.get_by_text('Your role does not permit this.')).to_be_visible()


def test_the_line_editor_on_a_phone(site: Site) -> None:
    """POR-03: nothing scrolls sideways, and a line can go again."""
    page = site.staff('stan', '/admin/invoices/new?customer=C1001', **PHONE)
    field(page, 'Description', 1).fill('Seats')
    page.get_by_role('button', name='Add line').tap()
    field(page, 'Description', 2).fill('Support')
    assert page.evaluate(TOO_WIDE) == 0
    page.get_by_role('button', name='Remove line 1').tap()
    expect(field(page, 'Description', 1)).to_have_value('Support')
    page.goto('/admin/invoices')
    expect(page.locator(ROW)).to_have_count(0)
    assert page.evaluate(TOO_WIDE) == 0
