"""What a browser, and what somebody who tries, gets from a server with a base domain (SET-02)."""

import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest

from portal_app import config, db
from portal_app.services.portal_address import set_subdomain
from portal_app.work import acting_as
from tests.browser.server import Server, serving
from tests.world import World, make_world, organization

UPGRADE = (
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
)
SOCKET = '/_nicegui_ws/socket.io/?EIO=4&transport=websocket'
PORTAL, ADMIN = '/portal/login', '/admin/login'
HINTS = (b'nicegui', b'northwind', b'portal', b'uvicorn', b'python', b'html', b'set-cookie')


@dataclass(frozen=True)
class Answer:
    """What came back on the wire."""

    status: int
    whole: bytes

    @property
    def body(self) -> bytes:
        return self.whole.partition(b'\r\n\r\n')[2]


@dataclass(frozen=True)
class Gate:
    """A server for acme.example.com, asked with whatever headers."""

    server: Server
    world: World

    def ask(self, target: str, *headers: str, version: str = '1.1') -> Answer:
        """Send one request as it is written here."""
        lines = (f'GET {target} HTTP/{version}', *headers, '', '')
        address, _, port = self.server.address.removeprefix('http://').partition(':')
        with socket.create_connection((address, int(port)), timeout=10) as connection:
            connection.sendall('\r\n'.join(lines).encode())
            whole = connection.recv(65_536)
            if headers[-4:] != UPGRADE:
                whole += b''.join(iter(lambda: connection.recv(65_536), b''))
        return Answer(int(whole.split(b' ', 2)[1]), whole)

    def at(self, host: str, target: str = PORTAL) -> int:
        """The status of one request with this host."""
        return self.ask(target, f'Host: {host}', 'Connection: close').status


@pytest.fixture(scope='module')
def gate(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    """The server, with the world of the tests."""
    folder = tmp_path_factory.mktemp('gate')
    shutil.copy(sqlite_template, folder / 'portal.db')
    db.connect(f'sqlite:///{folder / "portal.db"}')
    world = make_world()
    organization(subdomain='acme')
    db.engine().dispose()
    with serving(folder, PORTAL_BASE_DOMAIN='example.com') as server:
        yield Gate(server, world)


def test_the_portal_is_at_its_host_only(gate: Gate) -> None:
    """SET-02: with any port, final dot and capitals; the admin pages are there too."""
    for host in ('acme.example.com', 'ACME.Example.COM', 'acme.example.com.', 'acme.example.com:8443'):
        assert gate.at(host) == 200, host
        assert gate.at(host, ADMIN) == 200, host


def test_the_base_domain_and_this_machine_serve_staff_only(gate: Gate) -> None:
    """SET-02: that is where the portal's address is chosen."""
    for host in ('example.com', 'Example.com:443', 'localhost:8080', '127.0.0.1', '[::1]:8080'):
        assert gate.at(host, ADMIN) == 200, host
        assert gate.at(host) == 404, host
        for target in (
            '/portal',
            '/portal/',
            '/portal/C1001',
            '/portal/C1001/usage',
            '/pay',
            '/pay/x',
            '/test-gateway/x',
        ):
            assert gate.at(host, target) == 404, (host, target)
    assert b'location: /admin' in gate.ask('/', 'Host: example.com', 'Connection: close').whole
    assert b'location: /portal' in gate.ask('/', 'Host: acme.example.com', 'Connection: close').whole


def test_any_other_host_gets_a_bare_404(gate: Gate) -> None:
    """SET-02: the same for every address, with no word of what runs here."""
    answers = set()
    for host in ('globex.example.com', 'acme-sandbox.example.com', 'www.example.com', '192.0.2.7', 'x', ''):
        for target in ('/', PORTAL, ADMIN, '/assets/css/app.css', '/_nicegui/x', '/nothing', '/openapi.json'):
            answer = gate.ask(target, f'Host: {host}', 'Connection: close')
            assert answer.status == 404, (host, target)
            assert not [hint for hint in HINTS if hint in answer.whole.lower()], answer.whole
            answers.add(answer.body)
    assert answers == {b'Not Found'}


def test_a_request_without_one_host_gets_nowhere(gate: Gate) -> None:
    """SET-02: missing, or given twice, so that a server in front may have read the other one."""
    assert gate.ask(PORTAL, 'Accept: */*', version='1.0').status in (400, 404)
    assert gate.ask(PORTAL, 'Accept: */*', 'Connection: close').status in (400, 404)
    twice = gate.ask(PORTAL, 'Host: acme.example.com', 'Host: evil.example', 'Connection: close')
    assert twice.status in (400, 404)
    assert b'northwind' not in twice.whole.lower()


def test_an_absolute_target_does_not_get_round_the_host(gate: Gate) -> None:
    """SET-02 (RFC 9112, 3.2.2): what counts is the host that the gate sees, whatever the target names."""
    for target in ('http://acme.example.com/portal/login', 'http://acme.example.com/admin/login'):
        assert gate.at('evil.example', target) == 404
    for target in (
        'http://evil.example/portal/login',
        '//portal/login',
        '/./portal/login',
        '/%70ortal/login',
    ):
        assert gate.at('example.com', target) == 404, target


def test_this_machine_is_not_whoever_says_so_from_afar(gate: Gate) -> None:
    """SET-02: a stranger behind a server in front who asks for localhost is no guest of this machine."""
    for host in ('localhost', '127.0.0.1', '[::1]'):
        answer = gate.ask(ADMIN, f'Host: {host}', 'X-Forwarded-For: 192.0.2.7', 'Connection: close')
        assert answer.status == 404, host


def test_a_websocket_is_refused_at_another_host(gate: Gate) -> None:
    """SET-02: pages live by it."""
    assert gate.ask(SOCKET, 'Host: acme.example.com', *UPGRADE).status == 101
    assert gate.ask(SOCKET, 'Host: example.com', *UPGRADE).status == 101
    for target in (SOCKET, '/nothing'):
        refused = gate.ask(target, 'Host: globex.example.com', *UPGRADE)
        assert refused.status == 403
        assert not [hint for hint in HINTS if hint in refused.whole.lower()]


def test_who_watches_the_server_asks_at_its_number(gate: Gate) -> None:
    """OPS-03: whatever the host; a server in front asks there which names are ours."""
    for target in (
        '/healthz',
        '/readyz',
        '/our-name?domain=acme.example.com',
        '/our-name?domain=example.com',
    ):
        assert gate.at('192.0.2.7', target) == 200, target
    for name in ('globex.example.com', 'localhost', '127.0.0.1', ''):
        assert gate.at('192.0.2.7', f'/our-name?domain={name}') == 404, name


def test_after_a_move_the_new_host_answers_and_the_old_one_does_not(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SET-02: Olivia moves the portal in another process; nobody restarts anything."""
    monkeypatch.setenv('DATABASE_URL', gate.server.database)
    monkeypatch.setenv('PORTAL_BASE_DOMAIN', 'example.com')
    config.settings.cache_clear()
    db.connect(gate.server.database)
    try:
        for old, new in (('acme', 'moved'), ('moved', 'acme')):
            with acting_as(gate.world.as_staff('olivia')) as work:
                set_subdomain(work, new)
            _until(gate, f'{new}.example.com')
            assert gate.at(f'{old}.example.com') == 404
    finally:
        db.engine().dispose()
        config.settings.cache_clear()


def _until(gate: Gate, host: str) -> None:
    deadline = monotonic() + 10
    while gate.at(host) != 200:
        assert monotonic() < deadline, f'{host} does not answer'
