"""localstripe as a server of its own, a line to it that loses answers, and who takes its webhooks."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Event, Thread

import httpx

ROOT = Path(__file__).parent.parent
KEY, WEBHOOK_SECRET = 'sk_test_of_the_tests', 'whsec_of_the_tests'
GOOD, DECLINED_LATER, AUTHENTICATES = '4242424242424242', '4000000000000341', '4000002760003184'
NOT_TAKEN = '4000000000000002'  # cannot even be saved
FAILS_LATER = 'DE62370400440532013001'  # an IBAN
PATIENCE = 15  # seconds for a webhook on a busy machine


@dataclass(frozen=True)
class LocalStripe:
    """A running localstripe."""

    address: str

    def type_card(self, page: str, number: str) -> httpx.Response:
        """Do what a person does on its Checkout page. Where that leads is not followed."""
        card = {'number': number, 'exp_month': '12', 'exp_year': '2031', 'cvc': '123'}
        return httpx.post(page, data=card)

    def authenticate(self, page: str, *, confirmed: bool) -> str:
        """Press a button on the page of the bank. Returns where it leads."""
        answer = httpx.post(page, data={'success': 'true' if confirmed else ''})
        return answer.headers['Location']

    def ask(self, method: str, path: str, **data: str) -> dict[str, object]:
        """Ask its API directly, past the product."""
        answer = httpx.request(method, f'{self.address}/v1/{path}', data=data or None, auth=(KEY, ''))
        answer.raise_for_status()
        return answer.json()

    def dispute(self, reference: str) -> None:
        """Let the bank take a payment back, then decide for the merchant."""
        httpx.post(f'{self.address}/_config/disputes/{reference}').raise_for_status()

    def send_webhooks_to(self, address: str) -> None:
        """Tell this address of everything that happens, besides those that are told already."""
        name = address.rpartition(':')[2]
        told = {'url': address, 'secret': WEBHOOK_SECRET}
        httpx.post(f'{self.address}/_config/webhooks/{name}', data=told).raise_for_status()

    def charges(self) -> list[dict[str, object]]:
        """The charges that took money."""
        found = self.ask('GET', 'charges?limit=1000')['data']
        return [charge for charge in found if charge['status'] == 'succeeded']  # type: ignore[attr-defined]


@contextmanager
def localstripe() -> Iterator[LocalStripe]:
    """Run it until the block ends."""
    command = [sys.executable, '-m', 'tests.localstripe_server']
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            yield LocalStripe(process.stdout.readline().decode().strip())
        finally:
            process.terminate()


@dataclass
class Line:
    """A way to another server. While it is cut, requests arrive there, but no answer comes back."""

    address: str = ''
    is_cut: bool = False
    asked: list[str] = field(default_factory=list)
    mended: Event = field(default_factory=Event)


@contextmanager
def line_to(target: str) -> Iterator[Line]:
    """Open such a line."""
    line = Line()

    class Relay(BaseHTTPRequestHandler):
        def relay(self) -> None:
            body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
            line.asked.append(f'{self.command} {self.path}')
            answer = httpx.request(
                self.command, target + self.path, content=body, headers=dict(self.headers), timeout=PATIENCE
            )
            if line.is_cut:
                line.mended.wait(PATIENCE)  # whoever asked has given up before
                return
            self.send_response(answer.status_code)
            self.send_header('Content-Type', 'application/json')
            self.send_header('Content-Length', str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = relay  # noqa: N815 - what http.server calls

        def log_message(self, *_: object) -> None:
            """Nothing: the tests' output is for failures."""

    with _served(Relay) as line.address:
        try:
            yield line
        finally:
            line.mended.set()


@dataclass
class Inbox:
    """What came to the address of a webhook."""

    address: str = ''
    taken: Queue[tuple[bytes, dict[str, str]]] = field(default_factory=Queue)

    def next(self) -> tuple[bytes, dict[str, str]]:
        """The next body with its headers, once it has come."""
        return self.taken.get(timeout=PATIENCE)


@contextmanager
def inbox() -> Iterator[Inbox]:
    """Take webhooks until the block ends."""
    box = Inbox()

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers['Content-Length']))
            box.taken.put((body, dict(self.headers)))
            self.send_response(200)
            self.send_header('Content-Length', '0')
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with _served(Taker) as box.address:
        yield box


@contextmanager
def _served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        try:
            yield f'http://127.0.0.1:{server.server_port}'
        finally:
            server.shutdown()
