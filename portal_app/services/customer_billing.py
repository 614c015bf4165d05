"""What staff see of a customer's account, and the terms on which it is billed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import col, func, select

from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.business_day import business_day
from portal_app.errors import NotFound
from portal_app.live import Change, Topic
from portal_app.models import AccountBalance, Credit, Customer, Invoice, InvoiceStatus, Payment, PaymentMethod
from portal_app.money import Money
from portal_app.services.accounts import hold_account, tell
from portal_app.services.billing_rules import VIEW, refuse
from portal_app.services.billing_states import invoice_state, payment_state
from portal_app.services.going_back import going_back
from portal_app.services.profile_rules import broken_rule
from portal_app.work import Work

CHANGE = Permission(Activity.CUSTOMERS, Action.EDIT)
LATEST = 6  # records
MOST_DAYS = 365  # of payment terms


@dataclass(frozen=True)
class Balance:
    """What is owed and what is free in one currency; never added across currencies (field notes)."""

    due: Money
    overdue: Money
    credit: Money
    net: Money


@dataclass(frozen=True)
class Latest:
    """One of the last records. `target` is the path of its page below /admin."""

    target: str
    number: str
    when: date | datetime
    state: str
    amount: Money


@dataclass(frozen=True)
class CustomerBilling:
    """A customer's account."""

    balances: tuple[Balance, ...]
    latest: tuple[Latest, ...]
    methods: tuple[PaymentMethod, ...]
    auto_pay: bool


def customer_billing(work: Work, customer_id: int) -> CustomerBilling | None:
    """Look it up; None for a role without Billing Records: View. Raises NotFound."""
    if not work.may(VIEW):
        return None
    customer = work.session.get(Customer, customer_id)
    if customer is None:
        raise NotFound('There is no such customer.')
    methods = select(PaymentMethod).where(
        PaymentMethod.customer_id == customer_id, col(PaymentMethod.removed_at).is_(None)
    )
    return CustomerBilling(
        balances=tuple(_balances(work, customer)),
        latest=tuple(_latest(work, customer_id)),
        methods=tuple(
            work.session.exec(methods.order_by(col(PaymentMethod.is_default).desc(), col(PaymentMethod.id)))
        ),
        auto_pay=customer.auto_pay,
    )


def set_terms(work: Work, customer_id: int, payment_terms: int, address: str) -> None:
    """Days until an invoice is due (0: at once), and the address that is printed. Needs Customers: Edit.

    Invoices that there are keep theirs. Raises BillingRefused with every broken rule, NotFound.
    """
    work.require(CHANGE)
    hold_account(work, customer_id)
    customer = work.session.get(Customer, customer_id, populate_existing=True)
    if customer is None:
        raise NotFound('There is no such customer.')
    address = '\n'.join(line.strip() for line in address.strip().splitlines())
    days = '' if 0 <= payment_terms <= MOST_DAYS else f'must be between 0 and {MOST_DAYS} days'
    wrong = {'payment_terms': days, 'address': broken_rule('address', address)}
    refuse({name: problem for name, problem in wrong.items() if problem})
    before: dict[str, Any] = {'payment_terms': customer.payment_terms, 'address': customer.address}
    after: dict[str, Any] = {'payment_terms': payment_terms, 'address': address}
    changed = [name for name in after if before[name] != after[name]]
    if changed:
        customer.payment_terms, customer.address = payment_terms, address
        work.session.add(customer)
        work.record(
            'customer.terms',
            customer.name,
            customer_id=customer_id,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
        tell(work, customer_id)
        work.tell(Change(Topic.ACCESS, customer_id))


def _balances(work: Work, customer: Customer) -> list[Balance]:
    """Each currency that ever moved, the customer's own first; that one also while nothing has happened."""
    rows = work.session.exec(select(AccountBalance).where(AccountBalance.customer_id == customer.id)).all()
    asked = (
        select(Invoice.currency, func.sum(col(Invoice.balance)))
        .where(
            Invoice.customer_id == customer.id,
            col(Invoice.balance) > 0,
            Invoice.status == InvoiceStatus.POSTED,
            Invoice.due_date < business_day(),
        )
        .group_by(Invoice.currency)
    )
    overdue = dict(work.session.exec(asked).all())
    back = going_back(work, (customer.id or 0,))
    found = {}
    for row in rows:
        credit = row.credit - back[row.currency].amount  # as the customer sees it
        amounts = (row.due, overdue.get(row.currency, 0), credit, row.due - credit)
        found[row.currency] = Balance(*(Money(int(amount), row.currency) for amount in amounts))
    own = customer.currency
    found.setdefault(own, Balance(Money(0, own), Money(0, own), Money(0, own), Money(0, own)))
    return sorted(found.values(), key=lambda each: (each.due.currency != own, each.due.currency))


def _latest(work: Work, customer_id: int) -> list[Latest]:
    """The last records of every kind, drafts too, newest first."""
    session, found = work.session, []
    invoices = select(Invoice).where(Invoice.customer_id == customer_id)
    for each in session.exec(
        invoices.order_by(col(Invoice.date).desc(), col(Invoice.id).desc()).limit(LATEST)
    ):
        total = Money(each.total, each.currency)
        found.append(Latest(f'invoices/{each.number}', each.number, each.date, invoice_state(each), total))
    payments = select(Payment).where(Payment.customer_id == customer_id)
    for paid in session.exec(payments.order_by(col(Payment.at).desc(), col(Payment.id).desc()).limit(LATEST)):
        amount = Money(paid.amount, paid.currency)
        found.append(Latest(f'payments/{paid.number}', paid.number, paid.at, payment_state(paid), amount))
    credits = select(Credit).where(Credit.customer_id == customer_id)
    for memo in session.exec(credits.order_by(col(Credit.date).desc(), col(Credit.id).desc()).limit(LATEST)):
        amount = Money(memo.amount, memo.currency)
        found.append(Latest(f'credits/{memo.number}', memo.number, memo.date, memo.status, amount))
    return sorted(found, key=_day, reverse=True)[:LATEST]


def _day(latest: Latest) -> date:
    return latest.when.date() if isinstance(latest.when, datetime) else latest.when
