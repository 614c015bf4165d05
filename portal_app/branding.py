"""Shades of the organization's colour that stay readable (WCAG 2.2, 1.4.3: at least 4.5 to 1)."""

import colorsys
from dataclasses import dataclass

READABLE = 4.5
STANDS_OUT = 3.0
NOTICEABLE = 1.05  # between two shades of one button
WHITE, BLACK = '#ffffff', '#000000'  # only these two reach 4.5 to 1 on every colour
LIGHT_SURFACE, DARK_SURFACE = '#f2f4f7', '#1f242c'  # the least contrast that a surface of ours gives


@dataclass(frozen=True)
class Shades:
    """The colour itself, text on it, and the colour as text and lines on light and on dark surfaces."""

    brand: str
    on_brand: str
    accent: str
    accent_on_dark: str
    hover: str  # the colour of a button below the pointer, under the same text


@dataclass(frozen=True)
class Logo:
    """The organization's logo: its address, its size in pixels, and the colour to lay below it, if any."""

    address: str
    width: int
    height: int
    plate: str


@dataclass(frozen=True)
class Brand:
    """What a page wears."""

    organization: str
    colour: str  # HEX
    logo: Logo | None = None
    banner: str = ''  # its address
    sandbox: bool = False  # an installation to try things out (SET-13)
    support: str = ''  # an email address for questions
    legal: tuple[tuple[str, str], ...] = ()  # title and address, where they are to be shown (SET-09)


def shades(colour: str) -> Shades:
    """All shades that follow from one HEX colour."""
    on_brand = WHITE if contrast(colour, WHITE) >= contrast(colour, BLACK) else BLACK
    return Shades(
        colour,
        on_brand,
        _readable_on(LIGHT_SURFACE, colour, -0.02),
        _readable_on(DARK_SURFACE, colour, 0.02),
        _hovered(colour, on_brand),
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two HEX colours, from 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def plate(tone: str, colour: str) -> str:
    """What to lay below a see-through picture of this average colour on the brand; empty where it stands out.

    WCAG 2.2, 1.4.11: at least 3 to 1. An empty tone is a picture that is not see-through.
    """
    if not tone or contrast(tone, colour) >= STANDS_OUT:
        return ''
    return max((WHITE, DARK_SURFACE), key=lambda ground: contrast(tone, ground))


def _hovered(colour: str, text: str) -> str:
    """A little away from the text, so that it stays readable; towards it where there is no further away."""
    away = (_mixed(colour, BLACK if text == WHITE else WHITE, share) for share in (0.12, 0.24, 0.48))
    return next((shade for shade in away if contrast(shade, colour) >= NOTICEABLE), _mixed(colour, text, 0.2))


def _readable_on(surface: str, colour: str, step: float) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    found = colour
    while contrast(found, surface) < READABLE and 0 < lightness + step < 1:
        lightness += step
        found = _hex(colorsys.hls_to_rgb(hue, lightness, saturation))
    return found if contrast(found, surface) >= READABLE else (BLACK if step < 0 else WHITE)


def _mixed(colour: str, other: str, share: float) -> str:
    """The colour with a share of another in it."""
    red, green, blue = (
        one * (1 - share) + two * share for one, two in zip(_parts(colour), _parts(other), strict=True)
    )
    return _hex((red, green, blue))


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def _hex(parts: tuple[float, float, float]) -> str:
    return '#' + ''.join(f'{round(part * 255):02x}' for part in parts)
