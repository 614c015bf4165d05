"""The bytes of an export, from a process of its own, for as long as the viewer may have them."""

import asyncio
import contextlib
import json
import logging
import os
import sys
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from time import monotonic
from typing import Any

from portal_app import live, news
from portal_app.auth.viewer import Operator, PortalViewer, StaffViewer
from portal_app.errors import PortalError
from portal_app.live import Change, Topic
from portal_app.models import Export, ExportState
from portal_app.services import exports
from portal_app.work import acting_as, reading_as

log = logging.getLogger(__name__)
ROOT = Path(__file__).parent.parent.parent
PIECE = 256 * 1024  # bytes
CHECK_EVERY = 1.0  # seconds, for what this process did not hear of
TELL_EVERY = 0.4


class Stopped(Exception):
    """The rest of the file must not be sent."""

    def __init__(self, state: ExportState) -> None:
        super().__init__(state)
        self.state = state


class ExportStream:
    """One running export. Iterating gives the file's bytes; raises Stopped where they must not go on."""

    def __init__(
        self,
        viewer: PortalViewer | StaffViewer,
        export: Export,
        job: dict[str, Any],
        scope: frozenset[int] = frozenset(),
    ) -> None:
        self.viewer, self.export, self.job, self.scope = viewer, export, job, scope
        self.in_doubt = True  # until the first look: nothing was heard before it listens
        self.cancelled = False
        self.result: dict[str, Any] = {}
        self.checked = self.told = monotonic()

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Run the process, pass its output on, and write down how it ended."""
        state = ExportState.CANCELLED  # what it is when the browser goes away
        process = await self._start()
        stop_listening = self._listen()
        try:
            async with contextlib.aclosing(self._read(process)) as pieces:
                async for piece in pieces:
                    yield piece
            state = ExportState.FINISHED
        except Stopped as stopped:
            state = stopped.state
            raise
        finally:
            for stop in stop_listening:
                stop()
            await asyncio.shield(self._end(process, state))

    async def _end(self, process: asyncio.subprocess.Process, state: ExportState) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()  # not killed, so that it removes its temporary file
        await process.communicate()  # what it had written goes nowhere
        await asyncio.to_thread(_finish, self.export.ticket, state, self.result)

    async def _start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            '-m',
            'portal_app.export_process',
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=4 * PIECE,
            env={**os.environ, 'PYTHONPATH': str(ROOT)},
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(self.job).encode() + b'\n')
        process.stdin.close()
        return process

    async def _read(self, process: asyncio.subprocess.Process) -> AsyncGenerator[bytes, None]:
        assert process.stdout is not None
        assert process.stderr is not None
        following = asyncio.create_task(self._follow(process.stderr))
        try:
            while piece := await self._next(process.stdout):
                await self._still_allowed()
                yield piece
            await following
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        if 'sha256' not in self.result:
            log.error('export %s failed: %s', self.export.id, self.result.get('error', 'the process ended'))
            raise Stopped(ExportState.FAILED)
        await self._still_allowed()

    async def _next(self, output: asyncio.StreamReader) -> bytes:
        """The next piece; while the database is still sorting, the right to it is asked for again."""
        reading = asyncio.create_task(output.read(PIECE))
        try:
            while not (await asyncio.wait({reading}, timeout=CHECK_EVERY))[0]:
                await self._still_allowed()
            return reading.result()
        finally:
            reading.cancel()

    async def _follow(self, reports: asyncio.StreamReader) -> None:
        async for line in reports:
            with contextlib.suppress(ValueError):
                self.result.update(json.loads(line))
            if monotonic() - self.told > TELL_EVERY and 'rows' in self.result:
                self.told = monotonic()
                progress = Change(
                    Topic.EXPORT, self.export.customer_id, f'{self.export.ticket} {self.result["rows"]}'
                )
                await asyncio.to_thread(news.send, progress)

    async def _still_allowed(self) -> None:
        if self.cancelled:
            raise Stopped(ExportState.CANCELLED)
        if self.in_doubt or monotonic() - self.checked > CHECK_EVERY:
            self.in_doubt, self.checked = False, monotonic()
            try:
                await asyncio.to_thread(_check, self.viewer, self.export, self.scope)
            except PortalError:
                raise Stopped(ExportState.STOPPED) from None

    def _listen(self) -> list[Callable[[], None]]:
        def doubt(_change: Change) -> None:
            self.in_doubt = True

        def ended(change: Change) -> None:
            if change.subject == f'{self.export.ticket} {ExportState.CANCELLED}':
                self.cancelled = True

        return [
            live.listen(Topic.ACCESS, doubt),
            live.listen(Topic.SETUP, doubt),
            live.listen(Topic.EXPORT, ended),
        ]


def _check(viewer: PortalViewer | StaffViewer, export: Export, scope: frozenset[int]) -> None:
    """Raises a PortalError when the viewer may not have the rest of this export."""
    with reading_as(viewer) as work:
        listing = exports.exportable(work, export.listing)
        if not set(export.fields) <= listing.by_name.keys():
            raise PortalError('a field was hidden')
        if not scope <= set(work.customer_ids):
            raise PortalError('the access of a child has ended')


def _finish(ticket: str, state: ExportState, result: dict[str, Any]) -> None:
    with acting_as(Operator('export')) as work:
        exports.finish(work, ticket, state, result)
