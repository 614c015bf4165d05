"""Exports: exactly what the filters say, with a manifest of what was exported (POR-04)."""

import re
import secrets
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlmodel import col, select

from portal_app import db
from portal_app.auth.viewer import PortalViewer, StaffViewer
from portal_app.columns import canonical, microseconds
from portal_app.errors import Conflict, Invalid, NotFound
from portal_app.filters import Dates
from portal_app.listings import Field, Kind, Listing
from portal_app.live import Change, Topic
from portal_app.models import Export, ExportState
from portal_app.models.base import now
from portal_app.queries import Query, to_parameters
from portal_app.services import listings, setup
from portal_app.services.listing_statements import currency_label
from portal_app.services.staff_lists import exportable_list
from portal_app.work import Work

FORMATS = {
    'csv': ('CSV', 'text/csv; charset=utf-8'),
    'xlsx': ('Excel', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'),
    'jsonl': ('JSON Lines', 'application/x-ndjson'),
}

TICKET = re.compile(r'[A-Za-z0-9_-]{20,64}')
MOST_AT_ONCE = 3  # of one person


def prepare(work: Work, listing: Listing, query: Query, format: str) -> dict[str, Any]:
    """The job for `portal_app.export_process`. Raises Invalid for a format that there is not."""
    if format not in FORMATS:
        raise Invalid(f'format must be one of {", ".join(FORMATS)}.')
    return _job(work, listing, _shown(listing, query), query, format)


def begin(work: Work, listing: Listing, query: Query, format: str, ticket: str = '') -> Export:
    """Note that an export starts. `ticket` names it for whoever follows its progress.

    Raises Invalid for a ticket that was used before, and Conflict while too many of the viewer's own run.
    """
    viewer = work.viewer
    assert isinstance(viewer, PortalViewer | StaffViewer)
    if (ticket and not TICKET.fullmatch(ticket)) or work.session.exec(
        select(Export.id).where(Export.ticket == ticket)
    ).first():
        raise Invalid('ticket must be new, with 20 to 64 letters, digits, - or _.')
    _check_room(work, viewer)
    by_customer = isinstance(viewer, PortalViewer)
    export = Export(
        ticket=ticket or secrets.token_urlsafe(24),
        customer_id=viewer.company.id if isinstance(viewer, PortalViewer) else None,
        portal_user_id=viewer.user_id if by_customer else None,
        staff_user_id=None if by_customer else viewer.user_id,
        listing=listing.key,
        format=format,
        file_name=_file_name(viewer, listing, query, format),
        filters=_as_filters(query, listing),
        fields=[field.name for field in _shown(listing, query).columns],
        time_zone=viewer.zone.key,
    )
    work.session.add(export)
    work.session.flush()
    return export


def cancel(work: Work, ticket: str) -> None:
    """Stop an export that runs. Raises NotFound where it is not the viewer's."""
    export = find(work, ticket)
    if export.state == ExportState.RUNNING:
        _end(work, export, ExportState.CANCELLED)


def finish(work: Work, ticket: str, state: ExportState, result: dict[str, Any]) -> None:
    """Write down how an export ended: its rows, bytes, SHA-256 and totals. The first end counts.

    Nothing where it went with the sample data meanwhile.
    """
    export = work.session.exec(select(Export).where(Export.ticket == ticket)).first()
    if export is None or export.state != ExportState.RUNNING:
        return
    export.rows, export.size = result.get('rows'), result.get('bytes')
    export.sha256, export.totals = result.get('sha256'), result.get('totals') or {}
    _end(work, export, state)


def find(work: Work, ticket: str) -> Export:
    """An export of the viewer's own, of a customer's person in this company. Raises NotFound."""
    viewer, own = work.viewer, select(Export).where(Export.ticket == ticket)
    if isinstance(viewer, StaffViewer):
        own = own.where(Export.staff_user_id == viewer.user_id)
    else:
        assert isinstance(viewer, PortalViewer)
        own = own.where(Export.customer_id == viewer.company.id, Export.portal_user_id == viewer.user_id)
    export = work.session.exec(own).first()
    if export is None:
        raise NotFound
    return export


def exportable(work: Work, key: str) -> Listing:
    """What the viewer may export under this key: its visible fields. Raises NotFound, NotPermitted."""
    if isinstance(work.viewer, StaffViewer):
        return exportable_list(work, key)
    return setup.portal_tab(work, key)


def manifest(work: Work, ticket: str) -> dict[str, Any]:
    """What an export held: object, filters, fields, zone, rows, totals, SHA-256. Raises NotFound."""
    export = find(work, ticket)
    visible = exportable(work, export.listing).by_name
    return {
        'file_name': export.file_name,
        'object': export.listing,
        'format': export.format,
        'state': export.state,
        'customer': work.viewer.company.number if isinstance(work.viewer, PortalViewer) else '',
        'filters': export.filters,
        'fields': export.fields,
        'time_zone': export.time_zone,
        'rows': export.rows,
        'bytes': export.size,
        'sha256': export.sha256,
        'totals': {name: sums for name, sums in export.totals.items() if name in visible},
        'started_at': export.started_at.isoformat(),
        'finished_at': export.finished_at.isoformat() if export.finished_at else None,
    }


def _shown(listing: Listing, query: Query) -> Listing:
    return listing.showing([field.name for field in listing.chosen(query.columns)])


def _check_room(work: Work, viewer: PortalViewer | StaffViewer) -> None:
    owner = Export.staff_user_id if isinstance(viewer, StaffViewer) else Export.portal_user_id
    running = select(func.count()).where(
        col(owner) == viewer.user_id,
        col(Export.state) == ExportState.RUNNING,
        col(Export.started_at) > now() - timedelta(minutes=10),
    )
    if work.session.exec(running).one() >= MOST_AT_ONCE:
        raise Conflict(f'{MOST_AT_ONCE} of your exports are running. Wait for one to end, or cancel one.')


def _end(work: Work, export: Export, state: ExportState) -> None:
    export.state, export.finished_at = state, now()
    work.session.add(export)
    work.tell(Change(Topic.EXPORT, export.customer_id, f'{export.ticket} {state}'))


def _file_name(viewer: PortalViewer | StaffViewer, listing: Listing, query: Query, format: str) -> str:
    """Object, company and range: usage-events_acme-ltd_2026-10-01_2026-10-31.csv."""
    company = ''
    if isinstance(viewer, PortalViewer):
        plain = re.sub(r'[^a-z0-9]+', '-', viewer.company.name.lower()).strip('-')
        company = plain or viewer.company.number.lower()
    dates = query.filters.get('date')
    days: tuple[date | None, date | None] = (None, None)
    if isinstance(dates, Dates):
        days = dates.days(viewer.zone, now())
    first, last = days
    spoken = [
        'from' if first and not last else 'until' if last and not first else '',
        str(first or ''),
        str(last or ''),
    ]
    return '_'.join(part for part in (listing.key, company[:60], *spoken) if part) + f'.{format}'


def _as_filters(query: Query, listing: Listing) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for name, value in to_parameters(query.first_page(columns=None, sort=''), listing):
        found.setdefault(name, []).append(value)
    return found


def _job(work: Work, listing: Listing, shown: Listing, query: Query, format: str) -> dict[str, Any]:
    job = {
        'columns': [each for field in shown.columns for each in _columns(field, shown)],
        'format': format,
        'zone': work.viewer.zone.key,
        'title': listing.title,
        'database': _database(),
    }
    if listing.summarise:
        rows, _ = listing.summarise(work, listing, query)
        return {
            **job,
            'rows': [[each for field in shown.columns for each in _cells(field, row)] for row in rows],
        }
    sql, parameters = _compiled(listings.export_statement(work, shown, query, listing))
    return {**job, 'sql': sql, 'parameters': parameters}


def _database() -> str:
    url = db.engine().url.set(drivername=db.engine().dialect.name)
    if db.is_sqlite():
        url = url.set(database=str(Path(url.database or '').resolve()))
    return url.render_as_string(hide_password=False)


def _columns(field: Field, shown: Listing) -> list[dict[str, Any]]:
    """A field's column; behind an amount of money its currency, which is not written."""
    column: dict[str, Any] = {'name': field.name, 'label': field.label, 'kind': field.kind.exported_as}
    if field.kind is Kind.MONEY:
        currency = {'name': currency_label(field), 'kind': 'text', 'hidden': True}
        return [{**column, 'currency_column': currency['name'], 'total': field.adds_up}, currency]
    return [{**column, 'total': True, 'per': field.per} if field.per in shown.by_name else column]


def _compiled(statement: Select[Any]) -> tuple[str, list[Any]]:
    # asyncpg's dialect writes $1 with the type beside it, as the export process needs it
    dialect = sqlite.dialect(paramstyle='qmark') if db.is_sqlite() else asyncpg.dialect()  # type: ignore[no-untyped-call]
    compiled = statement.compile(dialect=dialect, compile_kwargs={'render_postcompile': True})
    values = compiled.construct_params()
    return str(compiled), [_plain(values[name]) for name in compiled.positiontup or ()]


def _cells(field: Field, row: dict[str, Any]) -> list[Any]:
    """A row's value as the columns of its field have it."""
    value = row[field.name]
    if field.kind is Kind.MONEY:
        return [None, None] if value is None else list(value)
    return [_plain(value)]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return microseconds(value) if db.is_sqlite() else {'time': value.isoformat()}
    if isinstance(value, date):
        return value.isoformat()
    return canonical(value) if isinstance(value, Decimal) else value
