"""Settings from the environment and `.env`; a wrong or unknown one stops the start, named (OPS-02)."""

import os
import re
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ENV_FILE = '.env'
PREFIX = 'PORTAL_'
SECRETS = (  # what was given for them is never shown
    'DATABASE_URL',
    'smtp_password',
    'secret_key',
    'stripe_secret_key',
    'stripe_webhook_secret',
)
LIVE_KEYS = ('sk_live_', 'rk_live_')  # how keys of Stripe begin that move real money
LOOPBACK = ('localhost', '127.0.0.1', '::1')
ORIGIN = re.compile(r'https?://([\w.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?/?')
DOMAIN = re.compile(
    r'(?=.{1,189}(:|$))[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?'
)
ADDRESS = re.compile(r'[^@\s,;:<>()"\\]+@[^@\s,;:<>()"\\]+')


class BadSettings(Exception):
    """The start is refused; the text names each wrong setting and the rule."""


class Settings(BaseSettings):
    """What the operator decides. Each name is an environment variable with the prefix PORTAL_."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=ENV_FILE, extra='ignore')

    database_url: Annotated[str, Field(validation_alias='DATABASE_URL')] = 'sqlite:///data/portal.db'
    host: str = '127.0.0.1'
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    session_hours: Annotated[int, Field(ge=1, le=24 * 90)] = 12
    remember_days: Annotated[int, Field(ge=1, le=365)] = 30
    statement_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0
    log_level: Literal['debug', 'info', 'warning', 'error'] = 'info'
    public_url: str = ''
    base_domain: str = ''
    environment: Literal['production', 'sandbox'] = 'production'
    sandbox_portal: bool = False
    sandbox_mail: bool = False
    secret_key: Annotated[str, Field(repr=False)] = ''
    smtp_host: str = ''
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_security: Literal['starttls', 'tls', 'none'] = 'starttls'
    smtp_username: str = ''
    smtp_password: Annotated[str, Field(repr=False)] = ''
    mail_from: str = ''
    gateway: Literal['test', 'stripe', 'none'] = 'test'
    stripe_secret_key: Annotated[str, Field(repr=False)] = ''
    stripe_webhook_secret: Annotated[str, Field(repr=False)] = ''
    stripe_api: str = ''
    gateway_seconds: Annotated[float, Field(gt=0, le=60)] = 20.0

    @field_validator('database_url')
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not url.startswith(('sqlite:///', 'postgresql://', 'postgresql+psycopg://')):
            raise ValueError('must start with sqlite:/// or postgresql://')
        return url.replace('postgresql://', 'postgresql+psycopg://', 1)

    @field_validator('public_url', 'stripe_api')
    @classmethod
    def _an_origin(cls, url: str) -> str:
        if url and not ORIGIN.fullmatch(url):
            raise ValueError('must look like https://portal.example.com')
        return url.rstrip('/')

    @field_validator('base_domain')
    @classmethod
    def _a_domain(cls, domain: str) -> str:
        if domain and not DOMAIN.fullmatch(domain):
            raise ValueError('must look like example.com, in lowercase, with a port if need be')
        return domain

    @field_validator('secret_key')
    @classmethod
    def _long_enough(cls, key: str) -> str:
        if key and len(key) < 32:
            raise ValueError('must have at least 32 characters')
        return key

    @field_validator('mail_from')
    @classmethod
    def _one_address(cls, address: str) -> str:
        if address and not ADDRESS.fullmatch(address):
            raise ValueError('must be one address without a name, such as billing@example.com')
        return address

    @property
    def is_sandbox(self) -> bool:
        """Whether this installation is for trying things out (SET-13)."""
        return self.environment == 'sandbox'

    @property
    def serves_portal(self) -> bool:
        """Whether the operator lets customers in; a sandbox does not until that is said (SET-13)."""
        return self.sandbox_portal or not self.is_sandbox

    @property
    def sends_mail(self) -> bool:
        """Whether mail is delivered, or kept in the Email Log (MAIL-02, SET-13)."""
        return bool(self.smtp_host) and not self.keeps_mail

    @property
    def keeps_mail(self) -> bool:
        """Whether mail is kept whatever server is connected: a sandbox does until told otherwise (SET-13)."""
        return self.is_sandbox and not self.sandbox_mail


def load_settings() -> Settings:
    """Read the settings. Raises BadSettings with one line for each that is wrong or unknown."""
    problems = [f'{name}: there is no such setting' for name in sorted(_unknown_names())]
    try:
        settings = Settings()
    except ValidationError as error:
        problems += [_sentence(detail['loc'][0], detail['msg'], detail['input']) for detail in error.errors()]
    else:
        problems += _joint_problems(settings)
    if problems:
        raise BadSettings('\n'.join(problems))
    return settings


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return load_settings()


def _joint_problems(given: Settings) -> list[str]:
    """What is right by itself but not together."""
    problems = _sandbox_problems(given) + _gateway_problems(given)
    if given.base_domain and given.public_url:
        problems.append('PORTAL_PUBLIC_URL: must not be given together with PORTAL_BASE_DOMAIN')
    if given.smtp_host:
        problems += [
            f'{PREFIX}{name.upper()}: must be given when PORTAL_SMTP_HOST is'
            for name in ('mail_from', 'public_url')
            if not getattr(given, name) and not (name == 'public_url' and given.base_domain)
        ]
    elif given.smtp_username or given.smtp_password:
        problems.append('PORTAL_SMTP_HOST: must be given when a user name or a password is')
    if bool(given.smtp_username) != bool(given.smtp_password):
        missing = 'PORTAL_SMTP_PASSWORD' if given.smtp_username else 'PORTAL_SMTP_USERNAME'
        problems.append(f'{missing}: user name and password must be given together')
    if given.smtp_password and given.smtp_security == 'none' and given.smtp_host not in LOOPBACK:
        problems.append('PORTAL_SMTP_SECURITY: must be starttls or tls when there is a password')
    if given.smtp_port == 465 and given.smtp_security != 'tls':
        problems.append('PORTAL_SMTP_SECURITY: must be tls with port 465')
    if given.smtp_port == 587 and given.smtp_security == 'tls':
        problems.append('PORTAL_SMTP_PORT: 587 is for starttls; servers answer tls at 465')
    return problems


def _sandbox_problems(given: Settings) -> list[str]:
    problems = [
        f'{PREFIX}{name.upper()}: must not be true without PORTAL_ENVIRONMENT=sandbox'
        for name in ('sandbox_portal', 'sandbox_mail')
        if getattr(given, name) and not given.is_sandbox
    ]
    if given.sandbox_mail and not given.smtp_host:
        problems.append('PORTAL_SMTP_HOST: must be given when PORTAL_SANDBOX_MAIL is true')
    if given.is_sandbox and given.stripe_secret_key.startswith(LIVE_KEYS):
        problems.append('PORTAL_STRIPE_SECRET_KEY: must not be a live key with PORTAL_ENVIRONMENT=sandbox')
    return problems


def _gateway_problems(given: Settings) -> list[str]:
    secrets = ('stripe_secret_key', 'stripe_webhook_secret')
    if given.gateway == 'stripe':
        wrong, rule = [name for name in secrets if not getattr(given, name)], 'must be given with'
    else:
        wrong, rule = [name for name in (*secrets, 'stripe_api') if getattr(given, name)], 'is only for'
    problems = [f'{PREFIX}{name.upper()}: {rule} PORTAL_GATEWAY=stripe' for name in wrong]
    address = urlsplit(given.stripe_api)
    if address.scheme == 'http' and address.hostname not in LOOPBACK:
        problems.append('PORTAL_STRIPE_API: must begin with https:// unless it is on this machine')
    return problems


def _unknown_names() -> set[str]:
    given = {*os.environ, *(dotenv_values(ENV_FILE) if Path(ENV_FILE).exists() else {})}
    known = {PREFIX + name.upper() for name in Settings.model_fields} | _for_the_tests()
    return {name for name in given if name.startswith(PREFIX)} - known


def _for_the_tests() -> set[str]:
    return {'PORTAL_TEST_BROWSER', 'PORTAL_TEST_DATABASE_URL'}


def _sentence(location: object, rule: str, given: object) -> str:
    name = str(location)
    shown = '' if name in SECRETS else f' (got {str(given)!r})'
    return f'{name if name.isupper() else PREFIX + name.upper()}: {rule}{shown}'
