"""No page breaks a rule of WCAG 2.2 A or AA that axe-core knows, in light and dark mode."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from portal_app.auth.realms import STAFF
from portal_app.auth.viewer import Operator
from portal_app.gateways.simulated import SimulatedGateway
from portal_app.models import Plan
from portal_app.services.password_resets import send_reset
from portal_app.work import acting_as
from tests.billing import furnish_accounts, metered_invoice
from tests.browser.axe import SCHEMES, faults, open_calmly
from tests.browser.server import serving
from tests.browser.site import Site
from tests.gateway_tills import SimulatedTill
from tests.office import furnish
from tests.paying import EXPIRED, SUCCEEDS, invoice, pay_link, saved
from tests.subscriptions import allow
from tests.test_docs import routes
from tests.test_line_events import metered
from tests.world import HERE, World, mails, organization, tab, token_of

NOT_PAGES = {  # files, and addresses that lead elsewhere
    '/',
    '/portal',
    '/admin/exports/{ticket}',
    '/admin/{key}/export.{format}',
    '/admin/setup/configuration.json',
    '/brand/{name}',
    '/healthz',
    '/our-name',
    '/portal/{company}/exports/{ticket}',
    '/portal/{company}/{key}/export.{format}',
    '/portal/{company}/documents/{kind}/{record_id}.pdf',
    '/admin/documents/{kind}/{record_id}.pdf',
    '/readyz',
    '/setup',  # while nobody works here yet: it has a test of its own
}
METERED = 900  # the id of an invoice with a line for usage
PUBLIC = {
    '/portal/login': ('/portal/login', '/portal/login?notice=logged-out'),
    '/portal/forgot-password': ('/portal/forgot-password',),
    '/portal/request-access': ('/portal/request-access',),
    '/portal/link/{token}': ('/portal/link/{invitation}', '/portal/link/nothing'),
    '/test-gateway/{reference}': ('/test-gateway/{saving}', '/test-gateway/{asking}', '/test-gateway/{paid}'),
    '/pay/{token}': ('/pay/{bill}', '/pay/nothing'),
    '/pay/back/{number}': ('/pay/back/PAY-000001',),
    '/admin/login': ('/admin/login',),
    '/admin/forgot-password': ('/admin/forgot-password',),
    '/admin/link/{token}': ('/admin/link/{reset}', '/admin/link/nothing'),
}
PORTAL = {
    '/portal/{company}': ('/portal/C1001', '/portal/C1001/nothing'),
    '/portal/{company}/invoices': ('/portal/C1001/invoices', '/portal/C1001/invoices?status=Void'),
    '/portal/{company}/invoices/{invoice_id}/lines/{position}': (
        f'/portal/C1001/invoices/{METERED}/lines/1',
    ),
    '/portal/{company}/pay': ('/portal/C1001/pay',),
    '/portal/{company}/pay/{number}': ('/portal/C1001/pay/PAY-000001',),
    '/portal/{company}/payment-methods': ('/portal/C1001/payment-methods',),
    '/portal/{company}/payments': ('/portal/C1001/payments',),
    '/portal/{company}/credits': ('/portal/C1001/credits',),
    '/portal/{company}/subscriptions': ('/portal/C1001/subscriptions',),
    '/portal/{company}/statements': ('/portal/C1001/statements',),
    '/portal/{company}/usage': ('/portal/C1001/usage',),
    '/portal/{company}/usage-events': (
        '/portal/C1001/usage-events',
        '/portal/C1001/usage-events?status=Void&nothing=1',
        '/portal/C1001/usage-events?q=nowhere',
    ),
}
ADMIN = {
    '/admin': ('/admin',),
    '/admin/customers': ('/admin/customers',),
    '/admin/customers/{number}': ('/admin/customers/C1001', '/admin/customers/C1003', '/admin/customers/x'),
    '/admin/invoices': ('/admin/invoices', '/admin/invoices?status=Void'),
    '/admin/invoices/new': ('/admin/invoices/new', '/admin/invoices/new?customer=C1001'),
    '/admin/invoices/{number}': ('/admin/invoices/INV-000001', '/admin/invoices/DRAFT-1'),
    '/admin/invoices/{number}/edit': ('/admin/invoices/DRAFT-1/edit',),
    '/admin/payments': ('/admin/payments',),
    '/admin/payments/{number}': ('/admin/payments/PAY-000001',),
    '/admin/credits': ('/admin/credits',),
    '/admin/credits/{number}': ('/admin/credits/CM-000001',),
    '/admin/refunds': ('/admin/refunds',),
    '/admin/subscriptions': ('/admin/subscriptions',),
    '/admin/subscriptions/{number}': ('/admin/subscriptions/SUB-2',),
    '/admin/plans': ('/admin/plans',),
    '/admin/statements': ('/admin/statements',),
    '/admin/access-requests': ('/admin/access-requests',),
    '/admin/access-review': ('/admin/access-review',),
    '/admin/audit-log': ('/admin/audit-log',),
    '/admin/email-log': ('/admin/email-log',),
    '/admin/email-log/{mail_id}': ('/admin/email-log/1',),
    '/admin/setup/general': ('/admin/setup/general',),
    '/admin/setup/portal': ('/admin/setup/portal',),
    '/admin/setup/company-profile': ('/admin/setup/company-profile',),
    '/admin/setup/roles': ('/admin/setup/roles',),
    '/admin/setup/roles/{role_id}': ('/admin/setup/roles/1', '/admin/setup/roles/new'),
    '/admin/setup/staff-users': ('/admin/setup/staff-users',),
    '/admin/setup/templates': ('/admin/setup/templates',),
    '/admin/setup/templates/{key}': ('/admin/setup/templates/portal-invitation',),
    '/admin/setup/configuration': ('/admin/setup/configuration',),
}
# What is pressed, by role and name; then a menu or dialog is open, or the page says what stands behind the =.
OPENED_IN_PORTAL = {
    '/portal/C1004': ('button:switch company', 'button:account of Ben', 'button:Explain my balance'),
    '/portal/C1004/invoices': ('row:Partially Paid', 'button:Total'),
    '/portal/C1004/payments': ('row:Processed',),
    '/portal/C1004/subscriptions': (
        'row:Active > button:Change quantity > button:One more = Billed now',
        'row:Active > button:Change plan = Your plan',
        'row:Active > button:Cancel subscription = Nothing is refunded',
        'row:Active',
    ),
    '/portal/C1004/usage-events': (
        'button:Columns',
        'button:Export',
        'button:Date',
        'button:Status',
        'button:Quantity',
        'button:Properties',
        'button:More filters',
        'combobox:Rows per page',
        'row:only.globex',
    ),
    '/portal/C1004/usage': ('button:Period',),
}
OPENED_BY_STAFF = {
    '/admin/customers': (
        'button:account of Olivia',
        'button:Add customer',
        'button:Actions for Acme',
        'button:Actions for Globex > menuitem:Disable Portal Access',
        'checkbox:Select Globex = 1 selected',
        'checkbox:Select Globex > button:Actions',
        'checkbox:Select all on this page > button:Actions > menuitem:Invite',
    ),
    '/admin/customers/C1001': (
        'button:Add contact',
        'button:Actions for Acme',
        'button:Actions for Anna',
        'button:Actions for Anna > menuitem:Disable',
        'button:Actions for Anna > menuitem:tabs',
        'button:Actions for Anna > menuitem:Edit',
        'button:Actions for Anna > menuitem:View portal as this contact = Stop viewing',
    ),
    '/admin/invoices': ('button:Overdue by', 'button:Export'),
    '/admin/invoices/new': ('button:Customer:', 'combobox:Currency', 'button:Save draft = must be chosen'),
    '/admin/invoices/INV-000001': (
        'button:Record payment',
        'button:Actions for INV > menuitem:Void',
        'button:Actions for INV > menuitem:Issue credit memo',
    ),
    '/admin/payments': ('button:Record payment',),
    '/admin/payments/PAY-000001': ('button:Take back', 'button:Actions for PAY > menuitem:Refund'),
    '/admin/subscriptions': ('button:New subscription',),
    '/admin/subscriptions/SUB-2': (
        'button:Actions for SUB-2 > menuitem:Change term = Without a day it goes on',
        'button:Actions for SUB-2 > menuitem:Cancel now = It ends today',
    ),
    '/admin/plans': ('button:New plan', 'button:Actions for Old 0 > menuitem:Edit = a lower one waits'),
    '/admin/access-requests': ('button:Actions for Carl',),
    '/admin/access-review': ('button:Sign off = Note',),
    '/admin/audit-log': ('button:Who', 'button:Action', 'row:Invitation sent'),
    '/admin/email-log/1': ('button:Show link = Copy', 'button:Plain text = Plain text'),
    '/admin/setup/general': ('switch:Customer Billing Portal',),
    '/admin/setup/portal': ('switch:Show Usage Events = Undo', 'button:Save address = must not be empty'),
    '/admin/setup/company-profile': ('combobox:Language and formats', 'combobox:Currency'),
    '/admin/setup/roles': ('button:New role', 'button:Actions for Standard > menuitem:Duplicate'),
    '/admin/setup/staff-users': (
        'button:Invite staff user',
        'button:Actions for Rita',
        'button:Actions for Rita > menuitem:Disable',
    ),
    '/admin/setup/templates/portal-invitation': (
        'button:Insert variable',
        'button:Data:',
        'button:Restore default',
        'button:View version 1',
    ),
}
SPOIL = """place => document.querySelector(place).insertAdjacentHTML('beforeend',
  '<button></button><p style="color:#999">Who can read this in a bright room?</p>')"""
TALL = {'viewport': {'width': 1280, 'height': 1800}}  # what is scrolled away under a dialog, axe misjudges
COLOURS = ('#ffffff', '#000000', '#ffee00', '#777777', '#ff0000')


@pytest.fixture
def office(site: Site) -> Site:
    """A world with records in every list, and legal links on the public pages."""
    furnish(site.world)
    organization(legal_links=True, terms_url='https://t.example', privacy_url='https://p.example')
    send_reset(STAFF, 'olivia@staff.example', HERE)
    site.expect_refusal(403, 404, 410)
    return site


@pytest.fixture
def accounts(office: Site) -> Site:
    """The same, with records in every tab of the portal."""
    furnish_accounts(office.world)
    acme = office.world.customers['acme']
    with acting_as(Operator('test')) as work:
        metered_invoice(work, acme, [metered(acme, 1), metered(acme, 2, status='Void')], id=METERED)
        work.session.add(Plan(code='small', name='Small', family='main', currency='USD', price=900))
    allow()
    tab('statements', enabled=True)
    return office


def test_every_page_is_looked_at() -> None:
    """A page that is added answers for itself: it is in one of the lists of this file."""
    assert {path for method, path in routes() if method == 'GET'} == NOT_PAGES | {*PUBLIC, *PORTAL, *ADMIN}


def test_no_public_page_has_a_fault(office: Site) -> None:
    """WCAG 2.2 AA: signing in, forgotten passwords, invitations, ended links, the test gateway, Pay Now."""
    tokens = {mail.template: token_of(mail) for mail in mails() if mail.link_id}
    page = office.visitor()
    known = {
        'invitation': tokens['portal-invitation'],
        'reset': tokens['reset-password'],
        'saving': SimulatedGateway().begin_saving('', '/portal', 'k').reference,
        'asking': SimulatedTill().pay_by_page('3184'),
        'paid': SimulatedTill().pay_by_page('4242'),
        'bill': pay_link(invoice(office.world)),
    }
    _walk(page, [address.format(**known) for each in PUBLIC.values() for address in each])


def test_no_page_of_the_portal_has_a_fault(accounts: Site) -> None:
    """WCAG 2.2 AA: for Anna of Acme; also where nothing is found, and where there is no such page."""
    anna = accounts.world.as_customer('anna', 'C1001')
    for last4 in (SUCCEEDS, EXPIRED):
        saved(anna, last4)
    _walk(
        accounts.customer('anna', '/portal/C1001'), [address for each in PORTAL.values() for address in each]
    )


def test_no_admin_page_has_a_fault(office: Site) -> None:
    """WCAG 2.2 AA: for Olivia, who sees everything."""
    _walk(office.staff('olivia', '/admin'), [address for each in ADMIN.values() for address in each])


def test_no_admin_page_has_a_fault_for_who_only_reads(office: Site) -> None:
    """WCAG 2.2 AA, SET-10: what Rita cannot change is shown so; Stan reads that he may not."""
    setup = [each[0] for path, each in ADMIN.items() if path.startswith('/admin/setup/')]
    _walk(office.staff('rita', '/admin'), [*setup, '/admin/customers/C1001'], ['light'])
    _walk(office.staff('stan', '/admin/customers'), ['/admin/setup/portal'])


def _walk(page: Page, addresses: Sequence[str], schemes: Sequence[str] = SCHEMES) -> None:
    """Open one after the other and look at each."""
    found = _faults(page, addresses, schemes)
    assert not found, '\n'.join(found)


def _faults(page: Page, addresses: Sequence[str], schemes: Sequence[str] = SCHEMES) -> list[str]:
    found = []
    for address in addresses:
        open_calmly(page, address)
        found += [f'{address} {fault}' for fault in faults(page, schemes)]
    return found


def test_nothing_that_opens_has_a_fault_in_the_portal(accounts: Site) -> None:
    """WCAG 2.2 AA: menus, filters, the detail of a record."""
    _open_each(accounts.customer('ben', '/portal/C1004', **TALL), OPENED_IN_PORTAL)


def test_nothing_that_opens_has_a_fault_for_staff(office: Site) -> None:
    """WCAG 2.2 AA: menus, dialogs, what is refused, and the portal under the bar of who views it."""
    _open_each(office.staff('olivia', '/admin', **TALL), OPENED_BY_STAFF)


def test_no_brand_colour_makes_a_fault(office: Site) -> None:
    """SET-05: white, black and what lies between, where the brand shows most."""
    anyone, anna = office.visitor(), office.customer('anna', '/portal/C1001')
    olivia = office.staff('olivia', '/admin')
    found = []
    for colour in COLOURS:
        organization(brand_colour=colour)
        for page, address in (
            (anyone, '/portal/login'),
            (anna, '/portal/C1001/usage'),
            (olivia, '/admin/setup/portal'),
        ):
            found += [f'{colour} {fault}' for fault in _faults(page, [address])]
    assert not found, '\n'.join(found)


def test_a_fault_would_be_found(office: Site) -> None:
    """Else the others here would be worth nothing: in light mode, in dark mode, and in a dialog."""
    page = office.staff('olivia', '/admin')
    open_calmly(page, '/admin/customers')
    assert faults(page) == []
    page.evaluate(SPOIL, '.admin-content')
    rules = [fault.partition(' at ')[0] for fault in faults(page)]
    assert rules == ['light: button-name', 'light: color-contrast', 'dark: button-name']
    page.get_by_role('button', name='Add customer').click()
    expect(page.get_by_role('dialog', name='Add customer')).to_be_visible()
    assert faults(page) == []
    page.evaluate(SPOIL, '.q-dialog form')
    assert [fault.partition(' at ')[0] for fault in faults(page)] == rules


def test_the_wizard_has_no_fault(browser: Browser, tmp_path: Path) -> None:
    """SET-12, WCAG 2.2 AA: before anybody works here, also with everything wrong that can be."""
    with serving(tmp_path) as server:
        site = Site(server, World({}), browser)
        page = site.visitor()
        found = _faults(page, ['/setup'])
        page.get_by_role('button').last.click()
        found += [f'refused: {fault}' for fault in faults(page)]
    assert not found, '\n'.join(found)


def _open_each(page: Page, states: dict[str, tuple[str, ...]]) -> None:
    """Open each of these on its page and look at it; load the page anew where more than that changed."""
    found, fresh, opened = [], '', page.locator('.q-menu, .q-dialog--modal')
    for address, steps in [(address, steps) for address, each in states.items() for steps in each]:
        if fresh != address:
            open_calmly(page, address)
        pressed, _, said = steps.partition(' = ')
        for step in pressed.split(' > '):
            _press(page, *step.split(':', 1))
        expect((page.get_by_text(said) if said else opened).first).to_be_visible()
        found += [f'{address} {steps} {fault}' for fault in faults(page)]
        fresh = '' if said or 'checkbox' in pressed else address
        if fresh:
            page.keyboard.press('Escape')
            expect(opened).to_have_count(0)
    assert not found, '\n'.join(found)


def _press(page: Page, role: str, name: str) -> None:
    row = page.locator('tr.record', has_text=name)
    (row if role == 'row' else page.get_by_role(role, name=name)).first.click()  # type: ignore[arg-type]
