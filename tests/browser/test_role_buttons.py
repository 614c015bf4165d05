"""Every control that changes something is there with its grant and not without it (SET-10)."""

import json
import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from portal_app.auth.permissions import OWNER, READ_ONLY, SEE_ACCESS
from portal_app.auth.realms import STAFF
from portal_app.auth.viewer import Operator
from portal_app.auth.viewing import NEEDED as TO_VIEW_AS
from portal_app.live import Change, Topic
from portal_app.models import StaffUser
from portal_app.work import acting_as
from tests.browser.controls import controls
from tests.browser.site import CONNECTED, Site
from tests.role_walk_office import Grants, Office, exactly, furnish, grants_of
from tests.role_walk_pages import CUSTOMERS, FOR_STAFF, MAIL, ROLES, VIEW, Needs, may
from tests.role_walk_pages import STAFF as STAFF_USERS

PAGES = {
    route: door
    for route, door in FOR_STAFF.items()
    if door.title and route.startswith('GET') and not route.endswith('.json')
}
# What changes nothing but what oneself sees.
READING = re.compile(
    'button (?:'
    'W, account of .*|Columns|Previous page|Next page|Actions|Actions for .*|Clear|Select all .* that match|'
    'Desktop|Phone|Plain text|Data: .*|View version .*|Download configuration|Choose a file|Close)'
    '|combobox Rows per page|checkbox Select .*'
)
SHOWS: dict[str, Needs] = {  # what shows more, and what that needs
    'menuitem Open': may((ROLES, VIEW)),
    'menuitem Open customer': may((CUSTOMERS, VIEW)),
    'menuitem Sessions': may((STAFF_USERS, VIEW)),
    "menuitem Why can't they see it?": (SEE_ACCESS,),
    'menuitem View portal as this contact': TO_VIEW_AS,
}
EXPORT = 'button Export'  # for every role that may change something at all
CANNOT_BE_DONE_HERE = {'A mail'}  # there is no mail server, so no mail can be sent again
A_FILE = {'format': 1, 'roles': [{'name': 'From a file', 'grants': []}, {'name': 'NOTHING', 'grants': []}]}
A_SETUP = {'subdomain': 'acme', 'brand_colour': '#123456', 'logo': None, 'banner': None, 'tabs': {}}


def select_a_customer(page: Page) -> None:
    page.get_by_role('checkbox', name='Select Globex', exact=True).click()
    expect(page.get_by_role('region', name='Selection')).to_be_visible()


def choose_a_file(page: Page) -> None:
    content = json.dumps({**A_FILE, 'portal': A_SETUP}).encode()
    page.locator('input[type=file][accept*=json]').set_input_files(
        {'name': 'file.json', 'mimeType': 'application/json', 'buffer': content}
    )
    expect(page.get_by_text(re.compile(r'^file\.json'))).to_be_visible()


FIRST: dict[str, Callable[[Page], None]] = {  # what shows the rest of a page's controls
    'Customer Accounts': select_a_customer,
    'Configuration File': choose_a_file,
}


def open_page(site: Site, office: Office, page: Page, route: str, grants: Grants) -> None:
    """Open it in this browser as whoever has these grants."""
    page.context.add_cookies(
        [{'name': STAFF.cookie, 'value': office.token(grants), 'url': site.address, 'httpOnly': True}]
    )
    page.goto(PAGES[route].address(route, office, office.user(grants)))
    page.wait_for_function(CONNECTED)
    expect(page.locator('h1')).to_be_visible()


def changing(site: Site, office: Office, page: Page, route: str, grants: Grants) -> set[str]:
    """The controls that change something, for a role with these grants."""
    open_page(site, office, page, route, grants)
    FIRST.get(PAGES[route].title, lambda _: None)(page)
    shows = {control for control, needs in SHOWS.items() if exactly(needs) <= grants}
    return {control for control in controls(page) - shows if not READING.fullmatch(control)}


def dead_ends(page: Page) -> set[str]:
    """The admin pages that this page links, beside its menu, and that do not open."""
    links = page.locator('main a[href^="/admin/"]').filter(visible=True)
    found = links.evaluate_all('links => links.map(link => link.closest("nav") ? "" : link.pathname)')
    return {path for path in {*found} - {''} if not page.request.get(path).ok}


def test_who_only_reads_finds_nothing_to_change_on_any_page(site: Site) -> None:
    """SET-10: neither Read Only nor a role with no more than the page needs. The Owner does."""
    office, page = furnish(site.world), site.visitor()
    for route, door in PAGES.items():
        assert bool(changing(site, office, page, route, grants_of(OWNER)) - {EXPORT}) == bool(door.changes), (
            route
        )
        if any({*way} <= {*door.needs} for way in door.changes):
            continue  # it opens for those alone who may change something
        for grants in (grants_of(READ_ONLY), exactly(door.needs)):
            assert changing(site, office, page, route, grants) == set(), route
            assert dead_ends(page) == set(), route


def test_each_grant_brings_its_own_controls(site: Site) -> None:
    """SET-10: a role with what the page needs and one way to change something there."""
    office, page = furnish(site.world), site.visitor()
    for route, door in PAGES.items():
        if door.title not in CANNOT_BE_DONE_HERE:
            for way in door.changes:
                grants = exactly((*door.needs, *way))
                assert changing(site, office, page, route, grants) - {EXPORT}, f'{route}: {way}'


def test_an_open_page_that_lost_its_grant_says_so_at_the_next_news(site: Site) -> None:
    """SET-10: also where the page did not hear of the change itself."""
    site.expect_refusal(403)
    reader = exactly(may((MAIL, VIEW)))
    office, page = furnish(site.world), site.visitor()
    open_page(site, office, page, 'GET /admin/email-log', reader)
    with acting_as(Operator('test')) as work:
        user = work.session.get_one(StaffUser, office.user(reader))
        user.role_id = office.roles['Nothing']
        work.session.add(user)
        work.tell(Change(Topic.MAIL))
    expect(page.get_by_role('heading', name='Not permitted')).to_be_visible()
