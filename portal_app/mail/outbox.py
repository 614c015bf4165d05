"""The outbox: a mail is written here in the transaction of the change that causes it (MAIL-01)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import select

from portal_app import db
from portal_app.config import settings
from portal_app.hosts import public_url
from portal_app.live import Change, Topic
from portal_app.mail.addresses import domain_of_mails
from portal_app.mail.render import render_subject
from portal_app.models import EmailTemplateVersion, Mail, MailState, Organization
from portal_app.models.base import now
from portal_app.sandbox import marked
from portal_app.services import email_templates
from portal_app.work import Work


@dataclass(frozen=True)
class Recipient:
    """Who gets a mail, at one address."""

    name: str
    email: str
    customer_id: int | None = None
    contact_id: int | None = None


Wanted = tuple[Recipient, dict[str, str], int | None]


def queue(
    work: Work,
    key: str,
    to: Recipient,
    variables: dict[str, str],
    link_id: int | None = None,
    version: EmailTemplateVersion | None = None,
    pay_link_id: int | None = None,
    attachment: str = '',
) -> Mail | None:
    """Write one mail of this template, with the id of the one-time link or the pay link that it carries.

    `attachment` names a document that is made when it is sent: 'invoices/417'. The mail is kept where there
    is no mail server (MAIL-02), and in a sandbox (SET-13). Returns None where staff
    have switched the template off; a `version` other than the one in force, such as a test, is sent in any
    case.
    """
    rows = _rows(work, key, [(to, variables, link_id)], version)
    if not rows:
        return None
    mail = Mail(**rows[0], pay_link_id=pay_link_id, attachment=attachment)
    work.session.add(mail)
    work.session.flush()
    work.tell(Change(Topic.MAIL, to.customer_id))
    return mail


def queue_all(work: Work, key: str, mails: Sequence[Wanted]) -> None:
    """Write many mails of one template in one statement: recipient, variables and link of each."""
    rows = _rows(work, key, mails)
    if rows:
        work.session.flush()  # the links and contacts that the rows name
        db.insert_all(work.session, Mail, rows)
        work.tell(Change(Topic.MAIL))


def _rows(
    work: Work, key: str, mails: Sequence[Wanted], version: EmailTemplateVersion | None = None
) -> list[dict[str, Any]]:
    chosen = version or email_templates.current(work, key)
    if not mails or not (version or chosen.enabled):
        return []
    moment, shared, subjects = now(), _of_every_mail(work), _Subjects(chosen)
    batch, domain = secrets.token_hex(16), domain_of_mails()
    same = {
        'template': key,
        'version_id': chosen.id,
        'state': MailState.QUEUED if settings().sends_mail else MailState.KEPT,
        'attempts': 0,
        'problem': '',
        'created_at': moment,
        'next_try_at': moment,
    }
    rows = []
    for number, (to, own, link_id) in enumerate(mails):
        variables = {**shared, **own}
        rows.append(
            {
                **same,
                'message_id': f'{batch}.{number}@{domain}',
                'to_name': to.name,
                'to_email': to.email,
                'subject': subjects.of(variables),
                'variables': variables,
                'link_id': link_id,
                'customer_id': to.customer_id,
                'contact_id': to.contact_id,
            }
        )
    return rows


class _Subjects:
    """The subjects of many mails. Those that differ only in what no subject names are rendered once."""

    def __init__(self, version: EmailTemplateVersion) -> None:
        self.version = version
        self.found: dict[tuple[tuple[str, str], ...], str] = {}

    def of(self, variables: dict[str, str]) -> str:
        """The subject with these values."""
        named = tuple(pair for pair in variables.items() if pair[0] in self.version.subject)
        if named not in self.found:
            self.found[named] = marked(render_subject(self.version, variables))
        return self.found[named]


def _of_every_mail(work: Work) -> dict[str, str]:
    name, support = work.session.exec(select(Organization.name, Organization.support_email)).one()
    return {
        'organization': name,
        'support_email': support,
        'portal_url': public_url(),
        'login_link': f'{public_url()}/portal/login',
    }
