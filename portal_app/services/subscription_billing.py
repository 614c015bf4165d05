"""The invoice of an increase or upgrade: for the days that are left of the cycle, posted at once (POR-07).

Its tax is that of the newest posted invoice of the subscription, where all lines of that have one rate; else
there is none, since nothing here says which. docs/subscriptions.md says so to whoever sets the product up.
"""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

from sqlmodel import col, select

from portal_app.business_day import business_day
from portal_app.errors import Conflict
from portal_app.models import Customer, Invoice, InvoiceLine, InvoiceStatus, Subscription
from portal_app.money import plain
from portal_app.services import ledger
from portal_app.services.billing_mail import send_invoice
from portal_app.services.billing_rules import said
from portal_app.services.counters import next_number
from portal_app.services.invoice_drafts import billed_for
from portal_app.services.subscription_preview import Preview
from portal_app.work import Work


def tax_rate(work: Work, subscription: Subscription) -> Decimal:
    """The rate in percent that the newest posted invoice of this subscription has on all its lines, or 0."""
    newest = (
        select(Invoice.id)
        .where(Invoice.subscription_id == subscription.id, Invoice.status == InvoiceStatus.POSTED)
        .order_by(col(Invoice.date).desc(), col(Invoice.id).desc())
        .limit(1)
    )
    lines = select(InvoiceLine).where(InvoiceLine.invoice_id == work.session.exec(newest).first())
    found = {line.tax_rate for line in work.session.exec(lines)}
    return found.pop() if len(found) == 1 else Decimal(0)


def post_prorated(
    work: Work, subscription: Subscription, customer: Customer, preview: Preview, rate: Decimal
) -> Invoice:
    """Post the charge of a preview to whoever is billed, whose account is held; mail it if that can be."""
    billed, served = billed_for(work, customer)
    today = business_day()
    invoice = Invoice(
        number=next_number(work, Invoice),
        customer_id=billed.id or 0,
        service_customer_id=served,
        subscription_id=subscription.id,
        date=today,
        due_date=today + timedelta(days=billed.payment_terms),
        currency=subscription.currency,
        subtotal=preview.charge.minor,
        tax=preview.tax.minor,
        total=preview.total.minor,
    )
    ledger.post(work, invoice)
    work.session.add(_line(invoice, subscription, preview, rate))
    work.session.flush()
    work.record(
        'invoice.post',
        invoice.number,
        customer_id=invoice.customer_id,
        after={'subscription': preview.number, 'total': said(*preview.total)},
    )
    with suppress(Conflict):  # no address, or no mail is wanted: it is on the account all the same
        send_invoice(work, invoice)
    return invoice


def _line(invoice: Invoice, subscription: Subscription, preview: Preview, rate: Decimal) -> InvoiceLine:
    return InvoiceLine(
        invoice_id=invoice.id or 0,
        position=1,
        description=f'{preview.number}, {preview.sentence}: {preview.days_left} of {preview.days} days',
        quantity=Decimal(1),
        unit_price=Decimal(plain(*preview.charge)),
        amount=preview.charge.minor,
        tax_rate=rate,
        tax=preview.tax.minor,
        period_start=max(invoice.date, subscription.period_start),
        period_end=subscription.period_end - timedelta(days=1),
    )
