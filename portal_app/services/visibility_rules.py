"""The rules that decide whether a contact sees a record, each with its answer in words."""

from collections.abc import Callable
from dataclasses import dataclass

from portal_app.config import settings
from portal_app.models import PortalStatus
from portal_app.sandbox import NO_PORTAL
from portal_app.services.organization import organization
from portal_app.services.visibility_case import Case, Mend

SWITCH = Mend('General Settings', '/admin/setup/general')


@dataclass(frozen=True)
class Answer:
    """What one rule says, and where that can be changed."""

    passes: bool
    sentence: str
    mend: Mend | None = None


def _portal(case: Case) -> Answer:
    if not settings().serves_portal:
        return Answer(False, NO_PORTAL)
    if organization(case.work).portal_enabled:
        return Answer(True, 'The Customer Billing Portal is switched on.')
    return Answer(False, 'The Customer Billing Portal is switched off in General Settings.', SWITCH)


def _customer(case: Case) -> Answer:
    customer = case.customer
    if customer.portal_access:
        return Answer(True, f'Portal access of {customer.name} is on.')
    return Answer(False, f'Portal access of {customer.name} is disabled.', case.page_of(customer))


def _permitted(case: Case) -> Answer:
    name = case.contact.name
    if case.contact.permitted or case.doors:
        return Answer(True, f'{name} is permitted to use the portal.')
    return Answer(False, f'{name} is not permitted to use the portal.', case.page_of(case.customer))


def _status(case: Case) -> Answer:
    contact, on = case.contact, case.on(case.contact.status_since)
    if case.doors and contact not in case.doors:
        return Answer(True, f'{case.doors[0].name} is Enabled: another contact here with the same login.')
    sentence = {
        PortalStatus.NONE: f'{contact.name} has never been invited.',
        PortalStatus.PENDING: f'{contact.name} was invited{on} and has not registered yet.',
        PortalStatus.ENABLED: f'{contact.name} is Enabled.',
        PortalStatus.DISABLED: f'Portal access of {contact.name} was disabled{on}.',
    }[PortalStatus(contact.portal_status)]
    enabled = contact.portal_status == PortalStatus.ENABLED
    return Answer(enabled, sentence, None if enabled else case.page_of(case.customer))


def _login(case: Case) -> Answer:
    user = case.user
    if user is None:
        return Answer(False, f'{case.contact.name} has no login.', case.page_of(case.customer))
    if user.disabled_at is not None:
        return Answer(False, f'The login {user.email} was disabled{case.on(user.disabled_at)}.')
    if not user.password_hash:
        return Answer(
            False,
            f'The login {user.email} has no password yet: the link in the “Access Granted” mail sets it.',
            case.page_of(case.customer),
        )
    return Answer(True, f'{user.email} can log in.')


def _tab(case: Case) -> Answer:
    title = case.listing.title
    if case.shown:
        return Answer(True, f'“{title}” is on in Portal Setup.')
    return Answer(False, f'“{title}” is off in Portal Setup, for all customers.', case.setup_page())


def _own_tab(case: Case) -> Answer:
    title, name = case.listing.title, case.contact.name
    if any(case.listing.key not in contact.hidden_tabs for contact in case.doors):
        return Answer(True, f'{name} may see “{title}”.')
    return Answer(False, f'“{title}” is not among the tabs that {name} may see.', case.page_of(case.customer))


def _record(case: Case) -> Answer:
    singular = case.listing.singular
    if not case.matches:
        return Answer(False, f'There is no {singular.lower()} with the id or number {case.reference}.')
    if not case.matches[0][0].is_shown:
        never = f'{singular} {case.reference} exists, but is not shown to anybody. {case.listing.never_shown}'
        return Answer(False, never.strip())
    return Answer(True, f'{singular} {case.reference} exists.')


def _whose(case: Case) -> Answer:
    own, owner = case.customer, case.matches[0][1]
    called = case.called(owner)
    if owner.id == own.id:
        return Answer(True, f'It belongs to {own.name} itself.')
    if owner.parent_id == own.id:
        billed = ', billed to its parent' if owner.bill_to_parent else ''
        if owner.portal_access:
            return Answer(True, f'It belongs to {called}, a child of {own.name} with portal access{billed}.')
        disabled = f'It belongs to {called}, a child of {own.name} whose portal access is disabled{billed}.'
        return Answer(False, disabled, case.page_of(owner))
    if owner.id == own.parent_id:
        billed = f' {own.name} is billed to it.' if own.bill_to_parent else ''
        return Answer(
            False, f"It belongs to {called}, the parent. A child never sees its parent's records.{billed}"
        )
    if owner.parent_id and owner.parent_id == own.parent_id:
        return Answer(False, f"It belongs to {called}, a sibling. Children do not see each other's records.")
    return Answer(False, f'It belongs to {called}, which is neither {own.name} nor a child of it.')


def _fields(case: Case) -> Answer:
    shown = case.shown.by_name if case.shown else {}
    hidden = [field.label for field in case.listing.columns if field.name not in shown]
    if not hidden:
        return Answer(True, 'All of its fields are shown.')
    return Answer(
        True,
        f'Shown without the fields that are hidden in Portal Setup: {", ".join(hidden)}.',
        case.setup_page(),
    )


RULES: tuple[tuple[str, Callable[[Case], Answer]], ...] = (
    ('Customer Billing Portal', _portal),
    ('Portal access of the customer', _customer),
    ('Permission of the contact', _permitted),
    ('Portal status', _status),
    ('Login', _login),
    ('Tab', _tab),
    ('Tab for this contact', _own_tab),
    ('Record', _record),
    ('Whose record it is', _whose),
    ('Fields', _fields),
)
