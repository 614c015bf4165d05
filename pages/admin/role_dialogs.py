"""Making, duplicating and deleting a role (SET-10)."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from components.confirm import Question, confirm, text_field, typed
from portal_app.auth.viewer import StaffViewer
from portal_app.models import Role
from portal_app.services.role_pages import RoleLine
from portal_app.services.roles import LONGEST_NAME, copy_role, create_role, delete_role
from portal_app.work import Work, acting_as

LIST = '/admin/setup/roles'
NOTHING = 0


def new_role(viewer: StaffViewer, lines: Sequence[RoleLine]) -> None:
    """Ask for a name and what to begin with, then go to the role's page."""
    with Question('New role', 'Create role') as form:
        name = text_field('Name', longest=LONGEST_NAME).props('autofocus')
        begin = ui.select(
            {NOTHING: 'Nothing', **{line.id: line.text.name for line in lines}},
            label='Begin with the permissions of',
            value=NOTHING,
        ).props('dense outlined options-dense')
    _makes(
        form,
        viewer,
        name,
        lambda work: (
            copy_role(work, begin.value, typed(name))
            if isinstance(begin.value, int) and begin.value != NOTHING
            else create_role(work, typed(name), ())
        ),
    )


def duplicate_role(viewer: StaffViewer, line: RoleLine) -> None:
    """Make a role of one's own that permits the same."""
    with Question(f'Duplicate {line.text.name}', 'Duplicate') as form:
        name = text_field('Name of the new role', f'Copy of {line.text.name}'[:LONGEST_NAME])
        name.props(f'autofocus maxlength={LONGEST_NAME}')
    _makes(form, viewer, name, lambda work: copy_role(work, line.id, typed(name)))


def ask_to_delete(
    viewer: StaffViewer, line: RoleLine, after: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Delete a role that nobody has."""

    def verb() -> None:
        with acting_as(viewer) as work:
            delete_role(work, line.id)

    confirm(
        f'Delete {line.text.name}',
        'Only a role that nobody has can be deleted. This cannot be undone.',
        'Delete role',
        verb,
        f"The role '{line.text.name}' has been deleted.",
        after=after,
    )


def _makes(form: Question, viewer: StaffViewer, name: ui.input, make: Callable[[Work], Role]) -> None:
    made: list[int] = []

    def verb() -> None:
        with acting_as(viewer) as work:
            made[:] = [make(work).id or 0]

    async def go() -> None:
        ui.navigate.to(f'{LIST}/{made[0]}')

    form.does(verb, lambda: f"The role '{typed(name).strip()}' has been created.", go)
