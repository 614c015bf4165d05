"""Staff view the portal as a contact: exactly what the contact sees, and nothing can be changed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select
from starlette.responses import JSONResponse

from portal_app import live
from portal_app.auth.permissions import OWNER
from portal_app.auth.realms import PORTAL, STAFF
from portal_app.auth.viewer import ContactView, Operator, StaffViewer
from portal_app.errors import NotFound, NotPermitted, PortalError, SeesNothing, ViewEnded
from portal_app.live import Change, Topic
from portal_app.models import (
    AuditEntry,
    Contact,
    Customer,
    PortalSession,
    PortalStatus,
    PortalUser,
    PortalView,
    Role,
    StaffSession,
    StaffUser,
)
from portal_app.models.base import now
from portal_app.queries import parse
from portal_app.services import access, listings, setup, view_as
from portal_app.services.sign_in import end_sessions, sign_in, sign_out_token, staff_viewer
from portal_app.services.tidying import tidy
from portal_app.work import acting_as, reading_as
from tests.test_contact_tabs import contact_of, tabs, without
from tests.world import HERE, PASSWORD, World, add_contact, change, contact, organization


def view(staff: StaffViewer, contact_id: int) -> ContactView:
    with acting_as(staff) as work:
        token, _ = view_as.begin(work, contact_id)
    return view_as.view_of(token, HERE)


def seen(viewer: object, key: str) -> object:
    """What somebody sees of a portal object: its rows, and each record."""
    with reading_as(viewer) as work:  # type: ignore[arg-type]
        listing = setup.portal_tab(work, key)
        rows = listings.page(work, listing, parse(listing, [])[0]).rows
        return rows, [] if listing.summarise else [listings.record(work, listing, row['id']) for row in rows]


@pytest.mark.parametrize(
    ('who', 'customer', 'number'),
    [('anna', 'acme', 'C1001'), ('nora', 'nordics', 'C1002'), ('ben', 'globex', 'C1004')],
)
def test_manu_sees_what_the_contact_sees_and_no_more(
    world: World, who: str, customer: str, number: str
) -> None:
    """ACC-13: the company and its enabled children, its visible fields, its tabs."""
    with acting_as(world.as_staff('olivia')) as work:
        setup.set_field(work, 'usage-events', 'source', False)
    viewing = view(world.as_staff('manu'), contact_of(world, customer, who))
    themselves = world.as_customer(who, number)
    assert viewing.company == themselves.company
    assert tabs(viewing) == tabs(themselves)
    for key in tabs(themselves):
        assert seen(viewing, key) == seen(themselves, key)
    with reading_as(viewing) as theirs, reading_as(themselves) as own:
        assert theirs.customer_ids == own.customer_ids
        assert [company.number for company in access.companies(theirs)] == [number]


@pytest.mark.parametrize('status', [PortalStatus.NONE, PortalStatus.PENDING])
def test_who_has_not_registered_is_shown_as_they_would_see_it(world: World, status: PortalStatus) -> None:
    """Field notes: also before anybody is invited."""
    paula = add_contact(world, 'acme', 'paula', portal_status=status, hidden_tabs=['usage'])
    viewing = view(world.as_staff('manu'), paula)
    assert not viewing.registered
    assert tabs(viewing) == without('usage')
    assert seen(viewing, 'usage-events') == seen(world.as_customer('anna', 'C1001'), 'usage-events')


def test_the_contact_s_own_tabs_hold_in_the_view(world: World) -> None:
    """Field notes: per-contact permissions."""
    anna = contact_of(world, 'acme', 'anna')
    change(Contact, anna, hidden_tabs=['usage'])
    viewing = view(world.as_staff('manu'), anna)
    assert tabs(viewing) == tabs(world.as_customer('anna', 'C1001')) == without('usage')


SHUT_OUT: list[tuple[Callable[[World, int], object], str]] = [
    (
        lambda world, _: change(Customer, world.customers['acme'], portal_access=False),
        "Acme's portal access is disabled: this contact sees nothing.",
    ),
    (
        lambda _, anna: change(Contact, anna, portal_status=PortalStatus.DISABLED),
        'The portal access of Anna Person is disabled: this contact sees nothing.',
    ),
    (
        lambda _, anna: change(Contact, anna, permitted=False),
        'Anna Person is not permitted to use the portal: this contact sees nothing.',
    ),
    (
        lambda _, anna: change(PortalUser, contact(anna).portal_user_id or 0, disabled_at=now()),
        'The login of Anna Person is disabled: this contact sees nothing.',
    ),
    (
        lambda _world, _: organization(portal_enabled=False),
        'The Customer Billing Portal is switched off: this contact sees nothing.',
    ),
]


@pytest.mark.parametrize(('shut_out', 'words'), SHUT_OUT)
def test_who_is_shut_out_is_said_to_see_nothing(
    world: World, shut_out: Callable[[World, int], object], words: str
) -> None:
    """ACC-08, ACC-09: instead of records; the view itself goes on, so that it can be stopped."""
    anna = contact_of(world, 'acme', 'anna')
    viewing = view(world.as_staff('manu'), anna)
    shut_out(world, anna)
    with pytest.raises(SeesNothing) as failure, reading_as(viewing):
        pass
    assert failure.value.message == words
    with acting_as(world.as_staff('olivia')) as work:
        token, _ = view_as.begin(work, anna)
    assert view_as.view_of(token, HERE).company.name == 'Acme'


def test_nothing_can_be_changed_and_nothing_is_marked_as_seen(world: World) -> None:
    """Field notes: read only, marks nothing as seen."""
    anna = contact_of(world, 'acme', 'anna')
    world.as_customer('anna', 'C1001')
    with reading_as(Operator('test')) as work:
        before = work.session.exec(select(PortalUser, PortalSession).join(PortalSession)).all()
    viewing = view(world.as_staff('manu'), anna)
    seen(viewing, 'usage-events')
    words = 'You are viewing the portal as Anna Person; nothing can be changed.'
    with pytest.raises(NotPermitted) as failure, acting_as(viewing):
        pass
    assert failure.value.message == words
    with reading_as(Operator('test')) as work:
        after = work.session.exec(select(PortalUser, PortalSession).join(PortalSession)).all()
        assert [(user.model_dump(), session.model_dump()) for user, session in after] == [
            (user.model_dump(), session.model_dump()) for user, session in before
        ]


def test_it_is_written_down_who_viewed_as_whom(world: World) -> None:
    """OPS-03."""
    anna = contact_of(world, 'acme', 'anna')
    view(world.as_staff('manu'), anna)
    with reading_as(Operator('test')) as work:
        entry = work.session.exec(select(AuditEntry).where(AuditEntry.action == 'portal_access.view')).one()
    assert (entry.actor, entry.subject, entry.contact_id, entry.customer_id) == (
        'Manu <manu@staff.example>',
        'Anna Person <anna@example.com>',
        anna,
        world.customers['acme'],
    )


def test_a_view_lasts_half_an_hour_and_never_longer_than_the_session(world: World) -> None:
    """Field notes."""
    manu, anna = world.as_staff('manu'), contact_of(world, 'acme', 'anna')
    left = view(manu, anna).expires_at - now()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    change(StaffSession, manu.session_id, expires_at=now() + timedelta(minutes=5))
    viewing = view(manu, anna)
    assert viewing.expires_at - now() < timedelta(minutes=5)
    change(PortalView, viewing.session_id, expires_at=now() - timedelta(seconds=1))
    with pytest.raises(ViewEnded), reading_as(viewing):
        pass


def _signed_out(world: World, manu: StaffViewer) -> None:
    with acting_as(world.as_staff('olivia')) as work:
        end_sessions(work, STAFF, manu.user_id)


def _demoted(_world: World, manu: StaffViewer) -> None:
    with acting_as(Operator('test')) as work:
        role = work.session.exec(select(Role).join(StaffUser).where(StaffUser.id == manu.user_id)).one()
        role.grants = [grant for grant in role.grants if grant != 'usage_events:view']
        work.session.add(role)


ENDS: list[Callable[[World, StaffViewer], None]] = [
    _signed_out,
    _demoted,
    lambda _world, manu: change(StaffUser, manu.user_id, disabled_at=now()),
    lambda _world, manu: change(StaffSession, manu.session_id, expires_at=now() - timedelta(seconds=1)),
]


@pytest.mark.parametrize('end', ENDS, ids=['signed out', 'role changed', 'disabled', 'session over'])
def test_a_view_ends_with_the_staff_user_s_session_and_right(
    world: World, end: Callable[[World, StaffViewer], None]
) -> None:
    """Field notes: the cookie of a view is useless then, too."""
    manu, anna = world.as_staff('manu'), contact_of(world, 'acme', 'anna')
    with acting_as(manu) as work:
        token, _ = view_as.begin(work, anna)
    viewing = view_as.view_of(token, HERE)
    end(world, manu)
    with pytest.raises(ViewEnded), reading_as(viewing):
        pass
    with pytest.raises(ViewEnded):
        view_as.view_of(token, HERE)


def test_stopping_tells_the_open_pages_and_a_second_view_ends_the_first(world: World) -> None:
    """Field notes: one view at a time, so that no page is taken for another contact's."""
    manu = world.as_staff('manu')
    first = view(manu, contact_of(world, 'acme', 'anna'))
    heard: list[Change] = []
    stop_listening = live.listen(Topic.ACCESS, heard.append)
    with acting_as(manu) as work:
        token, number = view_as.begin(work, contact_of(world, 'globex', 'ben'))
    second = view_as.view_of(token, HERE)
    assert number == 'C1004'
    with pytest.raises(ViewEnded), reading_as(first):
        pass
    assert [view_as.stop(token), view_as.stop(token), view_as.stop('never was')] == ['C1004', 'C1004', '']
    stop_listening()
    with pytest.raises(ViewEnded), reading_as(second):
        pass
    assert heard == [
        Change(Topic.ACCESS, subject=view_as.view_subject(viewing.session_id)) for viewing in (first, second)
    ]


@pytest.mark.parametrize('who', ['stan', 'custom'])
def test_only_the_grants_view_as_a_contact(world: World, who: str) -> None:
    """SET-10: all that a view shows must be within the role; nothing leaks through somebody else's eyes."""
    if who == 'stan':
        with pytest.raises(NotPermitted):
            view(world.as_staff('stan'), contact_of(world, 'acme', 'anna'))
        return
    for missing in view_as.NEEDED:
        manu = world.as_staff('manu')
        with acting_as(Operator('test')) as work:
            role = work.session.exec(select(Role).join(StaffUser).where(StaffUser.id == manu.user_id)).one()
            role.grants = [
                permission.grant
                for permission in OWNER.permissions
                if permission.activity != missing.activity
            ]
            work.session.add(role)
        with pytest.raises(NotPermitted):
            view(manu, contact_of(world, 'acme', 'anna'))


def test_rita_may_look_and_an_unknown_contact_is_not_found(world: World) -> None:
    """SET-10: a read-only role may view."""
    assert view(world.as_staff('rita'), contact_of(world, 'acme', 'anna')).company.name == 'Acme'
    with pytest.raises(NotFound):
        view(world.as_staff('rita'), 999_999)


def test_old_views_are_forgotten_with_their_sessions(world: World) -> None:
    """OPS-01: a start tidies both, the view first."""
    viewing = view(world.as_staff('manu'), contact_of(world, 'acme', 'anna'))
    for model, id in ((PortalView, viewing.session_id), (StaffSession, viewing.staff_session_id)):
        change(model, id, expires_at=now() - timedelta(days=91))
    with acting_as(Operator('start')) as work:
        tidy(work)
        assert work.session.exec(select(PortalView)).all() == []


@pytest.fixture
def site(sqlite_world: World) -> TestClient:
    """Viewing, exports and sign-in over HTTP, entered by Manu and, in the same browser, by Ben."""
    from pages.public import sign_in as sign_in_page
    from portal_app.api import exports
    from portal_app.api import view_as as routes
    from portal_app.api.cut_off import add_cut_off

    app = FastAPI()
    for part in (routes, exports, sign_in_page):
        app.include_router(part.router())
    add_cut_off(app)
    app.add_exception_handler(
        PortalError,
        lambda _request, error: JSONResponse({'detail': str(error)}, error.status),  # type: ignore[attr-defined]
    )
    client = TestClient(app, base_url='https://portal.example', follow_redirects=False)
    for realm, email in ((STAFF, 'manu@staff.example'), (PORTAL, 'ben@example.com')):
        token = sign_in(realm, email, PASSWORD, HERE).token
        client.cookies.set(realm.cookie, token, domain='portal.example', path=realm.path)
    return client


def begin(site: TestClient, world: World, origin: str = 'https://portal.example'):  # type: ignore[no-untyped-def]
    anna = contact_of(world, 'acme', 'anna')
    return site.post(f'/admin/contacts/{anna}/view', headers={'Origin': origin})


def test_the_cookie_of_a_view_is_for_the_server_and_the_portal_only(
    site: TestClient, sqlite_world: World
) -> None:
    """POR-01's rules for cookies; the browser goes to the contact's portal."""
    answer = begin(site, sqlite_world)
    assert (answer.status_code, answer.headers['location']) == (303, '/portal/C1001')
    for part in ('portal_view=', 'HttpOnly', 'Secure', 'SameSite=lax', 'Path=/portal'):
        assert part in answer.headers['set-cookie']


def test_the_view_wins_while_it_lasts_and_ben_is_back_afterwards(
    site: TestClient, sqlite_world: World
) -> None:
    """Field notes: neither session is lost or mixed with the other."""
    assert site.get('/portal').headers['location'] == '/portal/C1004'
    begin(site, sqlite_world)
    assert site.get('/portal').headers['location'] == '/portal/C1001'
    assert site.get('/portal/C1004/usage/export.csv').status_code == 404
    refused = site.get('/portal/C1001/usage/export.csv')
    assert (refused.status_code, refused.json()['detail']) == (
        403,
        'You are viewing the portal as Anna Person; nothing can be changed.',
    )
    stopped = site.post('/portal/stop-viewing', headers={'Origin': 'https://portal.example'})
    assert (stopped.status_code, stopped.headers['location']) == (303, '/admin/customers/C1001')
    assert 'portal_view' not in site.cookies
    assert site.get('/portal').headers['location'] == '/portal/C1004'
    assert site.get('/portal/C1004/usage/export.csv').status_code == 200


@pytest.mark.parametrize('origin', ['https://evil.example', 'null', ''])
def test_a_form_of_another_site_begins_and_ends_no_view(
    site: TestClient, sqlite_world: World, origin: str
) -> None:
    """Origin check."""
    assert begin(site, sqlite_world, origin).status_code == 403
    begin(site, sqlite_world)
    assert site.post('/portal/stop-viewing', headers={'Origin': origin}).status_code == 403
    assert site.get('/portal').headers['location'] == '/portal/C1001'


@pytest.mark.parametrize('path', ['0', '-1', '99999', str(2**31), str(2**70), 'x', '1.5'])
def test_a_contact_that_is_not_there_cannot_be_viewed(site: TestClient, path: str) -> None:
    """Bad input."""
    answer = site.post(f'/admin/contacts/{path}/view', headers={'Origin': 'https://portal.example'})
    assert answer.status_code in (404, 422)
    assert 'portal_view' not in site.cookies


def test_without_a_staff_session_nobody_views(site: TestClient, sqlite_world: World) -> None:
    """Words: two realms; a customer's session begins no view, a view's token opens no session."""
    token = begin(site, sqlite_world).cookies['portal_view']
    site.cookies.clear()
    assert begin(site, sqlite_world).status_code == 401
    for realm in (PORTAL, STAFF):
        site.cookies.set(realm.cookie, token)
        assert site.get('/portal').status_code == 401
        assert begin(site, sqlite_world).status_code == 401


def test_the_view_of_a_staff_user_is_useless_after_their_sign_out(
    site: TestClient, sqlite_world: World
) -> None:
    """Field notes; it does not silently turn into Ben's portal either."""
    staff_token = site.cookies.get(STAFF.cookie) or ''
    assert staff_viewer(staff_token, HERE).name == 'Manu'
    begin(site, sqlite_world)
    sign_out_token(STAFF, staff_token)
    for path in ('/portal', '/portal/C1001/usage/export.csv', '/portal/C1004/usage/export.csv'):
        answer = site.get(path)
        assert answer.status_code == 401
        assert answer.json()['detail'] == 'You are not viewing the portal as a contact any more.'


def test_only_a_hash_of_the_view_s_token_is_stored(site: TestClient, sqlite_world: World) -> None:
    """POR-01's rule for sessions."""
    token = begin(site, sqlite_world).cookies['portal_view']
    with reading_as(Operator('test')) as work:
        found = work.session.exec(select(PortalView).order_by(col(PortalView.id))).one()
    assert token.encode() not in found.token_hash
    assert len(found.token_hash) == 32
