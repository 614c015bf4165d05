"""The dialog that issues a credit memo."""

from uuid import uuid4

from nicegui import ui

from components.confirm import Question, text_field, ticked, typed
from components.formats import money
from pages.admin.billing_fields import (
    AmountField,
    also,
    currencies,
    day_field,
    day_typed,
    does,
    reason_field,
    said_of_use,
)
from portal_app.auth.permissions import Permission
from portal_app.auth.viewer import StaffViewer
from portal_app.business_day import business_day
from portal_app.models import Invoice
from portal_app.money import Money
from portal_app.services import staff_credits
from portal_app.services.billing_rules import EDIT
from portal_app.services.invoice_page import InvoicePage, Party, Verb
from portal_app.services.staff_credits import TypedCredit
from portal_app.services.using_money import Used
from portal_app.work import Work


def issue_for_invoice(viewer: StaffViewer, found: InvoicePage) -> None:
    """A credit memo that corrects an invoice."""
    _issue(viewer, found.customer, found.row.currency, may_apply=Verb.MAIL in found.verbs, invoice=found.row)


def issue_for_customer(viewer: StaffViewer, customer: Party, currency: str, grants: frozenset[str]) -> None:
    """A credit memo without one."""
    _issue(viewer, customer, currency, may_apply=_may(grants, EDIT))


def _issue(
    viewer: StaffViewer, customer: Party, currency: str, *, may_apply: bool, invoice: Invoice | None = None
) -> None:
    open = Money(invoice.balance, currency) if invoice and invoice.balance else None
    key = uuid4().hex
    with Question(f'Issue credit memo to {customer.name}', 'Issue credit memo') as form:
        if invoice:
            said = f'{money(open, viewer.locale)} are open.' if open else 'Nothing of it is open.'
            ui.label(f'It corrects {invoice.number}. {said}').classes('soft')
        with ui.element('div').classes('field-pairs'):
            amount = AmountField('Amount', currency, viewer.locale)
            amount.field.props('autofocus')
            if invoice is None:
                _currency_field(amount, currency)
            day = day_field('Date', business_day())
            reference = text_field('Reference', longest=100)
        reason = reason_field(first=False)
        ways = 'this invoice' if invoice else 'the oldest invoices'
        applies = ui.checkbox(f'Apply it to {ways} at once', value=may_apply).props('dense')
        applies.set_visibility(may_apply)

    def verb(work: Work) -> Used:
        minor, problem = amount.read()
        with also({'amount': problem} if problem else {}):
            return staff_credits.issue_credit(
                work,
                TypedCredit(
                    customer.id,
                    minor,
                    amount.currency,
                    typed(reason),
                    day_typed(day),
                    typed(reference),
                    invoice.id if invoice else None,
                    may_apply and ticked(applies),
                    key,
                ),
            )

    does(form, viewer, verb, lambda done: said_of_use(done, viewer.locale))


def _currency_field(amount: AmountField, currency: str) -> None:
    chosen = ui.select(currencies(), label='Currency', value=currency, with_input=True)
    chosen.props('dense outlined options-dense fill-input hide-selected')
    chosen.on_value_change(lambda event: _set_currency(amount, event.value))


def _set_currency(amount: AmountField, currency: object) -> None:
    if currency in currencies():
        amount.set_currency(str(currency))


def _may(grants: frozenset[str], permission: Permission) -> bool:
    return permission.grant in grants
