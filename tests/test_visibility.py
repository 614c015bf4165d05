"""Why can't they see it? The chain of rules says what is really so."""

import pytest
from sqlmodel import select

from portal_app.auth.permissions import OWNER, Action, Activity, Permission
from portal_app.auth.viewer import Operator
from portal_app.errors import Invalid, NotFound, NotPermitted
from portal_app.models import Contact, Customer, PortalStatus, PortalUser, Role, UsageEvent
from portal_app.money import Money
from portal_app.services.visibility import Explanation, Outcome, explain
from portal_app.work import acting_as, reading_as
from tests.bills import add_bills, bill
from tests.test_contact_tabs import contact_of
from tests.world import World, add_events, change, contact, event, tab


def why(world: World, contact_id: int, key: str, reference: str = '', who: str = 'olivia') -> Explanation:
    with reading_as(world.as_staff(who)) as work:
        return explain(work, contact_id, key, reference)


def said(found: Explanation) -> dict[str, str]:
    """The sentence of each rule that was reached, by its name."""
    return {rule.name: rule.sentence for rule in found.rules if rule.outcome is not Outcome.NOT_REACHED}


def event_of(world: World, customer: str, number: int = 1) -> UsageEvent:
    with reading_as(Operator('test')) as work:
        return work.session.exec(
            select(UsageEvent).where(UsageEvent.external_id == f'evt-{world.customers[customer]}-{number}')
        ).one()


def test_anna_s_own_event_is_visible_and_its_hidden_fields_are_named(world: World) -> None:
    """SET-07: which fields are hidden in setup."""
    anna, own = contact_of(world, 'acme', 'anna'), event_of(world, 'acme')
    tab('usage-events', enabled=True, fields={'source': False, 'properties': False})
    for reference in (own.external_id, f'  {own.external_id} ', str(own.id)):
        found = why(world, anna, 'usage-events', reference)
        assert found.visible
        assert found.summary == f'Anna Person sees usage event {reference.strip()}.'
        assert said(found)['Whose record it is'] == 'It belongs to Acme itself.'
        assert said(found)['Fields'] == (
            'Shown without the fields that are hidden in Portal Setup: Source, Properties.'
        )
        assert found.rules[-1].mend
        assert found.rules[-1].mend.address == '/admin/setup/portal'


@pytest.mark.parametrize(
    ('who', 'company', 'owner', 'sentence', 'address'),
    [
        (
            'anna',
            'acme',
            'iberia',
            (
                'It belongs to Acme Iberia (C1003), a child of Acme whose portal access is disabled, '
                'billed to its parent.'
            ),
            '/admin/customers/C1003',
        ),
        (
            'nora',
            'nordics',
            'acme',
            "It belongs to Acme (C1001), the parent. A child never sees its parent's records.",
            '',
        ),
        (
            'nora',
            'nordics',
            'iberia',
            "It belongs to Acme Iberia (C1003), a sibling. Children do not see each other's records.",
            '',
        ),
        (
            'anna',
            'acme',
            'globex',
            'It belongs to Globex (C1004), which is neither Acme nor a child of it.',
            '',
        ),
    ],
)
def test_whose_record_it_is_decides(
    world: World, who: str, company: str, owner: str, sentence: str, address: str
) -> None:
    """ACC-13: parent, child, sibling, somebody else; bill-to-parent is named."""
    change(Customer, world.customers['iberia'], bill_to_parent=True)
    found = why(world, contact_of(world, company, who), 'usage-events', event_of(world, owner).external_id)
    assert not found.visible
    last = next(rule for rule in found.rules if rule.outcome is Outcome.FAILED)
    assert (last.name, last.sentence) == ('Whose record it is', sentence)
    assert (last.mend.address if last.mend else '') == address


def test_a_child_that_is_billed_to_its_parent_is_told_apart(world: World) -> None:
    """ACC-13: bill-to-parent invoices show at the parent."""
    change(Customer, world.customers['nordics'], bill_to_parent=True)
    found = why(
        world, contact_of(world, 'nordics', 'nora'), 'usage-events', event_of(world, 'acme').external_id
    )
    assert said(found)['Whose record it is'].endswith('Acme Nordics is billed to it.')
    found = why(
        world, contact_of(world, 'acme', 'anna'), 'usage-events', event_of(world, 'nordics').external_id
    )
    assert said(found)['Whose record it is'] == (
        'It belongs to Acme Nordics (C1002), a child of Acme with portal access, billed to its parent.'
    )


def test_each_status_says_since_when(world: World) -> None:
    """Field notes: status with its date, as the viewer counts days."""
    anna = contact_of(world, 'acme', 'anna')
    since = event_of(world, 'acme').occurred_at
    for status, sentence in (
        (PortalStatus.NONE, 'Anna Person has never been invited.'),
        (PortalStatus.PENDING, 'Anna Person was invited on Nov 10, 2026 and has not registered yet.'),
        (PortalStatus.DISABLED, 'Portal access of Anna Person was disabled on Nov 10, 2026.'),
    ):
        change(Contact, anna, portal_status=status, status_since=since)
        found = why(world, anna, 'usage-events')
        assert said(found)['Portal status'] == sentence
        assert found.summary == f'Anna Person does not see “Usage Events”. {sentence}'
        assert [rule.outcome for rule in found.rules[4:]] == [Outcome.NOT_REACHED] * 3


def test_each_login_that_does_not_work_says_why(world: World) -> None:
    """ACC-07: a granted contact sets the password first."""
    anna = contact_of(world, 'acme', 'anna')
    user = contact(anna).portal_user_id or 0
    assert said(why(world, anna, 'usage'))['Login'] == 'anna@example.com can log in.'
    change(PortalUser, user, password_hash='')
    assert 'has no password yet' in said(why(world, anna, 'usage'))['Login']
    change(PortalUser, user, disabled_at=event_of(world, 'acme').occurred_at)
    assert said(why(world, anna, 'usage'))['Login'] == (
        'The login anna@example.com was disabled on Nov 10, 2026.'
    )
    change(Contact, anna, portal_user_id=None)
    assert said(why(world, anna, 'usage'))['Login'] == 'Anna Person has no login.'


def test_a_summary_has_no_single_records(world: World) -> None:
    """Field notes: the chain ends at the tab."""
    anna = contact_of(world, 'acme', 'anna')
    found = why(world, anna, 'usage', 'evt-1-1')
    assert found.summary == 'Anna Person sees “Usage”.'
    assert found.rules[-1].name == 'Tab for this contact'


@pytest.mark.parametrize('reference', ['x' * 301, 'nul\0', '\ud800'])
def test_what_cannot_be_an_id_is_refused(sqlite_world: World, reference: str) -> None:
    """Bad input."""
    anna = contact_of(sqlite_world, 'acme', 'anna')
    with pytest.raises(Invalid, match='record must be an id'):
        why(sqlite_world, anna, 'usage-events', reference)
    with pytest.raises(Invalid, match='object must be one of'):
        why(sqlite_world, anna, 'nonsense')
    with pytest.raises(NotFound):
        why(sqlite_world, 999_999, 'usage')


@pytest.mark.parametrize('reference', ['9' * 18, '9' * 19, '9' * 300, '٣', '-1', "' OR 1=1", '%', '=1+1'])
def test_an_odd_id_is_looked_for_and_not_found(world: World, reference: str) -> None:
    """Bad input."""
    found = why(world, contact_of(world, 'acme', 'anna'), 'usage-events', reference)
    assert said(found)['Record'] == f'There is no usage event with the id or number {reference}.'


def test_an_id_of_digits_finds_the_event_that_has_it(world: World) -> None:
    """An event's own id may look like another one's number: what the contact may see comes first."""
    anna, theirs = contact_of(world, 'acme', 'anna'), event_of(world, 'globex')
    assert not why(world, anna, 'usage-events', str(theirs.id)).visible
    add_events(event(world.customers['acme'], 0, external_id=str(theirs.id)))
    assert why(world, anna, 'usage-events', str(theirs.id)).visible


def test_a_role_without_customers_learns_no_names_and_gets_no_links(world: World) -> None:
    """SET-10: Manage Portal Users alone says nothing about other customers."""
    narrow = [Permission(Activity.PORTAL_USERS, Action.VIEW).grant]
    with acting_as(Operator('test')) as work:
        role = work.session.exec(select(Role).where(Role.name == OWNER.name)).one()
        role.grants = narrow
        work.session.add(role)
    anna = contact_of(world, 'acme', 'anna')
    found = why(world, anna, 'usage-events', event_of(world, 'globex').external_id)
    assert 'Globex' not in str(found)
    assert said(found)['Whose record it is'] == (
        'It belongs to another customer, which is neither Acme nor a child of it.'
    )
    tab('usage-events', enabled=False)
    assert [rule.mend for rule in why(world, anna, 'usage-events').rules if rule.mend] == []


def test_only_the_grant_asks_why(sqlite_world: World) -> None:
    """SET-10: Manage Portal Users: View; Read Only has it, Standard has not."""
    anna = contact_of(sqlite_world, 'acme', 'anna')
    assert why(sqlite_world, anna, 'usage', who='rita').visible
    with pytest.raises(NotPermitted):
        why(sqlite_world, anna, 'usage', who='stan')


def test_a_draft_is_said_to_be_shown_to_nobody(world: World) -> None:
    """POR-05: the invoice exists, and is Acme's own."""
    anna = contact_of(world, 'acme', 'anna')
    add_bills(
        bill(world.customers['acme'], Money(100, 'USD'), number='INV-1', status='Draft'),
        bill(world.customers['acme'], Money(100, 'USD'), number='INV-2'),
    )
    draft = why(world, anna, 'invoices', 'INV-1')
    assert not draft.visible
    assert said(draft)['Record'] == (
        'Invoice INV-1 exists, but is not shown to anybody. A draft is never shown.'
    )
    assert why(world, anna, 'invoices', 'INV-2').visible
