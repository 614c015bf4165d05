"""Which hosts are ours: the portal's, the base domain, this machine; how a move is heard (SET-02, SET-13)."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from portal_app import config, news
from portal_app.hosts import bare, is_our_name, is_portal_host, is_staff_host, origin_of, public_url
from portal_app.services.portal_address import set_subdomain
from portal_app.work import acting_as
from tests.world import World, organization

ROOT = Path(__file__).parent.parent
MOVE = """
from portal_app import db
from portal_app.auth.viewer import Operator
from portal_app.services.portal_address import set_subdomain
from portal_app.work import acting_as
db.connect({url!r})
with acting_as(Operator('elsewhere')) as work:
    set_subdomain(work, {subdomain!r})
"""
Given = Callable[..., None]


@pytest.fixture
def given(world: World, monkeypatch: pytest.MonkeyPatch) -> Given:
    """Northwind has the subdomain acme, and the operator gives these settings."""
    organization(subdomain='acme')

    def give(**settings: str) -> None:
        for name, value in settings.items():
            monkeypatch.setenv(f'PORTAL_{name.upper()}', value)
        config.settings.cache_clear()

    return give


@pytest.mark.parametrize(
    ('host', 'name'),
    [
        ('acme.example.com', 'acme.example.com'),
        ('ACME.Example.COM', 'acme.example.com'),
        ('acme.example.com:8443', 'acme.example.com'),
        ('acme.example.com.', 'acme.example.com'),
        ('Acme.Example.com.:443', 'acme.example.com'),
        ('[::1]', '::1'),
        ('[::1]:8080', '::1'),
        ('127.0.0.1:8080', '127.0.0.1'),
        ('', ''),
    ],
)
def test_a_host_is_compared_without_port_dot_and_case(host: str, name: str) -> None:
    """SET-02: a browser may send any of these for one and the same host."""
    assert bare(host) == name


def test_without_a_base_domain_any_host_serves_the_portal(given: Given) -> None:
    """SET-02: a first run on this machine, or at its number, needs no set-up."""
    for host in ('localhost:8080', 'acme.localhost:8080', '192.0.2.7', 'anything.example', ''):
        assert is_portal_host(host)
        assert is_staff_host(host)


def test_with_a_base_domain_the_portal_is_at_one_host_and_staff_at_the_base_too(given: Given) -> None:
    """SET-02: neither below nor above it, and not at a host that only looks alike."""
    given(base_domain='example.com')
    for host in ('acme.example.com', 'ACME.example.com.', 'acme.example.com:8443'):
        assert (is_portal_host(host), is_staff_host(host)) == (True, True), host
    for host in ('example.com', 'EXAMPLE.com:443', 'localhost:8080', '127.0.0.1', '[::1]:8080'):
        assert (is_portal_host(host), is_staff_host(host)) == (False, True), host
    for host in STRANGE:
        assert (is_portal_host(host), is_staff_host(host)) == (False, False), host


STRANGE = (
    '',
    '.',
    ':8080',
    '.example.com',
    'globex.example.com',
    'acme-sandbox.example.com',
    'x.acme.example.com',
    'acme.example.com.evil.example',
    'acmeexample.com',
    'acme.example.org',
    'acme.example.com@evil.example',
    'acme.example.com..',
    'acme',
    '192.0.2.7',
    '[2001:db8::1]:8080',
    '[',
)


def test_before_a_subdomain_is_chosen_there_is_no_portal_at_all(given: Given) -> None:
    """SET-12, SET-02: staff choose it at the base domain."""
    given(base_domain='example.com')
    organization(subdomain='')
    for host in ('example.com', '.example.com', 'acme.example.com', ''):
        assert not is_portal_host(host)
    assert is_staff_host('example.com')
    assert public_url() == 'https://example.com'


def test_a_sandbox_is_at_its_own_host(given: Given) -> None:
    """SET-02, SET-13: so that it can stand beside the portal that customers use."""
    given(base_domain='example.com', environment='sandbox')
    assert is_portal_host('acme-sandbox.example.com')
    assert not is_portal_host('acme.example.com')
    assert not is_staff_host('acme.example.com')
    assert public_url() == 'https://acme-sandbox.example.com'


def test_links_in_mails_begin_with_the_address_of_the_portal(given: Given) -> None:
    """SET-02: with TLS wherever others can reach it, and with the port of the base domain."""
    given(port='8123')
    assert public_url() == 'http://localhost:8123'
    assert origin_of('acme') == 'http://acme.localhost:8123'
    given(public_url='https://portal.example.com/')
    assert public_url() == 'https://portal.example.com'
    given(public_url='', base_domain='example.com:8443')
    assert public_url() == 'https://acme.example.com:8443'
    given(base_domain='localhost:8123')
    assert public_url() == 'http://acme.localhost:8123'


def test_a_server_in_front_gets_certificates_for_our_names_only(given: Given) -> None:
    """SET-02: else anybody could make it ask for certificates of any name."""
    assert not is_our_name('acme.localhost')
    given(public_url='https://portal.example.com')
    assert [host for host in ('portal.example.com', 'example.com', '') if is_our_name(host)] == [
        'portal.example.com'
    ]
    given(public_url='', base_domain='example.com')
    asked = ('acme.example.com', 'example.com', *STRANGE, *config.LOOPBACK)
    assert [host for host in asked if is_our_name(host)] == ['acme.example.com', 'example.com']


def test_a_move_counts_at_once_in_this_process(world: World, given: Given) -> None:
    """SET-02: the next request asks for the new host, and the old one is nobody's."""
    given(base_domain='example.com')
    assert is_portal_host('acme.example.com')
    with acting_as(world.as_staff('olivia')) as work:
        set_subdomain(work, 'globex')
        assert is_portal_host('acme.example.com')  # it is not committed yet
    assert is_portal_host('globex.example.com')
    assert not is_portal_host('acme.example.com')


def test_a_move_in_another_process_counts_here_soon(database: str, given: Given) -> None:
    """SET-02, OPS-01: every process of the installation."""
    given(base_domain='example.com')
    assert is_portal_host('acme.example.com')
    stop = news.follow()
    try:
        time.sleep(0.5)  # it listens
        move = MOVE.format(url=database, subdomain='globex')
        subprocess.run([sys.executable, '-c', move], cwd=ROOT, check=True)
        deadline = time.monotonic() + 5
        while is_portal_host('acme.example.com') and time.monotonic() < deadline:
            time.sleep(0.02)
        assert is_portal_host('globex.example.com')
    finally:
        stop()


def test_a_move_before_this_process_listens_is_not_missed(database: str, given: Given) -> None:
    """SET-02, OPS-01: the start of the server names the address, and then takes a moment."""
    given(base_domain='example.com')
    assert is_portal_host('acme.example.com')
    move = MOVE.format(url=database, subdomain='globex')
    subprocess.run([sys.executable, '-c', move], cwd=ROOT, check=True)
    stop = news.follow()
    try:
        deadline = time.monotonic() + 5
        while is_portal_host('acme.example.com') and time.monotonic() < deadline:
            time.sleep(0.02)
        assert is_portal_host('globex.example.com')
    finally:
        stop()
