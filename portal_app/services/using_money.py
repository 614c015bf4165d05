"""What is the same of payments and credit memos: they are used for invoices, and taken back from them."""

from dataclasses import dataclass
from datetime import date

from portal_app.errors import Conflict
from portal_app.models import Credit, Invoice
from portal_app.money import Money
from portal_app.services import ledger
from portal_app.services.accounts import fresh
from portal_app.services.allocations import Chosen, Parts, chosen_parts, for_credit, for_payment
from portal_app.services.applications import Source, applied_from, apply, take_back, unapplied
from portal_app.services.billing_rules import amount_problem, refuse, said
from portal_app.work import Work


@dataclass(frozen=True)
class Used:
    """What a payment or a credit memo is used for by now, and what is left of it.

    `counts_from` is another day than its own where that is in a stated month.
    """

    number: str
    used: tuple[tuple[str, Money], ...]
    left: Money
    counts_from: date | None = None


def used(work: Work, source: Source, counts_from: date | None = None) -> Used:
    """What it is used for by now."""
    return Used(
        source.number,
        tuple((each.number, Money(part, source.currency)) for each, part in applied_from(work, source)),
        Money(unapplied(source), source.currency),
        counts_from,
    )


def parts_for(work: Work, source: Source, amount: int, chosen: Chosen | None) -> Parts:
    """What an amount of it is to be used for: the oldest invoices first, or those chosen.

    Raises BillingRefused for the choice.
    """
    by_credit = isinstance(source, Credit)
    if chosen is None:
        return (for_credit if by_credit else for_payment)(work, source.customer_id, source.currency, amount)
    parts, problems = chosen_parts(
        work, source.customer_id, source.currency, amount, chosen, by_credit=by_credit
    )
    refuse(problems)
    return parts


def use(work: Work, source: Source, chosen: Chosen | None) -> Parts:
    """Use what is unapplied, behind the account's lock. Raises BillingRefused, and Conflict for nothing."""
    left = ledger.spendable(work, source)
    if not left:
        why = 'on its way back' if unapplied(source) else 'applied or gone back'
        raise Conflict(f'Nothing of {source.number} is left: it is {why}.')
    parts = parts_for(work, source, left, chosen)
    if not parts:
        raise Conflict('No posted invoice of this customer can take it now.')
    for invoice, amount in parts:
        apply(work, source, invoice, amount)
    return parts


def unuse(work: Work, source: Source, invoice_id: int, amount: int) -> Parts:
    """Take an amount back from an invoice, behind the lock. Raises BillingRefused for more than it has."""
    invoice = fresh(work, Invoice, invoice_id)
    most = {each.id: part for each, part in applied_from(work, source)}.get(invoice_id, 0)
    problem = amount_problem(amount, most, source.currency)
    refuse({'amount': problem} if problem else {})
    take_back(work, source, invoice, amount)
    return [(invoice, amount)]


def spoken_parts(parts: Parts) -> str:
    """What the audit log says that money was used for."""
    return ', '.join(f'{invoice.number} {said(amount, invoice.currency)}' for invoice, amount in parts)
