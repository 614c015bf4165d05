"""JSON Lines: one object a row, keyed by the columns' names."""

import json
from collections.abc import Iterator

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]  # ships no types

from portal_app.export_process.cells import column_texts, joined_lines, text_bytes
from portal_app.export_process.job import Column, Job
from portal_app.export_process.output import Output
from portal_app.export_process.read import Batch


def write_json_lines(job: Job, batches: Iterator[Batch], out: Output) -> None:
    """Numbers that must stay exact (quantity, money) are strings, as days are; json columns are embedded."""
    for batch in batches:
        parts: list[pa.Array | pa.Scalar] = []
        for place, column in job.shown:
            key = f'{"," if parts else "{"}{json.dumps(column.name)}:'
            parts += [pa.scalar(key), _values(column, batch[place], batch, job.zone)]
        out.write(joined_lines([*parts, pa.scalar('}')], '', '\n', null='null'), b'\n')


def _values(column: Column, values: pa.Array, batch: Batch, zone: str) -> pa.Array:
    texts = column_texts(column, values, batch, zone)
    if column.kind == 'integer':
        return texts
    return _on_one_line(texts) if column.kind == 'json' else _strings(texts)


def _on_one_line(documents: pa.Array) -> pa.Array:
    """A line break in a JSON document can only be white space between its tokens."""
    data = text_bytes(documents)
    if b'\n' in data or b'\r' in data:
        return pc.replace_substring_regex(documents, '[\r\n]+', ' ')
    return documents


def _strings(texts: pa.Array) -> pa.Array:
    """JSON strings; the slow way only for batches with a character that must be escaped."""
    data = text_bytes(texts)
    if b'"' not in data and b'\\' not in data and not (np.frombuffer(data, np.uint8) < 0x20).any():
        return pc.binary_join_element_wise('"', texts, '"', '')
    escaped = [None if text is None else json.dumps(text, ensure_ascii=False) for text in texts.to_pylist()]
    return pa.array(escaped, pa.string())
