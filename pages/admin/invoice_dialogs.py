"""What staff do with one invoice: the entries of its menu, and the dialogs behind them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from nicegui import ui

from components.confirm import Question, text_field, typed
from components.entries import Entry
from components.formats import day, money
from pages.admin.billing_fields import AmountField, also, does, later, reason_field, said_of_use
from pages.admin.credit_dialogs import issue_for_invoice
from portal_app.auth.viewer import StaffViewer
from portal_app.money import Money
from portal_app.services import invoice_drafts, invoicing, staff_credits, staff_payments
from portal_app.services.invoice_page import InvoicePage, Part, Verb
from portal_app.services.invoicing import Freed, Posted
from portal_app.services.using_money import Used
from portal_app.work import Work

Go = Callable[[str], None]
LIST = '/admin/invoices'


def invoice_entries(viewer: StaffViewer, found: InvoicePage, go: Go) -> list[Entry]:
    """What fits its state and the role grants, beside its buttons."""
    entries: dict[Verb, tuple[str, str, Callable[[], None]]] = {
        Verb.MAIL: ('Send by mail', 'outgoing_mail', partial(_mail, viewer, found)),
        Verb.APPLY: ('Apply credit', 'price_check', partial(_apply, viewer, found)),
        Verb.CREDIT: ('Issue credit memo', 'savings', partial(issue_for_invoice, viewer, found)),
        Verb.DISPUTE: ('Mark as disputed', 'gavel', partial(_dispute, viewer, found)),
        Verb.SETTLE: ('End the dispute', 'handshake', partial(_settle, viewer, found)),
        Verb.ASSIGN: ('Give to another customer', 'swap_horiz', partial(_assign, viewer, found)),
        Verb.DELETE: ('Delete draft', 'delete', partial(_delete, viewer, found, go)),
        Verb.WRITE_OFF: ('Write off', 'money_off', partial(_write_off, viewer, found)),
        Verb.VOID: ('Void', 'block', partial(_void, viewer, found)),
    }
    return [Entry(label, run, icon) for verb, (label, icon, run) in entries.items() if verb in found.verbs]


def post_dialog(viewer: StaffViewer, found: InvoicePage, go: Go) -> None:
    """The draft becomes an invoice with a number."""
    row, locale = found.row, viewer.locale
    became: list[Posted] = []
    with Question(f'Post {row.number}', 'Post') as form:
        ui.label(
            f'{found.customer.name} owes {money(found.money(row.total), locale)} as of '
            f'{day(row.date, locale)}, due {day(row.due_date, locale)}. It gets its number, and cannot be '
            'changed any more.'
        )

    def verb(work: Work) -> Posted:
        became[:] = [invoicing.post_invoice(work, row.id or 0)]
        return became[0]

    does(
        form,
        viewer,
        verb,
        lambda done: f'{done.number} has been posted.{later(done.counts_from, locale)}',
        lambda: go(f'{LIST}/{became[0].number}'),
    )


def _mail(viewer: StaffViewer, found: InvoicePage) -> None:
    with Question(f'Send {found.row.number} by mail', 'Send') as form:
        ui.label(
            f'The billing contact of {found.customer.name} gets it with its PDF, and with a link to pay it '
            'while it is open.'
        )
    does(
        form,
        viewer,
        lambda work: invoicing.mail_invoice(work, found.row.id or 0),
        lambda to: f'{found.row.number} is on its way to {", ".join(to)}.',
    )


def _void(viewer: StaffViewer, found: InvoicePage) -> None:
    with Question(f'Void {found.row.number}', 'Void') as form:
        ui.label('Nothing of it is owed any more. This cannot be undone.')
        if found.parts:
            free = ', '.join(f'{money(part.amount, viewer.locale)} of {part.number}' for part in found.parts)
            ui.label(f'What was applied to it comes free: {free}.').classes('strong')
        reason = reason_field()

    def done(freed: list[Freed]) -> str:
        free = ', '.join(f'{money(each.amount, viewer.locale)} of {each.number}' for each in freed)
        return f'{found.row.number} is void.' + (f' Unapplied again: {free}.' if free else '')

    does(form, viewer, lambda work: invoicing.void_invoice(work, found.row.id or 0, typed(reason)), done)


def _write_off(viewer: StaffViewer, found: InvoicePage) -> None:
    with Question(f'Write off {found.row.number}', 'Write off') as form:
        open = money(found.money(found.row.balance), viewer.locale)
        ui.label(f'{open} that are open are given up, and owed no more.')
        reason = reason_field()
    does(
        form,
        viewer,
        lambda work: invoicing.write_off_invoice(work, found.row.id or 0, typed(reason)),
        lambda gone: f'{money(gone, viewer.locale)} of {found.row.number} have been written off.',
    )


def _dispute(viewer: StaffViewer, found: InvoicePage) -> None:
    with Question(f'Mark {found.row.number} as disputed', 'Mark as disputed') as form:
        ui.label('It stays owed. The customer sees the note; automatic payments pass it over.')
        note = reason_field('What is disputed')
    does(
        form,
        viewer,
        lambda work: invoicing.dispute_invoice(work, found.row.id or 0, typed(note)),
        lambda _: f'{found.row.number} is marked as disputed.',
    )


def _settle(viewer: StaffViewer, found: InvoicePage) -> None:
    with Question(f'End the dispute about {found.row.number}', 'End the dispute') as form:
        note = reason_field('How it ended')
    does(
        form,
        viewer,
        lambda work: invoicing.settle_dispute(work, found.row.id or 0, typed(note)),
        lambda _: f'The dispute about {found.row.number} is over.',
    )


def _assign(viewer: StaffViewer, found: InvoicePage) -> None:
    with Question(f'Give {found.row.number} to another customer', 'Give') as form:
        ui.label('Its dates and lines stay as they are.')
        customer = text_field('Number of the customer', longest=64).props('autofocus')
    does(
        form,
        viewer,
        lambda work: invoice_drafts.assign_draft(work, found.row.id or 0, typed(customer)),
        lambda _: f'{found.row.number} is for {typed(customer).strip()} now.',
    )


def _delete(viewer: StaffViewer, found: InvoicePage, go: Go) -> None:
    with Question(f'Delete {found.row.number}', 'Delete') as form:
        ui.label('The draft is gone for good. Usage that it would have billed can be billed again.')
    does(
        form,
        viewer,
        lambda work: invoice_drafts.delete_draft(work, found.row.id or 0),
        lambda _: f'{found.row.number} has been deleted.',
        lambda: go(LIST),
    )


def _apply(viewer: StaffViewer, found: InvoicePage) -> None:
    """Use a payment or a credit memo with something left."""
    row, locale = found.row, viewer.locale
    room = row.balance - row.pending
    places = dict(enumerate(found.free))
    with Question(f'Apply credit to {row.number}', 'Apply') as form:
        ui.label(f'{money(found.money(room), locale)} are open.')
        titles = {
            place: f'{part.number}: {money(part.amount, locale)} left' for place, part in places.items()
        }
        source = ui.select(titles, label='What is used', value=0).props('dense outlined options-dense')
        amount = AmountField('Amount', row.currency, locale, _fitting(places[0], room))

    def chosen() -> Part:
        return places[source.value if source.value in places else 0]

    source.on_value_change(lambda _: amount.show(_fitting(chosen(), room)))

    def verb(work: Work) -> Used:
        part, (minor, problem) = chosen(), amount.read()
        parts = [(row.id or 0, minor)]
        apply: Any = staff_credits.apply_credit if part.is_credit else staff_payments.apply_payment
        with also({f'invoice {row.number}': problem} if problem else {}):
            used: Used = apply(work, part.id, parts)
            return used

    does(form, viewer, verb, lambda done: said_of_use(done, locale))


def _fitting(part: Part, room: int) -> Money:
    return Money(min(part.amount.minor, room), part.amount.currency)
