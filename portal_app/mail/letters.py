"""A mail of the outbox as it is sent or read: made anew each time, since a link's token is stored nowhere."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, true
from sqlmodel import col

from portal_app.mail.render import Look, Rendered, render
from portal_app.mail.templates import TEMPLATES
from portal_app.models import Contact, EmailTemplateVersion, Mail, MailServer, OneTimeLink, Organization
from portal_app.services import links
from portal_app.work import Work


@dataclass(frozen=True)
class Letter:
    """A mail with all that it is made from."""

    mail: Mail
    version: EmailTemplateVersion
    link: OneTimeLink | None
    look: Look
    contact_problem: str | None = None  # what stands on its contact
    server_failing_since: datetime | None = None

    @property
    def address(self) -> str:
        """Where its one-time link leads; empty without one. Raises RuntimeError like `links.address`."""
        return links.address(self.link) if self.link else ''

    @property
    def masked_address(self) -> str:
        """The same for eyes that may not use it: without its token."""
        return links.masked_address(self.link) if self.link else ''

    def rendered(self, address: str) -> Rendered:
        """The mail with this as its one-time link. Raises what `render` raises."""
        name = TEMPLATES[self.mail.template].link_variable
        link = {name: address} if name and address else {}
        return render(self.version, {**self.mail.variables, **link}, self.look)


def letter(work: Work, mail_id: int) -> Letter | None:
    """Look up a mail with what it is made from."""
    found = work.session.execute(_LETTER, {'mail_id': mail_id}).first()
    if found is None:
        return None
    mail, version, link, organization, problem, failing_since = found
    return Letter(mail, version, link, Look.of(organization), problem, failing_since)


_LETTER = (
    select(
        Mail,
        EmailTemplateVersion,
        OneTimeLink,
        Organization,
        col(Contact.mail_problem),
        col(MailServer.failing_since),
    )
    .join(EmailTemplateVersion, col(EmailTemplateVersion.id) == col(Mail.version_id))
    .outerjoin(OneTimeLink, col(OneTimeLink.id) == col(Mail.link_id))
    .outerjoin(Contact, col(Contact.id) == col(Mail.contact_id))
    .join(Organization, true())
    .join(MailServer, true())
    .where(col(Mail.id) == bindparam('mail_id'))
)
