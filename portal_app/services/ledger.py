"""The ledger: the one place that moves money between documents and accounts.

Each function changes rows within the caller's transaction, behind `hold_account`, and asks for no permission:
that is for the verbs of staff and of customers that call them. Amounts are whole minor units; `at` is when it
counts, now unless said. After each of them, of every account and currency,

    sum of the ledger's entries = sum of invoice balances - unapplied payments - open credits.
"""

from datetime import datetime

from sqlmodel import func, select

from portal_app.errors import Conflict, Invalid
from portal_app.models import (
    UNDER_WAY,
    Credit,
    CreditStatus,
    EntryKind,
    Invoice,
    InvoiceStatus,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
)
from portal_app.models.base import now
from portal_app.services.accounts import enter, fresh, tell
from portal_app.services.applications import Source, applied_from, applied_to, apply, take_back, unapplied
from portal_app.work import Work


def post(work: Work, invoice: Invoice, at: datetime | None = None) -> None:
    """A draft's total is owed from now on. Raises Conflict unless it is a draft."""
    if invoice.status != InvoiceStatus.DRAFT:
        raise Conflict(f'Invoice {invoice.number} is {invoice.status.lower()} already.')
    invoice.status, invoice.balance, invoice.posted_at = InvoiceStatus.POSTED, invoice.total, at or now()
    enter(work, invoice, EntryKind.INVOICE, invoice.total, due=invoice.total, at=at)


def void(work: Work, invoice: Invoice, at: datetime | None = None) -> None:
    """Nothing of an invoice is owed any more; the payments and credits that it took are unapplied again.

    Raises Conflict unless it is posted, and while a payment on it is under way.
    """
    _check_posted(invoice)
    for source, amount in applied_to(work, invoice):
        take_back(work, source, invoice, amount, at)
    gone, invoice.balance, invoice.status = invoice.balance, 0, InvoiceStatus.VOID
    enter(work, invoice, EntryKind.INVOICE_VOID, -gone, due=-gone, at=at)


def write_off(work: Work, invoice: Invoice, at: datetime | None = None) -> None:
    """Give up what is open of an invoice. Raises Conflict as `void` does, and where nothing is open."""
    _check_posted(invoice)
    if not invoice.balance:
        raise Conflict(f'Invoice {invoice.number} has no balance to write off.')
    gone, invoice.balance, invoice.status = invoice.balance, 0, InvoiceStatus.WRITTEN_OFF
    invoice.written_off += gone
    enter(work, invoice, EntryKind.WRITE_OFF, -gone, due=-gone, at=at)


def plan(work: Work, payment: Payment, parts: list[tuple[Invoice, int]]) -> None:
    """Say which invoices a payment that begins is meant for; they show it as pending.

    Raises Invalid for another account or currency, and Conflict where another payment under way leaves too
    little: paying twice at once charges once.
    """
    for invoice, amount in parts:
        if (invoice.customer_id, invoice.currency) != (payment.customer_id, payment.currency):
            raise Invalid(f'Invoice {invoice.number} is of another account or currency than the payment.')
        if invoice.status != InvoiceStatus.POSTED or not 0 < amount <= invoice.balance - invoice.pending:
            reason = 'a payment on it is under way' if invoice.pending else 'it is more than the balance due'
            raise Conflict(f'Invoice {invoice.number} cannot take this amount: {reason}.')
        invoice.pending += amount
        work.session.add(invoice)
    payment.plan = [[invoice.id or 0, amount] for invoice, amount in parts]
    work.session.add(payment)
    work.session.flush()
    tell(work, payment.customer_id)


def receive(work: Work, payment: Payment, at: datetime | None = None, amount: int | None = None) -> None:
    """Money is here, and goes to the invoices that it was meant for; what they do not need stays unapplied.

    `amount` is what came, where that is not what was asked for. Raises Conflict unless it is under way.
    """
    planned = _end_plan(work, payment, PaymentStatus.PROCESSED)
    payment.at, payment.plan = at or now(), []
    payment.amount = payment.amount if amount is None else amount
    enter(work, payment, EntryKind.PAYMENT, -payment.amount, credit=payment.amount, at=at)
    for invoice, meant in planned:
        if part := min(meant, invoice.balance, unapplied(payment)):
            apply(work, payment, invoice, part, at)


def give_up(work: Work, payment: Payment, reason: str) -> None:
    """The payment failed, and nothing was moved; what it was meant for is kept, in case that it comes yet.

    Raises Conflict unless it is under way.
    """
    _end_plan(work, payment, PaymentStatus.FAILED)
    payment.reason = reason
    work.session.add(payment)
    tell(work, payment.customer_id)


def issue(work: Work, credit: Credit, at: datetime | None = None) -> None:
    """A new credit memo, whose balance is its amount, counts from now on."""
    credit.posted_at = at or now()
    enter(work, credit, EntryKind.CREDIT, -credit.amount, credit=credit.amount, at=at)


def reverse_credit(work: Work, credit: Credit, at: datetime | None = None) -> None:
    """Take a credit memo back; invoices that it was applied to are open again by as much.

    Raises Conflict where it was reversed before, or some of it refunded.
    """
    if credit.status == CreditStatus.REVERSED or credit.refunded:
        raise Conflict(f'Credit {credit.number} was {"refunded" if credit.refunded else "reversed"} already.')
    for invoice, amount in applied_from(work, credit):
        take_back(work, credit, invoice, amount, at)
    credit.status, credit.balance = CreditStatus.REVERSED, 0
    enter(work, credit, EntryKind.CREDIT_REVERSAL, credit.amount, credit=-credit.amount, at=at)


def refund(work: Work, source: Source, back: Refund, at: datetime | None = None) -> None:
    """Money goes back: first what is unapplied, then from the invoices that it was applied to last.

    Those are open again by as much. A chargeback of all that was left reverses the payment.
    Raises Conflict for more than is left.
    """
    if not 0 < back.amount <= refundable(source):
        raise Conflict(f'{source.number} has less than this amount left to refund.')
    missing = back.amount - unapplied(source)
    for invoice, applied in reversed(applied_from(work, source)) if isinstance(source, Payment) else ():
        if missing > 0:
            take_back(work, source, invoice, min(applied, missing), at)
            missing -= min(applied, missing)
    source.refunded += back.amount
    if isinstance(source, Credit):
        source.balance -= back.amount
        source.status = CreditStatus.OPEN if source.balance else CreditStatus.APPLIED
    elif back.is_chargeback and source.refunded == source.amount:
        source.status = PaymentStatus.REVERSED
    work.session.add(source)
    kind = EntryKind.CHARGEBACK if back.is_chargeback else EntryKind.REFUND
    enter(work, back, kind, back.amount, credit=-back.amount, at=at)


def refundable(source: Source) -> int:
    """How much of a payment or credit could still go back."""
    if isinstance(source, Credit):
        return source.balance
    return source.amount - source.refunded if source.status == PaymentStatus.PROCESSED else 0


def refundable_now(work: Work, payment: Payment) -> int:
    """How much of a payment can be asked back, beside refunds that are under way."""
    return refundable(payment) - _asked_back(work, payment)


def spendable(work: Work, source: Source) -> int:
    """How much can be used for invoices: what is unapplied, less what is on its way back."""
    asked_back = _asked_back(work, source) if isinstance(source, Payment) else 0
    return max(unapplied(source) - asked_back, 0)


def _asked_back(work: Work, payment: Payment) -> int:
    under_way = select(func.coalesce(func.sum(Refund.amount), 0)).where(
        Refund.payment_id == payment.id, Refund.status == RefundStatus.PENDING
    )
    return int(work.session.exec(under_way).one())


def _check_posted(invoice: Invoice) -> None:
    if invoice.status != InvoiceStatus.POSTED:
        raise Conflict(f'Invoice {invoice.number} is {invoice.status.lower()}.')
    if invoice.pending:
        raise Conflict(f'A payment on invoice {invoice.number} is under way. Wait until it is settled.')


def _end_plan(work: Work, payment: Payment, status: PaymentStatus) -> list[tuple[Invoice, int]]:
    """What the payment was meant for, which is not pending any more."""
    if payment.status not in UNDER_WAY:
        raise Conflict(f'Payment {payment.number} is {payment.status.lower()} already.')
    planned = [(fresh(work, Invoice, id), amount) for id, amount in payment.plan]
    for invoice, amount in planned:
        invoice.pending -= amount
        work.session.add(invoice)
    payment.status = status
    work.session.flush()
    return planned
