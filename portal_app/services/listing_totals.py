"""What adds up below a table: exact sums of all rows that match, each currency and unit apart (POR-03)."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from portal_app import db
from portal_app.columns import exact_sum
from portal_app.errors import TooSlow
from portal_app.listings import Field, Kind, Listing, Measure, Totals
from portal_app.money import Money
from portal_app.queries import Query
from portal_app.services.listing_conditions import conditions
from portal_app.services.listing_scope import in_scope
from portal_app.services.listing_statements import select_from
from portal_app.work import Work

SECONDS = 0.05
STAFF_SECONDS = 0.3
MOST_GROUPS = 20  # currencies or units


def totals(work: Work, listing: Listing, query: Query) -> Totals | None:
    """The sums of the shown fields that add up; None without any, and where it takes too long.

    A field with more currencies or units than anybody reads has none. Nothing is rounded: a sum that SQLite
    has no whole number for (92 quadrillion dollars) is left out.
    """
    groups: dict[int, list[Field]] = {}
    for field in listing.chosen(query.columns):
        if field.adds_up and (by := _by(listing, field)) is not None:
            groups.setdefault(id(by), []).append(field)
    if not groups:
        return None
    found: dict[str, list[Money | Measure]] = {}
    try:
        with db.time_limit(work.session, STAFF_SECONDS if listing.permission else SECONDS):
            for fields in groups.values():
                found |= _sums(work, listing, query, fields)
    except TooSlow:
        return None
    except OperationalError as error:
        if 'integer overflow' in str(error.orig):
            return None
        raise
    return {name: sums for name, sums in found.items() if len(sums) <= MOST_GROUPS}


def _by(listing: Listing, field: Field) -> Any:
    """Within what a field adds up; None where staff have hidden that."""
    if field.kind is Kind.MONEY:
        return field.currency
    return listing.by_name[field.per].column if field.per in listing.by_name else None


def _sums(
    work: Work, listing: Listing, query: Query, fields: list[Field]
) -> dict[str, list[Money | Measure]]:
    """The sums of fields that add up within the same."""
    used = {*query.filters, *(each.name for each in listing.searched if query.search)}
    used |= {name for field in fields for name in (field.name, field.per) if name}
    columns = [field.column.label(field.name) for field in fields]
    rows = (
        select_from(listing, [_by(listing, fields[0]).label('by'), *columns], used)
        .where(*in_scope(work, listing), *conditions(work, listing, query))
        .subquery()
    )
    sums = [
        func.sum(rows.c[field.name]) if field.kind is Kind.MONEY else exact_sum(rows.c[field.name])
        for field in fields
    ]
    asked = select(rows.c.by, *sums).group_by(rows.c.by).order_by(rows.c.by).limit(MOST_GROUPS + 1)
    found: dict[str, list[Money | Measure]] = {field.name: [] for field in fields}
    for by, *amounts in work.session.execute(asked):
        for field, amount in zip(fields, amounts, strict=True):
            is_money = field.kind is Kind.MONEY
            found[field.name].append(Money(int(amount or 0), by) if is_money else Measure(amount, by))
    return found
