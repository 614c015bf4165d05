"""Signing in and out of either realm, and who an open session belongs to (POR-01)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import Session, col, select

from portal_app import db, news
from portal_app.auth.let_in import require_portal
from portal_app.auth.passwords import hash_password, is_outdated, password_matches
from portal_app.auth.rate_limits import SIGN_IN_PER_ACCOUNT, SIGN_IN_PER_ADDRESS, count_try, forget_tries
from portal_app.auth.realms import PORTAL, STAFF, Realm
from portal_app.auth.tokens import hash_token
from portal_app.auth.viewer import Company, PortalViewer, StaffViewer
from portal_app.config import settings
from portal_app.errors import Invalid, SignedOut
from portal_app.filters import is_storable
from portal_app.live import Change, Topic, publish
from portal_app.models import Organization, PortalSession, PortalUser, StaffSession, StaffUser
from portal_app.models.base import now
from portal_app.services.access import companies_of, company_of
from portal_app.work import Work

WRONG = 'The email address or the password is not right.'
SEEN_EVERY = timedelta(minutes=5)  # how exactly `last_seen_at` is kept


@dataclass(frozen=True)
class Browser:
    """Where a sign-in comes from."""

    address: str
    name: str = ''


@dataclass(frozen=True)
class SignedIn:
    """The token for the cookie, and how long the browser keeps it: seconds, or until it is closed."""

    token: str
    seconds: int | None


def sign_in(realm: Realm, email: str, password: str, browser: Browser, remember: bool = False) -> SignedIn:
    """Open a session. Wrong password, unknown address and disabled user fail alike, in the same time.

    Raises Invalid with that one message, TooManyTries with the wait, or PortalOff.
    """
    email = email.strip().lower() if is_storable(email) else ''
    count_try(SIGN_IN_PER_ADDRESS, realm.name, browser.address)
    count_try(SIGN_IN_PER_ACCOUNT, realm.name, email)
    with db.reading(settings().statement_seconds) as session:
        if realm is PORTAL:
            require_portal(session)
        user = _user(session, realm, email)
        welcome = user is not None and _is_welcome(session, user)
    matches = password_matches(user.password_hash if user else None, password)
    if not user or not matches or not welcome:
        raise Invalid(WRONG)
    forget_tries(SIGN_IN_PER_ACCOUNT, realm.name, email)
    return enter(realm, user, password, browser, remember)


def enter(
    realm: Realm, user: PortalUser | StaffUser, password: str, browser: Browser, remember: bool = False
) -> SignedIn:
    """Open a session for somebody who has just proved who they are and has this password."""
    token = secrets.token_urlsafe(32)
    lasts = (
        timedelta(days=settings().remember_days) if remember else timedelta(hours=settings().session_hours)
    )
    with db.writing() as session:
        if is_outdated(user.password_hash):
            user.password_hash = hash_password(password)
        user.last_signed_in_at = now()
        session.add(user)
        session.add(
            realm.sessions(
                user_id=user.id or 0,
                token_hash=hash_token(token),
                expires_at=now() + lasts,
                address=browser.address,
                browser=browser.name[:200],
            )
        )
        session.commit()
    return SignedIn(token, int(lasts.total_seconds()) if remember else None)


def end_sessions(
    work: Work, realm: Realm, user_id: int, *, only: int | None = None, but: int | None = None
) -> int:
    """Sign a user out everywhere, or in `only` one session, or in all `but` one; open pages close at once.

    Returns how many sessions that ended.
    """
    table = realm.sessions
    ending = update(table).where(col(table.user_id) == user_id, col(table.ended_at).is_(None))
    if only is not None:
        ending = ending.where(col(table.id) == only)
    if but is not None:
        ending = ending.where(col(table.id) != but)
    ended = work.session.execute(ending.values(ended_at=now()).returning(col(table.id))).scalars().all()
    for id in ended:
        work.tell(Change(Topic.ACCESS, subject=session_subject(realm, id or 0)))
    return len(ended)


def _is_welcome(session: Session, user: PortalUser | StaffUser) -> bool:
    """Not disabled; a customer's person has a company left that they may open."""
    if user.disabled_at is not None:
        return False
    return not isinstance(user, PortalUser) or bool(companies_of(session, user.id or 0))


def _user(session: Session, realm: Realm, email: str) -> PortalUser | StaffUser | None:
    if realm is PORTAL:
        return session.exec(select(PortalUser).where(PortalUser.email == email)).first()
    return session.exec(select(StaffUser).where(StaffUser.email == email)).first()


def sign_out_token(realm: Realm, token: str) -> None:
    """End the session of this token, if there is one; its open pages close at once."""
    with db.writing() as session:
        table = realm.sessions
        ended = session.execute(
            update(table)
            .where(col(table.token_hash) == hash_token(token), col(table.ended_at).is_(None))
            .values(ended_at=now())
            .returning(col(table.id))
        ).scalar()
        change = Change(Topic.ACCESS, subject=session_subject(realm, ended or 0))
        news.add(session, [change])
        session.commit()
    publish(change)


def session_subject(realm: Realm, session_id: int) -> str:
    """How news names a session."""
    return f'{realm.name}-session {session_id}'


def companies_of_token(token: str) -> list[Company]:
    """The companies that the owner of this portal session may open, by name. Raises SignedOut, PortalOff."""
    with db.reading(settings().statement_seconds) as session:
        found, _ = _portal_owner(session, token)
        return companies_of(session, found.user_id)


def portal_viewer(token: str, company_number: str, browser: Browser) -> PortalViewer:
    """Whose request this token makes it. Raises SignedOut, or NotFound for a company that is not theirs."""
    with db.reading(settings().statement_seconds) as session:
        found, user = _portal_owner(session, token)
        company = company_of(session, found.user_id, company_number)
        organization = session.exec(select(Organization)).one()
    _note_seen(PORTAL, found)
    return PortalViewer(
        session_id=found.id or 0,
        user_id=found.user_id,
        name=user.name,
        email=user.email,
        company=company,
        zone=ZoneInfo(user.time_zone or organization.time_zone),
        locale=organization.locale,
        address=browser.address,
    )


def staff_viewer(token: str, browser: Browser) -> StaffViewer:
    """Who this staff session's token makes of a request. Raises SignedOut."""
    with db.reading(settings().statement_seconds) as session:
        found = session.exec(select(StaffSession).where(StaffSession.token_hash == hash_token(token))).first()
        user = session.get(StaffUser, found.user_id) if found and found.is_open(now()) else None
        if not found or not user or user.disabled_at is not None:
            raise SignedOut
        organization = session.exec(select(Organization)).one()
    _note_seen(STAFF, found)
    return StaffViewer(
        session_id=found.id or 0,
        user_id=found.user_id,
        name=user.name,
        email=user.email,
        zone=ZoneInfo(user.time_zone),
        locale=organization.locale,
        address=browser.address,
    )


def _portal_owner(session: Session, token: str) -> tuple[PortalSession, PortalUser]:
    require_portal(session)
    found = session.exec(select(PortalSession).where(PortalSession.token_hash == hash_token(token))).first()
    user = session.get(PortalUser, found.user_id) if found and found.is_open(now()) else None
    if not found or not user or user.disabled_at is not None:
        raise SignedOut
    return found, user


def _note_seen(realm: Realm, found: PortalSession | StaffSession) -> None:
    moment: datetime = now()
    if moment - found.last_seen_at < SEEN_EVERY:
        return
    with db.writing() as session:
        session.execute(
            update(realm.sessions).where(col(realm.sessions.id) == found.id).values(last_seen_at=moment)
        )
        session.commit()
