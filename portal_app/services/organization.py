"""The organization of this installation, and what its pages wear."""

from dataclasses import dataclass

from sqlmodel import select

from portal_app import db
from portal_app.branding import Brand, Logo, plate
from portal_app.config import settings
from portal_app.live import Change, Topic
from portal_app.models import Organization, Picture, PictureKind
from portal_app.work import Work

PICTURES = '/brand'  # where pictures are served


@dataclass(frozen=True)
class PictureInUse:
    """A stored picture without its content; sizes in pixels."""

    name: str
    width: int
    height: int
    tone: str

    @property
    def address(self) -> str:
        """Where browsers get it."""
        return f'{PICTURES}/{self.name}'


def organization(work: Work) -> Organization:
    """The organization of this installation."""
    return work.session.exec(select(Organization)).one()


def hold_organization(work: Work) -> Organization:
    """The organization as it is now, to be changed: others who change it wait."""
    db.hold(work.session, 'organization')
    return work.session.exec(select(Organization).execution_options(populate_existing=True)).one()


def keep(work: Work, changed: Organization) -> None:
    """Store a changed organization; every open page hears of it."""
    work.session.add(changed)
    work.tell(Change(Topic.SETUP))


def brand(work: Work) -> Brand:
    """What every page wears: name, colour, pictures, legal links, and whether this is a sandbox."""
    ours = organization(work)
    return Brand(
        ours.name,
        ours.brand_colour,
        _logo(work, ours),
        f'{PICTURES}/{ours.banner}' if ours.banner else '',
        settings().is_sandbox,
        ours.support_email,
        legal_links(ours),
    )


def legal_links(ours: Organization) -> tuple[tuple[str, str], ...]:
    """Title and address of what customers agree to; nothing while the box is not checked (SET-09)."""
    if not ours.legal_links:
        return ()
    return (('Terms and Conditions', ours.terms_url), ('Privacy Policy', ours.privacy_url))


def picture_in_use(work: Work, kind: PictureKind) -> PictureInUse | None:
    """The logo or the banner, without its content; None where there is none."""
    ours = organization(work)
    return _picture(work, ours.logo if kind is PictureKind.LOGO else ours.banner)


def _picture(work: Work, name: str | None) -> PictureInUse | None:
    found = select(Picture.name, Picture.width, Picture.height, Picture.tone).where(Picture.name == name)
    row = work.session.exec(found).first() if name else None
    return PictureInUse(*row) if row else None


def _logo(work: Work, ours: Organization) -> Logo | None:
    found = _picture(work, ours.logo)
    if found is None:
        return None
    return Logo(found.address, found.width, found.height, plate(found.tone, ours.brand_colour))
