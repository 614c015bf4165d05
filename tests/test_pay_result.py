"""What the page says of a payment that did not arrive: no more than is known (POR-05)."""

from collections.abc import Callable

import pytest

from pages.portal.pay_result import UNCHARGED, sentences
from portal_app.gateways.gateway import State
from portal_app.models import Payment, PaymentStatus
from portal_app.services import charging, payment_end
from portal_app.services.reconciliation import NEVER_CAME, UNHEARD, reconcile
from tests.paying import DECLINED, grow_old, invoice, order, pay, row, saved
from tests.test_returned_money import planned, settled
from tests.world import World, change

EUROS = 'The gateway says 100.00 EUR were paid.'


def declined(world: World) -> Payment:
    ben = world.as_customer('ben', 'C1004')
    return pay(ben, order(invoice(world), method_id=saved(ben, DECLINED)))


def given_up(world: World) -> Payment:
    ben = world.as_customer('ben', 'C1004')
    return charging.give_up(ben, pay(ben, order(invoice(world))).id or 0)


def never_heard_of(world: World) -> Payment:
    payment = planned(invoice(world))
    grow_old(payment.id or 0, UNHEARD * 2)
    reconcile()
    return payment


def ended_by_staff(world: World) -> Payment:
    payment = planned(invoice(world))
    change(Payment, payment.id or 0, gateway='former')
    return payment_end.end_payment(world.as_staff('olivia'), payment.id or 0, 'The old gateway is gone.')


def in_euros(world: World) -> Payment:
    return settled(planned(invoice(world)), State.SUCCEEDED, 10_000, 'EUR')


def in_euros_after_all(world: World) -> Payment:
    payment = planned(invoice(world))
    settled(payment, State.FAILED)
    return settled(payment, State.SUCCEEDED, 10_000, 'EUR')


@pytest.mark.parametrize(
    ('fails', 'said'),
    [
        (declined, ['Your card was declined.', UNCHARGED]),
        (given_up, [charging.GIVEN_UP, UNCHARGED]),
        (never_heard_of, [NEVER_CAME, UNCHARGED]),
        (ended_by_staff, ['The old gateway is gone.']),
        (in_euros, [EUROS]),
        (in_euros_after_all, [EUROS]),
    ],
    ids=lambda case: getattr(case, '__name__', ''),
)
def test_nothing_was_charged_is_said_only_where_the_gateway_says_so(
    world: World, fails: Callable[[World], Payment], said: list[str]
) -> None:
    """POR-05: Ben is not told so of money that may have been taken; nor where it arrived after all."""
    payment = fails(world)
    failed = row(Payment, payment.id or 0)
    assert (failed.status, sentences(failed)) == (PaymentStatus.FAILED, said)
    arrived = settled(payment, State.SUCCEEDED)
    assert (sentences(arrived), arrived.uncharged_at) == (['Your payment has arrived.'], None)
