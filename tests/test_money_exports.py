"""Exports of money and days, and states that depend on the day, on both databases (POR-04)."""

import csv
import io
import json
from datetime import datetime, timedelta
from typing import Any

import openpyxl  # type: ignore[import-untyped]  # ships no types
import pytest

from portal_app import live
from portal_app.business_day import business_day
from portal_app.listings import Listing
from portal_app.live import Change, Topic
from portal_app.money import MOST_MINOR, Money
from portal_app.queries import Query, parse
from portal_app.services import exports, listings
from portal_app.work import Work, acting_as, reading_as
from tests.bills import BILLS, add_bills, bill
from tests.export_child import Result, run
from tests.world import NOON, World, organization

GLOBEX = ('ben', 'C1004')
FIRST = NOON.date()


def exported(world: World, format: str, *given: tuple[str, str], listing: Listing = BILLS) -> Result:
    query, problems = parse(listing, given)
    assert problems == []
    with acting_as(world.as_customer(*GLOBEX)) as work:
        job = exports.prepare(work, listing, query, format)
    result = run(job)
    assert result.code == 0, result.messages
    return result


def cells(result: Result) -> list[list[str]]:
    return list(csv.reader(io.StringIO(result.out.decode(), newline='')))


@pytest.fixture
def bills(world: World) -> World:
    """Five amounts in four currencies at Globex, and one of Acme's."""
    globex = world.customers['globex']
    amounts = [Money(-123_450, 'USD'), Money(5, 'BHD'), Money(1_240, 'JPY'), Money(-1, 'CLF')]
    amounts += [Money(MOST_MINOR, 'USD')]
    add_bills(
        *(
            bill(
                globex,
                amount,
                number=f'G-{place}',
                date=FIRST + timedelta(days=place),
                due_date=FIRST + timedelta(days=2 * place),
            )
            for place, amount in enumerate(amounts)
        )
    )
    add_bills(bill(world.customers['acme'], Money(9, 'EUR'), number='A-1'))
    return world


def test_amounts_are_plain_decimals_and_days_iso_dates(bills: World) -> None:
    """POR-04: exact texts whatever the locale; a currency that is not shown still gives the decimals."""
    columns = ('columns', 'number,date,late_date,amount,tax')
    result = exported(bills, 'csv', columns, ('sort', 'amount'))
    assert cells(result) == [
        ['Number', 'Date', 'Late Date', 'Amount', 'Tax'],
        ['G-0', '2026-11-10', '', '-1234.50', '0.00'],
        ['G-3', '2026-11-13', '2026-11-16', '-0.0001', '0.0000'],
        ['G-1', '2026-11-11', '2026-11-12', '0.005', '0.000'],
        ['G-2', '2026-11-12', '2026-11-14', '1240', '0'],
        ['G-4', '2026-11-14', '2026-11-18', '10000000000000.00', '0.00'],
    ]
    assert result.last['totals'] == {
        'amount': {'USD': '9999999998765.50', 'BHD': '0.005', 'JPY': '1240', 'CLF': '-0.0001'},
        'tax': {'USD': '0.00', 'BHD': '0.000', 'JPY': '0', 'CLF': '0.0000'},
    }


def test_json_lines_hold_amounts_and_days_as_strings(bills: World) -> None:
    """POR-04: filtered by days and by money; the currency only where it is a column."""
    given = [
        ('amount', '0..2000'),
        ('date', '2026-11-11..2026-11-13'),
        ('columns', 'number,late_date,amount'),
    ]
    lines = exported(bills, 'jsonl', *given).out.decode().splitlines()
    assert [json.loads(line) for line in lines] == [
        {'number': 'G-2', 'late_date': '2026-11-14', 'amount': '1240'},
        {'number': 'G-1', 'late_date': '2026-11-12', 'amount': '0.005'},
    ]
    first = exported(bills, 'jsonl', ('columns', 'amount,currency')).out.decode().splitlines()[0]
    assert json.loads(first) == {'amount': '10000000000000.00', 'currency': 'USD'}


def test_excel_has_real_dates_and_amounts_with_their_decimals(bills: World) -> None:
    """POR-04: what a double does not hold would be text."""
    columns = ('columns', 'number,date,late_date,amount,currency')
    book = openpyxl.load_workbook(io.BytesIO(exported(bills, 'xlsx', columns, ('sort', 'number')).out))
    head, *rows = [list(row) for row in book['Bills'].iter_rows()]
    assert [cell.value for cell in head] == ['Number', 'Date', 'Late Date', 'Amount', 'Currency']
    assert [[_day(cell.value) for cell in row] for row in rows] == [
        ['G-0', '2026-11-10', None, -1234.5, 'USD'],
        ['G-1', '2026-11-11', '2026-11-12', 0.005, 'BHD'],
        ['G-2', '2026-11-12', '2026-11-14', 1240, 'JPY'],
        ['G-3', '2026-11-13', '2026-11-16', -0.0001, 'CLF'],
        ['G-4', '2026-11-14', '2026-11-18', 10**13, 'USD'],
    ]
    assert rows[0][1].is_date
    assert [row[1].number_format for row in rows] == ['yyyy-mm-dd'] * 5
    assert [row[3].number_format for row in rows] == [
        '#,##0.00',
        '#,##0.000',
        '#,##0',
        '#,##0.0000',
        '#,##0.00',
    ]


def _day(value: object) -> object:
    return str(value.date()) if isinstance(value, datetime) else value


def test_hidden_money_is_not_exported_nor_added_up(bills: World) -> None:
    """SET-07."""
    shown = BILLS.showing(['number', 'tax'])
    result = exported(bills, 'csv', ('sort', 'number'), listing=shown)
    assert cells(result)[:2] == [['Number', 'Tax'], ['G-0', '0.00']]
    assert list(result.last['totals']) == ['tax']


def move(zone: str) -> None:
    """The organization moves, and every process hears of it."""
    organization(time_zone=zone)
    live.publish(Change(Topic.SETUP))


def seen(work: Work) -> dict[str, Any]:
    """How a page, its count, a record, the facets and the statement of an export call the one bill."""
    overdue, _ = parse(BILLS, [('status', 'Overdue')])
    page = listings.page(work, BILLS, Query(sort='status'))
    facets = listings.facets(work, BILLS, Query(), BILLS.by_name['status'])
    return {
        'page': page.rows[0]['status'],
        'record': listings.record(work, BILLS, page.rows[0]['id'])['status'],
        'overdue': listings.page(work, BILLS, overdue).count,
        'selected': len(listings.matching_ids(work, BILLS, overdue)),
        'facets': {facet.value: facet.count for facet in facets if facet.count},
    }


def test_what_is_overdue_changes_at_the_organization_s_midnight(world: World) -> None:
    """POR-05: by its own calendar, whoever looks; between its two zones lies more than a day.

    The second look runs the statements of the first again, which are compiled only once.
    """
    move('Etc/GMT+12')
    yesterday = business_day()
    add_bills(bill(world.customers['globex'], Money(100, 'USD'), date=yesterday, balance=100))
    open_bill = {'page': 'Posted', 'record': 'Posted', 'overdue': 0, 'selected': 0, 'facets': {'Posted': 1}}
    late_bill = {
        'page': 'Overdue',
        'record': 'Overdue',
        'overdue': 1,
        'selected': 1,
        'facets': {'Overdue': 1},
    }
    for zone, expected in (
        ('Etc/GMT+12', open_bill),
        ('Pacific/Kiritimati', late_bill),
        ('Etc/GMT+12', open_bill),
    ):
        move(zone)
        assert (business_day() > yesterday) == (expected is late_bill)
        with reading_as(world.as_customer(*GLOBEX)) as work:
            assert seen(work) == expected
        assert cells(exported(world, 'csv', ('columns', 'status'))) == [['Status'], [str(expected['page'])]]
        found = cells(exported(world, 'csv', ('status', 'Overdue'), ('columns', 'amount')))
        assert found[1:] == [['1.00']] * int(str(expected['overdue']))
