"""Ending a payment that nobody will ever hear of again, so that its invoices can be paid or voided."""

from portal_app.auth.viewer import Viewer
from portal_app.errors import Conflict
from portal_app.gateways import gateway_named
from portal_app.models import UNDER_WAY, Payment
from portal_app.models.base import now
from portal_app.services.billing_rules import DELETE, checked_note, held
from portal_app.services.charging import found
from portal_app.services.reconciliation import UNHEARD
from portal_app.services.settling import end
from portal_app.work import Work, acting_as


def end_payment(viewer: Viewer, payment_id: int, reason: str) -> Payment:
    """End a payment under way whose gateway is not connected any more, or says that it never heard of it.

    The customer reads the reason. Should the money come all the same, it is received. Raises as `can_end`,
    Conflict where the gateway knows it, and Unreachable.
    """
    with acting_as(viewer) as work:
        payment = can_end(work, payment_id, reason)
    gateway = gateway_named(payment.gateway)
    if gateway is not None and found(gateway, payment) is not None:
        raise Conflict(f'{gateway.title} knows {payment.number}, and will tell how it ends.')
    with acting_as(viewer) as work:
        can_end(work, payment_id, reason)
        return end(work, payment_id, reason.strip())


def can_end(work: Work, payment_id: int, reason: str) -> Payment:
    """A payment that may be ended, for all that is known here. Needs Billing Records: Delete.

    Raises BillingRefused for the reason, Conflict for one that has ended, or is being made at this moment.
    """
    work.require(DELETE)
    payment = held(work, Payment, payment_id)
    checked_note('reason', reason)
    if payment.status not in UNDER_WAY:
        raise Conflict(f'Payment {payment.number} is {payment.status.lower()} already.')
    if not is_stuck(payment):
        raise Conflict(f'Payment {payment.number} has just begun. Please wait half an hour.')
    return payment


def is_stuck(payment: Payment) -> bool:
    """Whether a payment is under way that its gateway may never have heard of, or cannot be asked about."""
    old = now() - payment.created_at >= UNHEARD
    return payment.status in UNDER_WAY and (old or gateway_named(payment.gateway) is None)
