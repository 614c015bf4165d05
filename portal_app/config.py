"""Settings from the environment and `.env`; a wrong or unknown one stops the start, named (OPS-02)."""

import os
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ENV_FILE = '.env'
PREFIX = 'PORTAL_'


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

    @field_validator('database_url')
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not url.startswith(('sqlite:///', 'postgresql://', 'postgresql+psycopg://')):
            raise ValueError('must start with sqlite:/// or postgresql://')
        return url.replace('postgresql://', 'postgresql+psycopg://', 1)


def load_settings() -> Settings:
    """Read the settings. Raises BadSettings with one line for each that is wrong or unknown."""
    problems = [f'{name}: there is no such setting' for name in sorted(_unknown_names())]
    try:
        settings = Settings()
    except ValidationError as error:
        problems += [_sentence(detail['loc'][0], detail['msg'], detail['input']) for detail in error.errors()]
    if problems:
        raise BadSettings('\n'.join(problems))
    return settings


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return load_settings()


def _unknown_names() -> set[str]:
    given = {*os.environ, *(dotenv_values(ENV_FILE) if Path(ENV_FILE).exists() else {})}
    known = {PREFIX + name.upper() for name in Settings.model_fields} | _for_the_tests()
    return {name for name in given if name.startswith(PREFIX)} - known


def _for_the_tests() -> set[str]:
    return {'PORTAL_TEST_BROWSER', 'PORTAL_TEST_DATABASE_URL'}


def _sentence(location: object, rule: str, given: object) -> str:
    name = str(location)
    shown = '' if name == 'DATABASE_URL' else f' (got {str(given)!r})'  # an address can hold a password
    return f'{name if name.isupper() else PREFIX + name.upper()}: {rule}{shown}'
