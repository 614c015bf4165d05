"""What somebody can press or fill in on a page, by role and accessible name, menus included."""

import re
from collections.abc import Iterator

from playwright.sync_api import Locator, Page, expect

# A line of Playwright's snapshot of the accessibility tree: - button "Save" [disabled]
LINE = re.compile(r"""^(?P<indent> *)- '?(?P<role>\w+)(?: "(?P<name>(?:[^"\\]|\\.)*)")?(?P<rest>.*)$""")
CONTROLS = {
    'button',
    'checkbox',
    'combobox',
    'menuitem',
    'radio',
    'searchbox',
    'slider',
    'spinbutton',
    'switch',
    'tab',
    'textbox',
}
LOOKS = {'search', 'columnheader'}  # filters and sorting change only what is looked at
MENU = re.compile('^Actions')  # of a row, of a person, of the selection
MOST_MENUS = 4  # on one page: the first ones, and the last


def controls(page: Page) -> set[str]:
    """Everything that is enabled: `button Save`. Not filters, sorting, or what opens a row."""
    found = {control for control in _enabled(page.locator('main')) if _is_editable(page, control)}
    found |= {f'link {name}' for name in page.locator('main a.main-button').all_inner_texts()}
    openers = page.locator('main').get_by_role('button', name=MENU).all()
    for opener in openers[: MOST_MENUS - 1] + openers[MOST_MENUS - 1 :][-1:]:
        found |= _in_menu(page, opener)
    return found


def _in_menu(page: Page, opener: Locator) -> set[str]:
    opener.click()
    menu = page.locator('.q-menu:visible')
    expect(menu).to_have_count(1)
    expect(menu.get_by_role('menuitem').or_(menu.locator('.no-entries')).first).to_be_visible()
    found = set(_enabled(menu))
    page.keyboard.press('Escape')
    expect(page.locator('.q-menu')).to_have_count(0)
    return found


def _enabled(place: Locator) -> Iterator[str]:
    above: list[tuple[int, str, str]] = []  # what the line lies in: how deep, role, name
    for found in filter(None, map(LINE.match, place.aria_snapshot().splitlines())):
        depth, role = len(found['indent']), found['role']
        name = re.sub(r'\\(.)', r'\1', found['name'] or '').replace("''", "'")
        above = [each for each in above if each[0] < depth]
        opens_row = role == 'button' and above[-1:] and above[-1][1:] == ('cell', name)
        opens_row = opens_row and not MENU.match(name)
        looks = any(each[1] in LOOKS for each in above)
        if role in CONTROLS and '[disabled]' not in found['rest'] and not looks and not opens_row:
            yield f'{role} {name}'
        above.append((depth, role, name))


def _is_editable(page: Page, control: str) -> bool:
    """Whether a field can be written in, and not only read."""
    role, _, name = control.partition(' ')
    if role != 'textbox':
        return True
    return page.get_by_role('textbox', name=name, exact=True).first.is_editable()
