"""Staff who view the portal as a contact: whether they still may, and whether there is anything to see."""

from typing import Any

from sqlalchemy import Row, Select, select
from sqlmodel import Session, col

from portal_app.auth.let_in import portal_is_on
from portal_app.auth.permissions import Action, Activity, Permission, expand
from portal_app.auth.viewer import ContactView
from portal_app.config import settings
from portal_app.errors import SeesNothing, ViewEnded
from portal_app.models import (
    Contact,
    Customer,
    PortalStatus,
    PortalUser,
    PortalView,
    Role,
    StaffSession,
    StaffUser,
)
from portal_app.models.base import now

# Whom a contact is, and all that their pages show.
NEEDED = tuple(
    Permission(activity, Action.VIEW)
    for activity in (
        Activity.PORTAL_USERS,
        Activity.CUSTOMERS,
        Activity.BILLING_RECORDS,
        Activity.USAGE_EVENTS,
    )
)


def check_view(session: Session, view: ContactView) -> None:
    """Raises ViewEnded when the view, the staff user's session or their right to it has ended.

    Raises SeesNothing where the contact is shut out. Whether they have registered does not matter.
    """
    found = session.execute(_VIEWS.where(*_open(view))).first()
    if found is None or not {permission.grant for permission in NEEDED} <= expand(found.grants):
        raise ViewEnded
    reason = _shut_out_by(found)
    if reason:
        raise SeesNothing(f'{reason}: this contact sees nothing.')


def _open(view: ContactView) -> tuple[Any, ...]:
    moment = now()
    return (
        col(PortalView.id) == view.session_id,
        col(PortalView.user_id) == view.staff_user_id,
        col(PortalView.contact_id) == view.contact_id,
        col(PortalView.ended_at).is_(None),
        col(PortalView.expires_at) > moment,
        col(StaffSession.ended_at).is_(None),
        col(StaffSession.expires_at) > moment,
        col(StaffUser.disabled_at).is_(None),
        col(Contact.customer_id) == view.company.id,
    )


def _shut_out_by(found: Row[Any]) -> str:
    checks = (
        (not settings().serves_portal, 'This sandbox serves no portal (PORTAL_SANDBOX_PORTAL)'),
        (not found.portal_on, 'The Customer Billing Portal is switched off'),
        (not found.portal_access, f"{found.customer}'s portal access is disabled"),
        (not found.permitted, f'{found.contact} is not permitted to use the portal'),
        (found.portal_status == PortalStatus.DISABLED, f'The portal access of {found.contact} is disabled'),
        (found.login_disabled_at is not None, f'The login of {found.contact} is disabled'),
    )
    return next((reason for applies, reason in checks if applies), '')


_VIEWS: Select[*tuple[Any, ...]] = (
    select(
        col(Role.grants).label('grants'),
        portal_is_on().label('portal_on'),
        col(Customer.portal_access).label('portal_access'),
        col(Customer.name).label('customer'),
        col(Contact.name).label('contact'),
        col(Contact.permitted).label('permitted'),
        col(Contact.portal_status).label('portal_status'),
        col(PortalUser.disabled_at).label('login_disabled_at'),
    )
    .select_from(PortalView)
    .join(StaffSession, col(StaffSession.id) == col(PortalView.staff_session_id))
    .join(
        StaffUser,
        (col(StaffUser.id) == col(PortalView.user_id)) & (col(StaffUser.id) == col(StaffSession.user_id)),
    )
    .join(Role, col(Role.id) == col(StaffUser.role_id))
    .join(Contact, col(Contact.id) == col(PortalView.contact_id))
    .join(Customer, col(Customer.id) == col(Contact.customer_id))
    .outerjoin(PortalUser, col(PortalUser.id) == col(Contact.portal_user_id))
)
