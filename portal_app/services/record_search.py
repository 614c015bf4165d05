"""Finding a record by what people call it, whoever's it is: for staff, never for customers."""

from dataclasses import dataclass

from sqlalchemy import and_, select, true
from sqlmodel import col

from portal_app.listings import Kind, Listing
from portal_app.models import Customer
from portal_app.services.listing_scope import always
from portal_app.work import Work

MOST = 50  # customers whose own systems may use the same id


@dataclass(frozen=True)
class Match:
    """A record, and the customer that it belongs to."""

    id: int
    customer_id: int
    is_shown: bool  # it is not one that nobody ever sees, such as a draft


def find_records(work: Work, listing: Listing, reference: str) -> list[Match]:
    """The records with this number, or with this id of somebody's (`Kind.REFERENCE`), the number first.

    The caller has checked the right to know.
    """
    model = listing.model
    number, whose = model.id, model.customer_id  # type: ignore[attr-defined]  # see test_listings
    shown = and_(true(), *always(listing))
    found = []
    if reference.isascii() and reference.isdecimal() and len(reference) < 19:
        found.append(select(number, whose, shown).where(number == int(reference)))
    for field in listing.fields:
        if field.kind is Kind.REFERENCE and not field.joins:
            # by customer, since the index on such an id begins with the customer
            same = and_(whose == col(Customer.id), field.column == reference)
            found.append(select(number, whose, shown).select_from(Customer).join(model, same).limit(MOST))
    rows = (row for statement in found for row in work.session.execute(statement))
    return [Match(id, customer_id, bool(is_shown)) for id, customer_id, is_shown in rows]
