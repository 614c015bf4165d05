"""Mail: the outbox, which is also the Email Log, and the templates that staff edit."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlmodel import Field, SQLModel, UniqueConstraint

from portal_app.columns import UtcDateTime
from portal_app.models.base import now


class MailState(StrEnum):
    """What has become of a mail."""

    QUEUED = 'Queued'  # waits for its turn, or for the next try
    SENDING = 'Sending'  # handed to the server at this moment
    SENT = 'Sent'  # the server has taken it
    FAILED = 'Failed'  # the server refused it for good, or a day of tries was not enough
    CANCELLED = 'Cancelled'  # its link died before it was sent
    KEPT = 'Kept'  # there was no server to give it to (MAIL-02)


class EmailTemplateVersion(SQLModel, table=True):
    """One version of one template. The highest number is in force; a mail keeps the one it was made with.

    Numbers below zero are drafts that were sent as a test.
    """

    __tablename__ = 'email_template_version'
    __table_args__ = (UniqueConstraint('key', 'number'),)

    id: int | None = Field(default=None, primary_key=True)
    key: str
    number: int
    subject: str
    body: str
    reply_to: str = ''
    support_contact: str = ''
    instructions: str = ''
    enabled: bool = True
    shipped: bool = False  # as the product brings it: follows the product's next release
    author: str = ''
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Mail(SQLModel, table=True):
    """One mail to one address, written with the change that causes it (MAIL-01).

    It is rendered from its template's version, `variables` and link whenever it is sent or read: a link's
    token is stored nowhere.
    """

    __table_args__ = (Index('mail_by_turn', 'state', 'next_try_at', 'id'),)

    id: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(unique=True)  # without <>; the same at each try (RFC 5322, 3.6.4)
    template: str
    version_id: int = Field(foreign_key='email_template_version.id')
    to_name: str
    to_email: str
    subject: str
    variables: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    link_id: int | None = Field(default=None, foreign_key='one_time_link.id', index=True)
    pay_link_id: int | None = Field(default=None, foreign_key='pay_link.id', index=True)
    attachment: str = ''  # a document that is made when it is sent: invoice/417
    customer_id: int | None = Field(default=None, foreign_key='customer.id', index=True)
    contact_id: int | None = Field(default=None, foreign_key='contact.id', index=True)
    state: MailState = Field(default=MailState.QUEUED, sa_type=String)
    attempts: int = 0
    problem: str = ''  # what the server said at the last try
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, index=True)
    next_try_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)  # or how long SENDING is believed
    trying_since: datetime | None = Field(default=None, sa_type=UtcDateTime)  # for a day, then given up
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MailServer(SQLModel, table=True):
    """The one row that tells every process whether the SMTP server can be used."""

    __tablename__ = 'mail_server'

    id: int | None = Field(default=None, primary_key=True)
    problem: str = ''  # why not: no connection, no TLS, a wrong password or key
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_try_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
