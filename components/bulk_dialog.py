"""One action on many records: what would happen to each, then doing it, then what became of it (ACC-11)."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from nicegui import ui

from components.attempt import guarded, say
from components.confirm import OURS, show_reasons
from components.design import button, heading, main_button, quiet_button
from components.formats import number
from components.leaving import leave
from portal_app.errors import PortalError, SignedOut

log = logging.getLogger(__name__)
LISTED = 200  # records that cannot be done, each with its reasons
LOOKED_AT = 1_000  # records in one look
STEP = 100  # records in one transaction; a person can stop between two


@dataclass(frozen=True)
class Line:
    """What becomes of one record, or became: `result` is a word of the action's own."""

    id: int
    name: str
    href: str  # where it can be mended
    result: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class BulkAction:
    """The words of an action, and how it is done."""

    title: str
    text: str
    button: Callable[[int], str]  # for so many records
    will: Mapping[str, str]  # what is said of records with a result before it is done, and after
    did: Mapping[str, str]
    changes: frozenset[str]  # the results that change something
    done: str  # where every record became what was asked; empty: the counts are said
    look: Callable[[Sequence[int]], list[Line]]  # both run in a thread
    run: Callable[[Sequence[int]], list[Line]]
    file_name: str
    failures: Callable[[Sequence[int]], bytes]  # a file of these records
    failed: str = 'failed'


class BulkDialog:
    """Stays open until there is nothing more to read. A second click on its button does nothing."""

    def __init__(
        self, action: BulkAction, ids: Sequence[int], locale: str, after: Callable[[], Awaitable[None]]
    ) -> None:
        self.action, self.ids, self.locale, self.after = action, ids, locale, after
        self.client = ui.context.client
        self.stopped = False
        self.ready: list[int] = []
        self.lines: list[Line] = []
        with (
            self.client,  # not where the click was: that may be drawn anew meanwhile
            ui.dialog(value=True).props(f'role=dialog aria-label="{action.title}"') as self.dialog,
            ui.card().classes('confirm bulk'),
        ):
            heading(2, action.title)
            self.body = ui.element('div').classes('bulk-body')
            self.buttons = ui.element('div').classes('dialog-buttons')
        self.dialog.on('hide', self.dialog.delete)

    async def look(self) -> None:
        """Show what would happen."""
        self.lines = []
        with self._anew():
            ui.label(f'Checking {self._records(len(self.ids))} …').props('role=status')
            bar = _progress()
        with self.buttons:
            quiet_button('Cancel', self.dialog.close)
        for start in range(0, len(self.ids), LOOKED_AT):
            found = await guarded(asyncio.to_thread(self.action.look, self.ids[start : start + LOOKED_AT]))
            if found is None or self.dialog.is_deleted:
                self.dialog.close()
                return
            self.lines += found
            bar.set_value(len(self.lines) / len(self.ids))
        self._show_plan()

    def _show_plan(self) -> None:
        action = self.action
        self.ready = [line.id for line in self.lines if line.result in action.changes]
        with self._anew():
            ui.label(action.text)
            self._counts(action.will)
            self._failures()
        with self.buttons:
            quiet_button('Cancel', self.dialog.close)
            if any(line.result == action.failed for line in self.lines):
                quiet_button('Check again', self.look)
            go = main_button(action.button(len(self.ready)), lambda: self._run(go))
            go.set_enabled(bool(self.ready))

    async def _run(self, go: ui.button) -> None:
        go.disable()
        self.dialog.props('persistent')
        ready, problem = set(self.ready), ''
        done = [line for line in self.lines if line.id not in ready]
        with self._anew():
            text = ui.label().props('role=status')
            bar = _progress()
        with self.buttons:
            button('Stop', self._stop)
        for start in range(0, len(self.ready), STEP):
            text.set_text(f'{self._count(start)} of {self._records(len(self.ready))} …')
            bar.set_value(start / len(self.ready))
            try:
                done += await asyncio.to_thread(self.action.run, self.ready[start : start + STEP])
            except SignedOut as error:
                with self.client:
                    leave(error)
                return
            except PortalError as error:
                problem = error.message
            except Exception:
                log.exception('a step of %s failed', self.action.title)
                problem = OURS
            if self.stopped or problem:
                break
        left = len(self.lines) - len(done)
        self.lines = done
        await self._show_outcome(left, problem)

    async def _show_outcome(self, left: int, problem: str) -> None:
        action = self.action
        failed = [line.id for line in self.lines if line.result == action.failed]
        said = action.done or self._said()
        if not self.client.is_deleted:
            with self.client:
                await self.after()
        if not (failed or left or problem or len(self.lines) > STEP):
            with self.client:
                self.dialog.close()
                say(said)
            return
        self.dialog.props(remove='persistent')
        with self._anew():
            if problem:
                show_reasons(ui.element('div'), [problem])
            elif not left and action.done:
                ui.label(action.done).classes('strong').props('role=status')
            self._counts(action.did)
            if left:
                ui.label(f'{self._records(left)} left as they were: it was stopped.')
            self._failures()
        with self.buttons:
            if failed:
                button('Download failures (CSV)', lambda: self._download(failed), icon='download')
            main_button('Close', self.dialog.close)

    def _download(self, failed: list[int]) -> None:
        ui.download.content(self.action.failures(failed), self.action.file_name, 'text/csv')

    def _stop(self) -> None:
        self.stopped = True
        self.buttons.clear()
        with self.buttons:
            ui.label('Stopping after this step …').classes('soft')

    def _anew(self) -> ui.element:
        self.body.clear()
        self.buttons.clear()
        return self.body

    def _counts(self, words: Mapping[str, str]) -> None:
        counts = Counter(line.result for line in self.lines)
        with ui.element('div').props('role=status'), ui.element('ul').classes('bulk-counts'):
            for result, word in words.items():
                if counts[result]:
                    with ui.element('li').classes(self._looks(result)):
                        ui.label(self._count(counts[result])).classes('strong')
                        ui.label(word)

    def _looks(self, result: str) -> str:
        if result == self.action.failed:
            return 'bulk-bad'
        return 'bulk-ok' if result in self.action.changes else 'bulk-off'

    def _failures(self) -> None:
        failed = [line for line in self.lines if line.result == self.action.failed]
        if not failed:
            return
        with ui.element('ul').classes('bulk-failures').props('tabindex=0 aria-label="Not possible"'):
            for line in failed[:LISTED]:
                with ui.element('li'):
                    ui.link(line.name, line.href, new_tab=True)
                    for reason in line.reasons:
                        ui.label(reason).classes('soft')
            if len(failed) > LISTED:
                with ui.element('li'):
                    ui.label(f'… and {self._count(len(failed) - LISTED)} more')

    def _said(self) -> str:
        counts = Counter(line.result for line in self.lines)
        words = self.action.did.items()
        return (
            ', '.join(f'{self._count(counts[result])} {word}' for result, word in words if counts[result])
            + '.'
        )

    def _count(self, count: int) -> str:
        return number(count, self.locale)

    def _records(self, count: int) -> str:
        return f'{self._count(count)} {"record" if count == 1 else "records"}'


def _progress() -> ui.linear_progress:
    return ui.linear_progress(0, show_value=False).props('rounded instant-feedback aria-label=Progress')
