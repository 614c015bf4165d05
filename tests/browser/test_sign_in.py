"""Signing in and out with a browser's own forms and cookies."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site
from tests.world import PASSWORD

DAY = 24 * 3600


def test_anna_comes_to_the_page_that_she_asked_for(site: Site) -> None:
    """POR-01: the login page sends her on to where she wanted to go, filters and all."""
    page = site.visitor()
    page.goto('/portal/C1001/usage-events?status=Pending')
    expect(page).to_have_url(
        f'{site.address}/portal/login?next={quote("/portal/C1001/usage-events?status=Pending")}'
    )
    _fill(page, 'anna@example.com', PASSWORD)
    expect(page).to_have_url(f'{site.address}/portal/C1001/usage-events?status=Pending')


def test_a_wrong_password_keeps_annas_address_and_says_the_same_as_an_unknown_one(site: Site) -> None:
    """POR-01: one message for both; what was typed in the password field is gone."""
    page = site.visitor()
    site.expect_refusal(422)
    said = []
    for email in ('Anna@Example.com', 'nobody@example.com'):
        page.goto('/portal/login')
        _fill(page, email, 'wrong-horse', remember=True)
        said.append(page.get_by_role('alert').inner_text())
        expect(page.get_by_label('Email address')).to_have_value(email)
        expect(page.get_by_label('Password')).to_have_value('')
        expect(page.get_by_label('Remember this device')).to_be_checked()
    assert said == ['The email address or the password is not right.'] * 2
    assert page.context.cookies() == []


def test_a_remembered_device_keeps_the_cookie_and_another_forgets_it(site: Site) -> None:
    """POR-01: thirty days, or until the browser is closed; no script can read it, no other site sends it."""
    for remember in (True, False):
        page = site.visitor()
        page.goto('/portal/login')
        _fill(page, 'anna@example.com', PASSWORD, remember=remember)
        expect(page.locator('.company')).to_have_text('Acme')
        cookie = page.context.cookies()[0]
        assert (cookie.get('name'), cookie.get('path'), cookie.get('httpOnly')) == (
            'portal_session',
            '/portal',
            True,
        )
        assert cookie.get('sameSite') == 'Lax'
        days = ((cookie.get('expires') or 0) - page.evaluate('Date.now() / 1000')) / DAY
        assert abs(days - 30) < 0.1 if remember else cookie.get('expires') == -1
        assert page.evaluate('document.cookie') == ''


def test_annas_logout_closes_her_other_pages_and_not_those_of_another_browser(site: Site) -> None:
    """POR-01: every open page of that session goes to the login page."""
    page = site.customer('anna', '/portal/C1001')
    other = page.context.new_page()
    other.goto('/portal/C1001/usage-events')
    phone = site.customer('anna', '/portal/C1001')
    old_token = str(page.context.cookies()[0].get('value'))
    page.get_by_role('button', name='Account of Anna Person').click()
    page.get_by_role('button', name='Log out').click()
    other.wait_for_url('**/portal/login**', timeout=1_500)
    expect(page.get_by_role('status')).to_have_text('You have logged out.')
    assert page.context.cookies() == []
    page.context.add_cookies(
        [{'name': 'portal_session', 'value': old_token, 'domain': '127.0.0.1', 'path': '/portal'}]
    )
    page.goto('/portal/C1001')
    assert '/portal/login' in page.url
    expect(phone.locator('.company')).to_have_text('Acme')
    assert phone.url == f'{site.address}/portal/C1001'


def test_a_session_of_one_realm_does_not_open_the_other(site: Site) -> None:
    """The two realms share no cookie and no session, whatever name the cookie is given."""
    olivia, anna = site.staff('olivia', '/admin'), site.customer('anna', '/portal/C1001')
    for page, path, cookie in (
        (olivia, '/portal/C1001', 'portal_session'),
        (anna, '/admin', 'staff_session'),
    ):
        page.goto(path)
        assert f'{path[:7].rstrip("/")}/login' in page.url
        own = page.context.cookies()[0]
        page.context.add_cookies(
            [{'name': cookie, 'value': str(own.get('value')), 'domain': '127.0.0.1', 'path': '/'}]
        )
        page.goto(path)
        assert f'{path[:7].rstrip("/")}/login' in page.url
    page = site.visitor()
    site.expect_refusal(422)
    page.goto('/admin/login')
    _fill(page, 'anna@example.com', PASSWORD)
    expect(page.get_by_role('alert')).to_have_text('The email address or the password is not right.')


@pytest.mark.parametrize(
    'next',
    [
        '//evil.example',
        'https://evil.example/',
        '/\\evil.example',
        '/portal//evil.example',
        '/portal/../..//evil.example',
        '/portal\\@evil.example',
        '/admin',
        'javascript:alert(1)',
        '/portal/%0d%0aLocation:%20https://evil.example',
        '/portalevil',
    ],
)
def test_signing_in_never_leads_to_another_site(site: Site, next: str) -> None:
    """POR-01: an address in `next` that is not one of the portal's own is left out."""
    page = site.visitor()
    visited: list[str] = []
    page.on('request', lambda request: visited.append(request.url))
    site.expect_refusal(404)
    page.goto(f'/portal/login?next={quote(next, safe="")}')
    _fill(page, 'anna@example.com', PASSWORD)
    page.wait_for_url(f'{site.address}/portal**')
    assert not [url for url in visited if not url.startswith((f'{site.address}/', 'data:'))]
    assert page.url.startswith(f'{site.address}/portal')


def _fill(page: Page, email: str, password: str, *, remember: bool = False) -> None:
    page.get_by_label('Email address').fill(email)
    page.get_by_label('Password').fill(password)
    page.get_by_label('Remember this device').set_checked(remember)
    page.get_by_role('button', name='Log in').click()
    page.wait_for_load_state()
