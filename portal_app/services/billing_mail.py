"""The mails about money: invoices, receipts, failures of auto pay, and notices for staff (POR-09)."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from portal_app.auth.permissions import OWNER
from portal_app.documents.formats import Formats
from portal_app.errors import Conflict
from portal_app.gateways import gateway
from portal_app.hosts import public_url
from portal_app.mail.outbox import Recipient, queue
from portal_app.models import (
    Contact,
    Customer,
    Invoice,
    InvoiceStatus,
    Mail,
    Payment,
    PaymentMethod,
    Role,
    StaffUser,
)
from portal_app.services import pay_links
from portal_app.services.applications import applied_from
from portal_app.services.email_templates import current
from portal_app.services.organization import organization
from portal_app.work import Work

INVOICE, RECEIPT, FAILED, NOTICE = 'invoice', 'payment-receipt', 'payment-failed', 'payment-notice'
EXPIRES = 'method-expires'
NUMBERS = 5  # of invoices that are named in a mail


def send_invoice(work: Work, invoice: Invoice) -> list[Mail]:
    """Mail an invoice to each address of its billing contact, with a link to pay it and its PDF.

    Raises Conflict with every reason why it cannot be. The caller has looked who may, and records it.
    """
    customer = work.session.get_one(Customer, invoice.customer_id)
    contact = _billing_contact(work, invoice.customer_id)
    reasons = list(_why_not(work, invoice, customer, contact))
    if reasons or contact is None:
        raise Conflict('\n'.join(reasons))
    pays = bool(invoice.balance) and gateway() is not None and pay_links.is_for(customer, contact)
    link = pay_links.issue(work, invoice, contact.id) if pays else None
    words = _words(work, invoice.currency)
    values = {
        'customer': customer.name,
        'contact_name': contact.name,
        'invoice_number': invoice.number,
        'amount_due': words.money(invoice.balance),
        'due_date': words.day(invoice.due_date),
        **({} if link else {'pay_link': ''}),
    }
    return _mail(
        work,
        INVOICE,
        _addresses(contact),
        values,
        pay_link_id=link.id if link else None,
        attachment=f'invoices/{invoice.id}',
    )


def send_receipt(work: Work, payment: Payment) -> None:
    """Tell the customer that a payment has arrived, and what it paid."""
    customer = work.session.get_one(Customer, payment.customer_id)
    words, day = _words(work, payment.currency), _day(work, payment.at)
    applied = [invoice.number for invoice, _ in applied_from(work, payment)]
    _to_customer(
        work,
        RECEIPT,
        customer,
        {
            'payment_number': payment.number,
            'amount': words.money(payment.amount),
            'paid_on': words.day(day),
            'method': payment.method,
            'invoices': listed(applied),
        },
        attachment=f'payments/{payment.id}',
    )


def send_failure(
    work: Work,
    customer: Customer,
    invoices: Sequence[Invoice],
    reason: str,
    method: str,
    next_try: datetime | None,
) -> None:
    """Tell customer and staff that auto pay failed, and when it is tried again, if at all."""
    words = _words(work, invoices[0].currency)
    values = {
        'invoices': listed([invoice.number for invoice in invoices]),
        'amount': words.money(sum(invoice.balance - invoice.pending for invoice in invoices)),
        'method': method,
        'reason': reason,
        'next_try': words.day(_day(work, next_try)) if next_try else '',
    }
    _to_customer(work, FAILED, customer, values)
    again = f'It is tried again on {values["next_try"]}.' if next_try else 'It is not tried again.'
    _to_staff(
        work,
        customer,
        {
            'event': 'Auto pay failed',
            'about': values['invoices'],
            'amount': values['amount'],
            'details': f'{reason} {again}',
        },
    )


def send_expiry(work: Work, customer: Customer, method: PaymentMethod) -> None:
    """Tell a customer on auto pay that the default method has expired or is about to."""
    expires = f'{method.expires_month:02}/{method.expires_year}'
    _to_customer(work, EXPIRES, customer, {'method': method.name, 'expires': expires})


def notify_staff(work: Work, payment: Payment, event: str, details: str, amount: int | None = None) -> None:
    """Tell staff what has happened to a payment: a chargeback, or what they alone can sort out."""
    customer = work.session.get_one(Customer, payment.customer_id)
    _to_staff(
        work,
        customer,
        {
            'event': event,
            'about': payment.number,
            'amount': _words(work, payment.currency).money(payment.amount if amount is None else amount),
            'details': details,
        },
    )


def listed(numbers: Sequence[str]) -> str:
    """Numbers of invoices in a row, the first few."""
    more = f' and {len(numbers) - NUMBERS} more' if len(numbers) > NUMBERS else ''
    return ', '.join(numbers[:NUMBERS]) + more


def staff_recipients(work: Work, customer_id: int | None) -> list[Recipient]:
    """Who hears of this customer's affairs: the address for notices, else the Owners."""
    own = organization(work)
    if own.billing_email:
        return [Recipient(own.name, own.billing_email, customer_id)]
    owners = (
        select(StaffUser)
        .join(Role)
        .where(Role.name == OWNER.name, col(Role.built_in).is_(True))
        .where(col(StaffUser.disabled_at).is_(None), StaffUser.password_hash != '')
        .order_by(col(StaffUser.id))
    )
    return [Recipient(each.name, each.email, customer_id) for each in work.session.exec(owners)]


def _why_not(work: Work, invoice: Invoice, customer: Customer, contact: Contact | None) -> Sequence[str]:
    reasons = []
    if invoice.status != InvoiceStatus.POSTED:
        reasons.append(f'Invoice {invoice.number} is {invoice.status.lower()}.')
    if not customer.email_delivery:
        reasons.append('Please enable the Email Delivery Preference for this customer.')
    if contact is None:
        reasons.append(f'{customer.name} has no billing contact.')
    if not current(work, INVOICE).enabled:
        reasons.append('The email “Invoice” is switched off under Manage Templates.')
    return reasons


def _to_customer(
    work: Work, key: str, customer: Customer, values: dict[str, str], *, attachment: str = ''
) -> None:
    """To the billing contact, where mail may be sent to this customer at all."""
    contact = _billing_contact(work, customer.id or 0)
    if contact and customer.email_delivery:
        named = {'customer': customer.name, 'contact_name': contact.name, **values}
        _mail(work, key, _addresses(contact), named, attachment=attachment)


def _to_staff(work: Work, customer: Customer, values: dict[str, str]) -> None:
    """A notice about money."""
    link = f'{public_url()}/admin/customers/{customer.number}'
    named = {'customer': customer.name, **values, 'customer_link': link}
    _mail(work, NOTICE, staff_recipients(work, customer.id), named)


def _mail(
    work: Work,
    key: str,
    to: Sequence[Recipient],
    values: dict[str, str],
    *,
    pay_link_id: int | None = None,
    attachment: str = '',
) -> list[Mail]:
    found = [queue(work, key, each, values, pay_link_id=pay_link_id, attachment=attachment) for each in to]
    return [mail for mail in found if mail]


def _billing_contact(work: Work, customer_id: int) -> Contact | None:
    billing = select(Contact).where(Contact.customer_id == customer_id, col(Contact.is_billing).is_(True))
    return work.session.exec(billing).first()


def _addresses(contact: Contact) -> list[Recipient]:
    """Each address of the field: it may hold several for delivery."""
    found = [each.strip() for each in contact.email.split(',')]
    return [Recipient(contact.name, each, contact.customer_id, contact.id) for each in found if each]


def _words(work: Work, currency: str) -> Formats:
    return Formats(organization(work).locale, currency)


def _day(work: Work, at: datetime) -> date:
    return at.astimezone(ZoneInfo(organization(work).time_zone)).date()
