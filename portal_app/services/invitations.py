"""What staff do with the access of one contact, refused where its state forbids it (ACC-02 to ACC-10)."""

from portal_app.auth.permissions import END_ACCESS, GIVE_ACCESS
from portal_app.errors import Conflict, Invalid
from portal_app.models.base import now
from portal_app.services import candidates
from portal_app.services.access_changes import carry_out
from portal_app.services.access_rules import Result, Verb, decide
from portal_app.services.candidates import Candidate
from portal_app.work import Work

NEEDED = {verb: END_ACCESS if verb in (Verb.DISABLE, Verb.REVOKE) else GIVE_ACCESS for verb in Verb}


def invite_customer(work: Work, customer_id: int) -> Result:
    """Send Portal Invite: to the customer's billing contact (ACC-02). Raises Invalid with every reason."""
    return _do(work, Verb.INVITE, customer_id=customer_id)


def invite_contact(work: Work, contact_id: int) -> Result:
    """Send Portal Invite to one contact (ACC-05); who has a login already is let in at once (ACC-06)."""
    return _do(work, Verb.INVITE, contact_id=contact_id)


def resend_invitation(work: Work, contact_id: int) -> Result:
    """Re-send Portal Invite: a new link, and older ones become useless (ACC-04, ACC-05)."""
    return _do(work, Verb.RESEND, contact_id=contact_id)


def revoke_invitation(work: Work, contact_id: int) -> Result:
    """Take an invitation back: its link dies, and the contact is as if never invited."""
    return _do(work, Verb.REVOKE, contact_id=contact_id)


def grant_customer(work: Work, customer_id: int) -> Result:
    """Grant Portal Access to the customer's billing contact (ACC-07). Raises Invalid with every reason."""
    return _do(work, Verb.GRANT, customer_id=customer_id)


def grant_contact(work: Work, contact_id: int) -> Result:
    """Grant Portal Access to one contact (ACC-07). Raises Invalid with every reason."""
    return _do(work, Verb.GRANT, contact_id=contact_id)


def disable_contact(work: Work, contact_id: int) -> Result:
    """Disable Portal Access of one contact, at once (ACC-09, ACC-08)."""
    return _do(work, Verb.DISABLE, contact_id=contact_id)


def enable_contact(work: Work, contact_id: int) -> Result:
    """Re-enable Portal Access of one contact (ACC-10). Raises Invalid with every reason."""
    return _do(work, Verb.ENABLE, contact_id=contact_id)


def _do(work: Work, verb: Verb, *, contact_id: int = 0, customer_id: int = 0) -> Result:
    """Raises Invalid with one reason a line, Conflict where it was done already, NotFound, NotPermitted."""
    work.require(NEEDED[verb])
    candidate: Candidate = (
        candidates.of_contact(work, contact_id)
        if contact_id
        else candidates.of_customers(work, [customer_id])[0]
    )
    result, reasons = decide(verb, candidate, now())
    if result is Result.FAILED:
        raise Invalid('\n'.join(reasons))
    if result in (Result.ALREADY_ENABLED, Result.ALREADY_DISABLED):
        name = candidate.contact.name if candidate.contact else ''
        raise Conflict(f"Portal access for '{name}' is {result.removeprefix('already_')} already.")
    carry_out(work, [(candidate, result)])
    return result
