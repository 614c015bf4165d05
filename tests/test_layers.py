"""Imports run downward only, and files stay small (the design's rules)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = [
    path
    for folder in ('portal_app', 'components', 'pages')
    for path in sorted((ROOT / folder).rglob('*.py'))
    if 'versions' not in path.parts
]
NEVER = {
    'portal_app': ('nicegui', 'pages', 'components'),
    'portal_app/models': ('portal_app.services', 'portal_app.work', 'portal_app.api'),
    'portal_app/services': ('portal_app.api',),
    'portal_app/export_process': (
        'sqlalchemy',
        'sqlmodel',
        'portal_app.db',
        'portal_app.models',
        'portal_app.services',
    ),
    'components': (
        'pages',
        'sqlmodel',
        'sqlalchemy',
        'portal_app.services',
        'portal_app.db',
        'portal_app.models',
        'portal_app.work',
    ),
    'pages': ('sqlmodel', 'sqlalchemy', 'portal_app.db'),
}
SHARED_BY_PAGES = {  # parts of pages, not pages
    'frame',
    'menu',
    'configuration_changes',
    'picture_field',
    'setup_address',
    'setup_billing',
    'setup_branding',
    'setup_state',
    'setup_tabs',
    'records',
    'account_records',
    'balance',
    'lookups',
    'brand',
    'template_versions',
    'why',
    'customer_actions',
    'customer_bulk',
    'new_customer',
    'contact_dialogs',
    'contact_menu',
    'contact_table',
    'session_cookie',
    'role_dialogs',
    'staff_actions',
    'staff_sessions',
    'number_fields',
    'plan_dialogs',
    'billing_fields',
    'billing_record',
    'credit_dialogs',
    'customer_billing',
    'draft_text',
    'for_customer',
    'invoice_dialogs',
    'money_dialogs',
    'money_record',
    'payment_dialogs',
    'pay_account',
    'pay_addresses',
    'saved_method',
    'subscription_dialogs',
    'subscription_forms',
    'subscription_previews',
}
NAMES_WE_DO_NOT_USE = {'utils', 'manager', 'helper', 'helpers', 'common', 'data'}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f'{node.module}.{alias.name}' for alias in node.names)}
    return names


@pytest.mark.parametrize('path', FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_downward_only(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    for folder, forbidden in NEVER.items():
        if place.startswith(folder + '/'):
            for name in imported(path):
                assert not any(name == other or name.startswith(other + '.') for other in forbidden), (
                    f'{place} imports {name}'
                )


@pytest.mark.parametrize(
    'path', [path for path in FILES if path.parts[-3] == 'pages'], ids=lambda path: path.stem
)
def test_a_page_does_not_import_its_sibling(path: Path) -> None:
    realm = path.parent.name
    siblings = {f'pages.{realm}.{other.stem}' for other in path.parent.glob('*.py')} - {
        f'pages.{realm}.{path.stem}'
    }
    allowed = {f'pages.{realm}.{name}' for name in SHARED_BY_PAGES}
    assert not imported(path) & (siblings - allowed)


@pytest.mark.parametrize('path', FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stop_at_250_lines_and_functions_at_40(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 250
    assert path.stem not in NAMES_WE_DO_NOT_USE
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 40, f'{path.name}: {node.name}'
