"""Staff write the mails: with a preview beside it, problems at their place, and nothing lost."""

import re
from dataclasses import replace

from playwright.sync_api import FrameLocator, Page, expect

from portal_app.mail.templates import TEMPLATES, shipped
from portal_app.services import email_templates
from portal_app.work import acting_as
from tests.browser.site import Site
from tests.world import mails

LIST = '/admin/setup/templates'
INVITATION = f'{LIST}/portal-invitation'


def test_olivia_finds_the_templates(site: Site) -> None:
    """SET-08: from the menu to one of them; a change by somebody else shows in the list at once."""
    page = site.staff('olivia', '/admin')
    page.get_by_role('navigation').get_by_role('link', name='Manage Templates').click()
    rows = page.locator('.template-list li')
    expect(rows).to_have_count(len(TEMPLATES))
    expect(rows.nth(4)).to_contain_text('Invoice')
    expect(rows.nth(0)).to_contain_text('Default')
    save_elsewhere(site, subject='Come in')
    expect(rows.nth(0)).to_contain_text('Changed')
    expect(rows.nth(0)).to_contain_text('Olivia, Nov')
    rows.nth(0).click()
    expect(page.get_by_role('heading', name='Portal Invitation')).to_be_visible()
    expect(page.get_by_label('Subject')).to_have_value('Come in')


def test_the_preview_follows_what_olivia_types_and_she_saves_it(site: Site) -> None:
    """SET-08: HTML in two widths, the plain text, head and data of a real customer."""
    page = editing(site)
    page.get_by_label('Body').press('Control+Home')
    page.get_by_label('Body').press_sequentially('Dear {{ customer|upper }},\n\n')
    expect(mail(page).get_by_text('Dear ACME,')).to_be_visible()
    expect(mail(page).get_by_role('link', name='REGISTER')).to_be_visible()
    page.get_by_label('Subject').fill('For {{ contact_name }}')
    expect(page.locator('.mail-head')).to_contain_text('For Anna Person')
    page.get_by_label('Reply-to address').fill('billing@example.com')
    expect(page.locator('.mail-head')).to_contain_text('billing@example.com')
    expect(page.locator('.template-editor iframe')).to_have_css('width', '600px')
    page.get_by_role('button', name='Phone').click()
    expect(page.locator('.template-editor iframe')).to_have_css('width', '360px')
    page.get_by_role('button', name='Plain text').click()
    expect(page.locator('.stage pre')).to_contain_text('REGISTER: http://')
    page.get_by_role('button', name=re.compile('^Data: ')).click()
    page.get_by_placeholder('Search').fill('glob')
    page.get_by_role('option', name='Globex (C1004)').click()
    expect(page.locator('.stage pre')).to_contain_text('Dear GLOBEX,')
    page.get_by_role('button', name='Save').click()
    expect(page.get_by_text('Saved. Every mail')).to_be_visible()
    expect(page.locator('.version-list li')).to_have_count(2)
    expect(page.locator('.version-list li').first).to_contain_text('Olivia')
    page.reload()
    expect(page.get_by_label('Subject')).to_have_value('For {{ contact_name }}')


def test_a_wrong_template_is_refused_beside_the_field_and_stays(site: Site) -> None:
    """SET-08: field, line and reason; the line can be shown; nothing is saved."""
    page = editing(site)
    body = 'Hello\n\n{{ custmer }}\n[REGISTER]({{ register_link }})'
    page.get_by_label('Body').fill(body)
    page.get_by_label('Reply-to address').fill('billing')
    beside = page.get_by_role('region', name='Template').get_by_role('alert')
    expect(beside).to_contain_text(
        [
            'Body, line 3: there is no variable "custmer"; did you mean "customer"?',
            'Reply-to: must be empty or one',
        ]
    )
    expect(page.get_by_text('The preview follows once the problem is mended.')).to_be_visible()
    page.get_by_role('button', name='Save').click()
    expect(page.locator('.notice-bad')).to_contain_text('Body, line 3')
    expect(page.get_by_label('Body')).to_have_value(body)
    page.get_by_role('button', name='Show line 3').click()
    page.keyboard.type('{{ customer }}')
    expect(mail(page).get_by_text('Acme')).to_be_visible()
    expect(beside).to_contain_text(['Reply-to'])
    expect(page.locator('.version-list li')).to_have_count(1)


def test_a_variable_is_put_in_at_the_cursor(site: Site) -> None:
    """SET-08: picked from the list, in the field where she was typing."""
    page = editing(site)
    page.get_by_label('Subject').fill('Hello !')
    page.get_by_label('Subject').press('ArrowLeft')
    pick(page, 'Contact’s name')
    expect(page.get_by_label('Subject')).to_have_value('Hello {{ contact_name }}!')
    page.get_by_label('Body').fill('[REGISTER]()')
    page.get_by_label('Body').press('ArrowLeft')
    pick(page, 'Link to register')
    expect(page.get_by_label('Body')).to_have_value('[REGISTER]({{ register_link }})')
    expect(mail(page).get_by_role('link', name='REGISTER')).to_be_visible()


def test_olivia_sends_herself_what_she_has_not_saved(site: Site) -> None:
    """SET-08, MAIL-02: without a mail server it is in the Email Log, and she is told so."""
    page = editing(site)
    page.get_by_label('Subject').fill('A draft')
    page.get_by_role('button', name='Send test email to me').click()
    expect(page.get_by_text('There is no mail server yet: the test is in the Email Log.')).to_be_visible()
    (sent,) = mails()
    assert (sent.to_email, sent.subject) == ('olivia@staff.example', '[Test] A draft')
    expect(page.locator('.version-list li')).to_have_count(1)


def test_olivia_looks_at_an_earlier_version_and_restores_it_and_the_default(site: Site) -> None:
    """SET-08: asked first; what was in force stays in the list."""
    save_elsewhere(site, subject='Come in')
    page = editing(site)
    page.get_by_role('button', name='Restore default').click()
    page.get_by_role('dialog').get_by_role('button', name='Restore default').click()
    expect(page.get_by_text('The default is in force again.')).to_be_visible()
    expect(page.get_by_label('Subject')).to_have_value(shipped('portal-invitation').subject)
    expect(page.locator('.version-list li').first).to_contain_text('Version 3')
    page.get_by_role('button', name='View version 2').click()
    expect(page.get_by_role('dialog').locator('.mail-head')).to_contain_text('Come in')
    page.get_by_role('dialog').get_by_role('button', name='Close').click()
    page.get_by_role('button', name='Restore version 2').click()
    page.get_by_role('dialog').get_by_role('button', name='Restore').click()
    expect(page.get_by_label('Subject')).to_have_value('Come in')
    expect(page.locator('.version-list li')).to_have_count(4)
    expect(page.locator('.news-banner')).to_have_count(0)


def test_what_another_saves_is_announced_and_overwrites_nothing(site: Site) -> None:
    """SET-08: who has typed nothing gets it at once; who has keeps the text and decides."""
    idle, page = editing(site), editing(site)
    page.get_by_label('Subject').fill('Mine')
    save_elsewhere(site, subject='Theirs')
    expect(idle.get_by_label('Subject')).to_have_value('Theirs')
    expect(page.locator('.news-banner')).to_contain_text('Olivia saved version 2 while you were typing')
    expect(page.get_by_label('Subject')).to_have_value('Mine')
    page.get_by_role('button', name='Save').click()
    expect(page.locator('.notice-bad')).to_contain_text('changed this template meanwhile (version 2)')
    page.get_by_role('button', name='Keep mine').click()
    page.get_by_role('button', name='Save').click()
    expect(page.get_by_text('Saved. Every mail')).to_be_visible()
    expect(idle.get_by_label('Subject')).to_have_value('Mine')


def test_mails_that_nobody_waits_for_have_a_switch(site: Site) -> None:
    """SET-08: off is seen in the list too. An invitation has none."""
    page = editing(site)
    expect(page.get_by_role('switch')).to_have_count(0)
    page.goto(f'{LIST}/invoice')
    page.get_by_role('switch', name='Send this mail').click()
    page.get_by_role('button', name='Save').click()
    expect(page.get_by_text('Saved. Every mail')).to_be_visible()
    expect(page.locator('.title-row .badge', has_text='Disabled')).to_be_visible()
    page.goto(LIST)
    expect(page.locator('.template-list li').nth(4)).to_contain_text('Disabled')
    expect(page.locator('.template-list .badge', has_text='Disabled')).to_have_count(1)


def test_nothing_in_a_mail_runs_in_the_preview(site: Site) -> None:
    """SET-08: the frame allows nothing, and what staff type is text."""
    page = editing(site)
    page.get_by_label('Body').fill('<img src=x onerror="parent.ran=1"> [REGISTER]({{ register_link }})')
    expect(mail(page).get_by_text('<img src=x')).to_be_visible()
    assert page.locator('iframe').get_attribute('sandbox') == ''
    assert page.evaluate('window.ran') is None


def test_rita_reads_the_templates_and_changes_nothing(site: Site) -> None:
    """SET-10: no field can be typed in, no button changes anything; without the grant there is no page."""
    rita = site.staff('rita', INVITATION)
    expect(rita.locator('.banner')).to_contain_text('not change them')
    expect(rita.get_by_label('Body')).to_have_attribute('readonly', '')
    expect(mail(rita).get_by_role('link', name='REGISTER')).to_be_visible()
    for name in ('Save', 'Send test', 'Restore', 'Insert variable'):
        expect(rita.get_by_role('button', name=name)).to_have_count(0)
    rita.goto(f'{LIST}/invoice')
    expect(rita.get_by_role('switch')).to_be_disabled()
    stan = site.staff('stan', '/admin')
    expect(stan.get_by_role('link', name='Manage Templates')).to_have_count(0)
    site.expect_refusal(403, 404)
    for path, status in ((LIST, 403), (INVITATION, 403)):
        answer = stan.goto(path)
        assert answer is not None
        assert answer.status == status
    answer = rita.goto(f'{LIST}/nonsense')
    assert answer is not None
    assert answer.status == 404


def editing(site: Site) -> Page:
    """Olivia has the invitation open, with Acme's data in the preview."""
    page = site.staff('olivia', INVITATION)
    expect(page.get_by_role('button', name='Data: Acme (C1001)')).to_be_visible()
    expect(page.locator('.mail-head')).to_contain_text('Anna Person')
    return page


def mail(page: Page) -> FrameLocator:
    return page.frame_locator('.template-editor iframe')


def pick(page: Page, label: str) -> None:
    page.get_by_role('button', name='Insert variable').click()
    page.get_by_role('menuitem', name=label).click()


def save_elsewhere(site: Site, **changes: str) -> None:
    """Olivia saves the invitation in another process."""
    with acting_as(site.as_staff('olivia')) as work:
        newest = email_templates.current(work, 'portal-invitation').number
        email_templates.save(
            work, 'portal-invitation', replace(shipped('portal-invitation'), **changes), newest
        )
