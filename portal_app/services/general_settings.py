"""General Settings: the toggle "Customer Billing Portal" (SET-01)."""

from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.config import settings
from portal_app.live import ANYTHING, Change, Topic
from portal_app.services.organization import hold_organization, keep, organization
from portal_app.work import Work

VIEW = (Permission(Activity.CHANNEL_SETTINGS, Action.VIEW), Permission(Activity.PORTAL_SETUP, Action.VIEW))
CHANGE = (Permission(Activity.CHANNEL_SETTINGS, Action.EDIT), Permission(Activity.PORTAL_SETUP, Action.EDIT))
NO_SANDBOX_PORTAL = (
    'This is a sandbox: it serves no portal, whatever the toggle says, until whoever runs it sets '
    'PORTAL_SANDBOX_PORTAL=true.'
)


def portal_is_on(work: Work) -> bool:
    """Whether the toggle is on. Needs Channel Settings: View and Portal Setup: View."""
    work.require(*VIEW)
    return organization(work).portal_enabled


def not_served() -> str:
    """Why customers see no portal though the toggle is on; empty where they do (SET-13)."""
    return '' if settings().serves_portal else NO_SANDBOX_PORTAL


def set_portal(work: Work, on: bool) -> None:
    """Switch the portal on or off; off ends every open portal page at once.

    Needs Channel Settings: Edit and Portal Setup: Edit.
    """
    work.require(*CHANGE)
    ours = hold_organization(work)
    if ours.portal_enabled == on:
        return
    work.record(
        'general_settings.portal',
        'Customer Billing Portal',
        before={'enabled': ours.portal_enabled},
        after={'enabled': on},
    )
    ours.portal_enabled = on
    keep(work, ours)
    work.tell(Change(Topic.ACCESS, subject=ANYTHING))
