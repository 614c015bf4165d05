"""Columns as text, by whole arrays: what every format prints, before it guards or quotes."""

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]  # ships no types

from portal_app.export_process.job import Column
from portal_app.export_process.money import currency_exponent, money_text
from portal_app.export_process.read import Batch
from portal_app.export_process.zones import iso_texts


def column_texts(column: Column, values: pa.Array, batch: Batch, zone: str) -> pa.Array:
    """The column's cells as plain strings; null stays null."""
    if column.kind == 'time':
        return iso_texts(values, zone)
    if column.kind == 'integer':
        return values.cast(pa.string())
    if column.kind == 'money':
        return _money_texts(column, values, batch)
    return values


def _money_texts(column: Column, values: pa.Array, batch: Batch) -> pa.Array:
    if column.currency is None:
        exponents = [column.exponent] * len(values)
    else:
        exponents = [currency_exponent(code) for code in batch[column.currency].to_pylist()]
    pairs = zip(values.to_pylist(), exponents, strict=True)
    return pa.array([None if minor is None else money_text(minor, e) for minor, e in pairs], pa.string())


def text_bytes(texts: pa.Array) -> bytes:
    """All cells' UTF-8 in a row, to see at once what none of them contains."""
    _validity, _offsets, data = texts.buffers()
    if data is None:
        return b''
    starts = text_starts(texts)
    begin, end = int(starts[0]), int(starts[-1])
    return bytes(data.slice(begin, end - begin).to_pybytes())


def text_starts(texts: pa.Array) -> 'np.typing.NDArray[np.int32]':
    """Where in the data buffer each cell begins, and where the last ends."""
    starts = np.frombuffer(texts.buffers()[1], np.int32)
    return starts[texts.offset : texts.offset + len(texts) + 1]


def joined_lines(parts: list[pa.Array | pa.Scalar], separator: str, end: str, null: str = '') -> pa.Buffer:
    """One line of each row's parts, as one buffer; `end` is between the lines, not after the last."""
    lines = pc.binary_join_element_wise(*parts, separator, null_handling='replace', null_replacement=null)
    offsets = pa.array(np.array([0, len(lines)], np.int32))
    whole = pc.binary_join(pa.ListArray.from_arrays(offsets, lines), end)
    return whole[0].as_buffer()
