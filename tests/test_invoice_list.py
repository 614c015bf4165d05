"""What customers' lists of billing records say: states, drafts, what tells of other records."""

import datetime as dt
from datetime import timedelta

from sqlmodel import col, select

from portal_app import live
from portal_app.auth.viewer import Operator
from portal_app.business_day import business_day
from portal_app.listings import Listing
from portal_app.live import Change, Topic
from portal_app.models import Contact, Invoice, Payment
from portal_app.money import Money
from portal_app.queries import Query, parse
from portal_app.services import exports, ledger, listings, setup
from portal_app.services.applications import apply, take_back
from portal_app.services.billing_states import invoice_state, payment_state
from portal_app.services.invoice_list import INVOICES
from portal_app.services.payment_list import PAYMENTS
from portal_app.work import Work, acting_as, reading_as
from tests.billing import credit_memo, paid, posted_invoice, refunded, under_way
from tests.test_contact_tabs import contact_of
from tests.world import World, change, organization, tab

BEN = ('ben', 'C1004')


def rows(world: World, listing: Listing, *given: tuple[str, str]) -> list[dict[str, object]]:
    query, problems = parse(listing, given)
    assert problems == []
    with reading_as(world.as_customer(*BEN)) as work:
        return listings.page(work, listing, query).rows


def every_state(work: Work, customer_id: int) -> None:
    """An invoice in each state, and a draft."""
    today = business_day()
    late = today - timedelta(days=1)
    posted_invoice(work, customer_id, 100, number='open', due=today)
    paid(work, posted_invoice(work, customer_id, 100, number='part'), 40)
    paid(work, posted_invoice(work, customer_id, 100, number='late', due=late), 40)
    paid(work, posted_invoice(work, customer_id, 100, number='paid', due=late))
    posted_invoice(work, customer_id, 0, number='free', due=late)
    ledger.void(work, posted_invoice(work, customer_id, 100, number='void'))
    ledger.write_off(work, posted_invoice(work, customer_id, 100, number='off'))
    credited = posted_invoice(work, customer_id, 100, number='credited')
    apply(work, credit_memo(work, customer_id, 100), credited, 100)
    work.session.add(
        Invoice(number='draft', customer_id=customer_id, currency='EUR', date=today, due_date=late, total=100)
    )


def test_the_states_of_invoices_are_the_same_in_sql_and_in_python(world: World) -> None:
    """POR-05: Open, Partially Paid, Paid, Overdue, Void, Written Off; a draft is never shown."""
    with acting_as(Operator('test')) as work:
        every_state(work, world.customers['globex'])
    expected = {
        'open': 'Open',
        'part': 'Partially Paid',
        'late': 'Overdue',
        'paid': 'Paid',
        'free': 'Paid',
        'void': 'Void',
        'off': 'Written Off',
        'credited': 'Paid',
    }
    assert {row['number']: row['status'] for row in rows(world, INVOICES)} == expected
    with reading_as(Operator('test')) as work:
        found = work.session.exec(select(Invoice).where(col(Invoice.number) != 'draft'))
        assert {invoice.number: invoice_state(invoice) for invoice in found} == expected
    for state in INVOICES.by_name['status'].values:
        numbers = {row['number'] for row in rows(world, INVOICES, ('status', state))}
        assert numbers == {number for number, own in expected.items() if own == state}
    assert rows(world, INVOICES, ('q', 'draft')) == rows(world, INVOICES, ('currency', 'EUR')) == []


def test_an_invoice_is_overdue_the_day_after_where_the_organization_is(world: World) -> None:
    """POR-05, field notes: whoever looks from wherever, it is the organization's day that counts."""
    with acting_as(Operator('test')) as work:
        due = dt.datetime.now(dt.UTC).date()
        posted_invoice(work, world.customers['globex'], 100, due=due, day=due)
    for zone, days in (('Pacific/Kiritimati', 14), ('Etc/GMT+12', -12)):
        organization(time_zone=zone)
        there = (dt.datetime.now(dt.UTC) + timedelta(hours=days)).date()
        live.publish(Change(Topic.SETUP))  # so that the zone is looked up again
        assert rows(world, INVOICES)[0]['status'] == ('Overdue' if there > due else 'Open')


def test_the_states_of_payments_are_the_same_in_sql_and_in_python(world: World) -> None:
    """POR-05, field notes: refunds make a state of their own."""
    globex = world.customers['globex']
    with acting_as(Operator('test')) as work:
        expected = {}
        for amount, back, is_chargeback, state in (
            (100, 0, False, 'Processed'),
            (100, 30, False, 'Partially Refunded'),
            (100, 100, False, 'Refunded'),
            (100, 100, True, 'Reversed'),
        ):
            payment = paid(work, posted_invoice(work, globex, 100), amount)
            if back:
                refunded(work, payment, back, is_chargeback=is_chargeback)
            expected[payment.number] = state
        pending = under_way(work, posted_invoice(work, globex, 100))
        failed = under_way(work, posted_invoice(work, globex, 100))
        ledger.give_up(work, failed, 'Your card was declined.')
        expected |= {pending.number: 'Pending', failed.number: 'Failed'}
    assert {row['number']: row['status'] for row in rows(world, PAYMENTS)} == expected
    with reading_as(Operator('test')) as work:
        found = work.session.exec(select(Payment))
        assert {payment.number: payment_state(payment) for payment in found} == expected
    assert {row['unapplied'] for row in rows(world, PAYMENTS)} == {Money(0, 'USD')}


def test_a_payment_tells_what_it_was_applied_to_and_no_more(world: World) -> None:
    """POR-05; field notes: not an invoice that went to another customer, nor what was taken back."""
    globex = world.customers['globex']
    with acting_as(Operator('test')) as work:
        invoices = [posted_invoice(work, globex, 100, number=f'I{place}') for place in range(4)]
        payment = paid(work, invoices[2], 400)
        for invoice in (invoices[0], invoices[1], invoices[3]):
            apply(work, payment, invoice, 100)
        take_back(work, payment, invoices[1], 100)
        invoices[3].customer_id = world.customers['initech']
        work.session.add(invoices[3])
    assert [row['applied_to'] for row in rows(world, PAYMENTS)] == ['I2, I0']


def test_who_has_no_invoices_reads_no_numbers_of_them_on_payments(world: World) -> None:
    """Field notes: a related record is not shown through a visible one, nor in an export, nor tab off."""
    with acting_as(Operator('test')) as work:
        paid(work, posted_invoice(work, world.customers['globex'], 100))
    change(Contact, contact_of(world, 'globex', 'ben'), hidden_tabs=['invoices'])
    for _ in range(2):
        with reading_as(world.as_customer(*BEN)) as work:
            shown = setup.portal_tab(work, 'payments')
            assert 'applied_to' not in shown.by_name
            job = exports.prepare(work, exports.exportable(work, 'payments'), Query(), 'csv')
            assert 'applied_to' not in [column['name'] for column in job['columns']]
        change(Contact, contact_of(world, 'globex', 'ben'), hidden_tabs=[])
        tab('invoices', enabled=False)
    tab('invoices', enabled=True)
    with reading_as(world.as_customer(*BEN)) as work:
        assert 'applied_to' in setup.portal_tab(work, 'payments').by_name


def test_the_sums_below_the_table_keep_currencies_apart(world: World) -> None:
    """POR-03."""
    globex = world.customers['globex']
    with acting_as(Operator('test')) as work:
        for amount, currency in ((100, 'USD'), (250, 'USD'), (7_000, 'JPY')):
            posted_invoice(work, globex, amount, currency=currency)
    with reading_as(world.as_customer(*BEN)) as work:
        totals = listings.page(work, INVOICES, Query(sort='date')).totals
    assert totals is not None
    assert totals['total'] == totals['balance'] == [Money(7_000, 'JPY'), Money(350, 'USD')]
