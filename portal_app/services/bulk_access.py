"""Portal access of many customers at once: what would happen to each, and doing it (ACC-11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal_app.errors import Invalid
from portal_app.models.base import now
from portal_app.services import access, candidates
from portal_app.services.access_changes import carry_out
from portal_app.services.access_rules import Result, Verb, decide
from portal_app.services.candidates import Candidate
from portal_app.services.invitations import NEEDED
from portal_app.work import Work

MOST = 250  # customers in one transaction, so that others are not held up


class BulkAction(StrEnum):
    """What can be done with a selection of customers."""

    INVITE = 'invite'
    GRANT = 'grant'
    DISABLE = 'disable'
    ENABLE = 'enable'


@dataclass(frozen=True)
class Outcome:
    """What becomes of one customer; of its billing contact where somebody is invited or granted access."""

    customer_id: int
    number: str
    customer: str
    contact_id: int | None
    contact: str
    email: str
    result: Result
    reasons: tuple[str, ...]


def preflight(work: Work, action: BulkAction, customer_ids: Sequence[int]) -> list[Outcome]:
    """What `run` would do, with every reason against it; changes nothing."""
    work.require(NEEDED[Verb(action)])
    found = candidates.of_customers(work, customer_ids, hold=False)
    return [_outcome(candidate, *_decide(action, candidate)) for candidate in found]


def run(work: Work, action: BulkAction, customer_ids: Sequence[int]) -> list[Outcome]:
    """Do it for at most 250 customers; one that cannot be done does not stop the others."""
    work.require(NEEDED[Verb(action)])
    if len(customer_ids) > MOST:
        raise Invalid(f'At most {MOST} customers at once (got {len(customer_ids)}).')
    found = candidates.of_customers(work, customer_ids)
    decided = [(candidate, *_decide(action, candidate)) for candidate in found]
    if action in (BulkAction.INVITE, BulkAction.GRANT):
        carry_out(work, [(candidate, result) for candidate, result, _ in decided])
    else:
        access.set_access(work, customer_ids, on=action is BulkAction.ENABLE)
    return [_outcome(*each) for each in decided]


def _decide(action: BulkAction, candidate: Candidate) -> tuple[Result, tuple[str, ...]]:
    on = candidate.customer.portal_access
    match action:
        case BulkAction.DISABLE:
            return (Result.DISABLED if on else Result.ALREADY_DISABLED), ()
        case BulkAction.ENABLE:
            return (Result.ALREADY_ENABLED if on else Result.ENABLED), ()
        case _:
            return decide(Verb(action), candidate, now())


def _outcome(candidate: Candidate, result: Result, reasons: tuple[str, ...]) -> Outcome:
    customer, contact = candidate.customer, candidate.contact
    return Outcome(
        customer_id=customer.id or 0,
        number=customer.number,
        customer=customer.name,
        contact_id=contact.id if contact else None,
        contact=contact.name if contact else '',
        email=contact.email if contact else '',
        result=result,
        reasons=reasons,
    )
