"""Finding a record by what people call it, whoever's it is: for staff, never for customers."""

from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlmodel import col

from portal_app.listings import Kind, Listing
from portal_app.models import Customer
from portal_app.work import Work

MOST = 50  # customers whose own systems may use the same id


@dataclass(frozen=True)
class Match:
    """A record, and the customer that it belongs to."""

    id: int
    customer_id: int


def find_records(work: Work, listing: Listing, reference: str) -> list[Match]:
    """The records with this number, or with this id of somebody's (`Kind.REFERENCE`), the number first.

    The caller has checked the right to know.
    """
    model = listing.model
    number, whose = model.id, model.customer_id  # type: ignore[attr-defined]  # see test_listings
    found = []
    if reference.isascii() and reference.isdecimal() and len(reference) < 19:
        found.append(select(number, whose).where(number == int(reference)))
    for field in listing.fields:
        if field.kind is Kind.REFERENCE and not field.joins:
            # by customer, since the index on such an id begins with the customer
            same = and_(whose == col(Customer.id), field.column == reference)
            found.append(select(number, whose).select_from(Customer).join(model, same).limit(MOST))
    return [Match(*row) for statement in found for row in work.session.execute(statement)]
