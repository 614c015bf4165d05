"""The fields that say whose a record is, the same in every list of records."""

from typing import Any

from sqlmodel import SQLModel, col

from portal_app.listings import Field, Join, Kind
from portal_app.models import Customer


def customer_name(model: type[SQLModel]) -> Field:
    """Of a portal object, for who sees the records of several companies (ACC-13)."""
    return Field(
        'customer_name',
        'Customer Name',
        Kind.CHOICE,
        col(Customer.name),
        joins=_customer_of(model),
        up_front=False,
    )


def customer_and_number(model: type[SQLModel]) -> tuple[Field, Field]:
    """Of a list of staff's: name and number. A link by number finds no other's that begins alike."""
    found: dict[str, Any] = {'joins': _customer_of(model), 'via': _key(model), 'searched': True}
    return (
        Field('customer', 'Customer', Kind.TEXT, col(Customer.name), **found),
        Field(
            'customer_number',
            'Customer Number',
            Kind.CHOICE,
            col(Customer.number),
            at_first=False,
            up_front=False,
            **found,
        ),
    )


def _customer_of(model: type[SQLModel]) -> tuple[Join]:
    return (Join(Customer, col(Customer.id) == _key(model)),)


def _key(model: type[SQLModel]) -> Any:
    return col(model.customer_id)  # type: ignore[attr-defined]  # each record is a customer's
