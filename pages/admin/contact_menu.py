"""What staff do with one contact: the entries of its menu, and the dialogs behind them (ACC-05 to ACC-10)."""

from collections.abc import Callable
from functools import partial

from components.confirm import confirm
from components.entries import Entry
from portal_app.auth.viewer import StaffViewer
from portal_app.services import invitations
from portal_app.services.access_rules import Result, Verb
from portal_app.services.customer_page import Person
from portal_app.work import Work, acting_as

SENT = {
    Result.INVITED: "An invitation has been sent to '{}'.",
    Result.RESENT: "A new invitation has been sent to '{}'.",
    Result.GRANTED: "Portal access has been granted to '{}'.",
}


def access_entries(viewer: StaffViewer, person: Person) -> list[Entry]:
    """What the contact's state allows and the role grants."""
    return [
        Entry(label, partial(ask, viewer, person), icon)
        for verb, (label, icon, ask) in _ENTRIES.items()
        if verb in person.verbs
    ]


def ask_to_disable(viewer: StaffViewer, contact_id: int, name: str) -> None:
    """The dialog of ACC-09."""
    _ask(
        viewer,
        contact_id,
        name,
        invitations.disable_contact,
        'Disable Portal Access',
        f'{name} loses access at once: open pages close, and links that were mailed stop working.',
        'CONTINUE',
        f"Portal access for '{name}' has been disabled.",
    )


def _invite(viewer: StaffViewer, person: Person) -> None:
    _ask(
        viewer,
        person.id,
        person.name,
        invitations.invite_contact,
        'Invite Contact to Customer Portal',
        f'{person.name} gets a mail to {person.email} with a link to register. It is valid for 72 hours.',
        'SEND',
    )


def _resend(viewer: StaffViewer, person: Person) -> None:
    _ask(
        viewer,
        person.id,
        person.name,
        invitations.resend_invitation,
        'Re-send Portal Invite',
        f'{person.name} gets a new mail to {person.email}. The link in the older one stops working.',
        'SEND',
    )


def _revoke(viewer: StaffViewer, person: Person) -> None:
    _ask(
        viewer,
        person.id,
        person.name,
        invitations.revoke_invitation,
        'Revoke invitation',
        f'The link that {person.name} was sent stops working.',
        'REVOKE',
        f"The invitation of '{person.name}' has been revoked.",
    )


def _grant(viewer: StaffViewer, person: Person) -> None:
    _ask(
        viewer,
        person.id,
        person.name,
        invitations.grant_contact,
        'Grant Portal Access for Contact',
        f'{person.name} has access at once, and an “Access Granted” mail goes to {person.email}.',
        'SEND',
    )


def _disable(viewer: StaffViewer, person: Person) -> None:
    ask_to_disable(viewer, person.id, person.name)


def _enable(viewer: StaffViewer, person: Person) -> None:
    _ask(
        viewer,
        person.id,
        person.name,
        invitations.enable_contact,
        'Re-enable Portal Access for Contact',
        f'{person.name} has access again at once.',
        'RE-ENABLE',
        f"Portal access has been re-enabled for '{person.name}'.",
    )


def _ask(
    viewer: StaffViewer,
    contact_id: int,
    name: str,
    verb: Callable[[Work, int], Result],
    title: str,
    text: str,
    button: str,
    done: str = '',
) -> None:
    became: list[Result] = []

    def run() -> None:
        with acting_as(viewer) as work:
            became[:] = [verb(work, contact_id)]

    confirm(title, text, button, run, lambda: done or SENT[became[0]].format(name))


_ENTRIES: dict[Verb, tuple[str, str, Callable[[StaffViewer, Person], None]]] = {
    Verb.INVITE: ('Send Portal Invite', 'outgoing_mail', _invite),
    Verb.RESEND: ('Re-send Portal Invite', 'forward_to_inbox', _resend),
    Verb.REVOKE: ('Revoke invitation', 'unsubscribe', _revoke),
    Verb.GRANT: ('Grant Portal Access', 'key', _grant),
    Verb.ENABLE: ('Re-enable Portal Access', 'lock_open', _enable),
    Verb.DISABLE: ('Disable Portal Access', 'block', _disable),
}
