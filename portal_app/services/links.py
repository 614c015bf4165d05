"""One-time links: issued into mails, found again by their token, and killed (ACC-04, POR-01)."""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, or_, update
from sqlmodel import col, select

from portal_app.auth.realms import PORTAL, STAFF, Realm
from portal_app.auth.tokens import hash_token
from portal_app.errors import NotFound
from portal_app.hosts import public_url
from portal_app.models import OneTimeLink, Purpose
from portal_app.models.base import now
from portal_app.secret import secret
from portal_app.work import Work

LIVES = {
    Purpose.INVITATION: timedelta(hours=72),
    Purpose.SET_PASSWORD: timedelta(hours=72),
    Purpose.RESET_PASSWORD: timedelta(hours=1),
    Purpose.STAFF_INVITATION: timedelta(hours=72),
    Purpose.STAFF_RESET_PASSWORD: timedelta(hours=1),
}
OF_STAFF = (Purpose.STAFF_INVITATION, Purpose.STAFF_RESET_PASSWORD)
REALMS = {purpose: STAFF if purpose in OF_STAFF else PORTAL for purpose in Purpose}
OTHER_KEY = 'PORTAL_SECRET_KEY is not the one that links in mails were issued with'
NOT_A_LINK = 'This link is not valid. Please check that all of it was copied.'


class WrongKey(RuntimeError):
    """This process has another secret than the one that issued a link: the installation's fault."""

    def __init__(self) -> None:
        super().__init__(OTHER_KEY)


def issue(
    work: Work,
    purpose: Purpose,
    *,
    contact_id: int | None = None,
    portal_user_id: int | None = None,
    staff_user_id: int | None = None,
) -> OneTimeLink:
    """Make a link that lives from now on: 72 hours, one hour where a password was forgotten."""
    link = OneTimeLink(
        **_fresh(purpose), contact_id=contact_id, portal_user_id=portal_user_id, staff_user_id=staff_user_id
    )
    work.session.add(link)
    work.session.flush()
    return link


def issue_all(work: Work, purpose: Purpose, whose: Sequence[dict[str, int | None]]) -> list[int]:
    """Make many links in one statement, each of a `contact_id` or `portal_user_id`. Returns their ids."""
    if not whose:
        return []
    rows = [{**_fresh(purpose), **each} for each in whose]
    made = insert(OneTimeLink).returning(col(OneTimeLink.id), sort_by_parameter_order=True)
    return [id for id in work.session.connection().execute(made, rows).scalars() if id is not None]


def address(link: OneTimeLink) -> str:
    """The absolute address that a mail carries.

    Raises WrongKey where this process has another secret than the one that issued the link.
    """
    token = _token(link.nonce)
    if not hmac.compare_digest(hash_token(token), link.token_hash):
        raise WrongKey
    return _address(link, token)


def masked_address(link: OneTimeLink) -> str:
    """The same without the token, for whoever may not use it."""
    return _address(link, '…')


def find(work: Work, realm: Realm, token: str) -> OneTimeLink:
    """The link of this token, in whatever state it is. Raises NotFound, also for one of the other realm."""
    found = work.session.exec(select(OneTimeLink).where(OneTimeLink.token_hash == hash_token(token))).first()
    if found is None or REALMS[Purpose(found.purpose)] is not realm:
        raise NotFound(NOT_A_LINK)
    return found


def revoke(
    work: Work,
    *,
    contact_ids: Sequence[int] = (),
    portal_user_ids: Sequence[int] = (),
    staff_user_ids: Sequence[int] = (),
) -> None:
    """Make every open link of these contacts and users useless."""
    work.session.execute(
        update(OneTimeLink)
        .where(
            or_(
                col(OneTimeLink.contact_id).in_(contact_ids),
                col(OneTimeLink.portal_user_id).in_(portal_user_ids),
                col(OneTimeLink.staff_user_id).in_(staff_user_ids),
            ),
            col(OneTimeLink.used_at).is_(None),
            col(OneTimeLink.revoked_at).is_(None),
        )
        .values(revoked_at=now())
    )


def note_visit(work: Work, link: OneTimeLink) -> None:
    """Keep when it was opened first. That may have been a mail scanner."""
    work.session.execute(
        update(OneTimeLink)
        .where(col(OneTimeLink.id) == link.id, col(OneTimeLink.opened_at).is_(None))
        .values(opened_at=now())
    )


def use(work: Work, link: OneTimeLink) -> None:
    """Spend an open link; the caller has looked whether it is."""
    link.used_at = now()
    work.session.add(link)


def _fresh(purpose: Purpose) -> dict[str, Any]:
    nonce, moment = secrets.token_bytes(24), now()
    return {
        'purpose': purpose,
        'nonce': nonce,
        'token_hash': hash_token(_token(nonce)),
        'created_at': moment,
        'expires_at': moment + LIVES[purpose],
    }


def _address(link: OneTimeLink, token: str) -> str:
    return f'{public_url()}{REALMS[Purpose(link.purpose)].path}/link/{token}'


def _token(nonce: bytes) -> str:
    return urlsafe_b64encode(hmac.digest(secret(), b'one-time link' + nonce, 'sha256')).decode().rstrip('=')
