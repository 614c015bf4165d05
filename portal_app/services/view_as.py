"""View portal as this contact: staff see what a contact sees, read only, for half an hour (field notes)."""

import secrets
from contextlib import suppress
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Update, update
from sqlmodel import Session, col, select

from portal_app import db, news
from portal_app.auth.still_in import still_in
from portal_app.auth.tokens import hash_token
from portal_app.auth.viewer import Company, ContactView, StaffViewer
from portal_app.auth.viewing import NEEDED
from portal_app.config import settings
from portal_app.errors import NotFound, SeesNothing, ViewEnded
from portal_app.live import Change, Topic, publish
from portal_app.models import (
    Contact,
    Customer,
    Organization,
    PortalStatus,
    PortalUser,
    PortalView,
    StaffSession,
)
from portal_app.models.base import now
from portal_app.services.sign_in import Browser
from portal_app.work import Work

COOKIE = 'portal_view'
LASTS = timedelta(minutes=30)  # at most; never longer than the staff user's own session


def begin(work: Work, contact_id: int, browser_name: str = '') -> tuple[str, str]:
    """Begin a view. Gives the token for the cookie, and the number of the contact's company.

    Another view of the same session ends. Needs to view Manage Portal Users, Customers, Billing Records and
    Usage Events. Raises NotFound.
    """
    for permission in NEEDED:
        work.require(permission)
    viewer = work.viewer
    assert isinstance(viewer, StaffViewer)
    found = work.session.exec(
        select(Contact, Customer).join(Customer).where(Contact.id == contact_id)
    ).first()
    if found is None:
        raise NotFound('There is no such contact.')
    contact, customer = found
    for id in work.session.execute(_ending(col(PortalView.staff_session_id) == viewer.session_id)).scalars():
        work.tell(_ended(id))
    own = work.session.get_one(StaffSession, viewer.session_id)
    token = secrets.token_urlsafe(32)
    work.session.add(
        PortalView(
            user_id=viewer.user_id,
            staff_session_id=viewer.session_id,
            contact_id=contact_id,
            token_hash=hash_token(token),
            expires_at=min(now() + LASTS, own.expires_at),
            address=viewer.address,
            browser=browser_name[:200],
        )
    )
    work.record('portal_access.view', contact.mailbox, customer_id=contact.customer_id, contact_id=contact.id)
    return token, customer.number


def view_of(token: str, browser: Browser) -> ContactView:
    """What this token makes of a request; also where the contact sees nothing. Raises ViewEnded."""
    with db.reading(settings().statement_seconds) as session:
        found = session.exec(
            select(PortalView, Contact, Customer)
            .join(Contact, col(Contact.id) == PortalView.contact_id)
            .join(Customer, col(Customer.id) == Contact.customer_id)
            .where(PortalView.token_hash == hash_token(token))
        ).first()
        if found is None:
            raise ViewEnded
        view = _contact_view(session, *found, browser)
        with suppress(SeesNothing):  # said by whatever they open next
            still_in(session, view)
    return view


def stop(token: str) -> str:
    """End the view of this token; its open pages close at once. Gives the number of its company, if any."""
    with db.writing() as session:
        number = session.exec(
            select(Customer.number)
            .join(Contact)
            .join(PortalView)
            .where(PortalView.token_hash == hash_token(token))
        ).first()
        ended = session.execute(_ending(col(PortalView.token_hash) == hash_token(token))).scalars().all()
        changes = [_ended(id) for id in ended]
        news.add(session, changes)
        session.commit()
    for change in changes:
        publish(change)
    return number or ''


def view_subject(view_id: int) -> str:
    """How news names a view."""
    return f'portal-view {view_id}'


def _contact_view(
    session: Session, view: PortalView, contact: Contact, customer: Customer, browser: Browser
) -> ContactView:
    user = session.get(PortalUser, contact.portal_user_id) if contact.portal_user_id else None
    organization = session.exec(select(Organization)).one()
    return ContactView(
        session_id=view.id or 0,
        user_id=contact.portal_user_id or 0,
        name=contact.name,
        email=contact.email,
        company=Company(customer.id or 0, customer.number, customer.name),
        zone=ZoneInfo((user and user.time_zone) or organization.time_zone),
        locale=organization.locale,
        address=browser.address,
        contact_id=contact.id or 0,
        staff_user_id=view.user_id,
        staff_session_id=view.staff_session_id,
        registered=contact.portal_status not in (PortalStatus.NONE, PortalStatus.PENDING),
        expires_at=view.expires_at,
    )


def _ending(whose: ColumnElement[bool]) -> Update:
    return (
        update(PortalView)
        .where(whose, col(PortalView.ended_at).is_(None))
        .values(ended_at=now())
        .returning(col(PortalView.id))
    )


def _ended(view_id: int) -> Change:
    return Change(Topic.ACCESS, subject=view_subject(view_id))
