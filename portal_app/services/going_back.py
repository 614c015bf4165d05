"""Money on its way back: what refunds under way leave of payments is what can be used (field notes)."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlmodel import col

from portal_app.models import Payment, PaymentStatus, Refund, RefundStatus
from portal_app.work import Work


@dataclass(frozen=True)
class GoingBack:
    """What of unapplied payments is on its way back, in whole minor units, and of how many payments."""

    payments: int = 0
    amount: int = 0


def going_back(work: Work, customer_ids: Collection[int]) -> defaultdict[str, GoingBack]:
    """By currency, how much less of these customers' credit can be used: `ledger.spendable` leaves it out.

    What a refund will take back from invoices first counts once it is done. The caller has looked who may
    see these customers. One read by the index of refunds under way, however many there have been.
    """
    asked_back = (
        select(col(Refund.payment_id).label('payment_id'), func.sum(col(Refund.amount)).label('amount'))
        .where(col(Refund.customer_id).in_(customer_ids), col(Refund.status) == RefundStatus.PENDING)
        .group_by(col(Refund.payment_id))
        .subquery()
    )
    unapplied = col(Payment.amount) - col(Payment.applied) - col(Payment.refunded)
    part = case((asked_back.c.amount < unapplied, asked_back.c.amount), else_=unapplied)
    found = (
        select(col(Payment.currency), func.count(), func.sum(part))
        .join(asked_back, asked_back.c.payment_id == col(Payment.id))
        .where(col(Payment.status) == PaymentStatus.PROCESSED, unapplied > 0)
        .group_by(col(Payment.currency))
    )
    rows = work.session.execute(found)
    by_currency = {currency: GoingBack(count, int(amount)) for currency, count, amount in rows}
    return defaultdict(GoingBack, by_currency)
