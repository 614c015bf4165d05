"""Looking at pages with axe-core, by the rules of WCAG 2.2 A and AA, in light and dark mode."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page, expect

from tests.browser.site import CONNECTED

SOURCE = (Path(axe_playwright_python.__file__).parent / 'axe.min.js').read_text()
LEVELS = ('wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa')
SCHEMES = ('light', 'dark')
# Under a dialog nothing can be read or reached: then axe looks at the dialog, and at a menu alike.
LOOK = """async levels => (await axe.run(
  [...document.querySelectorAll('.q-dialog--modal, .q-menu')].pop() ?? document, {
  runOnly: {type: 'tag', values: levels}, resultTypes: ['violations'], iframes: false,
})).violations"""
CALM = """*, *::before, *::after { transition: none !important; animation: none !important }
.q-btn__content { z-index: auto !important }"""  # axe-core 4.12 puts it under its own button in a dialog


def open_calmly(page: Page, address: str) -> None:
    """Open a page on which nothing moves: what is half faded in, axe would misjudge."""
    page.goto(address)
    page.wait_for_function(CONNECTED)
    page.add_style_tag(content=CALM)
    expect(page.locator('.skeleton:visible')).to_have_count(0)


def faults(page: Page, schemes: Sequence[str] = SCHEMES) -> list[str]:
    """What axe finds wrong with a page as it is now, in each colour scheme: rule, place, and what is so."""
    if not page.evaluate('"axe" in window'):
        page.evaluate(SOURCE)
    found: list[str] = []
    for scheme in schemes:
        page.emulate_media(color_scheme='dark' if scheme == 'dark' else 'light')
        found += [f'{scheme}: {each}' for each in _told(page.evaluate(LOOK, list(LEVELS)))]
    return found


def _told(violations: list[dict[str, Any]]) -> Iterator[str]:
    for violation in violations:
        for node in violation['nodes']:
            why = ' '.join(check['message'] for kind in ('any', 'all', 'none') for check in node[kind])
            yield f'{violation["id"]} at {" ".join(map(str, node["target"]))}: {why}'
