"""The life of an access at random: the graph of docs/access.md holds, and who is disabled reads nothing."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlmodel import col, select

from portal_app.auth.passwords import hash_password
from portal_app.auth.realms import PORTAL
from portal_app.auth.viewer import UTC_ZONE, Company, Operator, PortalViewer
from portal_app.errors import Conflict, Invalid, LinkEnded, SignedOut
from portal_app.models import Contact, Customer, OneTimeLink, PortalSession, PortalStatus, PortalUser
from portal_app.models.base import now
from portal_app.services import access, invitations, registration
from portal_app.services.links import address
from portal_app.work import acting_as, reading_as
from tests.world import HERE, World, make_world

NONE, PENDING, ENABLED, DISABLED = PortalStatus
WHO = st.sampled_from((0, 1))
NUMBERS = count(1)
STEPS: dict[str, dict[PortalStatus, PortalStatus]] = {
    'invite_contact': {NONE: PENDING, PENDING: PENDING},
    'resend_invitation': {PENDING: PENDING},
    'revoke_invitation': {PENDING: NONE},
    'grant_contact': {NONE: ENABLED, PENDING: ENABLED},
    'disable_contact': {PENDING: DISABLED, ENABLED: DISABLED},
    'enable_contact': {DISABLED: ENABLED},
}
NEED_CONDITIONS = {'invite_contact', 'resend_invitation', 'grant_contact', 'enable_contact'}


class Life(RuleBasedStateMachine):
    """Two people at a customer of their own; what is expected stands in a few plain values."""

    staff: Any

    @initialize()
    def begin(self) -> None:
        number = next(NUMBERS)
        with acting_as(Operator('test')) as work:
            customer = Customer(number=f'L{number}', name=f'Life {number}')
            work.session.add(customer)
            work.session.flush()
            people = [
                Contact(customer_id=customer.id or 0, name=f'P{each}', email=f'p{each}.{number}@example.com')
                for each in (0, 1)
            ]
            work.session.add_all(people)
            work.session.flush()
            self.customer, self.people = customer, [person.id or 0 for person in people]
        self.status = [NONE, NONE]
        self.on = self.delivery = self.permitted = True
        self.registered = [False, False]
        self.viewers: list[tuple[int, PortalViewer]] = []

    @rule(who=WHO, verb=st.sampled_from(sorted(STEPS)))
    def staff_do(self, who: int, verb: str) -> None:
        self._let_time_pass(who)
        step = STEPS[verb].get(self.status[who])
        if verb == 'invite_contact' and step and self.registered[who]:
            step = ENABLED  # ACC-06
        if verb == 'resend_invitation' and step and self.registered[who]:
            step = ENABLED
        allowed = step is not None and (verb not in NEED_CONDITIONS or self._ready())
        try:
            with acting_as(self.staff) as work:
                getattr(invitations, verb)(work, self.people[who])
        except (Invalid, Conflict):
            assert not allowed, f'{verb} was refused for {self.status[who]}'
        else:
            assert allowed, f'{verb} was done for {self.status[who]}'
            assert step is not None
            self.status[who] = step

    @rule(who=WHO, newest=st.booleans())
    def open_a_link(self, who: int, newest: bool) -> None:
        links = self._links(who)
        if not links:
            return
        link = links[-1] if newest else links[0]
        works = newest and link.is_open(now()) and self.on
        token = address(link).rpartition('/')[2]
        try:
            if link.purpose == 'invitation' and self.registered[who]:
                registration.join(token, HERE)
            elif link.purpose == 'invitation':
                registration.accept(token, 'Somebody', 'correct-horse-battery', HERE)
            else:
                registration.set_password(PORTAL, token, 'correct-horse-battery', HERE)
        except LinkEnded:
            assert not works or not self.permitted
        else:
            self.status[who], self.registered[who] = ENABLED, True

    @rule(on=st.booleans())
    def switch_the_customer(self, on: bool) -> None:
        with acting_as(self.staff) as work:
            (access.enable_customers if on else access.disable_customers)(work, [self.customer.id or 0])
        self.on = on

    @rule(on=st.booleans())
    def switch_delivery(self, on: bool) -> None:
        self._change(Customer, self.customer.id or 0, email_delivery=on)
        self.delivery = on

    @rule(who=WHO)
    def look(self, who: int) -> None:
        """They open a page, which stays open from then on."""
        if self.status[who] is ENABLED and self.on:
            self.viewers.append((who, self._viewer(who)))

    @invariant()
    def the_status_is_what_is_drawn(self) -> None:
        with reading_as(Operator('test')) as work:
            found = [PortalStatus(work.session.get_one(Contact, id).portal_status) for id in self.people]
        assert found == self.status

    @invariant()
    def who_is_not_enabled_reads_nothing(self) -> None:
        for who, viewer in self.viewers:
            try:
                with reading_as(viewer) as work:
                    may_read = bool(work.customer_ids)
            except SignedOut:
                may_read = False
            assert may_read == (self.status[who] is ENABLED and self.on)

    @invariant()
    def no_link_lets_a_disabled_person_in(self) -> None:
        for who in (0, 1):
            if self.status[who] is DISABLED or not self.on:
                assert not any(link.is_open(now()) for link in self._links(who))

    def _ready(self) -> bool:
        return self.on and self.delivery

    def _links(self, who: int) -> list[OneTimeLink]:
        with reading_as(Operator('test')) as work:
            found = select(OneTimeLink).where(OneTimeLink.contact_id == self.people[who])
            return list(work.session.exec(found.order_by(col(OneTimeLink.id))))

    def _let_time_pass(self, who: int) -> None:
        for link in self._links(who):
            self._change(OneTimeLink, link.id or 0, created_at=link.created_at - timedelta(minutes=31))

    def _change(self, model: type[Any], id: int, **changes: Any) -> None:
        with acting_as(Operator('test')) as work:
            found = work.session.get_one(model, id)
            for name, value in changes.items():
                setattr(found, name, value)

    def _viewer(self, who: int) -> PortalViewer:
        """As if they had signed in: hashing a password is slow on purpose."""
        with acting_as(Operator('test')) as work:
            contact = work.session.get_one(Contact, self.people[who])
            user = work.session.get_one(PortalUser, contact.portal_user_id)
            session = PortalSession(
                user_id=user.id or 0,
                token_hash=f'{next(NUMBERS)}'.encode(),
                expires_at=now() + timedelta(hours=1),
            )
            work.session.add(session)
            work.session.flush()
        company = Company(self.customer.id or 0, self.customer.number, self.customer.name)
        return PortalViewer(
            session_id=session.id or 0,
            user_id=user.id or 0,
            name=user.name,
            email=user.email,
            zone=UTC_ZONE,
            locale='en_US',
            company=company,
        )


def walk(world: World, monkeypatch: pytest.MonkeyPatch, examples: int) -> None:
    """Hashes are cheap here: what is tested is who gets in, not how long a guess takes."""
    hashed = hash_password('correct-horse-battery')
    monkeypatch.setattr(registration, 'hash_password', lambda _: hashed)
    Life.staff = world.as_staff('olivia')
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Life,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_life_of_an_access_on_sqlite(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """ACC-02 to ACC-10, ACC-08: no action ever leaves a disabled contact able to read anything."""
    walk(make_world(), monkeypatch, 60)


def test_every_life_of_an_access_on_postgresql(
    postgresql_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same on PostgreSQL."""
    walk(make_world(), monkeypatch, 15)
