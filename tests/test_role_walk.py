"""Each page, menu entry, service verb and route is reached with its grant and not without it (SET-10).

Everything is found in the running product: what is new and has no answer in the tables fails.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import httpx
import pytest

from pages.admin.menu import MENU
from portal_app import db
from portal_app.auth.permissions import BUILT_IN_ROLES, Action, Activity
from portal_app.auth.rate_limits import TableStorage
from portal_app.auth.realms import PORTAL, STAFF
from portal_app.auth.viewer import PortalViewer, StaffViewer
from portal_app.errors import NotFound, NotPermitted
from portal_app.work import acting_as
from tests.browser.server import Server, serving
from tests.role_walk import BEGIN, DOCUMENT, END, VERBS, tables
from tests.role_walk_inner import NOT_FOR_STAFF, called_by_pages, found_functions
from tests.role_walk_office import Grants, Office, all_but, exactly, furnish, grants_of
from tests.role_walk_pages import FOR_CUSTOMERS, FOR_EVERYBODY, FOR_STAFF, Door, may
from tests.role_walk_verbs import Verb
from tests.test_docs import routes
from tests.world import make_world, organization

NOTHING: Grants = frozenset()
SOME_CHANGE = exactly(may((Activity.API_KEYS, Action.ADD)))  # which no list has to do with
IN_ROLES = [grants_of(role) for role in BUILT_IN_ROLES]
HREF = re.compile(r'"href":"(/admin/[^"]+)"')


@dataclass
class Walk:
    """The product as it is served, and who goes through it."""

    server: Server
    office: Office
    browser: httpx.Client

    def ask(self, route: str, address: str, token: str = '') -> tuple[int, str]:
        """The status, and where it leads, for who holds this token: whatever the cookie is called."""
        cookies = f'{STAFF.cookie}={token}; {PORTAL.cookie}={token}' if token else ''
        answer = self.browser.request(route.partition(' ')[0], address, headers={'Cookie': cookies})
        return answer.status_code, answer.headers.get('location', '').partition('?')[0]

    def page(self, address: str, token: str) -> str:
        """The page as the staff user of this session gets it."""
        return self.browser.get(address, headers={'Cookie': f'{STAFF.cookie}={token}'}).text


@pytest.fixture(scope='module')
def walk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """A server of its own, and its office."""
    folder = tmp_path_factory.mktemp('walk')
    shutil.copy(sqlite_template, folder / 'portal.db')
    with serving(folder) as server:
        db.connect(server.database)
        headers = {'Origin': server.address, 'Accept': 'text/html'}
        with httpx.Client(base_url=server.address, headers=headers, timeout=30) as browser:
            yield Walk(server, furnish(make_world()), browser)
        db.engine().dispose()


def _just_enough(asked: Door | Verb) -> list[Grants]:
    """Roles that have exactly what it takes."""
    some_change = SOME_CHANGE if asked.takes_out else NOTHING
    return [exactly(way) | some_change for way in asked.ways]


def _not_enough(asked: Door | Verb) -> list[Grants]:
    """Roles that have everything but one of the permissions; of an export also a role that only reads."""
    lacking = [all_but(*one_of_each) for one_of_each in product(*asked.ways) if one_of_each]
    return lacking + [exactly(way) for way in asked.ways if asked.takes_out]


def test_every_route_says_whom_it_is_for() -> None:
    """SET-10: a new route needs a line in `role_walk_pages.py`."""
    answered = {*FOR_STAFF, *FOR_CUSTOMERS, *FOR_EVERYBODY}
    there = {f'{method} {path}' for method, path in routes()}
    assert {route.partition(' of ')[0] for route in answered} == there


@pytest.mark.parametrize('route', FOR_STAFF)
def test_a_route_of_staff_is_reached_with_its_grants_only(walk: Walk, route: str) -> None:
    """SET-10: by every role, with exactly the grants, without any one of them, as a customer, signed out."""
    door, office = FOR_STAFF[route], walk.office
    for grants in (*IN_ROLES, NOTHING, *_just_enough(door), *_not_enough(door)):
        expected = door.status if door.lets_in(grants) else 403
        address = door.address(route, office, office.user(grants))
        assert walk.ask(route, address, office.token(grants))[0] == expected, sorted(grants)
    address = door.address(route, office, office.user(NOTHING))
    for token in (office.customer_token(), ''):
        assert walk.ask(route, address, token) == (303, '/admin/login')


@pytest.mark.parametrize('route', FOR_CUSTOMERS)
def test_a_route_of_customers_is_theirs_alone(walk: Walk, route: str) -> None:
    """SET-10: no role opens it; staff see the portal as a contact, by a view of their own."""
    address, status = FOR_CUSTOMERS[route]
    assert walk.ask(route, address, walk.office.customer_token())[0] == status
    for token in (*map(walk.office.token, IN_ROLES), ''):
        assert walk.ask(route, address, token) == (303, '/portal/login')


@pytest.mark.parametrize('route', FOR_EVERYBODY)
def test_a_public_route_answers_everybody_alike(walk: Walk, route: str) -> None:
    """SET-10: it depends on no grant."""
    address, status = FOR_EVERYBODY[route]
    tokens = [*map(walk.office.new_token, (*IN_ROLES, NOTHING)), walk.office.customer_token(), '']
    for token in tokens:
        TableStorage().reset()  # the tries of the others do not count
        assert walk.ask(route, address, token)[0] == status


@pytest.fixture(params=[True, False], ids=['portal on', 'portal off'])
def portal_on(walk: Walk, request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether the portal is switched on."""
    organization(portal_enabled=request.param)
    yield request.param
    organization(portal_enabled=True)


@pytest.mark.parametrize(
    'grants', [*IN_ROLES, NOTHING], ids=[*(role.name for role in BUILT_IN_ROLES), 'no grant']
)
def test_the_menu_offers_the_pages_that_open_and_no_other(
    walk: Walk, portal_on: bool, grants: Grants
) -> None:
    """SET-10, SET-01: and so does the first page, in its menu and in itself."""
    token = walk.office.token(grants)
    opens = {entry.target for entry in MENU if walk.ask('GET', entry.target, token)[0] == 200}
    assert {entry.target for entry in MENU if entry.is_for(grants, portal_on)} == opens
    assert set(HREF.findall(walk.page('/admin', token))) == opens


def test_an_entry_of_the_menu_needs_what_its_page_needs() -> None:
    """SET-10: a role of any making, too."""
    assert all(entry.needs == FOR_STAFF[f'GET {entry.target}'].needs for entry in MENU)


def test_every_service_verb_says_who_may_do_it() -> None:
    """SET-10: a new function needs a line in a table, or a reason why it asks for no grant."""
    inner = [name for each in NOT_FOR_STAFF for name in each.names.split()]
    assert sorted([*{verb.name for verb in VERBS}, *inner]) == sorted(found_functions())


def test_no_page_and_no_route_calls_what_asks_for_no_grant() -> None:
    """SET-10: but for what says so, such a function is called by verbs that have asked, or on the server."""
    called = called_by_pages()
    assert 'access.disable_customers' in called
    for each in NOT_FOR_STAFF:
        if not each.on_pages:
            assert called & set(each.names.split()) == set(), each.reason


@pytest.mark.parametrize('verb', VERBS, ids=lambda verb: f'{verb.name} {verb.use}'.strip())
def test_a_verb_is_done_with_its_grants_only(walk: Walk, verb: Verb) -> None:
    """SET-10: by every role, with exactly the grants, without any one of them, and as a customer."""
    office = walk.office
    assert _may(verb, office, office.customer()) == verb.own_too
    for grants in (*IN_ROLES, NOTHING, *_just_enough(verb), *_not_enough(verb)):
        assert _may(verb, office, office.viewer(grants)) == verb.is_for(grants), sorted(grants)


def test_the_tables_in_the_documentation_are_those_in_force() -> None:
    """SET-10. When they differ: python -m tests.role_walk"""
    text = DOCUMENT.read_text()
    assert text.partition(BEGIN)[2].partition(END)[0].strip() == tables()


def _may(verb: Verb, office: Office, viewer: PortalViewer | StaffViewer) -> bool:
    """Whether this viewer can do it now; nothing of it is kept. Customers are told that it is not there."""
    shut_out = (NotPermitted, NotFound) if isinstance(viewer, PortalViewer) else (NotPermitted,)
    try:
        with acting_as(viewer) as work:
            answer = verb.do(work, office)
            work.session.rollback()
            work.changes.clear()
            work.entries.clear()
    except shut_out:
        return False
    except verb.refused:
        return True
    return answer is True or not verb.asks
