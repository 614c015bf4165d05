"""What happens to plans, subscriptions and the settings of billing on the day of `audit_day.py`."""

from dataclasses import replace
from datetime import timedelta

from portal_app.business_day import business_day
from portal_app.services import billing_settings, plans, subscription_verbs
from portal_app.services.plans import PlanText
from portal_app.services.subscription_due import apply_due
from portal_app.services.subscription_form import SubscriptionText
from portal_app.services.subscription_preview import Kind, Wanted
from tests.audit_billing import Day
from tests.subscriptions import allow, do


def subscribe_and_change(day: Day) -> None:
    """Olivia sells Acme seats, Anna asks for more and for fewer, and months go by."""
    typed = PlanText('seats', 'Seats', 'USD', '10', unit='seats')
    plan = day.does(plans.create_plan, typed).id
    day.does(plans.edit_plan, plan, replace(typed, price='12'))
    day.does(plans.set_active, plan, False)
    day.does(plans.set_active, plan, True)
    day.does(billing_settings.allow_change, 'quantity', True)
    allow()
    text = SubscriptionText('C1001', plan, 5, business_day())
    made = day.does(subscription_verbs.create_subscription, text, False).id
    day.does(subscription_verbs.edit_subscription, made, replace(text, quantity=6))
    day.does(subscription_verbs.activate, made)
    day.does(subscription_verbs.set_term, made, business_day() + timedelta(days=900), 12)
    anna = day.world.as_customer('anna', 'C1001')
    do(anna, made, Wanted(Kind.QUANTITY, quantity=8))
    do(anna, made, Wanted(Kind.QUANTITY, quantity=2))
    day.does(subscription_verbs.withdraw, made)
    day.does(subscription_verbs.cancel, made, False)
    day.does(apply_due, business_day() + timedelta(days=1_000))
