"""Portal Setup › Billing: what customers may do about subscriptions and payments, and who hears of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal_app.models import Organization
from portal_app.services.addresses import one_address
from portal_app.services.billing_rules import refuse, text_problem
from portal_app.services.organization import hold_organization, keep, organization
from portal_app.services.setup import CHANGE, VIEW
from portal_app.work import Work

CHANGES = {  # of subscriptions, by the customers who have them (POR-07)
    'quantity': 'Change the quantity',
    'plan': 'Change the plan',
    'cancel': 'Cancel at the end of the term',
    'resume': 'Take a cancellation back',
}
MOST_RETRIES, LATEST_RETRY = 10, 60  # days after the failure before
LONGEST_NOTE = 1_000  # characters


@dataclass(frozen=True)
class BillingSettings:
    """What is in force."""

    subscription_changes: tuple[str, ...]  # keys of CHANGES
    bills_changes: bool
    part_payments: bool
    retry_days: tuple[int, ...]  # of auto pay: after each failure, the days to the next try
    billing_email: str
    payment_note: str

    @classmethod
    def of(cls, ours: Organization) -> 'BillingSettings':
        """As it is stored."""
        return cls(
            tuple(key for key in CHANGES if key in ours.subscription_changes),
            ours.bills_changes,
            ours.part_payments,
            tuple(ours.retry_days),
            ours.billing_email,
            ours.payment_note,
        )


def billing_settings(work: Work) -> BillingSettings:
    """What is in force. Needs Portal Setup: View."""
    work.require(VIEW)
    return BillingSettings.of(organization(work))


def allow_change(work: Work, key: str, allowed: bool) -> None:
    """Let customers make a kind of change to their subscriptions, or not, live. Needs Portal Setup: Edit.

    Raises BillingRefused for an unknown kind.
    """
    work.require(CHANGE)
    now = hold_organization(work).subscription_changes
    wanted = {*now, key} if allowed else set(now) - {key}
    set_changes(work, sorted(wanted))


def set_changes(work: Work, keys: Sequence[str]) -> None:
    """Let customers make these kinds of changes and no others, live. Needs Portal Setup: Edit.

    Raises BillingRefused for an unknown kind.
    """
    _put(work, 'subscription_changes', checked_changes(keys))


def set_bills_changes(work: Work, bills: bool) -> None:
    """Whether an upgrade posts its prorated invoice at once. Needs Portal Setup: Edit."""
    _put(work, 'bills_changes', bills)


def set_part_payments(work: Work, allowed: bool) -> None:
    """Whether customers may pay an amount of choice. Needs Portal Setup: Edit."""
    _put(work, 'part_payments', allowed)


def set_retry_days(work: Work, days: Sequence[int]) -> None:
    """How many days after each failure auto pay tries again; none: never. Needs Portal Setup: Edit.

    Raises BillingRefused.
    """
    _put(work, 'retry_days', checked_days(days))


def set_billing_email(work: Work, email: str) -> None:
    """Where notices for staff go; empty: to the Owners. Needs Portal Setup: Edit. Raises Invalid."""
    _put(work, 'billing_email', checked_email(email))


def set_payment_note(work: Work, note: str) -> None:
    """What invoices say about paying otherwise. Needs Portal Setup: Edit. Raises BillingRefused."""
    _put(work, 'payment_note', checked_note(note))


def checked_changes(keys: Sequence[str]) -> list[str]:
    """Kinds of changes in their order, each once. Raises BillingRefused."""
    unknown = [key for key in keys if key not in CHANGES]
    problem = f'must be some of {", ".join(CHANGES)} (got {unknown[0][:40]!r})' if unknown else ''
    refuse({'subscription_changes': problem} if problem else {})
    return [key for key in CHANGES if key in keys]


def checked_days(days: Sequence[int]) -> list[int]:
    """Days that are right. Raises BillingRefused."""
    problem = ''
    if len(days) > MOST_RETRIES:
        problem = f'must be at most {MOST_RETRIES} (got {len(days)})'
    elif not all(1 <= day <= LATEST_RETRY for day in days):
        problem = f'must each be between 1 and {LATEST_RETRY}'
    refuse({'retry_days': problem} if problem else {})
    return list(days)


def typed_days(text: str) -> list[int]:
    """Days as people type them: 1, 3, 5. Raises BillingRefused."""
    parts = [part.strip() for part in text.split(',') if part.strip()]
    wrong = [part for part in parts if not (part.isascii() and part.isdecimal() and len(part) < 5)]
    problem = f'must be whole numbers such as 1, 3, 5 (got {wrong[0][:40]!r})' if wrong else ''
    refuse({'retry_days': problem} if problem else {})
    return checked_days([int(part) for part in parts])


def checked_email(email: str) -> str:
    """One address, or none. Raises Invalid."""
    return one_address(email) if email.strip() else ''


def checked_note(note: str) -> str:
    """A note with plain single blanks only, whatever was pasted. Raises BillingRefused."""
    tidied = '\n'.join(' '.join(line.split()) for line in note.strip().splitlines())
    problem = text_problem(tidied, LONGEST_NOTE, lines=True)
    refuse({'payment_note': problem} if problem else {})
    return tidied


def _put(work: Work, name: str, value: Any) -> None:
    work.require(CHANGE)
    ours = hold_organization(work)
    before = getattr(ours, name)
    if before == value:
        return
    setattr(ours, name, value)
    work.record('billing_settings.change', 'Billing', before={name: before}, after={name: value})
    keep(work, ours)
