"""Setup › Configuration File: taking the configuration out, and putting a file in force after a look."""

import asyncio
from collections.abc import Sequence
from functools import partial
from itertools import groupby

from nicegui import ui
from nicegui.events import GenericEventArguments

from components.attempt import guarded
from components.confirm import confirm
from components.design import banner, heading, main_button, quiet_button, switched
from components.file_drop import FileDrop
from components.live import on_change
from pages.admin.configuration_changes import draw_changes, summary
from pages.admin.frame import admin_frame, surroundings
from portal_app.api.configuration import PATH as FILE
from portal_app.api.session import StaffViewer
from portal_app.auth import viewer as viewers
from portal_app.live import ANYTHING, Topic
from portal_app.live import Change as News
from portal_app.services import configuration, roles, setup
from portal_app.services.configuration_difference import Change, counted
from portal_app.services.configuration_document import Configuration, Part
from portal_app.services.configuration_reading import LARGEST, ConfigurationRefused, read
from portal_app.work import acting_as, reading_as

PATH = '/admin/setup/configuration'
MEGABYTE = 1_000_000
LEAD = (
    'Portal Setup, your own roles and the email templates as one JSON file: to keep in version control, or '
    'to bring from a sandbox to production.'
)
NO_ROLES = f'It will hold no roles either: your own does not include {roles.VIEW.title}.'
NOTHING_DIFFERS = 'Nothing differs. This installation already is as the file says.'
LOOK_ONLY = 'Your role lets you look at the differences, not apply them.'


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(configuration_file)


async def configuration_file(viewer: StaffViewer) -> None:
    """Download above, comparing and applying below."""
    around = await asyncio.to_thread(surroundings, viewer, setup.VIEW)
    with admin_frame(viewer, around, 'Configuration File', PATH):
        heading(1, 'Configuration File')
        ui.label(LEAD).classes('lead')
        with ui.element('section').classes('panel panel-head'):
            with ui.element('div'):
                heading(2, 'As it is now')
                ui.label('The file holds no passwords, no keys and nothing of customers.').classes('soft')
                if roles.VIEW.grant not in around.grants:
                    ui.label(NO_ROLES).classes('soft')
            main_button('Download configuration', lambda: ui.download.from_url(FILE))
        comparing = Comparing(viewer)
        with ui.element('section').classes('panel'):
            heading(2, 'Compare and apply')
            comparing.build()
    for topic in (Topic.SETUP, Topic.TEMPLATES):
        on_change(topic, comparing.follow)
    on_change(Topic.ACCESS, comparing.follow, concerns=lambda news: news.subject == ANYTHING)


class Comparing:
    """The file that was chosen, and what it would change now."""

    def __init__(self, viewer: viewers.StaffViewer) -> None:
        self.viewer = viewer
        self.document: Configuration | None = None
        self.name = ''
        self.turn = 0  # of the files that were chosen
        self.found: Sequence[Change] = ()
        self.unseen = 0  # roles of the file that the viewer may not see
        self.left_out: set[Part] = set()

    def build(self) -> None:
        """Draw the place for a file; what becomes of it follows below."""
        FileDrop(
            'Choose a configuration file, or drop it here',
            'You will see each difference. Nothing is changed before you apply it.',
            kinds='.json,application/json',
            megabytes=LARGEST // MEGABYTE,
            on_file=self._take,
            on_problem=lambda problem: self._refuse([problem]),
        )
        with ui.element('div').classes('configuration-head') as self.head:
            self.status = ui.label().classes('strong').props('role=status')
            quiet_button('Close', self._close)
        self.place = ui.element('div')
        self._close()

    async def follow(self, _news: News) -> None:
        """Something changed here: the difference may be another one."""
        if self.document is not None:
            await self._compare(self.document)

    async def _take(self, name: str, content: bytes) -> None:
        self.turn += 1
        turn = self.turn
        try:
            document = await asyncio.to_thread(
                read, content
            )  # decodes pictures: another file may come meanwhile
        except ConfigurationRefused as refused:
            if turn == self.turn:
                self._refuse(refused.problems)
            return
        if turn == self.turn:
            self.name, self.document, self.left_out = name, document, set()
            await self._compare(document, drawn=False)

    async def _compare(self, document: Configuration, *, drawn: bool = True) -> None:
        looked = await guarded(asyncio.to_thread(self._look, document))
        if looked is None or document is not self.document:
            return
        if drawn and looked == (self.found, self.unseen):
            return  # what is read stays where it is
        self.found, self.unseen = looked
        self._draw()

    def _look(self, document: Configuration) -> tuple[Sequence[Change], int]:
        with reading_as(self.viewer) as work:
            return configuration.difference(work, document), configuration.unseen_roles(work, document)

    def _refuse(self, problems: Sequence[str]) -> None:
        self.document = None
        self._say('This file cannot be used. Nothing was changed.')
        with self.place, ui.element('div').classes('reasons').props('role=alert'), ui.element('ul'):
            for problem in problems:
                with ui.element('li'):
                    ui.label(problem)

    def _draw(self) -> None:
        self._say(f'{self.name}: {counted(len(self.found))}' if self.found else self.name)
        with self.place:
            if self.unseen:
                held = f'The file also holds {counted(self.unseen, "role")}.'
                banner(f'{held} Roles are left out: your own does not include {roles.VIEW.title}.', 'lock')
            if not self.found:
                banner(NOTHING_DIFFERS, 'check_circle')
                return
            for part, changes in groupby(self.found, key=lambda change: change.part):
                self._draw_part(part, list(changes))
            self._draw_apply()

    def _draw_part(self, part: Part, changes: Sequence[Change]) -> None:
        refused = list(dict.fromkeys(change.refused for change in changes if change.refused))
        with ui.element('div').classes('configuration-part').props('role=group') as group:
            group._props['aria-label'] = part.label
            label = f'{part.label}: {counted(len(changes))}'
            box = ui.checkbox(label, value=not refused and part not in self.left_out).classes('strong')
            box.on('update:model-value', partial(self._choose, part))
            box.set_enabled(not refused)
            for reason in refused:
                banner(reason, 'lock')
            for name, of_name in groupby(changes, key=lambda change: change.name):
                heading(3, name)
                draw_changes(list(of_name))

    def _draw_apply(self) -> None:
        if all(change.refused for change in self.found):
            ui.label(LOOK_ONLY).classes('soft')
            return
        self.apply = main_button('', self._ask)
        self._show_count()

    def _show_count(self) -> None:
        number = len(self._chosen())
        self.apply.set_text(f'Apply {counted(number)}')
        self.apply.set_enabled(number > 0)

    def _choose(self, part: Part, event: GenericEventArguments) -> None:
        if switched(event):
            self.left_out.discard(part)
        else:
            self.left_out.add(part)
        self._show_count()

    def _parts(self) -> set[Part]:
        """Those that are ticked: all in which nothing is refused, but for what was left out."""
        refused = {change.part for change in self.found if change.refused}
        return {change.part for change in self.found} - refused - self.left_out

    def _chosen(self) -> list[Change]:
        return [change for change in self.found if change.part in self._parts()]

    def _ask(self) -> None:
        document, chosen, parts = self.document, self._chosen(), self._parts()
        if document is None or not chosen:
            return
        seen = configuration.seen_as(document, self.found)

        def verb() -> None:
            with acting_as(self.viewer) as work:
                configuration.apply(work, document, seen, parts)

        confirm(
            f'Apply {counted(len(chosen))}',
            summary(chosen),
            'Apply',
            verb,
            f'{counted(len(chosen))} applied.',
            after=partial(self._compare, document),
        )

    def _say(self, text: str) -> None:
        """Say what there is, and clear the place for it."""
        self.status.set_text(text)
        self.head.set_visibility(True)
        self.place.clear()

    def _close(self) -> None:
        self.document = None
        self.place.clear()
        self.head.set_visibility(False)
