"""The list of staff users (SET-11)."""

from enum import StrEnum

from sqlalchemy import case
from sqlmodel import col

from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.listings import Field, Join, Kind, Listing
from portal_app.models import Role, StaffUser


class StaffState(StrEnum):
    """How far somebody has come."""

    INVITED = 'Invited'
    ACTIVE = 'Active'
    DISABLED = 'Disabled'


_ROLE = (Join(Role, on=col(Role.id) == StaffUser.role_id),)
_STATE = case(
    (col(StaffUser.disabled_at).is_not(None), StaffState.DISABLED.value),
    (col(StaffUser.password_hash) == '', StaffState.INVITED.value),
    else_=StaffState.ACTIVE.value,
)

STAFF_USERS = Listing(
    key='staff-users',
    title='Staff Users',
    singular='Staff user',
    model=StaffUser,
    icon='badge',
    permission=Permission(Activity.STAFF_USERS, Action.LIST),
    default_sort='name',
    named_by='name',
    empty='Whoever works on these pages is listed here.',
    fields=(
        Field('name', 'Name', Kind.TEXT, col(StaffUser.name), sorts=True, searched=True, up_front=False),
        Field('email', 'Email', Kind.TEXT, col(StaffUser.email), sorts=True, searched=True, up_front=False),
        Field('role', 'Role', Kind.CHOICE, col(Role.name), sorts=True, joins=_ROLE),
        Field('status', 'Status', Kind.CHOICE, _STATE, sorts=True, values=tuple(StaffState)),
        Field(
            'last_sign_in',
            'Last Sign-in',
            Kind.TIME,
            col(StaffUser.last_signed_in_at),
            optional=True,
            sorts=True,
            up_front=False,
        ),
        Field('added', 'Added', Kind.TIME, col(StaffUser.created_at), sorts=True, up_front=False),
    ),
)
