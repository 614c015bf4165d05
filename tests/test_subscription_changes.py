"""What customers change about their subscriptions: shown before, refused where it is not allowed (POR-07)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlmodel import col, select

from portal_app.auth.viewer import Operator, PortalViewer
from portal_app.business_day import business_day
from portal_app.errors import Conflict, NotFound, NotPermitted, PortalError
from portal_app.live import Change, Topic, listen
from portal_app.models import Customer, Invoice, InvoiceLine, Plan, Subscription, SubscriptionItem
from portal_app.services import view_as
from portal_app.services.subscription_changes import PreviewOutdated
from portal_app.services.subscription_offers import Offer, offer
from portal_app.services.subscription_preview import Kind, Wanted
from portal_app.work import acting_as, reading_as
from tests.billing import posted_invoice
from tests.subscriptions import allow, cycle_end, do, look, make_plans, stored, subscribe
from tests.world import HERE, World, add_contact, audit, change, mails, organization, tab

MORE, LESS = Wanted(Kind.QUANTITY, quantity=8), Wanted(Kind.QUANTITY, quantity=2)
CANCEL, RESUME, WITHDRAW = Wanted(Kind.CANCEL), Wanted(Kind.RESUME), Wanted(Kind.WITHDRAW)


def offered(viewer: PortalViewer, id: int) -> Offer:
    with reading_as(viewer) as work:
        return offer(work, id)


def invoices() -> list[Invoice]:
    with reading_as(Operator('test')) as work:
        return list(work.session.exec(select(Invoice).order_by(col(Invoice.id))))


def test_more_seats_are_there_at_once_and_the_rest_of_the_cycle_is_billed(world: World) -> None:
    """POR-07: what Anna sees first is what happens; staff hear of it, and so does she."""
    allow()
    id, anna = subscribe(world, 'acme', make_plans()['team']), world.as_customer('anna', 'C1001')
    heard: list[Change] = []
    stop = listen(Topic.BILLING, heard.append)
    shown = look(anna, id, MORE)
    assert (shown.at_once, shown.charge.minor, shown.tax.minor) == (True, 4_200, 0)  # 60.00 × 21 ÷ 30
    assert (shown.before.per_cycle.minor, shown.after.per_cycle.minor) == (10_000, 16_000)
    assert (shown.starts_on, shown.next_billing_on) == (business_day(), cycle_end())
    assert shown.next_amount
    assert shown.next_amount.minor == 16_000
    done = do(anna, id, MORE, shown.token)
    stop()
    assert stored(id).quantity == 8
    (invoice,) = invoices()
    assert (invoice.number, invoice.status, invoice.balance) == (done.invoice_number, 'Posted', 4_200)
    assert invoice.due_date == business_day() + timedelta(days=30)
    assert Change(Topic.BILLING, world.customers['acme']) in heard
    (entry,) = audit('subscription.change')
    assert entry.actor == 'Anna Person <anna@example.com>'
    assert (entry.before['quantity'], entry.after['quantity']) == (5, 8)
    told = {mail.to_email: mail for mail in mails() if mail.template.startswith('subscription')}
    assert told.keys() == {'olivia@staff.example', 'anna@example.com'}
    assert told['olivia@staff.example'].subject == 'Acme changed SUB-acme: Quantity: 5 → 8 seats'
    assert told['anna@example.com'].variables['charged'] == '$42.00'
    assert told['anna@example.com'].variables['invoice_number'] == invoice.number


def test_fewer_seats_wait_for_the_end_of_the_cycle_without_credit(world: World) -> None:
    """POR-07: nothing is billed, one change at a time is pending, and it can be withdrawn."""
    allow()
    id, anna = subscribe(world, 'acme', make_plans()['team']), world.as_customer('anna', 'C1001')
    shown = look(anna, id, LESS)
    assert (shown.at_once, shown.charge.minor, shown.starts_on) == (False, 0, cycle_end())
    assert shown.next_amount
    assert shown.next_amount.minor == 4_000
    do(anna, id, LESS, shown.token)
    found = stored(id)
    assert (found.quantity, found.next_quantity, found.next_change_on) == (5, 2, cycle_end())
    assert offered(anna, id).kinds == (Kind.WITHDRAW,)
    for other in (MORE, CANCEL):
        with pytest.raises(Conflict, match=r'is to change on .* Take that back first'):
            look(anna, id, other)
    assert look(anna, id, WITHDRAW).before.quantity == 2
    do(anna, id, WITHDRAW)
    assert (stored(id).next_quantity, stored(id).next_change_on) == (None, None)
    assert invoices() == []


def test_a_higher_priority_is_an_upgrade_at_once_a_lower_one_waits(world: World) -> None:
    """POR-07: within the family; the price that was agreed is the one that comes."""
    allow()
    plans = make_plans()
    id, anna = subscribe(world, 'acme', plans['team']), world.as_customer('anna', 'C1001')
    choices = offered(anna, id).choices
    assert [(each.name, each.is_upgrade, each.difference.minor) for each in choices] == [
        ('Starter', False, -5_000),
        ('Business', True, 7_500),
    ]
    with pytest.raises(PortalError, match='Plan must be one that this subscription can change to'):
        look(anna, id, Wanted(Kind.PLAN, plan_id=plans['support']))
    done = do(anna, id, Wanted(Kind.PLAN, plan_id=plans['business']))
    assert done.preview.charge.minor == 5_250  # 75.00 × 21 ÷ 30
    assert (stored(id).plan_id, stored(id).price) == (plans['business'], 3_500)
    do(anna, id, Wanted(Kind.PLAN, plan_id=plans['starter']))
    found = stored(id)
    assert (found.plan_id, found.next_plan_id, found.next_price) == (
        plans['business'],
        plans['starter'],
        1_000,
    )
    assert len(invoices()) == 1


def test_a_cancellation_waits_for_the_end_and_can_be_taken_back(world: World) -> None:
    """POR-07: it works until then; the end of a term comes before that of a cycle."""
    allow()
    id, anna = subscribe(world, 'acme', make_plans()['team']), world.as_customer('anna', 'C1001')
    shown = look(anna, id, CANCEL)
    assert (shown.works_until, shown.next_billing_on, shown.next_amount) == (cycle_end(), None, None)
    do(anna, id, CANCEL)
    assert (stored(id).cancel_on, stored(id).next_billing_on) == (cycle_end(), None)
    assert offered(anna, id).kinds == (Kind.RESUME,)
    do(anna, id, RESUME)
    assert (stored(id).cancel_on, stored(id).next_billing_on) == (None, cycle_end())
    term = business_day() + timedelta(days=100)
    change(Subscription, id, term_ends_on=term, term_months=12)
    assert look(anna, id, CANCEL).works_until == term
    change(Subscription, id, term_months=None)
    assert Kind.CANCEL not in offered(anna, id).kinds
    with pytest.raises(Conflict, match=f'ends on {term} as it is'):
        look(anna, id, CANCEL)


@pytest.mark.parametrize('wanted', [MORE, LESS, CANCEL, Wanted(Kind.PLAN, plan_id=1)])
def test_what_portal_setup_does_not_allow_is_neither_offered_nor_done(
    sqlite_world: World, wanted: Wanted
) -> None:
    """POR-07: also with a token from when it was allowed."""
    allow()
    plans = make_plans()
    id, anna = subscribe(sqlite_world, 'acme', plans['team']), sqlite_world.as_customer('anna', 'C1001')
    token = look(anna, id, wanted).token
    organization(
        subscription_changes=[kind for kind in ('quantity', 'plan', 'cancel') if kind != wanted.kind]
    )
    assert wanted.kind not in offered(anna, id).kinds
    with pytest.raises(NotPermitted, match='is not offered here'):
        look(anna, id, wanted)
    with pytest.raises(NotPermitted, match='is not offered here'):
        do(anna, id, wanted, token)
    assert audit('subscription.change') == []


def test_only_people_of_its_own_company_change_a_subscription(sqlite_world: World) -> None:
    """POR-07, ACC-13: Anna of the parent looks at the child's, Ben sees nothing, who views only looks."""
    allow()
    id = subscribe(sqlite_world, 'nordics', make_plans()['team'])
    anna, nora = sqlite_world.as_customer('anna', 'C1001'), sqlite_world.as_customer('nora', 'C1002')
    assert offered(anna, id).kinds == ()
    with pytest.raises(NotPermitted, match='Only people of the company'):
        look(anna, id, MORE)
    with pytest.raises(NotFound):
        look(sqlite_world.as_customer('ben', 'C1004'), id, MORE)
    do(nora, id, MORE)
    mine = add_contact(sqlite_world, 'acme', 'vera', portal_status='Enabled')
    with acting_as(sqlite_world.as_staff('olivia')) as work:
        token = view_as.begin(work, mine)[0]
    own = subscribe(sqlite_world, 'acme', stored(id).plan_id)
    viewer = view_as.view_of(token, HERE)
    assert offered(viewer, own).kinds == ()
    with pytest.raises(NotPermitted, match='nothing can be changed'):
        look(viewer, own, MORE)
    tab('subscriptions', enabled=False)
    with pytest.raises(NotFound):
        look(nora, id, LESS)


def test_whatever_changed_meanwhile_is_shown_before_anything_is_done(world: World) -> None:
    """POR-07: a new price of the plan, a charge that is not billed any more, another quantity."""
    allow()
    plans = make_plans()
    id, anna = subscribe(world, 'acme', plans['team']), world.as_customer('anna', 'C1001')
    upgrade = Wanted(Kind.PLAN, plan_id=plans['business'])
    token = look(anna, id, upgrade).token
    change(Plan, plans['business'], price=4_000)
    with pytest.raises(PreviewOutdated, match='not what you saw') as refused:
        do(anna, id, upgrade, token)
    assert refused.value.preview.charge.minor == 7_000
    organization(bills_changes=False)
    with pytest.raises(PreviewOutdated):
        do(anna, id, upgrade, refused.value.preview.token)
    assert not look(anna, id, upgrade).invoiced
    assert (stored(id).plan_id, invoices()) == (plans['team'], [])
    do(anna, id, upgrade)
    assert invoices() == []


def test_of_two_confirms_at_once_one_is_done(world: World) -> None:
    """POR-07: charged once, whichever comes first; the other is told."""
    allow()
    id, anna = subscribe(world, 'acme', make_plans()['team']), world.as_customer('anna', 'C1001')
    token, together = look(anna, id, MORE).token, Barrier(2)

    def confirm(_place: int) -> str:
        together.wait()
        try:
            do(anna, id, MORE, token)
        except Conflict as error:
            return error.message
        return 'done'

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(confirm, range(2)))
    assert said == ['The quantity is 8 already.', 'done']
    assert [invoice.total for invoice in invoices()] == [4_200]


def test_the_parent_is_billed_for_a_child_that_is_billed_to_it(sqlite_world: World) -> None:
    """ACC-13: Nora is told so, without its number; its terms of payment count."""
    allow()
    nordics, acme = sqlite_world.customers['nordics'], sqlite_world.customers['acme']
    change(Customer, nordics, bill_to_parent=True)
    change(Customer, acme, payment_terms=14)
    id = subscribe(sqlite_world, 'nordics', make_plans()['team'])
    done = do(sqlite_world.as_customer('nora', 'C1002'), id, MORE)
    (invoice,) = invoices()
    assert (done.preview.billed_to_parent, done.invoice_number) == (True, '')
    assert (invoice.customer_id, invoice.service_customer_id) == (acme, nordics)
    assert invoice.due_date == business_day() + timedelta(days=14)
    told = {mail.template: mail.variables['invoice_number'] for mail in mails()}
    assert told == {'subscription-changed': invoice.number, 'subscription-confirmation': ''}


def test_the_tax_is_that_of_the_last_invoice_of_the_subscription(sqlite_world: World) -> None:
    """POR-07: where all of its lines have one rate; fixed fees and usage beside the plan change nothing."""
    allow()
    id, anna = (
        subscribe(sqlite_world, 'acme', make_plans()['team']),
        sqlite_world.as_customer('anna', 'C1001'),
    )
    line = {
        'description': 'Seats',
        'quantity': Decimal(1),
        'unit_price': Decimal(100),
        'amount': 10_000,
        'tax_rate': Decimal(19),
        'tax': 1_900,
    }
    with acting_as(Operator('test')) as work:
        posted_invoice(work, sqlite_world.customers['acme'], 11_900, lines=[line], subscription_id=id)
        for place, event_type in enumerate(('', 'api.request'), 1):
            work.session.add(
                SubscriptionItem(
                    subscription_id=id,
                    position=place,
                    description='Support',
                    quantity=Decimal(2),
                    unit_price=Decimal('10.005'),
                    event_type=event_type,
                )
            )
    shown = look(anna, id, MORE)
    assert (shown.charge.minor, shown.tax.minor, shown.has_usage) == (4_200, 798, True)
    assert shown.before.per_cycle.minor == 10_000 + 2_001
    do(anna, id, MORE)
    with reading_as(Operator('test')) as work:
        (made,) = work.session.exec(select(InvoiceLine).where(InvoiceLine.invoice_id == invoices()[-1].id))
    assert (made.amount, made.tax, made.tax_rate) == (4_200, 798, 19)
    assert made.description == 'SUB-acme, Quantity: 5 → 8 seats: 21 of 30 days'


def test_what_cannot_be_is_refused_by_field_and_rule(sqlite_world: World) -> None:
    """POR-07: least and most, the same again, a paused one, a number that no database holds."""
    allow()
    plans = make_plans()
    id, anna = subscribe(sqlite_world, 'acme', plans['team']), sqlite_world.as_customer('anna', 'C1001')
    for wanted, words in (
        (Wanted(Kind.QUANTITY, quantity=51), 'Quantity must be between 1 and 50 (got 51).'),
        (Wanted(Kind.QUANTITY, quantity=0), 'Quantity must be between 1 and 50 (got 0).'),
        (Wanted(Kind.QUANTITY), 'Quantity must be a whole number.'),
        (Wanted(Kind.QUANTITY, quantity=5), 'The quantity is 5 already.'),
        (Wanted(Kind.PLAN, plan_id=2**70), 'Plan must be one that this subscription can change to.'),
        (RESUME, 'Subscription SUB-acme is not to be cancelled.'),
    ):
        with pytest.raises(PortalError) as refused:
            look(anna, id, wanted)
        assert refused.value.message == words
    with pytest.raises(NotFound):
        look(anna, 2**70, MORE)
    change(Subscription, id, status='Paused')
    assert offered(anna, id).kinds == ()
    with pytest.raises(Conflict, match='SUB-acme is paused'):
        look(anna, id, MORE)


def test_notices_go_where_staff_want_them_and_a_confirmation_can_be_switched_off(sqlite_world: World) -> None:
    """POR-07, SET-08: to the address of Portal Setup; a customer without mail gets none."""
    allow()
    organization(billing_email='billing@northwind.example')
    id, anna = (
        subscribe(sqlite_world, 'acme', make_plans()['team']),
        sqlite_world.as_customer('anna', 'C1001'),
    )
    change(Customer, sqlite_world.customers['acme'], email_delivery=False)
    do(anna, id, CANCEL)
    assert [mail.to_email for mail in mails()] == ['billing@northwind.example']
    assert mails()[0].variables['price_after'] == ''
