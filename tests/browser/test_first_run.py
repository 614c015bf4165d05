"""The first run in a browser: from an empty database to a customer's working portal (SET-12)."""

import re
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.server import serving
from tests.browser.site import Site
from tests.browser.table import ROW
from tests.world import PASSWORD, World

IS_FOCUSED = 'element => element === document.activeElement'
HEADER_COLOURS = """element => {
  const style = getComputedStyle(element);
  return [style.backgroundColor, style.color];
}"""
GERMAN = {'locale': 'de-DE', 'timezone_id': 'Europe/Berlin'}


@pytest.fixture
def fresh(browser: Browser, tmp_path: Path) -> Iterator[Site]:
    """A server with an empty database, as `make run` starts it."""
    with serving(tmp_path) as server:
        site = Site(server, World({}), browser)
        yield site
        for context in browser.contexts:
            context.close()
        problems = site.problems(server.log)
        assert not problems, '\n'.join(problems)


def tab_to(page: Page, wanted: Locator) -> None:
    """Go there by the Tab key alone."""
    expect(wanted).to_be_visible()
    for _ in range(120):
        if wanted.evaluate(IS_FOCUSED):
            return
        page.keyboard.press('Tab')
    raise AssertionError('the Tab key does not lead there')


def follow(page: Page, wanted: Locator) -> None:
    """Go there by Tab, and press Enter."""
    tab_to(page, wanted)
    page.keyboard.press('Enter')


def fill_in(page: Page, *texts: str) -> None:
    """Type into one field after the other, by Tab."""
    for text in texts:
        page.keyboard.type(text)
        page.keyboard.press('Tab')


def test_from_an_empty_database_to_a_customers_portal_by_keyboard_in_a_minute(fresh: Site) -> None:
    """SET-12: Owner, colour and sample data; a contact is invited, registers, and sees usage events."""
    started = monotonic()
    page = fresh.visitor(**GERMAN)
    page.goto('/')
    expect(page).to_have_url(f'{fresh.address}/setup')
    expect(page.get_by_label('Your name')).to_be_focused()
    header = page.locator('.public-brand')
    fill_in(page, 'Olivia Krause', 'olivia@krause.example', PASSWORD, 'Krause Bäckerei', '#ffcc33')
    expect(header).to_have_text('Krause Bäckerei')
    assert header.evaluate(HEADER_COLOURS) == ['rgb(255, 204, 51)', 'rgb(0, 0, 0)']
    expect(page.get_by_label('Pick the brand colour')).to_have_value('#ffcc33')
    expect(page.get_by_label('Portal address')).to_have_value('krausebackerei')
    expect(page.get_by_label('Time zone')).to_have_value('Europe/Berlin')
    expect(page.get_by_label('Language and formats')).to_have_value('de_DE')
    expect(page.get_by_label('Currency')).to_have_value('EUR')
    tab_to(page, page.get_by_label('Add sample data'))
    follow(page, page.get_by_role('button', name='Create the portal'))
    expect(page.get_by_role('heading', name='Welcome, Olivia')).to_be_visible()
    link = _invite_amara(page)
    customer = fresh.visitor(**GERMAN)
    customer.goto(urlsplit(link).path)
    expect(customer.get_by_label('Choose a password')).to_be_focused()
    customer.keyboard.type(PASSWORD)
    customer.keyboard.press('Enter')
    follow(customer, customer.get_by_role('link', name='Usage Events', exact=True))
    expect(customer.locator(ROW).first).to_contain_text('Acme Logistics')
    assert customer.locator('.portal-header').evaluate(HEADER_COLOURS) == [
        'rgb(255, 204, 51)',
        'rgb(0, 0, 0)',
    ]
    assert monotonic() - started < 60


def _invite_amara(page: Page) -> str:
    """Show usage events to customers, invite a sample customer's billing contact, and take the link."""
    follow(page, page.get_by_label('Admin').get_by_role('link', name='Portal Setup'))
    toggle = page.get_by_role('switch', name='Show Usage Events')
    tab_to(page, toggle)
    page.keyboard.press('Space')
    expect(page.get_by_text('Usage Events is now shown to customers.').first).to_be_visible()
    page.goto('/admin/customers/SAMPLE-01')
    follow(page, page.get_by_role('button', name='Actions for Amara Adeyemi'))
    expect(page.get_by_role('menuitem', name='Send Portal Invite')).to_be_focused()
    page.keyboard.press('Enter')
    follow(page, page.get_by_role('button', name='SEND'))
    expect(page.locator('.badge', has_text='Pending')).to_be_visible()
    page.goto('/admin/email-log')
    follow(page, page.locator(ROW).first.get_by_role('link'))
    follow(page, page.get_by_role('button', name='Show link'))
    shown = page.get_by_label('One-time link')
    expect(shown).to_be_focused()
    return shown.input_value()


def test_without_javascript_the_form_does_it_all(fresh: Site) -> None:
    """SET-12: the address follows the company's name, and what is wrong is named beside its field."""
    fresh.expect_refusal(422)
    page = fresh.visitor(java_script_enabled=False)
    page.goto('/setup')
    expect(page.get_by_label('Pick the brand colour')).to_be_hidden()
    page.get_by_label('Email address').fill('olivia')
    page.get_by_label('Password').fill('short')
    page.get_by_label('Company name').fill('Krause & Co')
    page.get_by_label('Begin empty').check()
    page.get_by_role('button', name='Create the portal').click()
    expect(page.get_by_role('alert')).to_have_text('Please look again at Your name, Email address, Password.')
    for label, words in (
        ('Your name', 'Name must not be empty.'),
        ('Email address', 'Email must be a valid address'),
        ('Password', 'Password must have at least 12 characters (got 5).'),
    ):
        field = page.get_by_label(label)
        expect(field).to_have_attribute('aria-invalid', 'true')
        expect(field).to_have_accessible_description(re.compile(re.escape(words)))
    expect(page.get_by_label('Password')).to_have_value('')
    expect(page.get_by_label('Company name')).to_have_value('Krause & Co')
    expect(page.get_by_label('Begin empty')).to_be_checked()
    expect(page.locator('.public-brand')).to_have_text('Krause & Co')
    page.get_by_label('Your name').fill('Olivia')
    page.get_by_label('Email address').fill('olivia@krause.example')
    page.get_by_label('Password').fill(PASSWORD)
    page.get_by_role('button', name='Create the portal').click()
    expect(page).to_have_url(f'{fresh.address}/admin')


def test_from_elsewhere_it_takes_the_address_in_the_log(fresh: Site) -> None:
    """SET-12: the page says where to find it; afterwards there is no wizard any more."""
    fresh.expect_refusal(403, 404)
    page = fresh.visitor(extra_http_headers={'X-Forwarded-For': '192.0.2.7'})
    page.goto('/admin')
    expect(page.get_by_role('heading')).to_have_text('This portal is not set up yet')
    expect(page.get_by_text('Look for “Set up your portal at” in its log')).to_be_visible()
    expect(page.locator('form')).to_have_count(0)
    found = re.search(r'Set up your portal at (http://localhost:\d+)(/setup\?token=\S+)', fresh.server.log)
    assert found
    page.goto(found[2])
    fill_in(page, 'Olivia', 'olivia@krause.example', PASSWORD, 'Krause')
    page.keyboard.press('Enter')
    expect(page.get_by_role('heading', name='Welcome, Olivia')).to_be_visible()
    answer = page.goto(found[2])
    assert answer
    assert answer.status == 404


def test_a_colour_is_chosen_by_picker_or_by_number(fresh: Site) -> None:
    """SET-05, SET-12: both are kept in step, and an own address is not overwritten."""
    page = fresh.visitor()
    page.goto('/setup')
    header = page.locator('.public-brand')
    page.get_by_label('Pick the brand colour').fill('#101010')
    expect(page.get_by_label('Brand colour', exact=True)).to_have_value('#101010')
    assert header.evaluate(HEADER_COLOURS) == ['rgb(16, 16, 16)', 'rgb(255, 255, 255)']
    page.get_by_label('Brand colour', exact=True).fill('#10')
    assert header.evaluate(HEADER_COLOURS) == ['rgb(16, 16, 16)', 'rgb(255, 255, 255)']
    page.get_by_label('Company name').fill('Portal')
    expect(page.get_by_label('Portal address')).to_have_value('')
    page.get_by_label('Portal address').fill('mine')
    page.get_by_label('Company name').fill('Krause')
    expect(page.get_by_label('Portal address')).to_have_value('mine')


def test_on_a_phone_nothing_is_wider_than_the_page(fresh: Site) -> None:
    """SET-12: nor with a name that has no blanks."""
    page = fresh.visitor(viewport={'width': 390, 'height': 844})
    page.goto('/setup')
    page.get_by_label('Company name').fill('Donaudampfschifffahrtsgesellschaft' * 5)
    width = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    assert page.evaluate(width) == 0
