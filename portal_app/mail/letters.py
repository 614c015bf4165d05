"""A mail of the outbox as it is sent or read: made anew each time, since a link's token is stored nowhere."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, select, true
from sqlmodel import col

from portal_app.auth.let_in import lets_in
from portal_app.mail.look import Look
from portal_app.mail.render import Rendered, render
from portal_app.mail.templates import TEMPLATES
from portal_app.models import (
    Contact,
    Customer,
    EmailTemplateVersion,
    Mail,
    MailServer,
    OneTimeLink,
    Organization,
    PayLink,
    Picture,
)
from portal_app.services import links, pay_links
from portal_app.work import Work

ONLY_WITH_ACCESS = ('access-granted', 'reset-password')


@dataclass(frozen=True)
class Letter:
    """A mail with all that it is made from."""

    mail: Mail
    version: EmailTemplateVersion
    link: OneTimeLink | PayLink | None
    look: Look
    contact_problem: str | None = None  # what stands on its contact
    server_failing_since: datetime | None = None
    let_in: bool = True  # whether the portal lets its contact in

    @property
    def address(self) -> str:
        """Where its own link leads; empty without one. Raises WrongKey like `links.address`."""
        if isinstance(self.link, PayLink):
            return pay_links.address(self.link)
        return links.address(self.link) if self.link else ''

    @property
    def masked_address(self) -> str:
        """The same for eyes that may not use it: without its token."""
        if isinstance(self.link, PayLink):
            return pay_links.masked_address(self.link)
        return links.masked_address(self.link) if self.link else ''

    @property
    def access_ended(self) -> bool:
        """Whether it only makes sense with access, which its contact has not any more (ACC-08).

        A mail to a staff user is about no contact.
        """
        about_access = self.mail.contact_id is not None and self.mail.template in ONLY_WITH_ACCESS
        return about_access and not self.let_in

    def rendered(self, address: str) -> Rendered:
        """The mail with this as its own link. Raises what `render` raises."""
        name = TEMPLATES[self.mail.template].link_variable
        link = {name: address} if name and address else {}
        return render(self.version, {**self.mail.variables, **link}, self.look)


def letter(work: Work, mail_id: int) -> Letter | None:
    """Look up a mail with what it is made from."""
    found = work.session.execute(_LETTER, {'mail_id': mail_id}).first()
    if found is None:
        return None
    mail, version, link, pay_link, organization, logo, problem, failing_since, let_in = found
    look = Look.of(organization, logo)
    return Letter(mail, version, link or pay_link, look, problem, failing_since, bool(let_in))


_LETTER = (
    select(
        Mail,
        EmailTemplateVersion,
        OneTimeLink,
        PayLink,
        Organization,
        Picture,
        col(Contact.mail_problem),
        col(MailServer.failing_since),
        and_(*lets_in()).label('let_in'),
    )
    .join(EmailTemplateVersion, col(EmailTemplateVersion.id) == col(Mail.version_id))
    .outerjoin(OneTimeLink, col(OneTimeLink.id) == col(Mail.link_id))
    .outerjoin(PayLink, col(PayLink.id) == col(Mail.pay_link_id))
    .outerjoin(Contact, col(Contact.id) == col(Mail.contact_id))
    .outerjoin(Customer, col(Customer.id) == col(Contact.customer_id))
    .join(Organization, true())
    .outerjoin(Picture, col(Picture.name) == col(Organization.logo))
    .join(MailServer, true())
    .where(col(Mail.id) == bindparam('mail_id'))
)
