"""The real servers of Debian's packages in front of the portal, with the very files that lie in deploy/."""

import atexit
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import monotonic, sleep

from tests.browser.absent import alone
from tests.browser.server import ROOT, free_port
from tests.certificate import make_certificate

DEPLOY = ROOT / 'deploy'
WHERE = os.pathsep.join((os.environ['PATH'], '/usr/sbin', '/sbin'))
PATIENCE = 20  # seconds


@dataclass(frozen=True)
class Ports:
    """Where the portal and its sandbox listen, and where the server in front does."""

    portal: int
    sandbox: int
    http: int
    https: int


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the headers as they were written, and the body."""

    status: int
    head: bytes
    body: bytes


@dataclass(frozen=True)
class Front:
    """A running server in front."""

    ports: Ports
    authority: Path  # the certificate that vouches for its own

    def connect(self, name: str) -> ssl.SSLSocket:
        """A connection by TLS to it under this name, whose certificate is checked."""
        context = ssl.create_default_context(cafile=str(self.authority))
        plain = socket.create_connection(('127.0.0.1', self.ports.https), timeout=PATIENCE)
        return context.wrap_socket(plain, server_hostname=name)

    def ask(self, name: str, target: str, *headers: str, host: str = '', body: str = '') -> Answer:
        """One request under this name, for another host where that is said."""
        with self.connect(name) as connection:
            connection.sendall(self.request(host or name, target, *headers, body=body))
            whole = b''.join(iter(lambda: connection.recv(65_536), b''))
        return answer(whole)

    def request(self, host: str, target: str, *headers: str, body: str = '') -> bytes:
        """A request as it goes over the wire."""
        method = 'POST' if body else 'GET'
        named = f'Host: {host}:{self.ports.https}'
        sized = (f'Content-Length: {len(body)}',) if body else ()
        ends = () if any(each.startswith('Connection:') for each in headers) else ('Connection: close',)
        lines = (f'{method} {target} HTTP/1.1', named, *headers, *sized, *ends, '', body)
        return '\r\n'.join(lines).encode()


def answer(whole: bytes) -> Answer:
    """An answer as it came over the wire."""
    head, _, body = whole.partition(b'\r\n\r\n')
    return Answer(int(head.split(b' ', 2)[1]), head, body)


@contextmanager
def caddy(program: str, folder: Path, ports: Ports, _domain: str) -> Iterator[Front]:
    """Caddy with deploy/Caddyfile, which takes everything from its environment."""
    given = {
        'CADDY_HTTP_PORT': str(ports.http),
        'CADDY_HTTPS_PORT': str(ports.https),
        'CADDY_ASK_PORT': str(free_port()),
        'CADDY_ADMIN': 'off',
        'CADDY_ISSUER': 'internal',
        'PORTAL_PORT': str(ports.portal),
        'SANDBOX_PORT': str(ports.sandbox),
        'XDG_DATA_HOME': str(folder),
        'XDG_CONFIG_HOME': str(folder),
    }
    command = (program, 'run', '--config', str(DEPLOY / 'Caddyfile'), '--adapter', 'caddyfile')
    authority = folder / 'caddy/pki/authorities/local/root.crt'
    with _running(command, folder, given, ports, authority):
        yield Front(ports, authority)


@contextmanager
def nginx(program: str, folder: Path, ports: Ports, domain: str) -> Iterator[Front]:
    """nginx with deploy/nginx.conf, in which the domain, the certificate and the ports are written."""
    certificate = make_certificate(folder / 'certificate.pem', domain, f'*.{domain}')
    changes = {
        r'listen +\[::\]:.*\n': '\n',  # not every machine that tests has IPv6
        r'(listen +)80\b': rf'\g<1>127.0.0.1:{ports.http}',
        r'(listen +)443\b': rf'\g<1>127.0.0.1:{ports.https}',
        r'127\.0\.0\.1:8080\b': f'127.0.0.1:{ports.portal}',
        r'127\.0\.0\.1:8081\b': f'127.0.0.1:{ports.sandbox}',
        r'/etc/ssl/portal/\w+\.pem': str(certificate),
        r'example\.com': domain,
    }
    written = (DEPLOY / 'nginx.conf').read_text()
    for pattern, text in changes.items():
        written, count = re.subn(pattern, text, written)
        assert count, f'deploy/nginx.conf has no {pattern}'
    (folder / 'portal.conf').write_text(written)
    places = ''.join(
        f'{name}_temp_path {folder}/{name};' for name in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi')
    )
    whole = folder / 'nginx.conf'
    whole.write_text(
        f'daemon off; pid {folder}/pid; error_log {folder}/log warn; events {{}}\n'
        f'http {{ access_log off; {places} include {folder}/portal.conf; }}\n'
    )
    if os.geteuid() == 0:
        whole.write_text('user root;\n' + whole.read_text())
    with _running((program, '-p', str(folder), '-c', str(whole)), folder, {}, ports, certificate):
        yield Front(ports, certificate)


Starting = Callable[[str, Path, Ports, str], AbstractContextManager[Front]]
FRONTS: dict[str, Starting] = {'caddy': caddy, 'nginx': nginx}


@cache
def installed(name: str) -> str | None:
    """The program's path: the machine's own, else Debian's package unpacked, which starts no service."""
    return shutil.which(name, path=WHERE) or _unpacked(name)


def _unpacked(name: str) -> str | None:
    if not shutil.which('apt-get') or not shutil.which('dpkg-deb'):
        return None
    folder = Path(tempfile.mkdtemp(prefix='portal-tests-'))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    fetch = ('apt-get', 'download', name)
    with alone():
        if not _done(fetch, folder):
            _done(('apt-get', 'update'), folder)
            _done(fetch, folder)
    for package in folder.glob(f'{name}_*.deb'):
        _done(('dpkg-deb', '--extract', str(package), str(folder)), folder)
    found = next((path for path in (folder / 'usr').glob(f'*bin/{name}')), None)
    return (
        str(found) if found and _done((str(found), 'version' if name == 'caddy' else '-v'), folder) else None
    )


def _done(command: tuple[str, ...], folder: Path) -> bool:
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


@contextmanager
def _running(
    command: tuple[str, ...], folder: Path, given: dict[str, str], ports: Ports, authority: Path
) -> Iterator[None]:
    said = folder / 'front.log'
    with said.open('w') as log:
        process = subprocess.Popen(command, cwd=folder, env={**os.environ, **given}, stdout=log, stderr=log)
        try:
            deadline = monotonic() + PATIENCE
            while not (_listens(ports.https) and _listens(ports.http) and authority.exists()):
                assert process.poll() is None, said.read_text()
                assert monotonic() < deadline, said.read_text()
                sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(('127.0.0.1', port)) == 0
