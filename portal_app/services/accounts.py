"""A customer's account: its balance in each currency, moved by ledger entries alone.

net = sum of the account's ledger entries = due - credit
due = sum of the invoices' balances, credit = unapplied payments and open credits
"""

from datetime import datetime

from sqlmodel import select

from portal_app import db
from portal_app.errors import NotFound
from portal_app.live import Change, Topic
from portal_app.models import AccountBalance, Credit, EntryKind, Invoice, LedgerEntry, Payment, Refund
from portal_app.models.base import now
from portal_app.work import Model, Work

Document = Invoice | Payment | Credit | Refund


def hold_account(work: Work, customer_id: int) -> None:
    """Let everybody else who moves this account's money wait until this work ends; then read rows afresh."""
    db.hold(work.session, f'account {customer_id}')


def fresh(work: Work, model: type[Model], row_id: int) -> Model:
    """A row as it is now, for behind `hold_account`. Raises NotFound."""
    work.session.flush()
    found = work.session.get(model, row_id, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def account(work: Work, customer_id: int, currency: str) -> AccountBalance:
    """The account's balance in a currency, made where there is none yet."""
    found = select(AccountBalance).where(
        AccountBalance.customer_id == customer_id, AccountBalance.currency == currency
    )
    row = work.session.exec(found).first()
    if row is None:
        row = AccountBalance(customer_id=customer_id, currency=currency)
        work.session.add(row)
    return row


def shift(work: Work, document: Document, *, due: int = 0, credit: int = 0) -> None:
    """Move between what is owed and what is free without an entry: the net stays as it is."""
    row = account(work, document.customer_id, document.currency)
    row.due += due
    row.credit += credit
    work.session.add(row)


def enter(
    work: Work,
    document: Document,
    kind: EntryKind,
    amount: int,
    *,
    due: int = 0,
    credit: int = 0,
    at: datetime | None = None,
) -> None:
    """Write an entry, above zero where more is owed. It counts from `at` on, or from now.

    What a statement covers is closed: an earlier entry counts from the statement's end on (field notes).
    """
    row = account(work, document.customer_id, document.currency)
    work.session.add(document)
    work.session.flush()
    work.session.add(
        LedgerEntry(
            customer_id=document.customer_id,
            currency=document.currency,
            at=counts_from(row, at),
            kind=kind,
            amount=amount,
            number=document.number,
            invoice_id=document.id if isinstance(document, Invoice) else None,
            payment_id=document.id if isinstance(document, Payment) else _of(document, 'payment_id'),
            credit_id=document.id if isinstance(document, Credit) else _of(document, 'credit_id'),
            refund_id=document.id if isinstance(document, Refund) else None,
        )
    )
    row.net += amount
    row.due += due
    row.credit += credit
    work.session.add(row)
    tell(work, document.customer_id)


def counts_from(row: AccountBalance, at: datetime | None) -> datetime:
    """When something counts that happened at this moment, or now: never within what a statement covers."""
    moment = at or now()
    return max(moment, row.closed_until) if row.closed_until else moment


def tell(work: Work, customer_id: int) -> None:
    """Open pages hear that something of this account changed."""
    work.tell(Change(Topic.BILLING, customer_id))


def _of(document: Document, name: str) -> int | None:
    return getattr(document, name) if isinstance(document, Refund) else None
