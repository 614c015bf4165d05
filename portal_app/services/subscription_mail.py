"""The mails of a change that a customer made: a notice to staff, a confirmation to who made it (POR-07)."""

from datetime import date

from sqlmodel import select

from portal_app.auth.viewer import PortalViewer
from portal_app.documents.formats import Formats
from portal_app.hosts import public_url
from portal_app.mail.outbox import Recipient, queue
from portal_app.models import Contact, Customer, Invoice
from portal_app.services.billing_mail import staff_recipients
from portal_app.services.organization import organization
from portal_app.services.subscription_preview import Kind, Preview
from portal_app.work import Work

CHANGED, CONFIRMATION = 'subscription-changed', 'subscription-confirmation'


def tell_of_change(work: Work, customer: Customer, made: Preview, invoice: Invoice | None) -> None:
    """Queue both; the confirmation only where the customer takes mail."""
    viewer = work.viewer
    assert isinstance(viewer, PortalViewer)
    values = _values(work, customer, made, invoice)
    link = f'{public_url()}/admin/subscriptions/{made.number}'
    for to in staff_recipients(work, customer.id):
        named = {'contact_name': to.name, 'changed_by': viewer.actor, 'subscription_link': link}
        queue(work, CHANGED, to, values | named)
    if customer.email_delivery:
        own = f'{public_url()}/portal/{customer.number}/subscriptions?record={made.subscription_id}'
        named = {'contact_name': viewer.name, 'subscription_link': own}
        if invoice and invoice.customer_id != customer.id:
            named['invoice_number'] = ''  # it is the parent's
        to = Recipient(viewer.name, viewer.email, customer.id, _contact_id(work, viewer))
        queue(work, CONFIRMATION, to, values | named)


def _values(work: Work, customer: Customer, made: Preview, invoice: Invoice | None) -> dict[str, str]:
    words = Formats(organization(work).locale, made.charge.currency)

    def day(value: date | None) -> str:
        return words.day(value) if value else ''

    charged = words.money(made.total.minor) if made.total.minor else ''
    return {
        'customer': customer.name,
        'subscription': made.number,
        'change': made.sentence,
        'starts_on': day(made.starts_on),
        'price_before': words.money(made.before.per_cycle.minor),
        'price_after': '' if made.wanted.kind == Kind.CANCEL else words.money(made.after.per_cycle.minor),
        'cycle': made.cycle.lower(),
        'charged': charged,
        'invoice_number': invoice.number if invoice else '',
        'next_billing': day(made.next_billing_on),
    }


def _contact_id(work: Work, viewer: PortalViewer) -> int | None:
    whose = select(Contact.id).where(
        Contact.customer_id == viewer.company.id, Contact.portal_user_id == viewer.user_id
    )
    return work.session.exec(whose).first()
