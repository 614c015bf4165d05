"""Invoices of the invented company: seats and last month's usage, each month since a customer began."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import col, func, select

from portal_app.columns import exact_sum
from portal_app.filters import day_start
from portal_app.models import EventStatus, Invoice, InvoiceLine, UsageEvent
from portal_app.models.base import now
from portal_app.money import exponent
from portal_app.services import ledger
from portal_app.services.demo_plans import RATES, TITLES, Account, Numbered
from portal_app.work import Work

Used = dict[int, list[tuple[str, str, Decimal]]]  # type, unit and quantity, by customer


def add_invoices(
    work: Work, accounts: Sequence[Account], today: date, zone: ZoneInfo, numbered: Numbered
) -> list[Invoice]:
    """Post an invoice for each month of each account, as of the first days of the month."""
    made: list[Invoice] = []
    month = min(account.began for account in accounts)
    while (following := next_month(month)) <= today:
        used = _usage(work, day_start(month, zone), day_start(following, zone))
        for account in accounts:
            if account.began <= month:
                customer = account.customer
                billed = (customer.parent_id if customer.bill_to_parent else customer.id) or 0
                lines = [_seats(account, month), *_usage_lines(account, used, month)]
                posted = day_start(following, zone) + timedelta(hours=9, minutes=len(made) % 50)
                invoice = _post(
                    work, account, billed, lines, following, min(posted, now()), numbered(Invoice)
                )
                made.append(invoice)
                _name_events(work, account, lines, day_start(month, zone), day_start(following, zone))
        month = following
    return made


def next_month(day: date) -> date:
    """The first day of the month after."""
    return day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1, day=1)


def rounded(amount: Decimal, currency: str) -> int:
    """Major units as whole minor units, half up."""
    return int(amount.scaleb(exponent(currency)).to_integral_value(ROUND_HALF_UP))


def _usage(work: Work, start: datetime, end: datetime) -> Used:
    asked = (
        select(
            col(UsageEvent.customer_id),
            col(UsageEvent.event_type),
            func.min(col(UsageEvent.unit)),
            exact_sum(UsageEvent.quantity),
        )
        .where(
            col(UsageEvent.occurred_at) >= start,
            col(UsageEvent.occurred_at) < end,
            col(UsageEvent.status) != EventStatus.VOID,
        )
        .group_by(col(UsageEvent.customer_id), col(UsageEvent.event_type))
    )
    found: Used = defaultdict(list)
    for customer_id, event_type, unit, quantity in work.session.execute(asked):
        found[customer_id].append((event_type, unit, quantity))
    return found


def _seats(account: Account, month: date) -> InvoiceLine:
    subscription = account.subscription
    months = (
        (subscription.period_start.year - month.year) * 12 + subscription.period_start.month - month.month
    )
    seats = max(1, subscription.quantity - months // 5)  # it grew to what it is
    price = Decimal(subscription.price).scaleb(-exponent(subscription.currency))
    return _line('Platform seats', Decimal(seats), 'seat', price, account, month)


def _usage_lines(account: Account, used: Used, month: date) -> list[InvoiceLine]:
    return [
        _line(TITLES[event_type], quantity, unit, RATES[event_type], account, month, event_type)
        for event_type, unit, quantity in used.get(account.customer.id or 0, ())
    ]


def _line(
    title: str,
    quantity: Decimal,
    unit: str,
    price: Decimal,
    account: Account,
    month: date,
    event_type: str = '',
) -> InvoiceLine:
    currency = account.subscription.currency
    return InvoiceLine(
        invoice_id=0,
        position=0,
        description=title,
        quantity=quantity,
        unit=unit,
        unit_price=price,
        amount=rounded(quantity * price, currency),
        tax_rate=Decimal(19 if account.customer.name.isascii() else 0),
        period_start=month,
        period_end=next_month(month) - timedelta(days=1),
        event_type=event_type,
    )


def _post(
    work: Work, account: Account, billed: int, lines: list[InvoiceLine], day: date, at: datetime, number: str
) -> Invoice:
    customer, subtotal = account.customer, sum(line.amount for line in lines)
    tax = rounded(Decimal(subtotal) * lines[0].tax_rate / 100, 'JPY')  # minor units already
    left = tax
    for line in lines:
        line.tax = left if line is lines[-1] else tax * line.amount // subtotal if subtotal else 0
        left -= line.tax
    invoice = Invoice(
        number=number,
        customer_id=billed,
        service_customer_id=customer.id if billed != customer.id else None,
        subscription_id=account.subscription.id if billed == customer.id else None,
        date=day,
        due_date=day + timedelta(days=customer.payment_terms),
        currency=account.subscription.currency,
        subtotal=subtotal,
        tax=tax,
        total=subtotal + tax,
        reference=f'PO-{4000 + (customer.id or 0)}' if (customer.id or 0) % 3 == 0 else '',
    )
    ledger.post(work, invoice, at)
    for position, line in enumerate(lines, 1):
        line.invoice_id, line.position = invoice.id or 0, position
    work.session.add_all(lines)
    work.session.flush()
    return invoice


def _name_events(
    work: Work, account: Account, lines: list[InvoiceLine], start: datetime, end: datetime
) -> None:
    """The events behind a line know it, and are invoiced."""
    for line in lines:
        if line.event_type:
            work.session.execute(
                update(UsageEvent)
                .where(
                    col(UsageEvent.customer_id) == account.customer.id,
                    col(UsageEvent.event_type) == line.event_type,
                    col(UsageEvent.occurred_at) >= start,
                    col(UsageEvent.occurred_at) < end,
                    col(UsageEvent.status) != EventStatus.VOID,
                )
                .values(invoice_line_id=line.id, status=EventStatus.INVOICED)
                .execution_options(synchronize_session=False)
            )
