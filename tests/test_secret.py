"""The server's secret, which the tokens in links are derived from."""

from pathlib import Path

import pytest

from portal_app import config
from portal_app.config import BadSettings
from portal_app.models import Purpose
from portal_app.secret import secret
from portal_app.services import links
from portal_app.work import acting_as
from tests.world import World, add_contact


def test_without_a_setting_it_lies_beside_the_database_for_its_owner_only(sqlite_database: str) -> None:
    """ACC-04: not in the database, whose copy opens nothing."""
    made = secret()
    path = Path(sqlite_database.removeprefix('sqlite:///')).with_suffix('.key')
    assert path.read_bytes() == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(made) >= 64
    assert [each.name for each in path.parent.iterdir() if '.key' in each.name or len(each.suffix) == 9] == [
        path.name
    ]


def test_a_setting_wins(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several machines on one database need the same key."""
    monkeypatch.setenv('PORTAL_SECRET_KEY', 'a key that the operator has thought up')
    config.settings.cache_clear()
    assert secret() == b'a key that the operator has thought up'
    assert not Path(sqlite_database.removeprefix('sqlite:///')).with_suffix('.key').exists()


def test_a_key_file_that_is_too_short_is_refused(sqlite_database: str) -> None:
    """ACC-04: like a setting that is too short; the file is named, and nothing is made from it."""
    path = Path(sqlite_database.removeprefix('sqlite:///')).with_suffix('.key')
    for key in (b'', b'x' * 31):
        path.write_bytes(key)
        with pytest.raises(BadSettings, match='at least 32 bytes') as refusal:
            secret()
        assert str(path) in str(refusal.value)
    path.write_bytes(b'x' * 32)
    assert secret() == b'x' * 32


def test_a_link_of_another_key_is_not_mailed_wrongly(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ACC-04: a process with another key says so instead of sending a dead link."""
    carla = add_contact(sqlite_world, 'globex', 'carla')
    with acting_as(sqlite_world.as_staff('olivia')) as work:
        link = links.issue(work, Purpose.INVITATION, contact_id=carla)
    monkeypatch.setenv('PORTAL_SECRET_KEY', 'a key that the operator has thought up')
    config.settings.cache_clear()
    with pytest.raises(links.WrongKey, match='PORTAL_SECRET_KEY'):
        links.address(link)


def test_two_links_have_nothing_in_common(sqlite_world: World) -> None:
    """ACC-04."""
    carla = add_contact(sqlite_world, 'globex', 'carla')
    with acting_as(sqlite_world.as_staff('olivia')) as work:
        one, other = (links.issue(work, Purpose.INVITATION, contact_id=carla) for _ in range(2))
    tokens = [links.address(each).rpartition('/')[2] for each in (one, other)]
    assert tokens[0] != tokens[1]
    assert all(len(token) == 43 for token in tokens)
