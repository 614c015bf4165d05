"""The brand colour stays readable whatever it is."""

import itertools
import re
from pathlib import Path

import pytest

from components.brand import brand_css
from portal_app.branding import (
    DARK_SURFACE,
    LIGHT_SURFACE,
    NOTICEABLE,
    READABLE,
    STANDS_OUT,
    contrast,
    plate,
    shades,
)

CSS = Path(__file__).parent.parent / 'assets' / 'css'
SURFACES = ('ground', 'surface', 'raised', 'hover')  # what text in the brand's colour stands on

GRID = [
    f'#{red:02x}{green:02x}{blue:02x}' for red, green, blue in itertools.product(range(0, 256, 15), repeat=3)
]


def test_black_on_white_is_21_to_1() -> None:
    """WCAG 2.2."""
    assert contrast('#000000', '#ffffff') == pytest.approx(21)
    assert contrast('#777777', '#ffffff') == pytest.approx(4.478, abs=0.001)


def test_every_colour_has_readable_text_on_it_and_is_readable_itself() -> None:
    """SET-05: WCAG AA for a grid of 5,832 colours, on light and on dark."""
    for colour in GRID:
        found = shades(colour)
        assert contrast(found.on_brand, colour) >= READABLE, colour
        assert contrast(found.accent, LIGHT_SURFACE) >= READABLE, colour
        assert contrast(found.accent_on_dark, DARK_SURFACE) >= READABLE, colour


def test_text_on_a_button_stays_readable_below_the_pointer() -> None:
    """SET-05: and the shade of a hovered button is another one, whatever the colour."""
    for colour in GRID:
        found = shades(colour)
        assert contrast(found.on_brand, colour) >= READABLE, colour
        assert contrast(found.on_brand, found.hover) >= READABLE, colour
        assert contrast(found.hover, colour) >= NOTICEABLE, colour


@pytest.mark.parametrize('mode', ['light', 'dark'])
def test_text_in_the_colour_is_readable_on_every_surface_of_the_style_sheets(mode: str) -> None:
    """SET-05: links, current tabs and set filters; and rings around what has the focus on every ground."""
    tokens = tokens_of(mode)
    grounds = [value for name, value in tokens.items() if name in SURFACES or name.endswith('-ground')]
    assert len(grounds) == len(SURFACES) + 5
    for colour in GRID:
        accent = accent_of(colour, mode)
        for name in SURFACES:
            assert contrast(accent, tokens[name]) >= READABLE, (colour, name)
        for ground in grounds:
            assert contrast(accent, ground) >= STANDS_OUT, (colour, ground)


@pytest.mark.parametrize('mode', ['light', 'dark'])
def test_text_on_a_tint_of_the_colour_is_readable(mode: str) -> None:
    """SET-05: rows that are picked, with the pointer on them and without."""
    tokens, css = tokens_of(mode), (CSS / 'app.css').read_text()
    tints = re.findall(r'background: color-mix\(in srgb, var\(--accent\) (\d+)%, var\(--(\w+)\)\)', css)
    assert {int(share) for share, _ in tints} == {6, 7, 12}
    assert len(tints) == css.count('background: color-mix(')
    for colour, (share, surface) in itertools.product(GRID, tints):
        ground = mixed(accent_of(colour, mode), tokens[surface], int(share))
        for ink in ('ink', 'ink-soft'):
            assert contrast(tokens[ink], ground) >= READABLE, (colour, share, ink)


def test_the_style_sheets_write_in_the_brand_s_own_colour_nowhere() -> None:
    """SET-05: it is a ground; text and lines have its accent, whose shade depends on what it stands on."""
    for path in CSS.glob('*.css'):
        uses = re.findall(r'([\w-]+): [^;{}]*var\(--brand\)', path.read_text())
        assert set(uses) <= {'background', 'border', 'box-shadow'}, path.name


@pytest.mark.parametrize('tone', ['#ffffff', '#000000', '#0f5c4d', '#808080', '#ffe100'])
def test_a_see_through_logo_stands_out_on_every_colour(tone: str) -> None:
    """SET-05: on the colour itself, else on a plate."""
    for colour in GRID:
        assert contrast(tone, plate(tone, colour) or colour) >= STANDS_OUT, colour
    assert plate('', '#ffffff') == ''


@pytest.mark.parametrize('text', ['red', '#12345', '#1234567', '#12345g', '#123456;}body{', ''])
def test_only_a_hex_colour_becomes_css(text: str) -> None:
    """SET-05: nothing else reaches a style sheet."""
    with pytest.raises(ValueError, match='not a HEX colour'):
        brand_css(text)


def tokens_of(mode: str) -> dict[str, str]:
    """The colours of the style sheets by name."""
    light, _, dark = (CSS / 'tokens.css').read_text().partition('prefers-color-scheme: dark')
    text = light if mode == 'light' else dark
    return dict(re.findall(r'--([\w-]+): (#[0-9a-f]{6})', text))


def accent_of(colour: str, mode: str) -> str:
    found = shades(colour)
    return found.accent if mode == 'light' else found.accent_on_dark


def mixed(colour: str, ground: str, share: int) -> str:
    """As `color-mix(in srgb)` does it."""
    pairs = ((int(colour[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5))
    return '#' + ''.join(f'{round((one * share + other * (100 - share)) / 100):02x}' for one, other in pairs)
