"""The one door for everything that decides about staff users and their roles (SET-10).

Nobody gives grants that their own role does not have, nor acts on a person or a role with such grants.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_
from sqlmodel import col

from portal_app import db
from portal_app.auth.permissions import GRANTS, Permission, expand, titles
from portal_app.auth.still_in import still_in
from portal_app.auth.viewer import Operator
from portal_app.errors import NotPermitted
from portal_app.models import StaffUser
from portal_app.work import Work


def hold_staff(work: Work, *needed: Permission) -> None:
    """Let nobody else decide about staff until this work ends, then ask whether the viewer still may.

    To be called before anything is looked at: of two Owners who demote each other, the second is none any
    more when the turn comes. Raises SignedOut, NotPermitted.
    """
    db.hold(work.session, 'staff')
    still_in(work.session, work.viewer)
    work.require(*needed)


def beyond(work: Work, grants: Iterable[str]) -> frozenset[str]:
    """Those of these grants that the viewer's role does not have. Nothing is beyond who runs a command."""
    return frozenset() if isinstance(work.viewer, Operator) else (expand(grants) & GRANTS) - work.grants


def require_within(work: Work, grants: Iterable[str], whose: str) -> None:
    """Raises NotPermitted, naming what the viewer's role lacks, where `whose` grants go beyond it."""
    if lacking := beyond(work, grants):
        raise NotPermitted(f'{whose} permits more than your own role: {titles(lacking)}.')


def can_sign_in() -> ColumnElement[bool]:
    """Whether a staff user is active: has accepted the invitation, and is not disabled."""
    return and_(col(StaffUser.disabled_at).is_(None), col(StaffUser.password_hash) != '')
