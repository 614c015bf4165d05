"""Sample customers, and being rid of them again (SET-12)."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, func
from sqlmodel import SQLModel, col, select

from portal_app.auth.realms import PORTAL
from portal_app.auth.viewer import Operator
from portal_app.errors import AccessEnded, Conflict, NotFound, NotPermitted, SignedOut
from portal_app.live import Change, Topic
from portal_app.models import (
    AccessRequest,
    AuditEntry,
    Contact,
    Customer,
    Export,
    Invoice,
    InvoiceStatus,
    Organization,
    PortalUser,
    UsageEvent,
)
from portal_app.services import (
    demo,
    invitations,
    invoicing,
    password_resets,
    registration,
    sample_data,
    view_as,
)
from portal_app.services.customers import add_customer, create_portal_user
from portal_app.services.foundation import lay_foundation
from portal_app.services.organization import brand
from portal_app.work import acting_as, reading_as
from tests.world import HERE, PASSWORD, World, mails, organization, token_of


@pytest.fixture
def filled(world: World) -> World:
    """The tests' world, with sample customers beside its own."""
    with acting_as(world.as_staff('olivia')) as work:
        sample_data.fill(work)
    return world


def sample_contacts() -> list[Contact]:
    with reading_as(Operator('test')) as work:
        samples = select(Contact).join(Customer).where(col(Customer.external_id).startswith('sample-'))
        billed_themselves = samples.where(col(Customer.bill_to_parent).is_(False))
        return list(work.session.exec(billed_themselves.order_by(col(Contact.id))))


def counts() -> dict[str, int]:
    """How many rows each table has that is about customers."""
    with reading_as(Operator('test')) as work:
        return {
            table.name: work.session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in SQLModel.metadata.sorted_tables
            if table.name not in ('audit_entry', 'news', 'rate_count', 'staff_session')
        }


BILLING = {
    'account_balance',
    'application',
    'credit',
    'invoice_line',
    'ledger_entry',
    'payment',
    'plan',
    'subscription',
    'subscription_item',
}


def remove(world: World) -> None:
    with acting_as(world.as_staff('olivia')) as work:
        sample_data.remove(work)


def test_twelve_customers_with_half_a_year_of_usage(database: str) -> None:
    """SET-12: in families, in the organization's currency, without a login; with its billing."""
    with acting_as(Operator('test')) as work:
        lay_foundation(work)
    organization(currency='EUR')
    before = counts()
    with acting_as(Operator('test')) as work:
        sample_data.fill(work)
    after = counts()
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    events = grown.pop('usage_event')
    assert 19_900 <= events <= 20_100
    assert 12 <= grown.pop('contact') <= 36
    assert grown.pop('customer') == 12
    assert 60 <= grown.pop('invoice') <= 90
    assert BILLING <= set(grown) <= BILLING | {'refund'}
    with reading_as(Operator('test')) as work:
        customers = work.session.exec(select(Customer).order_by(col(Customer.id))).all()
        first, last = work.session.execute(
            select(func.min(col(UsageEvent.occurred_at)), func.max(col(UsageEvent.occurred_at)))
        ).one()
        ours = work.session.exec(select(Organization)).one()
    assert 180 <= (last - first).days <= 183
    assert {customer.currency for customer in customers} == {'EUR'}
    assert [customer.external_id for customer in customers[:2]] == ['sample-01', 'sample-02']
    assert [customer.number for customer in customers[:2]] == ['SAMPLE-01', 'SAMPLE-02']
    assert sum(customer.parent_id is not None for customer in customers) == 5
    assert (ours.name, ours.subdomain) == ('Your company', '')


def test_its_drafts_are_numbered_once_they_are_posted(filled: World) -> None:
    """SET-12: as those that staff write; nothing else is called a draft."""
    with acting_as(filled.as_staff('olivia')) as work:
        invoices = work.session.exec(select(Invoice)).all()
        (draft,) = [each for each in invoices if each.status == InvoiceStatus.DRAFT]
        assert draft.number == f'DRAFT-{draft.id}'
        assert all(each.number.startswith('SAMPLE-INV-') for each in invoices if each is not draft)
        assert InvoiceStatus.VOID in {each.status for each in invoices}
        assert invoicing.post_invoice(work, draft.id or 0).number == 'INV-000001'


def test_there_is_only_one_set_of_it(filled: World) -> None:
    """SET-12."""
    with pytest.raises(Conflict, match='here already'), acting_as(filled.as_staff('olivia')) as work:
        sample_data.fill(work)


@pytest.mark.parametrize('who', ['rita', 'stan', 'manu'])
def test_it_takes_channel_settings_and_portal_setup(sqlite_world: World, who: str) -> None:
    """SET-10."""
    viewer = sqlite_world.as_staff(who)
    for verb in (sample_data.fill, sample_data.remove):
        with pytest.raises(NotPermitted), acting_as(viewer) as work:
            verb(work)


def test_removing_it_leaves_everything_as_it_was(world: World) -> None:
    """SET-12: also what came of inviting its people: links, mails, requests, views, exports, logins."""
    olivia = world.as_staff('olivia')
    before = counts()
    with acting_as(olivia) as work:
        sample_data.fill(work)
    _live_in_it(world)
    remove(world)
    assert counts() == before
    with reading_as(Operator('test')) as work:
        assert not sample_data.is_there(work)
        entries = work.session.exec(
            select(AuditEntry).where(AuditEntry.action == 'portal_access.accept')
        ).all()
    assert [(entry.customer_id, entry.contact_id) for entry in entries] == [(None, None)]
    with pytest.raises(NotFound):
        remove(world)


def _live_in_it(world: World) -> None:
    """One registers, asks for a new password and exports; one is viewed and asks for access."""
    olivia = world.as_staff('olivia')
    first, second = sample_contacts()[:2]
    with acting_as(olivia) as work:
        invitations.invite_contact(work, first.id or 0)
        invitations.invite_contact(work, second.id or 0)
        view_as.begin(work, second.id or 0, 'test')
        work.session.add(AccessRequest(contact_id=second.id or 0, customer_id=second.customer_id))
    registration.accept(token_of(mails(contact_id=first.id)[0]), first.name, PASSWORD, HERE)
    password_resets.send_reset(PORTAL, first.email, HERE)
    with acting_as(Operator('test')) as work:
        user = work.session.exec(select(PortalUser.id).where(PortalUser.email == first.email)).one()
        work.session.add(
            Export(
                ticket='x' * 20,
                customer_id=first.customer_id,
                portal_user_id=user,
                listing='usage-events',
                format='csv',
                file_name='x.csv',
                time_zone='UTC',
            )
        )


def test_open_pages_of_its_people_close(filled: World, heard: list[Change]) -> None:
    """ACC-08: news for each sample customer; who has another company keeps it."""
    amara = sample_contacts()[0]
    with acting_as(Operator('test')) as work:
        create_portal_user(work, 'SAMPLE-01', 'Amara', 'amara@example.com', PASSWORD)
        create_portal_user(work, 'SAMPLE-01', 'Ben', 'ben@example.com', PASSWORD)
    lost, kept = filled.as_customer('amara', 'SAMPLE-01'), filled.as_customer('ben', 'SAMPLE-01')
    heard.clear()
    remove(filled)
    assert Change(Topic.ACCESS, amara.customer_id) in heard
    with pytest.raises(SignedOut), reading_as(lost):
        pass
    with pytest.raises(AccessEnded), reading_as(kept):
        pass
    with reading_as(filled.as_customer('ben', 'C1004')) as work:
        assert work.customer_ids == (filled.customers['globex'],)


def test_a_customer_of_ones_own_below_a_sample_one_stays(filled: World) -> None:
    """SET-12: without a parent, and billed by itself."""
    with acting_as(filled.as_staff('olivia')) as work:
        own = add_customer(work, 'C9', 'Own', 'SAMPLE-01', bill_to_parent=True).id or 0
    remove(filled)
    with reading_as(Operator('test')) as work:
        found = work.session.get_one(Customer, own)
        assert (found.parent_id, found.bill_to_parent) == (None, False)
        assert len(work.session.exec(select(Customer)).all()) == 6


def about_customers() -> Iterator[tuple[str, Column[object]]]:
    """Every column of every table that names a row which may go with the sample."""
    goes = {name for name, _ in sample_data.GOES} | {'customer'}
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name in goes for key in column.foreign_keys):
                yield table.name, column


@pytest.mark.parametrize(('table', 'column'), list(about_customers()), ids=str)
def test_every_table_about_customers_has_an_answer(table: str, column: Column[object]) -> None:
    """A later table that names a customer, a contact or what hangs on them goes too, or forgets them.

    What belongs to a customer goes with all that it names: documents of one account name no other's.
    """
    goes = {(name, each) for name, columns in sample_data.GOES for each in columns}
    stays = {(name, each) for name, each, _ in sample_data.STAYS}
    cascades = any(key.ondelete == 'CASCADE' for key in column.foreign_keys)
    assert cascades or {(table, column.name), (table, 'customer_id')} & (goes | stays)


def test_the_demo_company_wears_what_setup_offers(sqlite_database: str) -> None:
    """SET-02 to SET-09: an address, a logo and a banner within the rules, and legal links."""
    with acting_as(Operator('test')) as work:
        lay_foundation(work)
        demo._organization(work)
    with reading_as(Operator('test')) as work:
        ours = work.session.exec(select(Organization)).one()
        worn = brand(work)
    assert ours.subdomain == 'northwind'
    assert ours.address
    assert ours.support_phone
    assert worn.logo
    assert (worn.logo.width, worn.logo.height, worn.logo.plate) == (188, 44, '')
    assert worn.banner.startswith('/brand/')
    assert [title for title, _ in worn.legal] == ['Terms and Conditions', 'Privacy Policy']
