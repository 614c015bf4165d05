"""Rows of a JSON Lines file: one JSON object on each line, its keys the columns (USE-04)."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from portal_app.services.import_lines import FileFault, Lines, Row, wrong_because, wrong_letter


class JsonLines:
    """JSON objects, a line each."""

    def __init__(self, file: BinaryIO) -> None:
        self.lines = Lines(file)
        self.header: list[str] = []

    def rows(self, columns: list[str]) -> Iterator[Row]:
        """The objects; a key that one lacks is null there. Raises FileFault, also for a key that none has."""
        seen: set[str] = set()
        number = 1
        for number, text in enumerate(self.lines, 1):
            self.lines.row_bytes = 0
            if not text.isspace():
                found = self._parse(number, text)
                seen.update(found)
                yield number, tuple([found.get(name) for name in columns]), text
        missing = [name for name in columns if name not in seen]
        if missing:
            raise FileFault(
                f'Line {number}, column {missing[0]}: the file ends here, and no line had this column. '
                f'The columns are {", ".join(sorted(seen))[:2000]}.'
            )

    def _parse(self, line: int, text: str) -> dict[str, Any]:
        if self.lines.doubtful and (place := wrong_letter(text)) is not None:
            raise FileFault(f'Line {line}, column {place + 1}: {wrong_because(text[place])}')
        try:
            found = json.loads(text.rstrip(), parse_float=ExactFloat, parse_constant=refuse_constant)
        except json.JSONDecodeError as error:
            raise FileFault(f'Line {line}, column {error.colno}: not JSON ({error.msg}).') from error
        except (ValueError, RecursionError) as error:
            raise FileFault(f'Line {line}, column 1: not JSON that can be read ({error}).') from error
        if not isinstance(found, dict):
            raise FileFault(f'Line {line}, column 1: each line must be a JSON object ({{…}}).')
        return found


class ExactFloat(float):
    """A JSON number that keeps the digits it was written with."""

    text: str

    def __new__(cls, text: str) -> 'ExactFloat':
        """Take the digits."""
        made = super().__new__(cls, text)
        made.text = text
        return made


def refuse_constant(constant: str) -> None:
    """NaN and Infinity, which Python's reader would take, are not JSON. Raises ValueError."""
    raise ValueError(f'{constant} is not a JSON number')
