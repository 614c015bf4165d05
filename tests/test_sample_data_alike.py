"""What goes with the sample data, and what only looks like it (SET-12)."""

import pytest
from sqlmodel import col, select

from portal_app.auth.viewer import Operator
from portal_app.errors import Conflict
from portal_app.models import Customer, Export, ExportState
from portal_app.queries import Query
from portal_app.services import exports, sample_data
from portal_app.services.customers import create_portal_user
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.work import acting_as, reading_as
from tests.world import PASSWORD, World


@pytest.fixture
def filled(world: World) -> World:
    """The tests' world, with sample customers beside its own."""
    with acting_as(world.as_staff('olivia')) as work:
        sample_data.fill(work)
    return world


def remove(world: World) -> None:
    with acting_as(world.as_staff('olivia')) as work:
        sample_data.remove(work)


def test_a_customer_of_ones_own_whose_id_looks_alike_stays(filled: World) -> None:
    """SET-12: an import takes any external id, and makes the number from it; only invented customers go."""
    alike = ('sample-books', 'Sample-77', 'SAMPLE-99', 'sample-99', 'sample-1')
    with acting_as(Operator('import')) as work:
        work.session.add_all(Customer(number=id, external_id=id, name=id) for id in alike)
    remove(filled)
    with reading_as(filled.as_staff('olivia')) as work:
        left = set(work.session.exec(select(Customer.number).where(col(Customer.external_id).is_not(None))))
        assert left == set(alike)
        assert not sample_data.is_there(work)


def test_a_customer_of_ones_own_with_such_an_id_is_in_the_way(world: World) -> None:
    """SET-12: nothing is added beside it, and it is not offered to be removed."""
    with acting_as(Operator('import')) as work:
        work.session.add(Customer(number='sample-03', external_id='sample-03', name='Sample Three'))
    olivia = world.as_staff('olivia')
    with pytest.raises(Conflict, match='of your own'), acting_as(olivia) as work:
        sample_data.fill(work)
    with reading_as(olivia) as work:
        assert not sample_data.is_there(work)


def test_an_export_that_runs_while_it_goes_ends_quietly(filled: World) -> None:
    """SET-12: there is nothing left to write down, and nothing fails."""
    with acting_as(Operator('test')) as work:
        create_portal_user(work, 'SAMPLE-01', 'Amara', 'amara@example.com', PASSWORD)
    with acting_as(filled.as_customer('amara', 'SAMPLE-01')) as work:
        listing = PORTAL_OBJECTS['usage-events']
        ticket = exports.begin(work, listing, Query(), 'csv').ticket
    remove(filled)
    with acting_as(Operator('export')) as work:
        exports.finish(work, ticket, ExportState.STOPPED, {})
    with reading_as(Operator('test')) as work:
        assert work.session.exec(select(Export).where(Export.ticket == ticket)).first() is None
