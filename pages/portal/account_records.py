"""What the pages of billing records have in common: larger drawers, documents, and amounts that are live."""

from collections.abc import Sequence
from typing import Any, ClassVar

from nicegui import ui

from components.account_parts import PartLink, draw_related, section
from components.design import link_button
from components.detail import Drawer
from components.formats import local_day, money
from components.live import on_change
from components.quick_filter import Choice, QuickFilter
from components.record_table import Extras
from pages.portal import lookups
from pages.portal.frame import document_address, record_address
from pages.portal.records import PortalRecords
from portal_app.listings import Page
from portal_app.live import Change, Topic
from portal_app.queries import Query
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.services.related import MoneyBack, Related
from portal_app.work import Work

DETAIL = 'detail'  # of a record that was looked up for the drawer: no field has this name


class AccountRecords(PortalRecords):
    """One open page of billing records. Each tab's says what its drawer shows."""

    beside: ClassVar[tuple[str, ...]] = ()  # fields that stand there already
    choices: ClassVar[tuple[Choice, ...]] = ()  # of one click, by status

    def look_at(self, record_id: int) -> dict[str, Any]:
        """One record, with what stands in its drawer beside the fields."""
        record, detail = lookups.record_with(self.viewer, self.listing, record_id, self.details)
        return {**record, DETAIL: detail}

    def details(self, work: Work, record_id: int) -> Any:
        """Look up what stands in the drawer beside the fields. Runs in a thread."""
        raise NotImplementedError

    def draw_detail_top(self, detail: Any) -> None:
        """Draw what can be done with the record: its document, where it has one."""
        if detail.has_document:
            where = document_address(self.viewer, self.listing.key, self.opened)
            link_button('Download PDF', where, icon='picture_as_pdf')

    def draw_detail(self, detail: Any) -> None:
        """Draw what stands below the fields."""
        raise NotImplementedError

    def fill(self, drawer: Drawer, record: dict[str, Any]) -> None:
        """Show a record in a drawer that is open."""
        said = [name for name in self.listing.by_name if record.get(name) not in (None, '')]
        shown = self.listing.showing([name for name in said if name not in self.beside])
        self.opened, detail = record['id'], record[DETAIL]
        drawer.fill(
            shown,
            record,
            self.viewer.zone,
            self.viewer.locale,
            above=lambda: self._draw_top(detail),
            below=lambda: self.draw_detail(detail),
        )

    def extras(self) -> Extras:
        """The document of each row, where it has one."""
        return Extras(document=self._document if self.listing.has_document else None)

    def draw_above(self) -> None:
        """The choices of one click."""
        self.quick = None
        if self.choices and 'status' in self.listing.by_name:
            self.quick = QuickFilter('status', self.choices, 'Status', self.change)
        super().draw_above()

    async def build(self) -> None:
        """Draw everything, and follow the accounts."""
        await super().build()
        on_change(Topic.BILLING, self._billed, concerns=self._is_seen, pause=0.3)

    async def show(self, query: Query, page: Page) -> None:
        """Show rows, and which choice they follow from."""
        await super().show(query, page)
        if self.quick:
            self.quick.show(query)

    def draw_records(self, title: str, records: Sequence[Related]) -> None:
        """Draw a part with records that lead to their own drawers; nothing without any."""
        if records:
            with section(title):
                draw_related([self._link(each) for each in records])

    def draw_refunds(self, refunds: Sequence[MoneyBack]) -> None:
        """Draw what went back to the customer; nothing without any."""
        if refunds:
            with section('Refunds'):
                draw_related([self._refund(each) for each in refunds])

    def _draw_top(self, detail: Any) -> None:
        with ui.element('div').classes('detail-actions'):
            self.draw_detail_top(detail)

    def _refund(self, back: MoneyBack) -> PartLink:
        locale = self.viewer.locale
        what = 'Taken back by the bank' if back.is_chargeback else ''
        about = [local_day(back.when, self.viewer.zone, locale), what, back.reason]
        return PartLink(
            back.number, money(back.amount, locale), '', back.status, ' · '.join(filter(None, about))
        )

    def _link(self, record: Related) -> PartLink:
        locale = self.viewer.locale
        when = local_day(record.when, self.viewer.zone, locale) if record.when else ''
        about = [when, record.about]
        return PartLink(
            title=record.number or PORTAL_OBJECTS[record.key].singular,
            amount=money(record.amount, locale),
            address=record_address(self.viewer, record.key, record.id),
            status=record.status,
            about=' · '.join(filter(None, about)),
        )

    def _document(self, row: dict[str, Any]) -> str:
        return document_address(self.viewer, self.listing.key, row['id'])

    async def _billed(self, _change: Change) -> None:
        """Something of the account has changed: show it as it is now."""
        await self.load()
        await self.look_again()
