"""What staff do with plans and subscriptions, and what the calendar does (POR-07)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal_app.auth.viewer import Operator
from portal_app.business_day import business_day
from portal_app.errors import Conflict, NotFound, NotPermitted, PortalError
from portal_app.live import Change, Topic, listen
from portal_app.models import Plan, Subscription
from portal_app.services import plans, subscription_verbs
from portal_app.services.plans import PlanText
from portal_app.services.staff_subscriptions import choosable_plans, subscription_page
from portal_app.services.subscription_due import apply_all_due, apply_due
from portal_app.services.subscription_form import SubscriptionText, TypedItem
from portal_app.services.subscription_preview import Kind, Wanted
from portal_app.work import Work, acting_as, reading_as
from tests.subscriptions import allow, cycle_end, do, make_plans, stored, subscribe
from tests.world import World, audit, change

TEAM = PlanText('team', 'Team', 'USD', '39.00', 'platform', 20, unit='seats', most=50)


def as_olivia(world: World, verb: object, *given: object, **more: object) -> object:
    with acting_as(world.as_staff('olivia')) as work:
        return verb(work, *given, **more)  # type: ignore[operator]  # a verb


def typed(plan_id: int, **changes: object) -> SubscriptionText:
    text = SubscriptionText('C1001', plan_id, 5, business_day())
    return replace(text, **changes)  # type: ignore[arg-type]


def test_a_plan_is_added_changed_and_retired(world: World) -> None:
    """POR-07: whoever has subscribed keeps the price; currency and cycle stay then."""
    made = as_olivia(world, plans.create_plan, TEAM)
    assert isinstance(made, Plan)
    assert (made.price, made.active) == (3_900, True)
    with pytest.raises(Conflict, match='Code team is that of the plan Team already'):
        as_olivia(world, plans.create_plan, TEAM)
    id = subscribe(world, 'acme', made.id or 0, price=3_900)
    as_olivia(world, plans.edit_plan, made.id, replace(TEAM, price='49'))
    assert stored(id).price == 3_900
    with pytest.raises(PortalError) as refused:
        as_olivia(world, plans.edit_plan, made.id, replace(TEAM, currency='EUR', cycle='Yearly'))
    assert refused.value.message.split('\n') == [
        'Currency must stay: somebody has subscribed to this plan.',
        'Cycle must stay: somebody has subscribed to this plan.',
    ]
    as_olivia(world, plans.set_active, made.id, False)
    with reading_as(world.as_staff('olivia')) as work:
        assert choosable_plans(work) == []
        assert [plan.id for plan in choosable_plans(work, made.id)] == [made.id]
    assert [audit(f'plan.{verb}')[-1].subject for verb in ('create', 'edit', 'retire')] == ['Team'] * 3
    assert audit('plan.edit')[-1].after == {'price': '49.00'}


@pytest.mark.parametrize(
    ('changes', 'words'),
    [
        ({'code': ' ', 'name': 'x' * 101}, 'Code must not be empty.\nName must have at most 100 characters'),
        ({'currency': 'XXX'}, "Currency must be an ISO 4217 code (got 'XXX')."),
        ({'price': '1.234'}, 'Price cannot be used: an amount in USD has at most 2 decimals'),
        ({'price': '-1'}, 'Price must be between 0 and 10000000.00 USD (got -1.00).'),
        ({'cycle': 'Daily'}, 'Cycle must be one of Monthly, Quarterly, Yearly.'),
        ({'least': 5, 'most': 4}, 'Most must be between 5 and 1,000,000 (got 4).'),
        ({'priority': None}, 'Priority must be a whole number.'),
    ],
)
def test_a_plan_that_is_wrong_is_refused_by_field_and_rule(
    sqlite_world: World, changes: dict[str, object], words: str
) -> None:
    """POR-07: every reason, not only the first."""
    with pytest.raises(PortalError) as refused:
        as_olivia(sqlite_world, plans.create_plan, replace(TEAM, **changes))  # type: ignore[arg-type]
    assert words in refused.value.message


def test_a_subscription_begins_as_a_draft_or_runs_at_once(world: World) -> None:
    """POR-07: in the cycle of today, with what is beside the plan; Acme's pages hear of it."""
    heard: list[Change] = []
    stop = listen(Topic.BILLING, heard.append)
    plan, start = make_plans()['team'], business_day() - timedelta(days=70)
    items = (TypedItem('Setup', '2', '', '10.5'), TypedItem('API', '1', 'calls', '0.00042', 'api.request'))
    text = typed(plan, started_on=start, items=items, price='19.5')
    draft = as_olivia(world, subscription_verbs.create_subscription, text, active=False)
    stop()
    assert isinstance(draft, Subscription)
    assert Change(Topic.BILLING, world.customers['acme']) in heard
    found = stored(draft.id or 0)
    assert (found.number, found.status, found.price) == ('SUB-000001', 'Draft', 1_950)
    assert (found.period_start, found.next_billing_on) == (start, None)
    other = replace(text, quantity=7, items=items[:1])
    as_olivia(world, subscription_verbs.edit_subscription, draft.id, other)
    assert audit('subscription.edit')[-1].before['quantity'] == 5
    as_olivia(world, subscription_verbs.activate, draft.id)
    found = stored(draft.id or 0)
    assert found.period_start <= business_day() < found.period_end == found.next_billing_on
    with pytest.raises(Conflict, match='SUB-000001 is active'):
        as_olivia(world, subscription_verbs.edit_subscription, draft.id, other)
    with reading_as(world.as_staff('rita')) as work:
        page = subscription_page(work, 'SUB-000001')
    assert (page.customer, page.per_cycle.minor, len(page.items)) == ('Acme', 7 * 1_950 + 2_100, 1)
    assert [event.sentence for event in page.history] == [
        'Olivia set it to Active.',
        'Olivia changed the draft.',
        'Olivia created it.',
    ]


def test_what_staff_typed_wrong_is_refused_by_field_and_rule(sqlite_world: World) -> None:
    """POR-07: all at once; nothing is stored."""
    plan = make_plans()['team']
    items = (TypedItem('', 'many', '', '-1'),)
    wrong = SubscriptionText('C9', plan, 51, None, '1.234', None, 12, items)
    with pytest.raises(PortalError) as refused:
        as_olivia(sqlite_world, subscription_verbs.create_subscription, wrong, active=True)
    assert refused.value.message.split('\n') == [
        "Customer must be the number of a customer (got 'C9').",
        'Quantity must be between 1 and 50 (got 51).',
        "Price cannot be used: an amount in USD has at most 2 decimals (got '1.234').",
        'Started on must be a day.',
        'Term months must be empty where no term ends.',
        'Item 1, description must not be empty.',
        "Item 1, quantity must be a number such as 1234.5 (got 'many').",
        'Item 1, unit price must be between 0 and 1,000,000,000 (got -1).',
    ]
    today = business_day()
    for text, words in (
        (typed(plan, term_ends_on=today), f'Term ends on must be after {today} (got {today}).'),
        (typed(2**40), 'Plan must be one that can be chosen.'),
    ):
        with pytest.raises(PortalError) as refused:
            as_olivia(sqlite_world, subscription_verbs.create_subscription, text, active=True)
        assert refused.value.message == words
    over = typed(plan, started_on=today - timedelta(days=9), term_ends_on=today - timedelta(days=1))
    with pytest.raises(Conflict, match='Set another one first'):
        as_olivia(sqlite_world, subscription_verbs.create_subscription, over, active=True)
    assert audit('subscription.create') == []


def test_staff_pause_resume_cancel_and_take_back(world: World) -> None:
    """POR-07: each once, in the state that it fits."""
    verbs, id = subscription_verbs, subscribe(world, 'acme', make_plans()['team'])
    as_olivia(world, verbs.pause, id)
    assert (stored(id).status, stored(id).next_billing_on) == ('Paused', None)
    with pytest.raises(Conflict, match='is paused'):
        as_olivia(world, verbs.pause, id)
    as_olivia(world, verbs.resume, id)
    assert (stored(id).status, stored(id).next_billing_on) == ('Active', cycle_end())
    as_olivia(world, verbs.cancel, id, at_once=False)
    assert stored(id).cancel_on == cycle_end()
    with pytest.raises(Conflict, match=r'ends on .* as it is'):
        as_olivia(world, verbs.cancel, id, at_once=False)
    as_olivia(world, verbs.withdraw, id)
    with pytest.raises(Conflict, match='Nothing is to change'):
        as_olivia(world, verbs.withdraw, id)
    term = business_day() + timedelta(days=300)
    as_olivia(world, verbs.set_term, id, term, 12)
    as_olivia(world, verbs.set_term, id, term, 12)
    assert len(audit('subscription.term')) == 1
    as_olivia(world, verbs.cancel, id, at_once=True)
    assert (stored(id).status, stored(id).cancelled_on) == ('Cancelled', business_day())
    for verb in (verbs.pause, verbs.activate):
        with pytest.raises(Conflict, match='is cancelled'):
            as_olivia(world, verb, id)
    with pytest.raises(NotFound):
        as_olivia(world, verbs.pause, 2**70)


@pytest.mark.parametrize('who', ['rita', 'manu'])
def test_who_may_not_change_billing_records_does_nothing(sqlite_world: World, who: str) -> None:
    """SET-10: and neither does a customer."""
    plan = make_plans()['team']
    id = subscribe(sqlite_world, 'acme', plan)
    for viewer in (sqlite_world.as_staff(who), sqlite_world.as_customer('anna', 'C1001')):

        def refused(verb: object, *given: object, viewer: object = viewer, **more: object) -> None:
            with pytest.raises(NotPermitted), acting_as(viewer) as work:  # type: ignore[arg-type]
                verb(work, *given, **more)  # type: ignore[operator]

        refused(plans.create_plan, TEAM)
        refused(plans.edit_plan, plan, TEAM)
        refused(plans.set_active, plan, False)
        refused(subscription_verbs.create_subscription, typed(plan), active=True)
        refused(subscription_verbs.cancel, id, at_once=True)
        refused(subscription_verbs.pause, id)


def test_the_worker_lets_pass_what_is_due_and_once_more_does_nothing(world: World) -> None:
    """POR-07: what Anna asked for takes effect, a term ends, days that were missed are caught up."""
    allow()
    plan = make_plans()
    anna = world.as_customer('anna', 'C1001')
    fewer = subscribe(world, 'acme', plan['team'])
    do(anna, fewer, Wanted(Kind.QUANTITY, quantity=2))
    ends = subscribe(world, 'globex', plan['team'], term_ends_on=cycle_end())
    old = business_day() - timedelta(days=400)
    missed = subscribe(
        world, 'initech', plan['team'], started_on=old, period_start=old, period_end=old + timedelta(days=30)
    )

    def pass_until(work: Work) -> int:
        return apply_due(work, cycle_end())

    assert apply_all_due() == 1
    assert stored(missed).period_end > business_day() >= stored(missed).period_start
    with acting_as(Operator('test')) as work:
        assert pass_until(work) >= 2
        assert pass_until(work) == 0
    found = stored(fewer)
    assert (found.quantity, found.next_change_on, found.period_start) == (2, None, cycle_end())
    assert (stored(ends).status, stored(ends).next_billing_on) == ('Expired', None)
    assert {entry.after['what'] for entry in audit('subscription.due')} == {
        'The pending change took effect.',
        'Its term ended.',
    }


def test_a_preview_is_right_also_before_the_work_of_the_day_is_done(sqlite_world: World) -> None:
    """POR-07: the change that was pending for yesterday is in force, and Anna may ask for the next one."""
    allow()
    id = subscribe(sqlite_world, 'acme', make_plans()['team'])
    today = business_day()
    change(
        Subscription,
        id,
        period_start=today - timedelta(days=31),
        period_end=today - timedelta(days=1),
        started_on=today - timedelta(days=31),
        next_quantity=2,
        next_change_on=today - timedelta(days=1),
    )
    done = do(sqlite_world.as_customer('anna', 'C1001'), id, Wanted(Kind.QUANTITY, quantity=3))
    assert done.preview.before.quantity == 2
    assert stored(id).quantity == 3
    assert len(audit('subscription.due')) == 1
