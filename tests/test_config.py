"""Settings: a wrong one stops the start and is named."""

from pathlib import Path

import pytest

from portal_app import config, hosts
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


MAIL = 'PORTAL_SMTP_HOST=mail.example.com\nPORTAL_MAIL_FROM=billing@example.com\nPORTAL_PUBLIC_URL=https://portal.example.com/\n'


@pytest.mark.parametrize(
    ('lines', 'words'),
    [
        (
            'PORTAL_SMTP_HOST=mail.example.com',
            '\n'.join(
                f'{name}: must be given when PORTAL_SMTP_HOST is'
                for name in ('PORTAL_MAIL_FROM', 'PORTAL_PUBLIC_URL')
            ),
        ),
        ('PORTAL_SMTP_PORT=0', 'PORTAL_SMTP_PORT: '),
        ('PORTAL_SMTP_SECURITY=ssl', 'PORTAL_SMTP_SECURITY: '),
        ('PORTAL_SMTP_USERNAME=portal', 'PORTAL_SMTP_HOST: must be given when a user name or a password is'),
        (
            MAIL + 'PORTAL_SMTP_USERNAME=portal',
            'PORTAL_SMTP_PASSWORD: user name and password must be given together',
        ),
        (
            MAIL + 'PORTAL_SMTP_PASSWORD=hunter2',
            'PORTAL_SMTP_USERNAME: user name and password must be given together',
        ),
        (
            MAIL + 'PORTAL_SMTP_USERNAME=portal\nPORTAL_SMTP_PASSWORD=hunter2\nPORTAL_SMTP_SECURITY=none',
            'PORTAL_SMTP_SECURITY: must be starttls or tls when there is a password',
        ),
        (MAIL + 'PORTAL_SMTP_PORT=465', 'PORTAL_SMTP_SECURITY: must be tls with port 465'),
        (
            MAIL + 'PORTAL_SMTP_SECURITY=tls',
            'PORTAL_SMTP_PORT: 587 is for starttls; servers answer tls at 465',
        ),
        ('PORTAL_MAIL_FROM=Billing <billing@example.com>', 'PORTAL_MAIL_FROM: '),
        ('PORTAL_MAIL_FROM="billing@example.com\r\nBcc: eve@example.com"', 'PORTAL_MAIL_FROM: '),
        ('PORTAL_PUBLIC_URL=portal.example.com', 'PORTAL_PUBLIC_URL: '),
        ('PORTAL_PUBLIC_URL=https://portal.example.com/billing', 'PORTAL_PUBLIC_URL: '),
        ('PORTAL_PUBLIC_URL=https://eve@portal.example.com', 'PORTAL_PUBLIC_URL: '),
        ('PORTAL_SECRET_KEY=hunter2', 'PORTAL_SECRET_KEY: '),
    ],
)
def test_mail_settings_that_cannot_work_stop_the_start(empty_folder: Path, lines: str, words: str) -> None:
    """OPS-02, MAIL-01: and no password is in the message."""
    (empty_folder / '.env').write_text(lines + '\n')
    with pytest.raises(BadSettings) as failure:
        load_settings()
    assert str(failure.value).startswith(words)
    assert 'hunter2' not in str(failure.value)


def test_with_a_mail_server_the_settings_show_no_password(empty_folder: Path) -> None:
    """OPS-03: neither does what is logged of them."""
    (empty_folder / '.env').write_text(
        MAIL
        + 'PORTAL_SMTP_USERNAME=portal\nPORTAL_SMTP_PASSWORD=hunter2\n'
        + f'PORTAL_SECRET_KEY={"hunter2" * 8}\n'
    )
    settings = load_settings()
    assert (settings.smtp_password, settings.public_url) == ('hunter2', 'https://portal.example.com')
    assert 'hunter2' not in f'{settings!r} {settings}'


STRIPE = (
    'PORTAL_GATEWAY=stripe\nPORTAL_STRIPE_SECRET_KEY=sk_hunter2\nPORTAL_STRIPE_WEBHOOK_SECRET=whsec_hunter2\n'
)
FOR_STRIPE = 'is only for PORTAL_GATEWAY=stripe'


@pytest.mark.parametrize(
    ('lines', 'words'),
    [
        (
            'PORTAL_GATEWAY=stripe',
            '\n'.join(
                f'PORTAL_STRIPE_{name}: must be given with PORTAL_GATEWAY=stripe'
                for name in ('SECRET_KEY', 'WEBHOOK_SECRET')
            ),
        ),
        (
            STRIPE.replace('=stripe', '=none') + 'PORTAL_STRIPE_API=https://stripe.example',
            '\n'.join(
                f'PORTAL_STRIPE_{name}: {FOR_STRIPE}' for name in ('SECRET_KEY', 'WEBHOOK_SECRET', 'API')
            ),
        ),
        *(
            (
                STRIPE.replace('sk_', key) + 'PORTAL_ENVIRONMENT=sandbox',
                'PORTAL_STRIPE_SECRET_KEY: must not be a live key with PORTAL_ENVIRONMENT=sandbox',
            )
            for key in ('sk_live_', 'rk_live_')
        ),
        ('PORTAL_GATEWAY=paypal', 'PORTAL_GATEWAY: '),
        ('PORTAL_GATEWAY_SECONDS=0', 'PORTAL_GATEWAY_SECONDS: '),
        (STRIPE + 'PORTAL_STRIPE_API=stripe.example', 'PORTAL_STRIPE_API: '),
        (STRIPE + 'PORTAL_STRIPE_API=http://stripe.example', 'PORTAL_STRIPE_API: must begin with https://'),
    ],
)
def test_gateway_settings_that_cannot_work_stop_the_start(empty_folder: Path, lines: str, words: str) -> None:
    """OPS-02, POR-08: and no key is in the message."""
    (empty_folder / '.env').write_text(lines + '\n')
    with pytest.raises(BadSettings) as failure:
        load_settings()
    assert str(failure.value).startswith(words)
    assert 'hunter2' not in str(failure.value)


def test_with_stripe_the_settings_show_no_key(empty_folder: Path) -> None:
    """OPS-03: and a server on this machine may be asked without TLS."""
    (empty_folder / '.env').write_text(STRIPE + 'PORTAL_STRIPE_API=http://127.0.0.1:8420/\n')
    settings = load_settings()
    assert (settings.gateway, settings.stripe_api) == ('stripe', 'http://127.0.0.1:8420')
    assert 'hunter2' not in f'{settings!r} {settings}'


def test_without_a_public_url_links_lead_to_this_machine(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-02: so that `make demo` works wholly without a mail server."""
    monkeypatch.setenv('PORTAL_PORT', '8099')
    config.settings.cache_clear()
    assert hosts.public_url() == 'http://localhost:8099'
    config.settings.cache_clear()
