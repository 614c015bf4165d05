"""A customer's page, the history of its access, and the access review."""

from datetime import timedelta

import pytest
from sqlmodel import select

from portal_app.auth.viewer import Operator
from portal_app.errors import Invalid, NotFound, NotPermitted
from portal_app.models import AuditEntry, Customer, PortalStatus, PortalUser
from portal_app.models.base import now
from portal_app.queries import parse
from portal_app.services import access, access_history, access_review, invitations, listings, registration
from portal_app.services.access_queue import ACCESS_REQUESTS
from portal_app.services.access_requests import request_access
from portal_app.services.access_rules import Verb
from portal_app.services.customer_page import CustomerPage, Person, customer_page
from portal_app.work import acting_as, reading_as
from tests.world import HERE, World, add_contact, change, mails, token_of


def look(world: World, who: str = 'olivia', number: str = 'C1001') -> CustomerPage:
    with reading_as(world.as_staff(who)) as work:
        return customer_page(work, number)


def person(world: World, name: str, who: str = 'olivia', number: str = 'C1001') -> Person:
    return next(each for each in look(world, who, number).people if each.name == name)


def sentences(world: World, number: str = 'C1001') -> list[str]:
    found = look(world, number=number).history
    assert found is not None
    return [each.sentence for each in found]


def test_the_page_has_family_people_and_usage(world: World) -> None:
    """ACC-01."""
    page = look(world)
    assert [child.name for child in page.children] == ['Acme Iberia', 'Acme Nordics']
    assert [each.name for each in page.people] == ['Anna Person']
    assert page.usage is not None
    nordics = look(world, number='C1002').parent
    assert nordics is not None
    assert nordics.name == 'Acme'


def test_the_usage_is_the_customers_own(world: World) -> None:
    """ACC-01: not that of its children, nor of anybody else."""
    change(Customer, world.customers['acme'], portal_access=False)
    usage = look(world).usage
    assert usage is not None
    assert 'only.nordics' not in str(usage)
    assert 'only.globex' not in str(usage)


def test_what_the_role_does_not_grant_is_not_on_the_page(world: World) -> None:
    """SET-10: Stan (Standard) edits customers and sees usage, but not who has access or its history."""
    stan, manu, rita = look(world, 'stan'), look(world, 'manu'), look(world, 'rita')
    assert (stan.history, stan.people[0].verbs) == (None, ())
    assert stan.usage is not None
    assert manu.people[0].verbs == (Verb.DISABLE,)
    assert rita.history is not None
    assert rita.people[0].verbs == ()


@pytest.mark.parametrize('number', ['C9999', '', "C1001' OR 1=1"])
def test_an_unknown_number_is_not_found(sqlite_world: World, number: str) -> None:
    with pytest.raises(NotFound):
        look(sqlite_world, number=number)


def test_a_customer_cannot_see_it(sqlite_world: World) -> None:
    with pytest.raises(NotPermitted), reading_as(sqlite_world.as_customer('anna', 'C1001')) as work:
        customer_page(work, 'C1001')


def test_the_verbs_fit_the_state(world: World) -> None:
    """ACC-05, ACC-07: re-send only while Pending; grant only with delivery on and a valid address."""
    add_contact(world, 'acme', 'carla')
    add_contact(world, 'acme', 'dora', portal_status=PortalStatus.PENDING)
    add_contact(world, 'acme', 'emil', portal_status=PortalStatus.DISABLED)
    add_contact(world, 'acme', 'fred', email='fred@example.com, gina@example.com')
    found = {each.name.split()[0]: each.verbs for each in look(world).people}
    assert found == {
        'Anna': (Verb.DISABLE,),
        'Carla': (Verb.INVITE, Verb.GRANT),
        'Dora': (Verb.RESEND, Verb.REVOKE, Verb.GRANT, Verb.DISABLE),
        'Emil': (Verb.ENABLE,),
        'Fred': (Verb.INVITE,),
    }
    change(Customer, world.customers['acme'], email_delivery=False)
    assert Verb.GRANT not in person(world, 'Carla Person').verbs


def test_a_pending_invitation_says_until_when(world: World) -> None:
    """ACC-04."""
    carla = add_contact(world, 'acme', 'carla')
    with acting_as(world.as_staff('manu')) as work:
        invitations.invite_contact(work, carla)
    expires = person(world, 'Carla Person').invitation_expires
    assert expires is not None
    assert timedelta(hours=71.9) < expires - now() <= timedelta(hours=72)
    with acting_as(world.as_staff('manu')) as work:
        access.disable_customers(work, [world.customers['acme']])
    dead = person(world, 'Carla Person').invitation_expires
    assert dead is not None
    assert dead <= now()


def test_the_history_is_told_in_plain_sentences(world: World) -> None:
    """ACC-01: newest first, who did what with whom."""
    carla = add_contact(world, 'acme', 'carla')
    manu, olivia = world.as_staff('manu'), world.as_staff('olivia')
    with acting_as(manu) as work:
        invitations.invite_contact(work, carla)
    registration.accept(token_of(mails()[-1]), 'Carla Person', 'staple-battery-horse', HERE)
    with acting_as(olivia) as work:
        invitations.disable_contact(work, carla)
    request_access('carla@example.com', HERE)
    with acting_as(olivia) as work:
        access.disable_customers(work, [world.customers['acme']])
    assert sentences(world) == [
        'Olivia disabled portal access for all of Acme.',
        'Carla Person (carla@example.com) asked for access.',
        'Olivia disabled the access of Carla Person (carla@example.com).',
        'Carla Person (carla@example.com) accepted the invitation.',
        'Manu invited Carla Person (carla@example.com).',
    ]
    assert sentences(world, 'C1004') == []


def test_older_history_follows_page_by_page(world: World) -> None:
    with acting_as(world.as_staff('olivia')) as work:
        for number in range(25):
            work.record(
                'portal_access.view', f'Nobody <{number}@example.com>', customer_id=world.customers['acme']
            )
    with reading_as(world.as_staff('rita')) as work:
        first = access_history.history(work, world.customers['acme'])
        rest = access_history.history(work, world.customers['acme'], before=first[-1].id)
    assert (len(first), len(rest)) == (access_history.PAGE, 5)
    assert len({each.id for each in [*first, *rest]}) == 25


def test_what_earlier_releases_wrote_is_told_too(sqlite_world: World) -> None:
    entry = AuditEntry(
        actor='Olivia <olivia@staff.example>',
        action='portal_access.contact',
        subject='Anna',
        before={'portal_status': 'Enabled'},
        after={'portal_status': 'Disabled'},
    )
    told = 'Olivia changed the portal status of Anna from Enabled to Disabled.'
    assert access_history.sentence(entry) == told


def test_the_review_counts_who_has_access_and_who_never_uses_it(world: World) -> None:
    """Field notes 6: 90 days without a sign-in is dormant; a customer that is off has nobody."""
    with reading_as(world.as_staff('rita')) as work:
        assert access_review.counts(work) == (4, 0)
    with reading_as(Operator('test')) as work:
        ben = work.session.exec(select(PortalUser.id).where(PortalUser.email == 'ben@example.com')).one() or 0
    change(PortalUser, ben, last_signed_in_at=now() - timedelta(days=91))
    change(Customer, world.customers['acme'], portal_access=False)
    with reading_as(world.as_staff('rita')) as work:
        assert access_review.counts(work) == (3, 2)
        rows = listings.page(
            work, access_review.ACCESS_REVIEW, parse(access_review.ACCESS_REVIEW, [])[0]
        ).rows
    assert {(row['customer'], row['dormant']) for row in rows} == {
        ('Acme', 'No'),
        ('Acme Nordics', 'No'),
        ('Globex', 'Yes'),
        ('Initech', 'Yes'),
    }


def test_signing_off_keeps_who_when_and_how_many(world: World) -> None:
    with acting_as(world.as_staff('manu')) as work:
        access_review.sign_off(work, ' All known. ')
    with reading_as(world.as_staff('rita')) as work:
        (review,) = access_review.reviews(work)
    assert (review.reviewer, review.contacts, review.dormant, review.note) == (
        'Manu <manu@staff.example>',
        4,
        0,
        'All known.',
    )


def test_signing_off_needs_the_grant_and_a_short_note(sqlite_world: World) -> None:
    with pytest.raises(NotPermitted), acting_as(sqlite_world.as_staff('rita')) as work:
        access_review.sign_off(work, '')
    with (
        pytest.raises(Invalid, match=r'note must have at most 1,000'),
        acting_as(sqlite_world.as_staff('manu')) as work,
    ):
        access_review.sign_off(work, 'x' * 1_001)


def test_each_request_stands_once_in_the_queue(world: World) -> None:
    """ACC-14: beside the other contacts of the customer, with its own name."""
    add_contact(world, 'acme', 'carla')
    add_contact(world, 'acme', 'dora')
    request_access('carla@example.com', HERE)
    with reading_as(world.as_staff('rita')) as work:
        rows = listings.page(work, ACCESS_REQUESTS, parse(ACCESS_REQUESTS, [])[0]).rows
    assert [(row['customer'], row['contact'], row['state']) for row in rows] == [
        ('Acme', 'Carla Person', 'Open')
    ]


def test_who_signs_in_is_seen_to_have(world: World) -> None:
    """ACC-01: the last sign-in stands beside the contact."""
    before = now()
    world.as_customer('anna', 'C1001')
    last = person(world, 'Anna Person').last_sign_in
    assert last is not None
    assert last >= before
