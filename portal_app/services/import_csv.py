"""Rows of a CSV file: RFC 4180 with a header line, UTF-8 with or without a byte order mark (USE-04)."""

import csv
from collections.abc import Iterator
from typing import BinaryIO

from portal_app.services.import_lines import MARKS, FileFault, Lines, Row, picker, wrong_because, wrong_letter

LONGEST_CELL = csv.field_size_limit()  # characters: 131,072


class CsvFile:
    """Comma-separated values. The marks of a file of refused rows are not part of its header or its rows."""

    def __init__(self, file: BinaryIO) -> None:
        self.lines = Lines(file)
        self.reader = csv.reader(iter(self.lines), strict=True)
        self.names: list[str] = []
        first = self._next()
        if not first:
            raise FileFault('Line 1, column 1: the file is empty. Its first line must name the columns.')
        self.names = first
        self._look_at(1, first)
        self.skip = len(MARKS) if first[: len(MARKS)] == MARKS else 0
        self.header = first[self.skip :]

    def rows(self, columns: list[str]) -> Iterator[Row]:
        """The rows; blank lines are passed over. Raises FileFault."""
        picked = picker([self._place(name) for name in columns])
        skip, lines, reader, width = self.skip, self.lines, self.reader, len(self.names)
        line = reader.line_num + 1
        while (cells := self._next()) is not None:
            if len(cells) == width:
                if lines.doubtful:
                    self._look_at(line, cells)
                yield line, picked(cells), cells[skip:] if skip else cells
            elif cells:
                raise FileFault(self._unequal(line, len(cells)))
            line = reader.line_num + 1

    def _next(self) -> list[str] | None:
        self.lines.row_bytes = 0
        line = self.reader.line_num + 1
        try:
            return next(self.reader, None)
        except csv.Error as error:
            raise FileFault(self._broken(str(error), line)) from error

    def _place(self, name: str) -> int:
        found = [place for place, other in enumerate(self.header, self.skip) if other == name]
        if len(found) == 1:
            return found[0]
        problem = 'two columns have this name' if found else 'there is no such column'
        raise FileFault(f'Line 1, column {name}: {problem}. The columns are {", ".join(self.header)[:2000]}.')

    def _look_at(self, line: int, cells: list[str]) -> None:
        for name, cell in zip(self.names, cells, strict=True):
            if (place := wrong_letter(cell)) is not None:
                shown = name.encode(errors='replace').decode()
                raise FileFault(f'Line {line}, column {shown}: {wrong_because(cell[place])}')

    def _unequal(self, line: int, count: int) -> str:
        name = self.names[min(count, len(self.names) - 1)]
        return f'Line {line}, column {name}: the header has {len(self.names)} cells, this row has {count}.'

    def _broken(self, rule: str, line: int) -> str:
        cell, line, opened = _where_broken(self.lines.row(line), line)
        name = self.names[cell] if cell < len(self.names) else str(cell + 1)
        if opened:
            what = f'the quote that opens here is never closed, or the cell is over {LONGEST_CELL:,} long.'
        elif 'field larger' in rule:
            what = f'a cell may have at most {LONGEST_CELL:,} characters.'
        elif 'new-line' in rule:
            what = 'a carriage return without a line feed. Lines end with LF or CR LF.'
        else:
            what = 'broken quotes. A quote inside a quoted cell is written twice.'
        return f'Line {line}, column {name}: {what}'


def _where_broken(text: str, line: int) -> tuple[int, int, bool]:
    """The cell (from 0) where the rules of CSV end, its line, and whether its quotes stay open."""
    cell, place = 0, 0
    while True:
        quoted = text[place : place + 1] == '"'
        end = _closing(text, place + 1) if quoted else _end_of_plain(text, place)
        if end == len(text) or end - place > LONGEST_CELL:
            return cell, line, quoted
        if quoted:
            end += 1
        if text[end : end + 1] != ',':
            return cell, line, False
        line += text.count('\n', place, end)
        cell, place = cell + 1, end + 1


def _closing(text: str, place: int) -> int:
    """Where the quotes close that opened before `place`; the text's length where they never do."""
    while True:
        end = text.find('"', place)
        if end < 0:
            return len(text)
        if text[end + 1 : end + 2] != '"':
            return end
        place = end + 2


def _end_of_plain(text: str, place: int) -> int:
    return min((end for mark in ',\r\n' if (end := text.find(mark, place)) >= 0), default=len(text))
