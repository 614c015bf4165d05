"""Templates before they are in force: how a mail will look, and a test of it to oneself (SET-08)."""

from dataclasses import dataclass, replace

from sqlmodel import col, select

from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.auth.viewer import StaffViewer
from portal_app.errors import NotFound
from portal_app.hosts import public_url
from portal_app.mail.checks import TemplateRefused, check, problems
from portal_app.mail.logo import for_screen
from portal_app.mail.look import Look
from portal_app.mail.outbox import Recipient, queue
from portal_app.mail.render import Rendered, render
from portal_app.mail.template_kinds import TemplateKind
from portal_app.mail.templates import Draft
from portal_app.models import Contact, Customer, EmailTemplateVersion, Mail, Picture
from portal_app.services.email_templates import CHANGE, VIEW, hold, kind_of, new_version, tidy
from portal_app.services.organization import organization
from portal_app.work import Work

SEE_CUSTOMERS = Permission(Activity.CUSTOMERS, Action.VIEW)
MOST_CUSTOMERS = 20  # offered at once
EXAMPLE_ADDRESS = 'anna@acme.example'


@dataclass(frozen=True)
class Preview:
    """A mail as its reader will see it; the HTML stands alone, with its logo."""

    to: str
    rendered: Rendered


def preview(work: Work, key: str, draft: Draft, customer_id: int | None = None) -> Preview:
    """The mail that a draft makes, with a customer's data or with examples. Needs Portal Setup: View.

    What only exists when it is sent, such as a link, is an example. Raises TemplateRefused.
    """
    work.require(VIEW)
    kind, draft = kind_of(key), tidy(draft)
    if found := [problem for problem in problems(kind, draft) if problem.field != 'reply_to']:
        raise TemplateRefused(tuple(found))
    values, to = _values(work, kind, customer_id)
    ours = organization(work)
    look = Look.of(ours, work.session.get(Picture, ours.logo) if ours.logo else None)
    rendered = render(new_version(kind, 0, draft), values, look)
    return Preview(to, replace(rendered, html=for_screen(rendered.html, look)))


def customers(work: Work, search: str = '') -> dict[int, str]:
    """Customers to preview with, by id: the first of those that match. Nobody without Customers: View."""
    work.require(VIEW)
    if SEE_CUSTOMERS.grant not in work.grants:
        return {}
    matches = col(Customer.name).icontains(search, autoescape=True) | col(Customer.number).istartswith(
        search, autoescape=True
    )
    found = select(Customer).where(matches).order_by(Customer.name, Customer.number).limit(MOST_CUSTOMERS)
    return {customer.id or 0: f'{customer.name} ({customer.number})' for customer in work.session.exec(found)}


def send_test(work: Work, key: str, draft: Draft, customer_id: int | None = None) -> Mail:
    """Send a draft to the viewer's own address, saved or not. Needs Portal Setup: Edit.

    It is kept as a version with a number below zero, which is never in force. Raises TemplateRefused.
    """
    work.require(CHANGE)
    assert isinstance(work.viewer, StaffViewer)
    kind, draft = hold(work, key), tidy(draft)
    check(kind, draft)
    tested = select(EmailTemplateVersion.number).where(EmailTemplateVersion.key == key)
    lowest = work.session.exec(tested.order_by(col(EmailTemplateVersion.number)).limit(1)).one()
    test = replace(draft, subject=f'[Test] {draft.subject}')
    version = new_version(kind, min(lowest, 0) - 1, test, work.viewer.name)
    work.session.add(version)
    work.session.flush()
    work.record('email_template.test', kind.title, after={'to': work.viewer.email})
    values, _ = _values(work, kind, customer_id)
    mail = queue(work, key, Recipient(work.viewer.name, work.viewer.email), values, version=version)
    assert mail is not None  # a version that was chosen is sent in any case
    return mail


def _values(work: Work, kind: TemplateKind, customer_id: int | None) -> tuple[dict[str, str], str]:
    """Values for a preview, and whom it would go to."""
    ours, url = organization(work), public_url()
    values = kind.examples(url) | {'organization': ours.name, 'support_email': ours.support_email}
    email = EXAMPLE_ADDRESS
    if customer_id is not None:
        work.require(SEE_CUSTOMERS)
        customer, contact = _customer(work, customer_id)
        values |= {'customer': customer.name}
        if contact:
            values |= {'contact_name': contact.name, 'new_email': contact.email}
            email = contact.email
    values = {name: value for name, value in values.items() if name in kind.by_name}
    return values, f'{values["contact_name"]} <{email}>' if 'contact_name' in values else email


def _customer(work: Work, customer_id: int) -> tuple[Customer, Contact | None]:
    customer = work.session.get(Customer, customer_id)
    if customer is None:
        raise NotFound('There is no such customer.')
    contacts = select(Contact).where(Contact.customer_id == customer_id)
    first = contacts.order_by(col(Contact.is_billing).desc(), col(Contact.id)).limit(1)
    return customer, work.session.exec(first).first()
