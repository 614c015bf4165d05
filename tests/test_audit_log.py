"""Audit Log: who did what, from what to what; for those who may read it, and without a secret (OPS-03)."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel, col, select

from components.comparison import Difference, Line, differences, lines
from portal_app.auth.viewer import Operator
from portal_app.errors import NotPermitted
from portal_app.models import AuditEntry
from portal_app.queries import parse
from portal_app.secret import secret
from portal_app.services import exports, listings
from portal_app.services.audit_log import AUDIT_LOG, TITLES
from portal_app.work import acting_as, reading_as
from tests.audit_day import Day, live_through
from tests.export_child import run
from tests.test_docs import text
from tests.world import World

TEST = Operator('test')


@pytest.fixture
def day(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Day:
    """The day on which everything happens."""
    return live_through(world, monkeypatch, tmp_path)


def rows(world: World, *given: tuple[str, str], who: str = 'olivia') -> list[dict[str, Any]]:
    query, problems = parse(AUDIT_LOG, [*given, ('size', '200')])
    assert problems == []
    with reading_as(world.as_staff(who)) as work:
        return listings.page(work, AUDIT_LOG, query).rows


CHANGES = [
    ('portal_setup.tab', 'Usage', {'enabled': True}, {'enabled': False}),
    ('portal_setup.field', 'Usage Events: Source', {'visible': True}, {'visible': False}),
    ('portal_setup.address', 'http://acme.localhost:8080/portal', {'subdomain': ''}, {'subdomain': 'acme'}),
    ('branding.colour', 'Northwind', {'colour': '#1d4ed8'}, {'colour': '#123456'}),
    ('general_settings.portal', 'Customer Billing Portal', {'enabled': False}, {'enabled': True}),
    (
        'company_profile.change',
        'Northwind Cloud',
        {'name': 'Northwind', 'address': ''},
        {'name': 'Northwind Cloud', 'address': '1 Main Street\nBerlin'},
    ),
    (
        'portal_access.invite',
        'Gus Person <gus@example.com>',
        {'portal_status': 'None'},
        {'portal_status': 'Pending'},
    ),
    ('portal_access.customer', 'Acme', {'portal_access': False}, {'portal_access': True}),
    ('portal_access.tabs', 'Anna Person <anna@example.com>', {'hidden_tabs': []}, {'hidden_tabs': ['usage']}),
    ('customer.email_delivery', 'Initech', {'email_delivery': True}, {'email_delivery': False}),
    ('contact.edit', 'Carla <carla@example.com>', {'name': 'Carla'}, {'name': 'Carla Person'}),
    ('staff_user.role', 'Samuel <sam@staff.example>', {'role': 'Standard'}, {'role': 'Read Only'}),
    ('staff_user.rename', 'Sam Person <sam@staff.example>', {'name': 'Sam Person'}, {'name': 'Samuel'}),
    ('access_review.sign_off', None, {}, {'note': 'As it should be.'}),
]


def test_each_change_says_who_what_before_and_after(day: Day) -> None:
    """OPS-03: of more than a dozen different ones."""
    found = rows(day.world)
    for action, subject, before, after in CHANGES:
        entry = next(
            each
            for each in found
            if each['action'] == action and (each['value_before'], each['value_after']) == (before, after)
        )
        assert entry['who'] == 'Olivia <olivia@staff.example>'
        assert entry['what'] == TITLES[action]
        assert entry['address'] == '192.0.2.1'
        assert subject in (None, entry['subject'])
        assert bool(entry['customer']) == action.startswith(('portal_access.', 'customer.', 'contact.'))


def test_everything_that_is_documented_happens_and_has_a_title(day: Day) -> None:
    """OPS-03: no action that is documented and never written, none without words."""
    documented = set(re.findall(r'^\| `([^`]+)`', text('audit.md'), re.MULTILINE))
    assert {row['action'] for row in rows(day.world)} == documented
    assert TITLES.keys() == documented | {'portal_access.contact'}  # which earlier releases wrote
    assert len(set(TITLES.values())) == len(TITLES)


def test_who_did_it_is_also_said_of_those_who_have_not_signed_in(day: Day) -> None:
    """OPS-03: customers, visitors with a link, and commands on the server."""
    who = {row['action']: row['who'] for row in rows(day.world)}
    assert who['portal_access.accept'] == 'Eve <eve@example.com>'
    assert who['usage_events.import'] == 'run.py import'
    assert who['organization.change'] == 'run.py test'
    assert who['staff_user.accept'] == 'Sam Person <sam@staff.example>'


def test_no_secret_is_ever_in_an_entry(day: Day) -> None:
    """OPS-03: no password, no hash of one, no token of a link or a session, not the server's key."""
    with reading_as(TEST) as work:
        entries = [each.model_dump(mode='json') for each in work.session.exec(select(AuditEntry))]
        stored = {
            value if isinstance(value, str) else value.hex()
            for table in SQLModel.metadata.tables.values()
            for column in table.columns
            if column.name in ('password_hash', 'token_hash', 'salt')
            for value in work.session.execute(select(column)).scalars()
            if value
        }
    written = json.dumps(entries, ensure_ascii=False)
    secrets = {*day.secrets, *stored, secret().decode()}
    assert len(stored) > 10
    assert len(day.secrets) > 10
    assert [each for each in secrets if each in written] == []
    assert not re.search(r'argon2|token|hash', written)


FILTERS: list[tuple[list[tuple[str, str]], Callable[[dict[str, Any]], bool]]] = [
    ([('who', 'run.py import')], lambda row: row['who'] == 'run.py import'),
    (
        [('action', 'role.create'), ('action', 'role.delete')],
        lambda row: row['action'] in ('role.create', 'role.delete'),
    ),
    ([('customer', 'ACME')], lambda row: 'Acme' in row['customer']),
    ([('customer_number', 'C1001')], lambda row: row['customer_number'] == 'C1001'),
    (
        [('customer', 'acme'), ('action', 'contact.create')],
        lambda row: row['action'] == 'contact.create' and row['customer'] == 'Acme',
    ),
    (
        [('value_after', 'portal_status=Pending')],
        lambda row: row['value_after'].get('portal_status') == 'Pending',
    ),
    ([('value_before', 'enabled=false')], lambda row: row['value_before'].get('enabled') is False),
    ([('q', 'initech')], lambda row: row['customer'] == 'Initech'),
    ([('q', 'sam@staff')], lambda row: 'sam@staff' in row['subject'] + row['who']),
    ([('q', 'sign_off')], lambda row: row['action'] == 'access_review.sign_off'),
]


def test_filters_find_by_day_person_action_customer_and_text(day: Day) -> None:
    """OPS-03: together, too."""
    world, everything = day.world, rows(day.world)
    assert rows(world, ('at', 'today')) == everything
    assert rows(world, ('at', 'yesterday')) == []
    for given, holds in FILTERS:
        found = rows(world, *given)
        assert found == [row for row in everything if holds(row)], given
        assert found, given


def test_the_export_holds_what_the_table_shows_with_before_and_after(day: Day) -> None:
    """OPS-03, POR-04: as CSV, as a workbook and as JSON Lines, whatever the texts hold."""
    shown = rows(day.world, ('action', 'email_template.change'), ('action', 'company_profile.change'))
    query, _ = parse(AUDIT_LOG, [('action', 'email_template.change'), ('action', 'company_profile.change')])
    made = {}
    with reading_as(day.olivia) as work:
        for format in ('csv', 'jsonl', 'xlsx'):
            made[format] = run(exports.prepare(work, AUDIT_LOG, query, format))
            assert made[format].code == 0, made[format].messages
    header, *cells = csv.reader(io.StringIO(made['csv'].out.decode(), newline=''))
    assert header == ['When', 'Who', 'What', 'Subject', 'Customer', 'Before', 'After', 'From']
    for row, line in zip(shown, cells, strict=True):
        assert (json.loads(line[5]), json.loads(line[6])) == (row['value_before'], row['value_after'])
        assert line[1:4] == [row['who'], row['what'], row['subject']]
    lines = [json.loads(line) for line in made['jsonl'].out.splitlines()]
    assert [line['value_after'] for line in lines] == [row['value_after'] for row in shown]
    assert made['xlsx'].out.startswith(b'PK')


@pytest.mark.parametrize('who', ['stan', 'manu'])
def test_who_may_not_read_it_is_refused(world: World, who: str) -> None:
    """OPS-03, SET-10: Standard and Portal User Manager do not grant it; Read Only does, without exports."""
    with reading_as(world.as_staff(who)) as work, pytest.raises(NotPermitted):
        listings.page(work, AUDIT_LOG, parse(AUDIT_LOG, [])[0])
    assert rows(world, who='rita') == []
    with reading_as(world.as_staff('rita')) as work, pytest.raises(NotPermitted):
        exports.exportable(work, 'audit-log')
    with reading_as(world.as_customer('anna', 'C1001')) as work, pytest.raises(NotPermitted):
        listings.page(work, AUDIT_LOG, parse(AUDIT_LOG, [])[0])


def test_an_entry_is_written_with_its_change_or_not_at_all(world: World) -> None:
    """OPS-03: what is rolled back was never done."""
    with pytest.raises(RuntimeError), acting_as(world.as_staff('olivia')) as work:
        work.record('portal_setup.tab', 'Usage')
        raise RuntimeError
    with reading_as(TEST) as work:
        assert work.session.exec(select(AuditEntry).where(col(AuditEntry.subject) == 'Usage')).first() is None


def test_before_and_after_are_compared_field_by_field() -> None:
    """OPS-03: what is within others by its path; lists line by line; yes and no in words."""
    before = {'enabled': True, 'legal': {'terms': ''}, 'hidden_tabs': ['usage'], 'rows': 3}
    after = {'enabled': False, 'legal': {'terms': 'https://t.example'}, 'hidden_tabs': [], 'note': None}
    assert differences(before, after) == [
        Difference('Enabled', 'Yes', 'No'),
        Difference('Legal › terms', '(empty)', 'https://t.example'),
        Difference('Hidden tabs', 'usage', '(empty)'),
        Difference('Rows', '3', None),
        Difference('Note', None, 'None'),
    ]


def test_a_long_text_is_compared_line_by_line() -> None:
    """OPS-03: two lines around a change are shown, and how many stayed as they were."""
    old = [f'line {number}' for number in range(20)]
    new = [*old[:10], 'another', *old[11:], 'the last']
    assert lines('\n'.join(old), '\n'.join(new)) == [
        Line('…', '8 lines that stayed as they were'),
        Line('', 'line 8'),
        Line('', 'line 9'),
        Line('-', 'line 10'),
        Line('+', 'another'),
        Line('', 'line 11'),
        Line('', 'line 12'),
        Line('…', '5 lines that stayed as they were'),
        Line('', 'line 18'),
        Line('', 'line 19'),
        Line('+', 'the last'),
    ]
    assert lines('', 'one\ntwo') == [Line('+', 'one'), Line('+', 'two')]
