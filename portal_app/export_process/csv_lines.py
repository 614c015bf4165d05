"""CSV as RFC 4180 has it, guarded against being taken for formulas by a spreadsheet."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]  # ships no types

from portal_app.export_process.cells import column_texts, joined_lines, text_bytes, text_starts
from portal_app.export_process.formulas import FORMULA, SIGNED_NUMBER
from portal_app.export_process.job import Job
from portal_app.export_process.output import Output
from portal_app.export_process.read import Batch

END = '\r\n'
GUARDED_KINDS = frozenset({'text', 'choice', 'json'})

_SUSPECT = np.zeros(256, bool)
_SUSPECT[np.frombuffer('=+-@\t\r\n＝'.encode()[:-2], np.uint8)] = True  # 0xEF begins a full-width sign


def write_csv(job: Job, batches: Iterator[Batch], out: Output) -> None:
    """Header and rows; the header leaves with the first rows, so that a failing query writes nothing."""
    labels = [_quoted(_guarded(pa.array([column.label]))) for _, column in job.shown]
    head = joined_lines(labels, ',', END).to_pybytes() + END.encode()
    for batch in batches:
        out.write(head, _lines(job, batch), END.encode())
        head = b''
    out.write(head)


def _lines(job: Job, batch: Batch) -> pa.Buffer:
    cells = []
    for place, column in job.shown:
        texts = column_texts(column, batch[place], batch, job.zone)
        if column.kind in GUARDED_KINDS:
            texts = _quoted(_guarded(texts))
        cells.append(texts)
    if len(cells) == 1:  # an empty line would be read as no row at all
        cells = [pc.if_else(pc.equal(pc.fill_null(cells[0], ''), ''), '""', cells[0])]
    return joined_lines(cells, ',', END)


def _guarded(texts: pa.Array) -> pa.Array:
    """Formula-like cells get a leading apostrophe, save plain signed numbers such as -12.5."""
    data = text_bytes(texts)
    if not data:
        return texts
    starts = text_starts(texts)
    first = np.minimum(starts[:-1] - starts[0], len(data) - 1)  # an empty last cell begins at the end
    if not _SUSPECT[np.frombuffer(data, np.uint8)[first]].any():
        return texts
    number = pc.match_substring_regex(texts, SIGNED_NUMBER)
    formula = pc.and_not(pc.match_substring_regex(texts, FORMULA), number)
    return pc.if_else(formula, pc.binary_join_element_wise("'", texts, ''), texts)


def _quoted(texts: pa.Array) -> pa.Array:
    """Cells that contain a comma, quote, CR or LF are quoted, no others."""
    data = text_bytes(texts)
    if not any(sign in data for sign in (b',', b'"', b'\r', b'\n')):
        return texts
    doubled = pc.replace_substring(texts, '"', '""') if b'"' in data else texts
    needed = pc.match_substring_regex(texts, '[,"\r\n]')
    return pc.if_else(needed, pc.binary_join_element_wise('"', doubled, '"', ''), texts)
