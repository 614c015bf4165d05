"""Customer Accounts: what the list shows, finds and selects, on both databases (ACC-01)."""

import pytest

from portal_app.errors import Invalid
from portal_app.queries import Query, parse
from portal_app.services import listings
from portal_app.services.customer_accounts import CUSTOMER_ACCOUNTS
from portal_app.work import reading_as
from tests.office import furnish
from tests.world import World


@pytest.fixture
def office(world: World) -> World:
    """A world in which each list has records."""
    return furnish(world)


def test_customer_accounts_show_who_of_them_may_open_the_portal(office: World) -> None:
    """ACC-01: status of the billing contact, people who have access, and preferences."""
    with reading_as(office.as_staff('rita')) as work:
        rows = listings.page(work, CUSTOMER_ACCOUNTS, parse(CUSTOMER_ACCOUNTS, [('sort', 'number')])[0]).rows
    shown = ('name', 'parent', 'billing_contact', 'email', 'portal_status', 'people', 'portal_access')
    assert [tuple(row[name] for name in shown) for row in rows] == [
        ('Acme', '', 'Bella Person', 'bella@example.com', 'Pending', 1, 'On'),
        ('Acme Nordics', 'Acme', '', '', 'None', 1, 'On'),
        ('Acme Iberia', 'Acme', 'Dora Person', 'dora@example.com', 'Disabled', 0, 'Off'),
        ('Globex', '', 'Carl Person', 'carl@example.com', 'Pending', 1, 'On'),
        ('Initech', '', '', '', 'None', 1, 'On'),
    ]
    assert [row['email_delivery'] for row in rows] == ['On', 'On', 'On', 'On', 'Off']
    assert [row['bill_to_parent'] for row in rows] == ['No', 'Yes', 'No', 'No', 'No']
    assert [row['last_sign_in'] is not None for row in rows] == [True, False, False, False, False]


@pytest.mark.parametrize(
    ('typed', 'found'),
    [
        ('acme', {'Acme', 'Acme Nordics', 'Acme Iberia'}),
        ('1004', {'Globex'}),
        ('bella', {'Acme'}),
        ('NORA@EXAMPLE', {'Acme Nordics'}),  # not the billing contact
        ('ben person', {'Globex', 'Initech'}),
        ('100%', set()),
        ('nobody', set()),
    ],
)
def test_customers_are_found_by_number_name_and_people(office: World, typed: str, found: set[str]) -> None:
    """ACC-01: quick search, in whatever case."""
    with reading_as(office.as_staff('rita')) as work:
        page = listings.page(work, CUSTOMER_ACCOUNTS, parse(CUSTOMER_ACCOUNTS, [('q', typed)])[0])
    assert {row['name'] for row in page.rows} == found


@pytest.mark.parametrize(
    ('typed', 'names'),
    [
        ('1..', 4),
        ('0', 1),
        ('0.5..1.5', 4),
        ('2..', 0),
        ('..1000000000000000000000000', 5),
        ('1000000000000000000000000..', 0),
        ('-5..-1', 0),
    ],
)
def test_customers_are_filtered_by_their_users(office: World, typed: str, names: int) -> None:
    """ACC-01: whole numbers, however they are asked for."""
    with reading_as(office.as_staff('rita')) as work:
        query, problems = parse(CUSTOMER_ACCOUNTS, [('people', typed)])
        assert problems == []
        assert len(listings.matching_ids(work, CUSTOMER_ACCOUNTS, query)) == names


def test_more_than_can_be_selected_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """ACC-01: the refusal says what helps."""
    monkeypatch.setattr(listings, 'MOST_SELECTED', 4)
    with (
        reading_as(world.as_staff('rita')) as work,
        pytest.raises(Invalid, match='More than 4 records match'),
    ):
        listings.matching_ids(work, CUSTOMER_ACCOUNTS, Query())
    monkeypatch.setattr(listings, 'MOST_SELECTED', 5)
    with reading_as(world.as_staff('rita')) as work:
        assert len(listings.matching_ids(work, CUSTOMER_ACCOUNTS, Query())) == 5
