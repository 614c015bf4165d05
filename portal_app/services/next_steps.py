"""What is left to do until a new portal is complete (SET-12)."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import col, or_, select

from portal_app.auth.permissions import GIVE_ACCESS, Action, Activity, Permission
from portal_app.config import settings
from portal_app.models import Contact, Customer, PortalStatus
from portal_app.services import branding, company_profile, email_log
from portal_app.services.customers import ADD
from portal_app.services.organization import organization
from portal_app.services.sample_data import IS_SAMPLE
from portal_app.work import Work

SEE_CUSTOMERS = Permission(Activity.CUSTOMERS, Action.LIST)
PORTAL_SETUP = '/admin/setup/portal'  # not there while the portal is switched off (SET-01)


@dataclass(frozen=True)
class Step:
    """One thing to do, and the page to do it on."""

    label: str
    target: str
    done: bool


def next_steps(work: Work) -> tuple[Step, ...]:
    """The steps that the viewer's role can take, done or not; nothing once all of them are done.

    Sample customers do not count: they are not the organization's own.
    """
    portal_on = organization(work).portal_enabled
    steps = tuple(
        Step(label, target, is_done(work))
        for label, target, needed, is_done in _STEPS
        if work.may(*needed) and (portal_on or target != PORTAL_SETUP)
    )
    return steps if any(not step.done for step in steps) else ()


def _has_profile(work: Work) -> bool:
    ours = organization(work)
    return bool(ours.address and ours.support_email)


def _has_logo(work: Work) -> bool:
    return organization(work).logo is not None


def _has_mail(_work: Work) -> bool:
    return settings().sends_mail or settings().keeps_mail  # as a sandbox is meant to


def _has_customer(work: Work) -> bool:
    return work.session.exec(select(Customer.id).where(_IS_OWN)).first() is not None


def _has_invited(work: Work) -> bool:
    invited = (
        select(Contact.id).join(Customer).where(_IS_OWN, col(Contact.portal_status) != PortalStatus.NONE)
    )
    return work.session.exec(invited).first() is not None


_IS_OWN = or_(col(Customer.external_id).is_(None), ~IS_SAMPLE)
_STEPS: tuple[tuple[str, str, tuple[Permission, ...], Callable[[Work], bool]], ...] = (
    (
        'Complete your company profile',
        '/admin/setup/company-profile',
        (company_profile.CHANGE,),
        _has_profile,
    ),
    ('Upload your logo', PORTAL_SETUP, (branding.CHANGE,), _has_logo),
    ('Connect your mail server', '/admin/email-log', (email_log.VIEW,), _has_mail),
    ('Add your first customer', '/admin/customers', (SEE_CUSTOMERS, ADD), _has_customer),
    (
        'Invite one of their people to the portal',
        '/admin/customers',
        (SEE_CUSTOMERS, GIVE_ACCESS),
        _has_invited,
    ),
)
