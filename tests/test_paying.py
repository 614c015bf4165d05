"""Paying invoices from the portal: what may be paid, by whom, and that nothing is charged twice (POR-05)."""

from uuid import uuid4

import pytest

from portal_app import config
from portal_app.auth.viewer import PortalViewer
from portal_app.errors import Conflict, Invalid, NotFound, NotPermitted
from portal_app.models import Customer, Invoice, PaymentStatus
from portal_app.models.base import now
from portal_app.services import paying, view_as
from portal_app.services.charging import give_up, look_up
from portal_app.services.paying import OpenAccount, Order
from portal_app.work import acting_as, reading_as
from tests.billing import credit_memo, unapplied_payment
from tests.paying import (
    AUTHENTICATES,
    DECLINED,
    TEST,
    charged,
    in_ledger,
    invoice,
    on_page,
    order,
    overdue,
    pay,
    payments,
    row,
    saved,
)
from tests.test_contact_tabs import contact_of
from tests.world import HERE, World, add_contact, audit, change, mails, organization, tab


def offered(viewer: PortalViewer, *chosen: int) -> list[OpenAccount]:
    with reading_as(viewer) as work:
        return paying.payable(work, chosen)


def refusal(viewer: PortalViewer, wanted: Order) -> str:
    with pytest.raises((Invalid, Conflict)) as refused:
        pay(viewer, wanted)
    return refused.value.message


def test_a_saved_method_pays_an_invoice(world: World) -> None:
    """POR-05, POR-08: Ben pays for Globex; the ledger agrees, the billing contact gets a receipt."""
    ben, number = world.as_customer('ben', 'C1004'), add_contact(world, 'globex', 'bea', is_billing=True)
    bill = invoice(world, 12_400)
    paid = pay(ben, order(bill, method_id=saved(ben)))
    assert (paid.status, paid.method, paid.applied, paid.origin) == (
        PaymentStatus.PROCESSED,
        'Visa •••• 4242',
        12_400,
        'portal',
    )
    assert (row(Invoice, bill).balance, row(Invoice, bill).pending, charged()) == (0, 0, 12_400)
    assert in_ledger(world) == (0, 0)
    (receipt,) = mails(template='payment-receipt')
    assert (receipt.to_email, receipt.contact_id) == ('bea@example.com', number)
    assert receipt.variables['amount'] == '$124.00'
    assert receipt.attachment == f'payments/{paid.id}'
    assert [entry.actor for entry in audit('payment.receive')] == ['Ben Person <ben@example.com>']


def test_a_declined_card_leaves_the_invoice_open(world: World) -> None:
    """POR-05: with the gateway's reason; it can be paid again at once."""
    ben, bill = world.as_customer('ben', 'C1004'), invoice(world)
    failed = pay(ben, order(bill, method_id=saved(ben, DECLINED)))
    assert (failed.status, failed.reason) == (PaymentStatus.FAILED, 'Your card was declined.')
    assert (row(Invoice, bill).balance, row(Invoice, bill).pending, charged()) == (10_000, 0, 0)
    assert audit('payment.fail')[0].after == {'reason': 'Your card was declined.'}
    assert pay(ben, order(bill, method_id=saved(ben))).status == PaymentStatus.PROCESSED


def test_who_authenticates_pays_and_who_refuses_does_not(sqlite_world: World) -> None:
    """POR-05: the detour to the bank, where the payment waits for its person."""
    ben = sqlite_world.as_customer('ben', 'C1004')
    method, said = saved(ben, AUTHENTICATES), {'confirm': 'Processed', 'refuse': 'Failed'}
    for answer, status in said.items():
        waits = pay(ben, order(invoice(sqlite_world), method_id=method))
        assert (waits.status, bool(waits.checkout)) == (PaymentStatus.AUTHENTICATION_REQUIRED, True)
        on_page(waits, answer)
        assert look_up(ben, waits.id or 0).status == status


def test_the_gateways_page_pays_or_can_be_left(world: World) -> None:
    """POR-09: whoever comes back unpaid can give the payment up, and pay otherwise."""
    ben, bill = world.as_customer('ben', 'C1004'), invoice(world)
    left = pay(ben, order(bill))
    assert (left.status, row(Invoice, bill).pending) == (PaymentStatus.PENDING, 10_000)
    assert look_up(ben, left.id or 0).status == PaymentStatus.PENDING
    assert give_up(ben, left.id or 0).status == PaymentStatus.FAILED
    assert row(Invoice, bill).pending == 0
    again = pay(ben, order(bill))
    on_page(again)
    assert give_up(ben, again.id or 0).status == PaymentStatus.PROCESSED  # the person was quicker
    assert charged() == 10_000


def test_several_invoices_and_a_part_go_to_the_oldest_due_first(world: World) -> None:
    """Field notes: pay all or an amount of choice, oldest first."""
    ben = world.as_customer('ben', 'C1004')
    young, old = invoice(world, 10_000), overdue(world, 6_000)
    assert [each.id for each in offered(ben)[0].invoices] == [old, young]
    assert offered(ben)[0].open == 16_000
    pay(ben, order(young, old, amount=9_000, method_id=saved(ben)))
    assert (row(Invoice, old).balance, row(Invoice, young).balance) == (0, 7_000)


def test_an_amount_that_cannot_be_is_refused_with_its_rule(sqlite_world: World) -> None:
    """Field notes: never more than is due; parts only where the organization takes them."""
    ben, bill = sqlite_world.as_customer('ben', 'C1004'), invoice(sqlite_world)
    assert refusal(ben, order(bill, amount=10_001)) == (
        'amount: must be at most 100.00 USD, which is due (got 100.01 USD).'
    )
    assert refusal(ben, order(bill, amount=0)) == 'amount: must be above zero.'
    organization(part_payments=False)
    assert 'must be 100.00 USD, which is due; parts' in refusal(ben, order(bill, amount=5_000))
    yen = invoice(sqlite_world, currency='JPY')
    assert 'of one account and one currency' in refusal(ben, order(bill, yen))
    change(Invoice, bill, status='Void')
    assert refusal(ben, order(bill)).endswith('is void.')
    assert payments() == []


def test_what_is_under_way_cannot_be_paid_again(sqlite_world: World) -> None:
    """Field notes: pending is shown apart, and what is left of the invoice can be paid."""
    ben, bill = sqlite_world.as_customer('ben', 'C1004'), invoice(sqlite_world)
    pay(ben, order(bill, amount=4_000))
    assert [(each.open, each.pending) for each in offered(ben)[0].invoices] == [(6_000, 4_000)]
    pay(ben, order(bill))
    assert 'is under way' in refusal(ben, order(bill))
    assert [payment.amount for payment in payments()] == [4_000, 6_000]


def test_the_same_form_is_the_same_payment(sqlite_world: World) -> None:
    """POR-05: also where it was taken for another account before."""
    ben, key = sqlite_world.as_customer('ben', 'C1004'), uuid4().hex
    bills, method = (invoice(sqlite_world), invoice(sqlite_world)), saved(ben)
    for bill in bills:
        pay(ben, order(bill, request_key=key, method_id=method))
    assert (len(payments()), charged()) == (1, 10_000)
    of_initech = sqlite_world.as_customer('ben', 'C1005')
    other = invoice(sqlite_world, who='initech')
    assert 'for another account already' in refusal(of_initech, order(other, request_key=key))


def test_credit_is_used_for_the_oldest_first_and_never_while_a_payment_is_pending(world: World) -> None:
    """Field notes: so much less is left to pay. A disputed invoice is left alone."""
    ben, customer_id = world.as_customer('ben', 'C1004'), world.customers['globex']
    disputed, waits, old, young = (
        overdue(world, days=9),
        overdue(world, days=8),
        overdue(world),
        invoice(world),
    )
    change(Invoice, disputed, disputed_at=now())
    pay(ben, order(waits))
    with acting_as(TEST) as work:
        credit_memo(work, customer_id, 3_000)
        unapplied_payment(work, customer_id, 9_000)
    assert offered(ben)[0].credit == 12_000
    with acting_as(ben) as work:
        assert paying.use_credit(work, 'USD') == 12_000
    balances = [row(Invoice, id).balance for id in (disputed, waits, old, young)]
    assert balances == [10_000, 10_000, 0, 8_000]
    assert offered(ben)[0].credit == 0


def test_a_parent_pays_for_an_enabled_child_with_its_own_method(world: World) -> None:
    """ACC-13: Anna of Acme for Nordics, not for Iberia whose access is off, nor for Globex."""
    anna = world.as_customer('anna', 'C1001')
    own, of_child = invoice(world, who='acme'), invoice(world, who='nordics')
    hidden, foreign = invoice(world, who='iberia'), invoice(world, who='globex')
    assert [(each.customer, each.credit) for each in offered(anna, of_child)] == [
        ('Acme Nordics', 0),
        ('Acme', 0),
    ]
    for id in (hidden, foreign):
        with pytest.raises(NotFound):
            pay(anna, order(id))
    with pytest.raises(Invalid, match='one account'):
        pay(anna, order(own, of_child))
    paid = pay(anna, order(of_child, method_id=saved(anna)))
    assert (paid.customer_id, paid.status) == (world.customers['nordics'], PaymentStatus.PROCESSED)
    nora = world.as_customer('nora', 'C1002')
    with pytest.raises(NotFound):  # a child's user with the parent's method
        pay(nora, order(invoice(world, who='nordics'), method_id=paid.method_id))
    with reading_as(nora) as work, pytest.raises(NotFound):  # a parent's payment
        paying.payment_by_number(work, pay(anna, order(own)).number)


def test_who_may_not_see_invoices_cannot_pay_them(sqlite_world: World) -> None:
    """SET-06, field notes: the tab off for all, or for one contact; staff who look on; a child disabled."""
    anna, bill = sqlite_world.as_customer('anna', 'C1001'), invoice(sqlite_world, who='nordics')
    change(Customer, sqlite_world.customers['nordics'], portal_access=False)
    with pytest.raises(NotFound):
        pay(anna, order(bill))
    own = invoice(sqlite_world, who='acme')
    with acting_as(sqlite_world.as_staff('olivia')) as work:
        token, _ = view_as.begin(work, contact_of(sqlite_world, 'acme', 'anna'))
    with pytest.raises(NotPermitted):
        pay(view_as.view_of(token, HERE), order(own))
    tab('invoices', enabled=False)
    for verb in (lambda: offered(anna), lambda: pay(anna, order(own))):
        with pytest.raises(NotFound):
            verb()
    assert payments() == []


def test_without_a_gateway_nothing_can_be_paid(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """POR-08: what cannot be done is not offered."""
    ben, bill = sqlite_world.as_customer('ben', 'C1004'), invoice(sqlite_world)
    monkeypatch.setenv('PORTAL_GATEWAY', 'none')
    config.settings.cache_clear()
    with pytest.raises(NotFound, match='cannot be paid here'):
        pay(ben, order(bill))
    assert (row(Invoice, bill).pending, payments()) == (0, [])
