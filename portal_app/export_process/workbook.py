"""XLSX: built in temporary files, then streamed; in constant memory."""

import datetime as dt
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import xlsxwriter  # type: ignore[import-untyped]  # ships no types
from xlsxwriter.format import Format  # type: ignore[import-untyped]  # ships no types
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # ships no types

from portal_app.export_process.cells import column_texts
from portal_app.export_process.job import Column, Job
from portal_app.export_process.output import Output
from portal_app.export_process.read import Batch
from portal_app.export_process.zones import SECOND, epoch_micros, iso_texts, offset_seconds

EXACT_DIGITS = 15  # significant decimal digits that survive a double, and that Excel shows
LONGEST = 300  # characters of a number; a double ends at 1.8e308
PLAIN_DECIMAL = re.compile(r'-?[0-9]+(\.[0-9]+)?')
EPOCH_SERIAL = 25_569  # 1970-01-01 as Excel counts days
FIRST_SERIAL, LAST_SERIAL = 61, 2_958_465  # 1900-03-01, before which Excel counts wrongly, and 9999-12-31
TIME_FORMAT, DATE_FORMAT = 'yyyy-mm-dd hh:mm:ss', 'yyyy-mm-dd'
PIECE = 1 << 18  # bytes
LONGEST_TEXT = 32_767  # characters that Excel takes in a cell: a longer text ends there
WIDTHS = {'time': 20, 'date': 12, 'json': 40, 'text': 22}  # characters

Cell = str | float | tuple[float, int] | None  # an amount of money is a number and its currency's decimals
OPTIONS = {
    'constant_memory': True,
    'strings_to_formulas': False,
    'strings_to_numbers': False,
    'strings_to_urls': False,
}


class Sheets:
    """The sheets of one workbook; a full sheet is followed by 'title 2' and so on."""

    def __init__(self, job: Job, book: xlsxwriter.Workbook) -> None:
        self.job = job
        self.book = book
        self.bold = book.add_format({'bold': True})
        dated = {
            kind: book.add_format({'num_format': text})
            for kind, text in (('time', TIME_FORMAT), ('date', DATE_FORMAT))
        }
        self.formats: list[Format | None] = [dated.get(column.kind) for _, column in job.shown]
        self.amounts: dict[int, Format] = {}  # of money, by the decimals
        self.count = 0
        self.sheet = self._begin()

    def _begin(self) -> Worksheet:
        self.count += 1
        self.row = 0  # of the last row written; 0 is the header
        sheet = self.book.add_worksheet(sheet_name(self.job.title, self.count))
        sheet.freeze_panes(1, 0)
        for index, (_, column) in enumerate(self.job.shown):
            sheet.set_column(index, index, WIDTHS.get(column.kind, 14))
            sheet.write_string(0, index, _header(column, self.job.zone), self.bold)
        return sheet

    def add(self, cells: tuple[Cell, ...]) -> None:
        """One row; a null leaves its cell empty."""
        if self.row == self.job.sheet_rows:
            self.end()
            self.sheet = self._begin()
        self.row += 1
        for index, cell in enumerate(cells):
            if isinstance(cell, str):
                self.sheet.write_string(self.row, index, cell[:LONGEST_TEXT])
            elif isinstance(cell, tuple):
                self.sheet.write_number(self.row, index, cell[0], self._amount(cell[1]))
            elif cell is not None:
                self.sheet.write_number(self.row, index, cell, self.formats[index])

    def _amount(self, decimals: int) -> Format:
        """The format of an amount of money: grouped, with all decimals of its currency."""
        if decimals not in self.amounts:
            text = '#,##0' + ('.' + '0' * decimals if decimals else '')
            self.amounts[decimals] = self.book.add_format({'num_format': text})
        return self.amounts[decimals]

    def end(self) -> None:
        """Completes the current sheet."""
        self.sheet.autofilter(0, 0, self.row, len(self.job.shown) - 1)


def write_workbook(job: Job, batches: Iterator[Batch], out: Output) -> None:
    """Strings are always strings, times and days Excel dates, numbers numbers where that is exact."""
    with tempfile.TemporaryDirectory(prefix='export-') as folder:
        path = Path(folder, 'export.xlsx')
        book = xlsxwriter.Workbook(str(path), OPTIONS | {'tmpdir': folder})
        sheets = Sheets(job, book)
        for batch in batches:
            for cells in zip(*_columns(job, batch), strict=True):
                sheets.add(cells)
        sheets.end()
        book.close()
        with path.open('rb') as file:
            while piece := file.read(PIECE):
                out.write(piece)


def sheet_name(title: str, number: int) -> str:
    """What Excel accepts as a name: 31 characters at most, none of []:*?/\\, no apostrophe at an end."""
    suffix = '' if number == 1 else f' {number}'
    plain = re.sub(r'[\[\]:*?/\\\x00-\x1f]', ' ', title).strip(" '") or 'Export'
    return plain[: 31 - len(suffix)].rstrip(" '") + suffix


def _header(column: Column, zone: str) -> str:
    return f'{column.label} ({zone})' if column.kind == 'time' else column.label


def _columns(job: Job, batch: Batch) -> list[list[Cell]]:
    return [_cells(job, column, batch[place], batch) for place, column in job.shown]


def _cells(job: Job, column: Column, values: pa.Array, batch: Batch) -> list[Cell]:
    if column.kind == 'time':
        return _time_cells(values, job.zone)
    texts: list[Cell] = column_texts(column, values, batch, job.zone).to_pylist()
    if column.kind == 'date':
        return [date_cell(text) if isinstance(text, str) else None for text in texts]
    if column.kind == 'money':
        return [money_cell(text) if isinstance(text, str) else None for text in texts]
    if column.kind in ('quantity', 'integer'):
        return [number_cell(text) if isinstance(text, str) else None for text in texts]
    return texts


def _time_cells(times: pa.Array, zone: str) -> list[Cell]:
    """Days as Excel counts them, local time; as text what Excel has no date for."""
    micros = epoch_micros(times)
    local = micros + offset_seconds(micros, zone) * SECOND
    serials = (local / (SECOND * 86_400) + EPOCH_SERIAL).tolist()
    cells: list[Cell] = [serial if FIRST_SERIAL <= serial < LAST_SERIAL else None for serial in serials]
    if None in cells:
        texts = iso_texts(times, zone).to_pylist()
        cells = [text if cell is None else cell for cell, text in zip(cells, texts, strict=True)]
    return [cell if valid else None for cell, valid in zip(cells, times.is_valid().to_pylist(), strict=True)]


def date_cell(text: str) -> str | float:
    """A day as Excel counts them; the text of one that it has not."""
    try:
        serial = (dt.date.fromisoformat(text) - dt.date(1970, 1, 1)).days + EPOCH_SERIAL
    except ValueError:  # SQLite takes any text for a date
        return text
    return serial if FIRST_SERIAL <= serial <= LAST_SERIAL else text


def money_cell(text: str) -> Cell:
    """An amount and its number of decimals, if a double holds all its digits, else the text."""
    cell = number_cell(text)
    return cell if isinstance(cell, str) else (cell, len(text.partition('.')[2]))


def number_cell(text: str) -> str | float:
    """The number of a plain decimal if a double holds all its digits, else the text."""
    if PLAIN_DECIMAL.fullmatch(text) is None or len(text) > LONGEST:
        return text
    if len(text) > EXACT_DIGITS and len(text.lstrip('-').replace('.', '').strip('0')) > EXACT_DIGITS:
        return text
    return float(text)
