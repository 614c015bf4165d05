"""Several people, several processes, at the same moment: nothing is lost, nothing fails."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from portal_app import db
from portal_app.auth.rate_limits import SIGN_IN_PER_ADDRESS, TableStorage, count_try
from portal_app.auth.viewer import Operator
from portal_app.errors import Busy, Invalid, NotFound
from portal_app.migrate import migrate
from portal_app.models import Customer, Organization, PortalTab, PortalUser, Role
from portal_app.services import access_review, configuration, invitations, setup
from portal_app.services.configuration_reading import read
from portal_app.services.foundation import lay_foundation
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.services.tidying import tidy
from portal_app.work import acting_as, reading_as
from tests.world import World, make_world


def at_once(*verbs: Callable[[], object]) -> None:
    """Run all of them in threads that start together; raises what one of them raises."""
    gate = Barrier(len(verbs))

    def run(verb: Callable[[], object]) -> None:
        gate.wait()
        verb()

    with ThreadPoolExecutor(len(verbs)) as pool:
        list(pool.map(run, verbs))


def test_olivia_hides_eight_fields_at_once_and_all_are_hidden(world: World) -> None:
    """SET-07: also where no decision about the tab was stored before."""
    olivia = world.as_staff('olivia')
    with acting_as(Operator('test')) as work:
        for tab in work.session.exec(select(PortalTab)):
            work.session.delete(tab)
    names = [field.name for field in PORTAL_OBJECTS['usage-events'].columns][:8]

    def hide(name: str) -> None:
        with acting_as(olivia) as work:
            setup.set_field(work, 'usage-events', name, False)

    at_once(*(lambda name=name: hide(name) for name in names))  # type: ignore[misc]
    with reading_as(olivia) as work:
        _, _, fields = next(each for each in setup.tab_settings(work) if each[0].key == 'usage-events')
    assert [name for name, visible in fields.items() if not visible] == names


def test_tries_at_the_same_moment_all_count(world: World) -> None:
    """POR-01."""
    at_once(*[lambda: count_try(SIGN_IN_PER_ADDRESS, 'portal', '192.0.2.9')] * 8)
    with reading_as(Operator('test')) as work:
        from portal_app.models import RateCount

        counts = [row.count for row in work.session.exec(select(RateCount))]
    assert max(counts) == 8
    assert TableStorage().check()


def test_processes_that_start_at_once_lay_one_foundation(database: str) -> None:
    """OPS-01."""

    def start() -> None:
        migrate()
        with acting_as(Operator('start')) as work:
            lay_foundation(work)

    at_once(*[start] * 4)
    with reading_as(Operator('test')) as work:
        assert len(work.session.exec(select(Organization)).all()) == 1
        assert len(work.session.exec(select(Role)).all()) == 5


def test_a_start_and_an_import_of_a_configuration_do_not_wait_in_a_circle(postgresql_database: str) -> None:
    """OPS-01: a process starts while Olivia puts a file in force; both hold organization and templates."""
    olivia = make_world().as_staff('olivia')
    with reading_as(olivia) as work:
        document = read(configuration.current(work).to_bytes())

    def put_in_force() -> None:
        with acting_as(olivia) as work:
            configuration.apply(work, document, configuration.seen_as(document, []))

    with ThreadPoolExecutor(1) as pool:
        with acting_as(Operator('start')) as work:
            lay_foundation(work)
            putting = pool.submit(put_in_force)
            while not _somebody_waits():
                assert not putting.done()
            tidy(work)
        putting.result()


@pytest.mark.parametrize('id', [2**31, 2**63, 2**70, -(2**70)])
def test_a_number_that_no_column_holds_is_an_input_and_no_fault_of_ours(world: World, id: int) -> None:
    """OPS-03: a browser may send any; nothing of it is in the log."""
    with pytest.raises((Invalid, NotFound)), acting_as(world.as_staff('olivia')) as work:
        invitations.disable_contact(work, id)


@pytest.mark.parametrize('words', ['a\0b', 'a\ud800b'])
def test_a_text_that_no_column_holds_is_refused(postgresql_database: str, words: str) -> None:
    """OPS-03."""
    world = make_world()
    with pytest.raises(Invalid), acting_as(world.as_staff('olivia')) as work:
        access_review.sign_off(work, words)


def test_two_works_in_each_others_way_are_told_to_try_again(postgresql_database: str) -> None:
    """A deadlock is nobody's fault; PostgreSQL ends one of the two, who reads it."""
    make_world()
    start = Barrier(2)
    told: list[str] = []

    def change(first: str, second: str) -> None:
        try:
            with acting_as(Operator('test')) as work:
                work.session.execute(update(Customer).where(col(Customer.number) == first).values(name='x'))
                start.wait()
                work.session.execute(update(Customer).where(col(Customer.number) == second).values(name='x'))
        except Busy as error:
            told.append(error.message)

    threads = [Thread(target=change, args=pair) for pair in (('C1001', 'C1002'), ('C1002', 'C1001'))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ['This could not be done at this moment. Please try again.']


def test_what_a_statement_was_given_is_not_in_its_error(world: World) -> None:
    """OPS-03: logs without personal data."""
    with pytest.raises(IntegrityError) as failed, acting_as(Operator('test')) as work:
        work.session.add(PortalUser(email='anna@example.com', name='Again'))
    assert 'anna' not in str(failed.value).partition('DETAIL')[0]


def _somebody_waits() -> bool:
    """Whether a transaction on this database waits for a lock of ours."""
    waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = " + _DATABASE
    with db.engine().connect() as connection:
        return connection.execute(text(waiting)).first() is not None


_DATABASE = '(SELECT oid FROM pg_database WHERE datname = current_database())'
