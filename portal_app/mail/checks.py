"""What is wrong with a template, said before it comes into force: field, line and reason (SET-08)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from portal_app.errors import Invalid
from portal_app.mail import markdown
from portal_app.mail.grammar import Objection, objections, with_marks
from portal_app.mail.look import CONTROL
from portal_app.mail.render import VALUE, rendered_subject
from portal_app.mail.template_kinds import TemplateKind
from portal_app.mail.templates import Draft

LONGEST = {'subject': 200, 'body': 20_000, 'reply_to': 254, 'support_contact': 500, 'instructions': 5_000}
LABELS = {
    'subject': 'subject',
    'body': 'body',
    'reply_to': 'reply-to',
    'support_contact': 'support contact',
    'instructions': 'additional instructions',
}
ONE_LINE = ('subject', 'reply_to', 'support_contact')
SCHEMES = 'https://, http:// or mailto:'

_UNSEEN = re.compile(rf'(?![\n\t]){CONTROL.pattern}')
_WEB = re.compile(r'https?://([^/?#]*)', re.IGNORECASE)
_BARE = re.compile(r'(https?://|www\.|mailto:)[^\s()<>\[\]]+', re.IGNORECASE)  # mail programs make it a link


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. `line` is 0 where a field has only one, or where it is about all of it."""

    field: str
    line: int
    reason: str

    def __str__(self) -> str:
        place = f', line {self.line}' if self.line else ''
        return f'{LABELS[self.field]}{place}: {self.reason}'


class TemplateRefused(Invalid):
    """A template that cannot come into force; the message has a line for each problem."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__('\n'.join(map(str, problems)))
        self.problems = problems


def check(kind: TemplateKind, draft: Draft) -> None:
    """Raises TemplateRefused with the first problem of each field."""
    if found := problems(kind, draft):
        raise TemplateRefused(found)


def problems(kind: TemplateKind, draft: Draft) -> tuple[Problem, ...]:
    """The first problem of each field."""
    found = []
    for field, text in draft.texts.items():
        for line, reason in _of_field(kind, field, text):
            found.append(Problem(field, 0 if field in ONE_LINE else line, reason))
            break
    return tuple(found)


def _of_field(kind: TemplateKind, field: str, text: str) -> Iterator[Objection]:
    if len(text) > LONGEST[field]:
        yield 0, f'must have at most {LONGEST[field]:,} characters (got {len(text):,}).'
        return  # reading it could take long
    if field in ONE_LINE and re.search(r'[\r\n]', text):
        yield 0, 'must be one line.'
    if unseen := _UNSEEN.search(text):
        line = text.count('\n', 0, unseen.start()) + 1
        yield line, f'there is a character that cannot be seen (U+{ord(unseen[0][0]):04X}); take it out.'
    match field:
        case 'reply_to':
            yield from _reply_to(text)
        case 'subject':
            yield from _subject(kind, text)
        case _:
            yield from objections(text, kind.by_name)
            yield from _carried_off(kind, text)
            yield from _links(kind, text, kind.needed_links if field == 'body' else ())


def _reply_to(text: str) -> Iterator[Objection]:
    try:
        if text:
            validate_email(text, allow_smtputf8=False, check_deliverability=False)
    except EmailNotValidError as error:
        yield 0, f'must be empty or one valid address (got “{text}”). {error}'


def _subject(kind: TemplateKind, text: str) -> Iterator[Objection]:
    links = [variable.name for variable in kind.variables if variable.is_link]
    without = {name: variable for name, variable in kind.by_name.items() if name not in links}
    yield from objections(text, without, dict.fromkeys(links, 'a subject cannot hold a link'))
    if not rendered_subject(kind.key, text, kind.examples()):
        yield 0, 'must not be empty.'


def _carried_off(kind: TemplateKind, text: str) -> Iterator[Objection]:
    """Where a link of this mail's own is a part of another address: that server could do what it is for."""
    marked, expressions = with_marks(text)
    addresses = [(marked.count('\n', 0, bare.start()) + 1, bare[0]) for bare in _BARE.finditer(marked)]
    for link in markdown.links(markdown.parse(marked)):
        addresses.append((int(link.meta['line']), str(link.attrs['href'])))
    for line, address in addresses:
        for value in VALUE.finditer(address, 1):  # one that begins the address says where it leads
            for variable in kind.own_variables:
                if variable.is_link and re.search(rf'\b{variable.name}\b', expressions.get(value[0], '')):
                    yield line, f'{{{{ {variable.name} }}}} cannot be a part of another address.'


def _links(kind: TemplateKind, text: str, needed: tuple[str, ...]) -> Iterator[Objection]:
    """Where the links of all branches lead: to a link variable, or to an address that is written out."""
    marked, expressions = with_marks(text)
    missing = dict.fromkeys(needed)
    for link in markdown.links(markdown.parse(marked)):
        target, line = str(link.attrs['href']), int(link.meta['line'])
        if value := VALUE.match(target):
            name, rest = expressions.get(value[0], ''), target[value.end() :]
            variable = kind.by_name.get(name)
            if variable is None or not variable.is_link:
                names = ', '.join(each.name for each in kind.variables if each.is_link)
                yield line, f'a link cannot lead to {{{{ {name} }}}}, only to {names}, or to {SCHEMES} …'
            elif rest and rest[0] not in '/?#':
                yield line, f'after {{{{ {name} }}}} the target of a link goes on with / or ? or ends.'
            elif not rest:
                missing.pop(name, None)
        elif web := _WEB.match(target):
            if not web[1] or VALUE.search(web[1]):
                yield line, 'the server in the target of a link must be written out, without variables.'
        elif not target.lower().startswith('mailto:'):
            yield line, f'a link must begin with {SCHEMES} (got “{target[:80]}”).'
    for name in missing:
        example = f'[{kind.by_name[name].label}]({{{{ {name} }}}})'
        yield 0, f'must have a link to {{{{ {name} }}}}, which this mail is sent for; such as {example}.'
