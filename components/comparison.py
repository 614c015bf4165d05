"""What something was and what it became, field by field; of long texts, line by line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from nicegui import ui

from components.formats import property_text

SHORT = 60  # characters that stand beside each other; longer texts stand below each other
AROUND = 2  # lines that are shown before and after a line that changed
MOST_LINES = 2_000
WORDS = {True: 'Yes', False: 'No', None: 'None', '': '(empty)'}


@dataclass(frozen=True)
class Difference:
    """One field: its name in words, and what it held; None where it did not hold anything."""

    label: str
    before: str | None
    after: str | None

    @property
    def is_long(self) -> bool:
        """Whether its texts are compared line by line."""
        texts = [text for text in (self.before, self.after) if text]
        return any(len(text) > SHORT or '\n' in text for text in texts)


@dataclass(frozen=True)
class Line:
    """One line of a long text: '+' where it came, '-' where it went, '' where it stayed, '…' for a gap."""

    sign: str
    text: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """The fields of both, those within others by their path. Lists are texts of one line for each value."""
    was, became = dict(_flat(before)), dict(_flat(after))
    names = dict.fromkeys((*was, *became))
    return [Difference(_label(name), was.get(name), became.get(name)) for name in names]


def lines(before: str, after: str) -> list[Line]:
    """A text's lines as they came, went and stayed, without those that are far from any change."""
    old, new = before.splitlines()[:MOST_LINES], after.splitlines()[:MOST_LINES]
    found: list[Line] = []
    steps = SequenceMatcher(None, old, new).get_opcodes()
    for step in steps:
        kind, first, last, new_first, new_last = step
        if kind == 'equal':
            found += _shortened(old[first:last], step is steps[0], step is steps[-1])
        else:
            found += [Line('-', text) for text in old[first:last]]
            found += [Line('+', text) for text in new[new_first:new_last]]
    return found


def show_comparison(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """A table of what changed."""
    found = differences(before, after)
    if not found:
        ui.label('Nothing beside the action itself was written down.').classes('soft')
        return
    with ui.element('table').classes('comparison'):
        with ui.element('thead'), ui.element('tr'):
            for title in ('Field', 'Before', 'After'):
                with ui.element('th').props('scope=col'):
                    ui.label(title)
        with ui.element('tbody'):
            for each in found:
                _row(each)


def _row(each: Difference) -> None:
    with ui.element('tr'):
        with ui.element('th').props('scope=row'):
            ui.label(each.label)
        if each.is_long:
            with ui.element('td').props('colspan=2'):
                _long(each)
            return
        for value in (each.before, each.after):
            with ui.element('td'):
                ui.label('–' if value is None else value).classes('' if value else 'soft')


def _long(each: Difference) -> None:
    with ui.element('div').classes('line-diff').props('tabindex=0 role=group') as place:
        place._props['aria-label'] = each.label
        for line in lines(each.before or '', each.after or ''):
            tag = {'+': 'ins', '-': 'del'}.get(line.sign, 'div')
            with ui.element(tag).classes('line'):
                ui.label(line.sign.replace('-', '−')).classes('sign').props('aria-hidden=true')
                ui.label(line.text)


def _shortened(same: Sequence[str], at_start: bool, at_end: bool) -> Iterator[Line]:
    """Lines that stayed: those next to a change, and a gap for the rest."""
    head, tail = 0 if at_start else AROUND, 0 if at_end else AROUND
    if len(same) <= head + tail + 1:
        yield from (Line('', text) for text in same)
        return
    yield from (Line('', text) for text in same[:head])
    yield Line('…', f'{len(same) - head - tail:,} lines that stayed as they were')
    yield from (Line('', text) for text in same[len(same) - tail :])


def _flat(values: Mapping[str, Any], path: str = '') -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f'{path}{name} › ')
        else:
            yield f'{path}{name}', _text(value)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return '\n'.join(map(property_text, value)) or WORDS['']
    if isinstance(value, bool | None) or value == '':
        return WORDS[value]
    return property_text(value)


def _label(name: str) -> str:
    words = name.replace('_', ' ')
    return words[:1].upper() + words[1:]
