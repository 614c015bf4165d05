"""Usage events that come in while people look."""

from datetime import timedelta

from playwright.sync_api import expect

from portal_app.auth.viewer import Operator
from portal_app.live import Change, Topic
from portal_app.models import UsageEvent
from portal_app.work import acting_as
from tests.browser.site import Site
from tests.browser.table import ROW, expect_rows
from tests.world import NOON, event

OPEN = '/portal/{}/usage-events'


def test_new_events_are_offered_to_anna_and_join_on_her_click(site: Site) -> None:
    """USE-03, ACC-13: the offer counts what came in for Acme and its open child; Ben hears nothing of it."""
    anna, ben = site.customer('anna', OPEN.format('C1001')), site.customer('ben', OPEN.format('C1004'))
    before = len(site.events('acme', 'nordics'))
    expect_rows(anna, before)
    expect_rows(ben, len(site.events('globex')))
    _arrive(site, 'acme', 50)
    expect(anna.locator('.news')).to_have_text('1 new event')
    _arrive(site, 'acme', 51)
    _arrive(site, 'nordics', 52)
    _arrive(site, 'iberia', 53)
    expect(anna.locator('.news')).to_have_text('3 new events')
    expect_rows(anna, before)
    anna.locator('.news').click()
    expect_rows(anna, before + 3)
    expect(anna.locator('.news')).to_be_hidden()
    expect(anna.locator(ROW).first).to_contain_text('evt-2-52')
    expect(ben.locator('.news')).to_be_hidden()
    _arrive(site, 'globex', 54)
    expect(ben.locator('.news')).to_have_text('1 new event')


def test_only_events_that_match_annas_filter_are_offered(site: Site) -> None:
    """USE-03: a new event that the filter leaves out is no news."""
    anna = site.customer('anna', OPEN.format('C1001') + '?status=Pending')
    expect_rows(anna, 2)
    _arrive(site, 'acme', 60, status='Processed')
    _arrive(site, 'acme', 61, status='Pending')
    expect(anna.locator('.news')).to_have_text('1 new event')


def test_nothing_is_offered_on_the_second_page(site: Site) -> None:
    """USE-03: off when not on page 1, and offered again on the first page."""
    _arrive(site, 'acme', *range(100, 130))
    anna = site.customer('anna', OPEN.format('C1001') + '?size=25')
    expect_rows(anna, 25)
    anna.get_by_role('button', name='Next page').click()
    expect(anna.get_by_role('button', name='Previous page')).to_be_enabled()
    first = site.customer('anna', OPEN.format('C1001') + '?size=25')
    expect_rows(first, 25)
    _arrive(site, 'acme', 131)
    expect(first.locator('.news')).to_have_text('1 new event')
    expect(anna.locator('.news')).to_be_hidden()


def test_annas_usage_totals_follow_by_themselves(site: Site) -> None:
    """POR-06, USE-03: the Usage tab adds up what came in."""
    anna = site.customer('anna', f'/portal/C1001/usage?date={NOON:%Y-%m-%d}')
    total = anna.locator(ROW, has_text='api.request').locator('td[data-label="Quantity"]')
    expect(total).to_have_text('72')
    _arrive(site, 'acme', 70, occurred_at=NOON)
    expect(total).to_have_text('142')


def _arrive(site: Site, company: str, *numbers: int, **changes: object) -> None:
    """Another process ingests an event for each of these numbers."""
    id = site.world.customers[company]
    with acting_as(Operator('ingestion')) as work:
        for number in numbers:
            made: UsageEvent = event(
                id, number, **{'occurred_at': NOON + timedelta(minutes=number), **changes}
            )
            work.session.add(made)
        work.tell(Change(Topic.USAGE, id))
