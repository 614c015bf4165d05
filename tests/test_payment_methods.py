"""Payment methods and auto pay as a customer's people see to them (POR-08)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from portal_app import config, live
from portal_app.auth.viewer import PortalViewer
from portal_app.errors import Conflict, NotFound, NotPermitted
from portal_app.gateways.gateway import Notice, NoticeKind
from portal_app.gateways.simulated_pages import CANCEL, answer
from portal_app.live import Change, Topic
from portal_app.models import Customer, Invoice, PaymentMethod, SavingMethod
from portal_app.models.base import now
from portal_app.money import Money
from portal_app.services import method_saving, payment_methods, view_as
from portal_app.services.gateway_notices import take
from portal_app.services.payment_methods import Methods
from portal_app.work import acting_as, reading_as
from tests.paying import DECLINED, EXPIRED, GATEWAY, TEST, invoice, notices, overdue, row, saved
from tests.test_contact_tabs import contact_of
from tests.world import HERE, World, audit, change, tab


def kept(viewer: PortalViewer) -> Methods:
    with reading_as(viewer) as work:
        return payment_methods.methods(work)


def do(viewer: PortalViewer, verb: Callable[..., Any], *given: Any) -> None:
    with acting_as(viewer) as work:
        verb(work, *given)


def on(viewer: PortalViewer, *agreed: Money) -> None:
    do(viewer, payment_methods.set_auto_pay, True, agreed)


def test_a_method_is_added_on_the_gateways_page(world: World) -> None:
    """POR-08: the first is the default; here is only what its owner knows it by."""
    ben, heard = world.as_customer('ben', 'C1004'), list[Change]()
    stop = live.listen(Topic.BILLING, heard.append)
    first, second = saved(ben), saved(ben, DECLINED)
    stop()
    assert [(each.id, each.name, each.is_default) for each in kept(ben).methods] == [
        (first, 'Visa •••• 4242', True),
        (second, 'Visa •••• 0002', False),
    ]
    assert Change(Topic.BILLING, world.customers['globex']) in heard
    assert [(entry.actor, entry.subject) for entry in audit('payment_method.add')] == [
        ('Ben Person <ben@example.com>', 'Visa •••• 4242'),
        ('Ben Person <ben@example.com>', 'Visa •••• 0002'),
    ]


def test_who_never_comes_back_has_the_method_all_the_same(world: World) -> None:
    """POR-08: by the gateway's notice; who gives none has none."""
    ben = world.as_customer('ben', 'C1004')
    for said in ('4242', CANCEL):
        url = method_saving.begin_adding(ben, '/portal/C1004/payment-methods')
        answer(url.rpartition('/')[2], said)
    notices()
    assert [each.name for each in kept(ben).methods] == ['Visa •••• 4242']
    with reading_as(TEST) as work:
        ids = [each or 0 for each in work.session.exec(select(SavingMethod.id).order_by(SavingMethod.id))]
    assert [method_saving.finish_adding(ben, id) is not None for id in ids] == [True, False]
    assert len(kept(ben).methods) == 1


def test_the_default_can_be_another_and_the_rest_can_be_removed(world: World) -> None:
    """POR-08: what is removed is forgotten at the gateway, too."""
    ben = world.as_customer('ben', 'C1004')
    first, second = saved(ben), saved(ben, DECLINED)
    do(ben, payment_methods.set_default, second)
    method_saving.remove(ben, first)
    assert [(each.id, each.is_default) for each in kept(ben).methods] == [(second, True)]
    with pytest.raises(NotFound):
        method_saving.remove(ben, first)
    method_saving.remove(ben, second)
    assert kept(ben).methods == ()
    assert [entry.subject for entry in audit('payment_method.remove')] == ['Visa •••• 4242', 'Visa •••• 0002']


def test_with_auto_pay_on_the_default_cannot_be_removed(world: World) -> None:
    """POR-08: the refusal says why; another one can be, and so can the default once auto pay is off."""
    ben = world.as_customer('ben', 'C1004')
    default, other = saved(ben), saved(ben)
    on(ben)
    with pytest.raises(Conflict, match='what auto pay charges, so it cannot be removed'):
        method_saving.remove(ben, default)
    assert [bool(each.why_kept) for each in kept(ben).methods] == [True, False]
    method_saving.remove(ben, other)
    do(ben, payment_methods.set_auto_pay, False)
    method_saving.remove(ben, default)
    assert kept(ben).methods == ()
    assert [entry.after for entry in audit('auto_pay.switch')] == [{'auto_pay': True}, {'auto_pay': False}]


def test_auto_pay_says_first_what_it_would_charge_at_once(world: World) -> None:
    """Field notes: enabling it with arrears says so; what was said is what is agreed to."""
    ben = world.as_customer('ben', 'C1004')
    saved(ben)
    bill, disputed = overdue(world, 5_000), overdue(world, 900)
    change(Invoice, bill, auto_pay_tries=9)
    change(Invoice, disputed, disputed_at=now())
    invoice(world, 700)  # not due yet
    overdue(world, 300, currency='EUR')
    assert (kept(ben).arrears, kept(ben).due) == ((Money(300, 'EUR'), Money(5_000, 'USD')), 2)
    with pytest.raises(Conflict, match=r'3\.00 EUR and 50\.00 USD are due already'):
        on(ben)
    on(ben, Money(300, 'EUR'), Money(5_000, 'USD'))
    assert (row(Customer, world.customers['globex']).auto_pay, row(Invoice, bill).auto_pay_tries) == (True, 0)
    assert audit('auto_pay.switch')[0].after == {'auto_pay': True, 'arrears': '3.00 EUR, 50.00 USD'}


def test_auto_pay_needs_a_method_that_can_be_charged(sqlite_world: World) -> None:
    """POR-08: none, an expired one, one that the gateway has lost: each is marked."""
    ben = sqlite_world.as_customer('ben', 'C1004')
    for last4, mark in ((None, None), (EXPIRED, 'Expired')):
        id = saved(ben, last4) if last4 else 0
        with pytest.raises(Conflict, match='Add a payment method'):
            on(ben)
        assert [each.mark for each in kept(ben).methods] == ([mark] if mark else [])
    good = saved(ben)
    do(ben, payment_methods.set_default, good)
    on(ben)
    take(GATEWAY, Notice('gone', NoticeKind.METHOD_GONE, row(PaymentMethod, good).reference))
    marks = {each.id: (each.mark, each.is_usable) for each in kept(ben).methods}
    assert marks == {good: ('Cannot be charged any more', False), id: ('Expired', True)}
    with pytest.raises(Conflict, match='cannot be charged any more'):
        do(ben, payment_methods.set_default, good)


def test_only_a_companys_own_people_see_to_its_methods(sqlite_world: World) -> None:
    """POR-08: not a parent's user, nor another company's, nor staff who look on, nor who sees no invoices."""
    nora, anna = sqlite_world.as_customer('nora', 'C1002'), sqlite_world.as_customer('anna', 'C1001')
    ben, method = sqlite_world.as_customer('ben', 'C1004'), saved(nora)
    for viewer in (anna, ben):
        assert kept(viewer).methods == ()
        for verb in (
            lambda viewer=viewer: method_saving.remove(viewer, method),
            lambda viewer=viewer: do(viewer, payment_methods.set_default, method),
            lambda viewer=viewer: method_saving.finish_adding(viewer, 1),
        ):
            with pytest.raises(NotFound):
                verb()
    with acting_as(sqlite_world.as_staff('olivia')) as work:
        token, _ = view_as.begin(work, contact_of(sqlite_world, 'nordics', 'nora'))
    looks_on = view_as.view_of(token, HERE)
    assert len(kept(looks_on).methods) == 1
    with pytest.raises(NotPermitted):
        method_saving.begin_adding(looks_on, '/portal')
    tab('invoices', enabled=False)
    with pytest.raises(NotFound):
        kept(nora)


def test_what_the_gateway_cannot_do_is_not_offered(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """POR-08: without a gateway there is no page, and no method that was kept can be charged."""
    ben = sqlite_world.as_customer('ben', 'C1004')
    saved(ben)
    monkeypatch.setenv('PORTAL_GATEWAY', 'none')
    config.settings.cache_clear()
    with reading_as(ben) as work:
        assert not payment_methods.are_kept(work)
    with pytest.raises(NotFound):
        kept(ben)
