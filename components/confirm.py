"""A question before something is done, or a form. What is refused is said in the dialog, which stays open."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType

from nicegui import ui

from components.attempt import say
from components.design import heading, main_button, quiet_button
from components.formats import sentence
from components.leaving import leave
from portal_app.errors import PortalError, SignedOut

OURS = 'Something went wrong on our side. Please try again.'
After = Callable[[], Awaitable[None]]


class Question:
    """A dialog with one button that does something. Its fields are drawn inside `with`.

    Enter presses the button. A second click does nothing. A refusal lists its reasons, one a line, and what
    was typed stays.
    """

    def __init__(self, title: str, button: str, leave: str = 'Cancel') -> None:
        self.running = False
        self.client = ui.context.client
        with self.client:  # not where the click was: that may be drawn anew meanwhile
            self.dialog = ui.dialog(value=True).props('role=dialog')
        self.dialog._props['aria-label'] = title
        self.dialog.on('hide', self.dialog.delete)
        with self.dialog, ui.card().classes('confirm') as self.card:
            heading(2, title)
            with ui.element('form').on('submit.prevent', self._run).classes('dialog-form'):
                self.fields = ui.element('div').classes('form-fields')
                self.reasons = ui.element('div')
                with ui.element('div').classes('dialog-buttons'):
                    quiet_button(leave, self.dialog.close)
                    self.act = main_button(button, lambda: None).props('type=submit')

    def __enter__(self) -> 'Question':
        self.fields.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.fields.__exit__(kind, error, trace)

    def does(
        self,
        verb: Callable[[], object],
        done: Callable[[], str],
        after: After | None = None,
        refused: After | None = None,
    ) -> None:
        """What the button does, off the event loop; then what is said and follows, in the page's context.

        `refused` follows in the dialog where it could not be done.
        """
        self.verb, self.done, self.after, self.refused = verb, done, after, refused

    async def _run(self) -> None:
        if self.running:
            return
        self.running = True
        self.act.disable()
        done = False
        try:
            done = await self._try()
        finally:
            self.running = False
            if not self.dialog.is_deleted:
                self.act.enable()
        if not done and self.refused and not self.dialog.is_deleted:
            await self.refused()

    async def _try(self) -> bool:
        """Whether it was done."""
        try:
            await asyncio.to_thread(self.verb)
        except SignedOut as error:
            with self.client:
                leave(error)
        except PortalError as error:
            show_reasons(self.reasons, error.message.split('\n'))
        except Exception:
            show_reasons(self.reasons, [OURS])
            raise
        else:
            with self.client:
                self.dialog.close()
                if said := self.done():
                    say(said)
                if self.after:
                    await self.after()
            return True
        return False


def confirm(
    title: str,
    text: str,
    button: str,
    verb: Callable[[], object],
    done: str | Callable[[], str],
    *,
    after: After | None = None,
) -> None:
    """Ask whether to do it."""
    with Question(title, button) as question:
        ui.label(text)
    question.does(verb, done if callable(done) else lambda: done, after)


def show_reasons(place: ui.element, reasons: Sequence[str]) -> None:
    """Why it cannot be done: every reason."""
    place.clear()
    with place, ui.element('div').classes('reasons').props('role=alert'):
        if len(reasons) == 1:
            ui.label(sentence(reasons[0]))
            return
        with ui.element('ul'):
            for reason in reasons:
                with ui.element('li'):
                    ui.label(sentence(reason))


def text_field(label: str, value: str = '', *, longest: int = 200) -> ui.input:
    """A field of a dialog's form."""
    return ui.input(label, value=value).props(f'dense outlined maxlength={longest}')


def typed(field: ui.input) -> str:
    """What was typed; a browser may send anything."""
    return field.value if isinstance(field.value, str) else ''


def ticked(box: ui.checkbox) -> bool:
    """Whether it was ticked; a browser may send anything."""
    return box.value is True
