"""Where a staff user is signed in, and signing them out there (SET-11)."""

import asyncio
from collections.abc import Callable
from functools import partial

from nicegui import Client, ui

from components.attempt import attempt, guarded
from components.browser_names import browser_name
from components.design import button, heading, quiet_button
from components.formats import moment
from portal_app.auth.viewer import StaffViewer
from portal_app.services import staff_people
from portal_app.services.staff_people import OpenSession, StaffPerson, Verb
from portal_app.work import Work, acting_as, reading_as


async def show_sessions(viewer: StaffViewer, person: StaffPerson) -> None:
    """Open a dialog with the sessions that are open now."""
    shown = Sessions(viewer, person, ui.context.client)
    found = await guarded(shown.look())
    if found is not None:
        shown.open(found)


class Sessions:
    """The dialog."""

    def __init__(self, viewer: StaffViewer, person: StaffPerson, client: Client) -> None:
        self.viewer, self.person, self.client = viewer, person, client
        self.may_end = Verb.END in person.verbs

    async def look(self) -> list[OpenSession]:
        """The sessions as they are now."""

        def read() -> list[OpenSession]:
            with reading_as(self.viewer) as work:
                return staff_people.sessions(work, self.person.id)

        return await asyncio.to_thread(read)

    def open(self, found: list[OpenSession]) -> None:
        """Draw the dialog."""
        title = f'Sessions of {self.person.name}'
        with self.client, ui.dialog(value=True).props('role=dialog') as self.dialog:
            self.dialog._props['aria-label'] = title
            self.dialog.on('hide', self.dialog.delete)
            with ui.card().classes('confirm sessions'):
                heading(2, title)
                self.body = ui.element('div')
                with ui.element('div').classes('dialog-buttons'):
                    end_all = 'End all others' if self.person.id == self.viewer.user_id else 'End all'
                    self.end_all = button(end_all, partial(self._end, self._all))
                    quiet_button('Close', self.dialog.close).props('autofocus')
        self._draw(found)

    def _draw(self, found: list[OpenSession]) -> None:
        self.end_all.set_visibility(self.may_end and any(not each.is_this for each in found))
        self.body.clear()
        with self.body:
            if not found:
                ui.label(f'{self.person.name} is not signed in anywhere.').classes('soft')
                return
            with ui.element('ul').classes('session-list'):
                for each in found:
                    with ui.element('li'):
                        self._row(each)

    def _row(self, session: OpenSession) -> None:
        zone, locale = self.viewer.zone, self.viewer.locale
        where = browser_name(session.browser)
        with ui.element('div'):
            with ui.element('div').classes('person-name'):
                ui.label(where).classes('strong')
                if session.is_this:
                    ui.label('This one').classes('badge badge-info')
            ui.label(
                f'{session.address or "Unknown address"} · since {moment(session.began, zone, locale)} · '
                f'last seen {moment(session.seen, zone, locale)}'
            ).classes('soft small')
        if self.may_end and not session.is_this:
            end = quiet_button('End', partial(self._end, partial(self._one, session.id)))
            end._props['aria-label'] = f'End the session in {where}'

    def _one(self, session_id: int, work: Work) -> None:
        staff_people.end_session(work, self.person.id, session_id)

    def _all(self, work: Work) -> None:
        staff_people.end_all_sessions(work, self.person.id)

    async def _end(self, act: Callable[[Work], None]) -> None:
        def verb() -> None:
            with acting_as(self.viewer) as work:
                act(work)

        with self.client:  # the button is drawn anew before it is done
            await attempt(verb, f"'{self.person.name}' has been signed out there.")
            found = await guarded(self.look())
            if found is not None and not self.dialog.is_deleted:
                self._draw(found)
