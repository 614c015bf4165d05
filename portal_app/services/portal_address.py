"""Portal Setup › Address: the subdomain that customers find the portal at (SET-02)."""

import re

from portal_app.config import settings
from portal_app.errors import Invalid
from portal_app.hosts import origin_of
from portal_app.services.organization import hold_organization, keep
from portal_app.services.setup import CHANGE
from portal_app.work import Work

RESERVED = ('www', 'api', 'admin', 'mail', 'portal', 'app', 'static')
LONGEST = 63  # characters of a DNS label (RFC 1035, 2.3.4), with -sandbox where that is added


def check_subdomain(text: str) -> str:
    """The subdomain without blanks around it. Raises Invalid with every rule that it breaks."""
    text = text.strip()
    longest = LONGEST - len(suffix())
    rules = (
        (not text, 'must not be empty'),
        (bool(re.search(r'[^a-z0-9]', text)), 'must have lowercase letters and digits only'),
        (len(text) > longest, f'must have at most {longest} characters (got {len(text)})'),
        (text in RESERVED, f'must not be “{text}”, which is reserved'),
    )
    if broken := [rule for applies, rule in rules if applies]:
        raise Invalid('\n'.join(f'Subdomain {rule}.' for rule in broken))
    return text


def set_subdomain(work: Work, subdomain: str) -> None:
    """Move the portal to `<subdomain>.<base domain>`, at once. Needs Portal Setup: Edit. Raises Invalid."""
    work.require(CHANGE)
    subdomain = check_subdomain(subdomain)
    ours = hold_organization(work)
    if ours.subdomain == subdomain:
        return
    work.record(
        'portal_setup.address',
        portal_address(subdomain),
        before={'subdomain': ours.subdomain},
        after={'subdomain': subdomain},
    )
    ours.subdomain = subdomain
    keep(work, ours)


def portal_address(subdomain: str) -> str:
    """The address that customers type: `https://acme.example.com/portal`."""
    return f'{origin_of(subdomain)}/portal'


def around() -> tuple[str, str]:
    """What stands before and behind the subdomain in that address."""
    before, _, behind = portal_address('\0').partition('\0')
    return before, behind


def suffix() -> str:
    """What a sandbox adds to the subdomain (SET-13)."""
    return '-sandbox' if settings().is_sandbox else ''


def other_address() -> str:
    """Where customers reach the portal whatever its subdomain; empty where only the subdomain counts."""
    return (
        '' if settings().base_domain else f'{settings().public_url}/portal' if settings().public_url else ''
    )


def moves() -> bool:
    """Whether another subdomain takes the portal, and these pages, away from where they are now."""
    return bool(settings().base_domain)
