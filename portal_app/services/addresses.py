"""Email addresses and names as people type them."""

import re

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from portal_app.errors import Invalid

JOINERS = {0x200C: None, 0x200D: None}  # parts of names in Persian and other scripts
LONGEST_ADDRESS = 254  # characters (RFC 5321, 4.5.3.1.3)
LONGEST_FIELD = 1_000  # characters of a field that may hold several
LONGEST_NAME = 200  # characters

# Nothing that the library would refuse or write otherwise (tests/test_addresses.py); that takes 40 times as
# long.
_PLAIN = re.compile(
    r'(?=.{1,64}@)[a-z0-9_+-]+(\.[a-z0-9_+-]+)*@([a-z0-9]([a-z0-9]|-(?!-)){0,61}(?<!-)\.)+(?P<top>[a-z]{2,63})'
)
_BETWEEN = re.compile(r'[,;\s]+')


def one_address(text: str) -> str:
    """The one address that an email field holds, in lowercase (ACC-03).

    A domain of other letters than ours comes back in those letters. Raises Invalid with the broken rule.
    """
    plain = _PLAIN.fullmatch(text)
    if plain and len(text) <= LONGEST_ADDRESS and plain['top'] not in SPECIAL_USE_DOMAIN_NAMES:
        return text
    text = _printable('email', text)
    held = [part for part in _BETWEEN.split(text) if part]
    if '"' not in text and len(held) > 1 and all('@' in part for part in held):
        raise Invalid(f'email must hold exactly one address; it holds {len(held)}: {", ".join(held)[:200]}.')
    if len(text) > LONGEST_ADDRESS:
        raise Invalid(f'email must have at most {LONGEST_ADDRESS} characters (got {len(text)}).')
    try:
        return validate_email(
            text, allow_smtputf8=False, check_deliverability=False, strict=True
        ).normalized.lower()
    except EmailNotValidError as error:
        raise Invalid(f'email must be a valid address (got {text!r}). {error}') from error


def delivery_addresses(text: str) -> str:
    """One address or several, for delivery: each once, in lowercase, with commas between. Raises Invalid."""
    text = _printable('email', text)
    if len(text) > LONGEST_FIELD:
        raise Invalid(f'email must have at most {LONGEST_FIELD} characters (got {len(text)}).')
    if '"' in text:
        return one_address(text)  # which refuses it with the reason
    pieces = [piece.strip() for piece in re.split(r'[,;]', text) if piece.strip()]
    if not pieces:
        raise Invalid('email must not be empty.')
    if len(pieces) == 1 and all('@' in part for part in pieces[0].split()):
        pieces = pieces[0].split()
    return ', '.join(dict.fromkeys(one_address(piece) for piece in pieces))


def check_name(text: str, field: str = 'name', longest: int = LONGEST_NAME) -> str:
    """A name without the spaces around it. Raises Invalid, naming the field."""
    text = _printable(field, text)
    if len(text) > longest:
        raise Invalid(f'{field} must have at most {longest} characters (got {len(text)}).')
    return text


def _printable(field: str, text: str) -> str:
    text = text.strip(' \t\u00a0')
    if not text:
        raise Invalid(f'{field} must not be empty.')
    if not text.translate(JOINERS).isprintable():
        raise Invalid(f'{field} must not contain line breaks or other control characters.')
    return text
