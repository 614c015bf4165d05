"""Files and mappings that cannot be imported at all (USE-04)."""

from pathlib import Path

import pytest

from tests.import_files import GOOD, HEADER, MAP, assert_untouched, put, run

FILE_FAULTS = {
    'wrong bytes': (
        b'\n'.join((GOOD.encode(), GOOD.replace('calls', 'St\0ck').encode().replace(b'\0', b'\xfc'))),
        'Line 3, column unit: not UTF-8 (byte 0xFC)',
    ),
    'a NUL byte': (
        f'{GOOD}\n{GOOD.replace("gateway", "gate" + chr(0))}'.encode(),
        'Line 3, column source: a NUL byte',
    ),
    'too few cells': (
        f'{GOOD}\n\ne2,C1,api.call'.encode(),
        'Line 4, column time: the header has 9 cells, this row has 3',
    ),
    'too many cells': (
        f'{GOOD},1'.encode(),
        'Line 2, column region: the header has 9 cells, this row has 10',
    ),
    'a quote never closed': (
        f'{GOOD}\n{GOOD.replace("calls", chr(34) + "calls")}\n{GOOD}'.encode(),
        'Line 3, column unit: the quote that opens here is never closed',
    ),
    'a broken quote': (
        f'{GOOD}\n{GOOD.replace("calls", chr(34) + "a" + chr(34) + "b")}'.encode(),
        'Line 3, column unit: broken quotes',
    ),
    'a huge cell': (
        GOOD.replace('calls', 'c' * 140_000).encode(),
        'Line 2, column unit: a cell may have at most 131,072 characters',
    ),
    'a lone carriage return': (
        GOOD.replace('calls', 'ca\rlls').encode(),
        'Line 2, column unit: a carriage return',
    ),
}


@pytest.mark.parametrize('case', FILE_FAULTS)
def test_a_broken_file_is_named_by_line_and_column_and_acme_gets_none_of_it(
    case: str, acme: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """USE-04: not even the customers of the good rows before are created."""
    rows, said = FILE_FAULTS[case]
    path = tmp_path / 'usage.csv'
    path.write_bytes(f'{HEADER}\n{GOOD.replace("C1", "Initech")}\n'.encode() + rows)
    assert run(path, *MAP, '--create-customers') == 2
    line = int(said.split()[1].rstrip(',')) + 1
    wanted = f'Line {line},{said.partition(",")[2]}'
    assert wanted in capsys.readouterr().err
    assert_untouched()


def test_two_hundred_megabytes_on_one_line_are_not_read(
    acme_on_sqlite: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """USE-04: a line may have at most 1 MiB."""
    path = put(tmp_path, GOOD)
    with path.open('ab') as file:
        file.truncate(200 << 20)  # NUL bytes to the end, which take no room on the disk
    assert run(path, *MAP) == 2
    assert (
        'Line 3, column 1,048,577: a row may have at most 1 MiB (1,048,576 bytes)' in capsys.readouterr().err
    )
    assert_untouched()


def test_a_row_of_endless_lines_is_given_up(
    acme_on_sqlite: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put(tmp_path, GOOD, '"\n",' * 1_500_000)
    assert run(path, *MAP) == 2
    assert 'a row may have at most 1 MiB' in capsys.readouterr().err


def test_a_file_of_another_kind_or_none_is_named(
    acme_on_sqlite: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    utf16 = tmp_path / 'utf16.csv'
    utf16.write_text(f'{HEADER}\n{GOOD}\n', encoding='utf-16')
    empty = put(tmp_path, name='empty.csv', header='')
    empty.write_text('')
    cases = {
        utf16: 'Line 1, column',
        empty: 'Line 1, column 1: the file is empty',
        tmp_path / 'nowhere.csv': 'nowhere.csv: No such file or directory',
        tmp_path: 'add --format csv',
        put(
            tmp_path, GOOD, header=HEADER.replace('amount', 'id'), name='twice.csv'
        ): 'Line 1, column id: two columns have',
        put(
            tmp_path, GOOD, header=HEADER.replace('amount', 'sum'), name='sum.csv'
        ): 'Line 1, column amount: there is no such column. The columns are id, account,',
    }
    for path, said in cases.items():
        assert run(path, *MAP) == 2
        assert said in capsys.readouterr().err
    assert_untouched()


MAPPING_FAULTS = {
    'no event id': (['--map', 'customer=account'], 'Map event_id to the column'),
    'no quantity': (
        [item for item in MAP if 'quantity' not in item],
        'Not mapped: quantity. Add --map quantity=COLUMN',
    ),
    'unknown field': ([*MAP, 'amount=amount'], "There is no field 'amount' to map"),
    'twice': ([*MAP, '--set', 'unit=GB'], 'The field unit is given twice'),
    'no sign': ([*MAP, 'unit'], '--map unit: write it as field=column'),
    'constant id': ([*MAP, '--set', 'event_id=1'], '--set event_id: every event needs an id of its own'),
    'constant status': (
        [*[item for item in MAP if 'status' not in item], '--set', 'status=Done'],
        '--set status=Done: must be one of Pending',
    ),
    'its own error file': ([*MAP, '--errors', 'SAME'], 'the error file must be another one'),
}


@pytest.mark.parametrize('case', MAPPING_FAULTS)
def test_a_wrong_mapping_is_named_before_anything_is_read(
    case: str, acme_on_sqlite: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """USE-04: column mapping."""
    options, said = MAPPING_FAULTS[case]
    path = put(tmp_path, GOOD)
    assert run(path, *(str(path) if item == 'SAME' else item for item in options)) == 2
    assert said in capsys.readouterr().err
    assert_untouched()


JSON_FAULTS = {
    '{"id": 1,': 'Line 2, column 10: not JSON (',
    '[1]': 'Line 2, column 1: each line must be a JSON object',
    '{"amount": NaN}': 'Line 2, column 1: not JSON that can be read (NaN is not a JSON number)',
    '[' * 100_000: 'Line 2, column 1: not JSON that can be read',
    '{"amount": ' + '1' * 5000 + '}': 'Line 2, column 1: not JSON that can be read',
    '{"a": "\0"}': 'Line 2, column 8: a NUL byte',
    '{"a": 1}': 'Line 2, column account: the file ends here, and no line had this column. The columns',
    'x' * (1 << 20) + 'x': 'Line 2, column 1,048,577: a row may have at most 1 MiB',
}


@pytest.mark.parametrize('row', JSON_FAULTS, ids=range(len(JSON_FAULTS)))
def test_json_lines_that_are_none_are_named_by_line_and_column(
    row: str, acme_on_sqlite: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """USE-04: JSON that does not parse, or is not an object."""
    assert run(put(tmp_path, '{"id": 1}', row, name='usage.jsonl', header=''), *MAP) == 2
    assert JSON_FAULTS[row] in capsys.readouterr().err
    assert_untouched()
