"""Whether a request comes from this machine itself, not through a server that stands before the portal."""

from ipaddress import ip_address

from starlette.requests import HTTPConnection

from portal_app.hosts import bare

# What servers add to a request that they hand on; all that begins with x-forwarded- too.
HANDED_ON = ('forwarded', 'via', 'x-real-ip', 'x-client-ip', 'true-client-ip', 'cf-connecting-ip')


def is_from_this_machine(request: HTTPConnection) -> bool:
    """Whether the client and the host that it asked for are both this machine, with nobody between.

    HTTP/1.0 is what nginx speaks to the server behind it unless it is told otherwise; no browser does.
    """
    between = any(name.startswith('x-forwarded-') or name in HANDED_ON for name in request.headers)
    direct = not between and request.scope.get('http_version') != '1.0'
    return direct and _is_loopback(request.client.host if request.client else '') and _is_here(request)


def _is_here(request: HTTPConnection) -> bool:
    host = bare(request.headers.get('host', ''))
    return host == 'localhost' or host.endswith('.localhost') or _is_loopback(host)


def _is_loopback(text: str) -> bool:
    try:
        found = ip_address(text)
    except ValueError:
        return False
    mapped = getattr(found, 'ipv4_mapped', None)
    return bool((mapped or found).is_loopback)
