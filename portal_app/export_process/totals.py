"""Exact sums of the columns that ask for them, by another column's text; of money by its currency."""

import decimal
from decimal import Decimal

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]  # ships no types

from portal_app.export_process.cells import column_texts
from portal_app.export_process.job import Column, Job
from portal_app.export_process.money import currency_exponent, money_text
from portal_app.export_process.read import Batch

FAST_SCALE = 12  # decimals
FAST_LENGTH = 25  # characters; 25 digits before the point, 12 after are within decimal128's 38
EXACT = decimal.Context(prec=decimal.MAX_PREC, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)


class Totals:
    """Adds up batch by batch; any number of digits, never rounded."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.sums: dict[str, dict[str, Decimal]] = {c.name: {} for c in job.columns if c.total}

    def add(self, batch: Batch) -> None:
        """Counts a batch in; a null quantity counts as nothing."""
        for column, values in zip(self.job.columns, batch, strict=True):
            if column.total:
                texts = column_texts(column, values, batch, 'UTC')
                by = column.currency if column.kind == 'money' else column.per
                self._add(self.sums[column.name], texts, None if by is None else batch[by].cast(pa.string()))

    def _add(self, sums: dict[str, Decimal], texts: pa.Array, per: pa.Array | None) -> None:
        groups = pa.repeat('', len(texts)) if per is None else pc.fill_null(per, '')
        coded = groups.dictionary_encode()
        codes = coded.indices.to_numpy()
        for index, amount in enumerate(_group_sums(pc.fill_null(texts, '0'), codes)):
            name = coded.dictionary[index].as_py()
            sums[name] = EXACT.add(sums.get(name, Decimal(0)), amount)

    def texts(self) -> dict[str, dict[str, str]]:
        """The sums as plain decimals: money with all of its currency's, others without needless zeros."""
        return {
            column.name: {
                group: _text(column, group, total) for group, total in self.sums[column.name].items()
            }
            for column in self.job.columns
            if column.total
        }


def _text(column: Column, group: str, total: Decimal) -> str:
    if column.kind != 'money':
        return plain(total)
    exponent = column.exponent if column.currency is None else currency_exponent(group)
    return money_text(int(total.scaleb(exponent, EXACT)), exponent)


def _group_sums(texts: pa.Array, codes: 'np.typing.NDArray[np.int32]') -> list[Decimal]:
    """One sum a code 0, 1, 2 ..."""
    if pc.max(pc.binary_length(texts)).as_py() <= FAST_LENGTH:
        try:
            return _fast_sums(texts.cast(pa.decimal128(38, FAST_SCALE)), codes)
        except pa.ArrowInvalid:  # more decimals than FAST_SCALE
            pass
    sums = [Decimal(0)] * (int(codes.max()) + 1)
    for code, text in zip(codes.tolist(), texts.to_pylist(), strict=True):
        sums[code] = EXACT.add(sums[code], Decimal(text))
    return sums


def _fast_sums(amounts: pa.Array, codes: 'np.typing.NDArray[np.int32]') -> list[Decimal]:
    """Sums the four 32-bit words of each number apart: a batch's sum of them is exact in a double."""
    words = np.frombuffer(amounts.buffers()[1], np.uint32).reshape(-1, 4)
    words = words[amounts.offset : amounts.offset + len(amounts)]
    parts = [np.bincount(codes, words[:, index]) for index in range(3)]
    parts.append(np.bincount(codes, words[:, 3].view(np.int32)))  # two's complement: the sign is here
    scale = Decimal((0, (1,), -FAST_SCALE))
    return [
        EXACT.multiply(Decimal(sum(int(word) << 32 * index for index, word in enumerate(row))), scale)
        for row in zip(*parts, strict=True)
    ]


def plain(total: Decimal) -> str:
    """'1.50' is '1.5', '-0' is '0'; never an exponent."""
    text = f'{total:f}'
    text = text.rstrip('0').rstrip('.') if '.' in text else text
    return '0' if text in ('-0', '') else text
