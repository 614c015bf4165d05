"""Roles and staff users in a browser: ticked, saved, felt at once by who has the role (SET-10, SET-11)."""

from playwright.sync_api import Locator, Page, expect

from portal_app.auth.viewer import Operator
from portal_app.services.roles import create_role
from portal_app.work import acting_as
from tests.browser.post import Post, link_in
from tests.browser.site import Site
from tests.browser.table import column, dismiss, expect_rows, opened
from tests.test_roles import change, delete, give, id_of, line
from tests.world import PASSWORD

ROLES = '/admin/setup/roles'
STAFF_USERS = '/admin/setup/staff-users'
SETUP_PAGES = {
    'General Settings': '/admin/setup/general',
    'Portal Setup': '/admin/setup/portal',
    'Manage Templates': '/admin/setup/templates',
    'Configuration File': '/admin/setup/configuration',
    'Company Profile': '/admin/setup/company-profile',
    'Roles & Permissions': ROLES,
    'Staff Users': STAFF_USERS,
}
PHONE = {'viewport': {'width': 390, 'height': 844}, 'has_touch': True, 'is_mobile': True}
TOO_WIDE = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
AT_ONCE = 1_500  # milliseconds
NEW = 'staple-battery-horse'
DESK = ('customers:edit', 'portal_setup:view')


def desk(*people: str, grants: tuple[str, ...] = DESK) -> int:
    """A role that these people have. Returns its id."""
    with acting_as(Operator('test')) as work:
        made = create_role(work, 'Desk', grants).id or 0
    for who in people:
        give(who, made)
    return made


def box(page: Page, cell: str) -> Locator:
    return page.get_by_role('checkbox', name=cell, exact=True)


def expect_ticked(page: Page, *cells: str) -> None:
    """Wait until exactly these cells are ticked."""
    ticked = page.get_by_role('checkbox', checked=True)
    expect(ticked).to_have_count(len(cells))
    for cell in cells:
        expect(box(page, cell)).to_be_checked()


def save(page: Page) -> None:
    page.get_by_role('button', name='Save', exact=True).click()


def choose(page: Page, name: str, entry: str) -> None:
    """Choose from the ⋮ of a role or a person."""
    page.get_by_role('button', name=f'Actions for {name}', exact=True).click()
    opened(page).get_by_role('menuitem', name=entry, exact=True).click()


def answer(page: Page, title: str, button: str) -> None:
    asked = page.get_by_role('dialog', name=title, exact=True)
    expect(asked.get_by_role('heading', name=title)).to_be_visible()
    asked.get_by_role('button', name=button, exact=True).click()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the focus is there."""
    for _ in range(120):
        if target.evaluate('element => element === document.activeElement'):
            return
        page.keyboard.press('Tab')
    raise AssertionError('the keyboard does not reach it')


def test_olivia_makes_a_role_with_the_keyboard_alone(site: Site) -> None:
    """SET-10: a name, what a ticked box includes, what an unticked one takes with it, Save."""
    olivia = site.staff('olivia', ROLES)
    tab_to(olivia, olivia.get_by_role('button', name='New role'))
    olivia.keyboard.press('Enter')
    expect(olivia.get_by_role('dialog', name='New role').get_by_label('Name')).to_be_focused()
    olivia.keyboard.type('Front Desk')
    olivia.keyboard.press('Enter')
    expect(olivia.get_by_role('heading', name='Front Desk', level=1)).to_be_visible()
    expect_ticked(olivia)
    for cell in ('Setup: Edit', 'Customers: Edit', 'Email Log: List'):
        tab_to(olivia, box(olivia, cell))
        olivia.keyboard.press('Space')
        expect(box(olivia, cell)).to_be_checked()
    setup = [f'Setup: {action}' for action in ('List', 'View', 'Add', 'Edit', 'Delete')]
    looks = ['Customers: List', 'Customers: View', 'Email Log: List', 'Email Log: View']
    expect_ticked(olivia, *setup, *looks, 'Customers: Edit')
    olivia.keyboard.press('Shift+Tab')
    box(olivia, 'Setup: List').focus()
    olivia.keyboard.press('Space')
    expect_ticked(olivia, *looks, 'Customers: Edit')
    expect(olivia.get_by_text('Not saved yet')).to_be_visible()
    tab_to(olivia, olivia.get_by_role('button', name='Save', exact=True))
    olivia.keyboard.press('Enter')
    expect(olivia.get_by_text('Saved. It is in force at once.')).to_be_visible()
    expect(olivia.get_by_text('Not saved yet')).to_have_count(0)
    olivia.reload()
    expect_ticked(olivia, *looks, 'Customers: Edit')


def test_what_olivia_takes_from_a_role_is_gone_from_open_windows_at_once(site: Site) -> None:
    """SET-10: the entry from the menu, and the page itself becomes 403."""
    made = desk('stan')
    home, templates = site.staff('stan', '/admin'), site.staff('stan', '/admin/setup/templates')
    menu = home.get_by_role('navigation')
    expect(menu.get_by_role('link', name='Manage Templates')).to_be_visible()
    expect(templates.get_by_role('heading', name='Manage Templates')).to_be_visible()
    olivia = site.staff('olivia', f'{ROLES}/{made}')
    box(olivia, 'Setup: List').click()
    expect(box(olivia, 'Setup: View')).not_to_be_checked()
    site.expect_refusal(403)
    save(olivia)
    expect(templates.get_by_role('heading')).to_have_text('Not permitted', timeout=AT_ONCE)
    expect(menu.get_by_role('link', name='Manage Templates')).to_have_count(0, timeout=AT_ONCE)
    expect(menu.get_by_role('link', name='Customer Accounts')).to_be_visible()


def test_another_role_is_felt_at_once_even_while_something_is_typed(site: Site) -> None:
    """SET-10, SET-11: Stan edits a template when Olivia changes his role; nothing asks him to stay."""
    desk('stan', grants=('portal_setup:edit',))
    stan = site.staff('stan', '/admin/setup/templates/portal-invitation')
    stan.get_by_label('Subject').fill('Something of mine')
    stan.wait_for_function('window.onbeforeunload !== null')
    olivia = site.staff('olivia', STAFF_USERS)
    choose(olivia, 'Stan', 'Change role')
    olivia.get_by_role('combobox', name='Role').click()
    olivia.get_by_role('option', name='Standard', exact=True).click()
    site.expect_refusal(403)
    answer(olivia, 'Role of Stan', 'Change role')
    expect(olivia.get_by_text("'Stan' has the role Standard now.")).to_be_visible()
    expect(stan.get_by_role('heading', name='Not permitted')).to_be_visible(timeout=AT_ONCE)
    row = olivia.locator('tr.record', has_text='Stan')
    expect(row.locator('td[data-label="Role"]')).to_have_text('Standard')


def test_stan_sees_nothing_of_the_setup(site: Site) -> None:
    """SET-10: Standard has neither the entries nor the pages."""
    stan = site.staff('stan', '/admin')
    expect(stan.get_by_role('navigation').get_by_role('link', name='Customer Accounts')).to_be_visible()
    site.expect_refusal(403)
    owner = id_of('Owner')
    for title, path in SETUP_PAGES.items():
        expect(stan.get_by_role('link', name=title)).to_have_count(0)
        assert stan.request.get(path).status == 403, path
    assert stan.request.get(f'{ROLES}/{owner}').status == 403
    assert stan.request.get('/admin/staff-users/export.csv').status == 403


def test_rita_reads_a_role_and_changes_nothing(site: Site) -> None:
    """SET-10: no button that she may not press."""
    desk()
    rita = site.staff('rita', ROLES)
    expect(rita.get_by_role('button', name='New role')).to_have_count(0)
    rita.get_by_role('link', name='Desk').click()
    expect(rita.get_by_text('lets you look at roles, not change them')).to_be_visible()
    expect(rita.get_by_text('Customers: Edit, granted')).to_have_count(1)
    expect(rita.get_by_text('Customers: Add, not granted')).to_have_count(1)
    for role in ('checkbox', 'textbox'):
        expect(rita.get_by_role(role)).to_have_count(0)
    for name in ('Save', 'Duplicate'):
        expect(rita.get_by_role('button', name=name)).to_have_count(0)
    rita.goto(STAFF_USERS)
    expect_rows(rita, 4)
    expect(rita.get_by_role('button', name='Invite staff user')).to_have_count(0)
    rita.get_by_role('button', name='Actions for Stan').click()
    expect(opened(rita).get_by_role('menuitem')).to_have_text(['devicesSessions'])


def test_a_built_in_role_is_duplicated_and_the_copy_changed(site: Site) -> None:
    """SET-10: what it says why, and the way on."""
    olivia = site.staff('olivia', f'{ROLES}/{id_of("Standard")}')
    expect(olivia.get_by_text('Standard is a built-in role and cannot be changed.')).to_be_visible()
    expect(olivia.get_by_role('checkbox')).to_have_count(0)
    expect(olivia.locator('.role-names')).to_have_text('Stan')
    olivia.get_by_role('button', name='Duplicate').click()
    dialog = olivia.get_by_role('dialog', name='Duplicate Standard')
    dialog.get_by_label('Name of the new role').fill('standard')
    dialog.get_by_role('button', name='Duplicate').click()
    expect(dialog.get_by_role('alert')).to_have_text('Name must be new: there is a role Standard already.')
    dialog.get_by_label('Name of the new role').fill('Clerk')
    dialog.get_by_role('button', name='Duplicate').click()
    expect(olivia.get_by_role('heading', name='Clerk', level=1)).to_be_visible()
    expect(box(olivia, 'Customers: Edit')).to_be_checked()
    expect(box(olivia, 'Staff Users: List')).not_to_be_checked()


def test_two_who_tick_at_once_lose_nothing_and_overwrite_nothing(site: Site) -> None:
    """SET-10: who ticked is told, a stale save is refused, and keeping one's own is a choice."""
    made = desk()
    give('rita', id_of('Owner'))
    olivia, rita = (site.staff(who, f'{ROLES}/{made}') for who in ('olivia', 'rita'))
    box(olivia, 'API Keys: Add').click()
    expect(box(olivia, 'API Keys: List')).to_be_checked()
    box(rita, 'Audit Log: List').click()
    save(rita)
    expect(rita.get_by_text('Saved. It is in force at once.')).to_be_visible()
    expect(olivia.get_by_text('Changed meanwhile by somebody else.')).to_be_visible()
    expect(box(olivia, 'API Keys: Add')).to_be_checked()
    expect(box(olivia, 'Audit Log: List')).not_to_be_checked()
    save(olivia)
    expect(olivia.get_by_text('changed this role meanwhile. Nothing was saved.')).to_be_visible()
    olivia.get_by_role('button', name='Keep mine').click()
    save(olivia)
    expect(rita.get_by_text('Somebody else changed this role.')).to_be_visible()
    expect(box(rita, 'API Keys: Add')).to_be_checked()
    expect(box(rita, 'Audit Log: List')).not_to_be_checked()
    assert 'audit_log:list' not in line(site.as_staff('olivia'), 'Desk').text.grants


def test_cancel_brings_back_what_is_stored(site: Site) -> None:
    """SET-10: name and ticks."""
    olivia = site.staff('olivia', f'{ROLES}/{desk()}')
    olivia.get_by_label('Name').fill('Other')
    box(olivia, 'Customers: List').click()
    expect(box(olivia, 'Customers: Edit')).not_to_be_checked()
    olivia.get_by_role('button', name='Cancel').click()
    expect(olivia.get_by_label('Name')).to_have_value('Desk')
    expect_ticked(
        olivia, 'Customers: List', 'Customers: View', 'Customers: Edit', 'Setup: List', 'Setup: View'
    )


def test_what_is_refused_stays_ticked(site: Site) -> None:
    """SET-10: with the field and the rule."""
    olivia = site.staff('olivia', f'{ROLES}/{desk()}')
    box(olivia, 'Customers: Add').click()
    olivia.get_by_label('Name').fill('OWNER')
    save(olivia)
    expect(olivia.get_by_text('Name must be new: there is a role Owner already.')).to_be_visible()
    expect(box(olivia, 'Customers: Add')).to_be_checked()
    expect(olivia.get_by_label('Name')).to_have_value('OWNER')


def test_a_role_in_use_is_not_deleted_and_a_free_one_is(site: Site) -> None:
    """SET-10: the refusal says how many people have it; an open page of a deleted role says so."""
    made = desk('stan')
    olivia, rita = site.staff('olivia', ROLES), site.staff('rita', f'{ROLES}/{made}')
    expect(olivia.locator('.role-list li', has_text='Desk')).to_contain_text('1 person')
    choose(olivia, 'Desk', 'Delete')
    answer(olivia, 'Delete Desk', 'Delete role')
    expect(olivia.get_by_role('alert')).to_have_text(
        '1 person has the role Desk. Give them another role first.'
    )
    olivia.get_by_role('button', name='Cancel').click()
    give('stan', id_of('Standard'))
    choose(olivia, 'Desk', 'Delete')
    answer(olivia, 'Delete Desk', 'Delete role')
    expect(olivia.get_by_text("The role 'Desk' has been deleted.")).to_be_visible()
    expect(olivia.locator('.role-list li', has_text='Desk')).to_have_count(0)
    expect(rita.get_by_text('This role has been deleted.')).to_be_visible()


def test_nobody_ticks_what_their_own_role_does_not_permit(site: Site) -> None:
    """SET-10: such boxes are locked, and a role that permits more is only to read."""
    keeper = desk('manu', grants=('roles:add', 'roles:edit', 'roles:delete', 'customers:view'))
    with acting_as(Operator('test')) as work:
        wide = create_role(work, 'Wide', ['api_keys:list']).id
    manu = site.staff('manu', f'{ROLES}/{keeper}')
    expect(manu.get_by_text('This is your own role')).to_be_visible()
    expect(box(manu, 'Customers: View')).to_be_enabled()
    expect(box(manu, 'Customers: Edit')).to_be_disabled()
    manu.goto(f'{ROLES}/{wide}')
    expect(manu.get_by_text('Wide permits more than your own role: API Keys: List.')).to_be_visible()
    expect(manu.get_by_role('checkbox')).to_have_count(0)


def test_the_list_follows_what_others_do(site: Site) -> None:
    """SET-10: a role more, a name, a role less, without a reload."""
    rita = site.staff('rita', ROLES)
    rita.evaluate('window.notReloaded = true')
    made, olivia = desk(), site.as_staff('olivia')
    change(olivia, made, name='Front Desk')
    expect(rita.get_by_role('link', name='Front Desk')).to_be_visible()
    delete(olivia, made)
    expect(rita.get_by_role('link', name='Front Desk')).to_have_count(0)
    assert rita.evaluate('window.notReloaded === true')


def test_the_pages_fit_olivias_phone(site: Site) -> None:
    """SET-10: the grid too; each box is there to be tapped."""
    olivia = site.staff('olivia', f'{ROLES}/{desk()}', **PHONE)
    box(olivia, 'Audit Log: View').tap()
    expect(box(olivia, 'Audit Log: List')).to_be_checked()
    assert olivia.evaluate(TOO_WIDE) == 0
    for path in (ROLES, STAFF_USERS):
        olivia.goto(path)
        expect(olivia.get_by_role('button', name='Actions for').first).to_be_visible()
        assert olivia.evaluate(TOO_WIDE) == 0, path


def test_sam_is_invited_joins_and_is_out_the_moment_olivia_disables_him(post: Post) -> None:
    """SET-11: the mail is really sent; his pages, and one in which he views the portal, close at once."""
    olivia = post.site.staff('olivia', STAFF_USERS)
    olivia.get_by_role('button', name='Invite staff user').click()
    dialog = olivia.get_by_role('dialog', name='Invite staff user')
    dialog.get_by_label('Name').fill('Sam')
    dialog.get_by_label('Email').fill('Sam@Staff.example')
    dialog.get_by_role('combobox', name='Role').click()
    olivia.get_by_role('option', name='Portal User Manager').click()
    dialog.get_by_role('button', name='Send invitation').click()
    expect(olivia.get_by_text("An invitation has been sent to 'Sam'.")).to_be_visible()
    row = olivia.locator('tr.record', has_text='sam@staff.example')
    expect(row.locator('td[data-label="Status"]')).to_have_text('Invited')
    mail = post.mail_to('sam@staff.example')
    assert str(mail.message['Subject']) == "Olivia invites you to Northwind's admin pages"
    sam = post.site.visitor()
    sam.goto(link_in(mail, 'JOIN'))
    expect(sam.get_by_text('with the role Portal User Manager')).to_be_visible()
    post.site.expect_refusal(422, 410, 401)
    sam.get_by_label('Your name').fill('Sam Rivera')
    sam.get_by_label('Choose a password').fill('short')
    sam.get_by_role('button', name='Join').click()
    expect(sam.get_by_role('alert')).to_have_text('Password must have at least 12 characters (got 5).')
    sam.get_by_label('Choose a password').fill(NEW)
    sam.get_by_role('button', name='Join').click()
    expect(sam.get_by_role('heading', name='Welcome, Sam')).to_be_visible()
    expect(row.locator('td[data-label="Status"]')).to_have_text('Active')
    again = post.site.visitor()
    again.goto(link_in(mail, 'JOIN'))
    expect(again.get_by_role('heading')).to_have_text('This link has been used already')
    sam.goto('/admin/customers/C1001')
    view = sam.context.new_page()
    view.goto('/admin/customers/C1001')
    view.get_by_role('button', name='Actions for Anna Person').click()
    view.get_by_text('View portal as this contact').click()
    view.wait_for_url('**/portal/C1001')
    choose(olivia, 'Sam Rivera', 'Disable')
    answer(olivia, 'Disable Sam Rivera', 'Disable')
    sam.wait_for_url('**/admin/login**', timeout=AT_ONCE)
    expect(view.get_by_role('heading')).to_have_text('The view has ended', timeout=AT_ONCE)
    expect(row.locator('td[data-label="Status"]')).to_have_text('Disabled')
    sam.get_by_label('Email address').fill('sam@staff.example')
    sam.get_by_label('Password').fill(NEW)
    sam.get_by_role('button', name='Log in').click()
    expect(sam.get_by_role('alert')).to_have_text('The email address or the password is not right.')


def test_olivia_sends_stan_a_password_reset(post: Post) -> None:
    """SET-11: his open pages close once he has used it."""
    olivia, stan = post.site.staff('olivia', STAFF_USERS), post.site.staff('stan', '/admin')
    choose(olivia, 'Stan', 'Send password reset')
    answer(olivia, 'Send password reset', 'Send')
    visitor = post.site.visitor()
    visitor.goto(link_in(post.mail_to('stan@staff.example'), 'RESET PASSWORD'))
    visitor.get_by_label('New password').fill(NEW)
    visitor.get_by_role('button', name='Set password').click()
    expect(visitor.get_by_role('status')).to_have_text('Your password is set. Please log in with it.')
    stan.wait_for_url('**/admin/login**', timeout=AT_ONCE)


def test_olivia_ends_one_of_stans_sessions_and_then_all(site: Site) -> None:
    """SET-11: which closes the page that is open there, and no other."""
    first = site.staff('stan', '/admin')
    expect(first.get_by_role('heading', name='Welcome, Stan')).to_be_visible()
    second = site.staff('stan', '/admin')
    expect(second.get_by_role('heading', name='Welcome, Stan')).to_be_visible()
    olivia = site.staff('olivia', STAFF_USERS)
    choose(olivia, 'Stan', 'Sessions')
    dialog = olivia.get_by_role('dialog', name='Sessions of Stan')
    expect(dialog.get_by_role('listitem')).to_have_count(2)
    dialog.get_by_role('button', name='End the session').first.click()
    second.wait_for_url('**/admin/login**', timeout=AT_ONCE)
    expect(dialog.get_by_role('listitem')).to_have_count(1)
    expect(first.get_by_role('heading', name='Welcome, Stan')).to_be_visible()
    dialog.get_by_role('button', name='End all').click()
    first.wait_for_url('**/admin/login**', timeout=AT_ONCE)
    expect(dialog.get_by_text('Stan is not signed in anywhere.')).to_be_visible()


def test_the_menu_of_the_last_owner_has_no_way_out(site: Site) -> None:
    """SET-10: neither Disable nor Change role; with another Owner there is."""
    olivia = site.staff('olivia', STAFF_USERS)
    olivia.get_by_role('button', name='Actions for Olivia').click()
    entries = opened(olivia).get_by_role('menuitem')
    expect(entries.get_by_text('Rename')).to_be_visible()
    for name in ('Disable', 'Change role'):
        expect(entries.get_by_text(name, exact=True)).to_have_count(0)
    dismiss(olivia)
    give('rita', id_of('Owner'))
    olivia.get_by_role('button', name='Actions for Olivia').click()
    expect(opened(olivia).get_by_role('menuitem', name='Change role')).to_be_visible()


def test_the_list_of_staff_is_filtered_and_exported(site: Site) -> None:
    """SET-11: as every list; Rita, who only reads, takes nothing out."""
    olivia = site.staff('olivia', f'{STAFF_USERS}?role=Standard')
    expect_rows(olivia, 1)
    assert column(olivia, 'Name') == ['Stan']
    answer = olivia.request.get('/admin/staff-users/export.csv?role=Standard')
    assert answer.text().splitlines()[1].startswith('Stan,stan@staff.example,Standard,Active')
    assert PASSWORD not in answer.text()
    rita = site.staff('rita', STAFF_USERS)
    expect_rows(rita, 4)
    expect(rita.get_by_role('button', name='Export')).to_have_count(0)
    site.expect_refusal(403)
    assert rita.request.get('/admin/staff-users/export.csv').status == 403
