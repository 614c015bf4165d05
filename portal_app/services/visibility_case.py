"""What the rules of visibility look at: a contact, an object, a record, and what was found out about them."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from babel.dates import format_date
from sqlmodel import col, or_, select

from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.errors import NotFound
from portal_app.listings import Listing
from portal_app.models import Contact, Customer, PortalStatus, PortalUser
from portal_app.services import setup
from portal_app.services.record_search import Match, find_records
from portal_app.work import Work

SEE_CUSTOMERS = Permission(Activity.CUSTOMERS, Action.VIEW)
SETUP_PAGE = '/admin/setup/portal'


@dataclass(frozen=True)
class Mend:
    """An admin page on which something can be changed."""

    label: str
    address: str


@dataclass
class Case:
    """A contact, an object and a record's name, with whatever a rule has looked up so far."""

    work: Work
    contact: Contact
    customer: Customer
    user: PortalUser | None
    listing: Listing
    reference: str

    @cached_property
    def doors(self) -> list[Contact]:
        """The contacts at this company that let this person in: usually one at most, this one."""
        itself = col(Contact.id) == self.contact.id
        login = self.contact.portal_user_id
        let_in = select(Contact).where(
            Contact.customer_id == self.contact.customer_id,
            or_(itself, col(Contact.portal_user_id) == login) if login else itself,
            col(Contact.permitted).is_(True),
            Contact.portal_status == PortalStatus.ENABLED,
        )
        return list(self.work.session.exec(let_in))

    @cached_property
    def shown(self) -> Listing | None:
        """The object as Portal Setup shows it to customers; None where its tab is off."""
        try:
            return setup.portal_tab(self.work, self.listing.key)
        except NotFound:
            return None

    @cached_property
    def matches(self) -> list[tuple[Match, Customer]]:
        """The records of this name, those that this company's people may see first."""
        customers = self.work.session
        found = [
            (match, customers.get_one(Customer, match.customer_id))
            for match in find_records(self.work, self.listing, self.reference)
        ]
        return sorted(found, key=lambda pair: (self._distance(pair[1]), not pair[0].is_shown))

    def _distance(self, owner: Customer) -> int:
        if owner.id == self.customer.id:
            return 0
        return 3 if owner.parent_id != self.customer.id else 1 if owner.portal_access else 2

    def page_of(self, customer: Customer) -> Mend | None:
        """The page of a customer, if the viewer may open it."""
        if SEE_CUSTOMERS.grant not in self.work.grants:
            return None
        return Mend(f'Open {customer.name}', f'/admin/customers/{customer.number}')

    def setup_page(self) -> Mend | None:
        """The page of tabs and fields, if the viewer may open it."""
        return Mend('Open Portal Setup', SETUP_PAGE) if setup.VIEW.grant in self.work.grants else None

    def called(self, customer: Customer) -> str:
        """A customer by name, to those who may know the customers."""
        if SEE_CUSTOMERS.grant not in self.work.grants:
            return 'another customer'
        return f'{customer.name} ({customer.number})'

    def on(self, moment: datetime | None) -> str:
        """' on 12 Nov 2026', as the viewer counts days; empty where it is not known."""
        if moment is None:
            return ''
        viewer = self.work.viewer
        return f' on {format_date(moment.astimezone(viewer.zone), locale=viewer.locale)}'


def case_of(work: Work, contact_id: int, listing: Listing, reference: str) -> Case:
    """Begin. Raises NotFound for an unknown contact."""
    contact = work.session.get(Contact, contact_id)
    if contact is None:
        raise NotFound('There is no such contact.')
    customer = work.session.get_one(Customer, contact.customer_id)
    user = work.session.get(PortalUser, contact.portal_user_id) if contact.portal_user_id else None
    return Case(work, contact, customer, user, listing, reference)
