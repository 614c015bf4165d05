"""A dialog that shows what a change means while it is chosen, and makes it only as it was shown (POR-07)."""

import asyncio
from collections.abc import Callable
from types import TracebackType

from nicegui import background_tasks, ui

from components.account_parts import draw_sums
from components.confirm import Question, show_reasons
from components.formats import day, money
from components.leaving import leave
from components.live import on_change
from portal_app.auth.viewer import PortalViewer
from portal_app.errors import Conflict, PortalError, SignedOut
from portal_app.live import Change, Topic
from portal_app.money import Money
from portal_app.services import subscription_changes
from portal_app.services.subscription_offers import Offer
from portal_app.services.subscription_preview import Kind, Preview, Wanted
from portal_app.work import acting_as, reading_as

UNITS = {'Monthly': 'month', 'Quarterly': 'quarter', 'Yearly': 'year'}
NOT_YET = 'What this means is being looked up. Please try again.'


def per_cycle(amount: Money, cycle: str, locale: str) -> str:
    """A price: $195.00 per month."""
    return f'{money(amount, locale)} per {UNITS[cycle]}'


class ChangeDialog:
    """The fields are drawn inside `with`; `wanted` reads them, and is None while there is nothing to show."""

    def __init__(
        self,
        viewer: PortalViewer,
        found: Offer,
        title: str,
        act: str,
        wanted: Callable[[], Wanted | None],
        leave: str = 'Cancel',
    ) -> None:
        self.viewer, self.found, self.wanted = viewer, found, wanted
        self.shown: Preview | None = None
        self.number = ''
        self.turn = 0
        self.question = Question(title, act, leave)
        self.question.act.disable()
        self.question.does(self._confirm, self._done, refused=self.look)

    def __enter__(self) -> 'ChangeDialog':
        self.question.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.place = ui.element('div').classes('change-preview').props('role=status')
        stops = (
            on_change(Topic.SETUP, self._follow),
            on_change(Topic.BILLING, self._follow, concerns=self._is_about),
        )
        for stop in stops:
            self.question.dialog.on('hide', stop)
        background_tasks.create(self.look(), name='preview', context=ui.context.slot)
        self.question.__exit__(kind, error, trace)

    async def look(self) -> None:
        """Look up what the change means now, and show it; until then it cannot be made."""
        self.turn += 1
        turn, wanted, self.shown = self.turn, self.wanted(), None
        self.question.act.disable()
        if wanted is None:
            self.place.clear()
            return
        try:
            found = await asyncio.to_thread(self._preview, wanted)
        except SignedOut as error:
            with self.question.client:
                leave(error)
        except PortalError as error:
            if self._is_current(turn):
                show_reasons(self.place, error.message.split('\n'))
        else:
            if self._is_current(turn):
                self._show(found)

    def _is_current(self, turn: int) -> bool:
        return turn == self.turn and not self.place.is_deleted

    def _preview(self, wanted: Wanted) -> Preview:
        with reading_as(self.viewer) as work:
            return subscription_changes.preview(work, self.found.id, wanted)

    def _show(self, found: Preview) -> None:
        self.shown = found
        self.place.clear()
        with self.place:
            draw_preview(found, self.viewer.locale)
        self.question.act.enable()

    def _confirm(self) -> None:
        shown = self.shown
        if shown is None:
            raise Conflict(NOT_YET)
        with acting_as(self.viewer) as work:
            done = subscription_changes.confirm(work, self.found.id, shown.wanted, shown.token)
        self.shown, self.number = done.preview, done.invoice_number

    def _done(self) -> str:
        assert self.shown
        billed = f' Invoice {self.number} is on your account.' if self.number else ''
        return f'{self.shown.number}: {self.shown.sentence}.{billed}'

    def _is_about(self, change: Change) -> bool:
        return change.customer_id in (None, self.found.customer_id)

    async def _follow(self, _change: Change) -> None:
        """Something changed elsewhere: what is shown must be what would happen."""
        if not self.question.running and not self.place.is_deleted:
            await self.look()


def draw_preview(found: Preview, locale: str) -> None:
    """What a change means, in words and sums."""
    for sentence in _sentences(found, locale):
        ui.label(sentence)
    unit, rows = UNITS[found.cycle], []
    strong = []
    if found.wanted.kind in (Kind.QUANTITY, Kind.PLAN, Kind.WITHDRAW):
        before = 'would have been' if found.wanted.kind == Kind.WITHDRAW else 'now'
        rows.append((f'Price per {unit} {before}', money(found.before.per_cycle, locale)))
        after = f'Price per {unit} from {day(found.starts_on, locale)}'
        rows.append((after, money(found.after.per_cycle, locale)))
    if found.charge.minor:
        rest = f'Rest of this cycle ({found.days_left} of {found.days} days)'
        rows.append((rest, money(found.charge, locale)))
        if found.invoiced:
            if found.tax.minor:
                rows.append(('Tax', money(found.tax, locale)))
            strong.append('Billed now')
            rows.append(('Billed now', money(found.total, locale)))
    if found.next_billing_on and found.next_amount:
        billing = f'Next billing on {day(found.next_billing_on, locale)}, without tax'
        rows.append((billing, money(found.next_amount, locale)))
    if rows:
        draw_sums(rows, strong=strong)
    if found.has_usage:
        ui.label('Usage is billed beside this, as it is used.').classes('soft small')


def _sentences(found: Preview, locale: str) -> list[str]:
    when = day(found.starts_on, locale)
    match found.wanted.kind:
        case Kind.CANCEL:
            return [f'It works as before until {when}, when it ends.']
        case Kind.RESUME | Kind.WITHDRAW:
            return []
    if not found.at_once:
        return [f'In force from {when}, when the next cycle begins. Until then nothing changes.']
    said = ['In force at once.']
    if found.charge.minor and not found.invoiced:
        said.append('The rest of this cycle comes on one of your next invoices.')
    if found.invoiced and found.billed_to_parent:
        said.append('It is billed to your parent company.')
    return said
