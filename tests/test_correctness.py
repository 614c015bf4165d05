"""The correctness rules of the field notes that the ledger keeps, a test each, by the verbs that people use.

Those on statements, on what parents and children see, and on leaks are beside the code that keeps them.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from portal_app.auth.viewer import Operator
from portal_app.business_day import business_day
from portal_app.errors import Conflict
from portal_app.models import AccountBalance, Credit, EntryKind, Invoice, LedgerEntry, Payment
from portal_app.money import Money
from portal_app.services import invoicing, ledger, refunds, staff_credits, staff_payments
from portal_app.services.accounts import account, hold_account
from portal_app.services.applications import unapplied
from portal_app.services.customer_billing import customer_billing
from portal_app.services.staff_payments import TypedPayment
from portal_app.work import acting_as, reading_as
from tests.billing import credit_memo, posted_invoice, unapplied_payment, under_way
from tests.test_invoicing import does
from tests.test_staff_payments import cheque, memo, row, row_of
from tests.world import World

CURRENCIES = pytest.mark.parametrize('currency', ['USD', 'JPY', 'BHD'])


def posted(world: World, total: int, **changes: Any) -> Invoice:
    """An invoice of Acme's."""
    with acting_as(Operator('test')) as work:
        return posted_invoice(work, world.customers['acme'], total, **changes)


def entries(world: World) -> list[tuple[str, int]]:
    """What the ledger has of Acme, in the order in which it was written."""
    with reading_as(Operator('test')) as work:
        asked = select(LedgerEntry).where(LedgerEntry.customer_id == world.customers['acme'])
        return [(each.kind, each.amount) for each in work.session.exec(asked.order_by(col(LedgerEntry.id)))]


@CURRENCIES
def test_a_balance_is_charges_less_payments_and_credits(world: World, currency: str) -> None:
    """Rule: balance due = charges − (payments − refunds − chargebacks) − credits applied."""
    invoice = posted(world, 10_000, currency=currency)
    first = does(world, staff_payments.record_payment, cheque(world, 3_000, currency=currency))
    second = does(world, staff_payments.record_payment, cheque(world, 2_000, currency=currency))
    does(world, staff_credits.issue_credit, memo(world, 1_500, currency=currency, applies=True))
    assert row(Invoice, invoice.id).balance == 3_500
    does(world, refunds.begin_refund, row_of(Payment, first.number).id, 1_000, 'Too much')
    does(world, staff_payments.charge_back, row_of(Payment, second.number).id, 'It bounced')
    assert row(Invoice, invoice.id).balance == 10_000 - (5_000 - 1_000 - 2_000) - 1_500


def test_a_balance_is_never_below_zero(world: World) -> None:
    """Rule: never below zero; what is too much is the customer's credit, and the database holds it so."""
    invoice = posted(world, 1_000)
    done = does(world, staff_payments.record_payment, cheque(world, 1_700, parts=[(invoice.id, 1_000)]))
    assert (row(Invoice, invoice.id).balance, done.left) == (0, Money(700, 'USD'))
    with pytest.raises(IntegrityError), acting_as(Operator('test')) as work:
        found = work.session.get_one(Invoice, invoice.id)
        found.balance = -1
        work.session.add(found)


@pytest.mark.parametrize('verb', [invoicing.void_invoice, invoicing.write_off_invoice])
def test_a_balance_is_zero_when_void_or_written_off(world: World, verb: Any) -> None:
    """Rule: zero when void or written off, whatever had been paid."""
    invoice = posted(world, 1_000)
    does(world, staff_payments.record_payment, cheque(world, 300))
    does(world, verb, invoice.id, 'A reason')
    assert row(Invoice, invoice.id).balance == 0


def test_refunds_and_chargebacks_open_an_invoice_again(world: World) -> None:
    """Rule: they re-open it, the invoice that was paid last first."""
    one, two = posted(world, 1_000), posted(world, 1_000)
    done = does(world, staff_payments.record_payment, cheque(world, 2_000))
    payment = row_of(Payment, done.number)
    does(world, refunds.begin_refund, payment.id, 300, 'Too much')
    assert [row(Invoice, each.id).balance for each in (one, two)] == [0, 300]
    does(world, staff_payments.charge_back, payment.id, 'It bounced')
    assert [row(Invoice, each.id).balance for each in (one, two)] == [1_000, 1_000]


def test_pending_and_failed_payments_do_not_reduce_a_balance(world: World) -> None:
    """Rule: they do not; what is pending is shown apart."""
    invoice = posted(world, 1_000)
    with acting_as(Operator('test')) as work:
        payment = under_way(work, work.session.get_one(Invoice, invoice.id), 600)
    found = row(Invoice, invoice.id)
    assert (found.balance, found.pending) == (1_000, 600)
    with acting_as(Operator('test')) as work:
        hold_account(work, payment.customer_id)
        ledger.give_up(work, work.session.get_one(Payment, payment.id), 'Declined')
    found = row(Invoice, invoice.id)
    assert (found.balance, found.pending) == (1_000, 0)
    assert entries(world) == [(EntryKind.INVOICE, 1_000)]


def test_three_figures_for_each_currency_apart(world: World) -> None:
    """Rule: amount due, available credit and net, never added across currencies."""
    posted(world, 1_000, day=date(2026, 1, 1), due=date(2026, 1, 31))
    posted(world, 5_000, currency='JPY')
    with acting_as(Operator('test')) as work:
        unapplied_payment(work, world.customers['acme'], 400)
        credit_memo(work, world.customers['acme'], 2_500, currency='BHD')
    with reading_as(world.as_staff('rita')) as work:
        found = customer_billing(work, world.customers['acme'])
    assert found
    assert [(each.due, each.overdue, each.credit, each.net) for each in found.balances] == [
        tuple(Money(minor, currency) for minor in figures)
        for currency, figures in (
            ('USD', (1_000, 1_000, 400, 600)),
            ('BHD', (0, 0, 2_500, -2_500)),
            ('JPY', (5_000, 0, 0, 5_000)),
        )
    ]


def test_credits_apply_to_the_oldest_posted_invoice_first(world: World) -> None:
    """Rule: the oldest by its date first, never while a payment on it is pending; a chosen one neither."""
    new = posted(world, 1_000, day=date(2026, 5, 2))
    old, oldest = posted(world, 1_000, day=date(2026, 5, 1)), posted(world, 1_000, day=date(2026, 4, 1))
    with acting_as(Operator('test')) as work:
        under_way(work, work.session.get_one(Invoice, oldest.id), 100)
    done = does(world, staff_credits.issue_credit, memo(world, 1_200, applies=True))
    assert [number for number, _ in done.used] == [old.number, new.number]
    with acting_as(Operator('test')) as work:
        credit = credit_memo(work, world.customers['acme'], 500)
    with pytest.raises(Exception, match='has a payment under way; wait until that is settled'):
        does(world, staff_credits.apply_credit, credit.id, [(oldest.id, 500)])


def test_unapplied_is_amount_less_applications_and_refunds(world: World) -> None:
    """Rule: enforced in the same locked transaction, and by the database itself."""
    posted(world, 1_000)
    done = does(world, staff_payments.record_payment, cheque(world, 2_000))
    payment = row_of(Payment, done.number)
    does(world, refunds.begin_refund, payment.id, 400, 'Too much')
    payment = row(Payment, payment.id)
    assert unapplied(payment) == payment.amount - payment.applied - payment.refunded == 600
    for name, value in (('applied', 1_601), ('refunded', 1_001)):
        with pytest.raises(IntegrityError), acting_as(Operator('test')) as work:
            found = work.session.get_one(Payment, payment.id)
            setattr(found, name, value)
            work.session.add(found)


def test_money_counts_once_when_it_is_made(world: World) -> None:
    """Rule: a payment or credit counts once, when it is made; applying it and taking it back move nothing."""
    invoice = posted(world, 1_000)
    with acting_as(Operator('test')) as work:
        payment = unapplied_payment(work, world.customers['acme'], 700)
        credit = credit_memo(work, world.customers['acme'], 100)
    before = entries(world)
    does(world, staff_payments.apply_payment, payment.id)
    does(world, staff_credits.apply_credit, credit.id)
    does(world, staff_payments.unapply_payment, payment.id, invoice.id, 700)
    does(world, staff_credits.unapply_credit, credit.id, invoice.id, 100)
    assert (
        entries(world)
        == before
        == [(EntryKind.INVOICE, 1_000), (EntryKind.PAYMENT, -700), (EntryKind.CREDIT, -100)]
    )


def test_reversals_are_contra_lines_on_their_own_date(world: World) -> None:
    """Rule: what was written stays; its reversal is a line of its own, of the day when it was made."""
    week_ago = business_day() - timedelta(days=7)
    at = datetime(week_ago.year, week_ago.month, week_ago.day, 12, tzinfo=UTC)
    invoice = posted(world, 1_000, day=week_ago, at=at)
    done = does(world, staff_payments.record_payment, cheque(world, 400, day=week_ago))
    does(world, staff_payments.charge_back, row_of(Payment, done.number).id, 'It bounced')
    does(world, invoicing.void_invoice, invoice.id, 'A mistake')
    with reading_as(Operator('test')) as work:
        found = work.session.exec(select(LedgerEntry).order_by(col(LedgerEntry.id))).all()
    assert [(each.kind, each.amount, each.at.date()) for each in found] == [
        (EntryKind.INVOICE, 1_000, week_ago),
        (EntryKind.PAYMENT, -400, week_ago),
        (EntryKind.CHARGEBACK, 400, business_day()),
        (EntryKind.INVOICE_VOID, -1_000, business_day()),
    ]


def test_what_is_backdated_into_a_stated_month_counts_from_its_end(world: World) -> None:
    """Rule: once issued a statement is frozen; the verb says from when it counts instead."""
    closed = datetime.combine(business_day() - timedelta(days=10), datetime.min.time(), UTC)
    with acting_as(Operator('test')) as work:
        account(work, world.customers['acme'], 'USD').closed_until = closed
    typed = TypedPayment(world.customers['acme'], 500, 'USD', 'Cash', closed.date() - timedelta(days=5))
    done = does(world, staff_payments.record_payment, typed)
    assert done.counts_from == closed.date()
    with reading_as(Operator('test')) as work:
        assert work.session.exec(select(LedgerEntry.at)).one() == closed
        assert work.session.exec(select(Payment.at)).one().date() == closed.date() - timedelta(days=5)
    today = does(world, staff_payments.record_payment, cheque(world, 100))
    assert today.counts_from is None


def test_the_account_s_row_is_the_sum_of_its_entries(world: World) -> None:
    """Rule: net is what the ledger says, whichever verb moved it."""
    posted(world, 5_000)
    done = does(world, staff_payments.record_payment, cheque(world, 6_000))
    does(world, refunds.begin_refund, row_of(Payment, done.number).id, 1_500, 'Too much')
    credit = row_of(Credit, does(world, staff_credits.issue_credit, memo(world, 300, applies=True)).number)
    does(world, staff_credits.reverse_credit, credit.id, 'A mistake')
    with pytest.raises(Conflict):
        does(world, staff_credits.reverse_credit, credit.id, 'Again')
    with reading_as(Operator('test')) as work:
        (found,) = work.session.exec(select(AccountBalance)).all()
    assert found.net == sum(amount for _, amount in entries(world)) == found.due - found.credit == 500
