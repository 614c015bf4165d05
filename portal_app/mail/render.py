"""From a template and values to a mail. No value can become Markdown, HTML, a link or a header (SET-08).

First Jinja chooses what is said, and leaves a mark where a value belongs; then Markdown is read, and styles
are put inline; only then do the values take the place of their marks, escaped. What lies between depends on
the choices alone, so that a thousand mails of one template share it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from html import escape
from urllib.parse import quote

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from portal_app.branding import shades
from portal_app.mail import markdown
from portal_app.mail.look import Look, one_line
from portal_app.mail.templates import ASSETS, TEMPLATES
from portal_app.models import EmailTemplateVersion

LONGEST_SUBJECT = 250  # characters, with values in it
FILTERS = ('default', 'lower', 'title', 'trim', 'upper')
GREY, PAPER = 24, '#e9ecf1'  # how far red, green and blue of a grey are apart at most, of 255
SAFE_TARGET = re.compile(r'https?://[^\s/?#]|mailto:[^\s@?]+@[^\s@?]', re.IGNORECASE)

_HELD = '_held'  # where a template's values wait; no template can name it
VALUE = re.compile(r'qzvalue(\d{1,4})zq')
_MARK = re.compile(r'(?P<attribute> href=")?qz(?P<what>value|link)(?P<number>\d{1,4})zq(?(attribute)")')


@dataclass(frozen=True)
class Rendered:
    """A mail. Its HTML shows the picture `cid:logo` (see logo)."""

    subject: str
    text: str
    html: str
    reply_to: str


def render(version: EmailTemplateVersion, variables: Mapping[str, str], look: Look) -> Rendered:
    """The mail that this version makes of these values.

    Raises jinja2.UndefinedError where a value that it names was not given.
    """
    subject = render_subject(version, variables)
    values, held = _values(version.key, variables), [subject]
    parts = [
        _marked(text, values, held) for text in (version.body, version.instructions, version.support_contact)
    ]
    skeleton = _skeleton(version.key, *parts, look)
    return Rendered(
        subject=subject,
        text=skeleton.filled(skeleton.text, held, str),
        html=skeleton.filled(skeleton.html, held, partial(escape, quote=True)),
        reply_to=version.reply_to,
    )


def render_subject(version: EmailTemplateVersion, variables: Mapping[str, str]) -> str:
    """The subject: one line, whatever the values hold."""
    return rendered_subject(version.key, version.subject, variables)


def rendered_subject(key: str, source: str, variables: Mapping[str, str]) -> str:
    """The same of a subject that is no version's yet."""
    held: list[str] = []
    marked = _marked(source, _values(key, variables), held)
    subject = ' '.join(_filled(marked, held).split())
    return subject if len(subject) <= LONGEST_SUBJECT else subject[: LONGEST_SUBJECT - 1] + '…'


@lru_cache(256)
def _compiled(source: str) -> Template:
    """A template that was checked. Raises what Jinja and Python raise for one that cannot be used."""
    return sandbox.from_string(source)


@dataclass(frozen=True)
class _Skeleton:
    """A mail with marks where values belong, and the targets of its links, which may hold marks too."""

    html: str
    text: str
    targets: tuple[str, ...]

    def filled(self, skeleton: str, held: list[str], written: Callable[[str], str]) -> str:
        """The skeleton with what belongs there. A link that leads nowhere safe loses its target."""

        def put(mark: re.Match[str]) -> str:
            number, is_link = int(mark['number']), mark['what'] == 'link'
            if number >= len(self.targets if is_link else held):
                return mark[0]  # no mark of ours: somebody wrote it
            found = written(_target(self.targets[number], held) if is_link else held[number])
            return (f' href="{found}"' if found else '') if mark['attribute'] else found

        return _MARK.sub(put, skeleton)


@lru_cache(64)
def _skeleton(key: str, body: str, instructions: str, support_contact: str, look: Look) -> _Skeleton:
    targets: list[str] = []
    parsed = [markdown.parse(text) for text in (body, instructions, support_contact)]
    for tokens in parsed:
        for link in markdown.links(tokens):
            targets.append(str(link.attrs['href']))
            link.attrSet('href', f'qzlink{len(targets) - 1}zq')
    reason = f'You receive this email from {look.organization} because {TEMPLATES[key].reason}.'
    html = _layout.get_template('layout.html').render(
        subject=mark(0),
        look=look,
        shades=shades(look.colour),
        on_dark=shades(_on_dark(look.colour)),
        parts=[Markup(markdown.to_html(tokens)) for tokens in parsed],  # noqa: S704 - escaped by Markdown
        buttons=[link.attrs['href'] for link in markdown.buttons(parsed[0])],
        reason=reason,
    )
    texts = [*map(markdown.to_text, parsed), f'-- \n{look.organization}\n{reason}']
    return _Skeleton(_inliner.inline(html), '\n\n'.join(filter(None, texts)) + '\n', tuple(targets))


def _on_dark(colour: str) -> str:
    """The colour of links and buttons in dark mode. A grey one would look switched off: white, then."""
    found = shades(colour).accent_on_dark
    parts = [int(found[place : place + 2], 16) for place in (1, 3, 5)]
    return found if max(parts) - min(parts) > GREY else PAPER


def _marked(source: str, values: Mapping[str, str], held: list[str]) -> str:
    return _compiled(source).render({**values, _HELD: held})


def mark(number: int) -> str:
    """What stands for a value until Markdown is read."""
    return f'qzvalue{number}zq'


@pass_context
def _hold(context: Context, value: object) -> str:
    held: list[str] = context[_HELD]
    if (text := str(value)) not in held:
        held.append(text)
    return mark(held.index(text))


def _default(value: object, instead: object) -> object:
    """Also for what is empty, unlike Jinja's own: every variable is there."""
    return value or instead


def _values(key: str, variables: Mapping[str, str]) -> dict[str, str]:
    may_miss = {variable.name: '' for variable in TEMPLATES[key].variables if variable.optional}
    return {name: one_line(value) for name, value in {**may_miss, **variables}.items()}


def _target(marked: str, held: list[str]) -> str:
    """Where a link leads, or nothing. A value in the midst of an address is percent-encoded."""
    start = VALUE.match(marked)
    middle = start.end() if start else 0
    target = _filled(marked[:middle], held) + _filled(marked[middle:], held, partial(quote, safe='@'))
    return target if SAFE_TARGET.match(target) else ''


def _filled(marked: str, held: list[str], written: Callable[[str], str] = str) -> str:
    def put(mark: re.Match[str]) -> str:
        number = int(mark[1])
        return written(held[number]) if number < len(held) else mark[0]

    return VALUE.sub(put, marked)


sandbox = SandboxedEnvironment(undefined=StrictUndefined, finalize=_hold)
sandbox.filters = {name: sandbox.filters[name] for name in FILTERS} | {'default': _default}
sandbox.globals.clear()
sandbox.tests.clear()

_layout = Environment(
    loader=FileSystemLoader(ASSETS), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_inliner = css_inline.CSSInliner(load_remote_stylesheets=False)
