"""Manage Templates: what staff make of the mails, each version kept (SET-08)."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from portal_app import db
from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.auth.viewer import StaffViewer
from portal_app.errors import Conflict, Invalid, NotFound
from portal_app.live import Change, Topic
from portal_app.mail.checks import check
from portal_app.mail.template_kinds import TemplateKind
from portal_app.mail.templates import TEMPLATES, Draft, shipped
from portal_app.models import EmailTemplateVersion
from portal_app.work import Work

VIEW = Permission(Activity.PORTAL_SETUP, Action.VIEW)
CHANGE = Permission(Activity.PORTAL_SETUP, Action.EDIT)


def kind_of(key: str) -> TemplateKind:
    """What a template is for and which variables it has. Raises NotFound."""
    if key not in TEMPLATES:
        raise NotFound
    return TEMPLATES[key]


def current(work: Work, key: str) -> EmailTemplateVersion:
    """The version in force, for whoever sends it. Raises NotFound."""
    found = work.session.exec(_versions(kind_of(key).key).limit(1)).first()
    if found is None:
        raise NotFound
    return found


def templates(work: Work) -> list[tuple[TemplateKind, EmailTemplateVersion]]:
    """Every template with its version in force. Needs Portal Setup: View."""
    work.require(VIEW)
    return [(kind, current(work, key)) for key, kind in TEMPLATES.items()]


def versions(work: Work, key: str) -> Sequence[EmailTemplateVersion]:
    """Every version, the newest first. Needs Portal Setup: View."""
    work.require(VIEW)
    return work.session.exec(_versions(kind_of(key).key)).all()


def may_change(work: Work) -> bool:
    """Whether the viewer may change templates, or only look at them."""
    return CHANGE.grant in work.grants


def save(work: Work, key: str, draft: Draft, began_from: int) -> EmailTemplateVersion:
    """Put a draft in force as a new version; one that changes nothing makes none. Needs Portal Setup: Edit.

    `began_from` is the number of the version that the writer saw. Raises TemplateRefused (an Invalid) naming
    field, line and reason, and Conflict where somebody else saved meanwhile.
    """
    kind, newest = _changeable(work, key)
    if newest.number != began_from:
        raise Conflict(
            f'{newest.author or "Somebody"} changed this template meanwhile (version {newest.number}). '
            'Nothing was saved.'
        )
    draft = tidy(draft)
    check(kind, draft)
    if not draft.enabled and not kind.can_disable:
        raise Invalid(f'enabled: “{kind.title}” cannot be disabled; {_why_needed(kind)}.')
    return _put_in_force(work, kind, newest, draft, 'email_template.change')


def restore_default(work: Work, key: str) -> EmailTemplateVersion:
    """Put the product's own text in force; it follows the next release. Needs Portal Setup: Edit."""
    kind, newest = _changeable(work, key)
    draft = replace(shipped(key), enabled=newest.enabled)
    return _put_in_force(work, kind, newest, draft, 'email_template.restore')


def restore_version(work: Work, key: str, number: int) -> EmailTemplateVersion:
    """Put the text of an earlier version in force again, as a new one. Needs Portal Setup: Edit.

    Raises TemplateRefused where it names what the product does not have any more.
    """
    kind, newest = _changeable(work, key)
    earlier = work.session.exec(_versions(key).where(EmailTemplateVersion.number == number)).first()
    if earlier is None:
        raise NotFound(f'“{kind.title}” has no version {number}.')
    draft = replace(Draft.of(earlier), enabled=newest.enabled)
    check(kind, draft)
    return _put_in_force(work, kind, newest, draft, 'email_template.restore')


def hold(work: Work, key: str) -> TemplateKind:
    """Let others who change this template wait: of two who save at once, the second is told."""
    kind = kind_of(key)
    db.hold(work.session, f'email_template {key}')
    return kind


def tidy(draft: Draft) -> Draft:
    """Line ends as everywhere else, and no blanks around; all else is as it was typed."""
    texts = {name: text.replace('\r\n', '\n').strip(' \t\n') for name, text in draft.texts.items()}
    return Draft(**texts, enabled=draft.enabled)


def new_version(kind: TemplateKind, number: int, draft: Draft, author: str = '') -> EmailTemplateVersion:
    """A version that is not stored yet."""
    return EmailTemplateVersion(
        key=kind.key, number=number, author=author, shipped=_is_shipped(kind.key, draft), **asdict(draft)
    )


def lay_templates(work: Work) -> None:
    """Make the product's version where there is none, and a new one where staff left it as it was."""
    for key in TEMPLATES:
        kind = hold(work, key)
        newest = work.session.exec(_versions(key).limit(1)).first()
        if newest is None:
            work.session.add(new_version(kind, 1, shipped(key)))
        elif newest.shipped and not _is_shipped(key, Draft.of(newest)):
            draft = replace(shipped(key), enabled=newest.enabled)
            work.session.add(new_version(kind, newest.number + 1, draft))
    work.session.flush()


def _versions(key: str) -> SelectOfScalar[EmailTemplateVersion]:
    return (
        select(EmailTemplateVersion)
        .where(EmailTemplateVersion.key == key, EmailTemplateVersion.number > 0)
        .order_by(col(EmailTemplateVersion.number).desc())
    )


def _changeable(work: Work, key: str) -> tuple[TemplateKind, EmailTemplateVersion]:
    work.require(CHANGE)
    return hold(work, key), current(work, key)


def _put_in_force(
    work: Work, kind: TemplateKind, newest: EmailTemplateVersion, draft: Draft, action: str
) -> EmailTemplateVersion:
    before, after = asdict(Draft.of(newest)), asdict(draft)
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        return newest
    author = work.viewer.name if isinstance(work.viewer, StaffViewer) else ''
    version = new_version(kind, newest.number + 1, draft, author)
    work.session.add(version)
    work.record(
        action,
        kind.title,
        before={name: before[name] for name in changed},
        after={'version': version.number} | {name: after[name] for name in changed},
    )
    work.tell(Change(Topic.TEMPLATES, subject=kind.key))
    return version


def _why_needed(kind: TemplateKind) -> str:
    return 'people could not get in without it' if kind.link_variable else 'nobody would hear of it otherwise'


def _is_shipped(key: str, draft: Draft) -> bool:
    return draft.texts == shipped(key).texts
