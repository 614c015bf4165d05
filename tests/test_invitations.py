"""Inviting, granting, re-sending, revoking: what staff do with one contact's access."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from portal_app.auth.viewer import Operator
from portal_app.errors import Conflict, Invalid, NotPermitted
from portal_app.models import AuditEntry, Contact, Customer, OneTimeLink, PortalStatus, PortalUser, Purpose
from portal_app.services import invitations
from portal_app.services.access_rules import ENABLE_DELIVERY, Result
from portal_app.work import Work, acting_as, reading_as
from tests.world import World, add_contact, change, contact, mails, organization

Verb = Callable[[Work, int], Result]


def do(world: World, verb: Verb, id: int, who: str = 'manu') -> Result:
    with acting_as(world.as_staff(who)) as work:
        return verb(work, id)


def links_of(id: int) -> list[OneTimeLink]:
    with reading_as(Operator('test')) as work:
        found = select(OneTimeLink).where(OneTimeLink.contact_id == id).order_by(OneTimeLink.id)  # type: ignore[arg-type]
        return list(work.session.exec(found))


def earlier(id: int, **ago: Any) -> None:
    """Let the contact's links be older."""
    for link in links_of(id):
        change(OneTimeLink, link.id or 0, created_at=link.created_at - timedelta(**ago))


def test_an_invitation_goes_to_the_billing_contact(world: World) -> None:
    """ACC-02, MAIL-01: the mail is in the outbox with the change, for the customer's billing contact."""
    carla = add_contact(world, 'globex', 'carla', is_billing=True)
    assert do(world, invitations.invite_customer, world.customers['globex']) == Result.INVITED
    assert contact(carla).portal_status == PortalStatus.PENDING
    (mail,) = mails()
    assert (mail.template, mail.to_email, mail.contact_id) == (
        'portal-invitation',
        'carla@example.com',
        carla,
    )
    assert mail.variables['customer'] == 'Globex'


def test_an_invitation_lives_for_72_hours(world: World) -> None:
    """ACC-04: counted from sending, in UTC; only a hash of its token is stored."""
    carla = add_contact(world, 'globex', 'carla')
    do(world, invitations.invite_contact, carla)
    (link,) = links_of(carla)
    assert link.expires_at - link.created_at == timedelta(hours=72)
    assert link.purpose == Purpose.INVITATION


def test_every_reason_is_listed_at_once(world: World) -> None:
    """ACC-03: not only the first."""
    carla = add_contact(
        world, 'nordics', 'carla', email='carla@example.com, dora@example.com', permitted=False
    )
    change(
        Customer, world.customers['nordics'], email_delivery=False, bill_to_parent=True, portal_access=False
    )
    organization(portal_enabled=False)
    with pytest.raises(Invalid) as refused:
        do(world, invitations.invite_contact, carla)
    reasons = refused.value.message.split('\n')
    assert len(reasons) == 6
    assert ENABLE_DELIVERY in reasons
    assert 'Acme Nordics is billed to its parent. Invite Acme (C1001) instead.' in reasons
    assert any('exactly one address' in reason for reason in reasons)
    assert "'Carla Person' is not permitted to use the portal." in reasons
    assert contact(carla).portal_status == PortalStatus.NONE
    assert mails() == []


@pytest.mark.parametrize(
    ('email', 'reason'),
    [
        ('a@example.com b@example.com', 'exactly one address'),
        ('a@example.com;b@example.com', 'exactly one address'),
        ('not an address', 'must be a valid address'),
        ('"carla person"@example.com', 'Quoting'),
        ('', 'must not be empty'),
        ('carla@example.com\r\nBcc: all@example.com', 'line breaks'),
        ('cärla@example.com', 'must be a valid address'),
    ],
)
def test_an_address_that_cannot_be_invited_is_refused_with_its_rule(
    sqlite_world: World, email: str, reason: str
) -> None:
    """ACC-03: exactly one valid address in the field."""
    carla = add_contact(sqlite_world, 'globex', 'carla', email=email)
    with pytest.raises(Invalid, match=reason):
        do(sqlite_world, invitations.invite_contact, carla)


@pytest.mark.parametrize(
    ('email', 'sent'),
    [('Carla@Example.COM', 'carla@example.com'), ('carla@BÜCHER.example', 'carla@bücher.example')],
)
def test_capitals_are_lowered(sqlite_world: World, email: str, sent: str) -> None:
    """ACC-03: and domains may have letters of any language."""
    carla = add_contact(sqlite_world, 'globex', 'carla', email=email)
    do(sqlite_world, invitations.invite_contact, carla)
    assert [mail.to_email for mail in mails()] == [sent]


def test_a_second_invitation_a_moment_later_sends_nothing(world: World) -> None:
    """A double click, or two staff at once, invite once."""
    carla = add_contact(world, 'globex', 'carla')
    do(world, invitations.invite_contact, carla)
    with pytest.raises(Invalid, match='a moment ago'):
        do(world, invitations.invite_contact, carla, 'olivia')
    assert len(mails()) == 1


def test_sending_again_makes_older_links_useless(world: World) -> None:
    """ACC-04, ACC-05."""
    carla = add_contact(world, 'globex', 'carla')
    do(world, invitations.invite_contact, carla)
    earlier(carla, minutes=1)
    assert do(world, invitations.resend_invitation, carla) == Result.RESENT
    first, second = links_of(carla)
    assert first.revoked_at is not None
    assert second.revoked_at is None


def test_sending_again_is_limited_to_five_in_half_an_hour(world: World) -> None:
    """Field notes: re-sending truly renews, and is limited."""
    carla = add_contact(world, 'globex', 'carla')
    do(world, invitations.invite_contact, carla)
    for _ in range(4):
        earlier(carla, minutes=1)
        do(world, invitations.resend_invitation, carla)
    earlier(carla, minutes=1)
    with pytest.raises(Invalid, match='5 invitations were sent within 30 minutes'):
        do(world, invitations.resend_invitation, carla)
    earlier(carla, minutes=30)
    assert do(world, invitations.resend_invitation, carla) == Result.RESENT


def test_who_has_a_login_is_let_in_at_once(world: World) -> None:
    """ACC-06: Ben of Globex becomes a contact of Acme; no registration, an Access Granted mail."""
    ben = add_contact(world, 'acme', 'ben')
    assert do(world, invitations.invite_contact, ben) == Result.GRANTED
    assert contact(ben).portal_status == PortalStatus.ENABLED
    (mail,) = mails()
    assert (mail.template, mail.link_id) == ('access-granted', None)
    with reading_as(world.as_customer('ben', 'C1001')) as work:
        assert world.customers['acme'] in work.customer_ids


def test_granting_makes_a_login_without_a_password(world: World) -> None:
    """ACC-07: the Access Granted mail has a one-time link to set it."""
    carla = add_contact(world, 'globex', 'carla', is_billing=True)
    assert do(world, invitations.grant_customer, world.customers['globex']) == Result.GRANTED
    (mail,) = mails()
    (link,) = links_of(carla)
    assert (mail.template, mail.link_id, link.purpose) == ('access-granted', link.id, Purpose.SET_PASSWORD)
    with reading_as(Operator('test')) as work:
        user = work.session.exec(select(PortalUser).where(PortalUser.email == 'carla@example.com')).one()
    assert (user.password_hash, contact(carla).portal_user_id) == ('', user.id)


def test_granting_ends_the_invitation_that_waited(world: World) -> None:
    """ACC-07: Pending becomes Enabled, and the invitation's link dies."""
    carla = add_contact(world, 'globex', 'carla')
    do(world, invitations.invite_contact, carla)
    do(world, invitations.grant_contact, carla)
    invitation, _ = links_of(carla)
    assert invitation.revoked_at is not None


def test_revoking_takes_the_invitation_back(world: World) -> None:
    """Pending becomes None; the link dies."""
    carla = add_contact(world, 'globex', 'carla')
    do(world, invitations.invite_contact, carla)
    assert do(world, invitations.revoke_invitation, carla) == Result.REVOKED
    assert contact(carla).portal_status == PortalStatus.NONE
    assert links_of(carla)[0].revoked_at is not None


def test_disabling_ends_every_link_of_the_contact(world: World) -> None:
    """ACC-08, ACC-09: pending invitations die."""
    carla = add_contact(world, 'globex', 'carla')
    do(world, invitations.invite_contact, carla)
    assert do(world, invitations.disable_contact, carla) == Result.DISABLED
    assert contact(carla).portal_status == PortalStatus.DISABLED
    assert links_of(carla)[0].revoked_at is not None


def test_who_never_registered_gets_a_link_when_re_enabled(world: World) -> None:
    """ACC-10: Disabled becomes Enabled; without a password nobody could sign in."""
    carla = add_contact(world, 'globex', 'carla')
    do(world, invitations.invite_contact, carla)
    do(world, invitations.disable_contact, carla)
    assert do(world, invitations.enable_contact, carla) == Result.ENABLED
    assert [mail.template for mail in mails()] == ['portal-invitation', 'access-granted']
    assert links_of(carla)[-1].purpose == Purpose.SET_PASSWORD


@pytest.mark.parametrize(
    ('status', 'refused'),
    [
        (PortalStatus.NONE, ('resend_invitation', 'revoke_invitation', 'disable_contact', 'enable_contact')),
        (PortalStatus.PENDING, ('enable_contact',)),
        (
            PortalStatus.ENABLED,
            ('invite_contact', 'grant_contact', 'resend_invitation', 'revoke_invitation', 'enable_contact'),
        ),
        (
            PortalStatus.DISABLED,
            ('invite_contact', 'grant_contact', 'resend_invitation', 'revoke_invitation', 'disable_contact'),
        ),
    ],
)
def test_what_the_state_forbids_is_refused_by_the_service(
    sqlite_world: World, status: PortalStatus, refused: tuple[str, ...]
) -> None:
    """Not only hidden in the interface (docs/access.md)."""
    carla = add_contact(sqlite_world, 'globex', 'carla', portal_status=status)
    for name in refused:
        with pytest.raises((Invalid, Conflict)):
            do(sqlite_world, getattr(invitations, name), carla)
    assert contact(carla).portal_status == status
    assert mails() == []


@pytest.mark.parametrize(
    'name',
    [
        'invite_contact',
        'grant_contact',
        'resend_invitation',
        'revoke_invitation',
        'disable_contact',
        'enable_contact',
    ],
)
@pytest.mark.parametrize('who', ['rita', 'stan'])
def test_only_the_grant_lets_people_in_or_out(sqlite_world: World, who: str, name: str) -> None:
    """SET-10: Manage Portal Users."""
    carla = add_contact(sqlite_world, 'globex', 'carla')
    with pytest.raises(NotPermitted):
        do(sqlite_world, getattr(invitations, name), carla, who)


def test_each_change_is_in_the_audit_log(world: World) -> None:
    """OPS-03: who, what, before, after."""
    carla = add_contact(world, 'globex', 'carla')
    do(world, invitations.invite_contact, carla)
    with reading_as(Operator('test')) as work:
        entry = work.session.exec(select(AuditEntry).where(AuditEntry.contact_id == carla)).one()
    assert entry.actor == 'Manu <manu@staff.example>'
    assert entry.action == 'portal_access.invite'
    assert (entry.before, entry.after) == ({'portal_status': 'None'}, {'portal_status': 'Pending'})


def test_a_failure_on_the_way_leaves_nothing_behind(world: World) -> None:
    """MAIL-01: change and mail are one transaction."""
    carla = add_contact(world, 'globex', 'carla')
    with pytest.raises(ZeroDivisionError), acting_as(world.as_staff('manu')) as work:
        invitations.invite_contact(work, carla)
        raise ZeroDivisionError
    assert (contact(carla).portal_status, mails(), links_of(carla)) == (PortalStatus.NONE, [], [])


def test_the_contacts_of_others_are_not_touched(world: World) -> None:
    """Inviting Carla changes nobody else."""
    carla = add_contact(world, 'globex', 'carla')
    with reading_as(Operator('test')) as work:
        before = {c.id: c.portal_status for c in work.session.exec(select(Contact)) if c.id != carla}
    do(world, invitations.invite_contact, carla)
    with reading_as(Operator('test')) as work:
        assert {c.id: c.portal_status for c in work.session.exec(select(Contact)) if c.id != carla} == before
