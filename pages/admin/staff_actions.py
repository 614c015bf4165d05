"""What is done with one staff user: the entries of the row menu, and their dialogs (SET-11)."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui

from components.confirm import Question, confirm, text_field, typed
from components.entries import Entry
from pages.admin.staff_sessions import show_sessions
from portal_app.auth.permissions import STANDARD
from portal_app.auth.viewer import StaffViewer
from portal_app.services import staff_users
from portal_app.services.staff_people import StaffPerson, Verb
from portal_app.work import Work, acting_as

Act = Callable[[Work], object]


def staff_entries(viewer: StaffViewer, person: StaffPerson, roles: dict[int, str]) -> list[Entry]:
    """What fits the person's state and the role grants."""
    entries: dict[Verb, tuple[str, str, Callable[[], Awaitable[None] | None]]] = {
        Verb.ROLE: ('Change role', 'admin_panel_settings', partial(_change_role, viewer, person, roles)),
        Verb.RENAME: ('Rename', 'edit', partial(_rename, viewer, person)),
        Verb.RESEND: ('Re-send invitation', 'forward_to_inbox', partial(_resend, viewer, person)),
        Verb.RESET: ('Send password reset', 'key', partial(_reset, viewer, person)),
        Verb.SESSIONS: ('Sessions', 'devices', partial(show_sessions, viewer, person)),
        Verb.ENABLE: ('Re-enable', 'lock_open', partial(_enable, viewer, person)),
        Verb.DISABLE: ('Disable', 'block', partial(_disable, viewer, person)),
    }
    return [Entry(label, run, icon) for verb, (label, icon, run) in entries.items() if verb in person.verbs]


def invite_dialog(viewer: StaffViewer, roles: dict[int, str]) -> None:
    """Ask for name, address and role, and mail an invitation."""
    with Question('Invite staff user', 'Send invitation') as form:
        name, email = text_field('Name').props('autofocus'), text_field('Email', longest=1_000)
        first = next((id for id, title in roles.items() if title == STANDARD.name), next(iter(roles), None))
        role = _role_field(roles, first)
        ui.label('A mail with a link to choose a password is sent. It is valid for 72 hours.').classes(
            'soft small'
        )
    _does(
        form,
        viewer,
        lambda work: staff_users.invite(work, typed(name), typed(email), _chosen(role)),
        lambda: f"An invitation has been sent to '{typed(name).strip()}'.",
    )


def _change_role(viewer: StaffViewer, person: StaffPerson, roles: dict[int, str]) -> None:
    with Question(f'Role of {person.name}', 'Change role') as form:
        role = _role_field({person.role_id: person.role, **roles}, person.role_id)
        ui.label(
            'What you take away from yourself ends for you at once.'
            if person.id == viewer.user_id
            else 'It is in force at once, also in pages that are open.'
        ).classes('soft small')
    _does(
        form,
        viewer,
        lambda work: staff_users.change_role_of(work, person.id, _chosen(role)),
        lambda: f"'{person.name}' has the role {roles.get(_chosen(role), person.role)} now.",
    )


def _rename(viewer: StaffViewer, person: StaffPerson) -> None:
    with Question(f'Rename {person.name}', 'Save') as form:
        name = text_field('Name', person.name).props('autofocus')
    _does(
        form,
        viewer,
        lambda work: staff_users.rename(work, person.id, typed(name)),
        lambda: f"'{typed(name).strip()}' has been saved.",
    )


def _resend(viewer: StaffViewer, person: StaffPerson) -> None:
    _ask(
        viewer,
        'Re-send invitation',
        f'{person.name} gets a new mail to {person.email}. The link in the older one stops working.',
        'Send',
        lambda work: staff_users.resend(work, person.id),
        f"A new invitation has been sent to '{person.name}'.",
    )


def _reset(viewer: StaffViewer, person: StaffPerson) -> None:
    _ask(
        viewer,
        'Send password reset',
        f'{person.name} gets a mail to {person.email} with a link to choose a new password, valid for one '
        'hour. Until then the password stays as it is.',
        'Send',
        lambda work: staff_users.send_password_reset(work, person.id),
        f"A link for a new password has been sent to '{person.name}'.",
    )


def _enable(viewer: StaffViewer, person: StaffPerson) -> None:
    _ask(
        viewer,
        f'Re-enable {person.name}',
        f'{person.name} can sign in again with the role {person.role}. Who had not joined yet gets a new '
        'invitation.',
        'Re-enable',
        lambda work: staff_users.enable(work, person.id),
        f"'{person.name}' has been re-enabled.",
    )


def _disable(viewer: StaffViewer, person: StaffPerson) -> None:
    _ask(
        viewer,
        f'Disable {person.name}',
        f'{person.name} is signed out everywhere at once and cannot sign in any more; links that were '
        'mailed stop working. This can be undone.',
        'Disable',
        lambda work: staff_users.disable(work, person.id),
        f"'{person.name}' has been disabled.",
    )


def _role_field(roles: dict[int, str], value: int | None) -> ui.select:
    return ui.select(roles, label='Role', value=value).props('dense outlined options-dense')


def _chosen(role: ui.select) -> int:
    """The role that was chosen; a browser may send anything."""
    return role.value if isinstance(role.value, int) else 0


def _ask(viewer: StaffViewer, title: str, text: str, button: str, act: Act, done: str) -> None:
    def verb() -> None:
        with acting_as(viewer) as work:
            act(work)

    confirm(title, text, button, verb, done)


def _does(form: Question, viewer: StaffViewer, act: Act, done: Callable[[], str]) -> None:
    def verb() -> None:
        with acting_as(viewer) as work:
            act(work)

    form.does(verb, done)
