"""The Email Log in a browser, without a mail server and with one that fails (MAIL-01, MAIL-02)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from portal_app import config
from portal_app.auth.realms import PORTAL
from portal_app.models import Mail
from portal_app.services.invitations import invite_contact
from portal_app.services.password_resets import send_reset
from portal_app.work import acting_as
from tests.browser.server import serving
from tests.browser.site import Site, open_site
from tests.smtp_server import MailServer
from tests.world import HERE, World, add_contact
from tests.world import mails as all_mails


def invite(world: World) -> int:
    """Invite Dora, as another process would. Returns the id of her mail."""
    dora = add_contact(world, 'acme', 'dora')
    with acting_as(world.as_staff('olivia')) as work:
        invite_contact(work, dora)
        return work.session.exec(select(Mail.id).where(Mail.contact_id == dora)).one() or 0


def test_without_a_server_a_new_mail_appears_with_its_link(site: Site) -> None:
    """MAIL-02: the banner names the settings; the list is live; the link opens the registration."""
    page = site.staff('olivia', '/admin/email-log')
    expect(page.get_by_text('No mail server is connected')).to_contain_text('PORTAL_SMTP_HOST')
    expect(page.get_by_text('Nothing here yet')).to_be_visible()
    invite(site.world)
    row = page.get_by_role('row').filter(has_text='dora@example.com')
    expect(row).to_contain_text('Kept')
    row.get_by_role('link').click()
    expect(page.get_by_role('heading', level=1)).to_contain_text('invited')
    frame = page.frame_locator('iframe[title="The mail"]')
    expect(frame.get_by_role('link', name='REGISTER')).to_be_visible()
    assert page.locator('iframe[title="The mail"]').get_attribute('sandbox') == ''
    expect(page.get_by_label('One-time link')).to_have_count(0)
    page.get_by_role('button', name='Show link').click()
    expect(page.get_by_label('One-time link')).to_be_focused()
    expect(page.get_by_role('button', name='Copy')).to_be_visible()
    link = page.get_by_label('One-time link').input_value()
    path = link.partition('/portal/')[2]
    invited = site.visitor()
    invited.goto(f'/portal/{path}')
    expect(invited.get_by_label('Password').first).to_be_visible()
    page.get_by_role('button', name='Plain text').click()
    expect(page.locator('pre')).to_contain_text('/portal/link/…')
    page.goto('/admin/customers/C1001')
    expect(page.get_by_text('Olivia looked at the link of a mail to Dora Person')).to_be_visible()


def test_who_manages_portal_users_does_not_take_over_a_login(site: Site) -> None:
    """SET-10: the page says whose role could show the link of Anna's new password."""
    send_reset(PORTAL, 'anna@example.com', HERE)
    page = site.staff('manu', f'/admin/email-log/{all_mails()[-1].id}')
    expect(page.get_by_role('region', name='Link')).to_contain_text(
        'A role with Staff Users: Edit can show it'
    )
    expect(page.get_by_role('button', name='Show link')).to_have_count(0)
    assert '/portal/link/…' in page.content()


def test_who_only_reads_gets_the_mail_without_its_token(site: Site) -> None:
    """MAIL-02: nothing of it reaches the browser."""
    id = invite(site.world)
    page = site.staff('rita', f'/admin/email-log/{id}')
    expect(
        page.frame_locator('iframe[title="The mail"]').get_by_role('link', name='REGISTER')
    ).to_be_visible()
    expect(page.get_by_text('A role with Manage Portal Users: Edit can show it.')).to_be_visible()
    expect(page.get_by_role('button', name='Show link')).to_have_count(0)
    expect(page.get_by_role('button', name='Send again')).to_have_count(0)
    assert '/portal/link/…' in page.content()


def test_standard_has_no_email_log(site: Site) -> None:
    """SET-10: not in the menu, and its addresses answer 403."""
    site.expect_refusal(403)
    page = site.staff('stan', '/admin')
    expect(page.get_by_role('link', name='Email Log')).to_have_count(0)
    for path in ('/admin/email-log', f'/admin/email-log/{invite(site.world)}'):
        answer = page.goto(path)
        assert answer
        assert answer.status == 403


@pytest.fixture
def posting(
    browser: Browser,
    sqlite_template: Path,
    tmp_path: Path,
    world_template: tuple[Path, World],
    mails: MailServer,
) -> Iterator[tuple[Site, MailServer]]:
    """The portal with a mail server."""
    shutil.copy(sqlite_template, tmp_path / 'portal.db')
    with serving(tmp_path, **mails.settings) as server:
        for site in open_site(browser, server, world_template):
            yield site, mails
    config.settings.cache_clear()


def open_mail(site: Site, id: int) -> Page:
    return site.staff('olivia', f'/admin/email-log/{id}')


def test_a_mail_that_failed_says_why_and_is_sent_again(posting: tuple[Site, MailServer]) -> None:
    """MAIL-01: the server's words, live; then it arrives."""
    site, mails = posting
    mails.rule(to_recipients={'dora@example.com': '550 5.1.1 No such user here'})
    page = open_mail(site, invite(site.world))
    expect(page.get_by_text('550 5.1.1 No such user here')).to_be_visible()
    expect(page.get_by_text('Failed', exact=True)).to_be_visible()
    mails.rule()
    page.get_by_role('button', name='Send again').click()
    expect(page.get_by_text('Sent', exact=True).first).to_be_visible()
    expect(page.locator('.badge')).to_have_text('Sent')
    expect(page.get_by_role('button', name='Send again')).to_have_count(0)
    assert [taken.recipient for taken in mails.taken] == ['dora@example.com']
    assert '/portal/link/…' in page.content()


def test_while_the_account_is_not_accepted_the_log_says_so(posting: tuple[Site, MailServer]) -> None:
    """MAIL-01: no fault of the mail, which waits."""
    site, mails = posting
    mails.rule(to_sender='530 5.7.0 Authentication required')
    page = site.staff('olivia', '/admin/email-log')
    invite(site.world)
    expect(page.get_by_text('Mail waits')).to_contain_text('530 5.7.0 Authentication required')
    expect(page.get_by_role('row').filter(has_text='dora@example.com')).to_contain_text('Queued')
    mails.rule()
    expect(page.get_by_role('row').filter(has_text='dora@example.com')).to_contain_text(
        'Sent', timeout=20_000
    )
    expect(page.get_by_text('Mail waits')).to_have_count(0)
