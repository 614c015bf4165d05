"""What every portal object must do, for each of them on both databases."""

import pytest
from sqlmodel import select

from portal_app.errors import NotFound
from portal_app.listings import Listing
from portal_app.models import UsageEvent
from portal_app.queries import Query, parse, to_parameters
from portal_app.services import listings
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.work import reading_as
from tests.world import World

OBJECTS = pytest.mark.parametrize('listing', PORTAL_OBJECTS.values(), ids=PORTAL_OBJECTS.keys())


@OBJECTS
def test_globex_never_sees_a_row_of_acme(world: World, listing: Listing) -> None:
    """ACC-13: every read starts from what the viewer may see."""
    with reading_as(world.as_customer('ben', 'C1004')) as work:
        text = str([listings.page(work, listing, Query()).rows])
    assert 'acme' not in text.lower()
