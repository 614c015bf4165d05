"""What the fields of the Company Profile may hold (SET-09)."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from babel.localedata import locale_identifiers
from babel.numbers import list_currencies

from portal_app.errors import Invalid
from portal_app.services.addresses import check_name, one_address

LONGEST_ADDRESS, MOST_LINES = 500, 8
LONGEST_PHONE, LONGEST_URL = 40, 500

_URI = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")  # RFC 3986, 2.2 and 2.3
_HEX = re.compile(r'#[0-9a-fA-F]{6}')
_PHONE = re.compile(r'\+?[0-9(][0-9 ()./-]*((ext\.?|x|#) ?[0-9]+)?')

ZONES = sorted(available_timezones())
LOCALES = sorted(locale_identifiers())
CURRENCIES = sorted(list_currencies())


def broken_rule(field: str, value: str) -> str:
    """What is wrong with one field's value, as the rest of a sentence; empty where nothing is."""
    return RULES[field](value)


def web_address_rule(value: str) -> str:
    """The same for a link that customers follow: https only (SET-09)."""
    try:
        parts = urlsplit(value)
        host = parts.hostname if parts.port is None or parts.port else None
    except ValueError:
        return 'must be a web address such as https://example.com/terms'
    if not value:
        return 'must not be empty while the box is checked'
    if parts.scheme != 'https':
        return 'must begin with https://'
    if len(value) > LONGEST_URL:
        return f'must have at most {LONGEST_URL} characters (got {len(value)})'
    if not host or '@' in parts.netloc or not _URI.fullmatch(value):
        return 'must be a web address such as https://example.com/terms'
    return ''


def colour_rule(value: str) -> str:
    """The same for a colour (SET-05)."""
    return '' if _HEX.fullmatch(value) else f'must be a HEX colour such as #0f5c4d (got {value!r})'


def _name(value: str) -> str:
    return _reason(lambda: check_name(value), 'name')


def _postal_address(value: str) -> str:
    lines = value.splitlines()
    if not value.replace('\n', ' ').replace('\r', ' ').isprintable():
        return 'must not contain control characters'
    if len(lines) > MOST_LINES:
        return f'must have at most {MOST_LINES} lines (got {len(lines)})'
    return (
        f'must have at most {LONGEST_ADDRESS} characters (got {len(value)})'
        if len(value) > LONGEST_ADDRESS
        else ''
    )


def _email(value: str) -> str:
    return _reason(lambda: one_address(value), 'email') if value else ''


def _phone(value: str) -> str:
    if len(value) > LONGEST_PHONE:
        return f'must have at most {LONGEST_PHONE} characters (got {len(value)})'
    digits = sum(letter.isdigit() for letter in value)
    if value and (digits < 3 or not _PHONE.fullmatch(value)):
        return 'must be a telephone number such as +49 30 1234567'
    return ''


def _one_of(known: list[str], example: str) -> Callable[[str], str]:
    return lambda value: '' if value in known else f'must be {example} (got {value!r})'


def _reason(check: Callable[[], object], field: str) -> str:
    try:
        check()
    except Invalid as error:
        return error.message.removeprefix(f'{field} ').removesuffix('.')
    return ''


RULES: dict[str, Callable[[str], str]] = {
    'name': _name,
    'address': _postal_address,
    'support_email': _email,
    'support_phone': _phone,
    'currency': _one_of(CURRENCIES, 'a currency such as EUR'),
    'time_zone': _one_of(ZONES, 'a zone such as Europe/Berlin'),
    'locale': _one_of(LOCALES, 'a locale such as en_US or de_DE'),
}
