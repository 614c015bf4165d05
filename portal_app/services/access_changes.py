"""Carrying out what was decided about contacts' access: status, links, logins, mail, audit and news."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from sqlalchemy import update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col, select

from portal_app.errors import Conflict
from portal_app.live import Change, Topic
from portal_app.mail.outbox import Recipient, queue_all
from portal_app.models import (
    AccessRequest,
    Contact,
    Organization,
    PortalStatus,
    PortalUser,
    Purpose,
    RequestState,
)
from portal_app.models.base import now
from portal_app.services import links, pay_links
from portal_app.services.access_rules import TRANSITIONS, Result
from portal_app.services.candidates import Candidate
from portal_app.work import Work

STATUS = {
    Result.INVITED: PortalStatus.PENDING,
    Result.RESENT: PortalStatus.PENDING,
    Result.REVOKED: PortalStatus.NONE,
    Result.GRANTED: PortalStatus.ENABLED,
    Result.DISABLED: PortalStatus.DISABLED,
    Result.ENABLED: PortalStatus.ENABLED,
}
ACTIONS = {
    Result.INVITED: 'portal_access.invite',
    Result.RESENT: 'portal_access.resend',
    Result.REVOKED: 'portal_access.revoke',
    Result.GRANTED: 'portal_access.grant',
    Result.DISABLED: 'portal_access.disable',
    Result.ENABLED: 'portal_access.enable',
}


def carry_out(work: Work, decided: Iterable[tuple[Candidate, Result]]) -> None:
    """Do what was decided, in few statements for however many contacts. What changes nothing is skipped."""
    by_result: dict[Result, list[Candidate]] = {result: [] for result in STATUS}
    for candidate, result in decided:
        if result in STATUS:
            by_result[result].append(candidate)
    everyone = [candidate for candidates in by_result.values() for candidate in candidates]
    if not everyone:
        return
    _end_links(work, everyone, by_result[Result.DISABLED])
    let_in = [*by_result[Result.GRANTED], *by_result[Result.ENABLED]]
    users = logins(work, {each.email: _contact(each).name for each in let_in})
    for result, candidates in by_result.items():
        _set_statuses(work, candidates, result, users)
    welcome = [*by_result[Result.INVITED], *by_result[Result.RESENT], *let_in]
    settle_requests(work, [_contact(each).id or 0 for each in welcome])
    _mail_invitations(work, [*by_result[Result.INVITED], *by_result[Result.RESENT]])
    without_password = [each for each in by_result[Result.ENABLED] if not users[each.email].password_hash]
    _mail_grants(work, [*by_result[Result.GRANTED], *without_password], users)


def set_status(work: Work, contact: Contact, status: PortalStatus, action: str) -> None:
    """Give a contact this status, with its audit entry and news. Raises Conflict where no way leads there."""
    _note(work, contact, status, action)
    contact.portal_status, contact.status_since = status, now()
    work.session.add(contact)


def _set_statuses(
    work: Work, candidates: Sequence[Candidate], result: Result, users: dict[str, PortalUser]
) -> None:
    """The same for many in one statement, with the login of those who are let in."""
    rows, moment = [], now()
    for candidate in candidates:
        contact = _contact(candidate)
        _note(work, contact, STATUS[result], ACTIONS[result])
        user = users.get(candidate.email)
        changed = {
            'portal_status': STATUS[result],
            'status_since': moment,
            'portal_user_id': user.id if user else contact.portal_user_id,
        }
        rows.append({'id': contact.id, **changed})
        for name, value in changed.items():
            set_committed_value(contact, name, value)
    if rows:
        work.session.execute(update(Contact), rows)


def _note(work: Work, contact: Contact, status: PortalStatus, action: str) -> None:
    before = PortalStatus(contact.portal_status)
    if (before, status) not in TRANSITIONS:
        raise Conflict(f"Portal access for '{contact.name}' is {before} and cannot become {status}.")
    work.record(
        action,
        contact.mailbox,
        customer_id=contact.customer_id,
        contact_id=contact.id,
        before={'portal_status': before},
        after={'portal_status': status},
    )
    work.tell(Change(Topic.ACCESS, contact.customer_id))


def logins(work: Work, names: dict[str, str]) -> dict[str, PortalUser]:
    """The login of each address. Where there is none: a new one of this name, without a password (ACC-07)."""
    if not names:
        return {}
    found = work.session.exec(select(PortalUser).where(col(PortalUser.email).in_(names)))
    users = {user.email: user for user in found}
    for email in names.keys() - users.keys():
        users[email] = PortalUser(email=email, name=names[email])
        work.session.add(users[email])
    work.session.flush()
    return users


def settle_requests(work: Work, contact_ids: Sequence[int]) -> None:
    """Who has been let in or invited does not wait in the queue any more (ACC-14)."""
    work.session.execute(
        update(AccessRequest)
        .where(col(AccessRequest.contact_id).in_(contact_ids), col(AccessRequest.state) == RequestState.OPEN)
        .values(state=RequestState.APPROVED.value, decided_at=now(), decided_by=work.viewer.actor)
    )


def spoken(work: Work, moment: datetime) -> str:
    """A moment as a mail says it, in the organization's zone: 27 November 2026, 10:15 and the zone's name."""
    zone, locale = work.session.exec(select(Organization.time_zone, Organization.locale)).one()
    return format_datetime(moment.astimezone(ZoneInfo(zone)), 'd MMMM y, HH:mm zzzz', locale=locale)


def _end_links(work: Work, everyone: list[Candidate], disabled: list[Candidate]) -> None:
    """Older links of these contacts die; of those that lose access, those for a password or to pay too."""
    users = [_contact(each).portal_user_id for each in disabled]
    links.revoke(
        work,
        contact_ids=[_contact(each).id or 0 for each in everyone],
        portal_user_ids=[id for id in users if id is not None],
    )
    pay_links.revoke(work, [_contact(each).id or 0 for each in disabled])


def _mail_invitations(work: Work, candidates: Sequence[Candidate]) -> None:
    if not candidates:
        return
    expires = spoken(work, now() + links.LIVES[Purpose.INVITATION])
    ids = links.issue_all(
        work, Purpose.INVITATION, [{'contact_id': _contact(each).id} for each in candidates]
    )
    queue_all(
        work,
        'portal-invitation',
        [
            (_recipient(each), {**_names(each), 'expires': expires}, link_id)
            for each, link_id in zip(candidates, ids, strict=True)
        ],
    )


def _mail_grants(work: Work, candidates: Sequence[Candidate], users: dict[str, PortalUser]) -> None:
    new = [each for each in candidates if not users[each.email].password_hash]
    whose = [{'contact_id': _contact(each).id, 'portal_user_id': users[each.email].id} for each in new]
    made = links.issue_all(work, Purpose.SET_PASSWORD, whose)
    link_of = {each['contact_id']: link_id for each, link_id in zip(whose, made, strict=True)}
    queue_all(
        work,
        'access-granted',
        [(_recipient(each), _names(each), link_of.get(_contact(each).id)) for each in candidates],
    )


def _recipient(candidate: Candidate) -> Recipient:
    contact = _contact(candidate)
    return Recipient(contact.name, candidate.email, contact.customer_id, contact.id)


def _names(candidate: Candidate) -> dict[str, str]:
    return {'customer': candidate.customer.name, 'contact_name': _contact(candidate).name}


def _contact(candidate: Candidate) -> Contact:
    assert candidate.contact is not None
    return candidate.contact
