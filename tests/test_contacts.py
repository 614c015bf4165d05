"""Adding and changing customers and their people (ACC-01, ACC-03)."""

import pytest
from sqlmodel import col, select

from portal_app.auth.viewer import Operator
from portal_app.errors import Conflict, Invalid, NotFound, NotPermitted
from portal_app.live import Change, Topic
from portal_app.models import AuditEntry, Contact, Customer, PortalStatus
from portal_app.services import contacts, customers, invitations
from portal_app.services.access_rules import Verb
from portal_app.services.customer_verbs import customer_verbs
from portal_app.work import Work, acting_as, reading_as
from tests.world import World, add_contact, change, contact


def people(world: World, customer: str) -> list[tuple[str, str, bool]]:
    with reading_as(Operator('test')) as work:
        found = work.session.exec(
            select(Contact).where(Contact.customer_id == world.customers[customer]).order_by(col(Contact.id))
        )
        return [(each.name, each.email, each.is_billing) for each in found]


def entries(action: str) -> list[AuditEntry]:
    with reading_as(Operator('test')) as work:
        return list(work.session.exec(select(AuditEntry).where(AuditEntry.action == action)))


def edit(work: Work, id: int, **changes: object) -> Contact:
    """Edit a contact; what is not said stays."""
    found = work.session.get_one(Contact, id)
    values = {name: getattr(found, name) for name in ('name', 'email', 'is_billing', 'permitted')} | changes
    return contacts.edit_contact(work, id, **values)  # type: ignore[arg-type]


def test_stan_adds_a_contact_with_several_addresses(world: World) -> None:
    """ACC-01: kept in lowercase, audited, and told to open pages."""
    with acting_as(world.as_staff('stan')) as work:
        made = contacts.add_contact(
            work, world.customers['globex'], ' Clara Berg ', 'Clara@Globex.example; ap@globex.example'
        )
        assert work.changes == {Change(Topic.ACCESS, world.customers['globex']): None}
    assert (made.name, made.email) == ('Clara Berg', 'clara@globex.example, ap@globex.example')
    assert (made.portal_status, made.permitted, made.portal_user_id) == (PortalStatus.NONE, True, None)
    (entry,) = entries('contact.create')
    assert entry.subject == 'Clara Berg <clara@globex.example, ap@globex.example>'
    assert (entry.customer_id, entry.contact_id) == (made.customer_id, made.id)


def test_the_first_contact_is_the_billing_contact_and_there_is_only_one(world: World) -> None:
    """ACC-02: who is invited at the customer's level."""
    iberia = world.customers['iberia']
    with acting_as(world.as_staff('olivia')) as work:
        first = contacts.add_contact(work, iberia, 'Dora', 'dora@acme.example')
        second = contacts.add_contact(work, iberia, 'Emil', 'emil@acme.example')
        contacts.add_contact(work, iberia, 'Fay', 'fay@acme.example', is_billing=True)
    assert [each[2] for each in people(world, 'iberia')] == [False, False, True]
    with acting_as(world.as_staff('olivia')) as work:
        edit(work, second.id or 0, is_billing=True)
    assert [each[2] for each in people(world, 'iberia')] == [False, True, False]
    with acting_as(world.as_staff('olivia')) as work, pytest.raises(Invalid, match='Make another contact'):
        edit(work, second.id or 0, is_billing=False)
    assert first.id != second.id


@pytest.mark.parametrize('who', ['rita', 'manu'])
def test_only_who_may_edit_customers_does(sqlite_world: World, who: str) -> None:
    """SET-10: Customers: Edit; Customers: Add for new ones."""
    viewer, acme = sqlite_world.as_staff(who), sqlite_world.customers['acme']
    anna = add_contact(sqlite_world, 'acme', 'bella')
    for verb in (
        lambda work: contacts.add_contact(work, acme, 'X', 'x@acme.example'),
        lambda work: contacts.edit_contact(work, anna, 'X', 'x@acme.example', False, True),
        lambda work: contacts.set_email_delivery(work, acme, False),
        lambda work: customers.add_customer(work, 'C9', 'X'),
    ):
        with acting_as(viewer) as work, pytest.raises(NotPermitted):
            verb(work)


@pytest.mark.parametrize(
    ('name', 'email', 'rule'),
    [
        ('', 'x@acme.example', 'name must not be empty'),
        ('x' * 201, 'x@acme.example', 'name must have at most 200'),
        ('X\nY', 'x@acme.example', 'name must not contain'),
        ('X', 'x', 'email must be a valid address'),
        ('X', 'ANNA@example.com', "email must be new at this customer: 'Anna Person'"),
    ],
)
def test_a_contact_that_breaks_a_rule_is_not_added(
    sqlite_world: World, name: str, email: str, rule: str
) -> None:
    """ACC-03: the field and the rule."""
    before = people(sqlite_world, 'acme')
    with acting_as(sqlite_world.as_staff('stan')) as work, pytest.raises(Invalid, match=rule):
        contacts.add_contact(work, sqlite_world.customers['acme'], name, email)
    assert people(sqlite_world, 'acme') == before


def test_an_unknown_customer_or_contact_is_not_found(sqlite_world: World) -> None:
    """ACC-01."""
    with acting_as(sqlite_world.as_staff('stan')) as work:
        for verb in (
            lambda: contacts.add_contact(work, 99, 'X', 'x@acme.example'),
            lambda: contacts.edit_contact(work, 99, 'X', 'x@acme.example', False, True),
            lambda: contacts.set_email_delivery(work, 99, True),
        ):
            with pytest.raises(NotFound):
                verb()


@pytest.mark.parametrize(
    ('status', 'first'),
    [(PortalStatus.ENABLED, 'disable the access'), (PortalStatus.PENDING, 'revoke the invitation')],
)
def test_who_has_access_or_an_invitation_keeps_their_address(
    world: World, status: PortalStatus, first: str
) -> None:
    """ACC-06: access never moves to another person unseen; the refusal says what to do first."""
    bella = add_contact(world, 'acme', 'bella', portal_status=status)
    for changes in ({'email': 'other@acme.example'}, {'permitted': False}):
        with acting_as(world.as_staff('stan')) as work, pytest.raises(Conflict, match=f'{first} first'):
            edit(work, bella, **changes)
    with acting_as(world.as_staff('stan')) as work:
        edit(work, bella, name='Bella Neu', email='BELLA@example.com')  # the same address
    assert (contact(bella).name, contact(bella).portal_status) == ('Bella Neu', status)


def test_a_disabled_contact_with_a_new_address_is_a_new_person_to_the_portal(world: World) -> None:
    """ACC-06: the login of the old address stays its own."""
    with reading_as(Operator('test')) as work:
        anna = work.session.exec(select(Contact).where(Contact.email == 'anna@example.com')).one()
    with acting_as(world.as_staff('olivia')) as work:
        invitations.disable_contact(work, anna.id or 0)
    with pytest.raises(NotPermitted), acting_as(world.as_staff('stan')) as work:
        edit(work, anna.id or 0, email='anne@example.com')  # who may not let people in does not undo it
    with acting_as(world.as_staff('olivia')) as work:
        edit(work, anna.id or 0, email='anne@example.com')
    now_ = contact(anna.id or 0)
    assert (now_.email, now_.portal_status, now_.portal_user_id) == (
        'anne@example.com',
        PortalStatus.NONE,
        None,
    )
    assert [entry.after for entry in entries('contact.edit')] == [{'email': 'anne@example.com'}]
    assert [entry.after for entry in entries('portal_access.unlink')] == [{'portal_status': 'None'}]


def test_nothing_changed_is_nothing_written(sqlite_world: World) -> None:
    """OPS-03: the audit log holds changes."""
    bella = add_contact(sqlite_world, 'acme', 'bella')
    with acting_as(sqlite_world.as_staff('stan')) as work:
        edit(work, bella)
        contacts.set_email_delivery(work, sqlite_world.customers['acme'], True)
        assert work.changes == {}
    assert entries('contact.edit') == entries('customer.email_delivery') == []


def test_the_email_delivery_preference_is_audited_and_told(world: World) -> None:
    """ACC-03."""
    with acting_as(world.as_staff('stan')) as work:
        contacts.set_email_delivery(work, world.customers['acme'], False)
        assert list(work.changes) == [Change(Topic.ACCESS, world.customers['acme'])]
    (entry,) = entries('customer.email_delivery')
    assert (entry.subject, entry.before, entry.after) == (
        'Acme',
        {'email_delivery': True},
        {'email_delivery': False},
    )


def test_stan_adds_a_customer_below_acme(world: World) -> None:
    """ACC-01: in the organization's currency, audited."""
    with acting_as(world.as_staff('stan')) as work:
        customers.add_customer(
            work, ' C2001 ', ' Acme Baltics ', 'C1001', bill_to_parent=True, email_delivery=False
        )
    with reading_as(Operator('test')) as work:
        made = work.session.exec(select(Customer).where(Customer.number == 'C2001')).one()
    assert (made.name, made.parent_id, made.currency) == ('Acme Baltics', world.customers['acme'], 'USD')
    assert (made.bill_to_parent, made.email_delivery, made.portal_access) == (True, False, True)
    assert [entry.subject for entry in entries('customer.create')] == ['Acme Baltics']


@pytest.mark.parametrize(
    ('number', 'name', 'parent', 'billed', 'rule'),
    [
        ('', 'X', '', False, 'number must not be empty'),
        ('a/b', 'X', '', False, 'number must have letters'),
        ('a b', 'X', '', False, 'number must have letters'),
        ('-a', 'X', '', False, 'number must have letters'),
        ('ü1', 'X', '', False, 'number must have letters'),
        ('9' * 65, 'X', '', False, 'at most 64'),
        ('login', 'X', '', False, 'an address of the portal itself'),
        ('LOGIN', 'X', '', False, 'an address of the portal itself'),
        ('c1001', 'X', '', False, 'number must be new: C1001 is Acme'),
        ('C9', '', '', False, 'name must not be empty'),
        ('C9', 'X', 'C9999', False, "parent must be the number of a customer .got 'C9999'"),
        ('C9', 'X', '', True, 'Bill to parent needs a parent'),
    ],
)
def test_a_customer_that_breaks_a_rule_is_not_added(
    world: World, number: str, name: str, parent: str, billed: bool, rule: str
) -> None:
    """ACC-01, bad input: the field and the rule, and nothing is added."""
    with acting_as(world.as_staff('stan')) as work, pytest.raises(Invalid, match=rule):
        customers.add_customer(work, number, name, parent, bill_to_parent=billed)
    with reading_as(Operator('test')) as work:
        assert len(work.session.exec(select(Customer.id)).all()) == 5


VERBS = [  # of the billing contact: status, of the customer: access, delivery, email; then what is offered
    ('None', True, True, 'bella@example.com', (Verb.INVITE, Verb.GRANT, Verb.DISABLE)),
    ('None', True, False, 'bella@example.com', (Verb.INVITE, Verb.DISABLE)),
    ('None', True, True, 'a@b.example, c@d.example', (Verb.INVITE, Verb.DISABLE)),
    ('Pending', True, True, 'bella@example.com', (Verb.RESEND, Verb.GRANT, Verb.DISABLE)),
    ('Enabled', True, True, 'bella@example.com', (Verb.DISABLE,)),
    ('Disabled', True, True, 'bella@example.com', (Verb.ENABLE, Verb.DISABLE)),
    ('Enabled', False, True, 'bella@example.com', (Verb.ENABLE,)),
    ('None', False, True, 'bella@example.com', (Verb.ENABLE,)),
]


@pytest.mark.parametrize(('status', 'on', 'delivery', 'email', 'offered'), VERBS)
def test_the_row_menu_offers_what_fits(
    world: World, status: str, on: bool, delivery: bool, email: str, offered: tuple[Verb, ...]
) -> None:
    """ACC-07: Grant Portal Access once Email Delivery is on and there is a valid address; ACC-08, ACC-10."""
    acme = world.customers['acme']
    add_contact(world, 'acme', 'bella', is_billing=True, portal_status=status, email=email)
    change(Customer, acme, portal_access=on, email_delivery=delivery)
    with reading_as(world.as_staff('olivia')) as work:
        found = customer_verbs(work, acme)
    assert found.verbs == offered
    assert (found.name, found.contact, found.on) == ('Acme', 'Bella Person', on)


def test_the_row_menu_offers_what_the_role_grants(world: World) -> None:
    """SET-10: stan edits customers and manages no portal users; nobody is there to invite at Initech."""
    for who, offered in (('olivia', (Verb.INVITE, Verb.DISABLE)), ('stan', ()), ('rita', ())):
        with reading_as(world.as_staff(who)) as work:
            assert customer_verbs(work, world.customers['initech']).verbs == offered
    with reading_as(world.as_customer('anna', 'C1001')) as work, pytest.raises(NotPermitted):
        customer_verbs(work, world.customers['acme'])
    with reading_as(world.as_staff('rita')) as work, pytest.raises(NotFound):
        customer_verbs(work, 99)
