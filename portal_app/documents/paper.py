"""What the template is given: texts and where they stand. All of it is text; nothing of it is markup."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from babel import Locale

from portal_app.branding import LIGHT_SURFACE, WHITE, plate, shades
from portal_app.documents.sheets import Party, Seller

# Control characters but the line end, signs that turn the direction of writing, halves of characters.
_UNSEEN = re.compile('[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+')
_LINE_ENDS = re.compile('\r\n?|[\x0b\x0c\x85\u2028\u2029]')
_US_LETTER = 'BZ CA CL CO CR DO GT HN MX NI PA PH PR SV US VE'  # countries whose paper it is
_KINDS_OF_LOGO = {'image/png': 'png', 'image/jpeg': 'jpg'}


class Cell(NamedTuple):
    """One cell of a table, with what stands below it in small letters."""

    text: str
    note: str = ''


class Pair(NamedTuple):
    """A text and what it is called."""

    label: str
    text: str


class Total(NamedTuple):
    """A row below a table."""

    label: str
    text: str
    strong: bool = False


@dataclass(frozen=True)
class Column:
    """A column. One of figures is flush right; a wide one takes the room that the others leave."""

    label: str
    figures: bool = False
    wide: bool = False


@dataclass(frozen=True)
class Table:
    """A table whose head stands on each page. Its totals stand with its last row."""

    title: str
    columns: tuple[Column, ...]
    rows: list[tuple[Cell, ...]]
    totals: tuple[Total, ...] = ()
    empty: str = ''  # what is said where there are no rows


@dataclass(frozen=True)
class Headline:
    """The figure that people look for, and a button beside it."""

    label: str
    figure: str
    note: str = ''
    url: str = ''
    action: str = ''


@dataclass(frozen=True)
class Look:
    """Colours (HEX), the size of the page and the logo."""

    page: str
    brand: str
    on_brand: str
    accent: str  # the brand as text on white and on the panel
    panel: str
    logo: list[int] | None  # bytes
    logo_format: str
    plate: str  # what lies below the logo; empty where it stands out by itself

    @classmethod
    def of(cls, seller: Seller, locale: Locale) -> 'Look':
        """The seller's own, on the paper of the locale's country."""
        tones = shades(seller.colour)
        below = plate(seller.logo_tone, WHITE)
        return cls(
            'us-letter' if (locale.territory or '-') in _US_LETTER else 'a4',
            tones.brand,
            tones.on_brand,
            tones.accent,
            LIGHT_SURFACE,
            list(seller.logo) if seller.logo else None,
            _KINDS_OF_LOGO[seller.logo_content_type] if seller.logo else '',
            seller.colour if below and not plate(seller.logo_tone, seller.colour) else below,
        )


@dataclass(frozen=True)
class Who:
    """One side of the business, in lines."""

    label: str
    name: str
    address: str
    email: str = ''
    phone: str = ''

    @classmethod
    def seller(cls, seller: Seller) -> 'Who':
        """Who bills, and how to reach them."""
        email, phone = line(seller.email), line(seller.phone)
        return cls('From', line(seller.name), block(seller.address), email, phone)

    @classmethod
    def party(cls, label: str, party: Party) -> 'Who':
        """Who is billed."""
        return cls(label, line(party.name), block(party.address))


@dataclass(frozen=True)
class Paper:
    """A document."""

    look: Look
    kind: str  # Invoice
    number: str
    status: str
    seller: Who
    party: Who
    facts: tuple[Pair, ...]
    headline: Headline
    tables: tuple[Table, ...]
    texts: tuple[Pair, ...] = ()


def block(text: str) -> str:
    """A text of several lines without signs that cannot be seen."""
    return _UNSEEN.sub(' ', _LINE_ENDS.sub('\n', text)).strip()


def line(text: str) -> str:
    """A text as one line."""
    return ' '.join(block(text).split('\n'))


def given(*pairs: tuple[str, str]) -> tuple[Pair, ...]:
    """Those that say something."""
    return tuple(Pair(label, text) for label, text in pairs if text)
