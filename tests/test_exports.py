"""Exports over HTTP: exactly what the filters say, for as long as the viewer may have it (POR-04)."""

import asyncio
import csv
import hashlib
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from portal_app.api import exports as routes
from portal_app.api.cut_off import add_cut_off
from portal_app.auth.realms import PORTAL
from portal_app.auth.viewer import Operator, PortalViewer
from portal_app.errors import PortalError
from portal_app.models import Export
from portal_app.queries import Query, parse
from portal_app.services import access, exports, setup
from portal_app.services.export_stream import ExportStream, Stopped
from portal_app.services.sign_in import sign_in
from portal_app.services.usage import USAGE_EVENTS
from portal_app.work import acting_as, reading_as
from tests.world import HERE, PASSWORD, World, add_events, event, organization, tab

PATH = '/portal/C1004/usage-events/export.csv'


@pytest.fixture
def site(world: World) -> TestClient:
    """The export routes, entered by Ben."""
    from starlette.responses import JSONResponse

    app = FastAPI()
    app.include_router(routes.router())
    add_cut_off(app)
    app.add_exception_handler(
        PortalError, lambda _request, error: JSONResponse({'detail': str(error)}, error.status)
    )  # type: ignore[attr-defined]
    client = TestClient(app, base_url='https://portal.example')
    client.cookies.set('portal_session', sign_in(PORTAL, 'ben@example.com', PASSWORD, HERE).token)
    return client


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline='')))


def test_ben_exports_what_his_filters_say(site: TestClient) -> None:
    """POR-04: filters, column choice and sort of the page; the name says object, company and range."""
    answer = site.get(
        PATH,
        params=[
            ('status', 'Processed'),
            ('quantity', '2..4'),
            ('sort', 'quantity'),
            ('columns', 'quantity,event_id'),
            ('date', '2026-11-01..2026-11-30'),
        ],
    )
    assert answer.status_code == 200
    assert table(answer.text) == [
        ['Quantity', 'Event ID'],
        ['2', 'evt-4-2'],
        ['3', 'evt-4-3'],
        ['4', 'evt-4-4'],
    ]
    assert answer.headers['content-type'] == 'text/csv; charset=utf-8'
    assert answer.headers['content-disposition'].endswith('usage-events_globex_2026-11-01_2026-11-30.csv')


def test_the_manifest_says_what_was_exported(site: TestClient) -> None:
    """POR-04, field notes: filters, fields, zone, row count, totals, and the file's own hash."""
    answer = site.get(PATH, params={'columns': 'event_type,quantity,unit', 'status': 'Processed'})
    found = site.get(f'/portal/C1004/exports/{answer.headers["x-export-ticket"]}').json()
    assert found['sha256'] == hashlib.sha256(answer.content).hexdigest()
    assert found['bytes'] == len(answer.content)
    assert found['rows'] == len(table(answer.text)) - 1 == 8
    assert found['filters'] == {'status': ['Processed']}
    assert found['fields'] == ['event_type', 'quantity', 'unit']
    assert found['totals'] == {'quantity': {'requests': '36'}}
    assert (found['time_zone'], found['state'], found['customer']) == ('UTC', 'Finished', 'C1004')


def test_nobody_else_reads_ben_s_manifest(site: TestClient) -> None:
    """ACC-13: nor Ben himself at his other company."""
    ticket = site.get(PATH).headers['x-export-ticket']
    assert site.get(f'/portal/C1005/exports/{ticket}').status_code == 404
    site.cookies.set('portal_session', sign_in(PORTAL, 'anna@example.com', PASSWORD, HERE).token)
    assert site.get(f'/portal/C1001/exports/{ticket}').status_code == 404


@pytest.mark.parametrize(
    ('path', 'status'),
    [
        ('/portal/C1001/usage-events/export.csv', 404),
        ('/portal/C9999/usage-events/export.csv', 404),
        ('/portal/C1004/nonsense/export.csv', 404),
        ('/portal/C1004/usage-events/export.pdf', 422),
        (f'{PATH}?nonsense=1', 422),
        (f'{PATH}?sort=nonsense', 422),
        (f'{PATH}?columns=nonsense', 422),
        (f'{PATH}?date=soon', 422),
        (f'{PATH}?ticket=short', 422),
        (f'{PATH}?status={"x" * 300}', 422),
    ],
)
def test_what_cannot_be_exported_is_refused(site: TestClient, path: str, status: int) -> None:
    """Bad input: 404 for what is not Ben's, 422 with the rule for the rest; nothing begins."""
    assert site.get(path).status_code == status
    with reading_as(Operator('test')) as work:
        assert work.session.exec(select(Export)).all() == []


def test_a_ticket_is_used_once(site: TestClient) -> None:
    """Nobody takes over another export's name."""
    assert site.get(PATH, params={'ticket': 'a' * 24}).status_code == 200
    assert site.get(PATH, params={'ticket': 'a' * 24}).status_code == 422


def test_a_signed_out_browser_gets_nothing(site: TestClient) -> None:
    """POR-01."""
    site.cookies.clear()
    assert site.get(PATH).status_code == 401


def test_hidden_fields_and_tabs_are_not_exported(site: TestClient) -> None:
    """SET-06, SET-07: also not by a hand-made address."""
    tab('usage-events', fields={'source': False, 'properties': False})
    text = site.get(PATH).text
    assert 'Source' not in text
    assert 'of-4' not in text
    for parameters in (
        {'source': 'gateway'},
        {'columns': 'source'},
        {'sort': 'source'},
        {'properties': 'region=eu-west-1'},
    ):
        assert site.get(PATH, params=parameters).status_code == 422
    tab('usage-events', enabled=False)
    assert site.get(PATH).status_code == 404


def test_times_carry_the_offset_of_the_viewer_s_zone(site: TestClient) -> None:
    """POR-04: ISO-8601 with offset."""
    organization(time_zone='Asia/Kolkata')
    rows = table(site.get(PATH, params={'columns': 'date', 'quantity': '1', 'status': 'Processed'}).text)
    assert rows == [['Date'], ['2026-11-10T16:30:00+05:30']]


NASTY = [
    '=1+1',
    '+cmd',
    '-cmd',
    '@sum',
    '\tx',
    'a,b',
    'say "hi"',
    'two\nlines',
    'emoji 🎉',
    '-12.5',
    "o'clock",
    ' x ',
]


def test_cells_survive_csv_and_no_spreadsheet_runs_them(site: TestClient, world: World) -> None:
    """POR-04: RFC 4180 by Python's csv and pandas; formula guard; real negative numbers untouched."""
    add_events(
        *(
            event(
                world.customers['globex'],
                100 + place,
                external_id=text,
                event_type='nasty',
                quantity=Decimal('-2.50'),
            )
            for place, text in enumerate(NASTY)
        )
    )
    text = site.get(
        PATH, params={'event_type': 'nasty', 'columns': 'event_id,quantity', 'sort': '-ingested_on'}
    ).text
    guarded = ["'" + cell if cell[0] in '=+-@\t' and cell != '-12.5' else cell for cell in NASTY]
    assert table(text)[1:] == [['-2.5', cell] for cell in guarded]
    frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    assert frame['Event ID'].tolist() == guarded
    assert '\r\n' in text


def test_json_lines_and_excel_hold_the_same_rows(site: TestClient) -> None:
    """POR-04."""
    parameters = {'status': 'Pending'}
    line = json.loads(site.get(PATH.replace('csv', 'jsonl'), params=parameters).text)
    assert line['event_type'] == 'only.globex'
    assert line['quantity'] == '0.000000145300001'
    assert line['properties'] == {'region': 'region-globex'}
    frame = pd.read_excel(io.BytesIO(site.get(PATH.replace('csv', 'xlsx'), params=parameters).content))
    assert frame['Event Type'].tolist() == ['only.globex']


def test_the_summary_is_exported_too(site: TestClient) -> None:
    """POR-06: totals, of the period that the page starts with unless another is named."""
    answer = site.get('/portal/C1004/usage/export.csv', params={'date': '2026-11-01..2026-11-30'})
    assert table(answer.text) == [
        ['Event Type', 'Unit', 'Quantity', 'Events'],
        ['api.request', 'requests', '36', '8'],
        ['only.globex', 'GB', '0.000000145300001', '1'],
    ]


def begin(viewer: PortalViewer) -> ExportStream:
    query = parse(USAGE_EVENTS, [])[0]
    with acting_as(viewer) as work:
        job, scope = exports.prepare(work, USAGE_EVENTS, query, 'csv'), frozenset(work.customer_ids)
        export = exports.begin(work, USAGE_EVENTS, query, 'csv')
    return ExportStream(viewer, export, job, scope)


def state_of(stream: ExportStream) -> str:
    with reading_as(Operator('test')) as work:
        return work.session.exec(select(Export.state).where(Export.ticket == stream.export.ticket)).one()


def many_events(world: World) -> None:
    globex = world.customers['globex']
    with acting_as(Operator('test')) as work:
        work.session.add_all(
            event(globex, number, properties={'filler': 'x' * 300}) for number in range(1_000, 9_000)
        )


def end_access(world: World) -> None:
    with acting_as(world.as_staff('manu')) as work:
        access.disable_customers(work, [world.customers['globex']])


def hide_a_field(world: World) -> None:
    with acting_as(world.as_staff('olivia')) as work:
        setup.set_field(work, 'usage-events', 'source', False)


def switch_the_tab_off(world: World) -> None:
    with acting_as(world.as_staff('olivia')) as work:
        setup.set_tab(work, 'usage-events', False)


@pytest.mark.parametrize('end', [end_access, hide_a_field, switch_the_tab_off])
async def test_an_export_stops_at_once_when_it_may_not_go_on(
    world: World, end: Callable[[World], None]
) -> None:
    """ACC-08, SET-06, SET-07: not one byte more."""
    many_events(world)
    stream = begin(world.as_customer('ben', 'C1004'))
    pieces: list[bytes] = []
    with pytest.raises(Stopped):
        async for piece in stream.pieces():
            pieces.append(piece)
            if len(pieces) == 1:
                await asyncio.to_thread(end, world)
    assert len(pieces) == 1
    assert state_of(stream) == 'Stopped'


async def test_another_company_s_end_does_not_stop_globex(world: World) -> None:
    """ACC-08: beside the case above."""
    stream = begin(world.as_customer('ben', 'C1004'))
    with acting_as(world.as_staff('manu')) as work:
        access.disable_customers(work, [world.customers['acme']])
    assert len([piece async for piece in stream.pieces()]) >= 1
    assert state_of(stream) == 'Finished'


async def test_ben_cancels_his_export_and_anna_cannot(world: World) -> None:
    """POR-04."""
    many_events(world)
    ben, anna = world.as_customer('ben', 'C1004'), world.as_customer('anna', 'C1001')
    stream = begin(ben)

    def cancel(viewer: PortalViewer) -> None:
        with acting_as(viewer) as work:
            exports.cancel(work, stream.export.ticket)

    with pytest.raises(PortalError):
        cancel(anna)
    pieces = stream.pieces()
    await anext(pieces)
    cancel(ben)
    with pytest.raises(Stopped):
        await anext(pieces)
    assert state_of(stream) == 'Cancelled'


async def test_a_browser_that_goes_away_ends_the_process(world: World) -> None:
    """POR-04: nothing runs on for nobody."""
    many_events(world)
    stream = begin(world.as_customer('ben', 'C1004'))
    pieces: Any = stream.pieces()
    await anext(pieces)
    await pieces.aclose()
    assert state_of(stream) == 'Cancelled'


async def test_a_process_that_fails_is_said_to_have_failed(world: World) -> None:
    """POR-04: never half a file that looks whole."""
    stream = begin(world.as_customer('ben', 'C1004'))
    stream.job['sql'] = 'SELECT nonsense'
    with pytest.raises(Stopped):
        _ = [piece async for piece in stream.pieces()]
    assert state_of(stream) == 'Failed'


def test_filters_by_a_field_that_is_not_exported_still_hold(site: TestClient) -> None:
    """POR-04: choosing columns changes what is shown, not which rows."""
    assert Query().columns is None
    rows = table(
        site.get(PATH, params={'columns': 'unit', 'customer_name': 'Globex', 'status': 'Pending'}).text
    )
    assert rows == [['Unit'], ['GB']]


async def test_a_parent_s_export_stops_when_a_child_is_disabled(world: World) -> None:
    """ACC-08, ACC-13: the rest may hold the child's rows."""
    with acting_as(Operator('test')) as work:
        work.session.add_all(
            event(world.customers['nordics'], number, properties={'filler': 'x' * 300})
            for number in range(1_000, 9_000)
        )
    stream = begin(world.as_customer('anna', 'C1001'))
    pieces = stream.pieces()
    await anext(pieces)
    with acting_as(world.as_staff('manu')) as work:
        access.disable_customers(work, [world.customers['nordics']])
    with pytest.raises(Stopped):
        await anext(pieces)
    assert state_of(stream) == 'Stopped'


def test_picking_the_empty_source_exports_what_the_page_shows(site: TestClient, world: World) -> None:
    """POR-04: nothing is a value like any other."""
    add_events(event(world.customers['globex'], 100, source=''))
    assert table(site.get(f'{PATH}?source=&columns=event_id').text) == [['Event ID'], ['evt-4-100']]


def test_a_fourth_export_at_once_must_wait(world: World) -> None:
    """One person does not take all the processes."""
    ben = world.as_customer('ben', 'C1004')
    for _ in range(3):
        begin(ben)
    with pytest.raises(PortalError, match='3 of your exports are running'):
        begin(ben)
    assert begin(world.as_customer('anna', 'C1001'))


def test_a_manifest_goes_with_its_tab(site: TestClient) -> None:
    """SET-06, SET-07: off is 404 here too; totals of a hidden field are not told."""
    ticket = site.get(PATH, params={'status': 'Processed'}).headers['x-export-ticket']
    tab('usage-events', fields={'quantity': False})
    assert site.get(f'/portal/C1004/exports/{ticket}').json()['totals'] == {}
    tab('usage-events', enabled=False)
    assert site.get(f'/portal/C1004/exports/{ticket}').status_code == 404
