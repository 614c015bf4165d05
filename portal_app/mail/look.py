"""Whose mail a mail looks like: name, colour and logo of the organization (MAIL-03)."""

import re
from dataclasses import dataclass, field

from portal_app.branding import plate
from portal_app.models import Organization, Picture

WIDEST = 160  # pixels at which a logo is shown; it may have more, for screens that are finer
LIGHT_PAGE, DARK_PAGE = '#f2f4f7', '#0f1115'  # what a mail lies on: see assets/mail/layout.html
# Line ends and other control characters, signs that turn the direction of writing, halves of characters.
CONTROL = re.compile('[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+')


@dataclass(frozen=True)
class MailLogo:
    """The logo that staff uploaded. Its name says what is in it: two of one name are the same."""

    name: str
    content_type: str
    width: int  # pixels that it is shown at
    height: int
    plate: str  # HEX colour to lay below it, if any, in light mode
    plate_on_dark: str
    content: bytes = field(compare=False, repr=False)

    @classmethod
    def of(cls, picture: Picture, colour: str) -> 'MailLogo':
        """A stored picture, as it is shown under this brand colour."""
        scale = min(1.0, WIDEST / picture.width)
        return cls(
            picture.name,
            picture.content_type,
            round(picture.width * scale),
            max(1, round(picture.height * scale)),
            _plate(picture.tone, LIGHT_PAGE, colour),
            _plate(picture.tone, DARK_PAGE, colour),
            picture.content,
        )


@dataclass(frozen=True)
class Look:
    """What each mail wears."""

    organization: str
    colour: str
    logo: MailLogo | None = None  # without one, a monogram is drawn

    @classmethod
    def of(cls, organization: Organization, logo: Picture | None = None) -> 'Look':
        """The organization's own."""
        shown = MailLogo.of(logo, organization.brand_colour) if logo else None
        return cls(one_line(organization.name), organization.brand_colour, shown)


def one_line(value: str) -> str:
    """A text without line ends and signs that cannot be seen."""
    return CONTROL.sub(' ', value).strip()


def _plate(tone: str, page: str, colour: str) -> str:
    """A logo that does not stand out on the page lies on the brand colour, if it stands out there."""
    needed = plate(tone, page)
    return colour if needed and not plate(tone, colour) else needed
