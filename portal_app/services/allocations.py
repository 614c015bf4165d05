"""What money is used for: the oldest posted invoice first, or the invoices that somebody chose."""

from collections.abc import Collection, Iterable, Sequence

from sqlmodel import col, select

from portal_app.models import Invoice, InvoiceStatus
from portal_app.services.accounts import fresh
from portal_app.services.billing_rules import Problems, said
from portal_app.work import Work

Parts = list[tuple[Invoice, int]]
Chosen = Sequence[tuple[int, int]]  # invoice ids, each with an amount of minor units


def open_invoices(work: Work, customer_id: int, currency: str) -> list[Invoice]:
    """The posted invoices of an account with a balance, oldest first, as they are now."""
    work.session.flush()
    found = (
        select(Invoice)
        .where(
            Invoice.customer_id == customer_id,
            Invoice.currency == currency,
            Invoice.status == InvoiceStatus.POSTED,
            col(Invoice.balance) > 0,
        )
        .order_by(col(Invoice.date), col(Invoice.id))
        .execution_options(populate_existing=True)
    )
    return list(work.session.exec(found))


def spread(amount: int, places: Iterable[tuple[Invoice, int]]) -> Parts:
    """Use an amount up from the first place on, each taking as much as it can."""
    parts: Parts = []
    for invoice, room in places:
        if part := min(amount, max(room, 0)):
            parts.append((invoice, part))
            amount -= part
    return parts


def for_payment(work: Work, customer_id: int, currency: str, amount: int) -> Parts:
    """What a payment of this amount is used for, oldest first, beside payments that are under way.

    What is disputed is passed over: nobody has said that they pay it.
    """
    places = open_invoices(work, customer_id, currency)
    return spread(amount, ((each, each.balance - each.pending) for each in places if not each.disputed_at))


def for_credit(
    work: Work, customer_id: int, currency: str, amount: int, first: Collection[int] = ()
) -> Parts:
    """The same for a credit memo: never an invoice with a payment under way (field notes).

    The invoices of `first`, by id, go before older ones.
    """
    places = sorted(open_invoices(work, customer_id, currency), key=lambda each: each.id not in first)
    return spread(amount, ((each, each.balance) for each in places if not (each.pending or each.disputed_at)))


def chosen_parts(
    work: Work, customer_id: int, currency: str, amount: int, chosen: Chosen, *, by_credit: bool = False
) -> tuple[Parts, Problems]:
    """The invoices that somebody chose, and what is wrong with the choice, by field: `invoice INV-000012`."""
    parts: Parts = []
    problems: Problems = {}
    for invoice_id, part in chosen:
        invoice = fresh(work, Invoice, invoice_id)
        parts.append((invoice, part))
        if problem := _problem(invoice, customer_id, currency, part, by_credit=by_credit):
            problems[f'invoice {invoice.number}'] = problem
    if len({invoice_id for invoice_id, _ in chosen}) < len(chosen):
        problems['invoices'] = 'must each be chosen once'
    if (total := sum(part for _, part in chosen if type(part) is int)) > amount:
        problems['invoices'] = (
            f'must take at most the {said(amount, currency)} that there are (got {said(total, currency)})'
        )
    return parts, problems


def _problem(invoice: Invoice, customer_id: int, currency: str, part: int, *, by_credit: bool) -> str:
    room = invoice.balance if by_credit else invoice.balance - invoice.pending
    if (invoice.customer_id, invoice.currency) != (customer_id, currency):
        return 'must be one of this customer’s and in this currency'
    if invoice.status != InvoiceStatus.POSTED:
        return f'must be posted; it is {invoice.status.lower()}'
    if by_credit and invoice.pending:
        return 'has a payment under way; wait until that is settled'
    if type(part) is not int or part <= 0:
        return 'must take an amount above zero'
    return f'can take at most {said(room, currency)} (got {said(part, currency)})' if part > room else ''
