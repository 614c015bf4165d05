"""Money that comes, goes back and comes again, in whatever order gateways tell of it (POR-08, POR-09)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from portal_app.api import webhooks
from portal_app.errors import Conflict, NotFound, NotPermitted
from portal_app.gateways.gateway import Notice, NoticeKind, Outcome, State
from portal_app.models import Contact, GatewayNotice, Invoice, Payment, PaymentStatus, Refund, RefundStatus
from portal_app.models.base import now
from portal_app.services import (
    charging,
    invoicing,
    paying,
    payment_end,
    refunds,
    staff_credits,
    staff_payments,
)
from portal_app.services.gateway_notices import take
from portal_app.services.reconciliation import UNHEARD
from portal_app.services.settling import fail, settle
from portal_app.services.staff_credits import TypedCredit
from portal_app.work import acting_as, reading_as
from tests.billing import credit_memo, under_way
from tests.paying import (
    BANK,
    DISPUTED,
    GATEWAY,
    RETURN,
    TEST,
    charged,
    grow_old,
    in_ledger,
    invoice,
    order,
    overdue,
    pay,
    payments,
    row,
    saved,
)
from tests.test_contact_tabs import contact_of
from tests.test_view_as import view
from tests.world import World, audit, change, mails


def by_card(world: World, last4: str = '4242') -> tuple[Payment, int]:
    """A payment of Ben's, and the invoice that it paid."""
    ben, bill = world.as_customer('ben', 'C1004'), invoice(world)
    return pay(ben, order(bill, method_id=saved(ben, last4))), bill


def told(
    payment: Payment, kind: NoticeKind, state: State, back: str, amount: int = 10_000, key: str = ''
) -> None:
    """The gateway tells of money that went back, in a notice of its own. Raises what `take` raises."""
    outcome = Outcome(state, back, amount, 'USD', key, 'The bank did not take it.')
    take(GATEWAY, Notice(f'{back} {state}', kind, payment.gateway_reference, payment.key, outcome))


def planned(bill: int) -> Payment:
    """A payment through the test gateway that is under way."""
    with acting_as(TEST) as work:
        payment = under_way(work, work.session.get_one(Invoice, bill))
        payment.gateway = GATEWAY.name
        work.session.add(payment)
    return payment


def settled(payment: Payment, state: State, amount: int = 10_000, currency: str = 'USD') -> Payment:
    """The gateway says what became of it."""
    with acting_as(TEST) as work:
        return settle(work, payment.id or 0, Outcome(state, 'ref', amount, currency, payment.key))


def events() -> list[str]:
    """What staff were told of, oldest first."""
    return [mail.variables['event'] for mail in mails(template='payment-notice')]


@pytest.mark.parametrize('asked_here', [True, False])
def test_a_refund_that_fails_after_all_is_money_that_came_back(world: World, asked_here: bool) -> None:
    """Field notes: the books say what the gateway has, once, and staff hear of it."""
    payment, bill = by_card(world)
    if asked_here:
        refunds.refund_payment(world.as_staff('olivia'), payment.id or 0, 10_000, 'Sorry')
    else:
        told(payment, NoticeKind.REFUND, State.SUCCEEDED, 're_1')
    with reading_as(TEST) as work:
        back = work.session.exec(select(Refund)).one()
    assert (back.status, in_ledger(world)) == (RefundStatus.PROCESSED, (10_000, 10_000))
    ours = back.key if asked_here else ''
    for again in range(2):
        outcome = Outcome(State.FAILED, back.gateway_reference, 10_000, 'USD', ours, 'The account is closed.')
        take(GATEWAY, Notice(f'n{again}', NoticeKind.REFUND, payment.gateway_reference, '', outcome))
    failed = row(Refund, back.id or 0)
    assert (failed.status, failed.problem) == (RefundStatus.FAILED, 'The account is closed.')
    assert (row(Invoice, bill).balance, in_ledger(world)) == (0, (0, 0))
    assert [each.method for each in payments()[1:]] == ['Refund returned']
    assert (events()[-1], len(audit('refund.fail'))) == ('Refund returned', 1)


def test_a_dispute_may_be_heard_of_as_won_before_it_is_heard_of_at_all(world: World) -> None:
    """POR-08: what cannot be entered yet is not kept as taken, and comes again."""
    payment, bill = by_card(world)
    with pytest.raises(Conflict):
        told(payment, NoticeKind.CHARGEBACK, State.FAILED, 'dp_1')
    told(payment, NoticeKind.CHARGEBACK, State.SUCCEEDED, 'dp_1')
    assert in_ledger(world) == (10_000, 10_000)
    told(payment, NoticeKind.CHARGEBACK, State.FAILED, 'dp_1')
    assert (row(Invoice, bill).balance, in_ledger(world)) == (0, (0, 0))


def test_a_dispute_of_money_that_had_gone_back_before_returns_nothing(sqlite_world: World) -> None:
    """POR-08: nothing was entered when the bank took it, so that the notice need not come again."""
    payment, _ = by_card(sqlite_world)
    refunds.refund_payment(sqlite_world.as_staff('olivia'), payment.id or 0, 10_000, 'Sorry')
    for state in (State.SUCCEEDED, State.FAILED):
        told(payment, NoticeKind.CHARGEBACK, state, 'dp_1')
    assert (in_ledger(sqlite_world), len(payments())) == ((10_000, 10_000), 1)


@pytest.mark.parametrize('kind', [NoticeKind.REFUND, NoticeKind.CHARGEBACK])
def test_what_went_back_of_a_payment_under_way_is_not_forgotten(world: World, kind: NoticeKind) -> None:
    """POR-08: the notice comes again, once the payment has arrived."""
    bill = invoice(world)
    payment = planned(bill)
    with pytest.raises(Conflict):
        told(payment, kind, State.SUCCEEDED, 'back', 4_000)
    settled(payment, State.SUCCEEDED)
    told(payment, kind, State.SUCCEEDED, 'back', 4_000)
    assert (row(Invoice, bill).balance, in_ledger(world)) == (4_000, (4_000, 4_000))


def test_the_gateway_is_not_thanked_for_what_could_not_be_entered(sqlite_world: World) -> None:
    """POR-08: the webhook answers with the refusal, 409; only what was taken is answered with 204."""
    payment, _ = by_card(sqlite_world, DISPUTED)
    reference = GATEWAY.due_notices(now() + timedelta(hours=1))[-1]  # the bank takes it back
    app = FastAPI()
    app.include_router(webhooks.router())
    change(Payment, payment.id or 0, status=PaymentStatus.PENDING, gateway_reference='forgotten')

    def post() -> int:
        body, headers = GATEWAY.signed_notice(reference)
        return TestClient(app).post('/webhooks/test', content=body, headers=headers).status_code

    with pytest.raises(Conflict):
        post()
    with reading_as(TEST) as work:
        kept = select(GatewayNotice).where(GatewayNotice.notice_id == reference)
        assert work.session.exec(kept).first() is None
    change(
        Payment, payment.id or 0, status=PaymentStatus.PROCESSED, gateway_reference=payment.gateway_reference
    )
    assert post() == 204


@pytest.mark.parametrize(('came', 'balance', 'left'), [(9_000, 1_000, 0), (12_000, 0, 2_000)])
@pytest.mark.parametrize('late', [False, True])
def test_another_amount_than_was_asked_for_is_what_counts(
    world: World, came: int, balance: int, left: int, late: bool
) -> None:
    """POR-08: the books say what the gateway has, and staff are told, once."""
    bill = invoice(world)
    payment = planned(bill)
    if late:
        settled(payment, State.FAILED)
    for _ in range(2):
        settled(payment, State.SUCCEEDED, came)
    found, paid = row(Payment, payment.id or 0), row(Invoice, bill)
    assert (found.status, found.amount, found.amount - found.applied) == (PaymentStatus.PROCESSED, came, left)
    assert (paid.balance, paid.pending, in_ledger(world)) == (balance, 0, (10_000 - came, 10_000 - came))
    assert events() == ['A payment does not match']


def test_another_currency_than_was_asked_for_pays_nothing(sqlite_world: World) -> None:
    """POR-08: the invoice is free again; what to do with the money is for staff, who are told once."""
    bill = invoice(sqlite_world)
    payment = planned(bill)
    for _ in range(2):
        settled(payment, State.SUCCEEDED, 10_000, 'EUR')
    found = row(Payment, payment.id or 0)
    assert (found.status, found.reason) == (PaymentStatus.FAILED, 'The gateway says 100.00 EUR were paid.')
    assert (row(Invoice, bill).pending, in_ledger(sqlite_world)) == (0, (10_000, 10_000))
    assert events() == ['A payment does not match']


def test_a_payment_whose_gateway_is_gone_is_ended_by_staff(world: World) -> None:
    """POR-08: its invoice can be voided then; money that comes all the same is received."""
    olivia, bill = world.as_staff('olivia'), invoice(world)
    payment = planned(bill)
    id = payment.id or 0
    with pytest.raises(Conflict, match='has just begun'):
        payment_end.end_payment(olivia, id, 'The old gateway')
    change(Payment, id, gateway='former', gateway_reference='pi_1')
    with pytest.raises(NotPermitted):
        payment_end.end_payment(world.as_staff('rita'), id, 'The old gateway')
    ended = payment_end.end_payment(olivia, id, ' The old gateway ')
    assert (ended.status, ended.reason) == (PaymentStatus.FAILED, 'The old gateway')
    assert [entry.after for entry in audit('payment.end')] == [{'reason': 'The old gateway'}]
    with pytest.raises(Conflict, match='is failed already'):
        payment_end.end_payment(olivia, id, 'Again')
    with acting_as(olivia) as work:
        invoicing.void_invoice(work, bill, 'Nobody paid it')
    settled(payment, State.SUCCEEDED)
    assert in_ledger(world) == (-10_000, -10_000)


def test_a_payment_is_ended_only_if_its_gateway_never_heard_of_it(sqlite_world: World) -> None:
    """POR-08: one that the gateway knows ends as that says."""
    ben, olivia = sqlite_world.as_customer('ben', 'C1004'), sqlite_world.as_staff('olivia')
    known = pay(ben, order(invoice(sqlite_world), method_id=saved(ben, BANK)))
    unknown = planned(invoice(sqlite_world))
    change(Payment, unknown.id or 0, gateway_reference='of another account there')
    for each in (known, unknown):
        grow_old(each.id or 0, UNHEARD)
    with pytest.raises(Conflict, match='knows'):
        payment_end.end_payment(olivia, known.id or 0, 'It takes too long')
    assert payment_end.end_payment(olivia, unknown.id or 0, 'Lost').status == PaymentStatus.FAILED


@pytest.mark.parametrize(
    ('taken', 'status', 'net'), [(10_000, 'Failed', 10_000), (4_000, 'Processed', 10_000)]
)
def test_a_refund_that_the_bank_was_quicker_than_ends(
    world: World, taken: int, status: str, net: int
) -> None:
    """Field notes: nothing goes back that is not there; what went out too often is for staff to get back."""
    payment, _ = by_card(world)
    with acting_as(world.as_staff('olivia')) as work:
        back = refunds.begin_refund(work, payment.id or 0, 10_000, 'Sorry')
    told(payment, NoticeKind.CHARGEBACK, State.SUCCEEDED, 'dp_1', taken)
    for _ in range(2):
        became = refunds.ask_gateway(TEST, back.id or 0)
    assert (became.status, in_ledger(world)) == (status, (net, net))
    left = '0.00 USD' if taken == 10_000 else '60.00 USD'
    problem = f'The payment service gave back 100.00 USD; {left} were left of the payment.'
    assert (became.problem, events()) == (problem, ['Chargeback', 'More went back than was left'])


def test_money_on_its_way_back_pays_nothing(world: World) -> None:
    """Field notes: neither by the customer nor by staff; the rest of it does."""
    ben, olivia = world.as_customer('ben', 'C1004'), world.as_staff('olivia')
    payment, bill = by_card(world)
    with acting_as(olivia) as work:
        invoicing.void_invoice(work, bill, 'A mistake')
        refunds.begin_refund(work, payment.id or 0, 9_000, 'Sorry')
    other = invoice(world, 10_000)
    with acting_as(ben) as work:
        assert paying.use_credit(work, 'USD') == 1_000
    with acting_as(olivia) as work, pytest.raises(Conflict, match='on its way back'):
        staff_payments.apply_payment(work, payment.id or 0)
    assert row(Invoice, other).balance == 9_000


def test_credit_is_used_only_by_whoever_sees_it(sqlite_world: World) -> None:
    """POR-05, SET-05: for others there is nothing of the kind."""
    ben, bill = sqlite_world.as_customer('ben', 'C1004'), invoice(sqlite_world)
    with acting_as(TEST) as work:
        credit_memo(work, sqlite_world.customers['globex'], 500)
    contact = contact_of(sqlite_world, 'globex', 'ben')
    change(Contact, contact, hidden_tabs=['credits'])
    with acting_as(ben) as work, pytest.raises(NotFound):
        paying.use_credit(work, 'USD')
    change(Contact, contact, hidden_tabs=[])
    with acting_as(ben) as work:
        assert paying.use_credit(work, 'USD') == 500
    assert row(Invoice, bill).balance == 9_500


def test_a_payment_that_has_ended_meanwhile_is_not_charged(sqlite_world: World) -> None:
    """POR-08: this process stood still, and somebody gave the payment up."""
    ben, bill = sqlite_world.as_customer('ben', 'C1004'), invoice(sqlite_world)
    wanted = order(bill, method_id=saved(ben))
    with acting_as(ben) as work:
        begun = paying.begin(work, wanted).payment
    with acting_as(TEST) as work:
        fail(work, begun.id or 0, 'Gone')
    assert charging.charge(ben, begun.id or 0, RETURN).status == PaymentStatus.FAILED
    assert charged() == 0


def test_who_looks_on_as_a_contact_asks_no_gateway(sqlite_world: World) -> None:
    """ACC-16: staff who view the portal as a contact move nothing."""
    payment, _ = by_card(sqlite_world)
    looks_on = view(sqlite_world.as_staff('olivia'), contact_of(sqlite_world, 'globex', 'ben'))
    for ask in (charging.charge, charging.look_up, charging.give_up, refunds.ask_gateway):
        with pytest.raises(NotPermitted):
            ask(looks_on, payment.id or 0)


def test_money_that_comes_late_goes_first_to_what_it_was_meant_for(world: World) -> None:
    """Field notes: before older invoices, which nobody has paid."""
    bill = invoice(world)
    payment = planned(bill)
    settled(payment, State.FAILED)
    older = overdue(world)
    settled(payment, State.SUCCEEDED)
    assert [row(Invoice, each).balance for each in (bill, older)] == [0, 10_000]


def test_a_form_of_staff_that_is_sent_twice_counts_once(world: World) -> None:
    """POR-08: a credit memo, and a refund."""
    olivia, key = world.as_staff('olivia'), uuid4().hex
    payment, _ = by_card(world)
    globex = world.customers['globex']
    memo = TypedCredit(globex, 700, 'USD', 'Outage', payment.at.date(), request_key=key)
    numbers = set()
    for _ in range(2):
        with acting_as(olivia) as work:
            numbers.add(staff_credits.issue_credit(work, memo).number)
        refunds.refund_payment(olivia, payment.id or 0, 4_000, 'Sorry', key)
    assert (len(numbers), in_ledger(world)) == (1, (3_300, 3_300))
    assert row(Payment, payment.id or 0).refunded == 4_000
