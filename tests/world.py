"""The people and companies of the tests."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from sqlmodel import col, select

from portal_app.auth.passwords import hash_password
from portal_app.auth.permissions import OWNER, PORTAL_USER_MANAGER, READ_ONLY, STANDARD
from portal_app.auth.realms import PORTAL, STAFF, Realm
from portal_app.auth.viewer import Operator, PortalViewer, StaffViewer
from portal_app.models import (
    AuditEntry,
    Contact,
    Customer,
    Mail,
    OneTimeLink,
    Organization,
    PortalStatus,
    PortalTab,
    PortalUser,
    Role,
    StaffUser,
    UsageEvent,
)
from portal_app.services.foundation import lay_foundation
from portal_app.services.links import address
from portal_app.services.sign_in import Browser, enter, portal_viewer, staff_viewer
from portal_app.work import Work, acting_as, reading_as

PASSWORD = 'correct-horse-battery'
HERE = Browser('192.0.2.1', 'test')
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
ROLES = {'olivia': OWNER, 'rita': READ_ONLY, 'stan': STANDARD, 'manu': PORTAL_USER_MANAGER}


@dataclass
class World:
    """Customers by their short name, and how to become one of the people."""

    customers: dict[str, int]

    def as_customer(self, who: str, number: str) -> PortalViewer:
        """Sign in as a portal user and open a company."""
        return portal_viewer(_session(PORTAL, f'{who}@example.com'), number, HERE)

    def as_staff(self, who: str) -> StaffViewer:
        """Sign in as a staff user: olivia owns, rita reads, stan is standard, manu manages portal users."""
        return staff_viewer(_session(STAFF, f'{who}@staff.example'), HERE)


def make_world() -> World:
    """Acme with its children Nordics and Iberia, Globex and Initech.

    Anna is at Acme, Ben at Globex and Initech, Nora at Acme Nordics. Iberia's portal access is off.
    """
    with acting_as(Operator('test')) as work:
        lay_foundation(work, 'Northwind')
        for name, role in ROLES.items():
            role_id = work.session.exec(select(Role.id).where(Role.name == role.name)).one() or 0
            work.session.add(
                StaffUser(
                    name=name.title(), email=f'{name}@staff.example', role_id=role_id, password_hash=_hashed()
                )
            )
        customers = _customers(work)
        for who, companies in (('anna', ['acme']), ('ben', ['globex', 'initech']), ('nora', ['nordics'])):
            _portal_user(work, who, [customers[name] for name in companies])
        work.session.add(PortalTab(key='usage-events', enabled=True))
        work.session.add_all(_events(customers))
    return World(customers)


def event(customer_id: int, number: int, **changes: Any) -> UsageEvent:
    """One usage event; what is not said is ordinary."""
    values = {
        'customer_id': customer_id,
        'external_id': f'evt-{customer_id}-{number}',
        'event_type': 'api.request',
        'status': 'Processed',
        'source': 'gateway',
        'occurred_at': NOON - timedelta(hours=number),
        'ingested_at': NOON - timedelta(hours=number) + timedelta(seconds=30),
        'quantity': Decimal(number),
        'unit': 'requests',
        'properties': {'region': 'eu-west-1', 'secret': f'of-{customer_id}'},
    }
    return UsageEvent(**{**values, **changes})


def add_events(*events: UsageEvent) -> None:
    """Add events that somebody else ingested."""
    with acting_as(Operator('test')) as work:
        work.session.add_all(events)


def add_contact(world: World, customer: str, who: str, **changes: Any) -> int:
    """A further person at a customer, without portal access unless that is said. Returns their id."""
    values = {'name': f'{who.title()} Person', 'email': f'{who}@example.com', **changes}
    with acting_as(Operator('test')) as work:
        contact = Contact(customer_id=world.customers[customer], **values)
        work.session.add(contact)
        work.session.flush()
        return contact.id or 0


def contact(id: int) -> Contact:
    """A contact as it is now."""
    with reading_as(Operator('test')) as work:
        return work.session.get_one(Contact, id)


def change(model: Any, id: int, **changes: Any) -> None:
    """Change a row past the services."""
    with acting_as(Operator('test')) as work:
        found = work.session.get_one(model, id)
        for name, value in changes.items():
            setattr(found, name, value)
        work.session.add(found)


def mails(**wanted: Any) -> list[Mail]:
    """The mails there are with these values, oldest first."""
    with reading_as(Operator('test')) as work:
        return list(work.session.exec(select(Mail).filter_by(**wanted).order_by(col(Mail.id))))


def token_of(mail: Mail) -> str:
    """The token in a mail's link."""
    with reading_as(Operator('test')) as work:
        return address(work.session.get_one(OneTimeLink, mail.link_id)).rpartition('/')[2]


def tab(key: str, **changes: Any) -> None:
    """Decide about a tab, past the services."""
    with acting_as(Operator('test')) as work:
        found = work.session.get(PortalTab, key) or PortalTab(key=key, enabled=True)
        for name, value in changes.items():
            setattr(found, name, value)
        work.session.add(found)


def organization(**changes: Any) -> None:
    """Change the organization, past the services."""
    with acting_as(Operator('test')) as work:
        found = work.session.exec(select(Organization)).one()
        for name, value in changes.items():
            setattr(found, name, value)
        work.session.add(found)


def audit(action: str) -> list[AuditEntry]:
    """What the audit log has of this action, oldest first."""
    with reading_as(Operator('test')) as work:
        found = select(AuditEntry).where(AuditEntry.action == action).order_by(col(AuditEntry.id))
        return list(work.session.exec(found))


def role(who: str, *grants: str) -> None:
    """Give a staff user a role of their own with these grants."""
    with acting_as(Operator('test')) as work:
        made = Role(name=f'Role of {who} {len(grants)}', grants=list(grants))
        work.session.add(made)
        work.session.flush()
        user = work.session.exec(select(StaffUser).where(StaffUser.email == f'{who}@staff.example')).one()
        user.role_id = made.id or 0
        work.session.add(user)


def _session(realm: Realm, email: str) -> str:
    """The token of a new session, without the time that a password takes: signing in has tests of its own."""
    with reading_as(Operator('test')) as work:
        user = work.session.exec(select(realm.users).where(col(realm.users.email) == email)).one()
    return enter(realm, user, PASSWORD, HERE).token


@cache
def _hashed() -> str:
    return hash_password(PASSWORD)  # slow on purpose, so once


def _customers(work: Work) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, (key, name, parent) in enumerate(
        (
            ('acme', 'Acme', None),
            ('nordics', 'Acme Nordics', 'acme'),
            ('iberia', 'Acme Iberia', 'acme'),
            ('globex', 'Globex', None),
            ('initech', 'Initech', None),
        )
    ):
        customer = Customer(
            number=f'C{1001 + place}',
            name=name,
            parent_id=found.get(parent or ''),
            portal_access=key != 'iberia',
        )
        work.session.add(customer)
        work.session.flush()
        found[key] = customer.id or 0
    return found


def _portal_user(work: Work, who: str, companies: list[int]) -> None:
    user = PortalUser(email=f'{who}@example.com', name=f'{who.title()} Person', password_hash=_hashed())
    work.session.add(user)
    work.session.flush()
    for company in companies:
        work.session.add(
            Contact(
                customer_id=company,
                portal_user_id=user.id,
                name=user.name,
                email=user.email,
                portal_status=PortalStatus.ENABLED,
            )
        )


def _events(customers: dict[str, int]) -> list[UsageEvent]:
    made = []
    for key, id in customers.items():
        made += [event(id, number) for number in range(1, 9)]
        made.append(
            event(
                id,
                9,
                event_type=f'only.{key}',
                status='Pending',
                source=f'source-{key}',
                unit='GB',
                quantity=Decimal('0.000000145300001'),
                properties={'region': f'region-{key}'},
            )
        )
        made.append(event(id, 10, status='Void', quantity=Decimal(1000)))
    return made
