"""A mail as it goes over the wire (RFC 5322, MAIL-03).

Header by header and part by part: an `EmailMessage` would read back all of what it is given, and take longer
for a mail than the mail server does.
"""

from base64 import encodebytes
from binascii import b2a_qp
from email.policy import SMTP, SMTPUTF8, EmailPolicy
from email.utils import format_datetime
from functools import lru_cache

from portal_app.config import settings
from portal_app.mail.addresses import mailbox, on_the_wire, one_line
from portal_app.mail.attachments import Attachment
from portal_app.mail.letters import Letter
from portal_app.mail.logo import logo
from portal_app.mail.look import Look
from portal_app.mail.smtp import Envelope
from portal_app.models.base import now
from portal_app.sandbox import marked

END = '\r\n'


def envelope(letter: Letter, attached: Attachment | None = None) -> Envelope:
    """What the mail server is given. Raises ValueError for an address that no server can take."""
    mail, rendered = letter.mail, letter.rendered(letter.address)
    sender, recipient = on_the_wire(settings().mail_from), on_the_wire(mail.to_email)
    policy = SMTP if recipient.isascii() else SMTPUTF8
    headers = [
        _address('From', letter.look.organization, sender, policy),
        _address('To', mail.to_name, recipient, policy),
        _address('Reply-To', '', rendered.reply_to, policy) if rendered.reply_to else '',
        _subject(marked(mail.subject), policy),  # it may have been queued before this was a sandbox
        f'Date: {format_datetime(mail.trying_since or now())}{END}',
        f'Message-ID: <{mail.message_id}>{END}',  # the same at each try, like the date
        f'Auto-Submitted: auto-generated{END}',  # no absence notes in answer (RFC 3834)
        f'MIME-Version: 1.0{END}',
    ]
    mark = mail.message_id.partition('@')[0]
    html = _multipart('related', mark, _text('html', rendered.html), _picture(letter.look))
    parts = _multipart('alternative', mark, _text('plain', rendered.text), html)
    if attached:
        parts = _multipart('mixed', mark, parts, _file(attached))
    return Envelope(sender, recipient, (''.join(headers) + parts).encode())


@lru_cache(256)
def _address(header: str, name: str, email: str, policy: EmailPolicy) -> str:
    return str(policy.header_factory(header, mailbox(name, email)).fold(policy=policy))


@lru_cache(256)
def _subject(text: str, policy: EmailPolicy) -> str:
    return str(policy.header_factory('Subject', one_line(text)).fold(policy=policy))


def _multipart(kind: str, mark: str, *parts: str) -> str:
    """Parts of one kind (RFC 2046). No part can hold the boundary: in none is a = followed by a _."""
    boundary = f'=_{kind}_{mark}'
    inner = ''.join(f'{END}--{boundary}{END}{part}' for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"{END}{inner}{END}--{boundary}--{END}'


def _text(kind: str, text: str) -> str:
    encoded = b2a_qp(text.replace(END, '\n').encode(), istext=True).decode().replace('\n', END)
    return (
        f'Content-Type: text/{kind}; charset="utf-8"{END}'
        f'Content-Transfer-Encoding: quoted-printable{END}{END}{encoded}'
    )


def _file(attached: Attachment) -> str:
    encoded = encodebytes(attached.content).decode().replace('\n', END)
    return (
        f'Content-Type: {attached.content_type}{END}Content-Transfer-Encoding: base64{END}'
        f'Content-Disposition: attachment; filename="{attached.name}"{END}{END}{encoded}'
    )


@lru_cache(8)
def _picture(look: Look) -> str:
    content_type, content = logo(look)
    encoded = encodebytes(content).decode().replace('\n', END)
    return (
        f'Content-Type: {content_type}{END}Content-Transfer-Encoding: base64{END}Content-ID: <logo>{END}'
        f'Content-Disposition: inline; filename="logo.{content_type.partition("/")[2]}"{END}{END}{encoded}'
    )
