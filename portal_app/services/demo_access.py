"""Portal access of the demo company as it looks after some months."""

import random
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import update
from sqlmodel import col, select

from portal_app.auth.viewer import Operator, Visitor
from portal_app.models import (
    AuditEntry,
    Contact,
    Customer,
    Mail,
    OneTimeLink,
    PortalStatus,
    PortalUser,
    Purpose,
)
from portal_app.models.base import now
from portal_app.services import access_requests, candidates, invitations
from portal_app.services.access_changes import carry_out, logins, set_status, spoken
from portal_app.services.access_rules import Result
from portal_app.services.links import LIVES
from portal_app.services.sign_in import Browser
from portal_app.work import Work, acting_as

HERE = Browser('127.0.0.1', 'demo')
STAFF = ('Adam Brandt <admin@northwind.example>', 'Olivia Owner <owner@northwind.example>')


def fill_access(password_hash: str, chance: random.Random) -> None:
    """Take contacts that nobody has invited yet through their lives, each some time ago."""
    with acting_as(Operator('demo')) as work:
        contacts = _to_invite(work)
        chance.shuffle(contacts)
        for contact in contacts:
            _live(work, contact, password_hash, chance)
    _wait([contact for contact in contacts if contact.portal_status == PortalStatus.NONE][-3:])
    with acting_as(Operator('demo')) as work:
        ages = [chance.randrange(6, 70 if chance.random() < 0.3 else 24 * 150) for _ in contacts]
        for contact, hours in zip(
            contacts, sorted(ages, reverse=True), strict=True
        ):  # as the audit log has it
            _put_back(work, contact, timedelta(hours=hours))
            _sign_in(work, contact, timedelta(hours=hours), chance)
        _name_staff(work, chance)
        _spoil(work)


def _to_invite(work: Work) -> list[Contact]:
    ready = (
        select(Contact)
        .join(Customer)
        .where(Contact.portal_status == PortalStatus.NONE, col(Customer.bill_to_parent).is_(False))
        .order_by(col(Contact.id))
    )
    return list(work.session.exec(ready))


def _live(work: Work, contact: Contact, password_hash: str, chance: random.Random) -> None:
    """Not invited, invited, registered, or registered and disabled since."""
    how = chance.random()
    has_login = work.session.exec(select(PortalUser).where(PortalUser.email == contact.email)).first()
    if how < 0.3 and not has_login:
        return
    invitations.invite_contact(work, contact.id or 0)
    if has_login or how < 0.5:
        return
    user = logins(work, {contact.email: contact.name})[contact.email]
    user.password_hash = password_hash
    contact.portal_user_id = user.id
    viewer, work.viewer = work.viewer, Visitor(contact.mailbox)
    set_status(work, contact, PortalStatus.ENABLED, 'portal_access.accept')
    work.viewer = viewer
    if how > 0.9:
        candidate = candidates.of_contact(work, contact.id or 0)
        carry_out(work, [(candidate, Result.DISABLED)])


def _wait(contacts: Sequence[Contact]) -> None:
    """Some ask to be let in."""
    for contact in contacts:
        access_requests.request_access(contact.email, HERE)


def _put_back(work: Work, contact: Contact, by: timedelta) -> None:
    """Let what happened to a contact have happened earlier."""
    links = work.session.exec(select(OneTimeLink).where(OneTimeLink.contact_id == contact.id)).all()
    for link in links:
        link.created_at, link.expires_at = link.created_at - by, link.expires_at - by
        if contact.portal_status == PortalStatus.ENABLED:
            link.used_at = link.created_at + timedelta(hours=1)
        work.session.add(link)
    for mail in work.session.exec(select(Mail).where(Mail.contact_id == contact.id)):
        mail.created_at = mail.next_try_at = mail.created_at - by
        if 'expires' in mail.variables:
            expires = mail.created_at + LIVES[Purpose.INVITATION]
            mail.variables = {**mail.variables, 'expires': spoken(work, expires)}
        work.session.add(mail)
    entries = select(AuditEntry).where(AuditEntry.contact_id == contact.id).order_by(col(AuditEntry.id))
    for place, entry in enumerate(work.session.exec(entries)):
        entry.at = entry.at - by + timedelta(hours=2 * place)
        work.session.add(entry)
    if contact.portal_status != PortalStatus.NONE:
        work.session.execute(
            update(Contact).where(col(Contact.id) == contact.id).values(status_since=now() - by)
        )


def _sign_in(work: Work, contact: Contact, since: timedelta, chance: random.Random) -> None:
    """Who has access has used it, most of them not long ago."""
    user = work.session.get(PortalUser, contact.portal_user_id) if contact.portal_user_id else None
    if user and user.last_signed_in_at is None and chance.random() < 0.9:
        user.last_signed_in_at = now() - since * chance.random() ** 2
        work.session.add(user)


def _name_staff(work: Work, chance: random.Random) -> None:
    entries = select(AuditEntry).where(AuditEntry.actor == Operator('demo').actor)
    for entry in work.session.exec(entries):
        entry.actor = chance.choice(STAFF)
        work.session.add(entry)


def _spoil(work: Work) -> None:
    """What does not work at once in a real company either."""
    customers = work.session.exec(select(Customer).order_by(col(Customer.id).desc()).limit(2)).all()
    customers[0].email_delivery = False
    contact = work.session.exec(
        select(Contact).where(Contact.portal_status == PortalStatus.NONE).order_by(col(Contact.id).desc())
    ).first()
    if contact:
        contact.email = f'{contact.email}, accounting@{contact.email.partition("@")[2]}'
