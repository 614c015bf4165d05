"""What staff write, as HTML and as plain text. Values are not in it yet, only marks of them (see render)."""

from collections.abc import Iterable, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

DEEPEST = 20  # levels of lists and quotes


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802
        """Every link is read as one; which may be followed is for checks and render to say."""
        return True


def parse(source: str) -> list[Token]:
    """Tokens of Markdown without HTML and pictures; each new line stays one."""
    return _markdown.parse(source, {})


def links(tokens: Iterable[Token]) -> list[Token]:
    """Every link: its target `attrs['href']`, which may be changed, and its line, from 1, in `meta`."""
    return [child for token in tokens for child in token.children or () if child.type == 'link_open']


def buttons(tokens: Iterable[Token]) -> list[Token]:
    """The links that are drawn as buttons: those that are all of their paragraph."""
    return [link for link in links(tokens) if 'class' in link.attrs]


def to_html(tokens: Sequence[Token]) -> str:
    """HTML of tokens."""
    return str(_markdown.renderer.render(tokens, _markdown.options, {}))


def to_text(tokens: Sequence[Token]) -> str:
    """The same for who reads plain text: '- ' before list items, addresses behind what links to them."""
    return _blocks(SyntaxTreeNode(tokens).children)


def _blocks(nodes: Iterable[SyntaxTreeNode], between: str = '\n\n') -> str:
    return between.join(filter(None, map(_block, nodes)))


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case 'inline':
            return _line(node.children)
        case 'bullet_list' | 'ordered_list':
            return '\n'.join(_items(node))
        case 'list_item':
            return _blocks(node.children, '\n')
        case 'blockquote':
            return _indented(_blocks(node.children), '> ', '> ')
        case 'tr':
            return ' | '.join(map(_block, node.children))
        case 'th' | 'td' | 'paragraph' | 'heading':
            return _blocks(node.children, '')
        case 'table' | 'thead' | 'tbody':
            return _blocks(node.children, '\n')
        case 'hr':
            return '-' * 20
        case _:
            return node.content.rstrip('\n')


def _items(node: SyntaxTreeNode) -> Iterable[str]:
    first = int(node.attrs.get('start', 1))
    for number, item in enumerate(node.children, first):
        bullet = '- ' if node.type == 'bullet_list' else f'{number}. '
        yield _indented(_block(item), bullet, ' ' * len(bullet))


def _indented(text: str, first: str, rest: str) -> str:
    return first + text.replace('\n', '\n' + rest)


def _line(nodes: Iterable[SyntaxTreeNode]) -> str:
    return ''.join(map(_part, nodes))


def _part(node: SyntaxTreeNode) -> str:
    match node.type:
        case 'link':
            label, target = _line(node.children), str(node.attrs['href'])
            if node.meta['bare']:
                return label
            alone = node.parent is not None and len(node.parent.children) == 1
            return f'{label}: {target}' if alone else f'{label} ({target})'
        case 'softbreak' | 'hardbreak':
            return '\n'
        case _:
            return _line(node.children) if node.children else node.content


def _look_at_links(state: StateCore) -> None:
    """A link that is all of its paragraph becomes a button; one that shows its own address is bare."""
    for paragraph, token in zip(state.tokens, state.tokens[1:], strict=False):
        children = token.children or []
        for place, link in enumerate(children):
            if link.type == 'link_open':
                end = next(i for i in range(place, len(children)) if children[i].type == 'link_close')
                label = ''.join(child.content for child in children[place:end])
                breaks = sum(child.type in ('softbreak', 'hardbreak') for child in children[:place])
                link.meta['line'] = (token.map or [0])[0] + 1 + breaks
                link.meta['bare'] = link.attrs['href'] in (label, f'mailto:{label}')
                alone = paragraph.type == 'paragraph_open' and place == 0 and end == len(children) - 1
                if alone and not link.meta['bare']:
                    link.attrSet('class', 'button')


_markdown = _Markdown('js-default', {'html': False, 'breaks': True, 'maxNesting': DEEPEST}).disable('image')
_markdown.core.ruler.push('links', _look_at_links)
