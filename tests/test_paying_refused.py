"""What a form may send in place of its key or of an amount: refused in words, and nothing is charged."""

from typing import Any

import pytest

from portal_app.errors import Invalid, NotFound, PortalError
from portal_app.models import Credit, Payment
from portal_app.services import refunds, staff_credits, staff_payments
from portal_app.services.billing_rules import BillingRefused
from tests.paying import charged, in_ledger, invoice, order, pay, payments, saved
from tests.test_invoicing import does
from tests.test_staff_payments import cheque, memo, row_of
from tests.world import World

KEYS = ('', 'a\0b', '\0', '\ud800', 'two\nlines', 'x' * 101, 7)
NO_AMOUNTS = (True, False, 0, -1, 10.0, '100', 10**16)


@pytest.mark.parametrize('given', [{'request_key': key} for key in KEYS], ids=ascii)
def test_a_key_that_no_database_holds_pays_nothing(world: World, given: dict[str, Any]) -> None:
    """POR-05: a NUL, half of a character, what is no text: the field is named."""
    assert refused(world, given).message.startswith('request_key: must ')


@pytest.mark.parametrize('given', [{'amount': amount} for amount in NO_AMOUNTS], ids=ascii)
def test_an_amount_that_is_none_pays_nothing(world: World, given: dict[str, Any]) -> None:
    """POR-05: to Python True is 1, and would be a payment of a cent."""
    assert refused(world, given).message.startswith('amount: must ')


@pytest.mark.parametrize('given', [{'method_id': True}, {'method_id': 2**63}], ids=ascii)
def test_a_method_that_is_no_id_pays_nothing(world: World, given: dict[str, Any]) -> None:
    """POR-08: True is not the first method that there is."""
    assert isinstance(refused(world, given), NotFound)


@pytest.mark.parametrize('id', [True, 2**63, '1'], ids=ascii)
def test_an_invoice_that_is_no_id_is_not_there(world: World, id: Any) -> None:
    """POR-05: neither the first invoice that there is, nor an error of ours."""
    invoice(world)
    with pytest.raises(NotFound):
        pay(world.as_customer('ben', 'C1004'), order(id))
    assert payments() == []


def refused(world: World, given: dict[str, Any]) -> PortalError:
    """Why Ben cannot pay an invoice of his by his card with this."""
    ben, bill = world.as_customer('ben', 'C1004'), invoice(world)
    wanted = order(bill, **{'method_id': saved(ben), **given})
    with pytest.raises((Invalid, NotFound)) as error:
        pay(ben, wanted)
    assert (charged(), payments(), in_ledger(world)) == (0, [], (10_000, 10_000))
    return error.value


def test_staff_record_and_give_back_no_truth(world: World) -> None:
    """POR-05: the same for what is typed in: each names the field, and nothing of it counts."""
    bill = invoice(world, 1_000, 'acme')
    paid = row_of(Payment, does(world, staff_payments.record_payment, cheque(world, 1_200)).number)
    given = row_of(Credit, does(world, staff_credits.issue_credit, memo(world, 500)).number)
    other = invoice(world, 300, 'acme')
    before = in_ledger(world, 'acme')
    for field, verb, *values in (
        ('amount', staff_payments.record_payment, cheque(world, True)),
        ('amount', staff_payments.unapply_payment, paid.id, bill, True),
        ('amount', staff_credits.issue_credit, memo(world, True)),
        ('amount', refunds.begin_refund, paid.id, True, 'Sorry'),
        ('amount', refunds.refund_credit, given.id, True, 'Sorry'),
        ('request_key', staff_payments.record_payment, cheque(world, 100, request_key='a\0b')),
        ('request_key', staff_credits.issue_credit, memo(world, 100, request_key='a\0b')),
        ('request_key', refunds.begin_refund, paid.id, 100, 'Sorry', 'a\0b'),
    ):
        with pytest.raises(BillingRefused) as error:
            does(world, verb, *values)
        assert list(error.value.problems) == [field]
    for verb, source in ((staff_payments.apply_payment, paid), (staff_credits.apply_credit, given)):
        with pytest.raises(BillingRefused, match='must take an amount above zero'):
            does(world, verb, source.id, [(other, True)])
    assert (in_ledger(world, 'acme'), len(payments())) == (before, 1)
