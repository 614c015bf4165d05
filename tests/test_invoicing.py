"""Drafts of invoices, what they come to, and what staff do with them when they are posted (POR-05)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from portal_app.auth.viewer import Operator
from portal_app.business_day import business_day
from portal_app.errors import Conflict, NotFound, NotPermitted
from portal_app.models import (
    AccountBalance,
    Customer,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    LedgerEntry,
    UsageEvent,
)
from portal_app.money import Money
from portal_app.services import invoice_drafts, invoicing
from portal_app.services.billing_rules import BillingRefused
from portal_app.services.invoice_form import TypedInvoice, typed_of
from portal_app.services.invoice_lines import TypedLine, checked, line_amount, rate_tax, shares, sums_of
from portal_app.services.invoicing import Freed
from portal_app.work import acting_as, reading_as
from tests.billing import paid, posted_invoice, under_way
from tests.world import World, add_events, audit, change, event, mails

SEATS = TypedLine('Seats', '3', 'seat', '9.995', '19')
SUPPORT = TypedLine('Support', '1', '', '100', '7')


def typed(world: World, customer: str = 'acme', **changes: Any) -> TypedInvoice:
    """A draft as somebody types it."""
    number = f'C{1001 + list(world.customers).index(customer)}'
    return TypedInvoice(
        **{
            'customer': number,
            'currency': 'USD',
            'date': business_day(),
            'lines': (SEATS, SUPPORT),
            **changes,
        }
    )


def does(world: World, verb: Any, *given: Any, who: str = 'stan') -> Any:
    """Stan does it, or somebody else."""
    with acting_as(world.as_staff(who)) as work:
        return verb(work, *given)


def invoice_of(id: int | None) -> Invoice:
    """An invoice as it is now."""
    with reading_as(Operator('test')) as work:
        return work.session.get_one(Invoice, id)


@pytest.mark.parametrize(
    ('quantity', 'price', 'currency', 'amount'),
    [
        ('3', '9.995', 'USD', 2999),  # 29.985: half a cent goes up
        ('-3', '9.995', 'USD', -2999),
        ('1', '0.004999999999', 'USD', 0),
        ('1000000', '0.00000145', 'USD', 145),
        ('2.5', '3', 'JPY', 8),
        ('1', '1.2345', 'BHD', 1235),
        ('0', '9', 'USD', 0),
    ],
)
def test_a_line_s_amount_is_rounded_half_up(quantity: str, price: str, currency: str, amount: int) -> None:
    """POR-05: quantity times unit price, to the minor unit of the currency."""
    assert line_amount(Decimal(quantity), Decimal(price), currency) == amount


RATES = st.sampled_from([Decimal('0'), Decimal('7'), Decimal('19'), Decimal('8.875')])


@given(st.lists(st.tuples(st.integers(-(10**12), 10**12), RATES), max_size=40))
@settings(max_examples=200)
def test_tax_is_reckoned_once_for_each_rate(lines: list[tuple[int, Decimal]]) -> None:
    """POR-05: on the sum of its lines; the lines' shares add up to it, each less than a unit off its own."""
    found = shares(lines)
    for rate in {rate for _, rate in lines}:
        net = sum(amount for amount, each in lines if each == rate)
        mine = [(amount, tax) for (amount, each), tax in zip(lines, found, strict=True) if each == rate]
        assert sum(tax for _, tax in mine) == rate_tax(net, rate)
        assert abs(rate_tax(net, rate) * 100 - net * rate) <= 50
        assert all(abs(tax - amount * rate / 100) <= 1 for amount, tax in mine)


def test_olivia_s_draft_has_lines_and_sums(world: World) -> None:
    """POR-05: three cents of tax that lines by themselves would not make; the draft is no invoice yet."""
    draft = does(world, invoice_drafts.create_draft, typed(world))
    assert draft.number == f'DRAFT-{draft.id}'
    assert (draft.status, draft.balance) == (InvoiceStatus.DRAFT, 0)
    assert (draft.subtotal, draft.tax, draft.total) == (2999 + 10000, 570 + 700, 14269)
    assert draft.due_date == business_day() + timedelta(days=30)
    change(Customer, world.customers['globex'], payment_terms=0)
    at_once = does(world, invoice_drafts.create_draft, typed(world, 'globex'))
    assert at_once.due_date == business_day()
    with reading_as(world.as_staff('rita')) as work:
        assert work.session.exec(select(LedgerEntry)).all() == []
        lines = work.session.exec(select(InvoiceLine).where(InvoiceLine.invoice_id == draft.id)).all()
    assert [(line.description, line.amount, line.tax) for line in lines] == [
        ('Seats', 2999, 570),
        ('Support', 10000, 700),
    ]
    assert audit('invoice.create')[0].after['total'] == '142.69 USD'


def test_every_broken_rule_is_named_with_its_field(world: World) -> None:
    """House style: all of them, not only the first; nothing is kept."""
    wrong = TypedInvoice(
        customer='C9',
        currency='XYZ',
        date=None,
        due_date=date(1999, 1, 1),
        reference='x' * 101,
        lines=(TypedLine('', 'many', 'bell\a', '1e40', '101'), TypedLine('Fee', '1', '', '', '-1')),
    )
    with pytest.raises(BillingRefused) as refused:
        does(world, invoice_drafts.create_draft, wrong)
    assert refused.value.message.split('\n') == [
        "Customer must be the number of a customer (got 'C9').",
        "Currency must be one such as EUR (got 'XYZ').",
        'Date must be a day.',
        'Due date must not be before 2000-01-01 (got 1999-01-01).',
        'Reference must have at most 100 characters (got 101).',
        'Line 1, description must not be empty.',
        "Line 1, quantity must be a number such as 1234.5 (got 'many').",
        'Line 1, unit must be one line without control characters.',
        'Line 1, unit price must have at most 15 digits before the point.',
        'Line 1, tax rate must be between 0 and 100 percent (got 101).',
        'Line 2, unit price must not be empty.',
        'Line 2, tax rate must be between 0 and 100 percent (got -1).',
    ]
    assert set(refused.value.problems) >= {'customer', 'lines.1.quantity', 'lines.2.unit_price'}
    with reading_as(world.as_staff('rita')) as work:
        assert work.session.exec(select(Invoice)).all() == []


def test_a_negative_line_is_a_discount_and_a_negative_total_is_refused(world: World) -> None:
    """POR-05: who is owed money gets a credit memo."""
    discount = TypedLine('Discount', '-1', '', '50', '7')
    draft = does(world, invoice_drafts.create_draft, typed(world, lines=(SUPPORT, discount)))
    assert (draft.subtotal, draft.tax, draft.total) == (5000, 350, 5350)
    too_much = replace(discount, unit_price='100.01')
    with pytest.raises(BillingRefused, match=r'Total must not be below zero \(got -0\.01 USD\)'):
        does(world, invoice_drafts.create_draft, typed(world, lines=(SUPPORT, too_much)))
    with pytest.raises(BillingRefused, match='Lines must be at least one'):
        does(world, invoice_drafts.create_draft, typed(world, lines=()))


def test_stan_changes_a_draft_and_its_lines_keep_their_usage(world: World) -> None:
    """POR-05: a line that stays keeps the events behind it; one that goes frees them."""
    draft = does(world, invoice_drafts.create_draft, typed(world))
    with reading_as(world.as_staff('stan')) as work:
        began = typed_of(work, draft)
    seats, support = began.lines
    add_events(
        *(
            event(world.customers['acme'], 90 + n, invoice_line_id=each.id)
            for n, each in enumerate(began.lines)
        )
    )
    new = TypedLine('Setup', '1', '', '20', '0')
    later = replace(began, lines=(new, replace(seats, quantity='4')), reference='PO-7')
    does(world, invoice_drafts.edit_draft, draft.id, later, began)
    found = invoice_of(draft.id)
    assert (found.subtotal, found.tax, found.reference) == (2000 + 3998, 760, 'PO-7')
    with reading_as(world.as_staff('stan')) as work:
        assert [line.description for line in typed_of(work, found).lines] == ['Setup', 'Seats']
        behind = work.session.exec(select(UsageEvent.invoice_line_id)).all()
        assert [each for each in behind if each] == [seats.id] != [support.id]
    with pytest.raises(Conflict, match='Somebody else changed this draft meanwhile'):
        does(world, invoice_drafts.edit_draft, draft.id, began, began)
    entry = audit('invoice.edit')[0]
    assert (entry.before['total'], entry.after['total']) == ('142.69 USD', '67.58 USD')


def test_only_a_draft_can_be_changed_or_deleted(world: World) -> None:
    """POR-05: what was posted stands; its number is the next one, without a gap for drafts that went."""
    first = does(world, invoice_drafts.create_draft, typed(world))
    gone = does(world, invoice_drafts.create_draft, typed(world))
    second = does(world, invoice_drafts.create_draft, typed(world))
    does(world, invoice_drafts.delete_draft, gone.id)
    assert does(world, invoicing.post_invoice, first.id).number == 'INV-000001'
    assert does(world, invoicing.post_invoice, second.id).number == 'INV-000002'
    for verb, more in (
        (invoice_drafts.edit_draft, [typed(world)]),
        (invoice_drafts.delete_draft, []),
        (invoice_drafts.assign_draft, ['C1004']),
        (invoicing.post_invoice, []),
    ):
        with pytest.raises(Conflict, match='INV-000001 is posted'):
            does(world, verb, first.id, *more)
        with pytest.raises(NotFound):
            does(world, verb, gone.id, *more)
    posted = invoice_of(first.id)
    assert (posted.status, posted.balance) == (InvoiceStatus.POSTED, posted.total)


def test_a_child_that_is_billed_to_its_parent(world: World) -> None:
    """ACC-13: the parent owes it, by its own terms, for the child."""
    change(Customer, world.customers['nordics'], bill_to_parent=True)
    change(Customer, world.customers['acme'], payment_terms=14)
    draft = does(world, invoice_drafts.create_draft, typed(world, 'nordics'))
    assert (draft.customer_id, draft.service_customer_id) == (
        world.customers['acme'],
        world.customers['nordics'],
    )
    assert draft.due_date == business_day() + timedelta(days=14)
    does(world, invoicing.post_invoice, draft.id)
    with reading_as(world.as_staff('rita')) as work:
        owed = {row.customer_id: row.due for row in work.session.exec(select(AccountBalance))}
    assert owed == {world.customers['acme']: 14269}


def test_a_draft_is_given_to_another_customer(world: World) -> None:
    """Field notes: whoever had it has nothing left of it."""
    draft = does(world, invoice_drafts.create_draft, typed(world))
    does(world, invoice_drafts.assign_draft, draft.id, 'C1004')
    assert invoice_of(draft.id).customer_id == world.customers['globex']
    with pytest.raises(BillingRefused, match='must be another one: it is C1004 already'):
        does(world, invoice_drafts.assign_draft, draft.id, 'C1004')
    with pytest.raises(BillingRefused, match='must be the number of a customer'):
        does(world, invoice_drafts.assign_draft, draft.id, 'C9999')
    does(world, invoicing.post_invoice, draft.id)
    with reading_as(world.as_staff('rita')) as work:
        (entry,) = work.session.exec(select(LedgerEntry)).all()
    assert (entry.customer_id, entry.amount, entry.number) == (world.customers['globex'], 14269, 'INV-000001')
    assert (audit('invoice.assign')[0].before, audit('invoice.assign')[0].after) == (
        {'customer': 'C1001'},
        {'customer': 'C1004'},
    )


def test_an_invoice_is_not_owed_before_its_date(world: World) -> None:
    """POR-05: a date in the future is kept in the draft and refused at posting; a past one counts then."""
    tomorrow = business_day() + timedelta(days=1)
    draft = does(world, invoice_drafts.create_draft, typed(world, date=tomorrow))
    with pytest.raises(BillingRefused, match='Date must not be in the future'):
        does(world, invoicing.post_invoice, draft.id)
    week_ago = business_day() - timedelta(days=7)
    earlier = does(world, invoice_drafts.create_draft, typed(world, date=week_ago))
    assert does(world, invoicing.post_invoice, earlier.id).counts_from is None
    with reading_as(world.as_staff('rita')) as work:
        assert work.session.exec(select(LedgerEntry)).one().at.date() == week_ago


def test_voiding_says_what_comes_free(world: World) -> None:
    """POR-05: the payment is unapplied again; nothing is voided while money is under way."""
    with acting_as(world.as_staff('stan')) as work:
        invoice = posted_invoice(work, world.customers['acme'], 1000)
        payment = paid(work, invoice, 400)
        waits = under_way(work, posted_invoice(work, world.customers['acme'], 500), 100).plan[0][0]
    assert does(world, invoicing.void_invoice, invoice.id, 'Billed twice') == [
        Freed(payment.number, Money(400, 'USD'))
    ]
    assert (invoice_of(invoice.id).status, invoice_of(invoice.id).balance) == (InvoiceStatus.VOID, 0)
    with pytest.raises(Conflict, match='Wait until it is settled'):
        does(world, invoicing.void_invoice, waits, 'Too early')
    with pytest.raises(BillingRefused, match='Reason must not be empty'):
        does(world, invoicing.void_invoice, invoice.id, ' ')
    assert audit('invoice.void')[0].after == {
        'reason': 'Billed twice',
        'unapplied': f'{payment.number} 4.00 USD',
    }


def test_what_is_given_up_and_what_is_disputed(world: World) -> None:
    """Field notes: written off is not owed; disputed is."""
    with acting_as(world.as_staff('stan')) as work:
        invoice = posted_invoice(work, world.customers['acme'], 1000)
        paid(work, invoice, 400)
    does(world, invoicing.dispute_invoice, invoice.id, 'Two seats too many')
    disputed = invoice_of(invoice.id)
    assert (disputed.balance, disputed.dispute_note) == (600, 'Two seats too many')
    with pytest.raises(Conflict, match='disputed already'):
        does(world, invoicing.dispute_invoice, invoice.id, 'Again')
    does(world, invoicing.settle_dispute, invoice.id, 'They agree')
    with pytest.raises(Conflict, match='is not disputed'):
        does(world, invoicing.settle_dispute, invoice.id, 'Again')
    assert does(world, invoicing.write_off_invoice, invoice.id, 'Bankrupt') == Money(600, 'USD')
    written_off = invoice_of(invoice.id)
    assert (written_off.status, written_off.balance, written_off.written_off) == ('Written Off', 0, 600)
    with pytest.raises(Conflict, match='is owed that could be disputed'):
        does(world, invoicing.dispute_invoice, invoice.id, 'Too late')


def test_mailing_an_invoice_says_to_whom_or_why_not(world: World) -> None:
    """POR-09: every reason, not only the first."""
    with acting_as(world.as_staff('stan')) as work:
        invoice = posted_invoice(work, world.customers['acme'], 1000)
    change(Customer, world.customers['acme'], email_delivery=False)
    with pytest.raises(Conflict) as refused:
        does(world, invoicing.mail_invoice, invoice.id)
    assert len(refused.value.message.split('\n')) == 2
    assert mails() == []


def test_rita_changes_nothing(world: World) -> None:
    """SET-10: a role that reads."""
    draft = does(world, invoice_drafts.create_draft, typed(world))
    for verb, more in (
        (invoice_drafts.create_draft, [typed(world)]),
        (invoice_drafts.edit_draft, [draft.id, typed(world)]),
        (invoicing.post_invoice, [draft.id]),
    ):
        with pytest.raises(NotPermitted):
            does(world, verb, *more, who='rita')


def test_sums_of_lines_by_rate() -> None:
    """POR-05: yen have no decimals, dinars three."""
    for currency, expected in (('JPY', (130, 6)), ('BHD', (129985, 5697))):
        lines, problems = checked(currency, [SEATS, TypedLine('Support', '1', '', '100', '0')])
        assert problems == {}
        sums = sums_of(lines)
        assert (sums.subtotal, sums.tax) == expected
