"""What customers change about their subscriptions, each change allowed or not in Portal Setup (POR-07)."""

from dataclasses import dataclass
from typing import Any

from portal_app.errors import Conflict
from portal_app.models import Customer, Subscription
from portal_app.services.accounts import hold_account
from portal_app.services.billing_rules import said
from portal_app.services.invoice_drafts import billed_for
from portal_app.services.plans import hold_plans
from portal_app.services.subscription_billing import post_prorated
from portal_app.services.subscription_case import case_of, check_allowed, seen
from portal_app.services.subscription_mail import tell_of_change
from portal_app.services.subscription_preview import Preview, Wanted
from portal_app.services.subscription_reckoning import carry_out, reckon
from portal_app.services.subscription_rows import held_subscription, keep, pending, plan_of
from portal_app.work import Work


class PreviewOutdated(Conflict):
    """What somebody agreed to is not what would happen now: nothing was changed, `preview` is the new one."""

    def __init__(self, preview: Preview) -> None:
        super().__init__('What this change means is not what you saw any more. Please look at it again.')
        self.preview = preview


@dataclass(frozen=True)
class Confirmed:
    """What was done; the invoice's number where the viewer's own company was billed now."""

    preview: Preview
    invoice_number: str


def preview(work: Work, subscription_id: int, wanted: Wanted) -> Preview:
    """What a change would mean now, to be shown before it is confirmed.

    Raises NotFound, NotPermitted where the viewer may not make it, BillingRefused and Conflict where it
    cannot be made.
    """
    found = seen(work, subscription_id)
    check_allowed(work, found, wanted.kind)
    return reckon(case_of(work, found, wanted.plan_id), wanted)


def confirm(work: Work, subscription_id: int, wanted: Wanted, token: str) -> Confirmed:
    """Make a change whose preview had this token; what is due now is billed, staff and its maker are told.

    Raises as `preview` does, and PreviewOutdated where it would mean something else by now.
    """
    found = seen(work, subscription_id)
    hold_plans(work)
    customer = work.session.get_one(Customer, found.customer_id)
    billed, _ = billed_for(work, customer)
    for account in sorted({found.customer_id, billed.id or 0}):
        hold_account(work, account)
    subscription, _ = held_subscription(work, subscription_id)
    check_allowed(work, subscription, wanted.kind)
    case = case_of(work, subscription, wanted.plan_id)
    shown = reckon(case, wanted)
    if shown.token != token:
        raise PreviewOutdated(shown)
    before = _said(work, subscription)
    carry_out(case, wanted, subscription)
    keep(work, subscription)
    work.record(
        'subscription.change',
        subscription.number,
        customer_id=subscription.customer_id,
        before=before,
        after={'change': shown.sentence, **_said(work, subscription)},
    )
    invoice = post_prorated(work, subscription, customer, shown, case.tax_rate) if shown.invoiced else None
    tell_of_change(work, customer, shown, invoice)
    own = invoice is not None and invoice.customer_id == customer.id
    return Confirmed(shown, invoice.number if invoice and own else '')


def _said(work: Work, subscription: Subscription) -> dict[str, Any]:
    """As the audit log has it."""
    return {
        'plan': plan_of(work, subscription).name,
        'quantity': subscription.quantity,
        'price': said(subscription.price, subscription.currency),
        **pending(subscription),
    }
