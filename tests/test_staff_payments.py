"""Payments and credit memos in the hands of staff, and what goes back (POR-05, SET-10)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from portal_app.auth.viewer import Operator
from portal_app.business_day import business_day
from portal_app.errors import Conflict, NotPermitted, PortalError
from portal_app.gateways.simulated import SimulatedGateway
from portal_app.models import Credit, Invoice, Payment, PaymentStatus, Refund, RefundStatus
from portal_app.money import Money
from portal_app.services import refunds, staff_credits, staff_payments
from portal_app.services.accounts import hold_account
from portal_app.services.allocations import for_credit, for_payment
from portal_app.services.billing_rules import BillingRefused
from portal_app.services.returned_money import refunded
from portal_app.services.staff_credits import TypedCredit
from portal_app.services.staff_payments import TypedPayment
from portal_app.work import acting_as, reading_as
from tests.billing import credit_memo, posted_invoice, unapplied_payment, under_way
from tests.card_payments import BANK, by_card, refunded_there
from tests.test_invoicing import does
from tests.world import World, audit, change, make_world

OLD = date(2026, 5, 4)


def cheque(world: World, amount: int, **changes: Any) -> TypedPayment:
    """A cheque of Acme's as somebody types it in."""
    values = {'currency': 'USD', 'method': 'Cheque', 'day': business_day(), 'reference': '0815', **changes}
    return TypedPayment(world.customers['acme'], amount, **values)


def memo(world: World, amount: int, **changes: Any) -> TypedCredit:
    """A credit memo for Acme as somebody types it."""
    values = {'currency': 'USD', 'reason': 'Outage', 'day': business_day(), **changes}
    return TypedCredit(world.customers['acme'], amount, **values)


def invoices(world: World, *totals: int, currency: str = 'USD') -> list[Invoice]:
    """Invoices of Acme's, the first the oldest."""
    with acting_as(Operator('test')) as work:
        return [
            posted_invoice(
                work, world.customers['acme'], total, currency=currency, day=OLD + timedelta(days=place)
            )
            for place, total in enumerate(totals)
        ]


def row(model: Any, id: int | None) -> Any:
    """A record as it is now."""
    with reading_as(Operator('test')) as work:
        return work.session.get_one(model, id)


def balances(rows: list[Invoice]) -> list[int]:
    """What is open of invoices now."""
    return [row(Invoice, each.id).balance for each in rows]


@pytest.mark.parametrize('currency', ['USD', 'JPY', 'BHD'])
def test_a_payment_goes_to_the_oldest_invoices_first(world: World, currency: str) -> None:
    """POR-05: what none of them needs stays unapplied; a form that is sent twice is one payment."""
    made = invoices(world, 1000, 2000, 500, currency=currency)
    typed = cheque(world, 3200, currency=currency, request_key='form-1')
    done = does(world, staff_payments.record_payment, typed)
    assert balances(made) == [0, 0, 300]
    assert [amount for _, amount in done.used] == [Money(part, currency) for part in (1000, 2000, 200)]
    assert does(world, staff_payments.record_payment, typed) == done
    more = does(world, staff_payments.record_payment, cheque(world, 1000, currency=currency))
    assert (balances(made), more.left) == ([0, 0, 0], Money(700, currency))
    assert len(audit('payment.record')) == 2


def test_stan_chooses_what_a_payment_pays(world: World) -> None:
    """POR-05: every invoice that cannot take its part is named."""
    made = invoices(world, 1000, 2000)
    with acting_as(Operator('test')) as work:
        under_way(work, work.session.get_one(Invoice, made[0].id), 900)
        theirs = posted_invoice(work, world.customers['globex'], 100)
    ids = [each.id or 0 for each in (*made, theirs)]
    with pytest.raises(BillingRefused) as refused:
        does(
            world,
            staff_payments.record_payment,
            cheque(world, 50, parts=[(ids[0], 101), (ids[1], 0), (ids[2], 1)], method='Gold'),
        )
    assert refused.value.message.split('\n') == [
        'Method must be one of Bank transfer, Cheque, Cash, Other.',
        f'Invoice {made[0].number} can take at most 1.00 USD (got 1.01 USD).',
        f'Invoice {made[1].number} must take an amount above zero.',
        f'Invoice {theirs.number} must be one of this customer’s and in this currency.',
        'Invoices must take at most the 0.50 USD that there are (got 1.02 USD).',
    ]
    does(world, staff_payments.record_payment, cheque(world, 800, parts=[(ids[1], 700)]))
    assert balances(made) == [1000, 1300]


def test_a_payment_s_rules(world: World) -> None:
    """House style: all of them at once; tomorrow's money is not here yet."""
    tomorrow = business_day() + timedelta(days=1)
    wrong = cheque(world, 0, day=tomorrow, reference='x' * 101, note='\a', currency='XYZ')
    with pytest.raises(BillingRefused) as refused:
        does(world, staff_payments.record_payment, wrong)
    assert [line.split(' must')[0] for line in refused.value.message.split('\n')] == [
        'Amount',
        'Currency',
        'Date',
        'Reference',
        'Note',
    ]


def test_unapplied_money_is_used_and_taken_back(world: World) -> None:
    """POR-05: by staff, for the oldest invoices or for chosen ones."""
    made = invoices(world, 1000, 2000)
    with acting_as(Operator('test')) as work:
        payment = unapplied_payment(work, world.customers['acme'], 1500)
    does(world, staff_payments.apply_payment, payment.id, [(made[1].id, 400)])
    assert balances(made) == [1000, 1600]
    does(world, staff_payments.apply_payment, payment.id)
    assert balances(made) == [0, 1500]
    with pytest.raises(Conflict, match='is left: it is applied or gone back'):
        does(world, staff_payments.apply_payment, payment.id)
    with pytest.raises(BillingRefused, match=r'Amount must be at most 5\.00 USD'):
        does(world, staff_payments.unapply_payment, payment.id, made[1].id, 501)
    done = does(world, staff_payments.unapply_payment, payment.id, made[0].id, 250)
    assert (balances(made), done.left) == ([250, 1500], Money(250, 'USD'))


def test_a_cheque_that_bounced(world: World) -> None:
    """Field notes: a chargeback opens the invoices again; a gateway's tells by itself."""
    made = invoices(world, 1000)
    done = does(world, staff_payments.record_payment, cheque(world, 1500))
    payment = row_of(Payment, done.number)
    does(world, refunds.begin_refund, payment.id, 200, 'Too much')
    opened = does(world, staff_payments.charge_back, payment.id, 'No funds')
    assert opened == [(made[0].number, Money(1000, 'USD'))]
    assert balances(made) == [1000]
    assert row(Payment, payment.id).status == PaymentStatus.REVERSED
    with pytest.raises(Conflict, match='Nothing is left'):
        does(world, staff_payments.charge_back, payment.id, 'Again')


def test_a_credit_memo_is_issued_used_and_reversed(world: World) -> None:
    """POR-05: at once for the invoice that it corrects, the rest for the oldest."""
    made = invoices(world, 1000, 300)
    done = does(world, staff_credits.issue_credit, memo(world, 500, invoice_id=made[1].id, applies=True))
    assert (balances(made), done.left) == ([1000, 0], Money(200, 'USD'))
    credit = row_of(Credit, done.number)
    does(world, staff_credits.apply_credit, credit.id)
    assert balances(made) == [800, 0]
    does(world, staff_credits.unapply_credit, credit.id, made[0].id, 50)
    assert balances(made) == [850, 0]
    opened = does(world, staff_credits.reverse_credit, credit.id, 'A mistake')
    assert (opened, balances(made)) == (
        [(made[1].number, Money(300, 'USD')), (made[0].number, Money(150, 'USD'))],
        [1000, 300],
    )
    with pytest.raises(BillingRefused) as refused:
        does(world, staff_credits.issue_credit, memo(world, -1, reason='', invoice_id=99_999))
    assert refused.value.message.split('\n') == [
        'Amount must be above zero.',
        'Reason must not be empty.',
        'Invoice must be one that there is.',
    ]


def test_what_is_left_of_a_credit_memo_is_paid_out(world: World) -> None:
    """POR-05: never more than that, and then it cannot be reversed any more."""
    with acting_as(Operator('test')) as work:
        credit = credit_memo(work, world.customers['acme'], 500)
    with pytest.raises(BillingRefused, match=r'Amount must be at most 5\.00 USD'):
        does(world, refunds.refund_credit, credit.id, 501, 'They leave')
    assert does(world, refunds.refund_credit, credit.id, 500, 'They leave').status == RefundStatus.PROCESSED
    assert row(Credit, credit.id).balance == 0
    with pytest.raises(Conflict, match='refunded already'):
        does(world, staff_credits.reverse_credit, credit.id, 'A mistake')


def test_a_card_payment_goes_back_through_its_gateway(world: World) -> None:
    """POR-08: once, whatever is left; the invoice is open again."""
    payment, invoice = by_card(world.customers['acme'])
    refund = refunds.refund_payment(world.as_staff('stan'), payment.id or 0, 400, 'One seat less')
    assert (refund.status, balances([invoice])) == (RefundStatus.PROCESSED, [400])
    with pytest.raises(BillingRefused, match=r'Amount must be at most 6\.00 USD'):
        refunds.refund_payment(world.as_staff('stan'), payment.id or 0, 601, 'More')
    with pytest.raises(NotPermitted):
        refunds.refund_payment(world.as_staff('rita'), payment.id or 0, 1, 'Not hers to give')
    with pytest.raises(NotPermitted):
        refunds.ask_again(world.as_staff('rita'), refund.id or 0)
    again = refunds.ask_again(world.as_staff('stan'), refund.id or 0)
    assert (again.status, row(Payment, payment.id).refunded) == (RefundStatus.PROCESSED, 400)
    assert [entry.actor.split()[0] for entry in audit('refund.settle')] == ['Stan']


def test_a_refund_that_takes_its_time_is_settled_by_a_notice(world: World) -> None:
    """POR-08: until then it is Pending, moves nothing, and nobody can ask for the same money again."""
    payment, invoice = by_card(world.customers['acme'], last4=BANK)
    refund = refunds.refund_payment(world.as_staff('stan'), payment.id or 0, 1000, 'They leave')
    assert (refund.status, balances([invoice])) == (RefundStatus.PENDING, [0])
    with pytest.raises(BillingRefused, match=r'Amount must be at most 0\.00 USD'):
        refunds.refund_payment(world.as_staff('stan'), payment.id or 0, 1, 'Again')
    gateway = SimulatedGateway()

    def settle(notice: Any) -> None:
        with acting_as(Operator('test')) as work:
            refunded(work, payment.id or 0, gateway.name, notice.outcome)

    later = payment.created_at + timedelta(minutes=5)
    assert gateway.deliver(settle, later) >= 1
    assert row(Refund, refund.id).status == RefundStatus.PROCESSED
    assert balances([invoice]) == [1000]


def test_a_gateway_that_refuses_a_refund_changes_nothing(world: World) -> None:
    """POR-08: the refund says why."""
    payment, invoice = by_card(world.customers['acme'])
    refunded_there(payment)
    refund = refunds.refund_payment(world.as_staff('stan'), payment.id or 0, 400, 'One seat less')
    assert (refund.status, refund.problem) == (RefundStatus.FAILED, 'Between 0 and 0.00 can be refunded.')
    assert (balances([invoice]), row(Payment, payment.id).refunded) == ([0], 0)
    change(Payment, payment.id or 0, gateway='stripe')
    with pytest.raises(Conflict, match='stripe, which is not connected'):
        refunds.refund_payment(world.as_staff('stan'), payment.id or 0, 400, 'Again')


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 900), st.integers(0, 3)), max_size=8),
    st.integers(1, 4000),
    st.sampled_from(['USD', 'JPY', 'BHD']),
)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_oldest_first_is_what_a_plain_model_says(
    sqlite_world: World, made: list[tuple[int, int, int]], amount: int, currency: str
) -> None:
    """Field notes: a credit memo never where a payment is under way; what is disputed is passed over."""
    with acting_as(Operator('test')) as work:
        customer = sqlite_world.customers['globex']
        hold_account(work, customer)
        rows = []
        for age, total, state in made:
            day = OLD - timedelta(days=age)
            invoice = posted_invoice(work, customer, total, currency=currency, day=day)
            if state == 1:
                under_way(work, invoice, 1 + total // 2)
            if state == 2:
                invoice.disputed_at = invoice.created_at
            rows.append(invoice)
        posted_invoice(work, customer, 5000, currency='EUR', day=OLD - timedelta(days=90))
        for find, pays in ((for_payment, lambda each: True), (for_credit, lambda each: not each.pending)):
            left, expected = amount, {}
            for each in sorted(rows, key=lambda each: (each.date, each.id or 0)):
                room = each.balance - each.pending if pays(each) and not each.disputed_at else 0
                if room and left:
                    expected[each.number] = min(left, room)
                    left -= expected[each.number]
            found = {each.number: part for each, part in find(work, customer, currency, amount)}
            assert found == expected
        work.session.rollback()


def test_two_staff_use_the_same_money_at_once(postgresql_database: str) -> None:
    """POR-05: it is used once; the other is told that nothing is left."""
    world = make_world()
    made = invoices(world, 1000)
    with acting_as(Operator('test')) as work:
        payment = unapplied_payment(work, world.customers['acme'], 700)
        credit = credit_memo(work, world.customers['acme'], 700)
    for verb, source, left in (
        (staff_payments.apply_payment, payment, 300),
        (staff_credits.apply_credit, credit, 0),
    ):

        def one(who: str, verb: Any = verb, source: Any = source) -> str:
            try:
                does(world, verb, source.id, who=who)
            except PortalError as error:
                return error.message
            return 'done'

        with ThreadPoolExecutor(2) as pool:
            said = sorted(pool.map(one, ('olivia', 'stan')))
        assert said[0].startswith(('Nothing of', 'No posted invoice'))
        assert said[1] == 'done'
        assert balances(made) == [left]


def row_of(model: Any, number: str) -> Any:
    """A record by its number."""
    with reading_as(Operator('test')) as work:
        return work.session.exec(select(model).where(model.number == number)).one()
