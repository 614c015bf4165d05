"""The chain of rules of "Why can't they see it?" against what really happens to the person."""

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import delete, select

from portal_app.auth.passwords import hash_password
from portal_app.auth.realms import PORTAL
from portal_app.auth.viewer import Operator
from portal_app.errors import NotFound, PortalError
from portal_app.models import Contact, Customer, PortalStatus, PortalTab, PortalUser, RateCount, UsageEvent
from portal_app.models.base import now
from portal_app.services import listings, setup
from portal_app.services.organization import organization
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.services.sign_in import portal_viewer, sign_in
from portal_app.services.visibility import Outcome, explain
from portal_app.work import Work, acting_as, reading_as
from tests.world import HERE, PASSWORD, World, event

NUMBERS = {'acme': 'C1001', 'nordics': 'C1002'}


@cache
def hashed() -> str:
    return hash_password(PASSWORD)


FAULTS = {  # and the rule that says so
    'portal off': 'Customer Billing Portal',
    'customer off': 'Portal access of the customer',
    'not permitted': 'Permission of the contact',
    'no login': 'Login',
    'no password': 'Login',
    'login disabled': 'Login',
    'tab off': 'Tab',
    'tab hidden': 'Tab for this contact',
}
RECORDS = ('', 'acme', 'nordics', 'iberia', 'globex', 'shared', 'acme #', 'globex #', 'nothing')
PEOPLE = (('anna', 'acme'), ('nora', 'nordics'))


@dataclass(frozen=True)
class Situation:
    """One combination of everything that a rule looks at; a twin is a second contact of the same login."""

    who: tuple[str, str]
    faults: frozenset[str] = frozenset()
    status: PortalStatus = PortalStatus.ENABLED
    twin: bool = False
    children_on: tuple[bool, bool] = (True, False)  # Nordics, Iberia
    key: str = 'usage-events'
    record: str = ''


def test_each_fault_by_itself_gives_the_verdict_that_is_really_so(world: World) -> None:
    """Field notes: by the rule that it is about."""
    for who in PEOPLE:
        for fault, rule in FAULTS.items():
            assert _compare(world, Situation(who, frozenset({fault}))) == rule
        for status in PortalStatus:
            enabled = status is PortalStatus.ENABLED
            assert _compare(world, Situation(who, status=status)) == ('' if enabled else 'Portal status')


def test_a_second_contact_of_the_same_login_counts_as_it_really_does(world: World) -> None:
    """ACC-12: the person is let in by either of them."""
    for who in PEOPLE:
        for fault in FAULTS:
            _compare(world, Situation(who, frozenset({fault}), twin=True))
        for status in PortalStatus:
            assert _compare(world, Situation(who, status=status, twin=True)) == ''


def test_each_record_gives_the_verdict_that_is_really_so(world: World) -> None:
    """ACC-13: with the children's access on and off."""
    for who, record, *children in product(PEOPLE, RECORDS, (True, False), (True, False)):
        _compare(world, Situation(who, children_on=(children[0], children[1]), record=record))


SITUATIONS = st.builds(
    Situation,
    who=st.sampled_from(PEOPLE),
    faults=st.frozensets(st.sampled_from(list(FAULTS)), max_size=2),
    status=st.sampled_from([*[PortalStatus.ENABLED] * 6, *PortalStatus]),
    twin=st.booleans(),
    children_on=st.tuples(st.booleans(), st.booleans()),
    key=st.sampled_from(['usage', 'usage-events']),
    record=st.sampled_from(RECORDS),
)


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(situation=SITUATIONS)
def test_any_mixture_gives_the_verdict_that_is_really_so(world: World, situation: Situation) -> None:
    """Field notes: signing in, opening the company, the tab and the record, against the explanation."""
    _compare(world, situation)


def _compare(world: World, situation: Situation) -> str:
    """Gives the name of the rule that says no."""
    contact_id, reference, record_ids = _arrange(world, situation)
    with reading_as(Operator('test')) as work:
        found = explain(work, contact_id, situation.key, reference)
    assert found.visible is _really_sees(situation, record_ids), (situation, found)
    outcomes = [rule.outcome for rule in found.rules]
    failed = outcomes.count(Outcome.FAILED)
    assert failed == (0 if found.visible else 1)
    reached = outcomes.index(Outcome.FAILED) if failed else len(outcomes)
    assert outcomes[:reached] == [Outcome.PASSED] * reached
    assert set(outcomes[reached + 1 :]) <= {Outcome.NOT_REACHED}
    return found.rules[reached].name if failed else ''


def _arrange(world: World, situation: Situation) -> tuple[int, str, list[int]]:
    """Make it so. Gives the contact, what staff type, and the ids of the records that it can mean."""
    (who, company), faults = situation.who, situation.faults
    with acting_as(Operator('test')) as work:
        work.session.execute(delete(RateCount))  # type: ignore[deprecated]
        _forget_the_last(work, world)
        user = work.session.exec(select(PortalUser).where(PortalUser.email == f'{who}@example.com')).one()
        contact = work.session.exec(select(Contact).where(Contact.email == user.email)).one()
        user.disabled_at = now() if 'login disabled' in faults else None
        user.password_hash = '' if 'no password' in faults else hashed()
        contact.portal_user_id = None if 'no login' in faults else user.id
        contact.permitted, contact.portal_status = 'not permitted' not in faults, situation.status
        contact.hidden_tabs = [situation.key] if 'tab hidden' in faults else []
        if situation.twin:
            enabled = {'portal_user_id': contact.portal_user_id, 'portal_status': PortalStatus.ENABLED}
            work.session.add(
                Contact(customer_id=contact.customer_id, name='Twin', email='twin@x.org', **enabled)
            )
        for name, on in zip(('nordics', 'iberia'), situation.children_on, strict=True):
            work.session.get_one(Customer, world.customers[name]).portal_access = on
        work.session.get_one(Customer, world.customers[company]).portal_access = 'customer off' not in faults
        organization(work).portal_enabled = 'portal off' not in faults
        work.session.get_one(PortalTab, situation.key).enabled = 'tab off' not in faults
        return contact.id or 0, *_meant(work, world, situation.record)


def _forget_the_last(work: Work, world: World) -> None:
    """Undo what the example before this one did to Anna and Nora."""
    for twin in work.session.exec(select(Contact).where(Contact.email == 'twin@x.org')):
        work.session.delete(twin)
    for contact in work.session.exec(select(Contact)):
        user = work.session.exec(select(PortalUser).where(PortalUser.email == contact.email)).one()
        user.password_hash, user.disabled_at, contact.portal_user_id = hashed(), None, user.id
    for company in ('acme', 'nordics'):
        work.session.get_one(Customer, world.customers[company]).portal_access = True
    for key in PORTAL_OBJECTS:
        tab = work.session.get(PortalTab, key) or PortalTab(key=key, enabled=True)
        tab.enabled = True
        work.session.add(tab)
    if not work.session.exec(select(UsageEvent).where(UsageEvent.external_id == 'shared')).first():
        shared = [
            event(world.customers[name], 0, external_id='shared') for name in ('globex', 'iberia', 'nordics')
        ]
        work.session.add_all(shared)
    work.session.flush()


def _meant(work: Work, world: World, record: str) -> tuple[str, list[int]]:
    if record in ('', 'nothing'):
        return record and 'no-such-event', []
    name = record.removesuffix(' #')
    id = name if name == 'shared' else f'evt-{world.customers[name]}-1'  # two customers' systems share one
    found = work.session.exec(select(UsageEvent).where(UsageEvent.external_id == id)).all()
    return str(found[0].id) if name != record else id, [each.id or 0 for each in found]


def _really_sees(situation: Situation, record_ids: list[int]) -> bool:
    """What happens to this person: nothing here knows the rules."""
    who, company = situation.who
    try:
        token = sign_in(PORTAL, f'{who}@example.com', PASSWORD, HERE).token
        viewer = portal_viewer(token, NUMBERS[company], HERE)
        with reading_as(viewer) as work:
            listing = setup.portal_tab(work, situation.key)
            if listing.summarise or not situation.record:
                return True
            return any(_opens(work, listing, id) for id in record_ids)
    except PortalError:
        return False


def _opens(work: Any, listing: Any, record_id: int) -> bool:
    try:
        return bool(listings.record(work, listing, record_id))
    except NotFound:
        return False
