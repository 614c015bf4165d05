"""The outbox: what is written there, whose turn it is, and what follows from an answer (MAIL-01, MAIL-02)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import select

from portal_app.auth.realms import PORTAL, STAFF
from portal_app.live import Change, Topic
from portal_app.mail import outbox, tries, turns
from portal_app.mail.outbox import Recipient
from portal_app.mail.tries import Answer, Tried
from portal_app.models import Contact, EmailTemplateVersion, Mail
from portal_app.models import MailServer as ServerRow
from portal_app.models.base import now
from portal_app.services import access
from portal_app.services.invitations import disable_contact, grant_contact
from portal_app.services.password_resets import send_reset
from portal_app.work import acting_as, reading_as
from tests.mailing import NAMES, TEST, invite, mail, settle, trouble
from tests.smtp_server import MailServer
from tests.world import HERE, World, add_contact, change, contact
from tests.world import mails as sent_to

Step = Callable[[World], int]  # returns the id of a mail
Event = Callable[[World, int], None]  # of a contact


def test_a_mail_is_undone_with_the_change_that_caused_it(world: World, dora: int) -> None:
    """MAIL-01: one transaction."""
    with pytest.raises(ZeroDivisionError), acting_as(TEST) as work:
        outbox.queue_all(work, 'portal-invitation', [(Recipient('Dora', 'dora@example.com'), NAMES, None)])
        _ = 1 / 0
    with reading_as(TEST) as work:
        assert work.session.exec(select(Mail)).all() == []


def test_without_a_mail_server_mail_is_kept(world: World, dora: int) -> None:
    """MAIL-02."""
    assert mail(invite(world, dora)).state == 'Kept'


def test_many_mails_are_queued_at_once_and_told_once(
    world: World, mails: MailServer, dora: int, heard: list[Change]
) -> None:
    """ACC-11: and nothing at all for nobody."""
    people = [
        Recipient(f'Person {n}', f'p{n}@example.com', world.customers['acme'], dora) for n in range(1000)
    ]
    with acting_as(TEST) as work:
        outbox.queue_all(work, 'portal-invitation', [(person, NAMES, None) for person in people])
        outbox.queue_all(work, 'portal-invitation', [])
    with reading_as(TEST) as work:
        found = work.session.exec(select(Mail)).all()
    assert len({each.message_id for each in found}) == 1000
    assert {(each.state, each.attempts) for each in found} == {('Queued', 0)}
    assert heard == [Change(Topic.MAIL)]


def test_a_mail_whose_template_is_off_is_not_queued(world: World) -> None:
    """SET-08: an Invoice may be switched off."""
    with acting_as(TEST) as work:
        work.session.add(EmailTemplateVersion(key='invoice', number=2, subject='x', body='x', enabled=False))
        assert outbox.queue(work, 'invoice', Recipient('Dora', 'dora@example.com'), {}) is None
        outbox.queue_all(work, 'invoice', [(Recipient('Dora', 'dora@example.com'), {}, None)])
        assert work.session.exec(select(Mail)).all() == []


@pytest.mark.parametrize(
    ('tried', 'least', 'most'), [(0, 0.8, 1.2), (10, 8, 12), (120, 48, 72), (24 * 60 - 5, 4.9, 5)]
)
def test_pauses_grow_up_to_an_hour_and_the_last_try_is_after_a_day(
    world: World, mails: MailServer, dora: int, tried: int, least: float, most: float
) -> None:
    """MAIL-01: minutes."""
    id = invite(world, dora)
    change(Mail, id, trying_since=now() - timedelta(minutes=tried))
    settle(Answer.LATER, '451 later')
    assert mail(id).state == 'Queued'
    assert timedelta(minutes=least - 0.1) < mail(id).next_try_at - now() < timedelta(minutes=most)


def test_after_a_day_a_mail_is_given_up(world: World, mails: MailServer, dora: int) -> None:
    """MAIL-01: and its contact says why."""
    id = invite(world, dora)
    change(Mail, id, trying_since=now() - timedelta(hours=24))
    settle(Answer.LATER, '451 4.2.2 Mailbox full')
    words = 'Gave up after 24 hours: 451 4.2.2 Mailbox full'
    assert (mail(id).state, mail(id).problem, contact(dora).mail_problem) == ('Failed', words, words)


def test_the_longer_the_server_is_away_the_longer_it_is_left_alone(
    world: World, mails: MailServer, dora: int
) -> None:
    """MAIL-01: from seconds to minutes, and never given up."""
    id = invite(world, dora)
    for away, least, most in ((0, 3.9, 6), (60, 48, 72), (48 * 3600, 240, 360)):
        change(
            ServerRow, 1, next_try_at=None, failing_since=now() - timedelta(seconds=away) if away else None
        )
        settle(Answer.UNREACHABLE, 'localhost:25 cannot be used')
        waits = trouble().next_try_at
        assert waits
        assert timedelta(seconds=least) < waits - now() < timedelta(seconds=most)
        assert mail(id).state == 'Queued'


def test_who_died_while_sending_is_followed_by_another_once_the_claim_has_run_out(
    world: World, mails: MailServer, dora: int
) -> None:
    """MAIL-01: and if it was not dead but slow, what it writes down late does not count."""
    id = invite(world, dora)
    with acting_as(TEST) as work:
        slow = turns.claim(work)
        assert slow
        turns.free(work)
        assert turns.claim(work) is None
    change(Mail, id, next_try_at=now())
    with acting_as(TEST) as work:
        turns.free(work)
        follower = turns.claim(work)
    assert follower
    assert (follower.mail.id, follower.mail.attempts) == (id, 2)
    with acting_as(TEST) as work:
        tries.settle(work, Tried(slow, Answer.LATER, '451 too late'))
    assert (mail(id).state, mail(id).attempts) == ('Sending', 2)


def ben_is_let_in(world: World) -> int:
    """Ben of Globex, who has a password, at Acme as well: his mail carries no link. Returns its id."""
    ben = add_contact(world, 'acme', 'ben')
    with acting_as(world.as_staff('olivia')) as work:
        grant_contact(work, ben)
    (mail,) = sent_to(contact_id=ben)
    assert (mail.template, mail.link_id) == ('access-granted', None)
    return mail.id or 0


def anna_forgot(world: World) -> int:
    """Anna of Acme asked for a new password. Returns the id of her mail."""
    send_reset(PORTAL, 'anna@example.com', HERE)
    return sent_to(to_email='anna@example.com')[-1].id or 0


def is_disabled(world: World, contact_id: int) -> None:
    with acting_as(world.as_staff('olivia')) as work:
        disable_contact(work, contact_id)


def whole_customer_is_off(world: World, contact_id: int) -> None:
    with acting_as(world.as_staff('olivia')) as work:
        access.disable_customers(work, [world.customers['acme']])


def is_not_permitted(world: World, contact_id: int) -> None:
    change(Contact, contact_id, permitted=False)


@pytest.mark.parametrize('happens', [is_disabled, whole_customer_is_off, is_not_permitted])
@pytest.mark.parametrize('queued', [ben_is_let_in, anna_forgot])
def test_a_mail_about_access_that_has_ended_is_not_sent(
    world: World, mails: MailServer, queued: Step, happens: Event
) -> None:
    """ACC-08: also where no link in it could die; the next mail in the queue is sent."""
    id = queued(world)
    happens(world, mail(id).contact_id or 0)
    following = invite(world, add_contact(world, 'globex', 'dora'))
    with acting_as(TEST) as work:
        claimed = turns.claim(work)
    assert claimed
    assert claimed.mail.id == following
    assert (mail(id).state, mail(id).problem) == ('Cancelled', 'Access ended before it was sent.')


@pytest.mark.parametrize('queued', [ben_is_let_in, anna_forgot])
def test_a_mail_about_access_that_goes_on_is_sent(world: World, mails: MailServer, queued: Step) -> None:
    """ACC-07, POR-01."""
    id = queued(world)
    with acting_as(TEST) as work:
        claimed = turns.claim(work)
    assert claimed
    assert claimed.mail.id == id


def test_a_staff_user_needs_no_access_to_the_portal(world: World, mails: MailServer) -> None:
    """POR-01: for a new password."""
    send_reset(STAFF, 'olivia@staff.example', HERE)
    with acting_as(TEST) as work:
        assert turns.claim(work)
