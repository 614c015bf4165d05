"""Every service verb of staff: what it needs, and what it is tried with in the office of the walk.

A function that reaches data and stands neither here nor in `role_walk_inner.py` fails `test_role_walk.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal_app.auth.permissions import END_ACCESS, GIVE_ACCESS, SEE_ACCESS
from portal_app.auth.viewing import NEEDED as TO_VIEW_AS
from portal_app.errors import PortalError
from portal_app.listings import Kind, Listing
from portal_app.queries import parse
from portal_app.services import (
    access,
    access_history,
    access_requests,
    access_review,
    bulk_access,
    contact_tabs,
    contacts,
    customer_page,
    customer_verbs,
    customers,
    exports,
    invitations,
    listings,
    staff_lists,
    view_as,
    visibility,
)
from portal_app.services.bulk_access import BulkAction
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.services.staff_lists import STAFF_LISTS, may_export
from portal_app.work import Work
from tests.role_walk_office import Grants, Office, exactly
from tests.role_walk_pages import ADD, CUSTOMERS, EDIT, LIST, USERS, VIEW, Needs, may

Function = Callable[..., object]
Given = Callable[[Office], tuple[Any, ...]]


@dataclass(frozen=True)
class Verb:
    """One use of a service function."""

    function: Function
    ways: tuple[Needs, ...]  # it takes all of one of these
    given: Given  # what it is called with, after the work
    use: str = ''  # where what it needs depends on what it is used for
    asks: bool = False  # it answers whether the viewer may
    refused: tuple[type[PortalError], ...] = ()  # why it cannot be done in this office by who may
    takes_out: bool = False  # only for a role that may change something at all
    own_too: bool = False  # customers may do it with an object of the same key: their own records

    @property
    def name(self) -> str:
        """How it is called: `access.disable_customers`."""
        return spoken(self.function)

    @property
    def words(self) -> str:
        """What it needs."""
        said = ' or '.join(', '.join(permission.title for permission in way) for way in self.ways)
        return f'{said}, and a role that may change something' if self.takes_out else said

    def is_for(self, grants: Grants) -> bool:
        """Whether a role with these grants may do it."""
        permitted = any(exactly(way) <= grants for way in self.ways)
        return permitted and (may_export(grants) or not self.takes_out)

    def do(self, work: Work, office: Office) -> object:
        """Do it."""
        return self.function(work, *self.given(office))


def spoken(function: Function) -> str:
    """A function's module and name, without what is the same for all."""
    return f'{function.__module__}.{function.__name__}'.removeprefix('portal_app.').removeprefix('services.')


def verb(needs: Needs, function: Function, given: Given | None = None, **more: Any) -> Verb:
    """A use that needs all of these permissions."""
    return Verb(function, (needs,), given or (lambda _: ()), **more)


def _of_list(listing: Listing, record_id: Callable[[Office], int]) -> list[Verb]:
    """What is done with a list of staff's."""
    assert listing.permission
    needs, use, query = (listing.permission,), listing.key, parse(listing, [])[0]
    choice = next(field for field in listing.fields if field.kind is Kind.CHOICE)
    return [
        verb(needs, staff_lists.staff_list, lambda _: (listing.key,), use=use),
        verb(needs, listings.page, lambda _: (listing, query), use=use),
        verb(needs, listings.rows, lambda _: (listing, query), use=use),
        verb(needs, listings.record, lambda at: (listing, record_id(at)), use=use),
        verb(needs, listings.facets, lambda _: (listing, query, choice), use=use),
        verb(needs, listings.newer, lambda _: (listing, query, 0), use=use),
        verb(needs, listings.newest, lambda _: (listing,), use=use),
        verb(needs, listings.matching_ids, lambda _: (listing, query), use=use),
        verb(needs, listings.export_statement, lambda _: (listing, query, listing), use=use),
        verb(needs, exports.prepare, lambda _: (listing, query, 'csv'), use=use),
        verb(
            needs,
            exports.exportable,
            lambda _: (listing.key,),
            use=use,
            takes_out=True,
            own_too=listing.key in PORTAL_OBJECTS and PORTAL_OBJECTS[listing.key].tab_default,
        ),
        verb(needs, staff_lists.exportable_list, lambda _: (listing.key,), use=use, takes_out=True),
    ]


def _of_bulk(action: BulkAction) -> list[Verb]:
    """What is done with many customers at once."""
    needs = END if action is BulkAction.DISABLE else GIVE
    return [
        verb(needs, function, lambda at: (action, [at.world.customers['globex']]), use=action)
        for function in (bulk_access.preflight, bulk_access.run)
    ]


RECORDS: dict[str, Callable[[Office], int]] = {  # one of each list of staff's
    'customers': lambda at: at.world.customers['acme'],
    'invoices': lambda at: at.bills['open'],
    'payments': lambda at: at.bills['payment'],
    'credits': lambda at: at.bills['credit'],
    'refunds': lambda at: at.bills['refund'],
    'statements': lambda at: at.bills['statement'],
    'subscriptions': lambda at: at.bills['running'],
    'plans': lambda at: at.bills['plan'],
    'access-requests': lambda at: at.request,
    'access-review': lambda at: at.contacts['anna'],
    'staff-users': lambda at: at.staff['nadia'],
    'email-log': lambda at: at.mail,
    'audit-log': lambda _: 1,
}
GIVE, END, SEE = (GIVE_ACCESS,), (END_ACCESS,), (SEE_ACCESS,)
SEE_CUSTOMER, CHANGE_CUSTOMER = may((CUSTOMERS, VIEW)), may((CUSTOMERS, EDIT))

OF_LISTS = [each for key, listing in STAFF_LISTS.items() for each in _of_list(listing, RECORDS[key])]
VERBS_OF_RECORDS = [
    *OF_LISTS,
    verb(SEE_CUSTOMER, customer_page.customer_page, lambda _: ('C1001',)),
    verb(may((CUSTOMERS, LIST)), customer_verbs.customer_verbs, lambda at: (at.world.customers['acme'],)),
    verb(may((CUSTOMERS, ADD)), customers.add_customer, lambda _: ('C2001', 'New')),
    verb(CHANGE_CUSTOMER, contacts.set_email_delivery, lambda at: (at.world.customers['acme'], False)),
    verb(
        CHANGE_CUSTOMER,
        contacts.add_contact,
        lambda at: (at.world.customers['acme'], 'New', 'new@example.com'),
    ),
    verb(
        CHANGE_CUSTOMER,
        contacts.edit_contact,
        lambda at: (at.contacts['ines'], 'Ines', 'ines@example.com', False, True),
    ),
    verb(
        (*CHANGE_CUSTOMER, GIVE_ACCESS),
        contacts.edit_contact,
        lambda at: (at.contacts['ines'], 'Ines', 'new@example.com', False, True),
        use='another address for who was disabled',
    ),
]

VERBS_OF_ACCESS = [
    verb(END, access.disable_customers, lambda at: ([at.world.customers['acme']],)),
    verb(GIVE, access.enable_customers, lambda at: ([at.world.customers['iberia']],)),
    verb(SEE, access_history.history, lambda at: (at.world.customers['acme'],)),
    verb(may((USERS, LIST)), access_requests.open_requests),
    verb(GIVE, access_requests.approve, lambda at: (at.request,)),
    verb(GIVE, access_requests.decline, lambda at: (at.request,)),
    verb(SEE, access_review.counts),
    verb(SEE, access_review.reviews),
    verb(GIVE, access_review.sign_off, lambda _: ('As it should be.',)),
    *(each for action in BulkAction for each in _of_bulk(action)),
    verb(GIVE, contact_tabs.set_contact_tabs, lambda at: (at.contacts['anna'], ['usage-events'])),
    verb(GIVE, invitations.invite_customer, lambda at: (at.world.customers['globex'],)),
    verb(GIVE, invitations.invite_contact, lambda at: (at.contacts['carl'],)),
    verb(GIVE, invitations.grant_customer, lambda at: (at.world.customers['globex'],)),
    verb(GIVE, invitations.grant_contact, lambda at: (at.contacts['carl'],)),
    verb(GIVE, invitations.resend_invitation, lambda at: (at.contacts['bella'],)),
    verb(END, invitations.revoke_invitation, lambda at: (at.contacts['bella'],)),
    verb(GIVE, invitations.enable_contact, lambda at: (at.contacts['ines'],)),
    verb(END, invitations.disable_contact, lambda at: (at.contacts['nora'],)),
    verb(TO_VIEW_AS, view_as.begin, lambda at: (at.contacts['anna'],)),
    verb(SEE, visibility.explain, lambda at: (at.contacts['anna'], 'usage-events')),
]
