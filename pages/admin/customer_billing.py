"""The account on a customer's page: balances, latest records, how it pays, on which terms (ACC-01)."""

from datetime import datetime
from urllib.parse import urlencode

from nicegui import ui

from components.account_parts import PartLink, draw_related
from components.confirm import Question, text_field, typed
from components.design import button, heading, link_button, quiet_button
from components.formats import day, money
from pages.admin.billing_fields import does
from pages.admin.credit_dialogs import issue_for_customer
from pages.admin.payment_dialogs import record_for_customer
from portal_app.auth.viewer import StaffViewer
from portal_app.models import PaymentMethod
from portal_app.money import Money
from portal_app.services.billing_lists import OVERDUE
from portal_app.services.billing_rules import ADD, LIST
from portal_app.services.customer_billing import Balance, CustomerBilling, Latest, set_terms
from portal_app.services.customer_page import CustomerPage
from portal_app.services.invoice_page import Party


class CustomerAccount:
    """It is drawn anew with the page, whenever the account has changed."""

    def __init__(self, viewer: StaffViewer, found: CustomerPage, billing: CustomerBilling) -> None:
        self.viewer, self.found, self.billing = viewer, found, billing
        self.party = Party(found.id, found.number, found.name)

    def draw(self) -> None:
        """Balances, then records beside how it pays."""
        with ui.element('section').classes('panel'):
            with ui.element('div').classes('panel-head'):
                heading(2, 'Account')
                self._buttons()
            for balance in self.billing.balances:
                self._balance(balance)
        with ui.element('div').classes('two-panels'):
            self._latest()
            self._methods()

    def _buttons(self) -> None:
        if ADD.grant not in self.found.grants:
            return
        currency = self.billing.balances[0].due.currency
        with ui.element('div').classes('panel-buttons'):
            link_button(
                'New invoice', f'/admin/invoices/new?customer={self.found.number}', icon='receipt_long'
            )
            button(
                'Record payment',
                lambda: record_for_customer(self.viewer, self.party, currency),
                icon='payments',
            )
            button(
                'Issue credit memo',
                lambda: issue_for_customer(self.viewer, self.party, currency, self.found.grants),
                icon='savings',
            )

    def _balance(self, balance: Balance) -> None:
        """Three figures and what of the first is overdue; each leads to the records behind it."""
        due = balance.due.currency
        overdue = [('age', age) for age in OVERDUE]
        unpaid = [('status', state) for state in ('Open', 'Partially Paid', 'Overdue')]
        with ui.element('div').classes('staff-figures'):
            _figure(
                'Amount due', self._money(balance.due), self._link('invoices', [*unpaid, ('currency', due)])
            )
            _figure(
                'Overdue', self._money(balance.overdue), self._link('invoices', [*overdue, ('currency', due)])
            )
            _figure(
                'Available credit', self._money(balance.credit), self._link('credits', [('currency', due)])
            )
            _figure('Net', self._money(balance.net))

    def _latest(self) -> None:
        with ui.element('section').classes('panel'):
            heading(2, 'Latest billing records')
            if not self.billing.latest:
                ui.label('Nothing has been billed yet.').classes('soft')
            draw_related([self._record(each) for each in self.billing.latest])
            if LIST.grant in self.found.grants:
                with ui.element('div').classes('panel-links'):
                    for title in ('Invoices', 'Payments', 'Credits', 'Refunds'):
                        ui.link(f'All {title.lower()}', self._link(title.lower()))

    def _methods(self) -> None:
        with ui.element('section').classes('panel'):
            heading(2, 'Payment methods')
            if not self.billing.methods:
                ui.label('The customer has saved none.').classes('soft')
            draw_related([_method(each) for each in self.billing.methods])
            said = 'on: the default method is charged on the due date' if self.billing.auto_pay else 'off'
            ui.label(f'Auto pay is {said}.').classes('soft small')

    def _record(self, latest: Latest) -> PartLink:
        when = latest.when
        if isinstance(when, datetime):
            when = when.astimezone(self.viewer.zone).date()
        about = day(when, self.viewer.locale)
        return PartLink(
            latest.number,
            money(latest.amount, self.viewer.locale),
            f'/admin/{latest.target}',
            latest.state,
            about,
        )

    def _link(self, key: str, filters: list[tuple[str, str]] | None = None) -> str:
        """A list of this customer's records alone."""
        return f'/admin/{key}?{urlencode([("customer_number", self.found.number), *(filters or [])])}'

    def _money(self, amount: Money) -> str:
        return money(amount, self.viewer.locale)


def terms_words(days: int) -> str:
    """Payment terms as people say them."""
    return f'Due within {days} day{"" if days == 1 else "s"}' if days else 'Due on receipt'


def terms_button(viewer: StaffViewer, found: CustomerPage) -> None:
    """Change terms and address."""

    def ask() -> None:
        with Question(f'Billing of {found.name}', 'Save') as form:
            days = text_field(
                'Payment terms in days, 0 is due on receipt', str(found.payment_terms), longest=4
            )
            days.props('inputmode=numeric autofocus')
            address = ui.textarea('Address as it is printed', value=found.address)
            address.props('dense outlined autogrow maxlength=600')
            ui.label('Invoices that there are keep their due date.').classes('soft small')
        does(
            form,
            viewer,
            lambda work: set_terms(work, found.id, _whole(typed(days)), typed(address)),
            lambda _: 'The terms and the address have been saved.',
        )

    with ui.element('div').classes('terms'):
        quiet_button('Edit terms and address', ask, icon='edit')


def _whole(text: str) -> int:
    """The number of days; -1, which is refused, for what is none."""
    return int(text) if text.isascii() and text.strip().isdecimal() else -1


def _method(method: PaymentMethod) -> PartLink:
    expires = f'until {method.expires_month:02}/{method.expires_year}' if method.expires_year else ''
    return PartLink(method.name, expires, status='Default' if method.is_default else '')


def _figure(name: str, value: str, target: str = '') -> None:
    with ui.element('div').classes('staff-figure'):
        ui.label(name).classes('soft small')
        if target:
            ui.link(value, target).classes('figure-value')
        else:
            ui.label(value).classes('figure-value')
