"""Sample customers to try a new portal with, and how to be rid of them again (SET-12).

They are known by number and external id together: SAMPLE-01 and `sample-01`. Nobody can sign in as one of
their people until staff invite them like anybody else.
"""

import random
from collections import Counter

from sqlalchemy import ColumnElement, Table, and_, delete, or_, update
from sqlmodel import SQLModel, col, select

from portal_app.errors import Conflict, NotFound
from portal_app.live import Change, Topic
from portal_app.models import Contact, Customer, OneTimeLink, Plan, PortalUser, Subscription
from portal_app.services.candidates import hold_access
from portal_app.services.counters import KINDS
from portal_app.services.demo_billing import add_billing
from portal_app.services.demo_customers import add_customers
from portal_app.services.demo_names import FAMILIES
from portal_app.services.demo_plans import Numbered
from portal_app.services.demo_usage import Span, add_usage
from portal_app.services.general_settings import CHANGE, VIEW
from portal_app.services.organization import organization
from portal_app.work import Work

MOST = 99  # customers of any release's sample
COMPANIES = FAMILIES[:7]  # twelve customers, five of them children
SPAN = Span(events=20_000, days=183)
SUBJECT = 'Sample data'
PLANS = 'sample-'  # with what their codes begin

Gone = dict[str, list[int]]  # ids by table

# What goes with the sample: rows that name it in one of these columns, each table before those that it names.
GOES = (
    ('mail', ('customer_id', 'contact_id', 'link_id')),
    ('pay_link', ('contact_id',)),
    ('one_time_link', ('contact_id', 'portal_user_id')),
    ('portal_view', ('contact_id',)),
    ('portal_session', ('user_id',)),
    ('export', ('customer_id', 'portal_user_id')),
    ('access_request', ('customer_id', 'contact_id')),
    ('usage_event', ('customer_id',)),
    ('application', ('customer_id',)),
    ('ledger_entry', ('customer_id',)),
    ('account_balance', ('customer_id',)),
    ('refund', ('customer_id',)),
    ('credit', ('customer_id',)),
    ('payment', ('customer_id',)),
    ('invoice', ('customer_id',)),
    ('statement', ('customer_id',)),
    ('subscription', ('customer_id',)),
    ('saving_method', ('customer_id',)),
    ('payment_method', ('customer_id',)),
    ('gateway_payer', ('customer_id',)),
    ('contact', ('customer_id', 'portal_user_id')),
    ('portal_user', ('id',)),
)
# What stays: it forgets whom it was about, and that has consequences.
STAYS: tuple[tuple[str, str, dict[str, bool]], ...] = (
    ('audit_entry', 'customer_id', {}),
    ('audit_entry', 'contact_id', {}),
    ('invoice', 'service_customer_id', {}),
    ('customer', 'parent_id', {'bill_to_parent': False}),
)


def is_there(work: Work) -> bool:
    """Whether there are sample customers. Needs Channel Settings: View and Portal Setup: View."""
    work.require(*VIEW)
    return work.session.exec(select(Customer.id).where(IS_SAMPLE)).first() is not None


def fill(work: Work) -> None:
    """Add twelve customers with their people and half a year of usage: within about two seconds.

    Needs Channel Settings: Edit and Portal Setup: Edit. Raises Conflict while there are some.
    """
    work.require(*CHANGE)
    hold_access(work)
    if work.session.exec(select(Customer.id).where(_IS_IN_THE_WAY)).first() is not None:
        raise Conflict('The sample data is here already, or customers of your own have its numbers.')
    chance = random.Random(2026)  # noqa: S311 - the same companies every time
    currency = organization(work).currency
    customers = add_customers(work, COMPANIES, chance, _named, SPAN.days, currency)
    add_usage(work, customers, chance, SPAN)
    add_billing(work, customers, chance, currency, _numbers(), PLANS)
    work.record('sample_data.add', SUBJECT, after={'customers': len(customers)})
    _tell(work, [customer.id or 0 for customer in customers])


def remove(work: Work) -> None:
    """Delete the sample customers with all that hangs on them; open portal pages of their people close.

    Logins that were made for their people go too, unless they have another company. The audit log stays, and
    so do customers of your own below a sample one: they have no parent any more.
    Needs Channel Settings: Edit and Portal Setup: Edit. Raises NotFound where there are none.
    """
    work.require(*CHANGE)
    hold_access(work)
    gone = _gone(work)
    if not gone['customer']:
        raise NotFound('There is no sample data.')
    for name, column, consequences in STAYS:
        table = SQLModel.metadata.tables[name]
        forgets = update(table).where(_names(table, column, gone))
        work.session.execute(forgets.values({column: None, **consequences}))
    for name, columns in (*GOES, ('customer', ('id',))):
        table = SQLModel.metadata.tables[name]
        work.session.execute(delete(table).where(or_(*(_names(table, each, gone) for each in columns))))
    in_use = or_(col(Plan.id) == col(Subscription.plan_id), col(Plan.id) == col(Subscription.next_plan_id))
    unused = col(Plan.code).startswith(PLANS), ~select(Subscription).where(in_use).exists()
    work.session.execute(delete(Plan).where(*unused).execution_options(synchronize_session=False))
    work.record('sample_data.remove', SUBJECT, before={'customers': len(gone['customer'])})
    _tell(work, gone['customer'])


def _named(place: int) -> tuple[str, str]:
    return f'SAMPLE-{place + 1:02}', f'sample-{place + 1:02}'


def _numbers() -> Numbered:
    """Numbers beside the organization's own, which begin with its first invoice."""
    counts: Counter[type[SQLModel]] = Counter()

    def numbered(model: type[SQLModel]) -> str:
        counts[model] += 1
        return f'SAMPLE-{KINDS[model]}-{counts[model]:04}'

    return numbered


def _gone(work: Work) -> Gone:
    customers = _ids(work, Customer, IS_SAMPLE)
    theirs = col(Contact.customer_id).in_(customers)
    elsewhere = select(Contact.portal_user_id).where(~theirs, col(Contact.portal_user_id).is_not(None))
    logins = select(Contact.portal_user_id).where(theirs)
    users = _ids(work, PortalUser, col(PortalUser.id).in_(logins), col(PortalUser.id).not_in(elsewhere))
    contacts = _ids(work, Contact, theirs)
    about = or_(col(OneTimeLink.contact_id).in_(contacts), col(OneTimeLink.portal_user_id).in_(users))
    links = _ids(work, OneTimeLink, about)
    return {'customer': customers, 'contact': contacts, 'portal_user': users, 'one_time_link': links}


def _ids(
    work: Work,
    model: type[Customer] | type[Contact] | type[PortalUser] | type[OneTimeLink],
    *which: ColumnElement[bool],
) -> list[int]:
    return [id or 0 for id in work.session.exec(select(model.id).where(*which))]


def _names(table: Table, column: str, gone: Gone) -> ColumnElement[bool]:
    """Whether a row names something that goes."""
    found = table.c[column]
    target = next((key.column.table for key in found.foreign_keys), table)
    return found.in_(gone[target.name])


def _tell(work: Work, customer_ids: list[int]) -> None:
    for id in customer_ids:
        work.tell(Change(Topic.ACCESS, id))
    work.tell(Change(Topic.MAIL))
    work.tell(Change(Topic.SETUP))


_NUMBERS, _EXTERNAL_IDS = zip(*map(_named, range(MOST)), strict=True)
_HAS_NUMBER, _HAS_ID = col(Customer.number).in_(_NUMBERS), col(Customer.external_id).in_(_EXTERNAL_IDS)
IS_SAMPLE = and_(_HAS_NUMBER, _HAS_ID)  # an import takes the number from the external id as it is: not these
_IS_IN_THE_WAY = or_(_HAS_NUMBER, _HAS_ID)
