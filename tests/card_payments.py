"""Payments that came through the test gateway, for what becomes of them afterwards."""

from uuid import uuid4

from portal_app.auth.viewer import Operator
from portal_app.gateways.gateway import Charge
from portal_app.gateways.simulated import SimulatedGateway
from portal_app.gateways.simulated_cards import METHODS
from portal_app.gateways.simulated_payments import new_payment, take
from portal_app.gateways.simulated_records import records
from portal_app.models import Invoice, Payment
from portal_app.work import acting_as
from tests.billing import paid, posted_invoice

CARD, BANK = '4242', '6789'  # a refund to a card is made at once, one to an account later


def by_card(customer_id: int, amount: int = 1_000, last4: str = CARD) -> tuple[Payment, Invoice]:
    """A payment, and the invoice that it paid."""
    with records() as book:
        taken = new_payment(book, Charge(uuid4().hex, amount, 'USD', 'payer', 'Northwind'), last4)
        take(book, taken, METHODS[CARD])
        book.change(taken, last4=last4)
    with acting_as(Operator('test')) as work:
        invoice = posted_invoice(work, customer_id, amount)
        payment = paid(work, invoice)
        payment.gateway, payment.gateway_reference = SimulatedGateway.name, taken.reference
        work.session.add(payment)
    return payment, invoice


def refunded_there(payment: Payment) -> None:
    """All of it went back at the gateway's own pages, so that it refuses to give anything back again."""
    with records() as book:
        taken = book.find(payment.gateway_reference)
        assert taken
        book.change(taken, refunded=payment.amount)
