"""The service functions that ask for no grant, each with the reason, and how all functions are found."""

import ast
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from types import FunctionType, ModuleType
from typing import Any

from sqlmodel import Session

from portal_app import mail, services
from portal_app.work import Work
from tests.role_walk_verbs import spoken

ROOT = Path(__file__).parent.parent
CALLERS = [
    path for folder in ('pages', 'components', 'portal_app/api') for path in (ROOT / folder).rglob('*.py')
]
OPENS = {'acting_as', 'reading_as', 'writing', 'reading'}  # what begins a transaction


@dataclass(frozen=True)
class Inner:
    """Functions that ask for no grant. `on_pages`: pages and routes call them all the same."""

    reason: str
    names: str
    on_pages: bool = False


NOT_FOR_STAFF = (
    Inner(
        'what every page wears, also those of customers and visitors',
        'organization.organization organization.brand organization.picture_in_use branding.stored_picture '
        'setup.shown',
        on_pages=True,
    ),
    Inner(
        'what customers read of their own companies; staff have no company, and see nothing',
        'access.companies access.family_of contact_tabs.hidden_tabs setup.portal_tabs setup.portal_tab',
        on_pages=True,
    ),
    Inner(
        'the doors of people who have not signed in, or hold a link: signing in and out, registering, asking',
        'sign_in.sign_in sign_in.sign_out_token sign_in.companies_of_token sign_in.portal_viewer '
        'sign_in.staff_viewer access_requests.request_access access_requests.ask_for_new_link '
        'password_resets.send_reset registration.look_at registration.accept registration.join '
        'registration.join_staff registration.set_password first_run.is_open first_run.begin '
        'view_as.view_of view_as.stop',
        on_pages=True,
    ),
    Inner(
        'an export of one’s own; `exports.exportable` and `exports.prepare` ask what it may hold',
        'exports.begin exports.find exports.cancel exports.finish exports.manifest',
        on_pages=True,
    ),
    Inner(
        'it leaves out by itself what the viewer’s role does not include',
        'next_steps.next_steps configuration.unseen_roles',
        on_pages=True,
    ),
    Inner(
        'a part of verbs that have asked',
        'access.companies_of access.company_of access.set_access access_changes.carry_out '
        'access_changes.set_status access_changes.logins access_changes.settle_requests '
        'access_changes.spoken candidates.hold_access candidates.of_contact candidates.of_contacts '
        'candidates.of_customers configuration_difference.changes email_templates.current '
        'email_templates.hold links.issue links.issue_all links.find links.revoke links.note_visit links.use '
        'listing_branches.branches listing_branches.path listing_conditions.conditions '
        'listing_conditions.search_of listing_conditions.either listing_conditions.condition '
        'listing_scope.customers_of listing_scope.in_scope listing_statements.paths mail_links.why_hidden '
        'organization.hold_organization organization.keep record_search.find_records roles.find_role '
        'sign_in.enter sign_in.end_sessions staff_door.hold_staff staff_door.beyond '
        'staff_door.require_within staff_invitations.mail_invitation '
        'staff_invitations.mail_invitation_again staff_invitations.mail_password_link '
        'staff_invitations.inviter staff_users.find_user staff_users.is_last_owner usage.usage_by_day '
        'usage.total visibility_case.case_of mail.letters.letter mail.outbox.queue mail.outbox.queue_all',
    ),
    Inner(
        'a command on the server itself, or its start',
        'customers.create_portal_user demo.is_filled demo.fill demo_access.fill_access '
        'demo_customers.add_customers demo_usage.add_usage email_templates.lay_templates '
        'foundation.lay_foundation foundation.set_organization foundation.create_owner '
        'foundation.create_staff_user import_write.write imports.import_usage_events roles.lay_roles '
        'tidying.tidy',
    ),
    Inner(
        'the worker that sends mail',
        'mail.tries.settle mail.turns.claim mail.turns.begin mail.turns.free mail.turns.next_turn',
    ),
)


def found_functions() -> set[str]:
    """Every public function of the services that reaches data, by what it is given or by itself.

    Of `mail` those that are given a Work: the others only make texts.
    """
    found: set[str] = set()
    for package in (services, mail):
        for each in pkgutil.walk_packages(package.__path__, f'{package.__name__}.'):
            module = import_module(each.name)
            for function in _public(module):
                given = {p.annotation for p in inspect.signature(function).parameters.values()}
                opens = package is services and OPENS & set(_names(function, module, set()))
                if given & {Work, Session} or opens:
                    found.add(spoken(function))
    return found


def called_by_pages() -> set[str]:
    """The service functions that pages, components and routes name."""
    return {name for path in CALLERS for name in _called(ast.parse(path.read_text()))}


def _public(module: ModuleType) -> list[FunctionType]:
    return [
        found
        for name, found in vars(module).items()
        if inspect.isfunction(found) and found.__module__ == module.__name__ and not name.startswith('_')
    ]


def _names(part: Any, module: ModuleType, seen: set[str]) -> Iterator[str]:
    """Every name in a function or class, and in those of its module that it names."""
    for name in _in(ast.parse(dedent(inspect.getsource(part)))):
        yield name
        found = vars(module).get(name)
        part = found if inspect.isfunction(found) else type(found)
        if part.__module__ == module.__name__ and name not in seen:
            seen.add(name)
            yield from _names(part, module, seen)


def _in(tree: ast.AST) -> set[str]:
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def _called(tree: ast.AST) -> Iterator[str]:
    """Functions of services that a file imports, and those of the modules that it imports."""
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or '').startswith('portal_app'):
            for alias in node.names:
                name = f'{node.module}.{alias.name}'.removeprefix('portal_app.').removeprefix('services.')
                modules[alias.asname or alias.name] = name
                yield name
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield f'{modules[node.value.id]}.{node.attr}'
