"""What staff do with the list of customers in a browser."""

from playwright.sync_api import Locator, Page, expect

from portal_app.auth.viewer import Operator
from portal_app.models import Customer
from portal_app.work import acting_as
from tests.browser.site import Site
from tests.browser.table import ROW, dismiss, expect_rows, opened

OPEN = '/admin/customers'


def add_many(count: int) -> None:
    """Further customers without contacts."""
    with acting_as(Operator('test')) as work:
        work.session.add_all(
            Customer(number=f'M{place:05}', name=f'Many {place:05}') for place in range(count)
        )


def olivia_at(site: Site, parameters: str = '', rows: int = 5) -> Page:
    """The list in the browser of Olivia, with this many rows."""
    page = site.staff('olivia', OPEN + parameters)
    if parameters.startswith('?q'):
        expect(page.locator(ROW).first).to_be_visible()
    else:
        expect_rows(page, rows)
    return page


def tick(page: Page, name: str) -> None:
    """Tick the box of a customer."""
    page.get_by_role('checkbox', name=f'Select {name}', exact=True).click()


def expect_bar(page: Page, text: str) -> None:
    """Wait until the bar of the selection says this."""
    expect(page.locator('.selection-bar').get_by_role('status')).to_have_text(text)


def menu_entries(page: Page, name: str) -> list[str]:
    """What the menu of a customer offers."""
    page.get_by_role('button', name=f'Actions for {name}', exact=True).click()
    found = opened(page).get_by_role('menuitem').locator('div:not(.q-focus-helper)')
    expect(found.first).to_be_visible()
    texts = found.all_inner_texts()
    dismiss(page)
    return texts


def ask(page: Page, customer: str, entry: str, title: str) -> Locator:
    """Choose an entry of a customer’s menu. Gives the dialog."""
    page.get_by_role('button', name=f'Actions for {customer}', exact=True).click()
    opened(page).get_by_text(entry, exact=True).click()
    return _dialog(page, title)


def act(page: Page, entry: str, title: str) -> Locator:
    """Choose an action for the selection. Gives the dialog."""
    page.get_by_role('button', name='Actions', exact=True).click()
    opened(page).get_by_text(entry, exact=True).click()
    return _dialog(page, title)


def _dialog(page: Page, title: str) -> Locator:
    dialog = page.get_by_role('dialog', name=title, exact=True)
    expect(dialog.get_by_role('heading', name=title, exact=True)).to_be_visible()
    return dialog
