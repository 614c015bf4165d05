"""What staff do with invoices that are drafts no more: post, mail, void, write off, dispute."""

from dataclasses import dataclass
from datetime import date

from portal_app.errors import Conflict
from portal_app.models import Invoice, InvoiceStatus
from portal_app.models.base import now
from portal_app.money import Money
from portal_app.services import billing_mail, ledger
from portal_app.services.accounts import tell
from portal_app.services.applications import applied_to
from portal_app.services.billing_rules import (
    DELETE,
    EDIT,
    checked_note,
    day_problem,
    held,
    moment_of,
    put_off,
    refuse,
    said,
)
from portal_app.services.counters import next_number
from portal_app.work import Work


@dataclass(frozen=True)
class Posted:
    """A posted invoice. `counts_from` is another day than its own where that is in a stated month."""

    number: str
    counts_from: date | None


@dataclass(frozen=True)
class Freed:
    """What is unapplied again of a payment or a credit memo."""

    number: str
    amount: Money


def post_invoice(work: Work, invoice_id: int) -> Posted:
    """Give a draft its number and let its total be owed, as of its date. Needs Billing Records: Edit.

    Raises Conflict for what is no draft, BillingRefused for a date in the future: it would be owed before.
    """
    work.require(EDIT)
    invoice = held(work, Invoice, invoice_id)
    draft = invoice.number
    if invoice.status == InvoiceStatus.DRAFT:
        refuse({'date': problem} if (problem := day_problem(invoice.date)) else {})
        invoice.number = next_number(work, Invoice)
    at = moment_of(work, invoice.date)
    ledger.post(work, invoice, at)
    work.record(
        'invoice.post',
        invoice.number,
        customer_id=invoice.customer_id,
        before={'number': draft},
        after={
            'date': invoice.date.isoformat(),
            'due_date': invoice.due_date.isoformat(),
            'total': said(invoice.total, invoice.currency),
        },
    )
    return Posted(invoice.number, put_off(work, invoice.customer_id, invoice.currency, at))


def void_invoice(work: Work, invoice_id: int, reason: str) -> list[Freed]:
    """Nothing of it is owed any more. Returns what is unapplied again. Needs Billing Records: Delete.

    Raises Conflict unless it is posted, or while a payment on it is under way; BillingRefused.
    """
    work.require(DELETE)
    invoice = held(work, Invoice, invoice_id)
    reason = checked_note('reason', reason)
    freed = [
        Freed(source.number, Money(amount, invoice.currency)) for source, amount in applied_to(work, invoice)
    ]
    before = {'status': invoice.status, 'balance': said(invoice.balance, invoice.currency)}
    ledger.void(work, invoice)
    work.record(
        'invoice.void',
        invoice.number,
        customer_id=invoice.customer_id,
        before=before,
        after={
            'reason': reason,
            'unapplied': ', '.join(f'{each.number} {said(*each.amount)}' for each in freed),
        },
    )
    return freed


def write_off_invoice(work: Work, invoice_id: int, reason: str) -> Money:
    """Give up what is open of it, and return that. Needs Billing Records: Delete.

    Raises as `void_invoice` does.
    """
    work.require(DELETE)
    invoice = held(work, Invoice, invoice_id)
    reason = checked_note('reason', reason)
    gone = Money(invoice.balance, invoice.currency)
    ledger.write_off(work, invoice)
    work.record(
        'invoice.write_off',
        invoice.number,
        customer_id=invoice.customer_id,
        before={'balance': said(*gone)},
        after={'reason': reason},
    )
    return gone


def dispute_invoice(work: Work, invoice_id: int, note: str) -> None:
    """Mark that the customer disputes it, and why. What is owed stays. Needs Billing Records: Edit.

    Raises Conflict unless it is posted with a balance and not disputed yet, BillingRefused for the note.
    """
    work.require(EDIT)
    invoice = held(work, Invoice, invoice_id)
    note = checked_note('note', note)
    if invoice.status != InvoiceStatus.POSTED or not invoice.balance:
        raise Conflict(f'Nothing of invoice {invoice.number} is owed that could be disputed.')
    if invoice.disputed_at is not None:
        raise Conflict(f'Invoice {invoice.number} is disputed already.')
    invoice.disputed_at, invoice.dispute_note = now(), note
    work.session.add(invoice)
    work.record('invoice.dispute', invoice.number, customer_id=invoice.customer_id, after={'note': note})
    tell(work, invoice.customer_id)


def settle_dispute(work: Work, invoice_id: int, note: str) -> None:
    """The dispute is over, and how it ended. Needs Billing Records: Edit.

    Raises Conflict for what is not disputed, BillingRefused for the note.
    """
    work.require(EDIT)
    invoice = held(work, Invoice, invoice_id)
    note = checked_note('note', note)
    if invoice.disputed_at is None:
        raise Conflict(f'Invoice {invoice.number} is not disputed.')
    before = {'note': invoice.dispute_note}
    invoice.disputed_at, invoice.dispute_note = None, ''
    work.session.add(invoice)
    work.record(
        'invoice.settle_dispute',
        invoice.number,
        customer_id=invoice.customer_id,
        before=before,
        after={'note': note},
    )
    tell(work, invoice.customer_id)


def mail_invoice(work: Work, invoice_id: int) -> list[str]:
    """Mail it to the customer's billing contact, with its PDF and a link to pay. Needs Billing Records: Edit.

    Returns the addresses. Raises Conflict with every reason why it cannot be.
    """
    work.require(EDIT)
    invoice = held(work, Invoice, invoice_id)
    to = [mail.to_email for mail in billing_mail.send_invoice(work, invoice)]
    work.record('invoice.mail', invoice.number, customer_id=invoice.customer_id, after={'to': ', '.join(to)})
    return to
