"""Where the portal answers: `<subdomain>.<base domain>`, or any host while no base domain is set (SET-02)."""

from sqlmodel import col

from portal_app.config import LOOPBACK, settings
from portal_app.models import Organization
from portal_app.organization_value import OrganizationValue


def public_url() -> str:
    """Where browsers reach this installation, without a slash at the end. Links in mails begin with it."""
    chosen = settings()
    if not chosen.base_domain:
        return chosen.public_url or f'http://localhost:{chosen.port}'
    subdomain = _subdomain.get()
    return origin_of(subdomain) if subdomain else f'{_scheme()}://{chosen.base_domain}'


def origin_of(subdomain: str) -> str:
    """The portal's address with this subdomain, without a slash at the end.

    Without a base domain, the one that a browser on this machine finds without any set-up.
    """
    base = settings().base_domain or f'localhost:{settings().port}'
    return f'{_scheme()}://{subdomain}{"-sandbox" if settings().is_sandbox else ""}.{base}'


def is_portal_host(host: str) -> bool:
    """Whether the portal answers at this host, which may carry a port."""
    if not settings().base_domain:
        return True
    subdomain = _subdomain.get()
    return bool(subdomain) and bare(host) == bare(origin_of(subdomain).partition('://')[2])


def is_our_name(host: str) -> bool:
    """Whether this is a name that we go by, so that a server in front may get a certificate for it."""
    chosen = settings()
    if not chosen.base_domain:
        return bool(chosen.public_url) and bare(host) == bare(chosen.public_url.partition('://')[2])
    return bare(host) == bare(chosen.base_domain) or is_portal_host(host)


def is_staff_host(host: str) -> bool:
    """Whether the admin pages answer here: as the portal, at the base domain itself, and on this machine."""
    return is_portal_host(host) or is_our_name(host) or bare(host) in LOOPBACK


def bare(host: str) -> str:
    """A host without its port, brackets and final dot, in lowercase."""
    if host.startswith('['):
        return host[1:].partition(']')[0].lower()
    return host.partition(':')[0].lower().removesuffix('.')


def _scheme() -> str:
    name = bare(settings().base_domain or 'localhost')
    return 'http' if name == 'localhost' or name.endswith('.localhost') else 'https'


_subdomain = OrganizationValue(col(Organization.subdomain))
