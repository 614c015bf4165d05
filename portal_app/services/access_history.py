"""The history of a customer's portal access in plain sentences, from the audit log (ACC-01)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, or_, select

from portal_app.auth.permissions import SEE_ACCESS
from portal_app.models import AuditEntry
from portal_app.work import Work

PAGE = 20
ABOUT = ('portal_access.', 'access_request.', 'password.', 'contact.', 'mail.link_shown')

_SENTENCES = {
    'portal_access.invite': '{actor} invited {subject}.',
    'portal_access.resend': '{actor} sent {subject} a new invitation.',
    'portal_access.revoke': '{actor} took the invitation of {subject} back.',
    'portal_access.grant': '{actor} granted {subject} access.',
    'portal_access.accept': '{subject} accepted the invitation.',
    'portal_access.disable': '{actor} disabled the access of {subject}.',
    'portal_access.enable': '{actor} re-enabled the access of {subject}.',
    'portal_access.tabs': '{actor} chose the tabs that {subject} sees.',
    'portal_access.view': '{actor} viewed the portal as {subject}.',
    'access_request.add': '{subject} asked for access.',
    'access_request.decline': '{actor} declined the request of {subject}.',
    'password.forgotten': '{subject} asked for a link to set a new password.',
    'mail.link_shown': '{actor} looked at the link of a mail to {subject}.',
    'contact.create': '{actor} added the contact {subject}.',
    'contact.edit': '{actor} changed the contact {subject}.',
    'portal_access.unlink': '{actor} gave {subject} another address, which has no access yet.',
}


@dataclass(frozen=True)
class Happening:
    """One change, as a person would tell it. `at` is aware UTC."""

    id: int
    at: datetime
    sentence: str


def history(work: Work, customer_id: int, *, before: int | None = None, most: int = PAGE) -> list[Happening]:
    """What happened to the access of a customer's people, newest first; `before` an id, for more of it.

    Needs Manage Portal Users: View.
    """
    work.require(SEE_ACCESS)
    entries = (
        select(AuditEntry)
        .where(
            AuditEntry.customer_id == customer_id,
            or_(*(col(AuditEntry.action).startswith(about) for about in ABOUT)),
        )
        .order_by(col(AuditEntry.id).desc())
        .limit(most)
    )
    if before is not None:
        entries = entries.where(col(AuditEntry.id) < before)
    return [Happening(entry.id or 0, entry.at, sentence(entry)) for entry in work.session.exec(entries)]


def sentence(entry: AuditEntry) -> str:
    """What an entry about access says: 'Olivia invited Anna Keller (anna@acme.example).'"""
    actor, subject = entry.actor.partition(' <')[0], _subject(entry.subject)
    if entry.action == 'portal_access.customer':
        return f'{actor} {_done(entry.after.get("portal_access"))} portal access for all of {subject}.'
    if entry.action == 'portal_access.contact':  # as earlier releases wrote it
        before, after = _status(entry.before), _status(entry.after)
        return f'{actor} changed the portal status of {subject} from {before} to {after}.'
    if entry.action == 'access_request.add' and entry.after.get('expired_link'):
        return f'{subject} asked for a new invitation.'
    known = _SENTENCES.get(entry.action)
    return known.format(actor=actor, subject=subject) if known else f'{actor}: {entry.action}, {subject}.'


def _subject(text: str) -> str:
    name, bracket, email = text.partition(' <')
    return f'{name} ({email.rstrip(">")})' if bracket else text


def _done(on: Any) -> str:
    return 're-enabled' if on else 'disabled'


def _status(values: dict[str, Any]) -> str:
    return str(values.get('portal_status', 'None'))
