"""Staff who view the portal as a contact, in a browser: what they see, and how it ends."""

from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlmodel import col, select

from portal_app.auth.realms import PORTAL, STAFF
from portal_app.auth.viewer import Operator
from portal_app.models import PortalStatus, StaffSession, StaffUser
from portal_app.models.base import now
from portal_app.services import access, invitations
from portal_app.services.sign_in import end_sessions, sign_in
from portal_app.work import acting_as, reading_as
from tests.browser.site import Site
from tests.browser.table import ROW, column, expect_rows, headers
from tests.test_contact_tabs import contact_of
from tests.world import HERE, PASSWORD, add_contact, change

AT_ONCE = 1_500  # milliseconds
EVENTS = '/portal/C1001/usage-events'


def _view(site: Site, who: str = 'manu', contact: str = 'Anna Person') -> Page:
    """Somebody of staff who views the portal as a contact of Acme's, begun on the customer's page."""
    page = site.staff(who, '/admin/customers/C1001')
    page.get_by_role('button', name=f'Actions for {contact}').click()
    page.get_by_text('View portal as this contact').click()
    page.wait_for_url('**/portal/C1001')
    return page


def _bar(page: Page) -> str:
    return ' · '.join(page.locator('.viewing-words > *').all_inner_texts())


def test_manu_sees_anna_s_pages_under_a_bar_and_a_watermark(site: Site) -> None:
    """Field notes: unmistakable on every page, and in nobody's way."""
    manu, anna = _view(site), site.customer('anna', EVENTS)
    for path in ('', '/usage', '/usage-events'):
        manu.goto(f'/portal/C1001{path}')
        assert _bar(manu) == 'Viewing as Anna Person (Acme) · read only'
        mark = manu.locator('.watermark')
        expect(mark).to_have_attribute('aria-hidden', 'true')
        assert 'Anna%20Person' in mark.evaluate('element => getComputedStyle(element).backgroundImage')
    expect_rows(manu, len(site.events('acme', 'nordics')))
    assert [headers(manu), column(manu, 'Event ID')] == [headers(anna), column(anna, 'Event ID')]
    manu.locator(ROW).first.click()  # through the watermark
    expect(manu.locator('.detail')).to_contain_text('Event ID')
    assert manu.get_by_role('button', name='Stop viewing').is_visible()
    manu.keyboard.press('Escape')
    site.expect_refusal(404)
    manu.goto('/portal/C1004')
    expect(manu.locator('main')).to_contain_text('Not found')
    assert _bar(manu) == 'Viewing as Anna Person (Acme) · read only'


def test_nothing_is_exported_in_a_view(site: Site) -> None:
    """Field notes: read only; neither by the page nor by an address made by hand."""
    manu = _view(site)
    manu.goto(EVENTS)
    expect_rows(manu, len(site.events('acme', 'nordics')))
    expect(manu.get_by_role('button', name='Export')).to_have_count(0)
    answer = manu.request.get(f'{EVENTS}/export.csv')
    assert answer.status == 403
    assert 'You are viewing the portal as Anna Person; nothing can be changed.' in answer.text()


def test_stopping_goes_back_to_the_customer_and_logging_out_is_the_same(site: Site) -> None:
    """Field notes: an open page of the view closes with it."""
    manu = _view(site)
    other = manu.context.new_page()
    other.goto(EVENTS)
    manu.get_by_role('button', name='Account of Anna Person').click()
    expect(manu.locator('.person-menu')).not_to_contain_text('Log out')
    site.expect_refusal(401)
    manu.locator('.person-menu').get_by_role('button', name='Stop viewing').click()
    expect(manu).to_have_url(f'{site.address}/admin/customers/C1001')
    expect(other).to_have_url(f'{site.address}/portal/login?next=/portal/C1001/usage-events', timeout=AT_ONCE)
    assert [cookie.get('name') for cookie in manu.context.cookies()] == ['staff_session']


def test_ben_s_own_session_in_the_same_browser_waits_and_is_back(site: Site) -> None:
    """Field notes: the view wins while it lasts, and mixes with nothing."""
    manu = _view(site)
    token = sign_in(PORTAL, 'ben@example.com', PASSWORD, HERE).token
    manu.context.add_cookies(
        [
            {
                'name': PORTAL.cookie,
                'value': token,
                'domain': '127.0.0.1',
                'path': PORTAL.path,
                'httpOnly': True,
            }
        ]
    )
    manu.goto('/portal')
    expect(manu).to_have_url(f'{site.address}/portal/C1001')
    expect(manu.locator('.company')).to_have_text('Acme')
    manu.locator('.viewing-bar').get_by_role('button', name='Stop viewing').click()
    expect(manu).to_have_url(f'{site.address}/admin/customers/C1001')
    manu.goto('/portal')
    expect(manu).to_have_url(f'{site.address}/portal/C1004')
    expect(manu.locator('.viewing-bar')).to_have_count(0)


def test_who_has_not_registered_is_viewed_with_a_word_about_it(site: Site) -> None:
    """Field notes: what they would see."""
    add_contact(site.world, 'acme', 'paula', portal_status=PortalStatus.PENDING, hidden_tabs=['usage'])
    manu = _view(site, contact='Paula Person')
    assert _bar(manu) == 'Viewing as Paula Person (Acme) · read only · has not registered yet'
    expect(manu.locator('.tabs')).to_have_text('HomeInvoicesPaymentsCreditsUsage Events')


def test_a_view_of_who_is_shut_out_says_by_what(site: Site) -> None:
    """ACC-08, ACC-09: at once, on the open page too; the bar is still there to stop."""
    manu = _view(site)
    manu.goto(EVENTS)
    expect_rows(manu, len(site.events('acme', 'nordics')))
    site.expect_refusal(403)
    with acting_as(site.as_staff('olivia')) as work:
        access.disable_customers(work, [site.world.customers['acme']])
    main = manu.locator('main')
    expect(main).to_contain_text(
        "Acme's portal access is disabled: this contact sees nothing.", timeout=AT_ONCE
    )
    assert 'only.acme' not in manu.content()
    with acting_as(site.as_staff('olivia')) as work:
        access.enable_customers(work, [site.world.customers['acme']])
        invitations.disable_contact(work, contact_of(site.world, 'acme', 'anna'))
    manu.reload()
    expect(main).to_contain_text('The portal access of Anna Person is disabled: this contact sees nothing.')
    manu.get_by_role('button', name='Stop viewing').click()
    expect(manu).to_have_url(f'{site.address}/admin/customers/C1001')


def test_disabling_the_staff_user_closes_the_view_at_once(site: Site) -> None:
    """SET-11: their open pages end, also those that they view as somebody else."""
    manu = _view(site)
    manu.goto(EVENTS)
    expect_rows(manu, len(site.events('acme', 'nordics')))
    site.expect_refusal(401)
    user_id = site.as_staff('manu').user_id
    with acting_as(Operator('test')) as work:
        work.session.get_one(StaffUser, user_id).disabled_at = now()
        end_sessions(work, STAFF, user_id)
    main = manu.locator('main')
    expect(main).to_contain_text('You are not viewing the portal as a contact any more.', timeout=AT_ONCE)
    assert 'only.acme' not in manu.content()
    manu.goto(EVENTS)
    assert '/portal/login' in manu.url


def test_the_view_s_cookie_is_useless_after_the_staff_user_s_sign_out(site: Site) -> None:
    """Field notes: also in another browser, and though the cookie was kept."""
    manu = _view(site)
    cookie = next(each for each in manu.context.cookies() if each.get('name') == 'portal_view')
    admin = manu.context.new_page()
    admin.goto('/admin')
    site.expect_refusal(401)
    admin.get_by_role('button', name='Account of Manu').click()
    admin.get_by_role('button', name='Log out').click()
    expect(manu.locator('main')).to_contain_text('The view has ended', timeout=AT_ONCE)
    thief = site.visitor()
    thief.context.add_cookies(
        [{'name': 'portal_view', 'value': str(cookie.get('value')), 'domain': '127.0.0.1', 'path': '/portal'}]
    )
    thief.goto(EVENTS)
    expect(thief.locator('main')).to_contain_text('The view has ended')


def test_a_view_ends_by_the_clock_on_an_open_page(site: Site) -> None:
    """Field notes: half an hour at most, and never longer than the session."""
    page = site.staff('manu', '/admin/customers/C1001')
    with reading_as(Operator('test')) as work:
        newest = work.session.exec(select(StaffSession.id).order_by(col(StaffSession.id).desc())).first()
    page.get_by_role('button', name='Actions for Anna Person').click()
    change(StaffSession, newest or 0, expires_at=now() + timedelta(seconds=4))
    page.get_by_text('View portal as this contact').click()
    site.expect_refusal(401)
    expect(page.locator('.viewing-bar')).to_be_visible()
    expect(page.locator('main')).to_contain_text('The view has ended')


def test_a_role_without_the_grant_neither_sees_the_entry_nor_may_post_the_form(site: Site) -> None:
    """SET-10: Standard manages customers, not portal users."""
    stan = site.staff('stan', '/admin/customers/C1001')
    opener = stan.get_by_role('button', name='Actions for Anna Person')
    if opener.count():
        opener.click()
        expect(stan.get_by_text('View portal as this contact')).to_have_count(0)
    anna = contact_of(site.world, 'acme', 'anna')
    answer = stan.request.post(f'/admin/contacts/{anna}/view', headers={'Origin': site.address})
    assert answer.status == 403
    assert not [cookie for cookie in stan.context.cookies() if cookie.get('name') == 'portal_view']
