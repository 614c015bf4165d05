"""The numbers of documents: each kind counts up by one, whoever makes the next."""

from sqlmodel import SQLModel, select

from portal_app import db
from portal_app.models import Counter, Credit, Invoice, Payment, Refund, Statement, Subscription
from portal_app.work import Work

KINDS: dict[type[SQLModel], str] = {
    Invoice: 'INV',
    Payment: 'PAY',
    Credit: 'CM',
    Refund: 'REF',
    Statement: 'ST',
    Subscription: 'SUB',
}


def next_number(work: Work, model: type[SQLModel]) -> str:
    """The next number of this kind of document: INV-000123. Others who want one wait until this work ends.

    A number that an import has brought already is passed over.
    """
    prefix = KINDS[model]
    db.hold(work.session, f'counter {prefix}')
    found = select(Counter).where(Counter.name == prefix).execution_options(populate_existing=True)
    counter = work.session.exec(found).first() or Counter(name=prefix)
    while True:
        counter.last += 1
        number = f'{prefix}-{counter.last:06}'
        taken = select(model.id).where(model.number == number)  # type: ignore[attr-defined]  # each has both
        if work.session.exec(taken).first() is None:
            break
    work.session.add(counter)
    work.session.flush()
    return number
