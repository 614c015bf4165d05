"""What the pages of a payment and of a credit memo have in common."""

from abc import abstractmethod

from nicegui import ui

from components.account_parts import PartLink, draw_related, draw_sums
from components.design import heading, link_button, main_button, quiet_button
from components.states import BADGES
from pages.admin.billing_record import BillingRecord, facts
from pages.admin.money_dialogs import apply_dialog, money_entries, unapply_dialog
from portal_app.auth.viewer import StaffViewer
from portal_app.models import Refund
from portal_app.money import Money
from portal_app.services.money_page import MoneyPage, UsedFor, Verb
from portal_app.work import Work, reading_as


class MoneyRecord(BillingRecord):
    """One open page of a payment or a credit memo."""

    found: MoneyPage

    def __init__(self, viewer: StaffViewer, grants: frozenset[str], number: str) -> None:
        super().__init__(viewer, grants)
        self.number = number

    @abstractmethod
    def look_up(self, work: Work) -> MoneyPage:
        """The record. Raises NotFound."""

    @abstractmethod
    def draw_facts(self) -> None:
        """What is stored of it."""

    @abstractmethod
    def draw_sums(self) -> list[tuple[str, int]]:
        """Its amounts with their names."""

    def banners(self) -> None:
        """What stands above all of it."""

    @property
    def has_document(self) -> bool:
        """Whether there is a PDF of it."""
        return True

    def look(self) -> None:
        """By its number."""
        with reading_as(self.viewer) as work:
            self.found = self.look_up(work)

    @property
    def customer_ids(self) -> set[int]:
        """Whose it is."""
        return {self.found.row.customer_id}

    def draw_content(self) -> None:
        """The record."""
        found = self.found
        self.head(found.row.number, [found.state], self._buttons, money_entries(self.viewer, found))
        self.banners()
        with ui.element('div').classes('two-panels'):
            with ui.element('section').classes('panel'):
                heading(2, 'Summary')
                with facts():
                    self.customer_fact('Customer', found.customer)
                    self.draw_facts()
            with ui.element('section').classes('panel'):
                heading(2, 'Amounts')
                self._sums()
        self._used('Applied to', found.used, takes_back=Verb.UNAPPLY in found.verbs)
        self._used('Meant for, once it arrives', found.planned)
        if found.refunds:
            self._refunds()

    def _buttons(self) -> None:
        if self.has_document:
            kind = self.list_path.rpartition('/')[2]
            link_button('PDF', f'/admin/documents/{kind}/{self.found.row.id}.pdf', icon='download')
        if Verb.APPLY in self.found.verbs:
            main_button('Apply', lambda: apply_dialog(self.viewer, self.found))

    def _sums(self) -> None:
        currency = self.found.row.currency
        sums = [(name, self.money(Money(minor, currency))) for name, minor in self.draw_sums()]
        if self.found.going_back.minor:
            sums.append(('On its way back', self.money(self.found.going_back)))
        draw_sums([*sums, ('Left', self.money(self.found.left))], strong=['Left'])

    def _used(self, title: str, used: tuple[UsedFor, ...], *, takes_back: bool = False) -> None:
        if not used:
            return
        with ui.element('section').classes('panel'):
            heading(2, title)
            with ui.element('ul').classes('part-list'):
                for each in used:
                    with ui.element('li').classes('part-row'):
                        with ui.element('div').classes('part-title'):
                            ui.link(each.number, f'/admin/invoices/{each.number}')
                            ui.label(each.state).classes(f'badge {BADGES.get(each.state, "badge-off")}')
                        with ui.element('div').classes('part-side'):
                            ui.label(self.money(each.amount)).classes('part-amount')
                            if takes_back:
                                quiet_button(
                                    'Take back',
                                    lambda each=each: unapply_dialog(self.viewer, self.found, each),
                                )

    def _refunds(self) -> None:
        with ui.element('section').classes('panel'):
            heading(2, 'Gone back')
            draw_related([self._refund(each) for each in self.found.refunds])

    def _refund(self, refund: Refund) -> PartLink:
        kind = 'Chargeback, ' if refund.is_chargeback else ''
        about = f'{kind}{self.day(refund.at)}. {refund.reason}'
        if refund.problem:
            about += f' {refund.problem}'
        return PartLink(
            refund.number,
            self.money(Money(refund.amount, refund.currency)),
            status=refund.status,
            about=about,
        )
