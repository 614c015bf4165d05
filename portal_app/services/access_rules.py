"""What may become of a contact's portal access, and every reason against it (ACC-03); looks nothing up."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from portal_app.models import PortalStatus
from portal_app.sandbox import NO_PORTAL
from portal_app.services.candidates import Candidate

ENABLE_DELIVERY = 'Please enable the Email Delivery Preference for this customer.'
MOST_INVITATIONS = 5  # of one contact in 30 minutes
JUST_NOW = timedelta(seconds=30)  # a second click, or a second person, does not send it again

# The whole life of an access. None of these is left out in the interface or in bulk; docs/access.md draws it.
TRANSITIONS = frozenset(
    {
        (PortalStatus.NONE, PortalStatus.PENDING),  # invite
        (PortalStatus.NONE, PortalStatus.ENABLED),  # grant, or invite a person who has a login
        (PortalStatus.PENDING, PortalStatus.PENDING),  # re-send
        (PortalStatus.PENDING, PortalStatus.ENABLED),  # accept, grant
        (PortalStatus.PENDING, PortalStatus.NONE),  # revoke the invitation
        (PortalStatus.PENDING, PortalStatus.DISABLED),  # disable
        (PortalStatus.ENABLED, PortalStatus.DISABLED),  # disable
        (PortalStatus.DISABLED, PortalStatus.ENABLED),  # re-enable
        (PortalStatus.DISABLED, PortalStatus.NONE),  # staff gave the contact another address
    }
)


class Verb(StrEnum):
    """What staff can do with a contact's access."""

    INVITE = 'invite'
    RESEND = 'resend'
    REVOKE = 'revoke'
    GRANT = 'grant'
    DISABLE = 'disable'
    ENABLE = 'enable'


class Result(StrEnum):
    """What became of it, for one contact or customer."""

    INVITED = 'invited'
    RESENT = 'resent'
    REVOKED = 'revoked'
    GRANTED = 'granted'
    ALREADY_ENABLED = 'already_enabled'
    DISABLED = 'disabled'
    ALREADY_DISABLED = 'already_disabled'
    ENABLED = 'enabled'
    FAILED = 'failed'


Decision = tuple[Result, tuple[str, ...]]


def decide(verb: Verb, candidate: Candidate, at: datetime) -> Decision:
    """What the verb does to the contact now; FAILED with every reason that applies, not only the first."""
    contact = candidate.contact
    if contact is None:
        return _failed(f'{candidate.customer.name} has no billing contact.')
    status = PortalStatus(contact.portal_status)
    step = _STEPS.get((verb, status))
    return step(candidate, at) if step else _failed(_REFUSALS[verb].format(contact.name))


def fitting(candidate: Candidate) -> tuple[Verb, ...]:
    """What is offered for this contact. What only lacks a condition is, and says so when it is tried.

    Granting is offered once mail is on and the address valid (ACC-07).
    """
    status = PortalStatus(candidate.contact.portal_status) if candidate.contact else PortalStatus.NONE
    ready = candidate.contact and candidate.customer.email_delivery and not candidate.email_problem
    return tuple(verb for verb in _FITTING[status] if ready or verb is not Verb.GRANT)


def reasons_against(candidate: Candidate) -> tuple[str, ...]:
    """Why this contact cannot be let in (ACC-03): all of it."""
    customer, contact, user = candidate.customer, candidate.contact, candidate.user
    assert contact is not None
    checks = (
        (not candidate.portal_served, NO_PORTAL),
        (not candidate.portal_enabled, 'The Customer Billing Portal is switched off in General Settings.'),
        (
            not customer.portal_access,
            f'Portal access of {customer.name} is disabled. Re-enable it for the customer first.',
        ),
        (not customer.email_delivery, ENABLE_DELIVERY),
        (bool(candidate.email_problem), f'{contact.name}: {candidate.email_problem}'),
        (not contact.permitted, f"'{contact.name}' is not permitted to use the portal."),
        (
            candidate.parent is not None,
            f'{customer.name} is billed to its parent. Invite {_parent(candidate)} instead.',
        ),
        (
            user is not None and user.disabled_at is not None,
            f'The login of {candidate.email} has been disabled.',
        ),
    )
    return tuple(reason for applies, reason in checks if applies)


def _invite(candidate: Candidate, at: datetime) -> Decision:
    assert candidate.contact is not None
    reasons = reasons_against(candidate)
    if candidate.user and candidate.user.password_hash:
        return _unless(reasons, Result.GRANTED)  # ACC-06: there is nothing to register
    again = candidate.contact.portal_status == PortalStatus.PENDING
    return _unless((*reasons, *_too_often(candidate, at)), Result.RESENT if again else Result.INVITED)


def _grant(candidate: Candidate, _at: datetime) -> Decision:
    return _unless(reasons_against(candidate), Result.GRANTED)


def _enable(candidate: Candidate, _at: datetime) -> Decision:
    return _unless(reasons_against(candidate), Result.ENABLED)


def _already_enabled(candidate: Candidate, _at: datetime) -> Decision:
    if candidate.customer.portal_access:
        return Result.ALREADY_ENABLED, ()
    return Result.FAILED, reasons_against(candidate)


def _always(result: Result) -> Callable[[Candidate, datetime], Decision]:
    return lambda _candidate, _at: (result, ())


def _too_often(candidate: Candidate, at: datetime) -> list[str]:
    if any(at - sent < JUST_NOW for sent in candidate.invited):
        return ['An invitation was sent a moment ago.']
    if len(candidate.invited) >= MOST_INVITATIONS:
        return [f'{MOST_INVITATIONS} invitations were sent within 30 minutes. Please wait before the next.']
    return []


def _parent(candidate: Candidate) -> str:
    return f'{candidate.parent.name} ({candidate.parent.number})' if candidate.parent else ''


def _unless(reasons: tuple[str, ...], result: Result) -> Decision:
    return (Result.FAILED, reasons) if reasons else (result, ())


def _failed(reason: str) -> Decision:
    return Result.FAILED, (reason,)


_STEPS: dict[tuple[Verb, PortalStatus], Callable[[Candidate, datetime], Decision]] = {
    (Verb.INVITE, PortalStatus.NONE): _invite,
    (Verb.INVITE, PortalStatus.PENDING): _invite,
    (Verb.INVITE, PortalStatus.ENABLED): _already_enabled,
    (Verb.RESEND, PortalStatus.PENDING): _invite,
    (Verb.REVOKE, PortalStatus.PENDING): _always(Result.REVOKED),
    (Verb.GRANT, PortalStatus.NONE): _grant,
    (Verb.GRANT, PortalStatus.PENDING): _grant,
    (Verb.GRANT, PortalStatus.ENABLED): _already_enabled,
    (Verb.DISABLE, PortalStatus.PENDING): _always(Result.DISABLED),
    (Verb.DISABLE, PortalStatus.ENABLED): _always(Result.DISABLED),
    (Verb.DISABLE, PortalStatus.DISABLED): _always(Result.ALREADY_DISABLED),
    (Verb.ENABLE, PortalStatus.DISABLED): _enable,
    (Verb.ENABLE, PortalStatus.ENABLED): _already_enabled,
}
_FITTING = {
    PortalStatus.NONE: (Verb.INVITE, Verb.GRANT),
    PortalStatus.PENDING: (Verb.RESEND, Verb.REVOKE, Verb.GRANT, Verb.DISABLE),
    PortalStatus.ENABLED: (Verb.DISABLE,),
    PortalStatus.DISABLED: (Verb.ENABLE,),
}
_REFUSALS = {
    Verb.INVITE: "Portal access for '{}' is disabled. Re-enable it instead.",
    Verb.GRANT: "Portal access for '{}' is disabled. Re-enable it instead.",
    Verb.RESEND: "'{}' has no invitation that waits for an answer.",
    Verb.REVOKE: "'{}' has no invitation that waits for an answer.",
    Verb.DISABLE: "'{}' has no portal access to disable.",
    Verb.ENABLE: "Portal access for '{}' is not disabled.",
}
