"""What the benchmarks share: servers in processes of their own, signed-in browsers, tables of figures."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import psutil  # type: ignore[import-untyped]  # ships no types

from portal_app.auth.realms import Realm
from tests.benchmarks.filling import PASSWORD

ROOT = Path(__file__).parent.parent.parent


class Server(NamedTuple):
    """A process that serves on a port of this machine."""

    process: 'subprocess.Popen[bytes]'
    port: int

    def get(self, path: str, cookie: str = '') -> bytes:
        """The body of an answer that must be 200."""
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=300)
        connection.request('GET', path, headers={'Cookie': cookie, 'Accept': 'text/html'})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        assert answer.status == 200, (path, answer.status, body[:300])
        return body

    def sign_in(self, realm: Realm, email: str) -> str:
        """The cookie of a new session, through the real form."""
        connection = http.client.HTTPConnection('127.0.0.1', self.port)
        connection.request(
            'POST',
            f'{realm.path}/login',
            urlencode({'email': email, 'password': PASSWORD}),
            {'Content-Type': 'application/x-www-form-urlencoded', 'Origin': f'http://127.0.0.1:{self.port}'},
        )
        answer = connection.getresponse()
        assert answer.status == 303, (answer.status, answer.read()[:300])
        return (answer.getheader('Set-Cookie') or '').partition(';')[0]


@contextmanager
def serving(command: Sequence[str], path: str, **environment: str) -> Iterator[Server]:
    """Run a server on a free port, PORTAL_PORT or '{port}' in its command, and wait until it answers."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, *(part.format(port=port) for part in command)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment, 'PORTAL_PORT': str(port), 'PORTAL_LOG_LEVEL': 'error'},
    )
    try:
        wait_for(port, path)
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int, path: str, seconds: float = 60) -> None:
    """Wait until something answers there."""
    for _ in range(int(seconds * 10)):
        try:
            connection = http.client.HTTPConnection('127.0.0.1', port, timeout=5)
            connection.request('GET', path)
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f'nothing answers at port {port}')


def watched(server: Server, run: Callable[[], object]) -> tuple[float, float, float]:
    """The highest memory of all the server's processes in MB, each shared page counted once; the longest
    answer of /healthz in ms, asked every 5 ms by a process of its own; and how long that process itself
    waited for a core."""
    asking = subprocess.Popen(
        [sys.executable, '-m', 'tests.benchmarks.serving', str(server.port)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert asking.stdout is not None
    asking.stdout.readline()
    done, peak = threading.Event(), 0.0

    def look() -> None:
        nonlocal peak
        parent = psutil.Process(server.process.pid)
        while not done.wait(0.1):
            total = 0
            for each in (parent, *parent.children(recursive=True)):
                try:
                    total += each.memory_full_info().pss
                except psutil.Error:
                    continue
            peak = max(peak, total / 1e6)

    looking = threading.Thread(target=look)
    looking.start()
    run()
    done.set()
    looking.join()
    longest, late = asking.communicate('\n')[0].split()
    return peak, float(longest), float(late)


def ask(port: int) -> None:
    """Ask /healthz every 5 ms until something stands on stdin; print the longest answer and oversleep, in
    ms."""
    connection, longest, late, stopped = (
        http.client.HTTPConnection('127.0.0.1', port),
        0.0,
        0.0,
        threading.Event(),
    )

    def wait() -> None:
        sys.stdin.readline()
        stopped.set()

    threading.Thread(target=wait, daemon=True).start()
    for turn in range(sys.maxsize):
        if turn == 100:
            print('ready', flush=True)
            longest = late = 0.0
        started = time.perf_counter()
        connection.request('GET', '/healthz')
        connection.getresponse().read()
        answered = time.perf_counter()
        time.sleep(0.005)
        longest, late = max(longest, answered - started), max(late, time.perf_counter() - answered - 0.005)
        if stopped.is_set():
            break
    print(longest * 1000, late * 1000)


def seconds(run: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a Markdown table; numbers are to the right."""
    print('\n| ' + ' | '.join(head) + ' |\n|---' + '|---:' * (len(head) - 1) + '|')
    for row in rows:
        print('| ' + ' | '.join(row) + ' |', flush=True)


if __name__ == '__main__':
    ask(int(sys.argv[1]))
