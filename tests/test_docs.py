"""What has no documentation fails here (house style 9)."""

import ast
import re
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from portal_app.auth.permissions import (
    BUILT_IN_ROLES,
    MEANINGS,
    READ,
    TITLES,
    Action,
    Activity,
    BuiltInRole,
    Permission,
)
from portal_app.config import PREFIX, Settings
from portal_app.mail.render import FILTERS
from portal_app.mail.template_kinds import EVERY_MAIL
from portal_app.mail.templates import TEMPLATES

ROOT = Path(__file__).parent.parent
FOLDERS = ('portal_app', 'components', 'pages', 'tests', 'deploy', 'docs')
TEXTS = ('.py', '.md', '.toml', '.css', '.html', '.service', '.conf', '')  # as file names end
SOURCES = [*(ROOT / 'portal_app').rglob('*.py'), *(ROOT / 'pages').rglob('*.py')]


def text(name: str) -> str:
    return (ROOT / 'docs' / name).read_text()


@pytest.mark.parametrize('name', Settings.model_fields)
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    shown = 'DATABASE_URL' if name == 'database_url' else PREFIX + name.upper()
    default = Settings.model_fields[name].default
    default = int(default) if isinstance(default, float) and default.is_integer() else default
    written = '–' if default == '' else f'`{default}`'
    assert f'| `{shown}` | {written} |' in text('settings.md')


def test_every_audit_action_is_documented_and_none_beside_them() -> None:
    documented = set(re.findall(r'^\| `([^`]+)`', text('audit.md'), re.MULTILINE))
    sources = '\n'.join(path.read_text() for path in SOURCES)
    services = '\n'.join(path.read_text() for path in (ROOT / 'portal_app/services').glob('*.py'))
    written = set(re.findall(r"""work\.record\(\s*'([^']+)'""", sources))
    chosen = set(
        re.findall(r"""'((?:portal_access|access_request|contact|email_template)\.[a-z_]+)'""", services)
    )  # by what came of it
    assert documented == written | (chosen - {'portal_access.contact'})  # which earlier releases wrote


def test_every_route_is_documented_and_none_beside_them() -> None:
    documented = {(method, path) for method, path in re.findall(r'`(GET|POST) (/[^`]*)`', text('routes.md'))}
    assert routes() == documented


def test_every_mail_is_documented_with_its_variables() -> None:
    for kind in TEMPLATES.values():
        names = ', '.join(f'`{variable.name}`' for variable in kind.own_variables)
        needed = ', '.join(f'`{name}`' for name in kind.needed_links)
        assert f'| {kind.title} | {kind.sent} | {names} | {needed} |' in text('email-templates.md')
    for variable in EVERY_MAIL:
        assert f'`{variable.name}`' in text('email-templates.md')
    for name in FILTERS:
        assert f'`{name}`' in text('email-templates.md')


def test_the_matrix_of_permissions_is_the_one_in_force() -> None:
    """SET-10. When it differs: print(matrix()) into docs/permissions.md."""
    assert matrix() in text('permissions.md')


def test_every_permission_is_documented_with_what_it_means() -> None:
    """SET-10. When it differs: print(meanings()) into docs/permissions.md."""
    assert meanings() in text('permissions.md')


def test_every_page_that_is_linked_is_there() -> None:
    for path in (ROOT / 'README.md', *(ROOT / 'docs').glob('*.md')):
        for target in re.findall(r'\]\(([^)#]+)\)', path.read_text()):
            if target.startswith(('https://', '{{')):
                continue  # nobody's server is asked; a variable of a mail
            assert (path.parent / target).exists(), f'{path.name} links {target}'


def test_every_page_that_code_and_settings_name_is_there() -> None:
    named: dict[str, str] = {}
    for path in (*ROOT.glob('*'), *(each for folder in FOLDERS for each in (ROOT / folder).rglob('*'))):
        if path.suffix in TEXTS and path.is_file():
            named |= {page: str(path) for page in re.findall(r'\bdocs/[\w./-]+\.\w+', path.read_text())}
    assert 'docs/subscriptions.md' in named
    assert {page: by for page, by in named.items() if not (ROOT / page).exists()} == {}


def matrix() -> str:
    lines = [
        '| Activity | ' + ' | '.join(role.name for role in BUILT_IN_ROLES) + ' |',
        '|---' * (len(BUILT_IN_ROLES) + 1) + '|',
    ]
    for activity in Activity:
        cells = ' | '.join(_cell(role, activity) for role in BUILT_IN_ROLES)
        lines.append(f'| {TITLES[activity]} | {cells} |')
    return '\n'.join(lines)


def meanings() -> str:
    """What each cell of the roles' grid lets people do; those that mean the same in one row."""
    rows: dict[tuple[Activity, str], list[Action]] = {}
    for cell, meaning in MEANINGS.items():
        rows.setdefault((cell.activity, meaning), []).append(cell.action)
    lines = ['| Activity | Action | What it lets people do |', '|---|---|---|']
    for (activity, meaning), actions in rows.items():
        lines.append(f'| {TITLES[activity]} | {", ".join(actions)} | {meaning} |')
    return '\n'.join(lines)


def _cell(role: BuiltInRole, activity: Activity) -> str:
    cells = [Permission(activity, action) for action in Action if (activity, action) in MEANINGS]
    actions = [cell.action for cell in cells if cell in role.permissions]
    changes = len(actions) == len(cells) > len(READ)
    return 'all' if changes else ', '.join(actions) or '–'


def routes() -> set[tuple[str, str]]:
    """What the product registers, from the running app's own list."""
    import subprocess
    import sys

    listing = (
        'from nicegui import app; from pages import routes; routes.register();'
        'from tests.test_docs import found; print(found(app.routes))'
    )
    done = subprocess.run(
        [sys.executable, '-c', listing], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {(method, path) for method, path in ast.literal_eval(done.stdout)}


def found(routes: list[object]) -> list[tuple[str, str]]:
    """Method and path of each route of ours, also of those that lie in a router."""
    pairs: list[tuple[str, str]] = []
    for route in routes:
        if isinstance(route, APIRoute) and not route.path.startswith('/_nicegui'):
            pairs += [(method, route.path) for method in sorted(route.methods or ()) if method != 'HEAD']
        inner = getattr(route, 'original_router', None)
        pairs += found(inner.routes) if inner is not None else []
    return pairs
