"""The service verbs on plans, subscriptions and the settings of billing (SET-10)."""

from dataclasses import replace

from portal_app.business_day import business_day
from portal_app.services import billing_settings, plans, staff_subscriptions, subscription_verbs
from portal_app.services.plans import PlanText
from portal_app.services.subscription_form import SubscriptionText
from tests.role_walk_office import Office
from tests.role_walk_pages import ADD, BILLS, DELETE, EDIT, SETUP, VIEW, may
from tests.role_walk_verbs import verb

SEE, MAKE, CHANGE, END = (may((BILLS, action)) for action in (VIEW, ADD, EDIT, DELETE))
READ_SETUP, CHANGE_SETUP = may((SETUP, VIEW)), may((SETUP, EDIT))
PLAN = PlanText('new', 'New', 'USD', '10')


def _typed(at: Office) -> SubscriptionText:
    return SubscriptionText('C1001', at.bills['plan'], 5, business_day())


VERBS_OF_SUBSCRIPTIONS = [
    verb(MAKE, plans.create_plan, lambda _: (PLAN,)),
    verb(CHANGE, plans.edit_plan, lambda at: (at.bills['plan'], replace(PLAN, code='team'))),
    verb(END, plans.set_active, lambda at: (at.bills['plan'], False), use='retire'),
    verb(CHANGE, plans.set_active, lambda at: (at.bills['plan'], True), use='offer again'),
    verb(SEE, plans.plan_to_edit, lambda at: (at.bills['plan'],)),
    verb(SEE, staff_subscriptions.choosable_plans),
    verb(SEE, staff_subscriptions.subscription_page, lambda _: ('SUB-acme',)),
    verb(MAKE, subscription_verbs.create_subscription, lambda at: (_typed(at), True)),
    verb(CHANGE, subscription_verbs.edit_subscription, lambda at: (at.bills['drafted'], _typed(at))),
    verb(CHANGE, subscription_verbs.draft_to_edit, lambda at: (at.bills['drafted'],)),
    verb(CHANGE, subscription_verbs.activate, lambda at: (at.bills['drafted'],)),
    verb(CHANGE, subscription_verbs.pause, lambda at: (at.bills['running'],)),
    verb(CHANGE, subscription_verbs.resume, lambda at: (at.bills['paused'],)),
    verb(CHANGE, subscription_verbs.set_term, lambda at: (at.bills['running'], None, None)),
    verb(CHANGE, subscription_verbs.withdraw, lambda at: (at.bills['ending'],)),
    verb(END, subscription_verbs.cancel, lambda at: (at.bills['running'], True)),
    verb(READ_SETUP, billing_settings.billing_settings),
    verb(CHANGE_SETUP, billing_settings.allow_change, lambda _: ('plan', True)),
    verb(CHANGE_SETUP, billing_settings.set_changes, lambda _: (['plan'],)),
    verb(CHANGE_SETUP, billing_settings.set_bills_changes, lambda _: (False,)),
    verb(CHANGE_SETUP, billing_settings.set_part_payments, lambda _: (False,)),
    verb(CHANGE_SETUP, billing_settings.set_retry_days, lambda _: ([2],)),
    verb(CHANGE_SETUP, billing_settings.set_billing_email, lambda _: ('',)),
    verb(CHANGE_SETUP, billing_settings.set_payment_note, lambda _: ('IBAN',)),
]
