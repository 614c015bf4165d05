"""What staff do with the portal access of one customer: the entries of its menu, and their dialogs."""

from collections.abc import Callable
from functools import partial

from components.confirm import confirm
from components.entries import Entry
from portal_app.auth.viewer import StaffViewer
from portal_app.services import access, invitations
from portal_app.services.access_rules import Result, Verb
from portal_app.services.customer_verbs import CustomerVerbs
from portal_app.work import Work, acting_as

Ask = Callable[[StaffViewer, CustomerVerbs], None]
LOSE = 'all users lose access at once: open pages close, and links that were mailed stop working.'
SENT = {
    Result.INVITED: "An invitation has been sent to '{}'.",
    Result.RESENT: "A new invitation has been sent to '{}'.",
    Result.GRANTED: "'{}' has a login already: portal access has been granted.",
}


def customer_entries(viewer: StaffViewer, found: CustomerVerbs) -> list[Entry]:
    """What fits the customer's state and the role grants."""
    entries: dict[Verb, tuple[str, str, Ask]] = {
        Verb.INVITE: ('Send Portal Invite', 'outgoing_mail', _invite),
        Verb.RESEND: ('Re-send Portal Invite', 'forward_to_inbox', _invite),
        Verb.GRANT: ('Grant Portal Access', 'key', _grant),
        Verb.ENABLE: ('Re-enable Portal Access', 'lock_open', _enable_contact if found.on else _enable),
        Verb.DISABLE: ('Disable Portal Access', 'block', _disable),
    }
    return [
        Entry(label, partial(ask, viewer, found), icon)
        for verb, (label, icon, ask) in entries.items()
        if verb in found.verbs
    ]


def _invite(viewer: StaffViewer, found: CustomerVerbs) -> None:
    became: list[Result] = []

    def verb(work: Work) -> None:
        became[:] = [invitations.invite_customer(work, found.id)]

    _ask(
        viewer,
        'Invite Customer to Customer Portal',
        f'{_who(found)} gets a mail with a link to register. It is valid for 72 hours.',
        'SEND',
        verb,
        lambda: SENT[became[0]].format(found.contact),
    )


def _grant(viewer: StaffViewer, found: CustomerVerbs) -> None:
    _ask(
        viewer,
        'Grant Portal Access for Customer',
        f'{_who(found)} has access at once, and an “Access Granted” mail is sent.',
        'SEND',
        lambda work: invitations.grant_customer(work, found.id),
        lambda: f"Portal access has been granted to '{found.contact}' of {found.name}.",
    )


def _disable(viewer: StaffViewer, found: CustomerVerbs) -> None:
    _ask(
        viewer,
        'Disable Portal For Customers',
        f'{found.name}: {LOSE}',
        'DISABLE PORTAL FOR 1 RECORD',
        lambda work: access.disable_customers(work, [found.id]),
        lambda: 'Portal access for the selected customer(s) has been disabled.',
    )


def _enable(viewer: StaffViewer, found: CustomerVerbs) -> None:
    _ask(
        viewer,
        'Re-enable Portal Access for Customer',
        f'The users of {found.name} who had access have it again at once. Invitations have to be sent again.',
        'RE-ENABLE',
        lambda work: access.enable_customers(work, [found.id]),
        lambda: f"Portal access has been re-enabled for '{found.name}'.",
    )


def _enable_contact(viewer: StaffViewer, found: CustomerVerbs) -> None:
    _ask(
        viewer,
        'Re-enable Portal Access for Contact',
        f'{_who(found)} has access again at once.',
        'RE-ENABLE',
        lambda work: invitations.enable_contact(work, found.contact_id or 0),
        lambda: f"Portal access has been re-enabled for '{found.contact}'.",
    )


def _who(found: CustomerVerbs) -> str:
    return f'{found.contact} <{found.email}>' if found.contact_id else 'The billing contact'


def _ask(
    viewer: StaffViewer,
    title: str,
    text: str,
    button: str,
    verb: Callable[[Work], object],
    done: Callable[[], str],
) -> None:
    def run() -> None:
        with acting_as(viewer) as work:
            verb(work)

    confirm(title, text, button, run, done)
