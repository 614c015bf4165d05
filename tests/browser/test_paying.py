"""Paying in a browser: with the test gateway, by the link of a mail, and with Stripe (localstripe)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from portal_app import db
from portal_app.models import Invoice, PaymentStatus
from tests.browser.server import serving
from tests.browser.site import Site
from tests.localstripe import AUTHENTICATES, KEY, WEBHOOK_SECRET, LocalStripe, localstripe
from tests.paying import charged, in_ledger, invoice, overdue, payments, row
from tests.test_pay_now import send, token_of
from tests.world import World, add_contact

HEARS = 'window.did_handshake'  # what is typed earlier, the server does not hear of
PHONE = {'viewport': {'width': 390, 'height': 844}}


def add_method(page: Page, last4: str) -> None:
    """Save a method on the test gateway's page."""
    page.wait_for_function(HEARS)
    page.get_by_role('button', name='Add payment method').click()
    page.locator(f'input[value="{last4}"]').check()
    page.get_by_role('button', name='Save').click()
    expect(page.get_by_text(f'Visa •••• {last4} is saved.')).to_be_visible()


def pay(page: Page, words: str) -> None:
    """Press the button, once it says so."""
    page.wait_for_function(HEARS)
    page.get_by_role('button', name=words, exact=True).click()


def test_invoices_are_paid_with_saved_methods(site: Site) -> None:
    """POR-05, POR-08: what is declined keeps what was chosen; the bank may ask; a part is paid at once."""
    old, young = overdue(site.world, 6_000), invoice(site.world, 10_000)
    ben = site.customer('ben', '/portal/C1004/payment-methods', **PHONE)
    for last4 in ('0002', '3184', '4242'):
        add_method(ben, last4)
    ben.goto('/portal/C1004')
    ben.get_by_role('link', name='Make payment').click()
    expect(ben.get_by_role('button', name='Pay $160.00')).to_be_enabled()
    ben.wait_for_function(HEARS)
    ben.get_by_role('checkbox', name=row(Invoice, young).number).click()
    ben.get_by_role('radio', name='Visa •••• 0002').click()
    pay(ben, 'Pay $60.00')
    expect(ben.get_by_role('alert')).to_have_text('Your card was declined.')
    expect(ben.get_by_role('checkbox', name=row(Invoice, young).number)).not_to_be_checked()
    expect(ben.get_by_role('radio', name='Visa •••• 0002')).to_be_checked()
    ben.get_by_role('radio', name='Visa •••• 3184').click()
    pay(ben, 'Pay $60.00')
    ben.get_by_role('button', name='Yes, confirm').click()
    expect(ben.get_by_role('heading', name='Thank you')).to_be_visible()
    with ben.expect_download() as receipt:
        ben.get_by_role('link', name='Download receipt').click()
    assert receipt.value.suggested_filename.startswith('Receipt')
    ben.get_by_role('navigation', name='Where').get_by_role('link', name='Pay').click()
    expect(ben.get_by_role('button', name='Pay $100.00')).to_be_enabled()
    ben.wait_for_function(HEARS)
    ben.get_by_label('Amount in USD').fill('25')
    ben.get_by_role('radio', name='Visa •••• 4242').click()
    ben.get_by_role('button', name='Pay $25.00').dblclick()
    expect(ben.get_by_text('Your payment has arrived.')).to_be_visible()
    assert [row(Invoice, id).balance for id in (old, young)] == [0, 7_500]
    assert (charged(), in_ledger(site.world)) == (8_500, (7_500, 7_500))


def test_the_gateways_page_can_be_left_and_come_back_to(site: Site) -> None:
    """POR-09: an open pay page elsewhere follows: what is under way cannot be paid again."""
    bill = invoice(site.world)
    ben, other = site.customer('ben', '/portal/C1004/pay'), site.customer('ben', '/portal/C1004/pay')
    expect(other.get_by_role('button', name='Pay $100.00')).to_be_enabled()
    pay(ben, 'Pay $100.00')
    ben.get_by_role('button', name='Cancel and go back').click()
    expect(ben.get_by_role('heading', name='This payment is not finished')).to_be_visible()
    expect(other.get_by_text('$100.00 under way')).to_be_visible()
    expect(other.get_by_role('button', name='Pay $0.00')).to_be_disabled()
    ben.wait_for_function(HEARS)
    ben.get_by_role('button', name='Give it up').click()
    expect(ben.get_by_text('Nothing was charged.')).to_be_visible()
    expect(other.get_by_role('button', name='Pay $100.00')).to_be_enabled()
    ben.get_by_role('link', name='Pay again').click()
    expect(ben.get_by_role('checkbox', name=row(Invoice, bill).number)).to_be_checked()


def test_with_auto_pay_on_the_default_method_is_kept_and_the_page_says_why(site: Site) -> None:
    """POR-08, field notes: switching it on says what it charges; removing is refused with the reason."""
    overdue(site.world, 5_000)
    ben = site.customer('ben', '/portal/C1004')
    ben.get_by_role('button', name='account of Ben').click()
    ben.get_by_role('link', name='Payment Methods').click()
    add_method(ben, '4242')
    ben.wait_for_function(HEARS)
    ben.get_by_role('button', name='Switch auto pay on').click()
    expect(ben.get_by_role('dialog')).to_contain_text('1 invoice is due already: $50.00 will be charged')
    ben.get_by_role('button', name='SWITCH ON').click()
    why = 'Visa •••• 4242 is what auto pay charges, so it cannot be removed.'
    expect(ben.get_by_text(why)).to_be_visible()
    ben.get_by_role('button', name='Actions for Visa •••• 4242').click()
    ben.get_by_role('menuitem', name='Remove').click()
    ben.get_by_role('button', name='REMOVE').click()
    expect(ben.get_by_role('dialog').get_by_role('alert')).to_contain_text(why)
    ben.get_by_role('button', name='Cancel').click()
    add_method(ben, '3184')
    ben.wait_for_function(HEARS)
    ben.get_by_role('button', name='Actions for Visa •••• 3184').click()
    ben.get_by_role('menuitem', name='Make default').click()
    expect(ben.get_by_text('Visa •••• 3184 is what auto pay charges')).to_be_visible()


def test_the_link_of_a_mail_pays_its_invoice(site: Site) -> None:
    """POR-09: without a login; declined, then paid; another site's form does nothing."""
    site.expect_refusal(403, 410, 422)
    add_contact(site.world, 'globex', 'bea', is_billing=True)
    bill = invoice(site.world, 124_000)
    address = f'/pay/{token_of(send(bill)[0])}'
    bea = site.visitor(**PHONE)
    bea.goto(address)
    bea.get_by_role('button', name='Pay $1,240.00').click()
    bea.locator('input[value="0002"]').check()
    bea.get_by_role('button', name='Pay').click()
    expect(bea.get_by_role('alert')).to_have_text('Your card was declined.')
    bea.locator('input[value="4242"]').check()
    bea.get_by_role('button', name='Pay').click()
    expect(bea.get_by_text('This invoice is paid. Thank you.')).to_be_visible()
    assert (row(Invoice, bill).balance, charged()) == (0, 124_000)
    assert [payment.status for payment in payments()] == [PaymentStatus.PROCESSED]
    elsewhere = {'Origin': 'https://elsewhere.example'}
    refused = httpx.post(site.address + address, data={'request_key': 'one'}, headers=elsewhere)
    assert refused.status_code == 403
    assert bea.goto('/pay/nothing').status == 410  # type: ignore[union-attr]


@pytest.fixture(scope='module')
def stripe() -> Iterator[LocalStripe]:
    with localstripe() as started:
        yield started


@pytest.fixture
def at_stripe(
    browser: Browser, stripe: LocalStripe, world_template: tuple[Path, World], tmp_path: Path
) -> Iterator[Site]:
    """The portal with Stripe, which sends its webhooks there."""
    file, world = world_template
    shutil.copy(file, tmp_path / 'portal.db')
    settings = {
        'PORTAL_GATEWAY': 'stripe',
        'PORTAL_STRIPE_SECRET_KEY': KEY,
        'PORTAL_STRIPE_WEBHOOK_SECRET': WEBHOOK_SECRET,
        'PORTAL_STRIPE_API': stripe.address,
        'PORTAL_PUBLIC_URL': 'http://127.0.0.1:{port}',
    }
    with serving(tmp_path, **settings) as server:
        told = {'url': f'{server.address}/webhooks/stripe', 'secret': WEBHOOK_SECRET}
        httpx.post(f'{stripe.address}/_config/webhooks/portal', data=told).raise_for_status()
        db.connect(server.database)
        site = Site(server, world, browser)
        site.expect_refusal(401)  # the icon of the pages that localstripe shows
        yield site
        for context in browser.contexts:
            context.close()
        db.engine().dispose()
        problems = site.problems(server.log)
        assert not problems, '\n'.join(problems)


def give_card(page: Page, number: str) -> None:
    """What a person does on Stripe's page."""
    for name, value in {'number': number, 'exp_month': '12', 'exp_year': '2031', 'cvc': '123'}.items():
        page.locator(f'[name={name}]').fill(value)
    page.get_by_role('button', name='Submit').click()


def test_stripe_is_paid_on_its_page_and_by_a_saved_card(at_stripe: Site, stripe: LocalStripe) -> None:
    """POR-08, POR-09: no number of a card passes the portal; each invoice is charged once."""
    site, before = at_stripe, len(stripe.charges())
    first = invoice(site.world, 12_400)
    ben = site.customer('ben', f'/portal/C1004/pay?invoice={first}')
    pay(ben, 'Pay $124.00')
    give_card(ben, '4242424242424242')
    expect(ben.get_by_text('Your payment has arrived.')).to_be_visible()
    second = invoice(site.world, 5_000)
    ben.goto('/portal/C1004/payment-methods')
    ben.wait_for_function(HEARS)
    ben.get_by_role('button', name='Add payment method').click()
    give_card(ben, AUTHENTICATES)
    expect(ben.get_by_text('Visa •••• 3184 is saved.')).to_be_visible()
    ben.goto(f'/portal/C1004/pay?invoice={second}')
    pay(ben, 'Pay $50.00')
    ben.get_by_role('button', name='Complete').click()
    expect(ben.get_by_text('Your payment has arrived.')).to_be_visible()
    assert [row(Invoice, id).balance for id in (first, second)] == [0, 0]
    assert len(stripe.charges()) == before + 2
    assert in_ledger(site.world) == (0, 0)
    assert [payment.method for payment in payments()] == ['Visa •••• 4242', 'Visa •••• 3184']
