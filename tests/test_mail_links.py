"""The links of mails that were kept: shown when asked for, to whom, and on the record (MAIL-02, SET-10)."""

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from portal_app import config
from portal_app.auth.permissions import OWNER, PORTAL_ADMINISTRATOR, Action, Activity, Permission
from portal_app.auth.realms import PORTAL, STAFF
from portal_app.errors import Conflict, NotFound, NotPermitted
from portal_app.models import AuditEntry, Contact, Mail, MailState, OneTimeLink, Role, StaffUser
from portal_app.models.base import now
from portal_app.services import access_history, email_log, links
from portal_app.services.email_log import MailPage
from portal_app.services.invitations import grant_contact, invite_contact
from portal_app.services.password_resets import send_reset
from portal_app.work import acting_as, reading_as
from tests.mailing import TEST
from tests.world import HERE, World, add_contact, change, mails, token_of

EDIT_STAFF = Permission(Activity.STAFF_USERS, Action.EDIT).grant
LOG = Permission(Activity.EMAIL_LOG, Action.VIEW).grant
Step = Callable[[World], int]  # returns the id of a mail


def read(world: World, who: str, id: int) -> MailPage:
    with reading_as(world.as_staff(who)) as work:
        return email_log.read_mail(work, id)


def show(world: World, who: str, id: int) -> str:
    with acting_as(world.as_staff(who)) as work:
        return email_log.show_link(work, id)


def newest() -> Mail:
    return mails()[-1]


def invited(world: World) -> int:
    """Dora of Acme is invited. Returns the id of her mail."""
    dora = add_contact(world, 'acme', 'dora')
    with acting_as(world.as_staff('olivia')) as work:
        invite_contact(work, dora)
    return newest().id or 0


def granted(world: World) -> int:
    """Dora of Acme is let in; her mail has a link for her first password."""
    dora = add_contact(world, 'acme', 'dora')
    with acting_as(world.as_staff('olivia')) as work:
        grant_contact(work, dora)
    return newest().id or 0


def forgotten_without_one(world: World) -> int:
    """Dora never set her first password, and asks for a new one."""
    granted(world)
    send_reset(PORTAL, 'dora@example.com', HERE)
    return newest().id or 0


def forgotten(world: World) -> int:
    """Somebody types Anna's address into the page for a forgotten password."""
    send_reset(PORTAL, 'anna@example.com', HERE)
    return newest().id or 0


def forgotten_by_owner(world: World) -> int:
    """Somebody does the same with Olivia's, who owns everything."""
    send_reset(STAFF, 'olivia@staff.example', HERE)
    return newest().id or 0


def role_of(who: str, *grants: str) -> None:
    """Give a staff user a role of their own."""
    with acting_as(TEST) as work:
        role = Role(name=f'{who} only', grants=list(grants))
        work.session.add(role)
        work.session.flush()
        user = work.session.exec(select(StaffUser).where(StaffUser.email == f'{who}@staff.example')).one()
        user.role_id = role.id or 0
        work.session.add(user)


@pytest.mark.parametrize('mail', [invited, granted, forgotten_without_one, forgotten, forgotten_by_owner])
def test_reading_a_mail_shows_nobody_its_token(world: World, mail: Step) -> None:
    """MAIL-02: not even to the Owner."""
    id = mail(world)
    found = read(world, 'olivia', id)
    assert found.rendered
    assert found.link_lives_until
    assert token_of(newest()) not in repr(found)
    assert '/link/…' in found.rendered.text


@pytest.mark.parametrize('mail', [invited, granted, forgotten_without_one])
def test_who_may_give_access_is_shown_what_gives_it(world: World, mail: Step) -> None:
    """MAIL-02: an invitation, and the first password."""
    id = mail(world)
    for who in ('manu', 'olivia'):
        assert read(world, who, id).link_hidden == ''
        assert show(world, who, id).endswith(f'/portal/link/{token_of(newest())}')
    assert read(world, 'rita', id).link_hidden == 'A role with Manage Portal Users: Edit can show it.'
    with pytest.raises(NotPermitted, match='Manage Portal Users: Edit'):
        show(world, 'rita', id)


def test_who_manages_portal_users_cannot_take_over_a_login(world: World) -> None:
    """SET-10: by asking for a new password in somebody's name and reading the mail."""
    id = forgotten(world)
    assert 'Staff Users: Edit' in read(world, 'manu', id).link_hidden
    with pytest.raises(NotPermitted, match='Staff Users: Edit'):
        show(world, 'manu', id)
    role_of('manu', *sorted(each.grant for each in PORTAL_ADMINISTRATOR.permissions))
    with pytest.raises(NotPermitted, match='Staff Users: Edit'):
        show(world, 'manu', id)
    assert show(world, 'olivia', id).endswith(f'/portal/link/{token_of(newest())}')


def test_a_first_password_that_was_set_meanwhile_is_a_login_that_somebody_uses(world: World) -> None:
    """SET-10: whatever the link was made for."""
    id = granted(world)
    with acting_as(TEST) as work:
        link = work.session.get_one(OneTimeLink, newest().link_id)
        anna = work.session.exec(select(Contact).where(Contact.email == 'anna@example.com')).one()
        link.portal_user_id = anna.portal_user_id
        work.session.add(link)
    with pytest.raises(NotPermitted, match='Staff Users: Edit'):
        show(world, 'manu', id)


def test_nobody_becomes_an_owner_by_a_mail(world: World) -> None:
    """SET-10: who may edit staff users needs all that the other's role permits as well."""
    id = forgotten_by_owner(world)
    role_of('manu', LOG, EDIT_STAFF)
    role_of('rita', *sorted({each.grant for each in OWNER.permissions} - {'api_keys:delete'}))
    for who in ('manu', 'rita'):
        assert 'all that the role Owner permits' in read(world, who, id).link_hidden
        with pytest.raises(NotPermitted, match='all that the role Owner permits'):
            show(world, who, id)
    assert show(world, 'olivia', id).endswith(f'/admin/link/{token_of(newest())}')


def test_who_may_edit_staff_users_is_shown_the_link_of_a_lesser_role(world: World) -> None:
    """SET-10."""
    role_of('manu', LOG, EDIT_STAFF)
    role_of('stan', LOG)
    send_reset(STAFF, 'stan@staff.example', HERE)
    assert show(world, 'manu', newest().id or 0).endswith(f'/admin/link/{token_of(newest())}')


def test_who_looked_is_on_the_record(world: World) -> None:
    """OPS-03: with the mail and its reader, and in the history of the customer's access."""
    id = invited(world)
    show(world, 'manu', id)
    with pytest.raises(NotPermitted):
        show(world, 'rita', id)
    with reading_as(world.as_staff('rita')) as work:
        entry = work.session.exec(select(AuditEntry).where(col(AuditEntry.action) == 'mail.link_shown')).one()
        told = access_history.history(work, world.customers['acme'])[0].sentence
    assert (entry.actor, entry.subject) == ('Manu <manu@staff.example>', 'Dora Person <dora@example.com>')
    assert (entry.customer_id, entry.contact_id) == (newest().customer_id, newest().contact_id)
    assert entry.after == {'mail': newest().subject}
    assert told == 'Manu looked at the link of a mail to Dora Person (dora@example.com).'


def test_the_history_of_access_has_nothing_else_of_mails(world: World) -> None:
    """ACC-01."""
    with acting_as(world.as_staff('olivia')) as work:
        work.record('mail.send_again', 'A mail', customer_id=world.customers['acme'])
    with reading_as(world.as_staff('rita')) as work:
        assert access_history.history(work, world.customers['acme']) == []


@pytest.mark.parametrize('state', [state for state in MailState if state is not MailState.KEPT])
def test_the_link_of_a_mail_that_had_a_server_is_shown_to_nobody(world: World, state: MailState) -> None:
    """MAIL-02: it is between the mail and its reader."""
    id = invited(world)
    change(Mail, id, state=state)
    assert read(world, 'olivia', id).link_lives_until is None
    with pytest.raises(Conflict):
        show(world, 'olivia', id)


def test_a_dead_link_is_not_handed_out(world: World) -> None:
    """ACC-04, ACC-08: nor one of somebody whose access has ended."""
    dead, ended = invited(world), forgotten(world)
    change(OneTimeLink, mails()[0].link_id or 0, revoked_at=now())
    change(Contact, newest().contact_id or 0, permitted=False)
    assert read(world, 'olivia', dead).why_not_again == email_log.DEAD_INVITATION
    for id in (dead, ended):
        assert read(world, 'olivia', id).link_lives_until is None
        with pytest.raises(Conflict):
            show(world, 'olivia', id)


@pytest.mark.parametrize('id', [0, -1, 999, 2**70])
def test_there_is_no_link_of_a_mail_that_is_not_there(world: World, id: int) -> None:
    """MAIL-02: whatever a browser asks for."""
    with pytest.raises(NotFound):
        show(world, 'olivia', id)


def test_who_may_not_see_the_log_is_shown_no_link(world: World) -> None:
    """SET-10: Standard, and customers."""
    id = invited(world)
    for viewer in (world.as_staff('stan'), world.as_customer('anna', 'C1001')):
        with acting_as(viewer) as work, pytest.raises(NotPermitted):
            email_log.show_link(work, id)


def test_a_link_of_another_secret_is_not_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-02: the page says why; the mail itself can still be read."""
    id = invited(world)
    monkeypatch.setenv('PORTAL_SECRET_KEY', 'two' * 16)
    config.settings.cache_clear()
    assert read(world, 'olivia', id).rendered
    with pytest.raises(Conflict, match=links.OTHER_KEY):
        show(world, 'olivia', id)
