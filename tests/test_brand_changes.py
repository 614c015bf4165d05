"""Colour, logo and banner: who may change them, what is kept, and where it is seen."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from portal_app import live
from portal_app.api import pictures as route
from portal_app.auth.viewer import Operator, Viewer, Visitor
from portal_app.errors import Invalid, NotFound, NotPermitted
from portal_app.live import Change, Topic
from portal_app.models import AuditEntry, Organization, Picture, PictureKind, Role
from portal_app.models.base import now
from portal_app.pictures import PictureRefused, check_and_encode
from portal_app.services import branding
from portal_app.services.organization import brand
from portal_app.services.tidying import tidy
from portal_app.work import acting_as, reading_as
from tests import odd_pictures as odd
from tests.test_concurrency import at_once
from tests.world import World

LOGO, BANNER = PictureKind.LOGO, PictureKind.BANNER
TEST = Operator('test')


@pytest.fixture
def setups() -> Iterator[list[Change]]:
    """The news of the setup, as it comes."""
    found: list[Change] = []
    stop = live.listen(Topic.SETUP, found.append)
    yield found
    stop()


@pytest.fixture
def client(sqlite_database: str) -> TestClient:
    """The route for pictures, by itself."""
    app = FastAPI()
    app.include_router(route.router())
    return TestClient(app)


def put(viewer: Viewer, kind: PictureKind = LOGO, content: bytes = b'', **options: bool) -> str:
    with acting_as(viewer) as work:
        return branding.set_picture(work, kind, content or odd.png(), **options).name


def use(viewer: Viewer, kind: PictureKind, name: str | None) -> None:
    with acting_as(viewer) as work:
        branding.use_picture(work, kind, name)


def colour(viewer: Viewer, text: str = '#ffdd00') -> None:
    with acting_as(viewer) as work:
        branding.set_colour(work, text)


def ours() -> Organization:
    with reading_as(TEST) as work:
        return work.session.exec(select(Organization)).one()


def entries() -> list[tuple[str, str, str, dict[str, object], dict[str, object]]]:
    with reading_as(TEST) as work:
        found = work.session.exec(select(AuditEntry).where(AuditEntry.action.startswith('branding.')))  # type: ignore[attr-defined]
        return [(each.actor, each.action, each.subject, each.before, each.after) for each in found]


def stored() -> set[str]:
    with reading_as(TEST) as work:
        return set(work.session.exec(select(Picture.name)))


def grant(role: str, *grants: str) -> None:
    with acting_as(TEST) as work:
        found = work.session.exec(select(Role).where(Role.name == role)).one()
        found.grants = list(grants)
        work.session.add(found)


def test_olivia_changes_the_colour_once(world: World, setups: list[Change]) -> None:
    """SET-05: kept in lowercase, told to every page, in the audit log; the same once more is nothing new."""
    olivia = world.as_staff('olivia')
    colour(olivia, '#FFDD00')
    colour(olivia, '#ffdd00')
    assert ours().brand_colour == '#ffdd00'
    assert setups == [Change(Topic.SETUP)]
    assert entries() == [
        (
            'Olivia <olivia@staff.example>',
            'branding.colour',
            'Northwind',
            {'colour': '#1d4ed8'},
            {'colour': '#ffdd00'},
        )
    ]


@pytest.mark.parametrize(
    'text',
    ['', 'red', '#fff', '#12345', '#1234567', '#12345g', ' #123456', '#12345６', '#123456;}', 'rgb(1,2,3)'],
)
def test_what_is_no_hex_colour_is_refused_with_the_rule(sqlite_world: World, text: str) -> None:
    """SET-05: three digits too; nothing is guessed."""
    with pytest.raises(Invalid, match=r'Primary brand colour must be a HEX colour such as #0f5c4d \(got '):
        colour(sqlite_world.as_staff('olivia'), text)
    assert ours().brand_colour == '#1d4ed8'


def test_olivia_puts_up_a_logo_and_a_banner(world: World, setups: list[Change]) -> None:
    """SET-03, SET-04: encoded anew, named by their content, worn by every page."""
    olivia = world.as_staff('olivia')
    logo, banner = put(olivia, LOGO, odd.png()), put(olivia, BANNER, odd.jpeg((3200, 800)))
    assert (ours().logo, ours().banner) == (logo, banner)
    assert branding.NAME.fullmatch(logo)
    assert branding.NAME.fullmatch(banner)
    assert setups == [Change(Topic.SETUP)] * 2
    with reading_as(Visitor()) as work:
        worn = brand(work)
        picture = branding.stored_picture(work, banner)
    assert worn.logo
    assert (worn.logo.address, worn.logo.width, worn.logo.height) == (f'/brand/{logo}', 120, 40)
    assert worn.banner == f'/brand/{banner}'
    assert (picture.kind, picture.content_type, picture.width, picture.height) == (
        'banner',
        'image/jpeg',
        1600,
        400,
    )
    assert picture.content == check_and_encode(odd.jpeg((3200, 800)), BANNER).content
    assert [entry[1:] for entry in entries()] == [
        ('branding.picture', 'logo', {'name': None}, {'name': logo}),
        ('branding.picture', 'banner image', {'name': None}, {'name': banner}),
    ]


def test_a_refused_logo_leaves_the_old_one(world: World, setups: list[Change]) -> None:
    """SET-03: with the measured size; fitted when that is asked for."""
    olivia = world.as_staff('olivia')
    old = put(olivia)
    with pytest.raises(PictureRefused) as refused:
        put(olivia, LOGO, odd.png((412, 90)))
    assert refused.value.message == 'Your logo is 412 x 90 px; the most is 200 x 70 px.'
    assert (ours().logo, stored()) == (old, {old})
    new = put(olivia, LOGO, odd.png((412, 90)), resize=True)
    assert ours().logo == new != old
    assert len(setups) == 2


def test_the_same_file_again_is_the_same_picture(world: World, setups: list[Change]) -> None:
    """SET-03: it is stored once, and nothing is told or written down."""
    olivia = world.as_staff('olivia')
    assert put(olivia) == put(olivia)
    assert len(stored()) == len(setups) == len(entries()) == 1


def test_a_logo_that_was_taken_away_can_be_put_back(world: World) -> None:
    """SET-03: an undo, of each step."""
    olivia = world.as_staff('olivia')
    first, second = put(olivia), put(olivia, LOGO, odd.png((90, 30)))
    for name in (None, first, None, second):
        use(olivia, LOGO, name)
        assert ours().logo == name
    banner = put(olivia, BANNER, odd.jpeg())
    for kind, name in ((BANNER, first), (LOGO, banner), (LOGO, 'logo-0123456789abcdef.png'), (LOGO, '')):
        with pytest.raises(NotFound):
            use(olivia, kind, name)
    assert (ours().logo, ours().banner) == (second, banner)


def test_only_the_setup_s_grant_changes_what_customers_see(world: World) -> None:
    """SET-10: reading it is not enough, and customers and visitors never may."""
    name = put(world.as_staff('olivia'))
    verbs: tuple[Callable[[Viewer], object], ...] = (
        colour,
        lambda viewer: put(viewer, LOGO),
        lambda viewer: put(viewer, BANNER),
        lambda viewer: use(viewer, LOGO, None),
        lambda viewer: use(viewer, LOGO, name),
        lambda viewer: use(viewer, BANNER, None),
    )
    for viewer in (
        *(world.as_staff(who) for who in ('rita', 'stan', 'manu')),
        world.as_customer('anna', 'C1001'),
        Visitor(),
    ):
        for verb in verbs:
            with pytest.raises(NotPermitted):
                verb(viewer)
    assert (ours().logo, ours().brand_colour, len(entries())) == (name, '#1d4ed8', 1)


def test_the_company_profile_s_grant_changes_the_logo_and_no_more(world: World) -> None:
    """SET-09, SET-10."""
    grant('Standard', 'company_profile:edit')
    stan = world.as_staff('stan')
    name = put(stan)
    use(stan, LOGO, None)
    use(stan, LOGO, name)
    for verb in (lambda: put(stan, BANNER), lambda: use(stan, BANNER, None), lambda: colour(stan)):
        with pytest.raises(NotPermitted):
            verb()
    with reading_as(stan) as work:
        assert branding.may_change_logo(work)
    grant('Standard', 'company_profile:view')
    with reading_as(stan) as work:
        assert not branding.may_change_logo(work)


def test_four_who_upload_at_once_all_succeed(world: World) -> None:
    """SET-03: the same new picture from two of them is stored once."""
    olivia, made = world.as_staff('olivia'), [odd.png(), odd.png(), odd.png((90, 30)), odd.png((60, 60))]
    at_once(*(lambda content=content: put(olivia, LOGO, content) for content in made))  # type: ignore[misc]
    assert len(stored()) == 3
    assert ours().logo in stored()
    assert len([entry for entry in entries() if entry[4]['name'] == ours().logo]) >= 1


def test_old_pictures_are_forgotten_at_a_start_and_those_in_use_never(world: World) -> None:
    """SET-03: what was taken away can be put back for 30 days."""
    olivia = world.as_staff('olivia')
    gone, kept = put(olivia), put(olivia, LOGO, odd.png((90, 30)))
    put(olivia, BANNER, odd.jpeg())
    recent = put(olivia, LOGO, odd.png((60, 60)))
    use(olivia, LOGO, kept)
    with acting_as(TEST) as work:
        for picture in work.session.exec(select(Picture).where(Picture.name != recent)):
            picture.created_at = now() - timedelta(days=31)
            work.session.add(picture)
    with acting_as(TEST) as work:
        tidy(work)
    assert stored() == {kept, recent, ours().banner}
    with pytest.raises(NotFound, match='This logo is not there any more'):
        use(olivia, LOGO, gone)


def test_a_picture_is_served_so_that_a_browser_keeps_it_and_does_nothing_else_with_it(
    client: TestClient, sqlite_world: World
) -> None:
    """SET-03: to everybody, with its right type, for good."""
    name = put(sqlite_world.as_staff('olivia'), BANNER, odd.jpeg())
    answer = client.get(f'/brand/{name}')
    with reading_as(TEST) as work:
        assert answer.content == branding.stored_picture(work, name).content
    assert answer.status_code == 200
    expected = {
        'content-type': 'image/jpeg',
        'cache-control': 'public, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
        'etag': f'"{name}"',
    }
    assert expected.items() <= dict(answer.headers).items()
    again = client.get(f'/brand/{name}', headers={'If-None-Match': answer.headers['etag']})
    assert (again.status_code, again.content) == (304, b'')
    assert client.head(f'/brand/{name}').headers['content-length'] == str(len(answer.content))


@pytest.mark.parametrize(
    'name',
    [
        'logo-0123456789abcdef.png',
        'logo.png',
        '..%2f..%2fetc%2fpasswd',
        'logo-0123456789abcdef.svg',
        "'%20OR%201=1",
        'x' * 5000,
    ],
)
def test_what_is_no_picture_of_ours_is_not_there(client: TestClient, sqlite_world: World, name: str) -> None:
    """SET-03."""
    put(sqlite_world.as_staff('olivia'))
    assert client.get(f'/brand/{name}').status_code == 404


def test_a_page_encodes_before_it_writes(sqlite_world: World) -> None:
    """SET-03: what was encoded beforehand is taken as it is."""
    encoded = check_and_encode(odd.png((412, 90)), LOGO, resize=True)

    with acting_as(sqlite_world.as_staff('olivia')) as work:
        name = branding.set_picture(work, LOGO, encoded).name
    assert ours().logo == name
    assert stored() == {name}
