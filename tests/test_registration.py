"""What people do with the links in their mail: register, accept, set a password, ask again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import col, select

from portal_app.auth.realms import PORTAL, STAFF
from portal_app.auth.viewer import Operator
from portal_app.errors import Invalid, LinkEnded, NotFound, PortalOff, SignedOut, TooManyTries
from portal_app.models import (
    AccessRequest,
    AuditEntry,
    Contact,
    Customer,
    OneTimeLink,
    PortalStatus,
    PortalUser,
)
from portal_app.services import access, access_requests, invitations, password_resets
from portal_app.services.registration import accept, join, look_at, set_password
from portal_app.services.sign_in import WRONG, portal_viewer, sign_in
from portal_app.work import acting_as, reading_as
from tests.world import HERE, PASSWORD, World, add_contact, change, contact, mails, organization, token_of

NEW = 'staple-battery-horse'


def invited(world: World, customer: str = 'globex', who: str = 'carla') -> tuple[int, str]:
    """A contact who was invited, and the token in their mail."""
    id = add_contact(world, customer, who)
    with acting_as(world.as_staff('manu')) as work:
        invitations.invite_contact(work, id)
    return id, token_of(mails()[-1])


def age(token_mail: int, **by: float) -> None:
    """Let the link of the last mail be older."""
    link_id = mails()[token_mail].link_id or 0
    with reading_as(Operator('test')) as work:
        expires = work.session.get_one(OneTimeLink, link_id).expires_at
    change(OneTimeLink, link_id, expires_at=expires - timedelta(**by))


def test_carla_registers_by_her_invitation_and_is_signed_in(world: World) -> None:
    """POR-01, ACC-04: name and password, and the portal opens."""
    carla, token = invited(world)
    opened = look_at(PORTAL, token, HERE)
    assert (opened.name, opened.email, opened.customer) == ('Carla Person', 'carla@example.com', 'Globex')
    entered = accept(token, 'Carla Corrected', NEW, HERE)
    viewer = portal_viewer(entered.token, 'C1004', HERE)
    assert (viewer.name, viewer.email) == ('Carla Corrected', 'carla@example.com')
    assert contact(carla).portal_status == PortalStatus.ENABLED
    sign_in(PORTAL, 'carla@example.com', NEW, HERE)


def test_looking_at_a_link_uses_nothing_up(world: World) -> None:
    """Field notes: mail scanners open links. The first visit is noted."""
    _, token = invited(world)
    for _ in range(3):
        look_at(PORTAL, token, HERE)
    with reading_as(Operator('test')) as work:
        assert work.session.exec(select(OneTimeLink)).one().opened_at is not None
    accept(token, 'Carla', NEW, HERE)


def test_while_the_portal_is_off_no_link_lets_anybody_in(world: World) -> None:
    """SET-01: it works again once the portal is on."""
    carla, token = invited(world)
    organization(portal_enabled=False)
    for deed in (lambda: look_at(PORTAL, token, HERE), lambda: accept(token, 'Carla', NEW, HERE)):
        with pytest.raises(PortalOff):
            deed()
    assert contact(carla).portal_status == PortalStatus.PENDING
    organization(portal_enabled=True)
    accept(token, 'Carla', NEW, HERE)


def test_a_reset_link_of_somebody_who_may_open_nothing_is_dead(world: World) -> None:
    """ACC-08: whatever became of the link, the access counts."""
    password_resets.send_reset(PORTAL, 'anna@example.com', HERE)
    change(Customer, world.customers['acme'], portal_access=False)
    with pytest.raises(LinkEnded):
        set_password(PORTAL, token_of(mails()[-1]), NEW, HERE)


def test_an_expired_link_offers_a_new_one_only_while_it_is_missed(world: World) -> None:
    """ACC-04: not to who has been let in meanwhile."""
    carla, token = invited(world)
    age(-1, hours=73)
    change(Contact, carla, portal_status=PortalStatus.ENABLED)
    with pytest.raises(LinkEnded) as ended:
        look_at(PORTAL, token, HERE)
    assert not ended.value.ask_again


def test_a_link_works_once(world: World) -> None:
    """ACC-04."""
    _, token = invited(world)
    accept(token, 'Carla', NEW, HERE)
    with pytest.raises(LinkEnded) as ended:
        accept(token, 'Carla', NEW, HERE)
    assert ended.value.title == 'This link has been used already'


@pytest.mark.parametrize(('before_the_end', 'works'), [(1, True), (-1, False)])
def test_an_invitation_ends_to_the_second(world: World, before_the_end: int, works: bool) -> None:
    """ACC-04: one second after 72 hours it has expired, with a way to ask for a new one."""
    _, token = invited(world)
    age(-1, hours=72, seconds=-before_the_end - 5 if works else 0)
    if works:
        look_at(PORTAL, token, HERE)
        return
    with pytest.raises(LinkEnded) as ended:
        look_at(PORTAL, token, HERE)
    assert (ended.value.title, ended.value.ask_again) == ('This invitation has expired', True)
    with pytest.raises(LinkEnded):
        accept(token, 'Carla', NEW, HERE)


@pytest.mark.parametrize(
    'spoil', [lambda t: t[:-1], lambda t: t + 'A', lambda t: t[::-1], lambda _: '', lambda _: 'é']
)
def test_an_altered_token_is_no_link(sqlite_world: World, spoil: Callable[[str], str]) -> None:
    """ACC-04."""
    _, token = invited(sqlite_world)
    with pytest.raises(NotFound, match='not valid'):
        look_at(PORTAL, spoil(token), HERE)


def test_the_links_of_one_realm_are_none_of_the_other(world: World) -> None:
    """Words: no token or reset link of one is ever accepted by the other."""
    _, token = invited(world)
    with pytest.raises(NotFound):
        look_at(STAFF, token, HERE)
    password_resets.send_reset(STAFF, 'manu@staff.example', HERE)
    with pytest.raises(NotFound):
        set_password(PORTAL, token_of(mails()[-1]), NEW, HERE)


def test_what_is_typed_wrong_leaves_the_link_as_it_is(world: World) -> None:
    """POR-01: each refusal names the field and the rule."""
    _, token = invited(world)
    for name, password, rule in (
        ('', NEW, 'name must not be empty'),
        ('Carla\r\nBcc: x', NEW, 'name must not contain line breaks'),
        ('C' * 10_000, NEW, 'name must have at most 200 characters'),
        ('Carla', 'short', 'password must have at least 12 characters'),
    ):
        with pytest.raises(Invalid, match=rule):
            accept(token, name, password, HERE)
    accept(token, 'Carla', NEW, HERE)


def test_who_got_a_login_meanwhile_accepts_without_registering(world: World) -> None:
    """ACC-06: invited at two companies, registered at the first."""
    _, first = invited(world, 'globex')
    second_id, second = invited(world, 'acme')
    accept(first, 'Carla', NEW, HERE)
    assert look_at(PORTAL, second, HERE).has_login
    join(second, HERE)
    assert contact(second_id).portal_status == PortalStatus.ENABLED
    with reading_as(Operator('test')) as work:
        user = work.session.exec(select(PortalUser).where(PortalUser.email == 'carla@example.com')).one()
        assert [company.name for company in access.companies_of(work.session, user.id or 0)] == [
            'Acme',
            'Globex',
        ]


def test_disabling_kills_the_invitation_that_lies_in_a_mailbox(world: World) -> None:
    """ACC-08: of the contact, and of the whole customer."""
    carla, token = invited(world)
    dora, other = invited(world, 'initech', 'dora')
    with acting_as(world.as_staff('manu')) as work:
        invitations.disable_contact(work, carla)
        access.disable_customers(work, [world.customers['initech']])
    for dead in (token, other):
        with pytest.raises(LinkEnded):
            accept(dead, 'Somebody', NEW, HERE)
    assert contact(dora).portal_status == PortalStatus.PENDING


def test_who_was_granted_access_sets_a_password_and_signs_in(world: World) -> None:
    """ACC-07: before that, no password opens the login."""
    carla = add_contact(world, 'globex', 'carla')
    with acting_as(world.as_staff('manu')) as work:
        invitations.grant_contact(work, carla)
    for guess in ('', PASSWORD):
        with pytest.raises(Invalid, match=WRONG):
            sign_in(PORTAL, 'carla@example.com', guess, HERE)
    assert set_password(PORTAL, token_of(mails()[-1]), NEW, HERE) == 'carla@example.com'
    sign_in(PORTAL, 'carla@example.com', NEW, HERE)


def test_a_forgotten_password_is_set_anew_and_ends_every_session(world: World) -> None:
    """POR-01: one hour, one use, ends all other sessions."""
    ben = world.as_customer('ben', 'C1004')
    password_resets.send_reset(PORTAL, ' Ben@Example.com', HERE)
    (mail,) = mails(template='reset-password')
    assert mail.to_email == 'ben@example.com'
    token = token_of(mail)
    set_password(PORTAL, token, NEW, HERE)
    with pytest.raises(SignedOut), reading_as(ben):
        pass
    with pytest.raises(Invalid):
        sign_in(PORTAL, 'ben@example.com', PASSWORD, HERE)
    sign_in(PORTAL, 'ben@example.com', NEW, HERE)
    with pytest.raises(LinkEnded):
        set_password(PORTAL, token, NEW, HERE)


def test_a_reset_link_ends_after_an_hour_and_with_a_newer_one(world: World) -> None:
    """POR-01."""
    password_resets.send_reset(PORTAL, 'ben@example.com', HERE)
    password_resets.send_reset(PORTAL, 'ben@example.com', HERE)
    older, newer = (token_of(mail) for mail in mails(template='reset-password'))
    with pytest.raises(LinkEnded, match='newer'):
        look_at(PORTAL, older, HERE)
    look_at(PORTAL, newer, HERE)
    age(-1, hours=1)
    with pytest.raises(LinkEnded) as ended:
        set_password(PORTAL, newer, NEW, HERE)
    assert ended.value.title == 'This link has expired'


def test_old_reset_links_die_with_the_access(world: World) -> None:
    """ACC-08, field notes: disabling left stateless links alive."""
    password_resets.send_reset(PORTAL, 'anna@example.com', HERE)
    with acting_as(world.as_staff('manu')) as work:
        access.disable_customers(work, [world.customers['acme']])
    with pytest.raises(LinkEnded):
        set_password(PORTAL, token_of(mails()[-1]), NEW, HERE)


@pytest.mark.parametrize('email', ['nobody@example.com', '', 'olivia@staff.example', 'anna@example.com\0'])
def test_no_mail_goes_to_who_has_no_login_here(sqlite_world: World, email: str) -> None:
    """POR-01: the page answers the same; `tests/browser` looks at its words."""
    password_resets.send_reset(PORTAL, email, HERE)
    assert mails() == []


def test_staff_set_a_new_password_too(world: World) -> None:
    """SET-11, by a link of their own realm."""
    password_resets.send_reset(STAFF, 'manu@staff.example', HERE)
    set_password(STAFF, token_of(mails()[-1]), NEW, HERE)
    sign_in(STAFF, 'manu@staff.example', NEW, HERE)


def test_mails_for_one_address_are_limited(sqlite_world: World) -> None:
    """POR-01: rate limits with a clear wait, known address or not."""
    for email in ('anna@example.com', 'nobody@example.com'):
        for _ in range(5):
            password_resets.count_request(PORTAL, email, HERE)
        with pytest.raises(TooManyTries, match='Please wait'):
            password_resets.count_request(PORTAL, email, HERE)


def test_nobody_signs_in_whose_every_access_is_disabled(world: World) -> None:
    """POR-01: the same message as for a wrong password."""
    with acting_as(world.as_staff('manu')) as work:
        access.disable_customers(work, [world.customers['acme']])
    with pytest.raises(Invalid, match=WRONG):
        sign_in(PORTAL, 'anna@example.com', PASSWORD, HERE)


def test_asking_for_access_makes_one_request_a_contact(world: World) -> None:
    """ACC-14: for each permitted contact of the address; a second time changes nothing."""
    wanted = {add_contact(world, 'globex', 'carla'), add_contact(world, 'acme', 'carla')}
    add_contact(world, 'initech', 'carla', permitted=False)
    for _ in range(2):
        access_requests.request_access('Carla@Example.com', HERE)
    assert {request.contact_id for request in requests()} == wanted
    access_requests.request_access('nobody@example.com', HERE)
    access_requests.request_access('anna@example.com', HERE)  # who has access already
    assert len(requests()) == 2


def test_staff_approve_or_decline(world: World) -> None:
    """ACC-14: approving invites; nobody decides twice."""
    carla, dora = add_contact(world, 'globex', 'carla'), add_contact(world, 'globex', 'dora')
    for who in ('carla', 'dora'):
        access_requests.request_access(f'{who}@example.com', HERE)
    first, second = (request.id or 0 for request in requests())
    with acting_as(world.as_staff('manu')) as work:
        access_requests.approve(work, first)
        access_requests.decline(work, second)
    assert (contact(carla).portal_status, contact(dora).portal_status) == ('Pending', 'None')
    assert [(request.state, request.decided_by) for request in requests()] == [
        ('Approved', 'Manu <manu@staff.example>'),
        ('Declined', 'Manu <manu@staff.example>'),
    ]
    for id in (first, second):
        with pytest.raises(Exception, match='already, by Manu'), acting_as(world.as_staff('olivia')) as work:
            access_requests.approve(work, id)


def test_a_request_that_cannot_be_met_stays_open_with_the_reasons(world: World) -> None:
    """ACC-14, ACC-03."""
    add_contact(world, 'globex', 'carla')
    access_requests.request_access('carla@example.com', HERE)
    change(Customer, world.customers['globex'], email_delivery=False)
    with pytest.raises(Invalid, match='Email Delivery Preference'), acting_as(world.as_staff('manu')) as work:
        access_requests.approve(work, requests()[0].id or 0)
    assert requests()[0].state == 'Open'


def test_inviting_by_hand_settles_the_request(world: World) -> None:
    """ACC-14: nobody waits in the queue for what they have."""
    carla = add_contact(world, 'globex', 'carla')
    access_requests.request_access('carla@example.com', HERE)
    with acting_as(world.as_staff('manu')) as work:
        invitations.invite_contact(work, carla)
    assert requests()[0].state == 'Approved'


def test_an_expired_invitation_asks_for_a_new_one(world: World) -> None:
    """ACC-04: staff see the request; approving sends the new invitation."""
    _, token = invited(world)
    age(-1, hours=73)
    access_requests.ask_for_new_link(token, HERE)
    (request,) = requests()
    assert request.expired_link
    change(OneTimeLink, mails()[0].link_id or 0, created_at=request.created_at - timedelta(hours=73))
    with acting_as(world.as_staff('manu')) as work:
        access_requests.approve(work, request.id or 0)
    accept(token_of(mails()[-1]), 'Carla', NEW, HERE)


def test_no_token_of_a_link_stands_in_the_database(world: World) -> None:
    """ACC-04: only a hash is stored; the mail is rendered when it is sent."""
    _, token = invited(world)
    with reading_as(Operator('test')) as work:
        link = work.session.exec(select(OneTimeLink)).one()
        audit = work.session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
        everything = (
            f'{mails()[0].model_dump()} {link.model_dump()} {[entry.model_dump() for entry in audit]}'
        )
    assert token not in everything


def requests() -> list[AccessRequest]:
    """The requests there are, oldest first."""
    with reading_as(Operator('test')) as work:
        return list(work.session.exec(select(AccessRequest).order_by(col(AccessRequest.id))))
