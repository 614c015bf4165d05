"""The office that is walked through with every role: records of every kind, people for all sets of grants."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlmodel import col, select

from portal_app.auth.permissions import BUILT_IN_ROLES, GRANTS, BuiltInRole, Permission, expand, ticked
from portal_app.auth.realms import PORTAL, STAFF, Realm
from portal_app.auth.viewer import Operator, PortalViewer, StaffViewer
from portal_app.models import (
    AccessRequest,
    Contact,
    Customer,
    Mail,
    OneTimeLink,
    PortalStatus,
    Role,
    StaffSession,
    StaffUser,
)
from portal_app.models.base import now
from portal_app.services import invitations
from portal_app.services.sign_in import enter, portal_viewer, staff_viewer
from portal_app.work import acting_as, reading_as
from tests.role_walk_bills import add_bills
from tests.subscriptions import add_subscriptions
from tests.world import HERE, PASSWORD, World, add_contact, change

Grants = frozenset[str]
TEST = Operator('test')


def exactly(permissions: Iterable[Permission]) -> Grants:
    """The grants of a role that was given these, and nothing beside them."""
    return expand(permission.grant for permission in permissions)


def all_but(*permissions: Permission) -> Grants:
    """Every grant but these, and those that would include them."""
    left = GRANTS
    for permission in permissions:
        left = ticked(left, permission, False)
    return left


def grants_of(role: BuiltInRole) -> Grants:
    """What a built-in role grants."""
    return exactly(role.permissions)


@dataclass
class Office:
    """Ids of what there is, and how to become somebody."""

    world: World
    contacts: dict[str, int]
    staff: dict[str, int]
    request: int  # for access: Carl's
    mail: int  # Bella's invitation
    session: int  # of Nadia
    bills: dict[str, int]
    roles: dict[str, int] = field(default_factory=dict)
    people: dict[Grants, int] = field(default_factory=dict)
    tokens: dict[Grants, str] = field(default_factory=dict)

    def user(self, grants: Grants) -> int:
        """The staff user who has exactly these grants; a built-in role's where one grants the same."""
        if grants not in self.people:
            built_in = next((role.name for role in BUILT_IN_ROLES if grants_of(role) == grants), '')
            self.people[grants] = _hire(f'walker{len(self.people)}', built_in, grants)
        return self.people[grants]

    def new_token(self, grants: Grants) -> str:
        """A new session of theirs, which may be ended."""
        return _enter(STAFF, self.user(grants))

    def token(self, grants: Grants) -> str:
        """The session in which they do everything else."""
        if grants not in self.tokens:
            self.tokens[grants] = self.new_token(grants)
        return self.tokens[grants]

    def viewer(self, grants: Grants) -> StaffViewer:
        """The same for who acts without a browser."""
        return staff_viewer(self.token(grants), HERE)

    def customer_token(self) -> str:
        """A new session of Anna's, who is a customer's."""
        with reading_as(TEST) as work:
            anna = work.session.get_one(Contact, self.contacts['anna'])
        return _enter(PORTAL, anna.portal_user_id or 0)

    def customer(self) -> PortalViewer:
        """The same for who acts without a browser."""
        return portal_viewer(self.customer_token(), 'C1001', HERE)


def furnish(world: World) -> Office:
    """Add to the world so that every verb has something that it can be done to.

    Nadia, Dirk (disabled) and Ina (invited) have a role that grants nothing, so that whoever may act on
    anybody may act on them.
    """
    contacts = {
        'bella': add_contact(world, 'acme', 'bella', is_billing=True),
        'carl': add_contact(world, 'globex', 'carl', is_billing=True),
        'ines': add_contact(world, 'initech', 'ines', portal_status=PortalStatus.DISABLED),
    }
    with acting_as(TEST) as work:
        invitations.invite_contact(work, contacts['bella'])
        request = AccessRequest(contact_id=contacts['carl'], customer_id=world.customers['globex'])
        work.session.add(request)
        work.session.add(Customer(number='SAMPLE-01', name='Sample', external_id='sample-01'))
        work.session.flush()
        for who in ('anna', 'nora'):
            found = select(Contact.id).where(Contact.email == f'{who}@example.com')
            contacts[who] = work.session.exec(found).one() or 0
        mail = work.session.exec(select(Mail.id)).one() or 0
        link = work.session.exec(select(OneTimeLink).where(OneTimeLink.contact_id == contacts['bella'])).one()
        link.created_at = now() - timedelta(hours=1)  # a second click does not send it again
        work.session.add(link)
        ids = request.id or 0, mail
    roles = {name: _add_role(name, ()) for name in ('Nothing', 'Nothing either')}
    staff = {who: _hire(who, 'Nothing') for who in ('nadia', 'dirk', 'ina')}
    change(StaffUser, staff['dirk'], disabled_at=now())
    change(StaffUser, staff['ina'], password_hash='')
    _enter(STAFF, staff['nadia'])
    with reading_as(TEST) as work:
        newest = select(StaffSession.id).order_by(col(StaffSession.id).desc())
        session = work.session.exec(newest).first() or 0
    return Office(world, contacts, staff, *ids, session, add_bills(world) | add_subscriptions(world), roles)


def _add_role(name: str, grants: Iterable[str]) -> int:
    with acting_as(TEST) as work:
        role = Role(name=name, grants=sorted(grants))
        work.session.add(role)
        work.session.flush()
        return role.id or 0


def _hire(name: str, role: str, grants: Grants = frozenset()) -> int:
    role_id = 0 if role else _add_role(f'Grants of {name}', grants)
    with acting_as(TEST) as work:
        found = role_id or work.session.exec(select(Role.id).where(Role.name == role)).one() or 0
        owner = work.session.exec(select(StaffUser.password_hash).limit(1)).one()
        user = StaffUser(name=name.title(), email=f'{name}@staff.example', role_id=found, password_hash=owner)
        work.session.add(user)
        work.session.flush()
        return user.id or 0


def _enter(realm: Realm, user_id: int) -> str:
    with reading_as(TEST) as work:
        user = work.session.get_one(realm.users, user_id)
    return enter(realm, user, PASSWORD, HERE).token
