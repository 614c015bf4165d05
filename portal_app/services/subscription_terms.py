"""The arithmetic of subscriptions: cycles by the calendar, and what a change in the midst of one costs.

All of it is exact: whole minor units, calendar days, no floating point. docs/subscriptions.md has examples.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from portal_app.models import Cycle, Subscription, SubscriptionItem, SubscriptionStatus
from portal_app.services.invoice_lines import line_amount

RUNNING = (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED)


class Happened(StrEnum):
    """What the calendar did to a subscription."""

    CHANGED = 'changed'  # the change that was pending took effect
    RENEWED = 'renewed'  # its term began anew
    CANCELLED = 'cancelled'
    EXPIRED = 'expired'


def prorated(difference: int, left: int, days: int) -> int:
    """What of a difference in price per cycle falls on the days that are left of it, half a unit rounded up.

    From 5 to 8 seats of $10.00 on 10 November: 30.00 × 21 ÷ 30 = $21.00, since the day itself counts.
    A lower price gives nothing back: 0.
    """
    return (2 * max(0, difference) * left + days) // (2 * days)


def days_left(subscription: Subscription, today: date) -> tuple[int, int]:
    """The days of the cycle from today on, today included, as far as it runs; and all days of the cycle."""
    days = (subscription.period_end - subscription.period_start).days
    left = (min(ends_on(subscription) or date.max, subscription.period_end) - today).days
    return max(0, min(left, days)), days


def after_months(day: date, months: int, began: date) -> date:
    """The day so many months later: 31 Jan, 28 Feb, 31 Mar for what began on a 31st.

    It keeps the day of the month of its beginning, or its own where that is another one.
    """
    anchor = began.day if day.day == min(began.day, monthrange(day.year, day.month)[1]) else day.day
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(anchor, monthrange(year, month + 1)[1]))


def ends_on(subscription: Subscription) -> date | None:
    """The first day on which it is not there any more, as far as that is known."""
    expires = subscription.term_ends_on if subscription.term_months is None else None
    return min((day for day in (subscription.cancel_on, expires) if day), default=None)


def next_billing(subscription: Subscription, today: date) -> date | None:
    """When it is billed again: at the beginning of each cycle, as long as it runs."""
    begun = subscription.period_start <= today
    day, end = subscription.period_end if begun else subscription.period_start, ends_on(subscription)
    return day if subscription.status == SubscriptionStatus.ACTIVE and (end is None or day < end) else None


def fixed_fees(items: Iterable[SubscriptionItem], currency: str) -> int:
    """What its items cost in each cycle beside the plan, in minor units; usage is billed as it is metered."""
    fees = (item for item in items if not item.event_type)
    return sum(line_amount(fee.quantity, fee.unit_price, currency) for fee in fees)


def bring_up_to(subscription: Subscription, cycle: Cycle, today: date) -> list[Happened]:
    """Let pass what was due until today, day by day; once more on the same day does nothing.

    On one day a cancellation comes first, then the end of the term, then the next cycle with its changes.
    """
    happened: list[Happened] = []
    while subscription.status in RUNNING:
        days = (subscription.cancel_on, subscription.term_ends_on, subscription.period_end)
        day = min(each for each in days if each)
        if day > today:
            break
        happened += _pass(subscription, cycle, day)
    subscription.next_billing_on = next_billing(subscription, today)
    return happened


def end(subscription: Subscription, status: SubscriptionStatus, day: date) -> None:
    """It is over, and with it whatever was to come."""
    subscription.status = status
    subscription.cancelled_on = day if status == SubscriptionStatus.CANCELLED else None
    subscription.cancel_on = subscription.next_billing_on = None
    forget_change(subscription)


def forget_change(subscription: Subscription) -> None:
    """No change is pending any more."""
    subscription.next_plan_id = subscription.next_quantity = None
    subscription.next_price = subscription.next_change_on = None


def _pass(subscription: Subscription, cycle: Cycle, day: date) -> list[Happened]:
    """One day on which something is due."""
    if subscription.cancel_on == day:
        end(subscription, SubscriptionStatus.CANCELLED, day)
        return [Happened.CANCELLED]
    happened = []
    if subscription.term_ends_on == day:
        if subscription.term_months is None:
            end(subscription, SubscriptionStatus.EXPIRED, day)
            return [Happened.EXPIRED]
        subscription.term_ends_on = after_months(day, subscription.term_months, subscription.started_on)
        happened.append(Happened.RENEWED)
    if subscription.period_end == day:
        following = after_months(day, cycle.months, subscription.started_on)
        subscription.period_start, subscription.period_end = day, following
        if subscription.next_change_on and subscription.next_change_on <= day:
            _change(subscription)
            happened.append(Happened.CHANGED)
    return happened


def _change(subscription: Subscription) -> None:
    subscription.plan_id = subscription.next_plan_id or subscription.plan_id
    subscription.quantity = subscription.next_quantity or subscription.quantity
    if subscription.next_price is not None:
        subscription.price = subscription.next_price
    forget_change(subscription)
