"""What the gateway says, in any order: no payment is lost, none counts twice (POR-08, POR-09)."""

from argparse import Namespace
from datetime import timedelta

import pytest
from sqlmodel import col, select

from portal_app.billing_command import run_reconcile
from portal_app.gateways.gateway import NotGenuine, Notice, NoticeKind, Outcome, State
from portal_app.models import Invoice, LedgerEntry, Payment, PaymentStatus, Refund
from portal_app.models.base import now
from portal_app.services import paying, refunds
from portal_app.services.gateway_notices import take
from portal_app.services.reconciliation import UNHEARD, UNPAID, YOUNG, reconcile
from portal_app.services.settling import settle
from portal_app.work import acting_as, reading_as
from tests.paying import (
    BANK,
    DISPUTED,
    GATEWAY,
    LATER,
    TEST,
    TOO_LATE,
    charged,
    grow_old,
    in_ledger,
    invoice,
    notices,
    on_page,
    order,
    pay,
    payments,
    row,
    saved,
)
from tests.world import World, audit, mails

OLD = YOUNG + timedelta(seconds=1)
STATES = [State.SUCCEEDED, State.FAILED, State.PENDING]


def status() -> str:
    return payments()[-1].status


@pytest.mark.parametrize('told_by', ['notice', 'reconciliation', 'both'])
def test_who_answers_too_late_is_settled_once(world: World, told_by: str) -> None:
    """POR-08: the money was taken, nobody told us; then a notice, a look-up, or both do."""
    ben, bill = world.as_customer('ben', 'C1004'), invoice(world)
    lost = pay(ben, order(bill, method_id=saved(ben, TOO_LATE)))
    assert (lost.status, charged(), row(Invoice, bill).pending) == (PaymentStatus.PENDING, 10_000, 10_000)
    grow_old(lost.id or 0, OLD)
    if told_by != 'notice':
        assert reconcile().ended == 1
    if told_by != 'reconciliation':
        assert notices()
    assert reconcile(all=True).looked_up == 0
    assert (status(), row(Invoice, bill).balance) == (PaymentStatus.PROCESSED, 0)
    assert (charged(), in_ledger(world), len(audit('payment.receive'))) == (10_000, (0, 0), 1)


def test_the_same_notice_again_does_nothing(world: World) -> None:
    """POR-08: gateways send what they are not sure that we took."""
    ben = world.as_customer('ben', 'C1004')
    method = saved(ben, LATER)
    notices(later=False)
    waits = pay(ben, order(invoice(world), method_id=method))
    assert waits.status == PaymentStatus.PENDING
    (reference,) = GATEWAY.due_notices(now() + timedelta(hours=1))
    signed = GATEWAY.signed_notice(reference)
    assert [take(GATEWAY, GATEWAY.read_notice(*signed)) for _ in range(2)] == [True, False]
    assert (status(), len(audit('payment.receive'))) == (PaymentStatus.PROCESSED, 1)
    with pytest.raises(NotGenuine):
        GATEWAY.read_notice(signed[0] + b' ', signed[1])


@pytest.mark.parametrize('first', STATES)
@pytest.mark.parametrize('second', STATES)
def test_outcomes_may_come_in_any_order(sqlite_world: World, first: State, second: State) -> None:
    """POR-08: whatever came before, money that has arrived is received, once."""
    ben, bill = sqlite_world.as_customer('ben', 'C1004'), invoice(sqlite_world)
    payment = pay(ben, order(bill))
    for state in (first, second, second):
        outcome = Outcome(state, 'ref', payment.amount, payment.currency, payment.key)
        with acting_as(TEST) as work:
            settle(work, payment.id or 0, outcome)
    came = State.SUCCEEDED in (first, second)
    assert (row(Invoice, bill).balance == 0) is came
    assert (row(Payment, payment.id or 0).status == PaymentStatus.PROCESSED) is came
    assert in_ledger(sqlite_world) == ((0, 0) if came else (10_000, 10_000))
    assert len(audit('payment.receive')) == came


def test_money_for_an_invoice_that_was_paid_meanwhile_is_credit(sqlite_world: World) -> None:
    """Field notes: what an invoice does not need stays unapplied."""
    ben, bill = sqlite_world.as_customer('ben', 'C1004'), invoice(sqlite_world)
    failed = pay(ben, order(bill))
    with acting_as(TEST) as work:
        settle(work, failed.id or 0, Outcome(State.FAILED, '', 0, 'USD'))
    pay(ben, order(bill, method_id=saved(ben)))
    with acting_as(TEST) as work:
        late = settle(work, failed.id or 0, Outcome(State.SUCCEEDED, 'ref', 10_000, 'USD'))
    assert (late.status, late.applied) == (PaymentStatus.PROCESSED, 0)
    assert in_ledger(sqlite_world) == (-10_000, -10_000)


def test_a_page_that_was_left_expires_once_it_cannot_be_paid_any_more(world: World) -> None:
    """POR-09: so that the invoice can be paid again; never while it might still be paid."""
    ben, bill = world.as_customer('ben', 'C1004'), invoice(world)
    left = pay(ben, order(bill))
    grow_old(left.id or 0, OLD)
    reconcile()
    assert status() == PaymentStatus.PENDING
    grow_old(left.id or 0, UNPAID + OLD)
    reconcile()
    assert (status(), row(Invoice, bill).pending) == (PaymentStatus.FAILED, 0)
    on_page(left)  # whoever comes now finds nothing to pay
    assert charged() == 0
    paid = pay(ben, order(bill))
    on_page(paid)
    grow_old(paid.id or 0, UNPAID + OLD)
    reconcile()
    assert (status(), charged()) == (PaymentStatus.PROCESSED, 10_000)


def test_what_the_gateway_never_heard_of_is_given_up_after_half_an_hour(sqlite_world: World) -> None:
    """POR-08: this process died before it asked, or the request was lost on its way."""
    ben, bill = sqlite_world.as_customer('ben', 'C1004'), invoice(sqlite_world)
    with acting_as(ben) as work:
        lost = paying.begin(work, order(bill)).payment
    grow_old(lost.id or 0, OLD)
    reconcile()
    assert status() == PaymentStatus.PENDING
    grow_old(lost.id or 0, UNHEARD + OLD)
    assert reconcile().ended == 1
    assert (status(), row(Invoice, bill).pending) == (PaymentStatus.FAILED, 0)


def test_the_command_looks_up_everything_that_is_under_way(
    sqlite_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """POR-08, OPS-02: `run.py reconcile`, for who cannot wait for the worker."""
    ben, bill = sqlite_world.as_customer('ben', 'C1004'), invoice(sqlite_world)
    lost = pay(ben, order(bill, method_id=saved(ben, TOO_LATE)))
    grow_old(lost.id or 0, OLD)
    assert run_reconcile(Namespace()) == 0
    assert capsys.readouterr().out == 'Payments and refunds looked up: 1, of which 1 have ended.\n'
    assert row(Invoice, bill).balance == 0


def returned() -> list[Refund]:
    with reading_as(TEST) as work:
        return list(work.session.exec(select(Refund).order_by(col(Refund.id))))


def test_a_chargeback_opens_the_invoice_again_and_a_dispute_that_is_won_pays_it(world: World) -> None:
    """Field notes: contra entries, each once; staff are told."""
    ben, bill = world.as_customer('ben', 'C1004'), invoice(world)
    payment = pay(ben, order(bill, method_id=saved(ben, DISPUTED)))
    assert payment.status == PaymentStatus.PROCESSED
    notices()
    assert (status(), row(Invoice, bill).balance) == (PaymentStatus.REVERSED, 10_000)
    assert (in_ledger(world), [back.is_chargeback for back in returned()]) == ((10_000, 10_000), [True])
    dispute = returned()[0].gateway_reference
    for number, state in enumerate((State.SUCCEEDED, State.FAILED, State.FAILED, State.SUCCEEDED)):
        outcome = Outcome(state, dispute, 10_000, 'USD')
        told = Notice(f'n{number}', NoticeKind.CHARGEBACK, payment.gateway_reference, '', outcome)
        assert take(GATEWAY, told)
    assert (row(Invoice, bill).balance, in_ledger(world), len(returned())) == (0, (0, 0), 1)
    assert [payment.method for payment in payments()] == ['Visa •••• 0259', 'Chargeback returned']
    with reading_as(TEST) as work:
        kinds = work.session.exec(select(LedgerEntry.kind).order_by(col(LedgerEntry.id))).all()
    assert list(kinds) == ['Invoice', 'Payment', 'Chargeback', 'Payment']
    told_staff = [mail.variables['event'] for mail in mails(template='payment-notice')]
    assert told_staff == ['Chargeback', 'Chargeback returned']


def test_a_chargeback_may_be_heard_of_before_the_payment(sqlite_world: World) -> None:
    """POR-08: the payment is looked up first, and both are entered."""
    ben, bill = sqlite_world.as_customer('ben', 'C1004'), invoice(sqlite_world)
    payment = pay(ben, order(bill))
    on_page(payment)
    outcome = Outcome(State.SUCCEEDED, 'dispute', 10_000, 'USD')
    take(GATEWAY, Notice('first', NoticeKind.CHARGEBACK, '', payment.key, outcome))
    notices()
    assert (status(), row(Invoice, bill).balance) == (PaymentStatus.REVERSED, 10_000)
    assert (in_ledger(sqlite_world), len(returned())) == ((10_000, 10_000), 1)


def test_a_refund_at_the_gateway_and_one_of_ours_are_each_entered_once(world: World) -> None:
    """Field notes: what goes back opens the invoice again; the notice settles what was asked for here."""
    ben, bill = world.as_customer('ben', 'C1004'), invoice(world)
    payment = pay(ben, order(bill, method_id=saved(ben, BANK)))
    notices()
    reference = row(Payment, payment.id or 0).gateway_reference
    GATEWAY.refund(reference, 2_000, 'USD', 'made there')
    ours = refunds.refund_payment(world.as_staff('olivia'), payment.id or 0, 3_000, 'Too much')
    assert ours.status == 'Pending'
    assert (notices(), notices()) == (2, 0)
    assert [(back.amount, back.status) for back in returned()] == [(3_000, 'Processed'), (2_000, 'Processed')]
    assert (row(Invoice, bill).balance, in_ledger(world)) == (5_000, (5_000, 5_000))
