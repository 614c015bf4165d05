"""Rows of an import, what is refused of them, and how that is mended (USE-04)."""

import csv
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import Session, select

from portal_app import db
from portal_app.models import Customer
from tests.import_files import GOOD, HEADER, MAP, events, put, run

BAD_VALUES = {
    'amount is a word': (
        '2.50',
        'two',
        'amount: must be a number such as 1234.5, without thousands separators',
    ),
    'amount has separators': ('2.50', '"1,000.5"', 'amount: must be a number'),
    'amount has underscores': ('2.50', '1_000', 'amount: must be a number'),
    'amount is not finite': ('2.50', 'NaN', 'amount: must be a number'),
    'amount is infinite': ('2.50', '-Infinity', 'amount: must be a number'),
    'amount is empty': ('2.50', '', 'amount: must not be empty'),
    'amount is too long': ('2.50', '1' * 41, 'amount: may have at most 40 digits'),
    'amount is huge': ('2.50', '1e99999', 'amount: may have at most 40 digits'),
    'amount is minute': ('2.50', '1e-99999', 'amount: may have at most 40 digits'),
    'time is a word': ('2026-03-01T10:00:00Z', 'soon', 'time: must be a time such as 2026-03-31T23:59:59Z'),
    'time is American': ('2026-03-01T10:00:00Z', '03/01/2026 10:00', 'time: must be a time'),
    'time is a number': ('2026-03-01T10:00:00Z', '1772359200', 'time: must be a time'),
    'time is empty': ('2026-03-01T10:00:00Z', '', 'time: must not be empty'),
    'day does not exist': ('2026-03-01', '2026-02-30', 'time: must be a time'),
    'hour does not exist': ('10:00:00', '25:00:00', 'time: must be a time'),
    'year is long ago': ('2026-03', '1970-03', 'time: must be in the years 1971 to 2999'),
    'year is far ahead': ('2026-03', '3000-03', 'time: must be in the years 1971 to 2999'),
    'id is empty': ('e1', ' ', 'id: must not be empty'),
    'id is too long': ('e1', 'e' * 201, 'id: may have at most 200 characters (got 201)'),
    'type is empty': ('api.call', '', 'type: must not be empty'),
    'type is too long': ('api.call', 'a' * 201, 'type: may have at most 200 characters'),
    'unit is too long': ('calls', 'c' * 201, 'unit: may have at most 200 characters'),
    'state is unknown': ('Processed', 'Done', 'state: must be one of Pending, Processed, Invoiced, Void'),
    'customer is unknown': ('C1', 'C9', "account: there is no customer with the number or external id 'C9'"),
    'customer is empty': ('C1', '', 'account: must not be empty'),
    'properties are too long': (',eu', f',{"e" * 8200}', 'region: may have at most 8,192 bytes as JSON'),
    'properties hold NUL': (',eu', r',"{""a"": ""\u0000""}"', 'region: must not hold a NUL character'),
    'properties hold half a letter': (
        ',eu',
        r',"{""a"": ""\ud800""}"',
        'region: must not hold half of a surrogate',
    ),
    'properties hold infinity': (
        ',eu',
        ',"{""a"": 1e999}"',
        'region: must not hold a number that is too large',
    ),
}


@pytest.mark.parametrize('case', BAD_VALUES)
def test_a_bad_value_refuses_its_row_and_acme_gets_the_others(
    case: str, acme_on_sqlite: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """USE-04: line, column and rule of each row that is refused; the valid rows count."""
    old, new, said = BAD_VALUES[case]
    assert run(put(tmp_path, 'e0' + GOOD[2:], GOOD.replace(old, new, 1), 'e2' + GOOD[2:]), *MAP) == 1
    assert f'line 3, column {said}' in capsys.readouterr().err
    assert [event.external_id for event in events()] == ['e0', 'e2']


def test_a_row_names_everything_that_is_wrong_with_it(
    acme: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(put(tmp_path, 'e1,C9,,x,y,calls,gateway,Processed,eu'), *MAP) == 1
    said = capsys.readouterr().err
    assert 'line 2, column account; type; time; amount: there is no customer' in said
    assert 'must not be empty; must be a time' in said


def test_globex_mends_the_error_file_and_imports_it(
    acme: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """USE-04: the error file holds line, column, rule and the row itself."""
    path = put(
        tmp_path,
        GOOD,
        'e2,glx,api.call,2026-03-01,"1,5","a ""unit""\nof two lines",x,,',
        'e3,,t,2026-03-01,1,,,,',
    )
    assert run(path, *MAP) == 1
    errors = tmp_path / 'usage.errors.csv'
    with errors.open(newline='', encoding='utf-8') as file:
        header, second, third = csv.reader(file)
    assert header == ['line', 'column', 'rule', *HEADER.split(',')]
    assert second[:2] == ['3', 'amount']
    assert second[3:] == ['e2', 'glx', 'api.call', '2026-03-01', '1,5', 'a "unit"\nof two lines', 'x', '', '']
    assert third[:3] == ['5', 'account', 'must not be empty']
    errors.write_text(errors.read_text().replace('"1,5"', '1.5'))
    assert run(errors, *MAP) == 1
    assert [(event.external_id, event.unit) for event in events()] == [
        ('e1', 'calls'),
        ('e2', 'a "unit"\nof two lines'),
    ]
    again = tmp_path / 'usage.errors.errors.csv'
    assert again.read_text().splitlines()[0] == f'line,column,rule,{HEADER}'
    again.write_text(again.read_text().replace('e3,,', 'e3,C2,'))
    capsys.readouterr()
    assert run(again, *MAP) == 0
    assert '1 rows read, 1 imported' in capsys.readouterr().out


def test_an_error_file_that_somebody_is_mending_is_not_overwritten(acme: int, tmp_path: Path) -> None:
    path = put(tmp_path, GOOD.replace('2.50', 'two'))
    run(path, *MAP)
    (tmp_path / 'usage.errors.csv').write_text('half mended')
    run(path, *MAP)
    assert (tmp_path / 'usage.errors.csv').read_text() == 'half mended'
    assert (tmp_path / 'usage.errors-2.csv').exists()


def test_a_file_without_errors_leaves_no_error_file(acme: int, tmp_path: Path) -> None:
    run(put(tmp_path, GOOD), *MAP)
    assert [path.name for path in tmp_path.iterdir() if 'errors' in path.name] == []


def test_initech_sends_json_lines(acme: int, tmp_path: Path) -> None:
    """USE-04: JSON Lines, whose numbers keep their digits."""
    common = '"type": "api.call", "unit": "calls", '
    first_row = f'{{"id": 7, "account": "C1", {common}"time": "2026-03-01 10:00", "amount": 0.{"0" * 30}1}}'
    second_row = (
        f'{{"id": "8", "account": "glx", {common}"time": "2026-03-01T10:00:00.5Z", "amount": 3, '
        '"region": {"name": "eu", "zones": [1, 2.5]}, "state": null}'
    )
    rows = (first_row, '', second_row)
    assert run(put(tmp_path, *rows, name='usage.jsonl', header=''), *MAP[:-1], '--set', 'source=api') == 2
    options = [item for item in MAP if 'source' not in item]
    assert run(put(tmp_path, *rows, name='usage.jsonl', header=''), *options, '--set', 'source=api') == 0
    first, second = events()
    assert (first.external_id, first.quantity) == ('7', Decimal('1e-31'))
    assert (second.quantity, second.properties) == (Decimal(3), {'name': 'eu', 'zones': [1, 2.5]})
    assert second.occurred_at == datetime(2026, 3, 1, 10, 0, 0, 500_000, tzinfo=UTC)


def test_a_refused_json_line_can_be_mended_and_imported(
    acme: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [
        item for item in MAP if item.partition('=')[0] not in {'unit', 'source', 'status', 'properties'}
    ]
    row = (
        '{"id": "e1", "account": "C1", "type": ["x"], "time": "2026-03-01", "amount": 0.10000000000000000001}'
    )
    assert run(put(tmp_path, row, name='usage.jsonl', header=''), *options) == 1
    assert 'line 1, column type: must be a text or a number, not ["x"]' in capsys.readouterr().err
    errors = tmp_path / 'usage.errors.jsonl'
    assert json.loads(errors.read_text()).keys() == {
        'line',
        'column',
        'rule',
        'id',
        'account',
        'type',
        'time',
        'amount',
    }
    errors.write_text(errors.read_text().replace('["x"]', '"x"'))
    assert run(errors, *options) == 0
    assert events()[0].quantity == Decimal('0.10000000000000000001')


ZONES = {
    '2026-07-01 12:00': datetime(2026, 7, 1, 10, tzinfo=UTC),
    '2026-01-01T12:00:00': datetime(2026, 1, 1, 11, tzinfo=UTC),
    '2026-07-01': datetime(2026, 6, 30, 22, tzinfo=UTC),
    '2026-07-01 12:00Z': datetime(2026, 7, 1, 12, tzinfo=UTC),
    '2026-07-01 12:00:00 UTC': datetime(2026, 7, 1, 12, tzinfo=UTC),
    '2026-07-01T12:00:00.25-05:00': datetime(2026, 7, 1, 17, 0, 0, 250_000, tzinfo=UTC),
    '2026-07-01T12:00:00,123456789 +0530': datetime(2026, 7, 1, 6, 30, 0, 123_456, tzinfo=UTC),
    '2026-10-25 02:30': datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # the earlier of two
    '2500-12-31 23:59:59.999999': datetime(2500, 12, 31, 22, 59, 59, 999_999, tzinfo=UTC),
}


def test_times_without_an_offset_are_those_of_acmes_zone(acme: int, tmp_path: Path) -> None:
    """USE-04: naive times are in the zone of the option, others keep their own."""
    rows = [
        GOOD.replace('e1', f'e{n}').replace('2026-03-01T10:00:00Z', f'"{time}"')
        for n, time in enumerate(ZONES)
    ]
    assert run(put(tmp_path, *rows), *MAP, '--zone', 'Europe/Berlin') == 0
    assert [event.occurred_at for event in events()] == list(ZONES.values())


def test_a_time_that_the_clocks_skipped_does_not_exist(
    acme: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = GOOD.replace('2026-03-01T10:00:00Z', '2026-03-29 02:30')
    assert run(put(tmp_path, row), *MAP, '--zone', 'Europe/Berlin') == 1
    assert 'line 2, column time: must be a time that exists in Europe/Berlin' in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run(put(tmp_path, row), *MAP, '--zone', 'Berlin/Europe')


def test_properties_come_from_several_columns_under_names_of_their_own(
    acme: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """USE-04: properties from columns, from JSON objects in them, and from constants."""
    rows = ['e1,C1,t,2026-01-01,1,eu,"{""env"": ""prod"", ""n"": 1.50}"', 'e2,C1,t,2026-01-01,1,,plain']
    path = put(tmp_path, *rows, header='id,account,type,time,amount,region,tags')
    options = MAP[:6]
    assert (
        run(path, *options, 'properties.place=region', 'properties=tags', '--set', 'properties.by=Acme') == 0
    )
    assert [event.properties for event in events()] == [
        {'place': 'eu', 'env': 'prod', 'n': 1.5, 'by': 'Acme'},
        {'tags': 'plain', 'by': 'Acme'},
    ]
    assert run(path, *options, 'properties.env=region', 'properties=tags') == 1
    assert "line 2, column region, tags: the property 'env' comes from two columns" in capsys.readouterr().err


def test_two_accounts_cannot_become_customers_with_one_number(
    acme: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        GOOD.replace('e1,C1', 'e1,/in/itech'),
        GOOD.replace('e1,C1', 'e2,in.itech'),
        GOOD.replace('e1,C1', 'e3,東京'),
    ]
    assert run(put(tmp_path, *rows), *MAP, '--create-customers') == 1
    said = capsys.readouterr().err
    assert "line 3, column account: cannot be created from 'in.itech': the number in-itech is another" in said
    assert "line 4, column account: no customer number can be made from '東京'" in said
    with Session(db.engine()) as session:
        made = session.exec(select(Customer).where(Customer.external_id == '/in/itech')).one()
    assert (made.number, made.name) == ('in-itech', '/in/itech')
