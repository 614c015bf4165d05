"""Invented customers in families, each with one to three people."""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from unicodedata import normalize

from portal_app.models import Contact, Customer
from portal_app.models.base import now
from portal_app.services.demo_names import PEOPLE
from portal_app.work import Work

Names = Callable[[int], tuple[str, str]]  # number and external id of the customer at this place


def add_customers(
    work: Work,
    families: Sequence[tuple[str, ...]],
    chance: random.Random,
    named: Names,
    days: int,
    currency: str = 'USD',
) -> list[Customer]:
    """Write these companies, the first of each family as the parent of the others, as of some days ago."""
    people = iter(PEOPLE)
    made: list[Customer] = []
    for names in families:
        parent: Customer | None = None
        for name in names:
            number, external_id = named(len(made))
            customer = Customer(
                number=number,
                name=name,
                external_id=external_id,
                parent_id=parent.id if parent else None,
                bill_to_parent=parent is not None and chance.random() < 0.5,
                currency=currency,
                created_at=now() - timedelta(days=days),
            )
            work.session.add(customer)
            work.session.flush()
            parent = parent or customer
            made.append(customer)
            _contacts(work, customer, [next(people) for _ in range(chance.choice((1, 2, 2, 3)))])
    return made


def _contacts(work: Work, customer: Customer, names: Sequence[str]) -> None:
    domain = plain(customer.name.split()[0])
    for place, name in enumerate(names):
        email = f'{plain(name)}@{domain}.example'
        work.session.add(Contact(customer_id=customer.id or 0, name=name, email=email, is_billing=place == 0))


def plain(name: str) -> str:
    """A name as the part of an address before the @: José O’Neill is jose.oneill."""
    letters = normalize('NFKD', name.lower().translate(str.maketrans('øł', 'ol')))
    return ''.join(letter for letter in letters.replace(' ', '.') if letter.isascii() and letter not in "'’")
