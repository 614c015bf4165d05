"""What a start puts in order."""

from datetime import timedelta

from sqlmodel import select

from portal_app.auth.viewer import Operator
from portal_app.models import Export, PortalSession
from portal_app.models.base import now
from portal_app.queries import Query
from portal_app.services import exports
from portal_app.services.tidying import tidy
from portal_app.services.usage import USAGE_EVENTS
from portal_app.work import acting_as, reading_as
from tests.world import World


def test_an_export_that_a_crash_left_running_is_said_to_have_failed(world: World) -> None:
    """POR-04: one that runs now is left alone."""
    with acting_as(world.as_customer('ben', 'C1004')) as work:
        old = exports.begin(work, USAGE_EVENTS, Query(sort='date'), 'csv')
        exports.begin(work, USAGE_EVENTS, Query(sort='date'), 'csv')
        old.started_at = now() - timedelta(hours=7)
    with acting_as(Operator('start')) as work:
        tidy(work)
    with reading_as(Operator('test')) as work:
        assert work.session.exec(select(Export.state).order_by(Export.id)).all() == ['Failed', 'Running']  # type: ignore[arg-type]


def test_only_sessions_that_are_long_over_are_forgotten(world: World) -> None:
    """POR-10 will list the others."""
    for days in (0, -30, -91):
        world.as_customer('anna', 'C1001')
        with acting_as(Operator('test')) as work:
            newest = work.session.exec(select(PortalSession).order_by(PortalSession.id.desc())).first()  # type: ignore[union-attr]
            assert newest
            newest.expires_at = now() + timedelta(days=days)
    with acting_as(Operator('start')) as work:
        tidy(work)
        assert len(work.session.exec(select(PortalSession)).all()) == 2
