"""Plans and subscriptions of the tests, in a cycle that runs today."""

from datetime import date, timedelta
from typing import Any

from portal_app.auth.viewer import Operator, PortalViewer
from portal_app.business_day import business_day
from portal_app.models import Plan, Subscription
from portal_app.services import subscription_changes
from portal_app.services.subscription_changes import Confirmed
from portal_app.services.subscription_preview import Preview, Wanted
from portal_app.work import acting_as, reading_as
from tests.world import World, organization, tab

EVERYTHING = ['quantity', 'plan', 'cancel', 'resume']
GONE, LEFT = 9, 21  # days of a cycle of thirty
PLANS = {  # code: name, family, priority, price
    'starter': ('Starter', 'platform', 10, 1_000),
    'team': ('Team', 'platform', 20, 2_000),
    'business': ('Business', 'platform', 30, 3_500),
    'support': ('Support', 'support', 10, 9_900),
}


def allow(*changes: str) -> None:
    """Let customers make these changes; without any, all. The tab is on."""
    organization(subscription_changes=list(changes) or EVERYTHING)
    tab('subscriptions', enabled=True)


def make_plans() -> dict[str, int]:
    """The plans by their code."""
    found = {}
    with acting_as(Operator('test')) as work:
        for code, (name, family, priority, price) in PLANS.items():
            plan = Plan(
                code=code,
                name=name,
                family=family,
                priority=priority,
                price=price,
                currency='USD',
                unit='seats',
                most=50,
            )
            work.session.add(plan)
            work.session.flush()
            found[code] = plan.id or 0
    return found


def subscribe(world: World, customer: str, plan_id: int, **changes: Any) -> int:
    """Five units of a plan at $20.00, nine days into a cycle of thirty; what is not said is ordinary."""
    today = business_day()
    values = {
        'number': f'SUB-{customer}',
        'customer_id': world.customers[customer],
        'plan_id': plan_id,
        'status': 'Active',
        'quantity': 5,
        'price': 2_000,
        'currency': 'USD',
        'started_on': today - timedelta(days=GONE),
        'period_start': today - timedelta(days=GONE),
        'period_end': today + timedelta(days=LEFT),
        'next_billing_on': today + timedelta(days=LEFT),
        **changes,
    }
    with acting_as(Operator('test')) as work:
        made = Subscription(**values)
        work.session.add(made)
        work.session.flush()
        return made.id or 0


def add_subscriptions(world: World) -> dict[str, int]:
    """Ids of a plan and of subscriptions, by what they are for; Acme's runs as SUB-acme."""
    plan = make_plans()['team']
    return {
        'plan': plan,
        'running': subscribe(world, 'acme', plan),
        'drafted': subscribe(world, 'acme', plan, number='SUB-drafted', status='Draft'),
        'paused': subscribe(world, 'acme', plan, number='SUB-paused', status='Paused'),
        'ending': subscribe(world, 'acme', plan, number='SUB-ending', cancel_on=cycle_end()),
    }


def add_old_subscriptions(world: World) -> None:
    """Of three customers, each in a currency of its own, all of last year."""
    for place, (customer, currency) in enumerate((('acme', 'USD'), ('globex', 'JPY'), ('initech', 'BHD'))):
        began = date(business_day().year - 1, 3, 1 + place)
        with acting_as(Operator('test')) as work:
            plan = Plan(
                code=f'old-{place}', name=f'Old {place}', family='old', currency=currency, price=50 + place
            )
            work.session.add(plan)
            work.session.flush()
            plan_id = plan.id or 0
        subscribe(
            world,
            customer,
            plan_id,
            number=f'SUB-{place}',
            status=('Cancelled', 'Expired', 'Paused')[place],
            quantity=1 + place,
            price=50 + place,
            currency=currency,
            started_on=began,
            period_start=began,
            period_end=date(2040, 1, 1),
            next_billing_on=began if place else None,
            term_ends_on=None if place == 2 else began,
            cancelled_on=None if place else began,
        )


def stored(id: int) -> Subscription:
    """A subscription as it is now."""
    with reading_as(Operator('test')) as work:
        return work.session.get_one(Subscription, id)


def look(viewer: PortalViewer, id: int, wanted: Wanted) -> Preview:
    """What somebody is shown."""
    with reading_as(viewer) as work:
        return subscription_changes.preview(work, id, wanted)


def do(viewer: PortalViewer, id: int, wanted: Wanted, token: str = '') -> Confirmed:
    """Somebody looks at a change and makes it."""
    token = token or look(viewer, id, wanted).token
    with acting_as(viewer) as work:
        return subscription_changes.confirm(work, id, wanted, token)


def cycle_end() -> date:
    """When the cycles of `subscribe` end."""
    return business_day() + timedelta(days=LEFT)
