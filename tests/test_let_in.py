"""Whom the portal lets in, whatever session and cookie they have."""

import pytest
from starlette.requests import Request

from portal_app.api import session
from portal_app.auth.realms import PORTAL
from portal_app.errors import AccessEnded, Invalid, NotFound, PortalOff, SignedOut
from portal_app.models import Contact
from portal_app.services.sign_in import companies_of_token, portal_viewer, sign_in
from portal_app.work import acting_as, reading_as
from tests.test_contact_tabs import contact_of
from tests.world import HERE, PASSWORD, World, change, organization


def test_nobody_gets_in_while_the_portal_is_off_and_all_do_when_it_is_on_again(world: World) -> None:
    """SET-01: neither by an open page, nor by a session, nor by signing in; staff are not touched."""
    token = sign_in(PORTAL, 'anna@example.com', PASSWORD, HERE).token
    anna = portal_viewer(token, 'C1001', HERE)
    organization(portal_enabled=False)
    for look in (reading_as, acting_as):
        with pytest.raises(PortalOff), look(anna):
            pass
    with pytest.raises(PortalOff):
        companies_of_token(token)
    with pytest.raises(PortalOff):
        portal_viewer(token, 'C1001', HERE)
    with pytest.raises(PortalOff):
        sign_in(PORTAL, 'anna@example.com', PASSWORD, HERE)
    with reading_as(world.as_staff('olivia')):
        pass
    organization(portal_enabled=True)
    with reading_as(anna):
        pass


def test_a_browser_without_a_session_reads_that_the_portal_is_off_as_well(world: World) -> None:
    """SET-01: every portal page is a 404, not a way to a sign-in that is none; staff are asked to sign in."""
    request = Request({'type': 'http', 'headers': []})
    with pytest.raises(SignedOut) as asked:
        session.portal_viewer(request, 'C1001')
    assert not isinstance(asked.value, PortalOff)
    organization(portal_enabled=False)
    with pytest.raises(PortalOff):
        session.portal_viewer(request, 'C1001')
    with pytest.raises(SignedOut) as asked:
        session.staff_viewer(request)
    assert not isinstance(asked.value, PortalOff)


def test_who_is_not_permitted_does_not_get_in(world: World) -> None:
    """ACC-03: to use the portal at all."""
    token = sign_in(PORTAL, 'anna@example.com', PASSWORD, HERE).token
    anna = portal_viewer(token, 'C1001', HERE)
    change(Contact, contact_of(world, 'acme', 'anna'), permitted=False)
    with pytest.raises(AccessEnded), reading_as(anna):
        pass
    with pytest.raises(NotFound):
        portal_viewer(token, 'C1001', HERE)
    with pytest.raises(Invalid):
        sign_in(PORTAL, 'anna@example.com', PASSWORD, HERE)
