"""Exporting what the table shows."""

import hashlib
import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from portal_app.auth.viewer import Operator
from portal_app.models import UsageEvent
from portal_app.models.base import now
from portal_app.work import reading_as
from tests.browser.files import Row, rounded, row_of, rows_of
from tests.browser.site import Site
from tests.browser.table import apply, dismiss, expect_rows, export, open_filter, opened, pick
from tests.world import add_events, event


@pytest.fixture
def recent(site: Site) -> Site:
    """Acme, Acme Nordics and Globex have used something in each of the last forty hours."""
    for company in ('acme', 'nordics', 'globex'):
        add_events(*(_hour(site.world.customers[company], hour) for hour in range(40)))
    return site


def test_anna_exports_exactly_the_rows_that_her_filters_leave(recent: Site, tmp_path: Path) -> None:
    """POR-03, POR-04, USE-02, ACC-13: every kind of filter, every format, and the manifests."""
    page = recent.customer('anna', '/portal/C1001/usage-events')
    expect_rows(page, 50)
    open_filter(page, 'Date')
    page.get_by_role('button', name='Last 7 days').click()
    expect(page.locator('.count')).to_have_text('80 records')
    expect(open_filter(page, 'Event Type').locator('.facet')).to_have_text(['api.request40', 'seat.active40'])
    dismiss(page)
    pick(page, 'Event Type', 'api.request')
    expect(page.locator('.count')).to_have_text('40 records')
    pick(page, 'Status', 'Processed', 'Void')
    open_filter(page, 'Quantity').get_by_label('At least').fill('1.5')
    apply(page)
    open_filter(page, 'Properties').get_by_label('Property').first.fill('region')
    page.get_by_label('Value').first.fill('eu-west-1')
    apply(page)
    page.get_by_placeholder('Search').fill('GATEW')
    expected = _left(recent, 'acme', 'nordics')
    expect(page.locator('.count')).to_have_text(f'{len(expected)} records')
    assert '?date=last_7_days&event_type=api.request&status=Processed&status=Void' in page.url
    for format, suffix in (('CSV', 'csv'), ('Excel', 'xlsx'), ('JSON Lines', 'jsonl')):
        download = export(page, format)
        days = f'{now() - timedelta(days=6):%Y-%m-%d}_{now():%Y-%m-%d}'
        assert download.suggested_filename == f'usage-events_acme_{days}.{suffix}'
        path = tmp_path / download.suggested_filename
        download.save_as(path)
        kept = rows_of(path)
        if suffix == 'csv':  # a unit that a spreadsheet would take for a formula is written as text (POR-04)
            kept = [(*row[:7], row[7].removeprefix("'"), *row[8:]) for row in kept]
        assert [rounded(row, suffix) for row in kept] == [rounded(row, suffix) for row in expected]
        with page.expect_popup() as manifest:
            page.get_by_role('link', name='Manifest').click()
        said = json.loads(manifest.value.locator('body').inner_text())
        assert said['sha256'] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert said['rows'] == len(expected)
        assert said['filters'] == {
            'date': ['last_7_days'],
            'event_type': ['api.request'],
            'status': ['Processed', 'Void'],
            'quantity': ['1.5..'],
            'properties': ['region=eu-west-1'],
            'q': ['GATEW'],
        }
        page.get_by_role('button', name='Close').click()


def test_ben_gets_neither_annas_export_nor_its_manifest(site: Site) -> None:
    """POR-04, ACC-13: the addresses of Anna's export are worth nothing to Ben."""
    anna, ben = (
        site.customer('anna', '/portal/C1001/usage-events'),
        site.customer('ben', '/portal/C1004/usage-events'),
    )
    export(anna, 'CSV')
    link = anna.get_by_role('link', name='Manifest').get_attribute('href') or ''
    assert anna.request.get(link).ok
    assert ben.request.get(link).status == 404
    assert ben.request.get(link.replace('C1001', 'C1004')).status == 404
    assert ben.request.get('/portal/C1001/usage-events/export.csv').status == 404
    assert site.visitor().request.get('/portal/C1001/usage-events/export.csv').status == 401


def test_anna_exports_only_the_columns_that_she_chose(site: Site) -> None:
    """POR-03, POR-04: the file has the columns of the table."""
    page = site.customer('anna', '/portal/C1001/usage-events')
    page.get_by_role('button', name='Columns').click()
    for label in ('Customer Name', 'Ingested on', 'Properties'):
        opened(page).get_by_role('checkbox', name=label).click()
        expect(page.locator('.record-table').get_by_role('button', name=label)).to_have_count(0)
    dismiss(page)
    assert (
        export(page, 'CSV').path().read_text().splitlines()[0]
        == 'Date,Event Type,Status,Source,Quantity,Unit,Event ID'
    )


def test_anna_exports_the_totals_of_the_usage_tab(recent: Site) -> None:
    """POR-04, POR-06: the Usage tab exports its totals; void events do not count."""
    page = recent.customer('anna', '/portal/C1001/usage?date=last_7_days&event_type=seat.active')
    expect_rows(page, 1)
    lines = export(page, 'CSV').path().read_text().splitlines()
    kept = [hour for hour in range(40) if hour % 2 and hour % 3 != 2]
    assert lines[0] == 'Event Type,Unit,Quantity,Events'
    assert lines[1].startswith('seat.active,requests,')
    assert lines[1].endswith(f',{2 * len(kept)}')


def _hour(customer_id: int, hour: int) -> UsageEvent:
    return event(
        customer_id,
        100 + hour,
        occurred_at=now().replace(microsecond=123_000) - timedelta(hours=hour),  # Excel keeps milliseconds
        event_type=('api.request', 'seat.active')[hour % 2],
        status=('Pending', 'Processed', 'Void')[hour % 3],
        source=('gateway', 'batch')[hour % 5 == 0],
        quantity=Decimal(hour) / 3,  # as many digits as Python gives: sums have more
        unit='=1+1' if hour == 14 else 'requests',
        properties={'region': ('eu-west-1', 'us-east-1')[hour % 7 == 0]},
    )


def _left(site: Site, *companies: str) -> list[Row]:
    """The events that the filters of the test leave, decided here in Python, newest first."""
    names = {site.world.customers['acme']: 'Acme', site.world.customers['nordics']: 'Acme Nordics'}
    with reading_as(Operator('test')) as work:
        events = work.session.exec(select(UsageEvent)).all()
    kept = [
        each
        for each in events
        if each.customer_id in [site.world.customers[name] for name in companies]
        and each.occurred_at > now() - timedelta(days=5)
        and each.event_type == 'api.request'
        and each.status in ('Processed', 'Void')
        and each.quantity >= Decimal('1.5')
        and each.properties.get('region') == 'eu-west-1'
        and 'gatew' in each.source
    ]
    kept.sort(key=lambda each: (each.occurred_at, each.id or 0), reverse=True)
    return [row_of(each, names[each.customer_id]) for each in kept]
