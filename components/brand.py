"""The organization's colour as CSS variables."""

import re

from portal_app.branding import shades

HEX = re.compile(r'#[0-9a-fA-F]{6}')


def brand_css(colour: str) -> str:
    """The variables that assets/css/tokens.css builds on. Raises ValueError for anything but #rrggbb."""
    if not HEX.fullmatch(colour):
        raise ValueError(f'not a HEX colour: {colour!r}')
    found = shades(colour)
    return (
        f':root{{--brand:{found.brand};--on-brand:{found.on_brand};'
        f'--accent-light:{found.accent};--accent-dark:{found.accent_on_dark}}}'
    )
