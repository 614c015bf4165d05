"""Reading a configuration file: what is wrong with it is said by place and rule, every problem at once."""

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from portal_app.errors import Invalid
from portal_app.services.configuration_document import FORMAT, Configuration
from portal_app.services.configuration_values import BROKEN, Place, Problem, shortened

LARGEST = 10_000_000  # bytes
MOST_VALUES = 20_000  # what all lists and objects of a file hold together
MOST_SHOWN = 20  # problems

_TYPES = {
    'bool_type': 'true or false',
    'dict_type': 'an object ({…})',
    'int_type': 'a whole number',
    'list_type': 'a list ([…])',
    'model_type': 'an object ({…})',
    'string_type': 'a text',
}


class ConfigurationRefused(Invalid):
    """A file that cannot be used: `problems` says why, the first of them in words."""

    def __init__(self, problems: list[str]) -> None:
        more = len(problems) - MOST_SHOWN
        self.problems = problems[:MOST_SHOWN] + ([f'… and {more:,} more.'] if more > 0 else [])
        super().__init__('\n'.join(self.problems))


class _Object(dict[str, Any]):
    """A JSON object that remembers which keys it was given twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.twice: list[str] = []
        if len(self) < len(pairs):
            seen: set[str] = set()
            self.twice = [key for key, _ in pairs if key in seen or seen.add(key)]  # type: ignore[func-returns-value]


def read(content: bytes) -> Configuration:
    """The configuration in a file. Raises ConfigurationRefused."""
    found = _parsed(content)
    if not isinstance(found, _Object):
        raise ConfigurationRefused(['The file must hold one JSON object ({…}).'])
    version = found.get('format')
    if type(version) is not int or version != FORMAT:  # True and 1.0 equal 1
        got = f'got {_spoken(version)}' if 'format' in found else 'it is missing'
        raise ConfigurationRefused([f'format: must be {FORMAT}, which this release reads ({got}).'])
    problems = list(_anywhere(found))
    try:
        configuration = Configuration.model_validate(found)
    except ValidationError as error:
        problems += _broken_rules(error)
    if problems:
        raise ConfigurationRefused([_line(*problem) for problem in problems])
    return configuration


def _parsed(content: bytes) -> Any:
    if len(content) > LARGEST:
        raise ConfigurationRefused([f'The file must have at most {LARGEST:,} bytes.'])
    try:
        text = content.decode('utf-8-sig')
        return json.loads(text, object_pairs_hook=_Object, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        wrong = f'The file must be UTF-8 text; byte {error.start + 1:,} is not.'
    except json.JSONDecodeError as error:
        wrong = f'Line {error.lineno:,}, column {error.colno:,}: not JSON ({error.msg}).'
    except RecursionError:
        wrong = 'The file is nested too deeply.'
    except ValueError as error:  # of a constant or a number of thousands of digits
        wrong = f'The file is not JSON that can be read: {error}.'
    raise ConfigurationRefused([wrong])


def _refuse_constant(constant: str) -> None:
    raise ValueError(f'{constant} is not a JSON number')


def _anywhere(found: _Object) -> Iterator[Problem]:
    """Keys given twice and half characters, anywhere. Raises ConfigurationRefused for too many values."""
    waiting: list[tuple[Place, _Object | list[Any]]] = [((), found)]
    values = 0
    while waiting:
        place, holder = waiting.pop()
        values += len(holder)
        if values > MOST_VALUES:
            raise ConfigurationRefused([f'The file must hold at most {MOST_VALUES:,} values.'])
        if isinstance(holder, _Object):
            yield from (((*place, key), 'is there twice.') for key in dict.fromkeys(holder.twice))
        pairs = holder.items() if isinstance(holder, _Object) else enumerate(holder)
        for key, value in pairs:
            if any(isinstance(each, str) and _is_half(each) for each in (key, value)):
                yield (*place, key), 'has half a character (a lone surrogate), which cannot be stored.'
            if isinstance(value, _Object | list):
                waiting.append(((*place, key), value))


def _is_half(text: str) -> bool:
    return any('\ud800' <= letter <= '\udfff' for letter in text) if not text.isascii() else False


def _broken_rules(error: ValidationError) -> Iterator[Problem]:
    for found in error.errors(include_url=False):
        place: Place = found['loc']
        match found['type']:
            case 'missing':
                yield place, 'is missing.'
            case 'extra_forbidden':
                yield place, 'is not known here.'
            case 'string_unicode':
                pass  # a lone surrogate in a key: `_anywhere` says where
            case kind if kind == BROKEN:
                for inner, reason in found['ctx']['problems']:
                    yield (*place, *inner), reason
            case kind:
                yield place, f'must be {_TYPES[kind]} (got {_spoken(found["input"])}).'


def _spoken(value: Any) -> str:
    """What kind of value it is, and a short one itself."""
    match value:
        case None:
            return 'null'
        case bool():
            return 'true' if value else 'false'
        case str():
            return f'the text {shortened(value)}'
        case int() | float():
            return f'the number {value}' if abs(value) < 10**15 else 'a large number'
        case dict():
            return 'an object'
        case _:
            return 'a list'


def _line(place: Place, reason: str) -> str:
    path = ''
    for step in place:
        if isinstance(step, int):
            path += f'[{step}]'
        elif re.fullmatch(r'[A-Za-z0-9_-]{1,60}', step):
            path += f'.{step}' if path else step
        else:
            path += f'[{shortened(step)}]'
    return f'{path}: {reason}'
