"""What staff do with the portal access of many customers at once: entries and words (ACC-08, ACC-11)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from components.bulk_dialog import BulkAction, BulkDialog, Line
from components.entries import Entry
from portal_app.auth.viewer import StaffViewer
from portal_app.models.base import now
from portal_app.services import bulk_access
from portal_app.services.access_rules import Result, Verb
from portal_app.services.bulk_access import Outcome
from portal_app.services.bulk_report import failures_csv
from portal_app.services.invitations import NEEDED
from portal_app.work import acting_as, reading_as

Action = bulk_access.BulkAction
WILL: dict[str, str] = {
    Result.INVITED: 'will be invited',
    Result.RESENT: 'invited before, will get a new link',
    Result.GRANTED: 'will have access',
    Result.DISABLED: 'will lose access',
    Result.ENABLED: 'will have access again',
    Result.ALREADY_ENABLED: 'have access already',
    Result.ALREADY_DISABLED: 'are disabled already',
    Result.FAILED: 'not possible',
}
DID: dict[str, str] = {
    Result.INVITED: 'invited',
    Result.RESENT: 'invited again',
    Result.GRANTED: 'granted access',
    Result.DISABLED: 'disabled',
    Result.ENABLED: 're-enabled',
    Result.ALREADY_ENABLED: 'had access already',
    Result.ALREADY_DISABLED: 'were disabled already',
    Result.FAILED: 'not possible',
}
CHANGES: frozenset[str] = frozenset(
    {Result.INVITED, Result.RESENT, Result.GRANTED, Result.DISABLED, Result.ENABLED}
)


@dataclass(frozen=True)
class Words:
    """How an action is called and asked about."""

    entry: str
    icon: str
    title: str  # for several
    title_of_one: str
    text: str
    button: Callable[[int], str]
    done: str = ''


WORDS = {
    Action.INVITE: Words(
        'Send Portal Invite',
        'outgoing_mail',
        'Invite Customers to Customer Portal',
        'Invite Customer to Customer Portal',
        'The billing contact of each customer gets a mail with a link to register, valid for 72 hours. Who'
        ' has a login already has access at once.',
        lambda _count: 'SEND',
    ),
    Action.GRANT: Words(
        'Grant Portal Access',
        'key',
        'Grant Portal Access for Customers',
        'Grant Portal Access for Customer',
        'The billing contact of each customer has access at once, and gets an “Access Granted” mail.',
        lambda _count: 'SEND',
    ),
    Action.DISABLE: Words(
        'Disable Portal Access',
        'block',
        'Disable Portal For Customers',
        'Disable Portal For Customers',
        'All users of these customers lose access at once: open pages close, and links that were mailed stop'
        ' working.',
        lambda count: f'DISABLE PORTAL FOR {count:,} {"RECORD" if count == 1 else "RECORDS"}',
        'Portal access for the selected customer(s) has been disabled.',
    ),
    Action.ENABLE: Words(
        'Re-enable Portal Access',
        'lock_open',
        'Re-enable Portal Access for Customers',
        'Re-enable Portal Access for Customer',
        'Users of these customers who had access have it again at once. Invitations have to be sent again.',
        lambda _count: 'RE-ENABLE',
        'Portal access has been re-enabled for the selected customer(s).',
    ),
}


def bulk_entries(
    viewer: StaffViewer, grants: frozenset[str], ids: Sequence[int], after: Callable[[], Awaitable[None]]
) -> list[Entry]:
    """What the role grants. `after` is called when a change has been made."""
    return [
        Entry(words.entry, partial(_ask, viewer, action, ids, after), words.icon)
        for action, words in WORDS.items()
        if NEEDED[Verb(action)].grant in grants
    ]


async def _ask(
    viewer: StaffViewer, action: Action, ids: Sequence[int], after: Callable[[], Awaitable[None]]
) -> None:
    words, known = WORDS[action], dict[int, Outcome]()

    def look(some: Sequence[int]) -> list[Line]:
        with reading_as(viewer) as work:
            return remember(bulk_access.preflight(work, action, some))

    def run(some: Sequence[int]) -> list[Line]:
        with acting_as(viewer) as work:
            return remember(bulk_access.run(work, action, some))

    def remember(outcomes: list[Outcome]) -> list[Line]:
        known.update({each.customer_id: each for each in outcomes})
        return list(map(_line, outcomes))

    dialog = BulkDialog(
        BulkAction(
            title=words.title if len(ids) > 1 else words.title_of_one,
            text=words.text,
            button=words.button,
            will=WILL,
            did=DID,
            changes=CHANGES,
            done=words.done,
            look=look,
            run=run,
            file_name=f'{words.entry.lower().replace(" ", "-")}_failures_{now():%Y-%m-%d}.csv',
            failures=lambda failed: failures_csv(known[id] for id in failed),
        ),
        ids,
        viewer.locale,
        after,
    )
    await dialog.look()


def _line(outcome: Outcome) -> Line:
    return Line(
        outcome.customer_id,
        f'{outcome.customer} ({outcome.number})',
        f'/admin/customers/{outcome.number}',
        outcome.result,
        outcome.reasons,
    )
