"""The seven ways of the help page with portal access; mail is really sent, and read at the server."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from portal_app.auth.viewer import Operator
from portal_app.models import Customer, OneTimeLink
from portal_app.services import access
from portal_app.work import acting_as, reading_as
from tests.browser.post import Post, link_in
from tests.browser.table import opened
from tests.world import PASSWORD, add_contact, change, contact, mails

AT_ONCE = 1_500  # milliseconds
NEW = 'staple-battery-horse'


def row_menu(page: Page, name: str, entry: str) -> None:
    """Choose from the ⋮ of a record."""
    page.get_by_role('button', name=f'Actions for {name}', exact=True).click()
    opened(page).get_by_role('menuitem', name=entry).click()


def dialog(page: Page, title: str, button: str) -> None:
    """Answer a question with this button."""
    asked = page.get_by_role('dialog', name=title)
    expect(asked.get_by_role('heading', name=title)).to_be_visible()
    asked.get_by_role('button', name=button, exact=True).click()


def expect_status(page: Page, name: str, status: str) -> None:
    """A contact's portal status on the customer's page."""
    line = page.locator('.person-line', has_text=name)
    expect(line.locator('.person-state .badge')).to_have_text(status)


def register(visitor: Page, path: str) -> None:
    """Fill in the page of an invitation."""
    visitor.goto(path)
    visitor.get_by_label('Choose a password').fill(NEW)
    visitor.get_by_role('button', name='Register').click()


def test_an_invitation_is_sent_accepted_and_opens_the_portal(post: Post) -> None:
    """ACC-02, POR-01: ⋮, Send Portal Invite, SEND; the mail's REGISTER leads to the portal."""
    add_contact(post.site.world, 'globex', 'carla', is_billing=True)
    staff = post.site.staff('manu', '/admin/customers')
    row_menu(staff, 'Globex', 'Send Portal Invite')
    dialog(staff, 'Invite Customer to Customer Portal', 'SEND')
    mail = post.mail_to('carla@example.com')
    assert "You have been invited to register on Northwind's portal" in str(mail.message['Subject'])
    visitor = post.site.visitor()
    register(visitor, link_in(mail, 'REGISTER'))
    visitor.wait_for_url('**/portal/C1004')
    expect(visitor.get_by_role('heading', name='Welcome, Carla')).to_be_visible()
    staff.goto('/admin/customers/C1004')
    expect_status(staff, 'Carla Person', 'Enabled')
    expect(staff.locator('.history')).to_contain_text(
        'Carla Person (carla@example.com) accepted the invitation.'
    )


def test_without_email_delivery_the_dialog_says_what_to_do(post: Post) -> None:
    """ACC-03: the exact words; nothing is sent, and after mending it the same dialog works."""
    add_contact(post.site.world, 'globex', 'carla', is_billing=True)
    change(Customer, post.site.world.customers['globex'], email_delivery=False)
    staff = post.site.staff('manu', '/admin/customers')
    row_menu(staff, 'Globex', 'Send Portal Invite')
    dialog(staff, 'Invite Customer to Customer Portal', 'SEND')
    reasons = staff.get_by_role('alert').filter(has_text='Email Delivery')
    expect(reasons).to_have_text('Please enable the Email Delivery Preference for this customer.')
    assert mails() == []
    change(Customer, post.site.world.customers['globex'], email_delivery=True)
    staff.get_by_role('button', name='SEND').click()
    post.mail_to('carla@example.com')


def test_granting_sends_access_granted_and_login_here_leads_to_the_login(post: Post) -> None:
    """ACC-07: ⋮, Grant Portal Access, SEND; a first password by a one-time link, then LOGIN HERE."""
    add_contact(post.site.world, 'globex', 'carla', is_billing=True)
    staff = post.site.staff('manu', '/admin/customers')
    row_menu(staff, 'Globex', 'Grant Portal Access')
    dialog(staff, 'Grant Portal Access for Customer', 'SEND')
    expect(staff.locator('.q-notification', has_text='granted')).to_be_visible()
    mail = post.mail_to('carla@example.com')
    link = next(mail_ for mail_ in mails() if mail_.link_id)
    assert link.template == 'access-granted'
    visitor = post.site.visitor()
    visitor.goto(link_in(mail, 'SET A PASSWORD'))
    visitor.get_by_label('New password').fill(NEW)
    visitor.get_by_role('button', name='Set password').click()
    visitor.goto(link_in(mail, 'LOGIN HERE'))
    assert visitor.url.endswith('/portal/login')
    visitor.get_by_label('Email address').fill('carla@example.com')
    visitor.get_by_label('Password').fill(NEW)
    visitor.get_by_role('button', name='Log in').click()
    visitor.wait_for_url('**/portal/C1004')


def test_disabling_by_customer_closes_the_pages_of_its_people(post: Post) -> None:
    """ACC-08: selection, Actions, the exact words, and Anna's open page goes to the login page."""
    anna = post.site.customer('anna', '/portal/C1001/usage-events')
    staff = post.site.staff('manu', '/admin/customers')
    staff.get_by_role('checkbox', name='Select Acme', exact=True).click()
    staff.get_by_role('button', name='Actions', exact=True).click()
    opened(staff).get_by_role('menuitem', name='Disable Portal Access').click()
    dialog(staff, 'Disable Portal For Customers', 'DISABLE PORTAL FOR 1 RECORD')
    anna.wait_for_url('**/portal/login**', timeout=AT_ONCE)
    expect(staff.get_by_text('Portal access for the selected customer(s) has been disabled.')).to_be_visible()


def test_disabling_and_re_enabling_a_contact(post: Post) -> None:
    """ACC-09, ACC-10: the exact words; her page closes at once, and opens again afterwards."""
    anna = post.site.customer('anna', '/portal/C1001')
    staff = post.site.staff('manu', '/admin/customers/C1001')
    row_menu(staff, 'Anna Person', 'Disable Portal Access')
    dialog(staff, 'Disable Portal Access', 'CONTINUE')
    anna.wait_for_url('**/portal/login**', timeout=AT_ONCE)
    expect(staff.get_by_text("Portal access for 'Anna Person' has been disabled.")).to_be_visible()
    expect_status(staff, 'Anna Person', 'Disabled')
    row_menu(staff, 'Anna Person', 'Re-enable Portal Access')
    dialog(staff, 'Re-enable Portal Access for Contact', 'RE-ENABLE')
    expect(staff.get_by_text("Portal access has been re-enabled for 'Anna Person'.")).to_be_visible()
    expect_status(staff, 'Anna Person', 'Enabled')
    anna.get_by_label('Email address').fill('anna@example.com')
    anna.get_by_label('Password').fill(PASSWORD)
    anna.get_by_role('button', name='Log in').click()
    expect(anna.get_by_role('heading', name='Welcome, Anna')).to_be_visible()


def test_re_sending_renews_the_link_and_the_old_one_is_dead(post: Post) -> None:
    """ACC-04, ACC-05: only while Pending; registering by the new mail works."""
    carla = add_contact(post.site.world, 'globex', 'carla')
    staff = post.site.staff('manu', '/admin/customers/C1004')
    row_menu(staff, 'Carla Person', 'Send Portal Invite')
    dialog(staff, 'Invite Contact to Customer Portal', 'SEND')
    old = link_in(post.mail_to('carla@example.com'), 'REGISTER')
    expect_status(staff, 'Carla Person', 'Pending')
    _a_minute_later(carla)
    row_menu(staff, 'Carla Person', 'Re-send Portal Invite')
    dialog(staff, 'Re-send Portal Invite', 'SEND')
    expect(staff.get_by_text("A new invitation has been sent to 'Carla Person'.")).to_be_visible()
    new = link_in(post.mail_to('carla@example.com'), 'REGISTER')
    visitor = post.site.visitor()
    post.site.expect_refusal(410)
    visitor.goto(old)
    expect(visitor.get_by_role('heading')).to_have_text('This link is no longer valid')
    register(visitor, new)
    visitor.wait_for_url('**/portal/C1004')
    staff.get_by_role('button', name='Actions for Carla Person', exact=True).click()
    expect(opened(staff).get_by_role('menuitem', name='Re-send Portal Invite')).to_have_count(0)


def test_an_expired_invitation_is_asked_for_and_approved(post: Post) -> None:
    """ACC-04, ACC-14: the page says so, the queue has the request, approving mails a new link."""
    carla = add_contact(post.site.world, 'globex', 'carla')
    staff = post.site.staff('manu', '/admin/customers/C1004')
    row_menu(staff, 'Carla Person', 'Send Portal Invite')
    dialog(staff, 'Invite Contact to Customer Portal', 'SEND')
    path = link_in(post.mail_to('carla@example.com'), 'REGISTER')
    _a_minute_later(carla, hours=73)
    visitor = post.site.visitor()
    post.site.expect_refusal(410)
    visitor.goto(path)
    expect(visitor.get_by_role('heading')).to_have_text('This invitation has expired')
    visitor.get_by_role('button', name='Ask for a new invitation').click()
    expect(
        visitor.get_by_text('Our staff have your request. If they approve it, you get a mail.')
    ).to_be_visible()
    staff.goto('/admin/access-requests')
    row_menu(staff, 'Carla Person', 'Approve')
    dialog(staff, 'Approve the request', 'APPROVE')
    expect(staff.get_by_text("The request of 'Carla Person' has been approved.")).to_be_visible()
    register(visitor, link_in(post.mail_to('carla@example.com'), 'REGISTER'))
    visitor.wait_for_url('**/portal/C1004')


def test_a_forgotten_password_is_reset_by_mail(post: Post) -> None:
    """POR-01: the answer is the same for an unknown address; the mail's link sets a new one."""
    visitor = post.site.visitor()
    said = []
    for address in ('nobody@example.com', 'anna@example.com'):
        visitor.goto('/portal/login')
        visitor.get_by_role('link', name='Forgot password?').click()
        visitor.get_by_label('Email address').fill(address)
        visitor.get_by_role('button', name='Send the link').click()
        expect(visitor.get_by_role('heading')).to_have_text('Check your email')
        said.append(visitor.locator('main').inner_text())
    assert said[0] == said[1]
    visitor.goto(link_in(post.mail_to('anna@example.com'), 'RESET PASSWORD'))
    visitor.get_by_label('New password').fill(NEW)
    visitor.get_by_role('button', name='Set password').click()
    expect(visitor.get_by_role('status')).to_have_text('Your password is set. Please log in with it.')


def test_what_was_typed_stays_when_it_is_refused(post: Post) -> None:
    """POR-01, bad input: each refusal names the field and the rule; the name stays, the password does not."""
    add_contact(post.site.world, 'globex', 'carla', is_billing=True)
    staff = post.site.staff('manu', '/admin/customers')
    row_menu(staff, 'Globex', 'Send Portal Invite')
    dialog(staff, 'Invite Customer to Customer Portal', 'SEND')
    visitor = post.site.visitor()
    visitor.goto(link_in(post.mail_to('carla@example.com'), 'REGISTER'))
    visitor.get_by_label('Your name').fill('Carla of Globex')
    visitor.get_by_label('Choose a password').fill('short')
    post.site.expect_refusal(422)
    visitor.get_by_role('button', name='Register').click()
    expect(visitor.get_by_role('alert')).to_have_text('Password must have at least 12 characters (got 5).')
    expect(visitor.get_by_label('Your name')).to_have_value('Carla of Globex')
    expect(visitor.get_by_label('Choose a password')).to_have_value('')


def test_a_bounce_stands_on_the_contact_at_once(post: Post) -> None:
    """MAIL-01: a 5xx shows on the customer's page, live."""
    add_contact(post.site.world, 'globex', 'carla')
    post.server.rule(to_recipients={'carla@example.com': '550 5.1.1 No such person here'})
    staff = post.site.staff('manu', '/admin/customers/C1004')
    row_menu(staff, 'Carla Person', 'Send Portal Invite')
    dialog(staff, 'Invite Contact to Customer Portal', 'SEND')
    expect(staff.locator('.person-problem')).to_contain_text('No such person here')
    post.server.rule()


def test_two_staff_at_once_invite_once(post: Post) -> None:
    """Both have the dialog open; the second reads that it was done."""
    carla = add_contact(post.site.world, 'globex', 'carla', is_billing=True)
    pages = [post.site.staff(who, '/admin/customers') for who in ('manu', 'olivia')]
    for page in pages:
        row_menu(page, 'Globex', 'Send Portal Invite')
    for page in pages:
        dialog(page, 'Invite Customer to Customer Portal', 'SEND')
    expect(pages[1].get_by_role('alert').filter(has_text='moment ago')).to_be_visible()
    assert len(mails(contact_id=carla)) == 1
    assert contact(carla).portal_status == 'Pending'


def test_a_pending_contact_of_a_disabled_customer_cannot_register(post: Post) -> None:
    """ACC-08: pending invitations die, whoever has the mail."""
    add_contact(post.site.world, 'globex', 'carla', is_billing=True)
    staff = post.site.staff('manu', '/admin/customers')
    row_menu(staff, 'Globex', 'Send Portal Invite')
    dialog(staff, 'Invite Customer to Customer Portal', 'SEND')
    path = link_in(post.mail_to('carla@example.com'), 'REGISTER')
    with acting_as(post.site.as_staff('olivia')) as work:
        access.disable_customers(work, [post.site.world.customers['globex']])
    visitor = post.site.visitor()
    post.site.expect_refusal(410)
    visitor.goto(path)
    expect(visitor.get_by_role('heading')).to_have_text('This link is no longer valid')


def _a_minute_later(contact_id: int, **by: float) -> None:
    """Let the links of a contact be older."""
    by = by or {'minutes': 1}
    for mail in mails(contact_id=contact_id):
        link_id = mail.link_id or 0
        with reading_as(Operator('test')) as work:
            link = work.session.get_one(OneTimeLink, link_id)
        change(
            OneTimeLink,
            link_id,
            created_at=link.created_at - timedelta(**by),
            expires_at=link.expires_at - timedelta(**by),
        )
