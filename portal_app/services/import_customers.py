"""Whose usage a file holds: customers found by number or external id, and new ones to create (USE-04)."""

import re

from sqlmodel import col, or_, select

from portal_app.models import Customer
from portal_app.models.customers import RESERVED_NUMBERS
from portal_app.services.import_values import BadValue, text
from portal_app.services.organization import organization
from portal_app.work import Work


class Customers:
    """The customers that a file may name. One to be created has a negative id until it is."""

    def __init__(self, work: Work, create: bool) -> None:
        self.create = create
        self.by_number: dict[str, int] = {}
        self.by_external_id: dict[str, int] = {}
        asked = select(Customer.id, Customer.number, Customer.external_id)
        for id, number, external_id in work.session.exec(asked):
            self.by_number[number] = id or 0
            if external_id:
                self.by_external_id[external_id] = id or 0
        self.planned: dict[int, Customer] = {}
        self.created: dict[int, int] = {}

    def find(self, value: str, name: str) -> int:
        """The id of the customer with this external id or number. Raises BadValue."""
        value = value.strip()
        found = {table[value] for table in (self.by_external_id, self.by_number) if value in table}
        if len(found) > 1:
            raise BadValue(f'is the external id of one customer and the number of another (got {value!r})')
        return found.pop() if found else self._plan(value, name)

    def settle(self, work: Work, ids: set[int], dry_run: bool) -> int:
        """Create those of these customers that are still to be created. Returns how many there were."""
        planned = sorted((id for id in ids if id < 0 and id not in self.created), reverse=True)
        for id in planned:
            self.created[id] = id if dry_run else self._create(work, self.planned[id])
        return len(planned)

    def _plan(self, value: str, name: str) -> int:
        value = text(value)
        if not value:
            raise BadValue('must not be empty')
        if not self.create:
            raise BadValue(f'there is no customer with the number or external id {value!r}')
        number = re.sub(r'[^A-Za-z0-9]+', '-', value).strip('-')
        if not number:
            raise BadValue(f'no customer number can be made from {value!r}, which has no letter A-Z or digit')
        if number in RESERVED_NUMBERS:
            raise BadValue(f'no customer can have the number {number!r}')
        if number in self.by_number:
            raise BadValue(f"cannot be created from {value!r}: the number {number} is another customer's")
        try:
            name = text(name) or value
        except BadValue as error:
            raise BadValue(str(error), 'customer_name') from error
        id = -1 - len(self.planned)
        self.planned[id] = Customer(number=number, external_id=value, name=name)
        self.by_number[number] = self.by_external_id[value] = id
        return id

    def _create(self, work: Work, planned: Customer) -> int:
        """Create a customer, unless somebody did so since the file was read."""
        asked = select(Customer.id).where(
            or_(col(Customer.external_id) == planned.external_id, col(Customer.number) == planned.number)
        )
        id = work.session.exec(asked).first()
        if id is None:
            made = Customer(
                number=planned.number,
                external_id=planned.external_id,
                name=planned.name,
                currency=organization(work).currency,
            )
            work.session.add(made)
            work.session.flush()
            id = made.id
        assert id is not None
        return id
