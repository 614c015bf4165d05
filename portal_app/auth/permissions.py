"""Activities and actions that a role grants (SET-10)."""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import NamedTuple


class Activity(StrEnum):
    """What a role can be granted."""

    PORTAL_SETUP = 'portal_setup'
    PORTAL_USERS = 'portal_users'
    CHANNEL_SETTINGS = 'channel_settings'
    COMPANY_PROFILE = 'company_profile'
    ROLES = 'roles'
    STAFF_USERS = 'staff_users'
    CUSTOMERS = 'customers'
    BILLING_RECORDS = 'billing_records'
    USAGE_EVENTS = 'usage_events'
    API_KEYS = 'api_keys'
    EMAIL_LOG = 'email_log'
    AUDIT_LOG = 'audit_log'


class Action(StrEnum):
    """What may be done with it."""

    LIST = 'list'
    VIEW = 'view'
    ADD = 'add'
    EDIT = 'edit'
    DELETE = 'delete'


class Permission(NamedTuple):
    """One cell of the roles' grid."""

    activity: Activity
    action: Action

    @property
    def grant(self) -> str:
        """How it is stored in a role."""
        return f'{self.activity}:{self.action}'

    @property
    def title(self) -> str:
        """How people call it: Customers: Edit."""
        return f'{TITLES[self.activity]}: {self.action.title()}'


@lru_cache(256)
def expanded(grants: frozenset[str]) -> frozenset[str]:
    """What grants amount to: changing includes viewing and listing, and some go together (SET-10)."""
    found = set(grants)
    for activity in Activity:
        if any(f'{activity}:{action}' in grants for action in (*CHANGES, Action.VIEW)):
            found |= {f'{activity}:{action}' for action in READ}
        for group in TOGETHER.get(activity, ()):
            if any(f'{activity}:{action}' in found for action in group):
                found |= {f'{activity}:{action}' for action in group}
    return frozenset(found)


def expand(grants: Iterable[str]) -> frozenset[str]:
    """The same for grants as they are stored."""
    return expanded(frozenset(grants))


def ticked(grants: Iterable[str], permission: Permission, on: bool) -> frozenset[str]:
    """What the grid holds once a cell is ticked or not: no change without looking, no look without a list."""
    if on:
        return expand({*grants, permission.grant})
    activity, gone = permission.activity, {permission.action}
    for group in TOGETHER.get(activity, ()):
        gone |= set(group) if permission.action in group else set()
    if Action.LIST in gone:
        gone = set(Action)
    elif Action.VIEW in gone:
        gone |= set(CHANGES)
    return expand(grants) - {f'{activity}:{action}' for action in gone}


def titles(grants: Iterable[str]) -> str:
    """Grants in words, in the order of the grid."""
    return ', '.join(cell.title for cell in MEANINGS if cell.grant in frozenset(grants))


class BuiltInRole(NamedTuple):
    """A role that every installation has."""

    name: str
    permissions: frozenset[Permission]


READ = (Action.LIST, Action.VIEW)
CHANGES = (Action.ADD, Action.EDIT, Action.DELETE)
# Actions that mean the same: who has one of them has them all.
TOGETHER: dict[Activity, tuple[tuple[Action, ...], ...]] = {
    Activity.PORTAL_SETUP: (READ, CHANGES),
    Activity.PORTAL_USERS: ((Action.ADD, Action.EDIT),),  # enable access, invite
    Activity.CHANNEL_SETTINGS: (READ, CHANGES),
    Activity.COMPANY_PROFILE: (READ, CHANGES),
    Activity.EMAIL_LOG: (READ,),
    Activity.AUDIT_LOG: (READ,),
}
SECTIONS: tuple[tuple[str, tuple[Activity, ...]], ...] = (  # of the grid, top to bottom
    ('Customer Portal', (Activity.PORTAL_SETUP, Activity.PORTAL_USERS)),
    (
        'Organization',
        (Activity.CHANNEL_SETTINGS, Activity.COMPANY_PROFILE, Activity.ROLES, Activity.STAFF_USERS),
    ),
    ('Records', (Activity.CUSTOMERS, Activity.BILLING_RECORDS, Activity.USAGE_EVENTS)),
    ('Programs', (Activity.API_KEYS,)),
    ('Logs', (Activity.EMAIL_LOG, Activity.AUDIT_LOG)),
)
TITLES: dict[Activity, str] = {
    Activity.PORTAL_SETUP: 'Portal Setup',
    Activity.PORTAL_USERS: 'Manage Portal Users',
    Activity.CHANNEL_SETTINGS: 'Channel Settings',
    Activity.COMPANY_PROFILE: 'Company Profile',
    Activity.ROLES: 'Roles & Permissions',
    Activity.STAFF_USERS: 'Staff Users',
    Activity.CUSTOMERS: 'Customers',
    Activity.BILLING_RECORDS: 'Billing Records',
    Activity.USAGE_EVENTS: 'Usage Events',
    Activity.API_KEYS: 'API Keys',
    Activity.EMAIL_LOG: 'Email Log',
    Activity.AUDIT_LOG: 'Audit Log',
}
IN_GRID = {**TITLES, Activity.PORTAL_SETUP: 'Setup'}  # where the section says of what (SET-10)
_SETUP = 'the portal’s address, branding, tabs, fields and email templates'
_MEANINGS: dict[Activity, dict[Action, str]] = {
    Activity.PORTAL_SETUP: dict.fromkeys(READ, f'See {_SETUP}.')
    | dict.fromkeys(CHANGES, f'Change {_SETUP}.'),
    Activity.PORTAL_USERS: {
        Action.LIST: 'See who asks for access.',
        Action.VIEW: 'See who has access, why, and its history; view the portal as a contact.',
        Action.ADD: 'Invite contacts, grant and re-enable access, approve requests.',
        Action.EDIT: 'Invite contacts, grant and re-enable access, approve requests.',
        Action.DELETE: 'Disable access and revoke invitations.',
    },
    Activity.CHANNEL_SETTINGS: dict.fromkeys(READ, 'See the General Settings.')
    | dict.fromkeys(CHANGES, 'Switch the Customer Billing Portal on and off.'),
    Activity.COMPANY_PROFILE: dict.fromkeys(READ, 'See the Company Profile.')
    | dict.fromkeys(CHANGES, 'Change the Company Profile.'),
    Activity.ROLES: {
        Action.LIST: 'See which roles there are.',
        Action.VIEW: 'See what a role permits.',
        Action.ADD: 'Add a role, within what one’s own permits.',
        Action.EDIT: 'Change such a role.',
        Action.DELETE: 'Delete such a role.',
    },
    Activity.STAFF_USERS: {
        Action.LIST: 'See who the staff users are, and their roles.',
        Action.VIEW: 'See where a staff user is signed in.',
        Action.ADD: 'Invite a staff user, and send the invitation again.',
        Action.EDIT: 'Rename, change the role, re-enable, mail a new password link, end sessions.',
        Action.DELETE: 'Disable a staff user.',
    },
    Activity.CUSTOMERS: {
        Action.LIST: 'See the list of customers.',
        Action.VIEW: 'See a customer’s page.',
        Action.ADD: 'Add a customer.',
        Action.EDIT: 'Change contacts, the Email Delivery Preference, payment terms and address.',
    },
    Activity.BILLING_RECORDS: {
        Action.LIST: 'See lists of billing records.',
        Action.VIEW: 'See a billing record, also when viewing the portal as a contact.',
        Action.ADD: 'Make drafts of invoices, record payments, issue credit memos.',
        Action.EDIT: 'Change, post and mail invoices, mark disputes, apply payments and credits.',
        Action.DELETE: 'Delete drafts; void, write off, refund and reverse billing records.',
    },
    Activity.USAGE_EVENTS: {
        Action.LIST: 'See lists of usage events.',
        Action.VIEW: 'See usage, on a customer’s page and when viewing the portal as a contact.',
        Action.ADD: 'Import usage events.',
        Action.EDIT: 'Correct usage events.',
        Action.DELETE: 'Void usage events.',
    },
    Activity.API_KEYS: {
        Action.LIST: 'See which keys there are.',
        Action.VIEW: 'See what a key may do and when it was used.',
        Action.ADD: 'Make a key.',
        Action.EDIT: 'Change what a key may do, and until when.',
        Action.DELETE: 'Revoke a key.',
    },
    Activity.EMAIL_LOG: dict.fromkeys(READ, 'See every mail and what became of it.')
    | {Action.EDIT: 'Send a mail again.'},
    Activity.AUDIT_LOG: dict.fromkeys(READ, 'See who did what.'),
}
# The cells of the grid, in its order; there are no others.
MEANINGS: dict[Permission, str] = {
    Permission(activity, action): text
    for _, activities in SECTIONS
    for activity in activities
    for action, text in _MEANINGS[activity].items()
}
EVERYTHING = frozenset(MEANINGS)
GRANTS = frozenset(cell.grant for cell in MEANINGS)


def _only(
    activities: tuple[Activity, ...], actions: tuple[Action, ...] = tuple(Action)
) -> frozenset[Permission]:
    return EVERYTHING & {Permission(*pair) for pair in product(activities, actions)}


SEE_ACCESS = Permission(Activity.PORTAL_USERS, Action.VIEW)
GIVE_ACCESS = Permission(Activity.PORTAL_USERS, Action.EDIT)
END_ACCESS = Permission(Activity.PORTAL_USERS, Action.DELETE)

RECORDS = (Activity.CUSTOMERS, Activity.BILLING_RECORDS, Activity.USAGE_EVENTS)

OWNER = BuiltInRole('Owner', EVERYTHING)
PORTAL_ADMINISTRATOR = BuiltInRole(
    'Portal Administrator',
    _only((Activity.PORTAL_SETUP, Activity.PORTAL_USERS, Activity.CHANNEL_SETTINGS, Activity.EMAIL_LOG))
    | _only(RECORDS, READ),
)
PORTAL_USER_MANAGER = BuiltInRole(
    'Portal User Manager', _only((Activity.PORTAL_USERS,)) | _only((*RECORDS, Activity.EMAIL_LOG), READ)
)
READ_ONLY = BuiltInRole('Read Only', _only(tuple(Activity), READ))
STANDARD = BuiltInRole('Standard', _only(RECORDS))
BUILT_IN_ROLES = (OWNER, PORTAL_ADMINISTRATOR, PORTAL_USER_MANAGER, READ_ONLY, STANDARD)
