"""The lines of a file in bounded memory, and the files that rows are read from (USE-04)."""

from collections.abc import Callable, Iterator
from io import StringIO
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from portal_app.errors import Invalid

LONGEST = 1 << 20  # bytes of one row: 1 MiB
BLOCK = 1 << 18  # bytes: 256 KiB
TOO_LONG = (
    f'a row may have at most 1 MiB ({LONGEST:,} bytes); this one is longer, or a quote is never closed.'
)

MARKS = ['line', 'column', 'rule']  # what a file of refused rows puts before each row

Row = tuple[int, tuple[Any, ...], Any]  # its first line, the values asked for, and how it stands in the file


class FileFault(Invalid):
    """The file as a whole cannot be imported; the message names the line and the column."""


class Source(Protocol):
    """A file that is read row by row. `header` is empty where each row names its own columns."""

    header: list[str]

    def rows(self, columns: list[str]) -> Iterator[Row]:
        """The rows with the values of these columns. Raises FileFault."""


class Lines:
    """The lines of a file as text, read by the block. No line, and no row of several, gets far past 1 MiB.

    Bytes that are not UTF-8 become lone surrogates; `doubtful` then asks for a look at the block's rows.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.doubtful = False
        self.row_bytes = 0  # read since whoever reads rows set it to 0 at the start of one
        self.number = 0  # of lines before this block

    def __iter__(self) -> Iterator[str]:
        """Line by line at the speed of C, which is why this is a chain of blocks."""
        return chain.from_iterable(self._blocks())

    def row(self, line: int) -> str:
        """The text from this line on, once more, as far as a row may reach."""
        self.file.seek(0)
        for _ in range(line - 1):
            while not self.file.readline(LONGEST).endswith(b'\n'):
                pass
        return self.file.read(LONGEST).decode(errors='replace').removeprefix('\ufeff')

    def _blocks(self) -> Iterator[StringIO]:
        first = True
        while block := self.file.read(BLOCK):
            block += self._rest_of_line(block)
            self.row_bytes += len(block)
            if self.row_bytes > LONGEST + 2 * BLOCK:
                raise FileFault(f'Line {self.number + 1}, column 1: {TOO_LONG}')
            text, self.doubtful = self._decoded(block)
            yield StringIO(text.removeprefix('\ufeff') if first else text, newline='\n')
            first = False
            self.number += block.count(b'\n')

    def _rest_of_line(self, block: bytes) -> bytes:
        """What the block's last line lacks. Raises FileFault where a line of the block is too long."""
        rest = b'' if block.endswith(b'\n') else self.file.readline(LONGEST + 1)
        if len(block) - block.rfind(b'\n') - 1 + len(rest) > LONGEST:
            line = self.number + block.count(b'\n') + 1
            raise FileFault(f'Line {line}, column {LONGEST + 1:,}: {TOO_LONG}')
        return rest

    @staticmethod
    def _decoded(block: bytes) -> tuple[str, bool]:
        try:
            return block.decode(), b'\0' in block
        except UnicodeDecodeError:
            return block.decode(errors='surrogateescape'), True


def wrong_letter(text: str) -> int | None:
    """Where a NUL byte, or one that is not UTF-8, is in a text that `Lines` gave, counted from 0."""
    wrong = (place for place, letter in enumerate(text) if letter == '\0' or '\udc80' <= letter <= '\udcff')
    return next(wrong, None)


def wrong_because(letter: str) -> str:
    """What is wrong with such a byte."""
    if letter == '\0':
        return 'a NUL byte. This is not a text file, or it is damaged.'
    return f'not UTF-8 (byte 0x{ord(letter) - 0xDC00:02X}). Save the file as UTF-8.'


def format_of(path: Path) -> str:
    """The format that the file's name ends with. Raises FileFault."""
    known = {'.csv': 'csv', '.jsonl': 'jsonl', '.ndjson': 'jsonl'}.get(path.suffix.lower())
    if known is None:
        raise FileFault(f'{path.name}: the name does not say what it is; add --format csv or --format jsonl.')
    return known


def picker(places: list[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """How these places are taken out of a row, always as a tuple."""
    return itemgetter(*places) if len(places) > 1 else lambda row: tuple(row[place] for place in places)
