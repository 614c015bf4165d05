"""Exported files, read the way other programs read them."""

import csv
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import load_workbook  # type: ignore[import-untyped]  # it has no types

from portal_app.models import UsageEvent

Row = tuple[str, datetime, str, str, str, datetime, Decimal, str, str, dict[str, Any]]


def rows_of(path: Path) -> list[Row]:
    """The usage events of an exported file, in its order."""
    return {'.csv': _csv, '.xlsx': _excel, '.jsonl': _json_lines}[path.suffix](path)


def row_of(event: UsageEvent, customer: str) -> Row:
    """A usage event as a file should have it."""
    return (
        customer,
        event.occurred_at,
        event.event_type,
        event.status,
        event.source,
        event.ingested_at,
        event.quantity,
        event.unit,
        event.external_id,
        event.properties,
    )


def rounded(row: Row, suffix: str) -> tuple[object, ...]:
    """The row to compare by: Excel keeps milliseconds and 15 digits, the other formats keep everything."""
    return tuple(_as_excel(value) for value in row) if suffix == 'xlsx' else row


def _as_excel(value: object) -> object:
    if isinstance(value, datetime):
        return round(value.timestamp(), 2)
    return float(f'{value:.15g}') if isinstance(value, Decimal) else value


def _csv(path: Path) -> list[Row]:
    with path.open(encoding='utf-8', newline='') as file:
        return [_row(list(row.values()), datetime.fromisoformat, json.loads) for row in csv.DictReader(file)]


def _json_lines(path: Path) -> list[Row]:
    return [
        _row(list(json.loads(line).values()), datetime.fromisoformat, dict)
        for line in path.read_text().splitlines()
    ]


def _excel(path: Path) -> list[Row]:
    rows = load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True, min_row=2)
    return [_row(list(row), lambda naive: naive.replace(tzinfo=UTC), json.loads) for row in rows]


def _row(values: list[Any], moment: Any, properties: Any) -> Row:
    customer, date, kind, status, source, ingested, quantity, unit, event_id, given = values
    return (
        customer,
        moment(date),
        kind,
        status,
        source,
        moment(ingested),
        Decimal(str(quantity)),
        unit,
        event_id,
        properties(given),
    )
