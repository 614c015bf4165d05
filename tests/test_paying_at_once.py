"""Several who pay the same at the same moment, on PostgreSQL: it is charged once (POR-05, POR-08, POR-09)."""

from datetime import timedelta
from uuid import uuid4

import pytest

from portal_app.errors import Conflict
from portal_app.gateways.simulated_pages import answer
from portal_app.models import Customer, Invoice, PaymentStatus
from portal_app.services import auto_pay, method_saving, pay_now
from portal_app.services.gateway_notices import take
from portal_app.services.reconciliation import reconcile
from tests.paying import (
    GATEWAY,
    TOO_LATE,
    charged,
    grow_old,
    in_ledger,
    invoice,
    notices,
    on_page,
    order,
    overdue,
    pay,
    pay_link,
    payments,
    row,
    saved,
)
from tests.test_access_races import at_once
from tests.world import HERE, World, audit, change, make_world

ROUNDS = 5


@pytest.fixture
def world(postgresql_database: str) -> World:
    return make_world()


def test_two_tabs_and_two_clicks_charge_once(world: World) -> None:
    """POR-05: of two forms the second is told so; one form sent twice is one payment."""
    ben, method = world.as_customer('ben', 'C1004'), saved(world.as_customer('ben', 'C1004'))
    for _ in range(ROUNDS):
        bill, key = invoice(world), uuid4().hex
        clicks = [lambda bill=bill, key=key: pay(ben, order(bill, request_key=key, method_id=method))] * 2
        told = at_once(*clicks, lambda bill=bill: pay(ben, order(bill, method_id=method)))
        assert sum(error is not None for error in told) in (1, 2)
        assert row(Invoice, bill).balance == 0
    assert (len(payments()), charged()) == (ROUNDS, ROUNDS * 10_000)
    assert in_ledger(world) == (0, 0)


def test_one_form_for_two_accounts_pays_for_one(world: World) -> None:
    """POR-08: the second is told so, and not by a failure of the database."""
    for _ in range(ROUNDS):
        key, bills = uuid4().hex, [invoice(world), invoice(world, who='initech')]
        who = [world.as_customer('ben', number) for number in ('C1004', 'C1005')]
        sent = [
            lambda ben=ben, bill=bill, key=key: pay(ben, order(bill, request_key=key))
            for ben, bill in zip(who, bills, strict=True)
        ]
        told = at_once(*sent)
        assert [type(error) for error in told if error] == [Conflict]


def test_the_pay_link_and_the_portal_charge_once(world: World) -> None:
    """POR-09: whoever comes second reads that a payment is under way, or that it is paid."""
    ben, method = world.as_customer('ben', 'C1004'), saved(world.as_customer('ben', 'C1004'))
    for _ in range(ROUNDS):
        bill = invoice(world)
        token = pay_link(bill)
        told = at_once(
            lambda token=token: pay_now.pay(token, uuid4().hex, HERE),
            lambda bill=bill: pay(ben, order(bill, method_id=method)),
        )
        assert sum(error is None for error in told) == 1
        for waiting in payments(status=PaymentStatus.PENDING):
            on_page(waiting)
            pay_now.come_back(token, waiting.number, HERE)
        assert row(Invoice, bill).balance == 0
    assert charged() == ROUNDS * 10_000


def test_auto_pay_in_two_processes_and_the_portal_charge_once(world: World) -> None:
    """POR-08: the due date has come while Ben pays by hand."""
    ben, method = world.as_customer('ben', 'C1004'), saved(world.as_customer('ben', 'C1004'))
    change(Customer, world.customers['globex'], auto_pay=True)
    for _ in range(ROUNDS):
        bill = overdue(world)
        at_once(
            auto_pay.charge_due,
            auto_pay.charge_due,
            lambda bill=bill: pay(ben, order(bill, method_id=method)),
        )
        assert row(Invoice, bill).balance == 0
    assert (len(payments()), charged()) == (ROUNDS, ROUNDS * 10_000)


def test_notices_and_reconciliation_settle_once(world: World) -> None:
    """POR-08: the same notice four times at once, while somebody looks the payment up."""
    ben, method = world.as_customer('ben', 'C1004'), saved(world.as_customer('ben', 'C1004'), TOO_LATE)
    notices()
    payment = pay(ben, order(invoice(world), method_id=method))
    (reference,) = GATEWAY.due_notices()
    signed = GATEWAY.signed_notice(reference)
    grow_old(payment.id or 0, timedelta(hours=1))
    told = at_once(*[lambda: take(GATEWAY, GATEWAY.read_notice(*signed))] * 4, reconcile)
    assert told == [None] * 5
    assert [(each.status, each.amount) for each in payments()] == [(PaymentStatus.PROCESSED, 10_000)]
    assert in_ledger(world) == (0, 0)
    assert len(audit('payment.receive')) == 1


def test_a_method_that_comes_back_twice_is_kept_once(world: World) -> None:
    """POR-08: the person returns while the gateway's notice comes in."""
    ben = world.as_customer('ben', 'C1004')
    for number in range(ROUNDS):
        url = method_saving.begin_adding(ben, '/portal/C1004/payment-methods')
        answer(url.rpartition('/')[2], '4242')
        at_once(lambda number=number: method_saving.finish_adding(ben, number + 1), notices)
    assert len(audit('payment_method.add')) == ROUNDS
