"""The lists that staff have: each shows all records to those whose role grants it, and to nobody else."""

from collections.abc import Collection

from portal_app.auth.permissions import Action
from portal_app.errors import NotFound, NotPermitted
from portal_app.listings import Listing
from portal_app.services.access_queue import ACCESS_REQUESTS
from portal_app.services.access_review import ACCESS_REVIEW
from portal_app.services.audit_log import AUDIT_LOG
from portal_app.services.billing_lists import BILLING_LISTS
from portal_app.services.customer_accounts import CUSTOMER_ACCOUNTS
from portal_app.services.email_log import EMAIL_LOG
from portal_app.services.staff_statements import STAFF_STATEMENTS
from portal_app.services.staff_subscriptions import PLANS, STAFF_SUBSCRIPTIONS
from portal_app.services.staff_user_list import STAFF_USERS
from portal_app.work import Work

STAFF_LISTS: dict[str, Listing] = {
    listing.key: listing
    for listing in (
        CUSTOMER_ACCOUNTS,
        *BILLING_LISTS,
        STAFF_STATEMENTS,
        STAFF_SUBSCRIPTIONS,
        PLANS,
        ACCESS_REQUESTS,
        ACCESS_REVIEW,
        STAFF_USERS,
        EMAIL_LOG,
        AUDIT_LOG,
    )
}
CHANGES = (Action.ADD, Action.EDIT, Action.DELETE)


def staff_list(work: Work, key: str) -> Listing:
    """A list of staff's by its key. Raises NotFound, NotPermitted without its grant."""
    listing = STAFF_LISTS.get(key)
    if listing is None or listing.permission is None:
        raise NotFound
    work.require(listing.permission)
    return listing


def exportable_list(work: Work, key: str) -> Listing:
    """The same for an export. Raises NotPermitted also for a role that only reads."""
    listing = staff_list(work, key)
    if not may_export(work.grants):
        raise NotPermitted('A role that can only read does not include exports.')
    return listing


def may_export(grants: Collection[str]) -> bool:
    """Whether a role with these grants may take records out: one that may change something at all."""
    return any(grant.endswith(f':{action}') for grant in grants for action in CHANGES)
