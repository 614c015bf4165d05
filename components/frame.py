"""What stands around every page: the portal's header and tabs, the admin's menu."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from nicegui import ui

from components.brand import banner_picture, brand_css, brand_mark, recolour
from portal_app.branding import Brand, shades

# Back and forward show the address they say; a form that leaves the page is not overtaken by a reload.
SCRIPT = (
    'addEventListener("popstate", () => location.reload());'
    'addEventListener("submit", () => { window.leaving = true });'
    'new MutationObserver(() => {'  # what Quasar leaves out for who listens to the page
    ' document.querySelector(".q-loading-bar")?.setAttribute("aria-label", "Loading");'
    ' for (const list of document.querySelectorAll("[role=listbox] > [tabindex]"))'
    ' list.removeAttribute("tabindex")'
    '}).observe(document.body, {childList: true})'
)
# A dialog that was opened from a menu, or whose page was drawn anew meanwhile, has nothing to give the focus
# back to: it goes to the button of the menu, or to the one that took its place.
FOCUS = """(() => {
  let last = null, name = null;
  addEventListener('focusin', ({target}) => {
    if (document.querySelector('.q-dialog--modal') || target.closest('.q-menu, .q-notification')) return;
    const button = target.closest('button, a, input, [tabindex]');
    last = button;
    name = button?.matches('button') ? button.getAttribute('aria-label') : null;
  });
  new MutationObserver((changes) => {
    if (document.activeElement !== document.body || document.querySelector('.q-dialog, .q-menu')) return;
    const gone = (node) => node.matches?.('[id^=q-portal]');
    const closed = changes.some((change) => [...change.removedNodes].some(gone));
    if (!last || (last.isConnected && !closed)) return;
    const found = name && document.querySelector(`button[aria-label="${CSS.escape(name)}"]`);
    (last.isConnected ? last : found)?.focus({preventScroll: true});
  }).observe(document.body, {childList: true, subtree: true});
})();"""


# On a phone the menu is one line: let it begin at where one is.
TO_CURRENT = (
    "document.querySelector('.admin-menu .is-current')?.scrollIntoView({block: 'nearest', inline: 'center'})"
)


@dataclass(frozen=True)
class Link:
    """A place to go to."""

    label: str
    target: str
    icon: str = ''
    current: bool = False
    count: int = 0  # how many wait there for somebody
    section: str = ''  # of a menu


def page_head(brand: Brand, title: str) -> None:
    """Style sheets, colours and title of a page that NiceGUI draws; a sandbox says so on each."""
    found = shades(brand.colour)
    ui.page_title(f'{title} · {brand.organization}')
    ui.colors(primary=found.brand, accent=found.accent)
    ui.add_head_html(
        '<link rel="stylesheet" href="/assets/css/tokens.css">'
        '<link rel="stylesheet" href="/assets/css/app.css">'
        '<link rel="stylesheet" href="/assets/css/account.css">'
        '<link rel="stylesheet" href="/assets/css/paying.css">'
        f'<style>{brand_css(brand.colour)}</style><meta name="robots" content="noindex">'
        '<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">'
    )
    ui.add_body_html(f'<script>{SCRIPT};{FOCUS}</script>')
    if brand.sandbox:
        ui.label('Sandbox').classes('sandbox-ribbon').props('role=note')


class Masthead:
    """The parts of an open page that wear the brand; they are drawn anew when staff change it (SET-05)."""

    def __init__(self, mark: ui.element, home: str, banner: ui.element | None = None) -> None:
        self.mark, self.home, self.banner = mark, home, banner

    def draw(self, brand: Brand) -> None:
        """Draw logo or name, and the banner."""
        self.mark.clear()
        with self.mark:
            brand_mark(brand, self.home)
        if self.banner is not None:
            self.banner.clear()
            with self.banner:
                banner_picture(brand)

    def wear(self, brand: Brand) -> None:
        """Draw them anew, and colour the whole page."""
        self.draw(brand)
        ui.run_javascript(recolour(brand.colour))


def portal_header(
    brand: Brand,
    person: str,
    email: str,
    home: str,
    companies: Sequence[Link],
    way_out: Link,
    own_pages: Sequence[Link] = (),
) -> Masthead:
    """The bar in the brand's colour: whose portal it is, which company is shown, and who is signed in."""
    with ui.element('header').classes('portal-header'):
        mark = ui.element('div').classes('brand-place')
        ui.space()
        _company(companies)
        _person(person, email, way_out, own_pages)
    masthead = Masthead(mark, home, ui.element('div'))
    masthead.draw(brand)
    return masthead


def tab_strip(tabs: Sequence[Link]) -> None:
    """The tabs that are on."""
    for tab in tabs:
        link = ui.link(tab.label, tab.target).classes('tab')
        if tab.current:
            link.classes('is-current').props('aria-current=page')


class AdminParts:
    """The parts of an open admin page that change while it is open."""

    def __init__(self, masthead: Masthead, menu: ui.element) -> None:
        self.wear, self._menu = masthead.wear, menu

    def show_entries(self, entries: Sequence[Link]) -> None:
        """Draw the menu, in its sections."""
        self._menu.clear()
        with self._menu:
            for section, links in groupby(entries, key=lambda entry: entry.section):
                with ui.element('div').classes('menu-section'):
                    ui.label(section).classes('menu-title')
                    for link in links:
                        _entry(link)
        ui.run_javascript(TO_CURRENT)


def admin_frame(brand: Brand, person: str, email: str, sign_out: str) -> tuple[ui.element, AdminParts]:
    """The admin's bar and menu. Returns where the content goes, and what changes while the page is open."""
    with ui.element('header').classes('admin-header'):
        masthead = Masthead(ui.element('div').classes('brand-place'), '/admin')
        masthead.draw(brand)
        ui.label('Admin').classes('realm')
        ui.space()
        _person(person, email, Link('Log out', sign_out))
    with ui.element('div').classes('admin-body'):
        menu = ui.element('nav').classes('admin-menu').props('aria-label="Admin"')
        return ui.element('div').classes('admin-content'), AdminParts(masthead, menu)


def _entry(entry: Link) -> None:
    with ui.link(target=entry.target).classes('entry') as link:
        ui.icon(entry.icon).props('aria-hidden=true')
        ui.label(entry.label)
        if entry.count:
            waiting = ui.label(str(entry.count)).classes('waiting').props('role=img')
            waiting._props['aria-label'] = f'{entry.count} waiting'
    if entry.current:
        link.classes('is-current').props('aria-current=page')


def _company(companies: Sequence[Link]) -> None:
    current = next(company for company in companies if company.current)
    if len(companies) == 1:
        ui.label(current.label).classes('company')
        return
    opener = (
        ui.button(current.label, color=None).props('flat no-caps icon-right=unfold_more').classes('company')
    )
    opener._props['aria-label'] = f'{current.label}, switch company'
    with opener, ui.menu().classes('company-menu'):
        for company in companies:
            with (
                ui.item()
                .props(f'href="{quote(company.target)}" tag=a role=menuitem')
                .classes('chosen' if company.current else '')
            ):
                with ui.item_section():
                    ui.label(company.label)
                if company.current:
                    with ui.item_section().props('side'):
                        ui.icon('check')


def _person(person: str, email: str, way_out: Link, own_pages: Sequence[Link] = ()) -> None:
    initials = ''.join(part[0] for part in person.split()[:2]).upper()
    opener = ui.button(initials, color=None).props('flat round').classes('person')
    opener._props['aria-label'] = f'{initials}, account of {person}'
    with opener, ui.menu().props('role=dialog aria-label=Account').classes('person-menu'):
        with ui.element('div').classes('who'):
            ui.label(person).classes('strong')
            ui.label(email).classes('soft small')
        for page in own_pages:
            ui.link(page.label, page.target).classes('menu-button')
        form = ui.element('form').props(f'method=post action={way_out.target}')
        with form, ui.element('button').props('type=submit').classes('menu-button'):
            ui.label(way_out.label)
