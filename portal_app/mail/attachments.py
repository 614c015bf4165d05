"""The document that goes with a mail: made when it is sent, from what is stored then."""

import re
from dataclasses import dataclass
from typing import Any

from portal_app.auth.viewer import Operator
from portal_app.mail.letters import Letter
from portal_app.models import Invoice, Payment
from portal_app.services.documents import document
from portal_app.work import Work, reading_as

LARGEST = 7_000_000  # bytes: half of what mail servers take, a third of which goes for its being text
FILES: dict[str, tuple[type[Invoice] | type[Payment], str]] = {
    'invoices': (Invoice, 'Invoice'),
    'payments': (Payment, 'Receipt'),
}
_UNSAFE = re.compile(r'[^A-Za-z0-9._-]+')  # in the name of a file within a header


@dataclass(frozen=True)
class Attachment:
    """A file of a mail; its name is plain."""

    name: str
    content_type: str
    content: bytes


def name_of(work: Work, attachment: str) -> str:
    """The name of the file that goes with a mail; empty where there is none."""
    kind, _, id = attachment.partition('/')
    if kind not in FILES:
        return ''
    model, title = FILES[kind]
    found: Any = work.session.get(model, int(id))
    return f'{title}-{_UNSAFE.sub("-", found.number)}.pdf' if found else ''


def attached(letter: Letter) -> Attachment | None:
    """The file that goes with a mail; None where there is none, or it is too large to be mailed.

    An invoice can be paid by the link of its mail. Raises NotFound where its record is gone.
    """
    kind, _, id = letter.mail.attachment.partition('/')
    if not kind:
        return None
    with reading_as(Operator('serve')) as work:
        name = name_of(work, letter.mail.attachment)
        made = document(work, kind, int(id), pay_url=letter.address)
    return Attachment(name, made.content_type, made.content) if len(made.content) <= LARGEST else None
