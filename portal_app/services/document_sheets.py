"""What documents say, from the rows: the sheets that `portal_app.documents` prints (POR-05).

`sees` are the fields of portal objects that the reader sees (payments.method): what is not, is left out.
"""

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from portal_app.documents import (
    CreditMemoSheet,
    InvoiceSheet,
    Party,
    ReceiptSheet,
    Seller,
    SheetLine,
    StatementLine,
    StatementSheet,
)
from portal_app.documents.formats import Formats
from portal_app.documents.sheets import Applied, Paid
from portal_app.models import (
    Credit,
    Customer,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    Organization,
    Payment,
    PaymentStatus,
    Picture,
    Statement,
)
from portal_app.services.applications import unapplied
from portal_app.services.billing_states import invoice_state, payment_state
from portal_app.services.invoice_figures import (
    applied_from_source,
    applied_to_invoice,
    lines_of,
    service_name,
    taxes_of,
)
from portal_app.services.organization import organization
from portal_app.services.portal_objects import EVERYTHING, Keys
from portal_app.work import Work

WITH_RECEIPT = (PaymentStatus.PROCESSED, PaymentStatus.REVERSED)


def seller(work: Work, ours: Organization | None = None) -> Seller:
    """Who bills."""
    ours = ours or organization(work)
    return _seller(
        work,
        {
            'name': ours.name,
            'address': ours.address,
            'email': ours.support_email,
            'phone': ours.support_phone,
            'colour': ours.brand_colour,
        },
        ours.logo,
        ours.time_zone,
    )


def invoice_sheet(
    work: Work, invoice: Invoice, *, sees: Keys = EVERYTHING, pay_url: str = ''
) -> InvoiceSheet:
    """An invoice. `pay_url` is where it can be paid, if it can."""
    ours = organization(work)
    lines = lines_of(work, invoice)
    formats = Formats(ours.locale, invoice.currency)
    can_be_paid = invoice.balance > invoice.pending
    return InvoiceSheet(
        seller=seller(work, ours),
        party=_party(work, invoice.customer_id),
        number=invoice.number,
        date=invoice.date,
        due_date=invoice.due_date,
        status=invoice_state(invoice),
        currency=invoice.currency,
        lines=tuple(_line(each, formats) for each in lines),
        subtotal=invoice.subtotal,
        tax=invoice.tax,
        total=invoice.total,
        paid=invoice.paid,
        credited=invoice.credited,
        balance=invoice.balance,
        written_off=invoice.written_off,
        pending=invoice.pending,
        taxes=tuple(
            (each.rate, each.net.minor, each.tax.minor) for each in taxes_of(invoice.currency, lines)
        ),
        payments=tuple(_applied_to(work, invoice, sees, ZoneInfo(ours.time_zone))),
        reference=invoice.reference,
        note=invoice.note,
        terms=ours.payment_note,
        service_for=service_name(work, invoice),
        pay_url=pay_url if can_be_paid else '',
        locale=ours.locale,
    )


def receipt_sheet(work: Work, payment: Payment, *, sees: Keys = EVERYTHING) -> ReceiptSheet:
    """The receipt of a payment, whatever became of it since."""
    ours = organization(work)
    return ReceiptSheet(
        seller=seller(work, ours),
        party=_party(work, payment.customer_id),
        number=payment.number,
        at=payment.at,
        zone=ours.time_zone,
        method=payment.method,
        reference=payment.reference,
        status=payment_state(payment),
        currency=payment.currency,
        amount=payment.amount,
        refunded=payment.refunded,
        applied=_applied_from(work, payment, sees),
        unapplied=unapplied(payment),
        locale=ours.locale,
    )


def credit_sheet(work: Work, credit: Credit, *, sees: Keys = EVERYTHING) -> CreditMemoSheet:
    """A credit memo."""
    ours = organization(work)
    return CreditMemoSheet(
        seller=seller(work, ours),
        party=_party(work, credit.customer_id),
        number=credit.number,
        date=credit.date,
        reason=credit.reason,
        reference=credit.reference,
        currency=credit.currency,
        amount=credit.amount,
        balance=credit.balance,
        applied=_applied_from(work, credit, sees),
        locale=ours.locale,
    )


def statement_sheet(work: Work, statement: Statement) -> StatementSheet:
    """A statement as it was issued: from what was stored with it, and nothing else."""
    said = statement.snapshot
    party, ours = said['party'], dict(said['seller'])
    return StatementSheet(
        seller=_seller(work, ours, ours.pop('logo'), statement.zone),
        party=Party(name=party['name'], number=party['number'], address=party['address']),
        number=statement.number,
        start=statement.start,
        end=statement.end,
        issued=statement.issued_at.astimezone(ZoneInfo(statement.zone)).date(),
        currency=statement.currency,
        opening=statement.opening,
        closing=statement.closing,
        entries=tuple(
            StatementLine(
                date=date.fromisoformat(each['day']),
                kind=each['kind'],
                number=each['number'],
                charge=each['amount'] if each['amount'] >= 0 else None,
                payment=-each['amount'] if each['amount'] < 0 else None,
                balance=each['balance'],
            )
            for each in said['lines']
        ),
        ageing=tuple((each['label'], each['amount']) for each in said['ages']),
        locale=said['locale'],
    )


def _seller(work: Work, values: dict[str, Any], logo: str | None, zone: str) -> Seller:
    found = Seller(**values, zone_name=zone)
    picture = work.session.get(Picture, logo) if logo else None
    if picture is None:
        return found
    return replace(
        found, logo=picture.content, logo_content_type=picture.content_type, logo_tone=picture.tone
    )


def _party(work: Work, customer_id: int) -> Party:
    customer = work.session.get_one(Customer, customer_id)
    return Party(name=customer.name, number=customer.number, address=customer.address)


def _line(line: InvoiceLine, formats: Formats) -> SheetLine:
    days = [formats.day(day) for day in (line.period_start, line.period_end) if day]
    return SheetLine(
        description=line.description,
        period=' – '.join(days),
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        amount=line.amount,
        tax_rate=line.tax_rate,
    )


def _applied_to(work: Work, invoice: Invoice, sees: Keys, zone: ZoneInfo) -> list[Paid]:
    """The payments and credits that an invoice was paid with, as far as they are the same customer's."""
    by_payment, by_credit = applied_to_invoice(work, invoice)
    payments = select(Payment).where(
        col(Payment.id).in_(by_payment), Payment.customer_id == invoice.customer_id
    )
    credits = select(Credit).where(col(Credit.id).in_(by_credit), Credit.customer_id == invoice.customer_id)
    found = []
    if sees >= {'payments.date', 'payments.number'}:
        with_method = 'payments.method' in sees
        found += [
            (
                each.at.astimezone(zone).date(),
                f'{each.number} {each.method if with_method else ""}'.strip(),
                by_payment[each.id or 0],
            )
            for each in work.session.exec(payments)
        ]
    if sees >= {'credits.date', 'credits.number'}:
        found += [(each.date, each.number, by_credit[each.id or 0]) for each in work.session.exec(credits)]
    return sorted(each for each in found if each[2])


def _applied_from(work: Work, source: Payment | Credit, sees: Keys) -> tuple[Applied, ...]:
    """The invoices that it was applied to, as far as they are the same customer's."""
    if not sees >= {'invoices.date', 'invoices.number'}:
        return ()
    amounts = applied_from_source(work, source)
    asked = select(Invoice).where(
        col(Invoice.id).in_(amounts),
        Invoice.customer_id == source.customer_id,
        Invoice.status != InvoiceStatus.DRAFT,
    )
    found = {each.id: each for each in work.session.exec(asked)}
    return tuple(
        (found[id].number, found[id].date, amount) for id, amount in amounts.items() if id in found and amount
    )
