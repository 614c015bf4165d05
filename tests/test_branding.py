"""The brand colour stays readable whatever it is."""

import itertools

import pytest

from components.brand import brand_css
from portal_app.branding import DARK_SURFACE, LIGHT_SURFACE, READABLE, contrast, shades

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


@pytest.mark.parametrize('text', ['red', '#12345', '#1234567', '#12345g', '#123456;}body{', ''])
def test_only_a_hex_colour_becomes_css(text: str) -> None:
    """SET-05: nothing else reaches a style sheet."""
    with pytest.raises(ValueError, match='not a HEX colour'):
        brand_css(text)
