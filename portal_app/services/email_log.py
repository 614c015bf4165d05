"""The Email Log: what became of each mail, and its text again for staff (MAIL-01, MAIL-02)."""

from dataclasses import dataclass, replace
from datetime import datetime

from jinja2 import TemplateError
from sqlalchemy import case, func
from sqlmodel import col, select

from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.config import settings
from portal_app.errors import Conflict, NotFound, NotPermitted
from portal_app.listings import Field, Join, Kind, Listing
from portal_app.live import Change, Topic
from portal_app.mail import attachments
from portal_app.mail.letters import Letter, letter
from portal_app.mail.logo import for_screen
from portal_app.mail.render import Rendered
from portal_app.mail.templates import TEMPLATES
from portal_app.mail.turns import ACCESS_ENDED
from portal_app.models import Customer, Mail, MailServer, MailState, OneTimeLink, PayLink, Purpose
from portal_app.models.base import now
from portal_app.sandbox import MAIL_KEPT
from portal_app.services import mail_links
from portal_app.services.links import WrongKey
from portal_app.work import Work

VIEW = Permission(Activity.EMAIL_LOG, Action.VIEW)
SEND_AGAIN = Permission(Activity.EMAIL_LOG, Action.EDIT)
NOT_AGAIN = {
    MailState.QUEUED: 'This mail waits for its turn already.',
    MailState.SENDING: 'This mail is being sent at this moment.',
    MailState.SENT: 'The mail server has taken this mail already.',
    MailState.CANCELLED: 'This mail was cancelled, because nothing was left for it to do.',
}
DEAD_INVITATION = 'Its link is not valid any more. Re-send the invitation instead: that mails a new link.'
INVITATIONS = (Purpose.INVITATION, Purpose.STAFF_INVITATION)
DEAD_PAY_LINK = 'Its link is not valid any more. Send the invoice again instead: that mails a new link.'
DEAD_LINK = 'Its link is not valid any more. The person can ask for a new one on the login page.'
NO_LINK = 'There is no link in this mail that could be handed on.'
NO_SERVER = 'No mail server is connected, so nothing can be sent.'

_CUSTOMER = Join(Customer, optional=True)
_titles = {key: kind.title for key, kind in TEMPLATES.items()}

EMAIL_LOG = Listing(
    key='email-log',
    title='Email Log',
    singular='Email',
    model=Mail,
    permission=VIEW,
    icon='mail',
    named_by='subject',
    default_sort='-created',
    empty='Each mail that the portal sends is listed here.',
    fields=(
        Field('created', 'Created', Kind.TIME, col(Mail.created_at), sorts=True, indexed=True),
        Field(
            'recipient', 'Recipient', Kind.TEXT, col(Mail.to_name), sorts=True, searched=True, up_front=False
        ),
        Field('address', 'Address', Kind.TEXT, col(Mail.to_email), sorts=True, searched=True, up_front=False),
        Field(
            'template',
            'Template',
            Kind.CHOICE,
            case(_titles, value=col(Mail.template), else_=col(Mail.template)),
            sorts=True,
            values=tuple(_titles.values()),
        ),
        Field(
            'subject', 'Subject', Kind.TEXT, col(Mail.subject), searched=True, up_front=False, at_first=False
        ),
        Field('state', 'State', Kind.CHOICE, col(Mail.state), sorts=True, values=tuple(MailState)),
        Field(
            'attempts', 'Tries', Kind.COUNT, col(Mail.attempts), sorts=True, up_front=False, at_first=False
        ),
        Field('problem', 'Problem', Kind.TEXT, col(Mail.problem), up_front=False),
        Field('sent', 'Sent', Kind.TIME, col(Mail.sent_at), optional=True, sorts=True, up_front=False),
        Field(
            'customer',
            'Customer',
            Kind.TEXT,
            func.coalesce(col(Customer.name), ''),
            joins=(_CUSTOMER,),
            sorts=True,
            up_front=False,
        ),
    ),
)


@dataclass(frozen=True)
class MailPage:
    """One mail as staff may see it, without the token of its link."""

    mail: Mail
    template: str
    version: int
    customer: tuple[str, str] | None  # number and name
    rendered: Rendered | None  # None: it cannot be made any more, for the reason in `fault`
    fault: str
    link_lives_until: datetime | None  # None: there is no link to hand on
    attachment: str  # the name of its file
    pays: bool  # its link pays an invoice, and does so more than once
    link_hidden: str  # why the viewer is not shown it; empty where `show_link` does
    why_not_again: str | None  # None: it can be sent again


@dataclass(frozen=True)
class Delivery:
    """Whether mail can leave at all. Without a problem it can, where a server is connected."""

    connected: bool
    problem: str
    since: datetime | None
    next_try_at: datetime | None
    sandbox: bool = False  # which keeps its mail whatever is connected (SET-13)


def delivery(work: Work) -> Delivery:
    """How it stands with the mail server. Needs Email Log: View."""
    work.require(VIEW)
    if not settings().sends_mail:
        return Delivery(False, '', None, None, settings().keeps_mail)
    server = work.session.exec(select(MailServer)).one()
    return Delivery(True, server.problem, server.failing_since, server.next_try_at)


def read_mail(work: Work, mail_id: int) -> MailPage:
    """One mail with its text. Raises NotFound. Needs Email Log: View."""
    work.require(VIEW)
    found = _letter(work, mail_id)
    mail = found.mail
    customer = work.session.get(Customer, mail.customer_id) if mail.customer_id else None
    rendered, fault = _rendered(found)
    return MailPage(
        mail=mail,
        template=_titles.get(mail.template, mail.template),
        version=found.version.number,
        customer=(customer.number, customer.name) if customer else None,
        rendered=rendered,
        fault=fault,
        link_lives_until=mail_links.lives_until(found),
        attachment=attachments.name_of(work, mail.attachment),
        pays=isinstance(found.link, PayLink),
        link_hidden=mail_links.why_hidden(work, found),
        why_not_again=_why_not_again(found),
    )


def show_link(work: Work, mail_id: int) -> str:
    """The address that a kept mail leads to, to hand it on. Who looked at it is in the audit log.

    Needs Email Log: View, and a role that could do without it what the link does (see `mail_links`).
    Raises NotPermitted, naming that role, Conflict where there is no link that works, and NotFound.
    """
    work.require(VIEW)
    found = _letter(work, mail_id)
    mail = found.mail
    if mail_links.lives_until(found) is None:
        raise Conflict(NO_LINK)
    if hidden := mail_links.why_hidden(work, found):
        raise NotPermitted(hidden)
    try:
        address = found.address
    except WrongKey as error:
        raise Conflict(f'This link cannot be shown: {error}.') from error
    work.record(
        'mail.link_shown',
        f'{mail.to_name} <{mail.to_email}>',
        customer_id=mail.customer_id,
        contact_id=mail.contact_id,
        after={'mail': mail.subject},
    )
    return address


def may_send_again(work: Work) -> bool:
    """Whether the viewer's role lets them send mail again."""
    return SEND_AGAIN.grant in work.grants


def send_again(work: Work, mail_id: int) -> None:
    """Queue a mail again that failed, or that was kept until a server was connected. Needs Email Log: Edit.

    Raises Conflict with the reason why it cannot be.
    """
    work.require(SEND_AGAIN)
    if not 0 < mail_id < 2**63 or not work.session.get(Mail, mail_id, with_for_update=True):
        raise NotFound
    found = letter(work, mail_id)
    assert found is not None
    mail, why_not = found.mail, _why_not_again(found)
    if why_not is not None:
        raise Conflict(why_not)
    work.record(
        'mail.send_again',
        f'{mail.subject} to {mail.to_email}',
        customer_id=mail.customer_id,
        contact_id=mail.contact_id,
        before={'state': mail.state, 'problem': mail.problem},
        after={'state': MailState.QUEUED},
    )
    mail.state, mail.problem = MailState.QUEUED, ''
    mail.next_try_at, mail.trying_since = now(), None
    work.session.add(mail)
    work.tell(Change(Topic.MAIL, mail.customer_id))


def _why_not_again(found: Letter) -> str | None:
    state = MailState(found.mail.state)
    if state in NOT_AGAIN:
        return NOT_AGAIN[state]
    if found.access_ended:
        return ACCESS_ENDED
    if found.link and not found.link.is_open(now()):
        return _why_dead(found.link)
    if settings().keeps_mail:
        return MAIL_KEPT
    return None if settings().sends_mail else NO_SERVER


def _why_dead(link: OneTimeLink | PayLink) -> str:
    if isinstance(link, PayLink):
        return DEAD_PAY_LINK
    return DEAD_INVITATION if link.purpose in INVITATIONS else DEAD_LINK


def _letter(work: Work, mail_id: int) -> Letter:
    found = letter(work, mail_id) if 0 < mail_id < 2**63 else None
    if found is None:
        raise NotFound
    return found


def _rendered(found: Letter) -> tuple[Rendered | None, str]:
    """The mail for the screen, or why it cannot be made any more."""
    try:
        made = found.rendered(found.masked_address)
    except TemplateError as error:
        return None, f'This mail cannot be made any more: {error}.'
    return replace(made, subject=found.mail.subject, html=for_screen(made.html, found.look)), ''
