"""A part of a page that saves by itself: what was saved is said in its head, and can be undone there."""

import asyncio
from collections.abc import Callable
from types import TracebackType

from nicegui import ui

from components.confirm import show_reasons
from components.design import heading, quiet_button
from components.leaving import leave
from portal_app.errors import PortalError, SignedOut

Verb = Callable[[], object]
Refused = Callable[[PortalError], bool]


class Section:
    """Its content is drawn inside `with`. What is refused is said below it; what was typed stays."""

    def __init__(self, title: str, lead: str = '') -> None:
        self.client = ui.context.client
        with ui.element('section').classes('panel section') as self.place:
            self.place._props['aria-label'] = title
            with ui.element('div').classes('panel-head'):
                heading(2, title)
                self.status = ui.element('div').classes('section-status').props('role=status')
            if lead:
                ui.label(lead).classes('soft section-lead')
            self.body = ui.element('div').classes('section-body')
            self.reasons = ui.element('div')

    def __enter__(self) -> 'Section':
        self.body.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.body.__exit__(kind, error, trace)

    async def save(
        self,
        verb: Verb,
        done: str | Callable[[], str],
        undo: Verb | None = None,
        refused: Refused | None = None,
    ) -> bool:
        """Run a verb off the event loop and say `done`, with a way back. Returns whether it worked.

        `refused` is given what was refused, and says whether it shows that itself, beside its field.
        """
        try:
            await asyncio.to_thread(verb)
        except SignedOut as error:
            with self.client:
                leave(error)
            return False
        except PortalError as error:
            self.status.clear()
            self.reasons.clear()
            if refused is None or not refused(error):
                show_reasons(self.reasons, error.message.split('\n'))
            return False
        self._say(done if isinstance(done, str) else done(), undo)
        return True

    def _say(self, done: str, undo: Verb | None) -> None:
        self.reasons.clear()
        self.status.clear()
        with self.status:
            ui.icon('check').props('aria-hidden=true')
            ui.label(done)
            if undo is not None:
                quiet_button('Undo', lambda: self.save(undo, 'Undone.'))
