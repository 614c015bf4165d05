"""What gateways tell us by themselves: taken once each, in any order (POR-08, POR-09).

A notice is kept in the transaction that acts on it: one that could not be acted on comes again.
"""

import logging

from sqlmodel import col, select

from portal_app import db, gateways
from portal_app.auth.viewer import Visitor
from portal_app.errors import Conflict
from portal_app.gateways.gateway import Gateway, Notice, NoticeKind, Outcome
from portal_app.gateways.simulated import SimulatedGateway
from portal_app.gateways.simulated_records import WAITING
from portal_app.models import UNDER_WAY, GatewayNotice, Payment, PaymentStatus, SavingMethod, SimulatedRecord
from portal_app.services import method_saving, returned_money
from portal_app.services.billing_rules import held
from portal_app.services.charging import found
from portal_app.services.settling import settle
from portal_app.work import Work, acting_as, reading_as

log = logging.getLogger(__name__)


def take(gateway: Gateway, notice: Notice) -> bool:
    """Act on a notice whose signature was found genuine; False where it was taken before.

    Raises Unreachable where the gateway has to be asked and does not answer, and Conflict for what cannot be
    entered before another notice has come: it tells us again.
    """
    by = Visitor(gateway.title)
    with acting_as(by) as work:
        if _was_taken(work, gateway.name, notice):
            return False
        payment = _payment(work, gateway.name, notice)
    before = _before(gateway, notice, payment)
    with acting_as(by) as work:
        db.hold(work.session, f'gateway notice {gateway.name} {notice.id}')
        if _was_taken(work, gateway.name, notice):
            return False
        work.session.add(GatewayNotice(gateway=gateway.name, notice_id=notice.id, kind=notice.kind))
        if payment and before:
            settle(work, payment.id or 0, before)
        if payment and _is_back(notice):
            _check_came(work, payment, before)
        _act(work, gateway.name, notice, payment)
    return True


def _before(gateway: Gateway, notice: Notice, payment: Payment | None) -> Outcome | None:
    """What became of the payment, where its money went back before we heard that it had come."""
    unsettled = payment is not None and payment.status in (*UNDER_WAY, PaymentStatus.FAILED)
    return found(gateway, payment) if payment and _is_back(notice) and unsettled else None


def _is_back(notice: Notice) -> bool:
    return notice.kind in (NoticeKind.REFUND, NoticeKind.CHARGEBACK)


def _check_came(work: Work, payment: Payment, before: Outcome | None) -> None:
    """Raises Conflict where money went back that has not come yet; it never comes in another currency."""
    status = held(work, Payment, payment.id or 0).status
    foreign = before is not None and before.currency != payment.currency
    if status not in (PaymentStatus.PROCESSED, PaymentStatus.REVERSED) and not foreign:
        raise Conflict(f'Payment {payment.number} has not arrived yet. Please tell again once it has.')


def _act(work: Work, gateway: str, notice: Notice, payment: Payment | None) -> None:
    match notice.kind:
        case NoticeKind.METHOD_SAVED:
            _saved(work, gateway, notice)
        case NoticeKind.METHOD_GONE:
            method_saving.lose(work, gateway, notice.reference)
        case _ if payment is None or notice.outcome is None:
            log.info('a notice of %s is about nothing of ours', gateway)
        case NoticeKind.PAYMENT:
            settle(work, payment.id or 0, notice.outcome)
        case NoticeKind.REFUND:
            returned_money.refunded(work, payment.id or 0, gateway, notice.outcome)
        case NoticeKind.CHARGEBACK:
            returned_money.charged_back(work, payment.id or 0, gateway, notice.outcome)


def _saved(work: Work, gateway: str, notice: Notice) -> None:
    began = select(SavingMethod).where(
        SavingMethod.gateway == gateway, col(SavingMethod.reference).in_((notice.reference, notice.key))
    )
    saving = work.session.exec(began).first()
    if saving and notice.method:
        method_saving.keep(work, saving.id or 0, notice.method)


def _was_taken(work: Work, gateway: str, notice: Notice) -> bool:
    taken = select(GatewayNotice.id).where(
        GatewayNotice.gateway == gateway, GatewayNotice.notice_id == notice.id
    )
    return work.session.exec(taken).first() is not None


def _payment(work: Work, gateway: str, notice: Notice) -> Payment | None:
    """The payment that a notice is about: by our key, else by the gateway's reference."""
    if not notice.key and not notice.reference:
        return None
    by_key = select(Payment).where(Payment.gateway == gateway, Payment.key == notice.key)
    by_reference = select(Payment).where(
        Payment.gateway == gateway, Payment.gateway_reference == notice.reference
    )
    return (notice.key and work.session.exec(by_key).first()) or (
        work.session.exec(by_reference).first() if notice.reference else None
    )


def deliver_test_notices() -> int:
    """Take the notices of the embedded test gateway that are due, and return how many."""
    chosen = gateways.gateway()
    if not isinstance(chosen, SimulatedGateway):
        return 0
    with reading_as(Visitor(chosen.title)) as work:
        waits = select(SimulatedRecord.id).where(SimulatedRecord.kind == WAITING)
        if work.session.exec(waits.limit(1)).first() is None:
            return 0

    def settle_it(notice: Notice) -> None:
        take(chosen, notice)

    return chosen.deliver(settle_it)
