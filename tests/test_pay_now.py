"""Pay Now: the link in the mail of an invoice shows and pays that one invoice, and dies in time (POR-09)."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlmodel import select

from portal_app.auth.rate_limits import PAY_PER_ADDRESS
from portal_app.errors import Conflict, Invalid, NotPermitted, TooManyTries
from portal_app.mail import attachments, message, turns
from portal_app.models import (
    Contact,
    Customer,
    EmailTemplateVersion,
    Invoice,
    Mail,
    PayLink,
    Payment,
    PaymentStatus,
    PortalStatus,
)
from portal_app.models.base import now
from portal_app.services import access, billing_mail, contacts, email_log, invitations, pay_links, pay_now
from portal_app.services.pay_links import PayLinkEnded
from portal_app.services.pay_now import PayNow
from portal_app.work import acting_as, reading_as
from tests.mailing import TEST
from tests.paying import DECLINED, charged, in_ledger, invoice, notices, on_page, order, pay, payments, row
from tests.world import HERE, World, add_contact, audit, change, mails


@pytest.fixture
def bea(world: World) -> int:
    """Bea, the billing contact of Globex, who has no access to the portal."""
    return add_contact(world, 'globex', 'bea', is_billing=True)


def send(invoice_id: int) -> list[Mail]:
    with acting_as(TEST) as work:
        return billing_mail.send_invoice(work, work.session.get_one(Invoice, invoice_id))


def token_of(mail: Mail) -> str:
    with reading_as(TEST) as work:
        return pay_links.address(work.session.get_one(PayLink, mail.pay_link_id)).rpartition('/')[2]


def sent(world: World, **given: Any) -> tuple[int, str]:
    """An invoice that was mailed: its id, and the token of its link."""
    bill = invoice(world, **given)
    return bill, token_of(send(bill)[0])


def click(token: str, key: str = '') -> Payment:
    return pay_now.pay(token, key or uuid4().hex, HERE)


def is_dead(token: str) -> bool:
    """Both doors say the same, and no more than that."""
    said = set()
    for door in (pay_now.look, click):
        try:
            door(token)
        except PayLinkEnded as error:
            said.add((error.status, error.title, error.message))
    assert len(said) <= 1
    return bool(said)


def test_the_link_shows_the_invoice_and_pays_it(world: World, bea: int) -> None:
    """POR-09: number, amount, company, day and lines; once paid, it says so."""
    _, token = sent(world, total=124_000)
    shown = pay_now.look(token)
    assert (shown.customer, shown.state, shown.open, shown.lines) == (
        'Globex',
        'Open',
        '$1,240.00',
        (('Platform fee', '$1,240.00'),),
    )
    before = everything()
    pay_now.look(token)
    assert everything() == before  # looking changes nothing: mail scanners open links
    begun = click(token)
    assert (pay_now.look(token).waits_at, pay_now.look(token).why_not) == (
        begun.checkout,
        'A payment of this invoice is under way.',
    )
    on_page(begun)
    pay_now.come_back(token, begun.number, HERE)
    assert (pay_now.look(token).state, pay_now.look(token).why_not) == (
        'Paid',
        'This invoice is paid. Thank you.',
    )
    assert (charged(), in_ledger(world)) == (124_000, (0, 0))
    assert audit('payment.begin')[0].actor == 'Pay Now link of Bea Person <bea@example.com>'
    with pytest.raises(Conflict, match='is paid'):
        click(token)


def everything() -> str:
    """All rows of the tables that a visit might touch."""
    with reading_as(TEST) as work:
        tables = ('pay_link', 'payment', 'invoice', 'mail', 'audit_entry', 'simulated_record')
        return str([work.session.execute(text(f'SELECT * FROM {name}')).all() for name in tables])


def test_the_token_is_stored_nowhere(sqlite_world: World) -> None:
    """POR-09: nor does a gateway or the audit log get to know it."""
    add_contact(sqlite_world, 'globex', 'bea', is_billing=True)
    _, token = sent(sqlite_world)
    on_page(click(token))
    notices()
    assert token not in everything()


@pytest.mark.parametrize(
    'ends',
    [
        lambda world, bea: change(PayLink, 1, expires_at=now()),
        lambda world, bea: change(PayLink, 1, revoked_at=now()),
        lambda world, bea: change(Customer, world.customers['globex'], portal_access=False),
        lambda world, bea: change(Contact, bea, portal_status=PortalStatus.DISABLED),
        lambda world, bea: change(Invoice, 1, customer_id=world.customers['initech']),
        lambda world, bea: change(Invoice, 1, status='Draft'),
    ],
    ids=['expired', 'revoked', 'customer disabled', 'contact disabled', 're-assigned', 'draft again'],
)
def test_a_link_that_ended_looks_like_one_that_never_was(
    world: World, bea: int, ends: Callable[[World, int], None]
) -> None:
    """POR-09, field notes: disabling leaves no stateless link alive."""
    _, token = sent(world)
    assert not is_dead(token)
    ends(world, bea)
    assert is_dead(token)
    assert is_dead('nothing')


def _readdress(world: World, bea: int) -> None:
    with acting_as(world.as_staff('olivia')) as work:
        contacts.edit_contact(work, bea, 'Bea Person', 'bo@example.com', True, True)


def _disable(world: World, bea: int) -> None:
    with acting_as(world.as_staff('olivia')) as work:
        invitations.grant_contact(work, bea)
        invitations.disable_contact(work, bea)


def _disable_and_enable(world: World, bea: int) -> None:
    _disable(world, bea)
    with acting_as(world.as_staff('olivia')) as work:
        invitations.enable_contact(work, bea)


def _disable_and_readdress(world: World, bea: int) -> None:
    _disable(world, bea)
    _readdress(world, bea)


def _switch_off_and_on(world: World, _bea: int) -> None:
    for on in (False, True):
        with acting_as(TEST) as work:
            access.set_access(work, [world.customers['globex']], on=on)


@pytest.mark.parametrize(
    'ends', [_readdress, _disable_and_enable, _disable_and_readdress, _switch_off_and_on]
)
def test_a_link_dies_for_good_with_its_contacts_address_and_access(
    world: World, bea: int, ends: Callable[[World, int], None]
) -> None:
    """POR-09: whoever reads Bea's old mails cannot pay, and links of others live on."""
    _, token = sent(world)
    add_contact(world, 'initech', 'cora', is_billing=True)
    _, other = sent(world, who='initech')
    ends(world, bea)
    assert (is_dead(token), is_dead(other)) == (True, False)


def test_a_new_name_leaves_a_link_alive(sqlite_world: World) -> None:
    """POR-09: only the address is whom it was mailed to."""
    bea = add_contact(sqlite_world, 'globex', 'bea', is_billing=True)
    _, token = sent(sqlite_world)
    with acting_as(sqlite_world.as_staff('olivia')) as work:
        contacts.edit_contact(work, bea, 'Bea Neu', 'bea@example.com', True, True)
    assert not is_dead(token)


def test_a_link_lives_for_ninety_days(sqlite_world: World) -> None:
    """POR-09."""
    add_contact(sqlite_world, 'globex', 'bea', is_billing=True)
    sent(sqlite_world)
    link = row(PayLink, 1)
    assert link.expires_at - link.created_at == timedelta(days=90)


def test_a_form_that_is_sent_twice_or_left_pays_once(world: World, bea: int) -> None:
    """POR-09: whoever left the gateway's page can begin anew."""
    bill, token = sent(world)
    key = uuid4().hex
    first = click(token, key)
    assert click(token, key).id == first.id
    pay_now.come_back(token, first.number, HERE)
    assert row(Payment, first.id or 0).status == PaymentStatus.PENDING
    pay_now.give_up(token, HERE)
    assert row(Invoice, bill).pending == 0
    second = click(token)
    on_page(second, DECLINED)
    on_page(second)
    pay_now.come_back(token, second.number, HERE)
    assert charged() == 10_000
    with pytest.raises(Invalid):
        click(token, '../x')


def test_it_pays_what_is_left_of_its_invoice_and_no_other(sqlite_world: World) -> None:
    """POR-09: a payment of somebody else's is neither shown nor given up by it."""
    add_contact(sqlite_world, 'globex', 'bea', is_billing=True)
    ben, (bill, token) = sqlite_world.as_customer('ben', 'C1004'), sent(sqlite_world)
    of_ben = pay(ben, order(bill, amount=4_000))
    shown = pay_now.look(token)
    assert (shown.open, shown.pending, shown.waits_at) == ('$60.00', '$40.00', '')
    pay_now.give_up(token, HERE)
    pay_now.come_back(token, of_ben.number, HERE)
    assert row(Payment, of_ben.id or 0).status == PaymentStatus.PENDING
    assert click(token).amount == 6_000
    assert [payment.amount for payment in payments()] == [4_000, 6_000]


@pytest.mark.parametrize(
    ('status', 'said'),
    [
        ('Void', 'This invoice is void: there is nothing to pay.'),
        ('Written Off', 'This invoice is written off: there is nothing to pay.'),
    ],
)
def test_an_invoice_that_is_closed_says_so(sqlite_world: World, status: str, said: str) -> None:
    """POR-09."""
    add_contact(sqlite_world, 'globex', 'bea', is_billing=True)
    bill, token = sent(sqlite_world)
    change(Invoice, bill, status=status, balance=0)
    shown: PayNow = pay_now.look(token)
    assert (shown.state, shown.why_not) == (status, said)


def test_posts_are_limited_for_each_address(sqlite_world: World) -> None:
    """POR-09: whether the link exists or not."""
    for _ in range(PAY_PER_ADDRESS.amount):
        with pytest.raises(PayLinkEnded):
            click('nothing')
    with pytest.raises(TooManyTries):
        click('nothing')


def test_the_invoice_mail_carries_both_links_and_the_pdf(
    world: World, bea: int, request: pytest.FixtureRequest
) -> None:
    """POR-09, SET-08: Pay Now and the portal's login, to every address of the billing contact."""
    request.getfixturevalue('mails')  # a server is connected
    change(Contact, bea, email='bea@example.com, ar@globex.example')
    bill = invoice(world, 124_000)
    queued = send(bill)
    assert [each.to_email for each in queued] == ['bea@example.com', 'ar@globex.example']
    with acting_as(TEST) as work:
        claimed = turns.claim(work)
    assert claimed
    wire = message_from_bytes(message.envelope(claimed, attachments.attached(claimed)).message)
    plain = next(part for part in wire.walk() if part.get_content_type() == 'text/plain')
    words = bytes(plain.get_payload(decode=True)).decode()
    assert f'/pay/{token_of(queued[0])}' in words
    assert '/portal/login' in words
    assert '$1,240.00' in words
    (pdf,) = (part for part in wire.walk() if part.get_content_type() == 'application/pdf')
    assert pdf.get_filename() == f'Invoice-{row(Invoice, bill).number}.pdf'
    assert bytes(pdf.get_payload(decode=True)).startswith(b'%PDF')


def test_who_cannot_be_mailed_an_invoice_is_said_with_every_reason(world: World) -> None:
    """ACC-03, SET-08: Email Delivery Preference, no billing contact, a draft, the template switched off."""
    bill = invoice(world)
    change(Customer, world.customers['globex'], email_delivery=False)
    change(Invoice, bill, status='Draft')
    with reading_as(TEST) as work:
        version = work.session.exec(select(EmailTemplateVersion).where(EmailTemplateVersion.key == 'invoice'))
        id = version.one().id or 0
    change(EmailTemplateVersion, id, enabled=False)
    with pytest.raises(Conflict) as refused:
        send(bill)
    assert len(refused.value.message.split('\n')) == 4
    assert 'Please enable the Email Delivery Preference for this customer.' in refused.value.message


def test_without_a_way_to_pay_the_mail_has_no_link(sqlite_world: World) -> None:
    """POR-09: access disabled, or nothing left to pay; the invoice is mailed all the same."""
    add_contact(sqlite_world, 'globex', 'bea', is_billing=True)
    bill = invoice(sqlite_world)
    change(Customer, sqlite_world.customers['globex'], portal_access=False)
    (mail,) = send(bill)
    with reading_as(sqlite_world.as_staff('olivia')) as work:
        found = email_log.read_mail(work, mail.id or 0)
    assert (mail.pay_link_id, found.link_lives_until) == (None, None)
    assert found.rendered
    assert 'PAY NOW' not in found.rendered.text


def test_the_email_log_masks_the_link_and_shows_it_to_who_may_pay_without_it(world: World, bea: int) -> None:
    """MAIL-02: a role with Billing Records: Edit; the log names the PDF."""
    bill, token = sent(world)
    mail = mails(template='invoice')[0]
    with reading_as(world.as_staff('rita')) as work:
        found = email_log.read_mail(work, mail.id or 0)
    assert found.rendered
    assert token not in found.rendered.html
    assert '/pay/…' in found.rendered.text
    assert (found.attachment, found.pays) == (f'Invoice-{row(Invoice, bill).number}.pdf', True)
    assert 'Billing Records: Edit' in found.link_hidden
    with acting_as(world.as_staff('rita')) as work, pytest.raises(NotPermitted):
        email_log.show_link(work, mail.id or 0)
    with acting_as(world.as_staff('olivia')) as work:
        assert email_log.show_link(work, mail.id or 0).endswith(token)
    assert token not in str(audit('mail.link_shown')[0])
