"""What a first pass over a file found, kept in nameless temporary files until the second (USE-04)."""

import csv
import json
import marshal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NamedTuple, Self

from portal_app.services.import_lines import MARKS
from portal_app.services.import_rows import Event

FORMAT = 2  # of marshal: the newest one that does not look for values that occur twice
BLOCK = 500  # rows kept as objects: so few stay in the processor's cache, which halves the time
CHUNK = 25_000  # rows of one transaction: a serving process on the same SQLite file waits less than a second


class Refusal(NamedTuple):
    """A row that is not imported: its line, the columns, the rules, and the row as it stands in the file."""

    line: int
    column: str
    rule: str
    original: Any

    def __str__(self) -> str:
        return f'line {self.line}, column {self.column}: {self.rule}'


class Block(NamedTuple):
    """Up to 500 events, the lines that they start on, and their rows in the file."""

    events: list[Event]
    lines: list[int]
    packed: bytes

    def original(self, place: int) -> Any:
        """The row of an event as it stands in the file."""
        return marshal.loads(self.packed)[place]  # noqa: S302 - `Spool` wrote it


class Chunk(list[Block]):
    """Up to 25,000 events, for one transaction."""

    @property
    def events(self) -> list[Event]:
        """All of them."""
        return [event for block in self for event in block.events]

    def refusal(self, place: int, column: str, rule: str) -> Refusal:
        """The refusal of the event at this place."""
        block, place = self[place // BLOCK], place % BLOCK
        return Refusal(block.lines[place], column, rule, block.original(place))


class Spool:
    """Events on their way to the database. The temporary file has no name: nobody else can open it."""

    def __init__(self) -> None:
        self.file = TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self.blocks = 0
        self._clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self.file.close()

    def add(self, event: Event, line: int, original: Any) -> None:
        """Keep one event."""
        self.events.append(event)
        self.lines.append(line)
        self.originals.append(original)
        if len(self.events) == BLOCK:
            self._write()

    def chunks(self) -> Iterator[Chunk]:
        """All of them, in the order of the file."""
        self._write()
        self.file.seek(0)
        while self.blocks:
            count = min(self.blocks, CHUNK // BLOCK)
            yield Chunk(Block(*marshal.load(self.file)) for _ in range(count))  # noqa: S302 - `_write` wrote it
            self.blocks -= count

    def _write(self) -> None:
        if self.events:
            marshal.dump((self.events, self.lines, marshal.dumps(self.originals, FORMAT)), self.file, FORMAT)
            self.blocks += 1
        self._clear()

    def _clear(self) -> None:
        self.events: list[Event] = []
        self.lines: list[int] = []
        self.originals: list[Any] = []


class Refusals:
    """The rows that are not imported, on their way to the error file. The first ten stay at hand."""

    def __init__(self) -> None:
        self.file = TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self.first: list[Refusal] = []
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self.file.close()

    def add(self, refusal: Refusal) -> None:
        """Keep one."""
        self.count += 1
        if len(self.first) < 10:
            self.first.append(refusal)
        marshal.dump(tuple(refusal), self.file)

    def write(self, path: Path, header: list[str]) -> None:
        """Write the error file, which can be mended and imported like the file itself."""
        with path.open('w', encoding='utf-8', newline='') as target:
            if header:
                writer = csv.writer(target, lineterminator='\n')
                writer.writerow([*MARKS, *header])
                writer.writerows([line, column, rule, *cells] for line, column, rule, cells in self._all())
            else:
                target.writelines(_marked(*refusal) for refusal in self._all())

    def _all(self) -> Iterator[Refusal]:
        self.file.seek(0)
        for _ in range(self.count):
            yield Refusal(*marshal.load(self.file))  # noqa: S302 - `add` wrote it


def _marked(line: int, column: str, rule: str, original: str) -> str:
    """The object's own text after the marks. Where a key comes twice, JSON's readers take the later."""
    marks = json.dumps(dict(zip(MARKS, (line, column, rule), strict=True)), ensure_ascii=False)
    rest = original.strip()[1:].lstrip()
    return f'{marks[:-1]}{"" if rest.startswith("}") else ", "}{rest}\n'
