"""Finding out what became of payments that nobody has told us of: no answer, no notice, nobody came back.

Nothing is charged here. A payment is given up only once the gateway says that it was not made, and that it
cannot be made any more.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, select

from portal_app.auth.viewer import Operator
from portal_app.errors import PortalError
from portal_app.models import UNDER_WAY, Payment, Refund, RefundStatus
from portal_app.models.base import now
from portal_app.services import refunds
from portal_app.services.charging import give_up, look_up
from portal_app.services.settling import fail
from portal_app.work import acting_as

log = logging.getLogger(__name__)
BY = Operator('reconcile')
YOUNG = timedelta(minutes=2)  # whoever began it is waiting for the answer
PAUSE = timedelta(minutes=2)  # between two looks at one payment, at first
SHARE = 10  # later, a tenth of its age
UNHEARD = timedelta(minutes=30)  # so long may a request be on its way that was not answered
UNPAID = timedelta(hours=1)  # so long does a page wait for its person
NEVER_CAME = 'The payment service never heard of this payment.'


@dataclass
class Reconciled:
    """How many were looked up, how many have ended by now, and how many could not be looked up."""

    looked_up: int = 0
    ended: int = 0
    unanswered: int = 0

    def __str__(self) -> str:
        return f'{self.looked_up}, of which {self.ended} have ended'


def reconcile(*, all: bool = False) -> Reconciled:
    """Look up the payments under way that are older than some minutes, and refunds; settle what is known.

    `all`: also those that were looked up a moment ago.
    """
    done = Reconciled()
    for payment in _payments(all):
        done.looked_up += 1
        try:
            done.ended += _reconcile(payment) not in UNDER_WAY
        except PortalError as error:
            done.unanswered += 1
            log.warning('payment %s could not be looked up: %s', payment.id, type(error).__name__)
    for refund_id in _refunds():
        done.looked_up += 1
        done.ended += refunds.ask_gateway(BY, refund_id).status != RefundStatus.PENDING
    return done


def _payments(all: bool) -> list[Payment]:
    with acting_as(BY) as work:
        old = (
            select(Payment)
            .where(col(Payment.status).in_(UNDER_WAY), Payment.gateway != '')
            .where(Payment.created_at < now() - YOUNG)
            .order_by(col(Payment.created_at), col(Payment.id))
        )
        return [each for each in work.session.exec(old) if all or _is_due(each)]


def _is_due(payment: Payment) -> bool:
    """Whether it is time to look again: the older it is, the more rarely."""
    if payment.looked_up_at is None:
        return True
    age = payment.looked_up_at - payment.created_at
    return now() - payment.looked_up_at >= max(PAUSE, age / SHARE)


def _refunds() -> list[int]:
    with acting_as(BY) as work:
        waiting = select(Refund.id).where(
            Refund.status == RefundStatus.PENDING, Refund.created_at < now() - YOUNG
        )
        return [id or 0 for id in work.session.exec(waiting.order_by(col(Refund.id)))]


def _reconcile(payment: Payment) -> str:
    """Settle one, and return its status."""
    id, age = payment.id or 0, now() - payment.created_at
    found = look_up(BY, id)
    if found.status in UNDER_WAY and found.checkout and age > UNPAID:
        return give_up(BY, id).status
    if found.status in UNDER_WAY and not found.gateway_reference and age > UNHEARD:
        with acting_as(BY) as work:
            return fail(work, id, NEVER_CAME).status
    return found.status
