"""Manage Templates: who changes a mail, what is kept of it, and what a draft looks like before it counts."""

from dataclasses import replace

import pytest
from sqlmodel import col, select

from portal_app import live
from portal_app.auth.viewer import Operator, StaffViewer
from portal_app.errors import Conflict, Invalid, NotFound, NotPermitted
from portal_app.live import Change, Topic
from portal_app.mail.checks import TemplateRefused
from portal_app.mail.letters import letter
from portal_app.mail.outbox import Recipient, queue
from portal_app.mail.templates import TEMPLATES, Draft, shipped
from portal_app.models import AuditEntry, Customer, EmailTemplateVersion, Mail, Role
from portal_app.services import email_previews, email_templates
from portal_app.services.foundation import lay_foundation
from portal_app.work import acting_as, reading_as
from tests.test_concurrency import at_once
from tests.world import World, add_contact, change, mails

KEY = 'portal-invitation'
DEFAULT = shipped(KEY)
WELCOME = replace(DEFAULT, body='Welcome, {{ contact_name }}!\n\n[REGISTER]({{ register_link }})')


def save(viewer: StaffViewer, draft: Draft, began_from: int = 1, key: str = KEY) -> EmailTemplateVersion:
    with acting_as(viewer) as work:
        return email_templates.save(work, key, draft, began_from)


def history(key: str = KEY) -> list[EmailTemplateVersion]:
    with reading_as(Operator('test')) as work:
        found = select(EmailTemplateVersion).where(EmailTemplateVersion.key == key)
        return list(work.session.exec(found.order_by(col(EmailTemplateVersion.number))))


def text_of(mail: Mail) -> str:
    """A mail without a one-time link, as its reader gets it."""
    with reading_as(Operator('test')) as work:
        found = letter(work, mail.id or 0)
        assert found is not None
        return found.rendered('').text


def entries() -> list[AuditEntry]:
    with reading_as(Operator('test')) as work:
        found = select(AuditEntry).where(col(AuditEntry.action).startswith('email_template'))
        return list(work.session.exec(found.order_by(col(AuditEntry.id))))


def test_an_installation_begins_with_every_template(world: World) -> None:
    """SET-08: laid once, however often it starts."""
    with acting_as(Operator('start')) as work:
        lay_foundation(work)
    with reading_as(world.as_staff('rita')) as work:
        found = email_templates.templates(work)
    assert [(kind.title, version.number, version.shipped, version.enabled) for kind, version in found] == [
        (kind.title, 1, True, True) for kind in TEMPLATES.values()
    ]


def test_a_release_brings_its_new_text_where_staff_left_the_old_one(world: World) -> None:
    """SET-08: what staff wrote stays; so does the switch."""
    save(world.as_staff('olivia'), WELCOME)
    for key in ('invoice', 'reset-password'):  # as the release before wrote it
        change(
            EmailTemplateVersion, history(key)[0].id or 0, body='Once upon a time', enabled=key != 'invoice'
        )
    with acting_as(Operator('start')) as work:
        lay_foundation(work)
    assert [
        (each.number, each.body == shipped('invoice').body, each.enabled) for each in history('invoice')
    ] == [(1, False, False), (2, True, False)]
    assert [each.shipped for each in history('reset-password')] == [True, True]
    assert [each.body for each in history()] == [DEFAULT.body, WELCOME.body]


def test_olivia_saves_and_every_mail_from_then_on_is_hers(world: World) -> None:
    """SET-08: news and audit log; a mail that was queued before keeps its words."""
    heard: list[Change] = []
    stop = live.listen(Topic.TEMPLATES, heard.append)
    values = TEMPLATES[KEY].examples()
    with acting_as(Operator('test')) as work:
        queue(work, KEY, Recipient('Anna', 'anna@example.com'), values)
    save(world.as_staff('olivia'), replace(WELCOME, subject='  Come in, {{ contact_name }} \r\n'))
    with acting_as(Operator('test')) as work:
        queue(work, KEY, Recipient('Anna', 'anna@example.com'), values)
    stop()
    assert heard == [Change(Topic.TEMPLATES, subject=KEY)]
    assert [(each.number, each.author, each.shipped) for each in history()] == [
        (1, '', True),
        (2, 'Olivia', False),
    ]
    assert [mail.subject for mail in mails()] == [
        "You have been invited to register on Northwind's portal",
        'Come in, Anna Keller',
    ]
    assert [text_of(mail).startswith('Welcome, Anna Keller!') for mail in mails()] == [False, True]
    (entry,) = entries()
    assert (entry.actor, entry.action, entry.subject) == (
        'Olivia <olivia@staff.example>',
        'email_template.change',
        'Portal Invitation',
    )
    assert entry.before == {'subject': DEFAULT.subject, 'body': DEFAULT.body}
    assert entry.after == {'version': 2, 'subject': 'Come in, {{ contact_name }}', 'body': WELCOME.body}


def test_what_changes_nothing_makes_no_version(world: World) -> None:
    """SET-08: line ends of another system are no change."""
    draft = replace(DEFAULT, body=DEFAULT.body.replace('\n', '\r\n') + '\r\n')
    assert save(world.as_staff('olivia'), draft).number == 1
    assert (len(history()), entries()) == (1, [])


def test_a_refused_template_leaves_everything_as_it_was(world: World) -> None:
    """SET-08: field, line and reason."""
    with pytest.raises(TemplateRefused) as refused:
        save(
            world.as_staff('olivia'), replace(WELCOME, body=WELCOME.body + '\n\n{{ custmer }}', reply_to='x')
        )
    assert refused.value.message.split('\n')[0] == (
        'body, line 5: there is no variable "custmer"; did you mean "customer"?'
    )
    assert refused.value.message.split('\n')[1].startswith('reply-to: must be empty or one valid address')
    assert (len(history()), entries()) == (1, [])


TO_GET_IN = (
    'portal-invitation',
    'access-granted',
    'reset-password',
    'email-confirmation',
    'staff-invitation',
)


@pytest.mark.parametrize('key', TEMPLATES)
def test_only_mails_about_money_can_be_switched_off(sqlite_world: World, key: str) -> None:
    """SET-08: without the others people could not get in."""
    olivia, off = sqlite_world.as_staff('olivia'), replace(shipped(key), enabled=False)
    assert key not in TO_GET_IN or not TEMPLATES[key].can_disable
    if TEMPLATES[key].can_disable:
        assert not save(olivia, off, key=key).enabled
        return
    with pytest.raises(Invalid, match='cannot be disabled'):
        save(olivia, off, key=key)
    assert [version.enabled for version in history(key)] == [True]


def test_the_second_of_two_who_save_is_told(world: World) -> None:
    """SET-08: what the first one saved is not overwritten unseen."""
    save(world.as_staff('olivia'), WELCOME)
    with pytest.raises(Conflict, match=r'Olivia changed this template meanwhile \(version 2\)'):
        save(world.as_staff('olivia'), replace(DEFAULT, subject='Mine'))
    assert save(world.as_staff('olivia'), replace(DEFAULT, subject='Mine'), 2).number == 3


def test_of_two_who_save_at_the_same_moment_one_wins(world: World) -> None:
    """SET-08."""
    olivia, told = world.as_staff('olivia'), []

    def write(subject: str) -> None:
        try:
            save(olivia, replace(DEFAULT, subject=subject))
        except Conflict as error:
            told.append(error.message)

    at_once(lambda: write('One'), lambda: write('Two'), lambda: write('Three'))
    assert (len(told), len(history())) == (2, 2)


def test_olivia_restores_the_default_and_then_her_own_text(world: World) -> None:
    """SET-08: nothing is lost; the switch stays as it is."""
    olivia = world.as_staff('olivia')
    hers = replace(shipped('invoice'), subject='Pay us', reply_to='billing@example.com', enabled=False)
    save(olivia, hers, key='invoice')
    with acting_as(olivia) as work:
        email_templates.restore_default(work, 'invoice')
    with acting_as(olivia) as work:
        email_templates.restore_version(work, 'invoice', 2)
    with acting_as(olivia) as work:
        email_templates.restore_version(work, 'invoice', 2)  # it is in force already
    assert [(each.subject, each.reply_to, each.shipped, each.enabled) for each in history('invoice')] == [
        (shipped('invoice').subject, '', True, True),
        ('Pay us', 'billing@example.com', False, False),
        (shipped('invoice').subject, '', True, False),
        ('Pay us', 'billing@example.com', False, False),
    ]
    assert [entry.action for entry in entries()] == ['email_template.change', *['email_template.restore'] * 2]
    with pytest.raises(NotFound, match='has no version 9'), acting_as(olivia) as work:
        email_templates.restore_version(work, 'invoice', 9)


def test_a_preview_shows_a_real_customer(world: World) -> None:
    """SET-08: the billing contact; what is made when it is sent, such as a link, is an example."""
    acme = world.customers['acme']
    add_contact(world, 'acme', 'bella', is_billing=True, email='bella@acme.example')
    with reading_as(world.as_staff('rita')) as work:
        seen = email_previews.preview(work, KEY, DEFAULT, acme)
        assert email_previews.customers(work, 'nord') == {world.customers['nordics']: 'Acme Nordics (C1002)'}
        assert email_previews.customers(work, 'c1004') == {world.customers['globex']: 'Globex (C1004)'}
        assert email_previews.customers(work, '%') == {}
        assert len(email_previews.customers(work)) == 5
    assert seen.to == 'Bella Person <bella@acme.example>'
    assert seen.rendered.text.startswith(
        "Hello Bella Person,\n\nYou have been invited to register on Northwind's"
    )
    assert 'REGISTER: http://localhost:8080/portal/link/example' in seen.rendered.text
    assert 'src="data:image/png;base64,' in seen.rendered.html


def test_a_preview_with_examples_needs_no_customer(world: World) -> None:
    """SET-08: also of a text that has another problem than in what the mail says."""
    with reading_as(world.as_staff('rita')) as work:
        seen = email_previews.preview(work, KEY, replace(DEFAULT, reply_to='half an addr'))
        assert seen.to == 'Anna Keller <anna@acme.example>'
        with pytest.raises(TemplateRefused):
            email_previews.preview(work, KEY, replace(DEFAULT, body='{{ x }}'))
        with pytest.raises(NotFound):
            email_previews.preview(work, KEY, DEFAULT, 999_999)


def test_a_customer_without_contacts_can_be_previewed(world: World) -> None:
    """SET-08: with an example for the person."""
    with acting_as(Operator('test')) as work:
        empty = Customer(number='C2000', name='<b>Empty</b> & Sons')
        work.session.add(empty)
        work.session.flush()
    with reading_as(world.as_staff('rita')) as work:
        seen = email_previews.preview(work, KEY, DEFAULT, empty.id)
    assert 'Hello Anna Keller' in seen.rendered.text
    assert '&lt;b&gt;Empty&lt;/b&gt; &amp; Sons' in seen.rendered.html


def test_customers_are_shown_only_to_who_may_see_them(world: World) -> None:
    """SET-10: a role with the setup alone previews with examples."""
    with acting_as(Operator('test')) as work:
        role = work.session.exec(select(Role).where(Role.name == 'Standard')).one()
        role.grants = ['portal_setup:view', 'portal_setup:edit']
        work.session.add(role)
    stan = world.as_staff('stan')
    with reading_as(stan) as work:
        assert email_previews.customers(work) == {}
        assert email_previews.preview(work, KEY, DEFAULT).rendered.text
        with pytest.raises(NotPermitted):
            email_previews.preview(work, KEY, DEFAULT, world.customers['acme'])
    with pytest.raises(NotPermitted), acting_as(stan) as work:
        email_previews.send_test(work, KEY, DEFAULT, world.customers['acme'])


def test_olivia_sends_herself_a_draft_that_never_comes_into_force(world: World) -> None:
    """SET-08: the mail is the draft, to her own address; what others get does not change."""
    olivia = world.as_staff('olivia')
    with acting_as(olivia) as work:
        email_previews.send_test(work, KEY, WELCOME)
    with acting_as(olivia) as work:
        email_previews.send_test(work, KEY, replace(WELCOME, subject='Again'), world.customers['globex'])
    first, second = mails()
    assert (first.to_email, first.to_name, first.contact_id) == ('olivia@staff.example', 'Olivia', None)
    assert first.subject == "[Test] You have been invited to register on Northwind's portal"
    assert second.subject == '[Test] Again'
    with reading_as(olivia) as work:
        assert email_templates.current(work, KEY).number == 1
        assert [version.number for version in email_templates.versions(work, KEY)] == [1]
    assert text_of(second).startswith(
        'Welcome, Ben Person!\n\nREGISTER: http://localhost:8080/portal/link/example'
    )
    assert [entry.action for entry in entries()] == ['email_template.test'] * 2
    with acting_as(Operator('start')) as work:
        lay_foundation(work)
    assert [version.number for version in history()] == [-2, -1, 1]


def test_a_test_is_refused_like_the_template_and_sent_although_it_is_off(world: World) -> None:
    """SET-08."""
    olivia = world.as_staff('olivia')
    with pytest.raises(TemplateRefused), acting_as(olivia) as work:
        email_previews.send_test(work, KEY, replace(DEFAULT, body='{{ x }}'))
    assert mails() == []
    with acting_as(olivia) as work:
        email_previews.send_test(work, 'invoice', replace(shipped('invoice'), enabled=False))
    assert [mail.template for mail in mails()] == ['invoice']


@pytest.mark.parametrize('who', ['rita', 'stan', 'manu'])
def test_only_the_grant_changes_a_template(world: World, who: str) -> None:
    """SET-10: Read Only may look; Standard and Portal User Manager may not even look."""
    staff = world.as_staff(who)
    for verb in (
        lambda work: email_templates.save(work, KEY, WELCOME, 1),
        lambda work: email_templates.restore_default(work, KEY),
        lambda work: email_templates.restore_version(work, KEY, 1),
        lambda work: email_previews.send_test(work, KEY, WELCOME),
    ):
        with pytest.raises(NotPermitted), acting_as(staff) as work:
            verb(work)
    for look in (
        email_templates.templates,
        lambda work: email_templates.versions(work, KEY),
        lambda work: email_previews.preview(work, KEY, DEFAULT),
        email_previews.customers,
    ):
        with reading_as(staff) as work:
            if who == 'rita':
                assert look(work)
                assert not email_templates.may_change(work)
            else:
                with pytest.raises(NotPermitted):
                    look(work)
    assert (len(history()), mails()) == (1, [])


def test_a_customer_does_nothing_here(world: World) -> None:
    """SET-10: grants belong to staff."""
    with pytest.raises(NotPermitted), acting_as(world.as_customer('anna', 'C1001')) as work:
        email_templates.save(work, KEY, WELCOME, 1)
    with pytest.raises(NotPermitted), reading_as(world.as_customer('anna', 'C1001')) as work:
        email_templates.versions(work, KEY)


def test_there_are_no_other_templates(world: World) -> None:
    """SET-08."""
    with pytest.raises(NotFound), acting_as(world.as_staff('olivia')) as work:
        email_templates.save(work, '../layout', WELCOME, 1)
    with pytest.raises(NotFound), reading_as(Operator('test')) as work:
        email_templates.current(work, 'nonsense')
