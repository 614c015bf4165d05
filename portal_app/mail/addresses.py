"""Addresses as they go over the wire: domains in ASCII, names that cannot break out of their header."""

from email.headerregistry import Address
from urllib.parse import urlsplit

import idna

from portal_app.config import ADDRESS, settings
from portal_app.hosts import public_url
from portal_app.mail.look import CONTROL

LONGEST_NAME = 64  # characters of a name beside an address


def on_the_wire(email: str) -> str:
    """The address with its domain in ASCII (RFC 5891). Raises ValueError for one that no server can take."""
    if not ADDRESS.fullmatch(email):
        raise ValueError('this is not one plain address')
    local, _, domain = email.partition('@')
    return f'{local}@{ascii_domain(domain)}'


def ascii_domain(domain: str) -> str:
    """bücher.example is xn--bcher-kva.example. Raises ValueError."""
    try:
        return domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise ValueError(f'the domain of the address cannot be used: {error}') from error


def mailbox(name: str, email: str) -> Address:
    """A name and an address for a header. Raises ValueError for an address that cannot stand in one."""
    shown = one_line(name).replace('=?', '= ?')  # else a reader would take it for an encoded word
    if len(shown) > LONGEST_NAME:
        shown = shown[: LONGEST_NAME - 1].rstrip() + '…'
    local, _, domain = on_the_wire(email).partition('@')
    return Address(shown, local, domain)


def one_line(text: str) -> str:
    """The text without line breaks and control characters, so that it stays in its header."""
    return ' '.join(CONTROL.sub(' ', text).split())


def domain_of_mails() -> str:
    """What stands behind the @ of our Message-IDs."""
    sender = settings().mail_from
    return ascii_domain(
        sender.rpartition('@')[2] if sender else urlsplit(public_url()).hostname or 'localhost'
    )
