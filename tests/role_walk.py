"""The tables of docs/permissions.md: `python -m tests.role_walk` writes them anew."""

from pathlib import Path

from portal_app.auth.permissions import BUILT_IN_ROLES
from tests.role_walk_billing import VERBS_OF_BILLING
from tests.role_walk_office import Grants, grants_of
from tests.role_walk_pages import FOR_STAFF, Door
from tests.role_walk_setup_verbs import VERBS_OF_MAIL, VERBS_OF_SETUP, VERBS_OF_STRUCTURE
from tests.role_walk_subscriptions import VERBS_OF_SUBSCRIPTIONS
from tests.role_walk_verbs import OF_LISTS, VERBS_OF_ACCESS, VERBS_OF_RECORDS, Verb

VERBS = (
    *VERBS_OF_RECORDS,
    *VERBS_OF_BILLING,
    *VERBS_OF_SUBSCRIPTIONS,
    *VERBS_OF_ACCESS,
    *VERBS_OF_SETUP,
    *VERBS_OF_STRUCTURE,
    *VERBS_OF_MAIL,
)
DOCUMENT = Path(__file__).parent.parent / 'docs' / 'permissions.md'
BEGIN, END = '<!-- what follows is written by python -m tests.role_walk -->', '<!-- until here -->'
MARKS = '✓ opens, ✎ opens and something can be changed there, – does not open: the address answers 403.'


def tables() -> str:
    """Both tables as Markdown."""
    lists = [_spoken([verb for verb in OF_LISTS if verb.takes_out is out]) for out in (False, True)]
    legend = f'*A list* stands for {lists[0]} with it, *the export of a list* for {lists[1]}.'
    return f'### Pages\n\n{MARKS}\n\n{_pages()}\n\n### Service verbs\n\n{legend}\n\n{_verbs()}'


def _pages() -> str:
    roles = [role.name for role in BUILT_IN_ROLES]
    rows = [
        [door.title, _needs(door), *(_mark(door, grants_of(role)) for role in BUILT_IN_ROLES)]
        for door in FOR_STAFF.values()
        if door.title
    ]
    return _table(['Page', 'Needs', *roles], rows)


def _mark(door: Door, grants: Grants) -> str:
    if not door.lets_in(grants):
        return '–'
    return '✎' if door.lets_change(grants) else '✓'


def _needs(door: Door) -> str:
    return ', '.join(permission.title for permission in door.needs) or 'nothing'


def _verbs() -> str:
    grouped: dict[str, list[Verb]] = {}
    for verb in VERBS:
        grouped.setdefault(verb.words, []).append(verb)
    rows = [[words, _names(grouped[words]), _roles(grouped[words][0])] for words in sorted(grouped)]
    return _table(['Needs', 'Verbs', 'Roles'], rows)


def _names(verbs: list[Verb]) -> str:
    """What is done with lists, then each function once, with its use where others of its uses need else."""
    of_lists = [verb for verb in verbs if verb in OF_LISTS]
    lists = {f'{"the export of " * verb.takes_out}the list `{verb.use}`': None for verb in of_lists}
    return ', '.join([*lists, *filter(None, [_spoken([verb for verb in verbs if verb not in of_lists])])])


def _spoken(verbs: list[Verb]) -> str:
    uses: dict[str, list[str]] = {}
    for verb in verbs:
        uses.setdefault(verb.name, []).extend([verb.use] if verb.use and verb not in OF_LISTS else [])
    return ', '.join(f'`{name}`' + (f' ({", ".join(of)})' if of else '') for name, of in uses.items())


def _roles(verb: Verb) -> str:
    return ', '.join(role.name for role in BUILT_IN_ROLES if verb.is_for(grants_of(role)))


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = ['| ' + ' | '.join(line) + ' |' for line in (head, *rows)]
    return '\n'.join([lines[0], '|---' * len(head) + '|', *lines[1:]])


def main() -> None:
    """Write the tables into the document, between the marks."""
    text = DOCUMENT.read_text()
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    DOCUMENT.write_text(f'{before}{BEGIN}\n\n{tables()}\n\n{END}{after}')


if __name__ == '__main__':
    main()
