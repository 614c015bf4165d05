"""The bar and the watermark of pages that staff view as a contact."""

from collections.abc import Sequence
from urllib.parse import quote
from xml.sax.saxutils import escape

from nicegui import ui

STYLES = '<link rel="stylesheet" href="/assets/css/viewing.css">'
TILE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="300">'
    '<text x="50%" y="50%" text-anchor="middle" transform="rotate(-24 {middle} 150)" fill="#808890"'
    ' fill-opacity=".12" font-family="system-ui, sans-serif" font-size="21" font-weight="600">{text}</text>'
    '</svg>'
)
LONGEST_MARK = 60  # characters


def viewing_words(contact: str, company: str, *, registered: bool) -> tuple[str, ...]:
    """What the bar says: whose portal this is, and that nothing can be changed."""
    words = (f'Viewing as {contact} ({company})', 'read only')
    return words if registered else (*words, 'has not registered yet')


def watermark(text: str) -> str:
    """A CSS image that repeats the text aslant, faint enough to read through on light and on dark."""
    short = text if len(text) <= LONGEST_MARK else text[: LONGEST_MARK - 1] + '…'
    width = 240 + 11 * len(short)
    tile = TILE.format(width=width, middle=width // 2, text=escape(short))
    return f'url("data:image/svg+xml,{quote(tile)}")'


def viewing_bar(words: Sequence[str], stop: str) -> None:
    """Draw both; the button posts to `stop`."""
    ui.add_head_html(STYLES)
    with ui.element('aside').classes('viewing-bar').props('aria-label="Viewing as a contact"'):
        with ui.element('div').classes('viewing-words'):
            for word in words:
                ui.label(word)
        form = ui.element('form').props(f'method=post action={stop}')
        with form, ui.element('button').props('type=submit'):
            ui.label('Stop viewing')
    mark = ui.element('div').classes('watermark').props('aria-hidden=true')
    mark._style['background-image'] = watermark(words[0])
