"""Whose rows a listing shows: those of the viewer's customers, or all to staff who may see the list."""

from sqlalchemy.sql.elements import ColumnElement

from portal_app.listings import Listing
from portal_app.work import Work

Condition = ColumnElement[bool]


def customers_of(work: Work, listing: Listing) -> tuple[int, ...] | None:
    """The customers whose rows there are; None for everybody's, in a list of staff's.

    Raises NotPermitted where the list is not for the viewer: every read of rows comes through here.
    """
    if listing.permission is None:
        return work.customer_ids
    work.require(listing.permission)
    return None


def in_scope(work: Work, listing: Listing) -> list[Condition]:
    """What makes a row one that the viewer may see. Raises NotPermitted."""
    if customers_of(work, listing) is None:
        return always(listing)
    where = work.visible(listing.model).whereclause
    assert where is not None
    return [where, *always(listing)]


def always(listing: Listing) -> list[Condition]:
    """What every row of the listing meets, whoever looks: all that does not take `in_scope` adds this."""
    return [] if listing.always is None else [listing.always]
