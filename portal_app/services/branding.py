"""What the organization looks like to its customers: colour, logo and banner (SET-03 to SET-05)."""

import re
from hashlib import sha256

from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.errors import Invalid, NotFound, NotPermitted
from portal_app.models import Organization, Picture, PictureKind
from portal_app.pictures import RULES, Encoded, check_and_encode
from portal_app.services.organization import hold_organization, keep
from portal_app.services.profile_rules import colour_rule
from portal_app.work import Work

CHANGE = Permission(Activity.PORTAL_SETUP, Action.EDIT)
CHANGE_PROFILE = Permission(Activity.COMPANY_PROFILE, Action.EDIT)  # the logo stands there too
NAME = re.compile(r'(logo|banner)-[0-9a-f]{16}\.(jpeg|png)')


def set_colour(work: Work, colour: str) -> None:
    """Give every page and mail this colour, live (SET-05). Needs Portal Setup: Edit. Raises Invalid."""
    work.require(CHANGE)
    if problem := colour_rule(colour):
        raise Invalid(f'Primary brand colour {problem}.')
    colour = colour.lower()
    ours = hold_organization(work)
    if ours.brand_colour == colour:
        return
    work.record('branding.colour', ours.name, before={'colour': ours.brand_colour}, after={'colour': colour})
    ours.brand_colour = colour
    keep(work, ours)


def set_picture(work: Work, kind: PictureKind, content: bytes | Encoded, *, resize: bool = False) -> Picture:
    """Use this file as logo or banner from now on, live (SET-03, SET-04). Raises PictureRefused.

    A file is encoded here, while others who write wait: pages give what `check_and_encode` made of it
    beforehand. Needs Portal Setup: Edit; for a logo, Company Profile: Edit will do.
    """
    _require(work, kind)
    encoded = check_and_encode(content, kind, resize=resize) if isinstance(content, bytes) else content
    ours = hold_organization(work)
    name = _name(kind, encoded)
    picture = work.session.get(Picture, name)  # the same file again is the same picture
    if picture is None:
        picture = Picture(
            name=name,
            kind=kind,
            content_type=encoded.content_type,
            width=encoded.width,
            height=encoded.height,
            tone=encoded.tone,
            content=encoded.content,
        )
        work.session.add(picture)
        work.session.flush()  # before the organization names it
    _use(work, ours, kind, name)
    return picture


def use_picture(work: Work, kind: PictureKind, name: str | None) -> None:
    """Take the picture away, or put back one that was in use before (an undo).

    Needs the same as `set_picture`. Raises NotFound where there is no such picture of this kind.
    """
    _require(work, kind)
    ours = hold_organization(work)
    picture = work.session.get(Picture, name) if name is not None else None
    if name is not None and (picture is None or picture.kind != kind):
        raise NotFound(f'This {RULES[kind].words} is not there any more.')
    _use(work, ours, kind, name)


def stored_picture(work: Work, name: str) -> Picture:
    """A picture by the name in its address; everybody may see it. Raises NotFound."""
    picture = work.session.get(Picture, name) if NAME.fullmatch(name) else None
    if picture is None:
        raise NotFound
    return picture


def may_change_logo(work: Work) -> bool:
    """Whether the viewer may change the logo; the banner and the colour need Portal Setup: Edit."""
    return work.may(CHANGE) or work.may(CHANGE_PROFILE)


def _require(work: Work, kind: PictureKind) -> None:
    allowed = may_change_logo(work) if kind is PictureKind.LOGO else work.may(CHANGE)
    if not allowed:
        raise NotPermitted


def _use(work: Work, ours: Organization, kind: PictureKind, name: str | None) -> None:
    before = ours.logo if kind is PictureKind.LOGO else ours.banner
    if before == name:
        return
    work.record('branding.picture', RULES[kind].words, before={'name': before}, after={'name': name})
    if kind is PictureKind.LOGO:
        ours.logo = name
    else:
        ours.banner = name
    keep(work, ours)


def _name(kind: PictureKind, encoded: Encoded) -> str:
    suffix = encoded.content_type.partition('/')[2]
    return f'{kind}-{sha256(encoded.content).hexdigest()[:16]}.{suffix}'
