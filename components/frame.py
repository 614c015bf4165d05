"""What stands around every page: the portal's header and tabs, the admin's menu."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from nicegui import ui

from components.brand import brand_css
from portal_app.branding import shades

# Back and forward show the address they say; a form that leaves the page is not overtaken by a reload.
SCRIPT = (
    'addEventListener("popstate", () => location.reload());'
    'addEventListener("submit", () => { window.leaving = true });'
    'new MutationObserver(() =>'
    ' document.querySelector(".q-loading-bar")?.setAttribute("aria-hidden", "true"))'
    '.observe(document.body, {childList: true})'  # it says nothing to who cannot see it
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


@dataclass(frozen=True)
class Link:
    """A place to go to."""

    label: str
    target: str
    icon: str = ''
    current: bool = False
    count: int = 0  # how many wait there for somebody


def page_head(colour: str, title: str) -> None:
    """Style sheets, colours and title of a page that NiceGUI draws."""
    found = shades(colour)
    ui.page_title(title)
    ui.colors(primary=found.brand, accent=found.accent)
    ui.add_head_html(
        '<link rel="stylesheet" href="/assets/css/tokens.css">'
        '<link rel="stylesheet" href="/assets/css/app.css">'
        f'<style>{brand_css(colour)}</style><meta name="robots" content="noindex">'
        '<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">'
    )
    ui.add_body_html(f'<script>{SCRIPT};{FOCUS}</script>')


def portal_header(
    organization: str, person: str, email: str, home: str, companies: Sequence[Link], way_out: Link
) -> None:
    """The bar in the brand's colour: whose portal it is, which company is shown, and who is signed in."""
    with ui.element('header').classes('portal-header'):
        ui.link(organization, home).classes('brand-name')
        ui.space()
        _company(companies)
        _person(person, email, way_out)


def tab_strip(tabs: Sequence[Link]) -> None:
    """The tabs that are on."""
    for tab in tabs:
        link = ui.link(tab.label, tab.target).classes('tab')
        if tab.current:
            link.classes('is-current').props('aria-current=page')


def admin_frame(
    organization: str, person: str, email: str, entries: Sequence[Link], sign_out: str
) -> tuple[ui.element, dict[str, ui.label]]:
    """The admin's bar and menu. Returns where the content goes, and by target what `show_waiting` takes."""
    waiting: dict[str, ui.label] = {}
    with ui.element('header').classes('admin-header'):
        ui.link(organization, '/admin').classes('brand-name')
        ui.label('Admin').classes('realm')
        ui.space()
        _person(person, email, Link('Log out', sign_out))
    with ui.element('div').classes('admin-body'):
        with ui.element('nav').classes('admin-menu').props('aria-label="Admin"'):
            for entry in entries:
                with ui.link(target=entry.target).classes('entry') as link:
                    ui.icon(entry.icon).props('aria-hidden=true')
                    ui.label(entry.label)
                    waiting[entry.target] = ui.label().classes('waiting')
                if entry.current:
                    link.classes('is-current').props('aria-current=page')
        for entry in entries:
            show_waiting(waiting[entry.target], entry.count)
        return ui.element('div').classes('admin-content'), waiting


def show_waiting(label: ui.label, count: int) -> None:
    """How many wait, beside an entry of the menu; nothing where nobody does."""
    label.set_text(str(count))
    label.set_visibility(count > 0)
    label._props['role'], label._props['aria-label'] = 'img', f'{count} waiting'
    label.update()


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


def _person(person: str, email: str, way_out: Link) -> None:
    initials = ''.join(part[0] for part in person.split()[:2]).upper()
    opener = ui.button(initials, color=None).props('flat round').classes('person')
    opener._props['aria-label'] = f'{initials}, account of {person}'
    with opener, ui.menu().props('role=dialog aria-label=Account').classes('person-menu'):
        with ui.element('div').classes('who'):
            ui.label(person).classes('strong')
            ui.label(email).classes('soft small')
        form = ui.element('form').props(f'method=post action={way_out.target}')
        with form, ui.element('button').props('type=submit').classes('menu-button'):
            ui.label(way_out.label)
