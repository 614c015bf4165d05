"""Which column of a file fills which field of a usage event (USE-04)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from portal_app.errors import Invalid

FIELDS = (
    'customer',
    'customer_name',
    'event_type',
    'date',
    'quantity',
    'unit',
    'source',
    'status',
    'event_id',
)
REQUIRED = ('customer', 'event_type', 'date', 'quantity', 'event_id')
PROPERTIES = 'properties'


class Property(NamedTuple):
    """One property: its key; without one, the column's name, or the keys of the JSON object in it."""

    key: str | None
    column: str


@dataclass
class Mapping:
    """Columns and constants by field, as `--map` and `--set` give them."""

    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    properties: list[Property] = field(default_factory=list)
    constant_properties: dict[str, str] = field(default_factory=dict)

    @property
    def compared(self) -> list[str]:
        """What the file says of an event beside whose and which it is."""
        said = [name for name in FIELDS if name in self.columns or name in self.constants]
        others = [name for name in said if name not in ('customer', 'customer_name', 'event_id')]
        return [*others, PROPERTIES] if self.properties or self.constant_properties else others

    def called(self, name: str) -> str:
        """What the person who wrote the mapping calls this field: its column, else the field."""
        if name == PROPERTIES and self.properties:
            return ', '.join(dict.fromkeys(item.column for item in self.properties))
        return self.columns.get(name, name)


def read_mapping(mapped: Sequence[str], constant: Sequence[str] = ()) -> Mapping:
    """The mapping that these `field=column` and `field=text` say. Raises Invalid, naming what is wrong."""
    mapping = Mapping()
    for item in mapped:
        name, column = _halves('--map', item)
        if name == PROPERTIES or name.startswith(f'{PROPERTIES}.'):
            mapping.properties.append(Property(name.partition('.')[2] or None, column))
        else:
            _put(mapping, mapping.columns, name, column)
    for item in constant:
        name, text = _halves('--set', item)
        if name == 'event_id':
            raise Invalid('--set event_id: every event needs an id of its own; map it from a column.')
        if name.startswith(f'{PROPERTIES}.'):
            mapping.constant_properties[name.partition('.')[2]] = text
        else:
            _put(mapping, mapping.constants, name, text)
    _check_complete(mapping)
    return mapping


def _halves(option: str, item: str) -> tuple[str, str]:
    name, sign, value = item.partition('=')
    if not sign or not name or not value or name == f'{PROPERTIES}.':
        raise Invalid(f'{option} {item}: write it as field={"column" if option == "--map" else "text"}.')
    return name, value


def _put(mapping: Mapping, target: dict[str, str], name: str, value: str) -> None:
    if name not in FIELDS:
        known = ', '.join((*FIELDS, PROPERTIES, f'{PROPERTIES}.KEY'))
        raise Invalid(f'There is no field {name!r} to map. The fields are {known}.')
    if name in mapping.columns or name in mapping.constants:
        raise Invalid(f'The field {name} is given twice.')
    target[name] = value


def _check_complete(mapping: Mapping) -> None:
    missing = [name for name in REQUIRED if name not in mapping.columns and name not in mapping.constants]
    if 'event_id' in missing:
        raise Invalid(
            "Map event_id to the column with the sender's own id of each event: by it a second import of "
            'the same file is recognised (--map event_id=COLUMN).'
        )
    if missing:
        raise Invalid(
            f'Not mapped: {", ".join(missing)}. Add --map {missing[0]}=COLUMN or --set {missing[0]}=TEXT.'
        )
