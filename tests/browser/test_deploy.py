"""The files of deploy/ in front of the portal, in the real Caddy and the real nginx (SET-02, SET-13)."""

import csv
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect
from sqlmodel import col, select

from portal_app import db
from portal_app.auth.viewer import Operator
from portal_app.models import PortalSession
from portal_app.work import reading_as
from tests.browser.absent import go_without
from tests.browser.chromium import ARGUMENTS
from tests.browser.front import DEPLOY, FRONTS, Answer, Front, Ports, answer, installed
from tests.browser.server import ROOT, Server, free_port, serving
from tests.browser.site import Site, open_site
from tests.browser.table import export
from tests.world import PASSWORD, World, organization

DOMAIN = 'northwind.test'
PORTAL, SANDBOX = f'acme.{DOMAIN}', f'acme-sandbox.{DOMAIN}'
MISSING = 'There is no {} on this machine, and Debian’s package could not be fetched.'
HINTS = (b'nicegui', b'northwind', b'uvicorn', b'python', b'html', b'set-cookie')
UPGRADE = (
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
)
SOCKET = '/_nicegui_ws/socket.io/?EIO=4&transport=websocket'


@pytest.fixture(scope='module')
def portals(
    world_template: tuple[Path, World], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Server]]:
    """The portal and its sandbox, each an installation of its own."""
    folders = [tmp_path_factory.mktemp(name) for name in ('portal', 'sandbox')]
    for folder in folders:
        shutil.copy(world_template[0], folder / 'portal.db')
    given = {'PORTAL_BASE_DOMAIN': DOMAIN}
    trying = {'PORTAL_ENVIRONMENT': 'sandbox', 'PORTAL_SANDBOX_PORTAL': 'true', **given}
    with serving(folders[0], **given) as portal, serving(folders[1], **trying) as sandbox:
        db.connect(sandbox.database)
        organization(subdomain='acme')
        db.engine().dispose()
        yield portal, sandbox


@pytest.fixture(params=FRONTS)
def name(request: pytest.FixtureRequest) -> str:
    """Caddy, then nginx."""
    found: str = request.param
    return found if installed(found) else go_without(MISSING.format(found))


@pytest.fixture
def site(
    browser: Browser, portals: tuple[Server, Server], world_template: tuple[Path, World]
) -> Iterator[Site]:
    """The portal at acme.northwind.test."""
    for site in open_site(browser, portals[0], world_template):
        organization(subdomain='acme')
        yield site


@pytest.fixture
def front(name: str, site: Site, portals: tuple[Server, Server], tmp_path: Path) -> Iterator[Front]:
    """The server in front of both."""
    ports = Ports(*(_port(each) for each in portals), free_port(), free_port())
    with FRONTS[name](installed(name) or '', tmp_path, ports, DOMAIN) as started:
        yield started


def test_each_name_leads_where_it_should(front: Front) -> None:
    """SET-02, SET-13: the portal at its name, staff at the base domain too, the sandbox at its own."""
    for host, path in ((PORTAL, '/portal/login'), (PORTAL, '/admin/login'), (DOMAIN, '/admin/login')):
        found = front.ask(host, path)
        assert found.status == 200, (host, path)
        assert b'Northwind' in found.body
        assert b'sandbox-ribbon' not in found.body
        assert b'strict-transport-security: max-age=31536000' in found.head.lower()
    assert front.ask(DOMAIN, '/portal/login').status == 404
    assert b'sandbox-ribbon' in front.ask(SANDBOX, '/portal/login').body
    with socket.create_connection(('127.0.0.1', front.ports.http), timeout=10) as plain:
        plain.sendall(f'GET /portal HTTP/1.1\r\nHost: {PORTAL}\r\nConnection: close\r\n\r\n'.encode())
        head = b''.join(iter(lambda: plain.recv(65_536), b''))
    assert head.split(b' ', 2)[1] in (b'301', b'308')
    assert b'location: https://' + PORTAL.encode() in head.lower()


def test_a_name_that_is_not_ours_learns_nothing(front: Front, name: str) -> None:
    """SET-02: no certificate for a stranger's name; a bare 404 for a subdomain that nobody chose."""
    for stranger in ('evil.example', f'x.{PORTAL}' if name == 'caddy' else 'evil.test'):
        with pytest.raises(ssl.SSLError):
            front.connect(stranger)
    for host in (f'globex.{DOMAIN}', f'globex-sandbox.{DOMAIN}'):
        for path in ('/', '/portal/login', '/admin/login', '/assets/css/app.css'):
            found = front.ask(PORTAL, path, host=host)
            assert (found.status, found.body) == (404, b'Not Found'), (host, path)
            assert not [hint for hint in HINTS if hint in found.head.lower()]


def test_a_websocket_passes_at_our_name_only(front: Front) -> None:
    """SET-02: pages live by it."""
    assert _upgraded(front, PORTAL).status == 101
    assert _upgraded(front, SANDBOX).status == 101
    refused = _upgraded(front, f'globex.{DOMAIN}')
    assert refused.status == 403
    assert not [hint for hint in HINTS if hint in (refused.head + refused.body).lower()]


def test_anna_works_behind_it(front: Front, site: Site, executable: str) -> None:
    """POR-01, POR-04: the Origin check passes, the cookie is Secure, pages are live, exports whole."""
    rules = f'--host-resolver-rules=MAP *.{DOMAIN} 127.0.0.1'
    started = site.browser.browser_type.launch(executable_path=executable, args=[*ARGUMENTS, rules])
    base = f'https://{PORTAL}:{front.ports.https}'
    anna = Site(site.server, site.world, started, site.complaints).visitor(
        base_url=base, ignore_https_errors=True
    )
    anna.goto('/portal')
    anna.get_by_label('Email').fill('anna@example.com')
    anna.get_by_label('Password').fill(PASSWORD)
    anna.get_by_role('button', name='Log in').click()
    expect(anna.get_by_role('heading', name='Welcome, Anna')).to_be_visible()
    cookie = next(each for each in anna.context.cookies() if each.get('name') == 'portal_session')
    assert (cookie.get('secure'), cookie.get('httpOnly'), cookie.get('domain')) == (True, True, PORTAL)
    anna.goto('/portal/C1001/usage-events')
    anna.get_by_placeholder('Search').fill('evt')
    expect(anna.locator('.count')).to_have_text(f'{len(site.events("acme", "nordics"))} records')
    assert anna.evaluate('window.socket.io.engine.transport.name') == 'websocket'
    rows = list(csv.reader(export(anna, 'CSV').path().read_text().splitlines()))
    assert len(rows) == len(site.events('acme', 'nordics')) + 1
    started.close()


def test_nobody_lies_about_where_they_come_from(front: Front, site: Site) -> None:
    """OPS-03: the address of a sign-in is the one that the server in front saw."""
    form = f'email={quote("anna@example.com")}&password={quote(PASSWORD)}'
    ours, evil = f'Origin: https://{PORTAL}:{front.ports.https}', 'Origin: https://evil.example'
    headers = ('Content-Type: application/x-www-form-urlencoded', 'X-Forwarded-For: 203.0.113.9')
    assert front.ask(PORTAL, '/portal/login', *headers, ours, body=form).status == 303
    assert front.ask(PORTAL, '/portal/login', *headers, evil, body=form).status == 403
    with reading_as(Operator('test')) as work:
        newest = select(PortalSession.address).order_by(col(PortalSession.id).desc())
        assert work.session.exec(newest).first() == '127.0.0.1'


def test_an_export_is_passed_on_as_it_is_made(name: str, tmp_path: Path) -> None:
    """POR-04: what has been made arrives, although the rest is still being made."""
    released = Event()

    class Slow(BaseHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header('Transfer-Encoding', 'chunked')
            self.end_headers()
            if 'export' in self.path:
                self.wfile.write(b'5\r\nfirst\r\n')
                released.wait(10)
            self.wfile.write(b'4\r\nrest\r\n0\r\n\r\n')

    slow = ThreadingHTTPServer(('127.0.0.1', 0), Slow)
    Thread(target=slow.serve_forever, daemon=True).start()
    ports = Ports(slow.server_port, slow.server_port, free_port(), free_port())
    with FRONTS[name](installed(name) or '', tmp_path, ports, DOMAIN) as front, front.connect(PORTAL) as line:
        line.settimeout(5)
        line.sendall(front.request(PORTAL, '/portal/C1001/usage-events/export.csv'))
        got = b''
        while b'first' not in got:
            got += line.recv(4096)
        assert b'rest' not in got
        released.set()
        assert b'rest' in b''.join(iter(lambda: line.recv(4096), b''))
    slow.shutdown()


@pytest.mark.skipif(not shutil.which('systemd-analyze'), reason='systemd reads it, and is not here')
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    """OPS-02: each of its lines, where program and environment are in place."""
    unit = (DEPLOY / 'portal@.service').read_text()
    here = unit.replace('/opt/portal/.venv/bin/python', sys.executable).replace('/opt/portal', str(ROOT))
    (tmp_path / 'portal@.service').write_text(here)
    found = subprocess.run(
        ['systemd-analyze', 'verify', str(tmp_path / 'portal@production.service')],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stderr) == (0, '')


def _upgraded(front: Front, host: str) -> Answer:
    with front.connect(PORTAL) as line:
        line.sendall(front.request(host, SOCKET, *UPGRADE))
        return answer(line.recv(65_536))


def _port(server: Server) -> int:
    return int(server.address.rpartition(':')[2])
