"""Exports of staff's lists over HTTP: for whose role includes them, while it does (POR-04, SET-10)."""

import asyncio
import csv
import io
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select
from starlette.responses import JSONResponse

from portal_app.api import exports as routes
from portal_app.api.cut_off import add_cut_off
from portal_app.auth.realms import PORTAL, STAFF
from portal_app.auth.viewer import Operator, StaffViewer
from portal_app.errors import PortalError
from portal_app.live import Change, Topic
from portal_app.models import Customer, Export, Role, StaffSession
from portal_app.models.base import now
from portal_app.queries import parse
from portal_app.services import exports
from portal_app.services.customer_accounts import CUSTOMER_ACCOUNTS
from portal_app.services.export_stream import ExportStream, Stopped
from portal_app.services.sign_in import sign_in
from portal_app.work import acting_as, reading_as
from tests.world import HERE, PASSWORD, World

PATH = '/admin/customers/export.csv'
Site = Callable[[str], TestClient]


@pytest.fixture
def site(world: World) -> Site:
    """The export routes, entered by a staff user."""
    app = FastAPI()
    app.include_router(routes.router())
    add_cut_off(app)
    app.add_exception_handler(
        PortalError, lambda _request, error: JSONResponse({'detail': str(error)}, error.status)
    )  # type: ignore[attr-defined]

    def enter(who: str) -> TestClient:
        client = TestClient(app, base_url='https://portal.example')
        client.cookies.set(
            STAFF.cookie, sign_in(STAFF, f'{who}@staff.example', PASSWORD, HERE).token, path='/admin'
        )
        return client

    return enter


def test_olivia_exports_what_her_filters_say(site: Site) -> None:
    """ACC-01, POR-04: the columns that the table shows, and others when they are chosen."""
    olivia = site('olivia')
    answer = olivia.get(PATH, params={'portal_access': 'On', 'sort': '-number'})
    assert answer.status_code == 200
    header, *rows = csv.reader(io.StringIO(answer.text, newline=''))
    assert header == [
        'Name',
        'Number',
        'Billing Contact',
        'Email',
        'Portal Status',
        'Users',
        'Email Delivery',
    ]
    assert [row[1] for row in rows] == ['C1005', 'C1004', 'C1002', 'C1001']
    assert answer.headers['content-disposition'].endswith("UTF-8''customers.csv")
    chosen = olivia.get(PATH, params={'q': 'nordics', 'columns': 'number,parent'})
    assert chosen.text == 'Number,Parent\r\nC1002,Acme\r\n'
    found = olivia.get(f'/admin/exports/{chosen.headers["x-export-ticket"]}').json()
    assert (found['rows'], found['object'], found['customer'], found['state']) == (
        1,
        'customers',
        '',
        'Finished',
    )
    assert (found['filters'], found['fields']) == ({'q': ['nordics']}, ['number', 'parent'])


@pytest.mark.parametrize('format', ['jsonl', 'xlsx'])
def test_the_other_formats_hold_the_list_too(site: Site, format: str) -> None:
    """POR-04."""
    answer = site('olivia').get(f'/admin/customers/export.{format}')
    assert answer.status_code == 200
    assert len(answer.content) > 500


def test_a_role_that_only_reads_exports_nothing(site: Site) -> None:
    """Field notes: rita sees the list, and takes nothing out."""
    answer = site('rita').get(PATH)
    assert (answer.status_code, answer.json()['detail']) == (
        403,
        'A role that can only read does not include exports.',
    )
    assert _exports() == []


@pytest.mark.parametrize(
    ('path', 'status'),
    [
        ('/admin/usage-events/export.csv', 404),
        ('/admin/nonsense/export.csv', 404),
        ('/admin/customers/export.pdf', 422),
        (f'{PATH}?nonsense=1', 422),
        (f'{PATH}?people=many', 422),
        (f'{PATH}?ticket=short', 422),
        ('/admin/exports/nonsense', 404),
    ],
)
def test_what_cannot_be_exported_is_refused(site: Site, path: str, status: int) -> None:
    """Bad input: nothing begins. A portal object is no list of staff's."""
    assert site('olivia').get(path).status_code == status
    assert _exports() == []


def test_stan_exports_customers_and_not_the_email_log(site: Site) -> None:
    """SET-10: each list needs its own grant."""
    stan = site('stan')
    assert stan.get(PATH).status_code == 200
    assert stan.get('/admin/email-log/export.csv').status_code == 403


def test_each_realm_exports_its_own(site: Site) -> None:
    """POR-01: no session of one realm is accepted by the other."""
    olivia = site('olivia')
    assert olivia.get('/portal/C1004/usage-events/export.csv').status_code == 401
    ticket = olivia.get(PATH).headers['x-export-ticket']
    olivia.cookies.clear()
    olivia.cookies.set(PORTAL.cookie, sign_in(PORTAL, 'ben@example.com', PASSWORD, HERE).token)
    assert olivia.get(PATH).status_code == 401
    assert olivia.get(f'/admin/exports/{ticket}').status_code == 401
    assert olivia.get(f'/portal/C1004/exports/{ticket}').status_code == 404


def test_nobody_else_reads_olivia_s_manifest(site: Site) -> None:
    """Field notes: whose export it is, theirs is the manifest."""
    ticket = site('olivia').get(PATH).headers['x-export-ticket']
    assert site('stan').get(f'/admin/exports/{ticket}').status_code == 404


def take_the_grant(viewer: StaffViewer) -> None:
    with acting_as(Operator('test')) as work:
        role = work.session.exec(select(Role).where(Role.name == 'Owner')).one()
        role.grants = [grant for grant in role.grants if not grant.startswith('customers:')]
        work.session.add(role)
        work.tell(Change(Topic.ACCESS))


def end_the_session(viewer: StaffViewer) -> None:
    with acting_as(Operator('test')) as work:
        session = work.session.get_one(StaffSession, viewer.session_id)
        session.ended_at = now()
        work.session.add(session)
        work.tell(Change(Topic.ACCESS))


@pytest.mark.parametrize('end', [take_the_grant, end_the_session])
async def test_an_export_stops_when_it_may_not_go_on(
    world: World, end: Callable[[StaffViewer], None]
) -> None:
    """SET-10, ACC-08: not one byte more."""
    with acting_as(Operator('test')) as work:
        work.session.add_all(Customer(number=f'L{place}', name='x' * 190) for place in range(6_000))
    viewer = world.as_staff('olivia')
    stream = begin(viewer)
    pieces: list[bytes] = []
    with pytest.raises(Stopped):
        async for piece in stream.pieces():
            pieces.append(piece)
            if len(pieces) == 1:
                await asyncio.to_thread(end, viewer)
    assert len(pieces) == 1
    assert [export.state for export in _exports()] == ['Stopped']


def test_a_fourth_export_at_once_must_wait(world: World) -> None:
    """One person does not take all the processes, and does not keep others from theirs."""
    olivia = world.as_staff('olivia')
    for _ in range(3):
        begin(olivia)
    with pytest.raises(PortalError, match='3 of your exports are running'):
        begin(olivia)
    assert begin(world.as_staff('stan'))


def begin(viewer: StaffViewer) -> ExportStream:
    query = parse(CUSTOMER_ACCOUNTS, [])[0]
    with acting_as(viewer) as work:
        job = exports.prepare(work, CUSTOMER_ACCOUNTS, query, 'csv')
        export = exports.begin(work, CUSTOMER_ACCOUNTS, query, 'csv')
    return ExportStream(viewer, export, job)


def _exports() -> list[Export]:
    with reading_as(Operator('test')) as work:
        return list(work.session.exec(select(Export)).all())
