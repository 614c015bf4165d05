"""A table's query lives in the address of its page."""

from playwright.sync_api import Page, expect

from tests.browser.site import Site
from tests.browser.table import ROW, column, expect_rows, headers, open_filter, opened, pick
from tests.world import add_events, event

OPEN = '/portal/C1001/usage-events'


def test_annas_back_button_brings_her_earlier_filters_back(site: Site) -> None:
    """POR-03: each step of filtering is a step of the history."""
    page = _anna(site)
    pick(page, 'Status', 'Pending')
    expect_rows(page, 2)
    pick(page, 'Event Type', 'only.acme')
    expect_rows(page, 1)
    page.go_back()
    expect_rows(page, 2)
    assert page.url.endswith('?status=Pending')
    expect(page.locator('.filter-bar').get_by_role('button', name='Status: Pending')).to_be_visible()
    page.go_back()
    expect_rows(page, len(site.events('acme', 'nordics')))
    page.go_forward()
    expect_rows(page, 2)


def test_an_address_that_anna_copies_shows_the_same_rows_to_her_and_to_ben_his_own(site: Site) -> None:
    """POR-03, ACC-13: the address carries filters, search, sort and columns, and nobody's rights."""
    page = _anna(site, '?q=evt&event_type=api.request&sort=quantity&columns=date,event_id,quantity')
    shown = column(page, 'Event ID')
    assert len(shown) == len(
        [each for each in site.events('acme', 'nordics') if each.event_type == 'api.request']
    )
    again = site.customer('anna', page.url)
    expect_rows(again, len(shown))
    assert column(again, 'Event ID') == shown
    assert again.get_by_placeholder('Search').input_value() == 'evt'
    ben = site.customer('ben', page.url.replace('C1001', 'C1004'))
    expect_rows(ben, 9)
    assert not set(column(ben, 'Event ID')) & set(shown)


def test_anna_searches_as_she_types(site: Site) -> None:
    """POR-03: the quick search; what it finds is the newest text, and clearing it brings all rows back."""
    page = _anna(site)
    page.get_by_placeholder('Search').press_sequentially('only.no', delay=30)
    expect_rows(page, 1)
    assert page.url.endswith('?q=only.no')
    assert page.get_by_placeholder('Search').input_value() == 'only.no'
    page.get_by_placeholder('Search').fill('')
    expect_rows(page, len(site.events('acme', 'nordics')))


def test_anna_sorts_by_a_header(site: Site) -> None:
    """POR-03: once for one direction, again for the other; the header says which."""
    page = _anna(site)
    header = page.locator('.record-table th', has_text='Quantity')
    header.get_by_role('button').click()
    expect(header).to_have_attribute('aria-sort', 'descending')
    expect(page.locator(ROW).first).to_contain_text('1,000')
    header.get_by_role('button').click()
    expect(header).to_have_attribute('aria-sort', 'ascending')
    expect(page.locator(ROW).first).to_contain_text('0.000000145300001')
    assert page.url.endswith('?sort=quantity')


def test_anna_pages_to_the_end_and_back_without_losing_a_row(site: Site) -> None:
    """POR-03: pages of 25; each row once."""
    add_events(*(event(site.world.customers['acme'], number) for number in range(100, 140)))
    everything = [each.external_id for each in site.events('acme', 'nordics')]
    page = _anna(site, '?size=25')
    seen = [column(page, 'Event ID')]
    for size in (25, len(everything) - 50):
        page.get_by_role('button', name='Next page').click()
        expect(page.locator(ROW).first).not_to_contain_text(seen[-1][0])
        expect_rows(page, size)
        seen.append(column(page, 'Event ID'))
    assert [number for shown in seen for number in shown] == everything
    expect(page.get_by_role('button', name='Next page')).to_be_disabled()
    for earlier in (seen[1], seen[0]):
        page.get_by_role('button', name='Previous page').click()
        expect(page.locator(ROW).first).to_contain_text(earlier[0])
        assert column(page, 'Event ID') == earlier
    expect(page.get_by_role('button', name='Previous page')).to_be_disabled()
    page.get_by_label('Rows per page').click()
    opened(page).get_by_text('100 per page').click()
    expect_rows(page, len(everything))
    assert page.url.endswith('?size=100')


def test_anna_chooses_her_columns(site: Site) -> None:
    """POR-03: what she takes off is gone from the table, until she shows all again; the last one stays."""
    page = _anna(site, '?columns=date,status')
    assert headers(page) == ['Date', 'Status']
    page.get_by_role('button', name='Columns').click()
    opened(page).get_by_role('checkbox', name='Status').click()
    expect(page.locator('.record-table th')).to_have_count(1)
    expect(opened(page).get_by_role('checkbox', name='Date')).to_be_disabled()
    opened(page).get_by_role('button', name='Show all').click()
    expect(page.locator('.record-table th')).to_have_count(10)
    assert page.url.endswith(OPEN)


def test_filters_without_a_match_offer_to_clear_them(site: Site) -> None:
    """POR-03: the empty state says why it is empty."""
    page = site.customer('anna', f'{OPEN}?quantity=5000..')
    expect(page.get_by_text('Nothing matches these filters')).to_be_visible()
    page.get_by_role('button', name='Clear all filters').click()
    expect_rows(page, len(site.events('acme', 'nordics')))
    page.wait_for_url(f'**{OPEN}')


def test_a_wrong_number_stays_in_the_editor_with_its_rule(site: Site) -> None:
    """POR-03: wrong input is explained beside it, and nothing is filtered."""
    page = _anna(site)
    editor = open_filter(page, 'Quantity')
    editor.get_by_label('At least').fill('many')
    editor.get_by_role('button', name='Apply').click()
    expect(editor.get_by_role('alert')).to_contain_text('a number looks like 1,234.5')
    assert page.url.endswith(OPEN)


def test_parts_of_an_address_that_mean_nothing_are_named(site: Site) -> None:
    """POR-03: unknown parameters and wrong values show a notice; the rest of the address counts."""
    page = _anna(site, '?colour=red&quantity=many&size=7&after=nonsense&status=Pending&sort=colour')
    expect_rows(page, 2)
    for part in (
        "There is no filter 'colour'",
        'a number looks like',
        'size must be one of',
        'the mark of a page',
        'sorted by',
    ):
        expect(page.locator('.banner')).to_contain_text(part)


def _anna(site: Site, parameters: str = '') -> Page:
    page = site.customer('anna', OPEN + parameters)
    expect(page.locator(ROW).first).to_be_visible()
    return page


# Closes the drawer, and clicks what is at the second row while the drawer is still seen to go.
CLOSES_AND_CLICKS = """async () => {
  const { x, y } = document.querySelectorAll('tr.record')[1].getBoundingClientRect()
  document.querySelector('.detail [aria-label=Close]').click()
  while (!document.querySelector('.q-dialog__backdrop.q-transition--fade-leave-active'))
    await new Promise(requestAnimationFrame)
  document.elementFromPoint(x + 20, y + 8).click()
}"""


def test_anna_opens_a_record_while_the_one_before_is_still_closing(site: Site) -> None:
    """POR-03: no click is lost, and the focus stays in what opened."""
    page = _anna(site)
    page.locator(ROW).first.click()
    first = page.locator('.detail').inner_text()
    for _ in range(2):
        expect(page.locator('.detail').get_by_role('button', name='Close')).to_be_focused()
        page.evaluate(CLOSES_AND_CLICKS)
        expect(page.locator('.detail')).not_to_have_text(first, use_inner_text=True)
        expect(page.locator('.detail')).to_have_count(1)
    expect(page.locator('.detail').get_by_role('button', name='Close')).to_be_focused()
    page.keyboard.press('Escape')
    expect(page.locator('.q-dialog')).to_have_count(0)


def test_a_double_click_opens_one_drawer(site: Site) -> None:
    """POR-03: the second click of it comes while the record is looked up."""
    page = _anna(site)
    page.evaluate("document.querySelectorAll('tr.record').forEach(row => row.click())")
    expect(page.locator('.detail').get_by_role('button', name='Close')).to_be_focused()
    expect(page.locator('.detail')).to_have_count(1)
    page.keyboard.press('Escape')
    expect(page.locator('.q-dialog')).to_have_count(0)


def test_anna_opens_one_record_after_the_other(site: Site) -> None:
    """POR-03: each opens when the one before was closed, by Escape or by its button."""
    page = _anna(site)
    for place, close in enumerate(('Escape', 'Enter', 'Escape')):  # the button has the focus
        page.locator(ROW).nth(place).click()
        expect(page.locator('.detail').get_by_role('button', name='Close')).to_be_focused()
        page.keyboard.press(close)
        expect(page.locator('.q-dialog')).to_have_count(0)
