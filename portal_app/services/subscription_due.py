"""What is due for subscriptions on a day, done by the billing worker: cycles, changes, ends (POR-07)."""

from datetime import date

from sqlmodel import col, or_, select

from portal_app.auth.viewer import Operator
from portal_app.business_day import business_day
from portal_app.models import Subscription
from portal_app.services.accounts import fresh, hold_account
from portal_app.services.subscription_rows import settle
from portal_app.services.subscription_terms import RUNNING
from portal_app.work import Work, acting_as

BATCH = 500  # subscriptions of one transaction


def apply_all_due() -> int:
    """Let pass what is due, some subscriptions in each transaction. Returns how many they were."""
    passed = 0
    while True:
        with acting_as(Operator('billing')) as work:
            found = apply_due(work)
        passed += found
        if found < BATCH:
            return passed


def apply_due(work: Work, today: date | None = None) -> int:
    """Let pass what is due in the organization's zone: cycles, pending changes, cancellations, terms.

    Days that were missed are caught up, and once more on the same day does nothing. Returns how many
    subscriptions it was, of which one call takes 500 at most.
    """
    day = today or business_day()
    days = (Subscription.period_end, Subscription.cancel_on, Subscription.term_ends_on)
    due = or_(*(col(when) <= day for when in days))
    found = select(Subscription.customer_id, Subscription.id).where(
        col(Subscription.status).in_(RUNNING), due
    )
    rows = work.session.exec(found.order_by(col(Subscription.customer_id)).limit(BATCH)).all()
    for customer_id, id in rows:
        hold_account(work, customer_id)
        settle(work, fresh(work, Subscription, id or 0), day)
    return len(rows)
