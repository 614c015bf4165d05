"""Settings: a wrong one stops the start and is named."""

from pathlib import Path

import pytest

from portal_app.config import BadSettings, load_settings


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ('DATABASE_URL', 'PORTAL_PORT'):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_without_any_setting_it_starts_on_sqlite() -> None:
    """OPS-01."""
    assert load_settings().database_url == 'sqlite:///data/portal.db'


@pytest.mark.parametrize(
    ('line', 'words'),
    [
        ('PORTAL_PORT=none', 'PORTAL_PORT: '),
        ('PORTAL_PORT=70000', 'PORTAL_PORT: '),
        ('PORTAL_SESSION_HOURS=0', 'PORTAL_SESSION_HOURS: '),
        ('PORTAL_LOG_LEVEL=loud', 'PORTAL_LOG_LEVEL: '),
        ('DATABASE_URL=mysql://x', 'DATABASE_URL: '),
        ('PORTAL_PROT=8080', 'PORTAL_PROT: there is no such setting'),
    ],
)
def test_a_wrong_line_in_the_env_file_is_named(empty_folder: Path, line: str, words: str) -> None:
    """OPS-02."""
    (empty_folder / '.env').write_text(line + '\n')
    with pytest.raises(BadSettings) as failure:
        load_settings()
    assert str(failure.value).startswith(words)


def test_every_wrong_line_is_named_at_once(empty_folder: Path) -> None:
    """OPS-02."""
    (empty_folder / '.env').write_text('PORTAL_PORT=none\nPORTAL_LOG_LEVEL=loud\n')
    with pytest.raises(BadSettings) as failure:
        load_settings()
    assert len(str(failure.value).splitlines()) == 2


def test_a_password_in_an_address_is_not_printed(empty_folder: Path) -> None:
    """OPS-03: no secrets in what is printed or logged."""
    (empty_folder / '.env').write_text('DATABASE_URL=mysql://portal:hunter2@db/x\n')
    with pytest.raises(BadSettings) as failure:
        load_settings()
    assert 'hunter2' not in str(failure.value)
