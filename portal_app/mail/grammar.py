"""The little of Jinja that a template may use: variables, `if`, a few filters. All else is refused (SET-08).

What is not refused here runs in a sandbox all the same.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from jinja2 import TemplateSyntaxError, nodes

from portal_app.mail.render import FILTERS, mark, sandbox

DEEPEST = 30  # levels of conditions in conditions
MOST_PARTS = 1_000  # of one field
ALLOWED = 'a template has {{ variables }}, {% if … %} and the filters ' + ', '.join(FILTERS) + '.'

Objection = tuple[int, str]  # line, reason

_PLAIN = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.CondExpr, nodes.Const)
_LOGIC = (nodes.And, nodes.Or, nodes.Not, nodes.Compare)
_WORDS: Mapping[type[nodes.Node], str] = {
    nodes.For: 'a loop ({% for %})',
    nodes.Getattr: 'looking into a value (with a dot)',
    nodes.Getitem: 'looking into a value (with brackets)',
    nodes.Call: 'a call',
    nodes.Include: '{% include %}',
    nodes.Extends: '{% extends %}',
    nodes.Import: '{% import %}',
    nodes.FromImport: '{% from %}',
    nodes.Macro: '{% macro %}',
    nodes.CallBlock: '{% call %}',
    nodes.FilterBlock: '{% filter %}',
    nodes.Block: '{% block %}',
    nodes.With: '{% with %}',
    nodes.Assign: '{% set %}',
    nodes.AssignBlock: '{% set %}',
    nodes.Test: 'a test (“is”)',
    nodes.Concat: 'joining (“~”)',
    nodes.BinExpr: 'arithmetic',
    nodes.UnaryExpr: 'arithmetic',
    nodes.Literal: 'a list',
    nodes.Scope: '{% autoescape %}',
}
_SYNTAX = (
    (r"unknown tag 'end(\w+)'", r'{% end\1 %} stands alone; there is no {% \1 … %} before it.'),
    (r"unknown tag '(\w+)'", r'there is no {% \1 %}; ' + ALLOWED),
    (r"needs to be closed is '(\w+)'", r'{% \1 … %} is not closed; {% end\1 %} is missing.'),
    (r"unexpected '?end of template", 'something is not closed; }} or %} is missing.'),
    (r"unexpected (?:char )?'(.+?)'", r'“\1” does not belong there.'),
    (r"'end of print statement', got '(.*)'", r'“\1” does not belong between {{ and }}.'),
    (r"'end of statement block', got '(.*)'", r'“\1” does not belong between {% and %}.'),
)


def objections(
    source: str, known: Iterable[str], unfit: Mapping[str, str] | None = None
) -> Iterator[Objection]:
    """Each part that a template may not have, in order. `unfit` are variables that are refused, and why."""
    try:
        tree = sandbox.parse(source)
    except TemplateSyntaxError as error:
        yield error.lineno, _plainly(error.message or '')
    except RecursionError:
        yield 0, f'is nested too deeply (at most {DEEPEST} levels).'
    except ValueError:  # a number of thousands of digits
        yield 0, 'holds a number that is too long.'
    else:
        for count, (node, line, depth) in enumerate(_walk(tree)):
            if depth > DEEPEST or count > MOST_PARTS:
                yield line, f'is nested too deeply (at most {DEEPEST} levels) or too long.'
            elif reason := _objection(node, list(known), unfit or {}):
                yield line, reason


def with_marks(source: str) -> tuple[str, dict[str, str]]:
    """All branches of a template that has no objection, with marks for what `{{ }}` holds; and that, by mark.

    The lines stay where they are.
    """
    text, inside = '', ''
    expressions: dict[str, str] = {}
    for line, kind, value in sandbox.lex(source):
        text += '\n' * (line - 1 - text.count('\n'))
        if kind.endswith('_begin'):
            inside = kind
            if kind == 'variable_begin':
                place = mark(len(expressions))
                expressions[place] = ''
                text += place
        elif kind.endswith('_end'):
            inside = ''
        elif not inside or inside == 'raw_begin':
            text += value
        elif inside == 'variable_begin' and kind != 'whitespace':
            expressions[place] += value
    return text, expressions


def _walk(tree: nodes.Template) -> Iterator[tuple[nodes.Node, int, int]]:
    """Every node in order, with its line and how deep it lies."""
    waiting: list[tuple[nodes.Node, int, int]] = [(tree, 1, 0)]
    while waiting:
        node, line, depth = waiting.pop()
        yield node, line, depth
        inner = [(child, child.lineno or line, depth + 1) for child in node.iter_child_nodes()]
        waiting += reversed(inner)


def _objection(node: nodes.Node, known: list[str], unfit: Mapping[str, str]) -> str:
    match node:
        case nodes.Name():
            return _name(node.name, known, unfit)
        case nodes.Filter():
            return _filter(node)
        case nodes.Operand():
            allowed = node.op in ('eq', 'ne')
            return '' if allowed else 'a condition compares with == and != only.'
    if isinstance(node, _PLAIN + _LOGIC):
        return ''
    words = next((words for type, words in _WORDS.items() if isinstance(node, type)), type(node).__name__)
    return f'{words} is not possible; {ALLOWED}'


def _name(name: str, known: list[str], unfit: Mapping[str, str]) -> str:
    if name in known:
        return ''
    if name in unfit:
        return f'{{{{ {name} }}}} is not possible here: {unfit[name]}.'
    nearest = get_close_matches(name, known, 1, 0.5)
    ending = f'; did you mean "{nearest[0]}"?' if nearest else f'. There are: {", ".join(known)}.'
    return f'there is no variable "{name}"{ending}'


def _filter(node: nodes.Filter) -> str:
    if node.name not in FILTERS:
        nearest = get_close_matches(node.name, FILTERS, 1, 0.5)
        ending = f'; did you mean "{nearest[0]}"?' if nearest else f'. There are: {", ".join(FILTERS)}.'
        return f'there is no filter "{node.name}"{ending}'
    needed = 1 if node.name == 'default' else 0
    plain = len(node.args) == needed and all(isinstance(each, nodes.Const) for each in node.args)
    if plain and node.node and not (node.kwargs or node.dyn_args or node.dyn_kwargs):
        return ''
    return 'only the filter "default" takes a text: {{ customer|default("you") }}.'


def _plainly(message: str) -> str:
    for pattern, words in _SYNTAX:
        if found := re.search(pattern, message):
            return found.expand(words)
    return message[:1].lower() + message[1:]
