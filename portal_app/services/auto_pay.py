"""Auto pay: the default method is charged on the due date, and again by a schedule if that failed (POR-08).

What is due on receipt is charged at the next run. Disputed invoices are left alone, and so are those that a
payment is under way for.
"""

import logging
from uuid import uuid4

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select

from portal_app.auth.viewer import Operator
from portal_app.business_day import business_day
from portal_app.gateways import gateway
from portal_app.gateways.gateway import Ability
from portal_app.models import Customer, Invoice, PaymentMethod
from portal_app.models.base import now
from portal_app.services.accounts import fresh, hold_account
from portal_app.services.auto_pay_tries import AUTO_PAY, after_failure, chargeable
from portal_app.services.charging import charge
from portal_app.services.credit_use import AS_NOW, use_credits
from portal_app.services.method_expiry import is_expired
from portal_app.services.organization import organization
from portal_app.services.payment_start import is_usable, require_gateway, start
from portal_app.work import Work, acting_as

log = logging.getLogger(__name__)
BY = Operator('billing')


def charge_due() -> int:
    """Charge what is due of each account on auto pay. Returns how many payments were begun.

    Of several processes one charges an invoice: who plans the payment first, behind the account's lock.
    """
    chosen = gateway()
    if chosen is None or Ability.CHARGE not in chosen.abilities:
        return 0
    with acting_as(BY) as work:
        accounts = work.session.exec(
            select(Invoice.customer_id, Invoice.currency)
            .join(Customer, col(Customer.id) == Invoice.customer_id)
            .where(col(Customer.auto_pay).is_(True), *_is_due(work))
            .distinct()
        ).all()
    begun = 0
    for account in accounts:
        try:
            begun += _charge(*account)
        except Exception as error:  # of this account alone: the others are charged
            log.error('auto pay of customer %s failed: %s', account[0], type(error).__name__)
    return begun


def _charge(customer_id: int, currency: str) -> bool:
    with acting_as(BY) as work:
        payment_id = _begin(work, customer_id, currency)
    if payment_id:
        charge(BY, payment_id)
    return payment_id is not None


def _begin(work: Work, customer_id: int, currency: str) -> int | None:
    """Plan the payment of what is due now, after credits; None where nothing is, or it cannot be charged."""
    hold_account(work, customer_id)
    if not fresh(work, Customer, customer_id).auto_pay:
        return None
    use_credits(work, customer_id, currency)
    work.session.flush()
    due = select(Invoice).where(
        Invoice.customer_id == customer_id, Invoice.currency == currency, *_is_due(work)
    )
    invoices = work.session.exec(due.execution_options(**AS_NOW)).all()
    if not invoices:
        return None
    method = default_method(work, customer_id)
    total = sum(invoice.balance for invoice in invoices)
    if problem := _why_not(method) or require_gateway().problem(total, currency):
        after_failure(work, customer_id, invoices, problem, method)
        return None
    return start(work, invoices, uuid4().hex, AUTO_PAY, method=method).payment.id


def default_method(work: Work, customer_id: int) -> PaymentMethod | None:
    """The method that auto pay charges."""
    chosen = select(PaymentMethod).where(
        PaymentMethod.customer_id == customer_id, col(PaymentMethod.is_default).is_(True)
    )
    return work.session.exec(chosen).first()


def _why_not(method: PaymentMethod | None) -> str:
    if method is None:
        return 'There is no default payment method.'
    if not is_usable(method):
        return f'{method.name} cannot be charged any more.'
    return f'{method.name} has expired.' if is_expired(method, business_day()) else ''


def _is_due(work: Work) -> tuple[ColumnElement[bool], ...]:
    """What must hold of an invoice to be charged at this moment."""
    waits_no_more = or_(col(Invoice.auto_pay_next).is_(None), col(Invoice.auto_pay_next) <= now())
    return (*chargeable(), waits_no_more, col(Invoice.auto_pay_tries) <= len(organization(work).retry_days))
