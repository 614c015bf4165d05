"""How long the first and the second page of a list of staff's take."""

from statistics import median
from urllib.parse import parse_qsl

from portal_app.auth.viewer import Operator
from portal_app.listings import Listing, Page
from portal_app.queries import Query, parse
from portal_app.services import listings
from portal_app.work import reading_as
from tests.benchmarks.serving import seconds


def measure(listing: Listing, name: str, runs: int) -> tuple[str, ...]:
    """Medians of both under a query, in milliseconds, with the query and its count."""
    query, problems = parse(listing, parse_qsl(name))
    assert not problems, problems
    first = _page(listing, query)
    count = 'not counted' if first.count is None else f'{first.count:,}{"+" if first.capped else ""}'
    times = [median(seconds(lambda: _page(listing, query)) * 1000 for _ in range(runs))]
    if first.next:
        second = query.first_page(after=first.next)
        times.append(median(seconds(lambda: _page(listing, second)) * 1000 for _ in range(runs)))
    return (name, count, *(f'{each:.1f}' for each in [*times, 0][:2]))


def _page(listing: Listing, query: Query) -> Page:
    with reading_as(Operator('benchmark')) as work:
        return listings.page(work, listing, query)
