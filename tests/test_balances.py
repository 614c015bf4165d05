"""The figures of the portal's home, and the arithmetic behind them (POR-02, field notes)."""

from collections import defaultdict
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import event

from portal_app.auth.viewer import Operator, PortalViewer
from portal_app.business_day import business_day
from portal_app.errors import NotFound
from portal_app.gateways.gateway import Outcome, State
from portal_app.listings import Listing
from portal_app.models import Contact, Invoice, Payment
from portal_app.money import Money
from portal_app.queries import Query
from portal_app.services import access, ledger, listings
from portal_app.services.applications import apply
from portal_app.services.balances import Balance, Figures, Share, explain, figures
from portal_app.services.credit_list import CREDITS
from portal_app.services.customer_billing import customer_billing
from portal_app.services.invoice_list import INVOICES
from portal_app.services.paying import payable, use_credit
from portal_app.services.payment_list import PAYMENTS
from portal_app.services.portal_home import portal_home
from portal_app.services.refunds import settle_refund
from portal_app.services.related import tabs_of
from portal_app.work import Work, acting_as, reading_as
from tests.billing import (
    asked_back,
    credit_memo,
    furnish_accounts,
    paid,
    posted_invoice,
    refunded,
    unapplied_payment,
    under_way,
)
from tests.test_contact_tabs import contact_of
from tests.test_view_as import view
from tests.world import World, change, tab

CURRENCIES = ('USD', 'JPY', 'BHD')


def figures_of(viewer: PortalViewer) -> Figures:
    with reading_as(viewer) as work:
        return figures(work, tabs_of(work))


def anything(work: Work, customer_id: int, chance: Random) -> None:
    """Something happens to an account, as far as the ledger lets it."""
    currency, amount = chance.choice(CURRENCIES), chance.randrange(1, 90_000)
    day = business_day() - timedelta(days=chance.randrange(0, 130))
    invoice = posted_invoice(work, customer_id, amount, currency=currency, day=day, due=day + timedelta(30))
    match chance.randrange(8):
        case 0:
            paid(work, invoice)
        case 1:
            paid(work, invoice, amount + chance.randrange(1, 5_000))
        case 2 if amount > 1:
            payment = paid(work, invoice, amount // 2)
            refunded(work, payment, 1 + payment.amount // 3)
        case 3:
            under_way(work, invoice, 1 + amount // 2)
        case 4:
            credit = credit_memo(work, customer_id, 1 + amount // 2, currency=currency)
            apply(work, credit, invoice, 1 + amount // 4)
        case 5:
            ledger.void(work, invoice)
        case 6:
            unapplied_payment(work, customer_id, amount, currency=currency)
        case 7:
            payment = paid(work, invoice, amount + chance.randrange(1, 5_000))
            for _ in range(2):
                asked_back(work, payment, 1 + payment.amount // chance.randrange(3, 60))


def test_the_figures_are_the_sums_of_what_the_viewer_sees(world: World) -> None:
    """POR-02: per currency, never added; equal to what lists show and to the arithmetic, to the cent."""
    chance = Random(20_261_124)
    with acting_as(Operator('test')) as work:
        for customer_id in world.customers.values():
            for _ in range(40):
                anything(work, customer_id, chance)
    for who, number in (('anna', 'C1001'), ('nora', 'C1002'), ('ben', 'C1004')):
        with reading_as(world.as_customer(who, number)) as work:
            expected = _by_hand(work)
            found = figures(work, tabs_of(work))
            assert {each.currency: each for each in found.balances} == expected
            assert found.leaves_out == ()
            for balance in found.balances:
                _check_arithmetic(work, balance)
        assert found.includes == (('Acme Nordics',) if who == 'anna' else ())


def _by_hand(work: Work) -> dict[str, Balance]:
    due: dict[str, int] = defaultdict(int)
    overdue: dict[str, int] = defaultdict(int)
    credit: dict[str, int] = defaultdict(int)
    for row in _all_rows(work, INVOICES):
        due[row['currency']] += row['balance'].minor
        overdue[row['currency']] += row['balance'].minor if row['due_date'] < business_day() else 0
    for payment in work.session.exec(work.visible(Payment)):
        credit[payment.currency] += ledger.spendable(work, payment)
    for row in _all_rows(work, CREDITS):
        credit[row['currency']] += row['balance'].minor
    return {
        code: Balance(code, due[code], overdue[code], credit[code], due[code] - credit[code])
        for code in CURRENCIES
    }


def _all_rows(work: Work, listing: Listing) -> list[dict[str, Any]]:
    return listings.rows(work, listing, Query(sort='date', size=10_000))


def _check_arithmetic(work: Work, balance: Balance) -> None:
    found = explain(work, tabs_of(work), balance.currency)
    assert found.balance == balance
    assert found.ages is not None
    assert found.payments is not None
    assert found.credits is not None
    assert found.pending is not None
    assert sum(each.amount for each in found.ages) == balance.due
    assert sum(each.amount for each in found.ages if each.days[1]) == balance.overdue
    assert found.going_back is not None
    assert found.payments.amount + found.credits.amount - found.going_back.amount == balance.credit
    unapplied = [
        row['unapplied'].minor for row in _all_rows(work, PAYMENTS) if row['currency'] == balance.currency
    ]
    assert found.payments.amount == sum(unapplied)
    for age in found.ages:  # each leads to just these invoices
        rows = [
            row
            for row in _all_rows(work, INVOICES)
            if row['currency'] == balance.currency
            and row['balance'].minor
            and (age.days[0] is None or row['due_date'] >= age.days[0])
            and (age.days[1] is None or row['due_date'] <= age.days[1])
        ]
        assert (len(rows), sum(row['balance'].minor for row in rows)) == (age.count, age.amount)
    waiting = [
        row
        for row in _all_rows(work, PAYMENTS)
        if row['status'] == 'Pending' and row['currency'] == balance.currency
    ]
    assert found.pending.amount == sum(row['amount'].minor for row in waiting)


def test_what_is_on_its_way_back_is_no_credit(world: World) -> None:
    """Field notes: the figure is what can be used, for Ben, where he uses it, and for staff.

    What was applied goes back as well, once the refund is done; what was unapplied changes no figure then.
    """
    ben, globex = world.as_customer('ben', 'C1004'), world.customers['globex']
    with acting_as(Operator('test')) as work:
        payment = paid(work, posted_invoice(work, globex, 2_000), 10_000)
        credit_memo(work, globex, 500)
        whole = unapplied_payment(work, globex, 700)
        back = [
            asked_back(work, payment, 6_000),
            asked_back(work, payment, 3_000),
            asked_back(work, whole, 700),
        ]
    (balance,) = figures_of(ben).balances
    assert balance == Balance('USD', 0, 0, 500, -500)
    with reading_as(ben) as work:
        found = explain(work, tabs_of(work), 'USD')
    assert (found.payments, found.credits, found.going_back) == (
        Share('Unapplied payments', 2, 8_700),
        Share('Open credits', 1, 500),
        Share('Being refunded', 2, 8_700),
    )
    with reading_as(world.as_staff('rita')) as work:
        billing = customer_billing(work, globex)
    assert billing is not None
    assert [(each.credit.minor, each.net.minor) for each in billing.balances] == [(500, -500)]
    with acting_as(Operator('test')) as work:
        posted_invoice(work, globex, 5_000)
    with reading_as(ben) as work:
        assert [each.credit for each in payable(work)] == [500]
    with acting_as(ben) as work:
        assert use_credit(work, 'USD') == 500
    assert figures_of(ben).balances == (Balance('USD', 4_500, 0, 0, 4_500),)
    with acting_as(Operator('test')) as work:
        for each in back:
            settle_refund(work, each.id or 0, Outcome(State.SUCCEEDED, f're_{each.id}', each.amount, 'USD'))
    assert figures_of(ben).balances == (Balance('USD', 5_500, 0, 0, 5_500),)


def test_the_figures_read_only_what_is_open(sqlite_world: World) -> None:
    """POR-02: by indexes, of any number of companies, whatever the length of the history."""
    read: list[tuple[str, Any]] = []
    with reading_as(sqlite_world.as_customer('anna', 'C1001')) as work:
        tabs, connection = tabs_of(work), work.session.connection()
        event.listen(connection, 'before_cursor_execute', lambda *given: read.append((given[2], given[3])))
        figures(work, tabs)
        plans = [
            step.detail
            for sql, given in list(read)
            for step in connection.exec_driver_sql(f'EXPLAIN QUERY PLAN {sql}', given)
        ]
    assert any('INDEX refund_by_status (customer_id=? AND status=?)' in plan for plan in plans)
    assert [plan for plan in plans if plan.startswith('SCAN') and 'anon_1' not in plan] == []


def test_a_disabled_child_is_in_no_figure(world: World) -> None:
    """ACC-13: Nordics is added while its access is on, and named."""
    with acting_as(Operator('test')) as work:
        posted_invoice(work, world.customers['acme'], 100)
        posted_invoice(work, world.customers['nordics'], 40)
        posted_invoice(work, world.customers['iberia'], 7)
    anna = world.as_customer('anna', 'C1001')
    assert [each.due for each in figures_of(anna).balances] == [140]
    assert figures_of(anna).includes == ('Acme Nordics',)
    with acting_as(Operator('test')) as work:
        access.set_access(work, [world.customers['nordics']], on=False)
    assert [each.due for each in figures_of(anna).balances] == [100]
    assert figures_of(anna).includes == ()


def test_figures_say_only_what_the_tabs_show(world: World) -> None:
    """POR-02, SET-06, SET-07: each part only where its tab is there; what is left out is said."""
    furnish_accounts(world)
    ben, contact_id = world.as_customer('ben', 'C1004'), contact_of(world, 'globex', 'ben')
    change(Contact, contact_id, hidden_tabs=['credits'])
    found = figures_of(ben)
    assert {(each.credit, each.net) for each in found.balances} == {(None, None)}
    assert found.leaves_out == ('unapplied payments', 'credits')
    change(Contact, contact_id, hidden_tabs=['invoices'])
    found = figures_of(ben)
    assert {(each.due, each.overdue, each.net) for each in found.balances} == {(None, None, None)}
    assert found.leaves_out == ('invoices',)
    with reading_as(ben) as work:
        home = portal_home(work)
        assert (home.can_pay, home.invoices, home.next_due) == (False, None, None)
        assert explain(work, tabs_of(work), 'JPY').ages is None
    change(Contact, contact_id, hidden_tabs=['invoices', 'payments'])
    with reading_as(ben) as work:
        home = portal_home(work)
        assert (home.figures.balances, home.payments, home.last_paid) == ((), None, None)
    change(Contact, contact_id, hidden_tabs=[])
    tab('invoices', enabled=True, fields={'balance': False, 'total': False})
    with reading_as(ben) as work:
        home = portal_home(work)
        assert home.figures.leaves_out == ('invoices',)
        assert home.invoices is not None
        assert all('total' not in row for row in home.invoices.rows)


def test_home_shows_what_was_last_and_what_comes_next(world: World) -> None:
    """POR-02: latest invoices and payments, last paid, next due, next invoice."""
    furnish_accounts(world)
    tab('subscriptions', enabled=True)
    ben = world.as_customer('ben', 'C1004')
    with reading_as(ben) as work:
        home = portal_home(work)
        assert home.invoices is not None
        assert home.payments is not None
        newest = _all_rows(work, INVOICES)[:5]
        assert [row['number'] for row in home.invoices.rows] == [row['number'] for row in newest]
        done = [row for row in _all_rows(work, PAYMENTS) if row['status'] == 'Processed']
        assert home.last_paid is not None
        assert home.last_paid.amount == done[0]['amount']
        assert home.next_due is not None
        assert home.next_due.balance == Money(14_500, 'USD')
        assert home.next_invoice == business_day() + timedelta(days=7)
        assert home.can_pay
        with pytest.raises(NotFound):
            explain(work, tabs_of(work), 'XYZ')


def test_nothing_can_be_paid_where_all_of_it_is_under_way_or_a_view_looks_on(world: World) -> None:
    """POR-02: the button is there only if something can be paid, and by who may."""
    with acting_as(Operator('test')) as work:
        invoice = posted_invoice(work, world.customers['globex'], 100)
        part = under_way(work, invoice, 40)
    ben = world.as_customer('ben', 'C1004')
    manu = view(world.as_staff('manu'), contact_of(world, 'globex', 'ben'))
    with reading_as(ben) as work:
        assert portal_home(work).can_pay
    with reading_as(manu) as work:
        assert not portal_home(work).can_pay
    with acting_as(Operator('test')) as work:
        under_way(work, work.session.get_one(Invoice, invoice.id))
    with reading_as(ben) as work:
        assert not portal_home(work).can_pay
        balance = figures(work, tabs_of(work)).balances[0]
        assert (balance.due, balance.credit) == (100, 0)  # pending and failed payments do not reduce it
    with acting_as(Operator('test')) as work:
        ledger.give_up(work, work.session.get_one(Payment, part.id), 'Your card was declined.')
    with reading_as(ben) as work:
        assert portal_home(work).can_pay


def test_an_account_without_anything_has_a_balance_of_zero(world: World) -> None:
    """POR-02: in the customer's own currency."""
    found = figures_of(world.as_customer('ben', 'C1004'))
    assert found.balances == (Balance('USD', 0, 0, 0, 0),)
