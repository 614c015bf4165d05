"""Access Review: who has access, who never uses it, and the sign-off (field notes, 6)."""

import asyncio
from collections.abc import Sequence

from fastapi import Request
from nicegui import ui

from components.attempt import attempt
from components.design import button
from components.entries import Entry
from components.formats import moment
from pages.admin.contact_menu import ask_to_disable
from pages.admin.records import StaffRecords, staff_page
from portal_app.api.session import StaffViewer
from portal_app.auth.permissions import END_ACCESS, GIVE_ACCESS
from portal_app.listings import Page
from portal_app.live import Topic
from portal_app.models import AccessReview, PortalStatus
from portal_app.queries import Query
from portal_app.services import access_review
from portal_app.services.access_review import ACCESS_REVIEW
from portal_app.services.customer_page import VIEW
from portal_app.work import acting_as, reading_as

PATH = '/admin/access-review'


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(review)


async def review(viewer: StaffViewer, request: Request) -> None:
    """Everybody with access, and the sign-off above them."""
    await staff_page(viewer, request, ACCESS_REVIEW, PATH, Review)


class Review(StaffRecords):
    """One open page of it."""

    topics = (Topic.ACCESS,)
    has_row_menu = True

    async def row_entries(self, record_id: int) -> Sequence[Entry]:
        """Disable, for who has access; and the way to the customer."""
        found = await asyncio.to_thread(self.look_at, record_id)
        page = f'/admin/customers/{found["number"]}'
        entries = []
        if VIEW.grant in self.around.grants:
            entries.append(Entry('Open customer', lambda: ui.navigate.to(page), 'apartment'))
        may_disable = END_ACCESS.grant in self.around.grants
        if may_disable and found['portal_status'] in (PortalStatus.ENABLED, PortalStatus.PENDING):
            entries.append(
                Entry(
                    'Disable Portal Access',
                    lambda: ask_to_disable(self.viewer, found['id'], found['contact']),
                    'block',
                )
            )
        return entries

    def draw_above(self) -> None:
        """What would be signed off now, and when that was done last."""
        with ui.element('section').classes('panel review'):
            with ui.element('div').props('role=status'):
                self.now = ui.label().classes('strong')
                ui.label('Dormant: not signed in for 90 days.').classes('soft small')
                self.last = ui.label().classes('soft small')
            if GIVE_ACCESS.grant in self.around.grants:
                self.note = ui.input('Note').props('outlined dense maxlength=1000').classes('form-field')
                button('Sign off', self._sign_off, icon='task_alt')

    async def show(self, query: Query, page: Page) -> None:
        """Show rows, and the counts of this moment."""
        await super().show(query, page)
        await self._count()

    async def _count(self) -> None:
        (people, dormant), reviews = await asyncio.to_thread(self._look)
        self.now.set_text(
            f'{_people(people)} {"has" if people == 1 else "have"} access, {dormant} of them dormant'
        )
        self.last.set_text(self._said(reviews))

    def _look(self) -> tuple[tuple[int, int], list[AccessReview]]:
        with reading_as(self.viewer) as work:
            return access_review.counts(work), access_review.reviews(work)

    def _said(self, reviews: list[AccessReview]) -> str:
        if not reviews:
            return 'Not reviewed yet.'
        last = reviews[0]
        who = last.reviewer.partition(' <')[0]
        when = moment(last.at, self.viewer.zone, self.viewer.locale)
        said = f'Last reviewed by {who}, {when}: {_people(last.contacts)}, {last.dormant} dormant.'
        return f'{said} “{last.note}”' if last.note else said

    async def _sign_off(self) -> None:
        def verb() -> None:
            with acting_as(self.viewer) as work:
                access_review.sign_off(work, str(self.note.value or ''))

        if await attempt(verb, 'The review is signed off.'):
            self.note.set_value('')
            await self._count()


def _people(count: int) -> str:
    return '1 person' if count == 1 else f'{count} people'
