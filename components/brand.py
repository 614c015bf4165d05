"""The organization's logo, banner and colour, as pages wear them."""

import json
import re

from nicegui import ui

from portal_app.branding import Brand, Shades, shades

HEX = re.compile(r'#[0-9a-fA-F]{6}')


def brand_css(colour: str) -> str:
    """The variables that assets/css/tokens.css builds on. Raises ValueError for anything but #rrggbb."""
    return f':root{{{variables(colour)}}}'


def variables(colour: str) -> str:
    """The same for the `style` of one element. Raises ValueError."""
    return ';'.join(f'{name}:{value}' for name, value in _variables(colour).items())


def recolour(colour: str) -> str:
    """JavaScript that gives an open page this colour. Raises ValueError."""
    found = shades(colour)
    values = _variables(colour) | {'--q-primary': found.brand, '--q-accent': found.accent}
    return (
        f'for (const [name, value] of Object.entries({json.dumps(values)}))'
        ' for (const place of [document.documentElement, document.body]) place.style.setProperty(name, value)'
    )


def brand_mark(brand: Brand, target: str) -> None:
    """The logo, or the name where there is none, as the way home."""
    with ui.link(target=target).classes('brand-name'):
        mark_picture(brand)


def mark_picture(brand: Brand) -> None:
    """The logo, or the name where there is none."""
    if brand.logo is None:
        ui.label(brand.organization)
        return
    logo = ui.element('img').classes('brand-logo')
    logo._props.update(
        src=brand.logo.address, width=brand.logo.width, height=brand.logo.height, alt=brand.organization
    )
    if brand.logo.plate:
        logo.classes('on-plate').style(f'background-color:{brand.logo.plate}')


def banner_picture(brand: Brand) -> None:
    """The banner, where there is one; it says nothing to who cannot see it."""
    if brand.banner:
        ui.element('div').classes('portal-banner').style(f'background-image:url({brand.banner})')


def _variables(colour: str) -> dict[str, str]:
    if not HEX.fullmatch(colour):
        raise ValueError(f'not a HEX colour: {colour!r}')
    found: Shades = shades(colour)
    return {
        '--brand': found.brand,
        '--on-brand': found.on_brand,
        '--brand-hover': found.hover,
        '--accent-light': found.accent,
        '--accent-dark': found.accent_on_dark,
    }
