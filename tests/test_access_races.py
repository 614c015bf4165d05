"""Several at once on PostgreSQL: staff, and the people with links. On SQLite one waits for the other."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlmodel import col, select

from portal_app.auth.realms import PORTAL
from portal_app.auth.viewer import Operator
from portal_app.errors import PortalError
from portal_app.models import AccessRequest, Contact, Customer, OneTimeLink, PortalStatus, RequestState
from portal_app.services import access, access_requests, invitations, password_resets, registration
from portal_app.work import acting_as, reading_as
from tests.world import HERE, World, add_contact, change, contact, mails, token_of

ROUNDS = 12


@pytest.fixture
def world(postgresql_world: World) -> World:
    return postgresql_world


def at_once(*deeds: Callable[[], object]) -> list[PortalError | None]:
    """Do all of these at the same moment. What a person would read of each; anything else fails the test."""
    start, told = Barrier(len(deeds)), {}

    def run(place: int, deed: Callable[[], object]) -> None:
        start.wait()
        try:
            deed()
        except Exception as error:
            told[place] = error

    threads = [Thread(target=run, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    unexpected = [
        error for error in told.values() if not isinstance(error, PortalError) or error.status >= 500
    ]
    assert not unexpected
    return [told.get(place) for place in range(len(deeds))]


def staff(world: World, verb: Callable[..., object], *given: Any) -> Callable[[], object]:
    """One deed of Manu's."""
    viewer = world.as_staff('manu')

    def deed() -> None:
        with acting_as(viewer) as work:
            verb(work, *given)

    return deed


def open_links() -> list[OneTimeLink]:
    with reading_as(Operator('test')) as work:
        return list(
            work.session.exec(
                select(OneTimeLink).where(
                    col(OneTimeLink.used_at).is_(None), col(OneTimeLink.revoked_at).is_(None)
                )
            )
        )


def test_looking_at_a_link_never_keeps_staff_from_disabling(world: World) -> None:
    """ACC-08: whoever holds the link may open it as often as they like."""
    for number in range(ROUNDS):
        carla = add_contact(world, 'globex', f'carla{number}')
        staff(world, invitations.invite_contact, carla)()
        token = token_of(mails()[-1])
        looks = [lambda token=token: registration.look_at(PORTAL, token, HERE)] * 4
        told = at_once(*looks, staff(world, invitations.disable_contact, carla))
        assert told[-1] is None
        assert contact(carla).portal_status == PortalStatus.DISABLED
        assert open_links() == []


def test_accepting_while_staff_disable_ends_disabled_or_refused(world: World) -> None:
    """ACC-08: whichever comes first, the disabling stands."""
    hashed = registration.hash_password('staple-battery-horse')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registration, 'hash_password', lambda _: hashed)
        for number in range(ROUNDS):
            carla = add_contact(world, 'globex', f'carla{number}')
            staff(world, invitations.invite_contact, carla)()
            token = token_of(mails()[-1])
            told = at_once(
                lambda token=token: registration.accept(token, 'Carla', 'staple-battery-horse', HERE),  # type: ignore[misc]
                staff(world, invitations.disable_contact, carla),
            )
            assert told[1] is None
            assert contact(carla).portal_status == PortalStatus.DISABLED


def test_no_invitation_outlives_the_disabling_of_the_customer(world: World) -> None:
    """ACC-08: invited, granted or mailed a reset at the moment of it: no link is left open."""
    globex = world.customers['globex']
    for number in range(ROUNDS):
        carla, dora = (add_contact(world, 'globex', f'{who}{number}') for who in ('carla', 'dora'))
        told = at_once(
            staff(world, invitations.invite_contact, carla),
            staff(world, invitations.grant_contact, dora),
            lambda: password_resets.send_reset(PORTAL, 'ben@example.com', HERE),
            staff(world, access.disable_customers, [globex]),
        )
        assert told[3] is None
        left = [link for link in open_links() if link.contact_id in (carla, dora)]
        assert left == []
        change(Customer, globex, portal_access=True)


def test_two_who_approve_and_invite_at_once_invite_once(world: World) -> None:
    """ACC-14: a double click, or two people."""
    for number in range(ROUNDS):
        who = f'carla{number}'
        carla = add_contact(world, 'globex', who)
        access_requests.request_access(f'{who}@example.com', HERE)
        with reading_as(Operator('test')) as work:
            request = work.session.exec(
                select(AccessRequest.id).order_by(col(AccessRequest.id).desc())
            ).first()
        told = at_once(
            staff(world, access_requests.approve, request),
            staff(world, invitations.invite_contact, carla),
            staff(world, access_requests.approve, request),
        )
        assert told.count(None) == 1
        assert len(mails(contact_id=carla)) == 1


def test_a_person_who_asks_three_times_at_once_stands_in_the_queue_once(world: World) -> None:
    """ACC-14."""
    add_contact(world, 'globex', 'carla')
    at_once(*[lambda: access_requests.request_access('carla@example.com', HERE)] * 3)
    with reading_as(Operator('test')) as work:
        assert len(work.session.exec(select(AccessRequest)).all()) == 1


def test_an_approval_decides_on_what_is_true_then(world: World) -> None:
    """ACC-14, ACC-09: whichever comes first, nobody who was disabled is invited."""
    for number in range(ROUNDS):
        who = f'carla{number}'
        carla = add_contact(world, 'globex', who, portal_status=PortalStatus.PENDING)
        access_requests.request_access(f'{who}@example.com', HERE)
        with reading_as(Operator('test')) as work:
            waiting = select(AccessRequest.id).where(AccessRequest.state == RequestState.OPEN)
            request = work.session.exec(waiting).one()
        at_once(
            staff(world, invitations.disable_contact, carla), staff(world, access_requests.approve, request)
        )
        with reading_as(Operator('test')) as work:
            status = work.session.get_one(Contact, carla).portal_status
        assert status in (PortalStatus.DISABLED, PortalStatus.ENABLED)


def test_one_address_granted_at_two_customers_is_one_login(world: World) -> None:
    """ACC-06."""
    for number in range(ROUNDS):
        people = [add_contact(world, where, f'carla{number}') for where in ('globex', 'acme')]
        told = at_once(*(staff(world, invitations.grant_contact, person) for person in people))
        assert told == [None, None]
        assert len({contact(person).portal_user_id for person in people}) == 1
