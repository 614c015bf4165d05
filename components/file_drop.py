"""Choosing one file, or dropping it: its name and content go to the page."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments, UploadEventArguments

from components.design import button
from components.picture_upload import CHOOSE, DROP, OUT, OVER, SEND

MB = 1_000_000
NOT_ARRIVED = 'The file did not arrive. Please try again.'


class FileDrop:
    """A place for a file. The browser sends none that is larger than `megabytes`.

    `on_file` is given what was chosen, `on_problem` the words for what did not arrive.
    """

    def __init__(
        self,
        label: str,
        hint: str,
        *,
        kinds: str,
        megabytes: int,
        on_file: Callable[[str, bytes], Awaitable[None]],
        on_problem: Callable[[str], None],
    ) -> None:
        self.on_file, self.on_problem, self.megabytes = on_file, on_problem, megabytes
        self.client = ui.context.client
        receiver = ui.upload(on_upload=self._received).classes('picture-receiver')  # only its address
        with ui.element('div').classes('picture-upload file-drop').props('role=group') as place:
            place._props['aria-label'] = label
            ui.icon('upload_file').classes('soft').props('aria-hidden=true')
            with ui.element('div').classes('file-drop-words'):
                ui.label(label).classes('strong')
                ui.label(hint).classes('soft small')
            button('Choose a file').on('click', js_handler=CHOOSE)
            bar = ui.element('progress').props('max=1 value=0 hidden')
            bar._props['aria-label'] = f'Sending: {label}'
            file = ui.element('input').props(f'type=file hidden accept={kinds}')
            file._props['aria-label'] = label
        file.on('change', self._not_received, js_handler=SEND % (megabytes * MB, receiver._props['url']))
        for event, handler in (('dragover', OVER), ('dragleave', OUT), ('drop', DROP)):
            place.on(event, js_handler=handler)

    async def _received(self, event: UploadEventArguments) -> None:
        content = await event.file.read()
        with self.client:
            await self.on_file(event.file.name, content)

    def _not_received(self, event: GenericEventArguments) -> None:
        """The browser did not send the file, or the server did not take it; it may say anything."""
        if _is_size(event.args):
            size = event.args[1] / MB
            self.on_problem(f'The file has {size:.1f} MB; at most {self.megabytes} MB can be sent.')
        else:
            self.on_problem(NOT_ARRIVED)


def _is_size(given: Any) -> bool:
    return isinstance(given, list) and len(given) == 2 and given[0] == 'size' and isinstance(given[1], int)
