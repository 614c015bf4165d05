"""What a person does with a table of records, and what they read in it."""

from playwright.sync_api import Download, Locator, Page, expect

ROW = 'tr.record'


def headers(page: Page) -> list[str]:
    """The columns, by what stands above them."""
    return [text.rstrip('↑↓') for text in page.locator('.record-table th').all_text_contents()]


def column(page: Page, label: str) -> list[str]:
    """What one column says, from top to bottom."""
    return [text.strip() for text in page.locator(f'{ROW} td[data-label="{label}"]').all_text_contents()]


def expect_rows(page: Page, count: int) -> None:
    """Wait until this many rows are shown."""
    expect(page.locator(ROW)).to_have_count(count)


def open_filter(page: Page, label: str) -> Locator:
    """Open a filter by its button. Gives what opened."""
    page.locator('.filter-bar').get_by_role('button', name=label).click()
    return opened(page)


def opened(page: Page) -> Locator:
    """The editor or menu that is open."""
    menu = page.locator('.q-menu:visible')
    expect(menu).to_have_count(1)
    return menu


def dismiss(page: Page) -> None:
    """Close what is open, by Escape."""
    page.keyboard.press('Escape')
    expect(page.locator('.q-menu')).to_have_count(0)


def pick(page: Page, label: str, *values: str) -> None:
    """Filter by these values of a choice."""
    editor = open_filter(page, label)
    for value in values:
        editor.get_by_role('checkbox', name=value, exact=True).click()
    apply(page)


def apply(page: Page) -> None:
    """Press Apply and wait until the editor is gone."""
    page.get_by_role('button', name='Apply').click()
    expect(page.locator('.q-menu')).to_have_count(0)


def start_export(page: Page, format: str) -> None:
    """Choose a format in the export menu."""
    page.get_by_role('button', name='Export', exact=True).click()
    opened(page).get_by_text(format, exact=True).click()


def export(page: Page, format: str) -> Download:
    """Export what the table shows; returns when the file is there."""
    with page.expect_download() as caught:
        start_export(page, format)
    expect(page.locator('.export-panel').last).to_contain_text('The export is complete')
    return caught.value
