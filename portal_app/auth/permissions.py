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


@lru_cache(256)
def expanded(grants: frozenset[str]) -> frozenset[str]:
    """What grants amount to: changing includes viewing and listing, and some go together (SET-10)."""
    found = set(grants)
    for activity in Activity:
        for action in TOGETHER.get(activity, ()):
            if f'{activity}:{action}' in grants:
                found |= {f'{activity}:{other}' for other in TOGETHER[activity]}
        if any(f'{activity}:{action}' in found for action in (*CHANGES, Action.VIEW)):
            found |= {f'{activity}:{action}' for action in READ}
    return frozenset(found)


def expand(grants: Iterable[str]) -> frozenset[str]:
    """The same for grants as they are stored."""
    return expanded(frozenset(grants))


class BuiltInRole(NamedTuple):
    """A role that every installation has."""

    name: str
    permissions: frozenset[Permission]


READ = (Action.LIST, Action.VIEW)
CHANGES = (Action.ADD, Action.EDIT, Action.DELETE)
# Actions that mean the same: who has one of them has them all.
TOGETHER: dict[Activity, tuple[Action, ...]] = {
    Activity.PORTAL_SETUP: CHANGES,  # change the setup
    Activity.PORTAL_USERS: (Action.ADD, Action.EDIT),  # enable access, invite
    Activity.CHANNEL_SETTINGS: CHANGES,
    Activity.COMPANY_PROFILE: CHANGES,
}
EVERYTHING = frozenset(Permission(*pair) for pair in product(Activity, Action))


def _only(
    activities: tuple[Activity, ...], actions: tuple[Action, ...] = tuple(Action)
) -> frozenset[Permission]:
    return frozenset(Permission(*pair) for pair in product(activities, actions))


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
