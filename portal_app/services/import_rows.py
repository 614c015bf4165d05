"""One row of a file as one usage event, or all that is wrong with it (USE-04)."""

from typing import Any
from zoneinfo import ZoneInfo

from portal_app.errors import Invalid
from portal_app.services import import_values
from portal_app.services.import_customers import Customers
from portal_app.services.import_lines import picker
from portal_app.services.import_mapping import FIELDS, PROPERTIES, Mapping
from portal_app.services.import_values import BadValue, Known, as_text

# customer, external id, type, status, source, microseconds, quantity, unit, properties: as SQLite stores them
Event = tuple[int, str, str, str, str, int, str, str, str]

Problem = tuple[str, str]  # the field and the rule


class Refused(Exception):
    """A row that breaks rules."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


class EventReader:
    """Reads the values of its `columns` into events. Values equal to `null` count as empty.

    `typed` says that values are JSON's and not all texts. Raises Invalid where a constant breaks a rule.
    """

    def __init__(
        self, mapping: Mapping, customers: Customers, zone: ZoneInfo, null: str | None, typed: bool
    ) -> None:
        self.mapping, self.customers, self.null, self.typed = mapping, customers, null, typed
        self.columns = [*mapping.columns.values(), *(item.column for item in mapping.properties)]
        self.width = len(mapping.columns)
        self.constants = (*mapping.constants.values(), '')
        names = [*mapping.columns, *mapping.constants]
        self.pick = picker([names.index(name) if name in names else len(names) for name in FIELDS])
        self.ids: dict[str, int] = {}
        self.types, self.texts = Known(import_values.filled), Known(import_values.text)
        self.time = import_values.moment(zone)
        self.statuses, self.properties = Known(import_values.status), Known(self._properties)
        self._check_constants()

    def read(self, values: tuple[Any, ...]) -> Event:
        """The event that these values describe. Raises Refused with every rule that they break."""
        if self.null is not None:
            values = tuple(['' if value == self.null else value for value in values])
        cells = self.pick(values[: self.width] + self.constants)
        try:
            texts = map(as_text, cells) if self.typed else cells
            customer, name, type, time, quantity, unit, source, status, id = texts
            rest = values[self.width :]
            return (
                self.ids.get(customer) or self._customer(customer, name),
                import_values.filled(id),
                self.types[type],
                self.statuses[status],
                self.texts[source],
                self.time(time),
                import_values.quantity(quantity),
                self.texts[unit],
                self._properties(rest) if self.typed else self.properties[rest],
            )
        except BadValue:
            raise Refused(self._problems(cells, values[self.width :])) from None

    def _customer(self, value: str, name: str) -> int:
        id = self.ids[value] = self.customers.find(value, name)
        return id

    def _properties(self, values: tuple[Any, ...]) -> str:
        found: dict[str, Any] = dict(self.mapping.constant_properties)
        for (key, column), value in zip(self.mapping.properties, values, strict=True):
            if value in (None, ''):
                continue
            merged = import_values.object_in(value) if key is None else None
            added = {key or column: value} if merged is None else merged
            if twice := found.keys() & added.keys():
                raise BadValue(
                    f'the property {min(twice)!r} comes from two columns; name one: properties.KEY=COLUMN'
                )
            found.update(added)
        return import_values.properties(found)

    def _problems(self, cells: tuple[Any, ...], properties: tuple[Any, ...]) -> list[Problem]:
        problems = []
        name = cells[FIELDS.index('customer_name')]
        for field, value in (*zip(FIELDS, cells, strict=True), (PROPERTIES, properties)):
            try:
                self._check(field, value, name)
            except BadValue as error:
                problems.append((error.field or field, str(error)))
        return problems

    def _check(self, field: str, value: Any, name: Any) -> None:
        match field:
            case 'properties':
                self._properties(value)
            case 'customer':
                self._customer(as_text(value), as_text(name) if isinstance(name, str) else '')
            case 'date':
                self.time(as_text(value))
            case 'quantity':
                import_values.quantity(as_text(value))
            case 'status':
                self.statuses[as_text(value)]
            case 'event_type' | 'event_id':
                import_values.filled(as_text(value))
            case _:
                as_text(value) if field == 'customer_name' else self.texts[as_text(value)]

    def _check_constants(self) -> None:
        for field, value in self.mapping.constants.items():
            try:
                self._check(field, value, self.mapping.constants.get('customer_name', ''))
            except BadValue as error:
                raise Invalid(f'--set {field}={value}: {error}.') from error
        try:
            import_values.properties(self.mapping.constant_properties)
        except BadValue as error:
            raise Invalid(f'--set properties: {error}.') from error
