"""Using what an account has in credit: it goes to the oldest posted invoice first (field notes)."""

from collections.abc import Collection

from sqlmodel import col, select

from portal_app.models import Credit, Payment, PaymentStatus
from portal_app.services import ledger
from portal_app.services.accounts import hold_account
from portal_app.services.allocations import Parts, for_credit
from portal_app.services.applications import Source, apply
from portal_app.services.using_money import spoken_parts
from portal_app.work import Work

AS_NOW = {'populate_existing': True}  # behind the lock: what was read before it may be old


def use_credits(work: Work, customer_id: int, currency: str) -> int:
    """Apply open credits, then unapplied payments, each the oldest first. Returns how much was applied.

    An invoice that a payment is under way for is passed over, and so is one that is disputed. The caller has
    looked who may.
    """
    hold_account(work, customer_id)
    total = 0
    for source in _free(work, customer_id, currency):
        if parts := spend(work, source):
            total += sum(part for _, part in parts)
            used = {'applied': spoken_parts(parts)}
            work.record('credit.use', source.number, customer_id=customer_id, after=used)
    return total


def spend(work: Work, source: Source, first: Collection[int] = ()) -> Parts:
    """Apply what is left of one payment or credit, behind the account's lock: to what, and how much.

    The invoices of `first`, by id, go before older ones.
    """
    left = ledger.spendable(work, source)
    parts = for_credit(work, source.customer_id, source.currency, left, first)
    for invoice, part in parts:
        apply(work, source, invoice, part)
    return parts


def _free(work: Work, customer_id: int, currency: str) -> list[Source]:
    credits = select(Credit).where(
        Credit.customer_id == customer_id, Credit.currency == currency, Credit.balance > 0
    )
    payments = select(Payment).where(
        Payment.customer_id == customer_id,
        Payment.currency == currency,
        Payment.status == PaymentStatus.PROCESSED,
        col(Payment.amount) > col(Payment.applied) + col(Payment.refunded),
    )
    work.session.flush()
    return [
        *work.session.exec(credits.order_by(col(Credit.date), col(Credit.id)).execution_options(**AS_NOW)),
        *work.session.exec(payments.order_by(col(Payment.at), col(Payment.id)).execution_options(**AS_NOW)),
    ]
