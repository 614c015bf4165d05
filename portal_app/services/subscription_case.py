"""Which subscriptions customers see, what they may change about them, and what that depends on (POR-07)."""

from decimal import Decimal

from portal_app.auth.viewer import ContactView, PortalViewer
from portal_app.business_day import business_day
from portal_app.errors import NotFound, NotPermitted
from portal_app.models import Customer, Cycle, Plan, Subscription
from portal_app.services import setup
from portal_app.services.invoice_drafts import billed_for
from portal_app.services.organization import organization
from portal_app.services.subscription_billing import tax_rate
from portal_app.services.subscription_form import items_of
from portal_app.services.subscription_preview import Case, Kind
from portal_app.services.subscription_rows import plan_of
from portal_app.services.subscription_terms import bring_up_to
from portal_app.work import Work

TAB = 'subscriptions'
SPOKEN = {
    Kind.QUANTITY: 'Changing the quantity',
    Kind.PLAN: 'Changing the plan',
    Kind.CANCEL: 'Cancelling',
    Kind.RESUME: 'Taking a cancellation back',
}


def seen(work: Work, subscription_id: int) -> Subscription:
    """A subscription on a tab of the viewer's, also a child's. Raises NotFound for any other."""
    setup.portal_tab(work, TAB)
    known = subscription_id if 0 < subscription_id < 2**63 else 0
    found = work.session.exec(work.visible(Subscription).where(Subscription.id == known)).first()
    if found is None:
        raise NotFound('There is no such subscription.')
    return found


def check_allowed(work: Work, subscription: Subscription, kind: Kind) -> None:
    """Raises NotPermitted, saying why, where the viewer may not make such a change."""
    if problem := why_not(work, subscription, kind):
        raise NotPermitted(problem)


def why_not(work: Work, subscription: Subscription, kind: Kind) -> str:
    """Why the viewer may not make such a change; empty where they may."""
    viewer = work.viewer
    if isinstance(viewer, ContactView):
        return f'You are viewing the portal as {viewer.name}; nothing can be changed.'
    if not isinstance(viewer, PortalViewer) or subscription.customer_id != viewer.company.id:
        return 'Only people of the company that has this subscription can change it.'
    needed = kind
    if kind == Kind.WITHDRAW:  # whoever may make a change may take it back
        needed = Kind.PLAN if subscription.next_plan_id is not None else Kind.QUANTITY
    if needed not in organization(work).subscription_changes:
        return f'{SPOKEN[needed]} is not offered here. Please ask us.'
    return ''


def case_of(work: Work, found: Subscription, plan_id: int | None = None) -> Case:
    """All that a change of it depends on: a copy as of today, also where the day's work was not done yet.

    `plan_id` is the plan that is wanted, if any.
    """
    today, ours = business_day(), organization(work)
    subscription = Subscription(**found.model_dump())
    bring_up_to(subscription, Cycle(plan_of(work, found).cycle), today)
    customer = work.session.get_one(Customer, subscription.customer_id)
    billed, _ = billed_for(work, customer)
    return Case(
        subscription=subscription,
        plan=plan_of(work, subscription),
        next_plan=_plan(work, subscription.next_plan_id),
        items=items_of(work, subscription),
        new_plan=_plan(work, plan_id),
        today=today,
        tax_rate=tax_rate(work, subscription) if ours.bills_changes else Decimal(0),
        bills=ours.bills_changes,
        billed_to_parent=billed.id != customer.id,
    )


def _plan(work: Work, plan_id: int | None) -> Plan | None:
    return work.session.get(Plan, plan_id) if plan_id and 0 < plan_id < 2**31 else None
