"""Choosing a picture file: what is in use, what is wrong with another, and how to take it away."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui import Client, ui
from nicegui.events import GenericEventArguments, UploadEventArguments

from components.confirm import show_reasons
from components.design import button, quiet_button

MB = 1_000_000
MOST_SENT = 25  # MB; the server takes little more
KINDS = 'image/jpeg,image/png,image/gif'
# The browser sends the file itself, so that it can show how far it has come. A file that is much too large is
# not sent at all. `emit` tells the server what became of it: the size in bytes, or the status of the answer.
SEND = """(event) => {
  const input = event.target, file = input.files[0], place = input.closest('.picture-upload');
  if (!file) return;
  if (file.size > %d) emit('size', file.size);
  else {
    const bar = place.querySelector('progress'), request = new XMLHttpRequest(), form = new FormData();
    form.append('file', file);
    bar.value = 0;
    bar.hidden = false;
    request.upload.onprogress = ({loaded, total}) => { bar.value = loaded / total; };
    request.onloadend = () => {
      bar.hidden = true;
      if (request.status !== 200) emit('status', request.status);
    };
    request.open('POST', (window.path_prefix || '') + '%s');
    request.send(form);
  }
  input.value = '';
}"""
CHOOSE = "(event) => event.target.closest('.picture-upload').querySelector('input[type=file]').click()"
OVER = """(event) => {
  if (!event.dataTransfer.types.includes('Files')) return;
  event.preventDefault();
  event.currentTarget.toggleAttribute('data-over', true);
}"""
OUT = """(event) => {
  if (!event.currentTarget.contains(event.relatedTarget)) event.currentTarget.removeAttribute('data-over');
}"""
DROP = """(event) => {
  event.preventDefault();
  const place = event.currentTarget, input = place.querySelector('input[type=file]');
  place.removeAttribute('data-over');
  if (input.disabled) return;
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event('change'));
}"""
FOCUS = "document.getElementById('c{}')?.focus()"


class PictureUpload:
    """One picture with the buttons to change it.

    `on_file` is given the content of a file that was chosen, and calls `show` or `refuse`; "Resize to fit"
    gives it the same content once more, with True.
    """

    def __init__(
        self,
        label: str,
        rules: str,
        *,
        on_file: Callable[[bytes, bool], Awaitable[None]],
        on_remove: Callable[[], Awaitable[None]],
    ) -> None:
        self.label, self.on_file, self.on_remove = label, on_file, on_remove
        self.client: Client = ui.context.client
        self.refused = b''  # the file that can be resized
        self.shown: str | None = None
        self.enabled, self.busy = True, False
        self.receiver = ui.upload(on_upload=self._received).classes('picture-receiver')  # only its address
        with ui.element('div').classes('picture-upload').props('role=group') as self.place:
            self.place._props['aria-label'] = label
            self.frame = ui.element('div').classes('picture-frame')
            with ui.element('div').classes('picture-side'):
                ui.label(label).classes('strong')
                ui.label(rules).classes('soft small')
                self._buttons()
                self._progress()
            self.reasons = ui.element('div').classes('picture-reasons')
            self._field()
        for event, handler in (('dragover', OVER), ('dragleave', OUT), ('drop', DROP)):
            self.place.on(event, js_handler=handler)
        self._draw(None, 0, 0)

    def show(self, address: str | None, width: int, height: int) -> None:
        """Show what is in use, with its size in pixels. Another picture ends what was said of a file."""
        if address != self.shown:
            self._forget()
            self._draw(address, width, height)

    def refuse(self, reasons: Sequence[str], can_resize: bool) -> None:
        """Say why the file is not taken; the picture in use stays."""
        with self.client:
            show_reasons(self.reasons, reasons)
            if not can_resize:
                self.refused = b''
                return
            with self.reasons:
                button('Resize to fit', self._resize, icon='photo_size_select_large')

    def set_enabled(self, on: bool) -> None:
        """Whether the viewer may choose another."""
        self.enabled = on
        for element in (self.choose, self.hint):
            element.set_visibility(on)
        self.file._props['disabled'] = not on
        self.file.update()
        self.receiver.set_enabled(on)
        self.remove.set_visibility(on and self.shown is not None)
        if not on:
            self._forget()

    def _draw(self, address: str | None, width: int, height: int) -> None:
        self.shown = address
        self.frame.clear()
        with self.frame:
            if address is None:
                ui.label(f'No {self.label.lower()}').classes('soft')
            else:
                picture = ui.element('img')
                picture._props.update(
                    src=address, width=width, height=height, alt=f'The {self.label.lower()}'
                )
        self.size.set_text('' if address is None else f'{width} x {height} px')
        self.remove.set_visibility(self.enabled and address is not None)

    def _buttons(self) -> None:
        with ui.element('div').classes('picture-buttons'):
            self.choose = button('Choose a file').on('click', js_handler=CHOOSE)
            self.choose._props['aria-label'] = f'Choose a file: {self.label}'
            self.remove = quiet_button('Remove', self._remove)
            self.remove._props['aria-label'] = f'Remove: {self.label}'
            self.hint = ui.label('or drop one here').classes('soft small picture-hint')
        self.size = ui.label().classes('soft small')

    def _progress(self) -> None:
        bar = ui.element('progress').props('max=1 value=0 hidden')
        bar._props['aria-label'] = f'Sending: {self.label}'
        self.state = ui.label().classes('soft small').props('role=status')

    def _field(self) -> None:
        """The browser's own field for files, which the button opens."""
        send = SEND % (MOST_SENT * MB, self.receiver._props['url'])
        self.file = ui.element('input').props(f'type=file hidden accept={KINDS}')
        self.file._props['aria-label'] = self.label
        self.file.on('change', self._not_received, js_handler=send)

    async def _received(self, event: UploadEventArguments) -> None:
        await self._try(await event.file.read(), False)

    async def _resize(self) -> None:
        content = self.refused
        ui.run_javascript(FOCUS.format(self.choose.id))  # the button that was pressed goes away
        await self._try(content, True)

    async def _try(self, content: bytes, resize: bool) -> None:
        if self.busy or not self.enabled:
            return
        self.busy = True
        self._forget()
        self.refused = content
        self.state.set_text('Checking the picture …')
        try:
            with self.client:
                await self.on_file(content, resize)
        finally:
            self.busy = False
            self.state.set_text('')

    async def _remove(self) -> None:
        ui.run_javascript(FOCUS.format(self.choose.id))
        await self.on_remove()

    def _not_received(self, event: GenericEventArguments) -> None:
        """The browser did not send the file, or the server did not take it; it may say anything."""
        what, number = event.args if _is_pair(event.args) else ('', 0)
        if what == 'size':
            reason = f'Your {self.label.lower()} is {number / MB:.1f} MB; at most {MOST_SENT} MB can be sent.'
        else:
            reason = 'The file did not arrive. Please try again.'
        self.refuse([reason], False)

    def _forget(self) -> None:
        self.refused = b''
        self.reasons.clear()


def _is_pair(given: Any) -> bool:
    return isinstance(given, list) and len(given) == 2 and isinstance(given[1], int | float)
