"""The first half of every payment through a gateway: it is planned, and nobody else can pay the same again.

Who may pay what is for those that call this: the portal, the Pay Now page, auto pay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from sqlmodel import select

from portal_app import db
from portal_app.errors import Conflict, Invalid, NotFound
from portal_app.gateways import gateway
from portal_app.gateways.gateway import Ability, Gateway
from portal_app.models import Invoice, InvoiceStatus, Payment, PaymentMethod
from portal_app.services import ledger
from portal_app.services.accounts import fresh, hold_account
from portal_app.services.billing_rules import amount_problem, key_problem, said
from portal_app.services.counters import next_number
from portal_app.services.organization import organization
from portal_app.work import Work

NO_GATEWAY = 'Invoices cannot be paid here at the moment.'

Parts = list[tuple[Invoice, int]]


@dataclass(frozen=True)
class Begun:
    """A payment that is planned. Only who began it asks the gateway: `is_new`."""

    payment: Payment
    is_new: bool


def require_gateway() -> Gateway:
    """The gateway to pay through. Raises NotFound where there is none."""
    found = gateway()
    if found is None:
        raise NotFound(NO_GATEWAY)
    return found


def own_method(work: Work, customer_id: int, method_id: int) -> PaymentMethod:
    """A saved method of a customer that can be charged now. Raises NotFound, Conflict."""
    found = work.session.get(PaymentMethod, method_id) if is_id(method_id) else None
    if found is None or found.customer_id != customer_id or found.removed_at:
        raise NotFound('This payment method is not there any more. Please choose another one.')
    if not is_usable(found):
        raise Conflict(f'{found.name} cannot be charged any more. Please choose another payment method.')
    return found


def is_id(given: int) -> bool:
    """Whether a database can look it up; what a form sends may be anything, and True is no id."""
    return type(given) is int and 0 < given < 2**63


def is_usable(method: PaymentMethod) -> bool:
    """Whether the gateway of today can charge a method that its owner has not removed."""
    taken = gateway()
    charges = taken is not None and taken.name == method.gateway and Ability.CHARGE in taken.abilities
    return charges and method.removed_at is None and method.gone_at is None


def start(
    work: Work,
    invoices: Sequence[Invoice],
    request_key: str,
    origin: str,
    amount: int | None = None,
    method: PaymentMethod | None = None,
) -> Begun:
    """Plan a payment of some invoices of one account and currency, behind the account's lock.

    `amount` is all that is open of them, unless said; it goes to the oldest due first. The same `request_key`
    again is the payment that was begun with it. Raises Invalid, naming field and rule, and Conflict.
    """
    customer_id, currency = invoices[0].customer_id, invoices[0].currency
    hold_account(work, customer_id)
    if known := _with_request(work, request_key, customer_id):
        return Begun(known, is_new=False)
    parts = _parts(work, _as_they_are(work, invoices), amount)
    payment = _new(work, parts, method)
    payment.origin, payment.request_key = origin, request_key
    ledger.plan(work, payment, parts)
    after = {
        'amount': said(payment.amount, currency),
        'invoices': ', '.join(invoice.number for invoice, _ in parts),
        'method': payment.method or require_gateway().title,
    }
    work.record('payment.begin', payment.number, customer_id=customer_id, after=after)
    return Begun(payment, is_new=True)


def _new(work: Work, parts: Parts, method: PaymentMethod | None) -> Payment:
    """A payment of these parts. Raises Invalid for an amount that the gateway cannot charge."""
    taken, invoice, total = require_gateway(), parts[0][0], sum(part for _, part in parts)
    if problem := taken.problem(total, invoice.currency):
        raise Invalid(f'amount: {problem}')
    return Payment(
        number=next_number(work, Payment),
        customer_id=invoice.customer_id,
        amount=total,
        currency=invoice.currency,
        method=method.name if method else '',
        method_id=method.id if method else None,
        key=uuid4().hex,
        gateway=taken.name,
    )


def _with_request(work: Work, request_key: str, customer_id: int) -> Payment | None:
    if problem := key_problem(request_key):
        raise Invalid(f'request_key: {problem}.')
    db.hold(work.session, f'request {request_key}')  # the same form may be sent for two accounts at once
    found = work.session.exec(select(Payment).where(Payment.request_key == request_key)).first()
    if found and found.customer_id != customer_id:
        raise Conflict('This form was sent for another account already. Please load the page anew.')
    return found


def _as_they_are(work: Work, invoices: Sequence[Invoice]) -> list[Invoice]:
    """The invoices behind the lock, oldest due first. Raises Conflict where one has moved."""
    accounts = {(invoice.customer_id, invoice.currency) for invoice in invoices}
    found = [fresh(work, Invoice, invoice.id or 0) for invoice in invoices]
    if {(invoice.customer_id, invoice.currency) for invoice in found} != accounts or len(accounts) > 1:
        raise Conflict('One of these invoices was given to another account. Please look again.')
    return sorted(found, key=lambda invoice: (invoice.due_date, invoice.date, invoice.id))


def _parts(work: Work, invoices: Sequence[Invoice], amount: int | None) -> Parts:
    """How much of the amount goes to which invoice."""
    if closed := [problem for invoice in invoices if (problem := _why_closed(invoice))]:
        raise Conflict('\n'.join(closed))
    currency = invoices[0].currency
    open = sum(invoice.balance - invoice.pending for invoice in invoices)
    left = open if amount is None else amount
    if problem := amount_problem(left, None, currency):
        raise Invalid(f'amount: {problem}.')
    due = f'{said(open, currency)}, which is due'
    if left > open:
        raise Invalid(f'amount: must be at most {due} (got {said(left, currency)}).')
    if left < open and not organization(work).part_payments:
        raise Invalid(f'amount: must be {due}; parts of it cannot be paid (got {said(left, currency)}).')
    parts: Parts = []
    for invoice in invoices:
        if part := min(left, invoice.balance - invoice.pending):
            parts.append((invoice, part))
            left -= part
    return parts


def _why_closed(invoice: Invoice) -> str:
    """Why nothing of an invoice can be paid now; empty where something can."""
    if invoice.status != InvoiceStatus.POSTED:
        return f'Invoice {invoice.number} is {invoice.status.lower()}.'
    if not invoice.balance:
        return f'Invoice {invoice.number} is paid.'
    if invoice.balance <= invoice.pending:
        return f'A payment of invoice {invoice.number} is under way.'
    return ''
