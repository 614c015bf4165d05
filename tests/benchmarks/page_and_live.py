"""The Usage Events page beside the same page written by hand (`plain_page`): time, memory, a toggle on open
pages.

Run `python -m tests.benchmarks.page_and_live`. Both servers run at once, each in a process of its own, and
are asked in turn; 300 pages are then held open at each over real sockets. The toggle is a click on the
admin page; it has arrived when the last open page has been sent its new tab strip.
"""

import argparse
import asyncio
import json
import os
import re
import tempfile
import time
import uuid
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import psutil  # type: ignore[import-untyped]  # ships no types
from websockets.asyncio.client import ClientConnection, connect

from portal_app.auth.realms import PORTAL, STAFF
from tests.benchmarks.filling import OWNER_EMAIL, fill
from tests.benchmarks.serving import Server, seconds, serving, table

PAGE, ADMIN = '/portal/C1001/usage-events', '/admin/setup/portal'
ELEMENTS = re.compile(r'parseElements\(String\.raw`(.*?)`\)', re.DOTALL)
CLIENT = re.compile(r"'client_id': '([0-9a-f-]+)'")


def elements(body: str) -> dict[str, dict[str, Any]]:
    """The elements of a page, as the browser reads them."""
    found = ELEMENTS.search(body)
    assert found
    text = found[1]
    for escaped, plain in (('&lt;', '<'), ('&gt;', '>'), ('&#96;', '`'), ('&#36;', '$'), ('&amp;', '&')):
        text = text.replace(escaped, plain)
    made: dict[str, dict[str, Any]] = json.loads(text)
    return made


class OpenPage:
    """A page with its socket, as a browser holds it: it answers pings and notes when it was updated."""

    def __init__(self, server: Server, body: str) -> None:
        self.port, self.updated, self.elements = server.port, asyncio.Event(), elements(body)
        found = CLIENT.search(body)
        assert found
        self.id, self.at = found[1], 0.0

    async def open(self) -> 'OpenPage':
        """Connect, and listen from now on."""
        query = {
            'client_id': self.id,
            'next_message_id': 0,
            'implicit_handshake': 'true',
            'document_id': uuid.uuid4(),
            'tab_id': uuid.uuid4(),
            'EIO': 4,
            'transport': 'websocket',
        }
        url = f'ws://127.0.0.1:{self.port}/_nicegui_ws/socket.io/?{urlencode(query)}'
        self.socket: ClientConnection = await connect(url, compression=None, max_size=None)
        assert str(await self.socket.recv()).startswith('0')
        await self.socket.send('40')
        answer = str(await self.socket.recv())
        assert answer.startswith('40'), answer
        self.listening = asyncio.create_task(self._listen())
        return self

    async def _listen(self) -> None:
        async for message in self.socket:
            text = str(message)
            if text == '2':
                await self.socket.send('3')
            elif text.startswith('42["update"') and '/usage-events' in text:
                self.at = time.perf_counter()
                self.updated.set()
            elif text.startswith('42["update"'):
                self.elements.update(json.loads(text[2:])[1])

    async def switch(self, label: str, on: bool) -> None:
        """Click a switch: what the browser sends for it."""
        id, found = next(
            (id, each)
            for id, each in reversed(self.elements.items())
            if isinstance(each, dict) and each.get('props', {}).get('aria-label') == label
        )
        for listener in (
            each['listener_id'] for each in found['events'] if each['type'] == 'update:modelValue'
        ):
            message = {'id': int(id), 'client_id': self.id, 'listener_id': listener, 'args': [json.dumps(on)]}
            await self.socket.send('42' + json.dumps(['event', message]))


async def held_open(server: Server, cookie: str, count: int) -> tuple[list[OpenPage], float]:
    """So many open pages, and what each costs the server in kB."""
    process, pages = psutil.Process(server.process.pid), []
    for _ in range(5):
        pages.append(await OpenPage(server, server.get(PAGE, cookie).decode()).open())
    await asyncio.sleep(2)
    before = process.memory_info().rss
    for _ in range(count - 5):
        body = (await asyncio.to_thread(server.get, PAGE, cookie)).decode()
        pages.append(await OpenPage(server, body).open())
    await asyncio.sleep(3)
    return pages, (process.memory_info().rss - before) / (count - 5) / 1000


async def toggles(server: Server, cookie: str, pages: list[OpenPage], runs: int) -> list[float]:
    """Click the switch of the Usage tab; the milliseconds until the last page has its new strip, each
    time."""
    admin = await OpenPage(server, server.get(ADMIN, cookie).decode()).open()
    taken = []
    for turn in range(runs + 2):  # an even number: it ends as it began
        for page in pages:
            page.updated.clear()
        started = time.perf_counter()
        await admin.switch('Show Usage', turn % 2 == 1)
        await asyncio.wait_for(asyncio.gather(*(page.updated.wait() for page in pages)), 30)
        taken.append((max(page.at for page in pages) - started) * 1000)
        await asyncio.sleep(0.7)
    await admin.socket.close()
    return taken[2:]  # the first ones warm up


async def hold(server: Server, count: int, runs: int, cookie: str, staff: str) -> tuple[float, list[float]]:
    """Memory and toggles of one server."""
    pages, memory = await held_open(server, cookie, count)
    taken = await toggles(server, staff, pages, runs)
    for page in pages:
        page.listening.cancel()
        await page.socket.close()
    return memory, taken


def line(name: str, ours: float, theirs: float, spread: list[float]) -> tuple[str, ...]:
    """One line of the table."""
    return name, f'{ours:.1f}', f'{theirs:.1f}', f'{ours / theirs:.2f} ({min(spread):.2f}–{max(spread):.2f})'


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--requests', type=int, default=200)
    parser.add_argument('--clients', type=int, default=300)
    parser.add_argument('--toggles', type=int, default=10)
    parser.add_argument('--rounds', type=int, default=3, help='of fresh servers')
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        url = f'sqlite:///{Path(name) / "portal.db"}'
        os.environ['DATABASE_URL'] = url
        fill(url, 100_000)
        page: list[tuple[float, float]] = []
        memory: list[tuple[float, float]] = []
        live: list[tuple[float, float]] = []
        for _ in range(options.rounds):
            with (
                serving(['run.py', 'serve'], '/healthz') as ours,
                serving(['-m', 'tests.benchmarks.plain_page'], ADMIN) as plain,
            ):
                cookie, staff = (
                    ours.sign_in(PORTAL, 'largest@benchmark.example'),
                    ours.sign_in(STAFF, OWNER_EMAIL),
                )
                held = [
                    asyncio.run(hold(server, options.clients, options.toggles, cookie, staff))
                    for server in (ours, plain)
                ]
                memory.append((held[0][0], held[1][0]))
                live.append((median(held[0][1]), median(held[1][1])))
                time.sleep(12)  # the closed pages are forgotten after 10 seconds
                taken = [
                    tuple(seconds(partial(server.get, PAGE, cookie)) * 1000 for server in (ours, plain))
                    for _ in range(options.requests)
                ]
                page.append((median(a for a, _ in taken), median(b for _, b in taken)))
                bodies = [server.get(PAGE, cookie).decode() for server in (ours, plain)]
    rows = [
        line(label, median(a for a, _ in pairs), median(b for _, b in pairs), [a / b for a, b in pairs])
        for label, pairs in (
            ('Page, ms', page),
            (f'Memory of one of {options.clients} open pages, kB', memory),
            (f'One toggle on {options.clients} open pages, ms', live),
        )
    ]
    sizes = [[len(elements(body)), len(body) / 1000] for body in bodies]
    rows += [
        line(label, a, b, [a / b])
        for label, a, b in (
            ('Elements of the page', sizes[0][0], sizes[1][0]),
            ('Size of the page, kB', sizes[0][1], sizes[1][1]),
        )
    ]
    table(('Usage Events, 50 rows', 'the portal', 'by hand', 'ratio (of the rounds)'), rows)


if __name__ == '__main__':
    main()
