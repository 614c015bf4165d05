"""The portal on a phone, and without a mouse."""

from playwright.sync_api import Page, expect

from tests.browser.site import Site
from tests.browser.table import ROW, expect_rows

PHONE = {'viewport': {'width': 390, 'height': 844}, 'has_touch': True, 'is_mobile': True}
PATHS = ('', '/usage', '/usage-events', '/usage-events?status=Void&quantity=5000..')
TOO_WIDE = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'


def test_no_page_is_wider_than_bens_phone(site: Site) -> None:
    """POR-03: nothing scrolls sideways but what is meant to (tabs, the filter bar)."""
    ben = site.customer('ben', '/portal/C1004', **PHONE)
    for path in PATHS:
        ben.goto(f'/portal/C1004{path}')
        expect(ben.locator('.content')).to_be_visible()
        assert ben.evaluate(TOO_WIDE) == 0, path
    olivia = site.staff('olivia', '/admin/setup/portal', **PHONE)
    expect(olivia.get_by_role('switch').first).to_be_visible()
    assert olivia.evaluate(TOO_WIDE) == 0


def test_rows_are_cards_on_bens_phone(site: Site) -> None:
    """POR-03: each field stands below the other with its label; a tap opens the record full screen."""
    ben = site.customer('ben', '/portal/C1004/usage-events', **PHONE)
    expect_rows(ben, len(site.events('globex')))
    tops = [cell.bounding_box() for cell in ben.locator(ROW).first.locator('td').all()]
    assert [box['y'] for box in tops if box] == sorted({box['y'] for box in tops if box})
    label = ben.locator(f'{ROW} td[data-label="Quantity"]').first
    assert label.evaluate("cell => getComputedStyle(cell, '::before').content") == '"Quantity"'
    ben.locator(ROW).first.tap()
    drawer = ben.locator('.detail')
    expect(drawer).to_contain_text('evt-4-1')
    ben.wait_for_timeout(400)  # it slides in
    box = drawer.bounding_box()
    assert box is not None
    assert (box['x'], box['width']) == (0, 390)


def test_ben_sorts_his_cards(site: Site) -> None:
    """POR-03: there is no header to click on a phone, so there is a choice of sort; not on a wide screen."""
    ben = site.customer('ben', '/portal/C1004/usage-events', **PHONE)
    expect_rows(ben, len(site.events('globex')))
    ben.get_by_label('Sort by').tap()
    ben.get_by_role('option', name='Quantity ↓').tap()
    expect(ben.locator(f'{ROW} td[data-label="Quantity"]').first).to_contain_text('1,000')
    assert ben.url.endswith('?sort=-quantity')
    wide = site.customer('ben', '/portal/C1004/usage-events')
    expect_rows(wide, len(site.events('globex')))
    expect(wide.get_by_label('Sort by')).to_be_hidden()


def test_anna_opens_and_closes_a_record_with_the_keyboard(site: Site) -> None:
    """POR-03: Tab to a row, Enter opens it, Escape closes it, and the focus is where it was."""
    anna = site.customer('anna', '/portal/C1001/usage-events')
    expect_rows(anna, len(site.events('acme', 'nordics')))
    anna.locator('.record-table th button').last.focus()
    anna.keyboard.press('Tab')
    expect(anna.locator(f'{ROW} button.open').first).to_be_focused()
    anna.keyboard.press('Tab')
    second = anna.locator(f'{ROW} button.open').nth(1)
    expect(second).to_be_focused()
    anna.keyboard.press('Enter')
    expect(anna.locator('.detail')).to_contain_text('evt-1-1')
    expect(anna.locator('.detail').get_by_role('button', name='Close')).to_be_focused()
    anna.keyboard.press('Escape')
    expect(anna.locator('.detail')).to_have_count(0)
    expect(second).to_be_focused()


def test_anna_filters_and_sorts_with_the_keyboard(site: Site) -> None:
    """POR-03: filters open, take input and close without a mouse."""
    anna = site.customer('anna', '/portal/C1001/usage-events')
    expect_rows(anna, len(site.events('acme', 'nordics')))
    _press(anna, 'Quantity', 'Enter')
    expect(anna.get_by_label('At least')).to_be_visible()
    anna.wait_for_timeout(400)  # what has opened takes the focus
    for _ in range(3):
        if anna.get_by_label('At least').evaluate('field => field === document.activeElement'):
            break
        anna.keyboard.press('Tab')
    expect(anna.get_by_label('At least')).to_be_focused()
    anna.keyboard.type('5')
    for _ in range(3):
        anna.keyboard.press('Tab')
    expect(anna.get_by_role('button', name='Apply')).to_be_focused()
    anna.keyboard.press('Enter')
    expect(anna.locator('.filter-bar').get_by_role('button', name='Quantity: from 5')).to_be_visible()
    expect_rows(anna, len([each for each in site.events('acme', 'nordics') if each.quantity >= 5]))
    anna.locator('.record-table th', has_text='Quantity').get_by_role('button').press('Enter')
    expect(anna.locator('.record-table th', has_text='Quantity')).to_have_attribute('aria-sort', 'descending')


def _press(page: Page, filter: str, key: str) -> None:
    page.locator('.filter-bar').get_by_role('button', name=filter).press(key)
