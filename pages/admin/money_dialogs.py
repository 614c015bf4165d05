"""What staff do with one payment or credit memo: apply it, take it back, refund it, reverse it."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

from nicegui import ui

from components.attempt import attempt
from components.confirm import Question, typed
from components.entries import Entry
from components.formats import money
from pages.admin.billing_fields import AmountField, also, does, reason_field, said_of_use
from pages.admin.payment_dialogs import CHOSEN, OLDEST, WAYS, PartChoice
from portal_app.auth.viewer import StaffViewer
from portal_app.errors import Conflict
from portal_app.models import Credit, Payment, Refund, RefundStatus
from portal_app.money import Money
from portal_app.services import payment_end, refunds, staff_credits, staff_payments
from portal_app.services.money_page import MoneyPage, UsedFor, Verb
from portal_app.services.using_money import Used
from portal_app.work import Work, acting_as


def money_entries(viewer: StaffViewer, found: MoneyPage) -> list[Entry]:
    """What fits its state and the role grants, beside its button."""
    reverse = ('Reverse', 'block') if _is_credit(found) else ('Reverse: it bounced', 'block')
    entries: dict[Verb, tuple[str, str, Callable[[], Any]]] = {
        Verb.REFUND: ('Refund', 'undo', partial(_refund, viewer, found)),
        Verb.ASK: ('Ask about the refund again', 'sync', partial(_ask_again, viewer, found)),
        Verb.REVERSE: (*reverse, partial(_reverse, viewer, found)),
        Verb.END: ('End: it will never arrive', 'block', partial(_end, viewer, found)),
    }
    return [Entry(label, run, icon) for verb, (label, icon, run) in entries.items() if verb in found.verbs]


def apply_dialog(viewer: StaffViewer, found: MoneyPage) -> None:
    """Use what is left for invoices."""
    row, by_credit = found.row, _is_credit(found)
    with Question(f'Apply {row.number}', 'Apply') as form:
        ui.label(
            f'{money(found.left, viewer.locale)} are left. What is disputed is passed over, unless chosen.'
        )
        ways = {way: WAYS[way] for way in (OLDEST, CHOSEN)}
        choice = PartChoice(viewer, row.customer_id, row.currency, ways, by_credit=by_credit)

    def verb(work: Work) -> Used:
        parts, problems = choice.read()
        apply: Any = staff_credits.apply_credit if by_credit else staff_payments.apply_payment
        with also(problems):
            used: Used = apply(work, row.id or 0, parts)
            return used

    does(form, viewer, verb, lambda done: said_of_use(done, viewer.locale))


def unapply_dialog(viewer: StaffViewer, found: MoneyPage, used: UsedFor) -> None:
    """Take it back from an invoice."""
    row, locale = found.row, viewer.locale
    with Question(f'Take {row.number} back from {used.number}', 'Take back') as form:
        ui.label(f'{used.number} is open again by as much, and the money is unapplied.')
        amount = AmountField('Amount', row.currency, locale, used.amount)

    def verb(work: Work) -> Used:
        minor, problem = amount.read()
        unapply: Any = staff_credits.unapply_credit if _is_credit(found) else staff_payments.unapply_payment
        with also({'amount': problem} if problem else {}):
            done: Used = unapply(work, row.id or 0, used.id, minor)
            return done

    does(form, viewer, verb, lambda done: said_of_use(done, locale))


def _refund(viewer: StaffViewer, found: MoneyPage) -> None:
    row, locale = found.row, viewer.locale
    with Question(f'Refund {row.number}', 'Refund') as form:
        ui.label(f'{_how_back(found)} At most {money(found.refundable, locale)}.')
        if found.used and isinstance(row, Payment):
            used = ', '.join(each.number for each in found.used)
            ui.label(f'What is unapplied goes first; then {used} is open again by as much.').classes('strong')
        amount = AmountField('Amount', row.currency, locale, found.refundable)
        reason = reason_field()
    became: list[Refund] = []
    key = [uuid4().hex]

    def verb() -> None:
        minor, problem = amount.read()
        with also({'amount': problem} if problem else {}):
            became[:] = [_give_back(viewer, row, minor, typed(reason), key[0])]
        if became[0].status == RefundStatus.FAILED:
            key[0] = uuid4().hex  # what is tried now is another refund
            raise Conflict(became[0].problem)

    def done() -> str:
        said = money(Money(became[0].amount, became[0].currency), locale)
        if became[0].status == RefundStatus.PENDING:
            return f'The refund of {said} is on its way; this page says when it has arrived.'
        return f'{said} of {row.number} have been refunded.'

    form.does(verb, done)


def _give_back(viewer: StaffViewer, row: Payment | Credit, amount: int, reason: str, key: str) -> Refund:
    if isinstance(row, Payment):
        return refunds.refund_payment(viewer, row.id or 0, amount, reason, key)
    with acting_as(viewer) as work:
        return refunds.refund_credit(work, row.id or 0, amount, reason)


def _how_back(found: MoneyPage) -> str:
    row = found.row
    if isinstance(row, Payment) and row.gateway:
        return f'It goes back to {row.method or "where it came from"}, through the payment gateway.'
    return 'Pay it out yourself, by bank or in cash; here it is written down.'


def _reverse(viewer: StaffViewer, found: MoneyPage) -> None:
    row, is_credit = found.row, _is_credit(found)
    with Question(f'Reverse {row.number}', 'Reverse') as form:
        left = money(found.refundable, viewer.locale)
        ui.label(
            'The customer owes its amount again.'
            if is_credit
            else f'The bank took back the {left} that are left of it: a cheque bounced, a debit was returned.'
        )
        if found.used:
            used = ', '.join(f'{each.number} ({money(each.amount, viewer.locale)})' for each in found.used)
            ui.label(f'Open again: {used}.').classes('strong')
        reason = reason_field()

    def verb(work: Work) -> list[tuple[str, Money]]:
        reverse = staff_credits.reverse_credit if is_credit else staff_payments.charge_back
        return reverse(work, row.id or 0, typed(reason))

    def done(opened: list[tuple[str, Money]]) -> str:
        again = ', '.join(f'{number} by {money(amount, viewer.locale)}' for number, amount in opened)
        return f'{row.number} has been reversed.' + (f' Open again: {again}.' if again else '')

    does(form, viewer, verb, done)


def _end(viewer: StaffViewer, found: MoneyPage) -> None:
    row = found.row
    with Question(f'End {row.number}', 'End payment') as form:
        ui.label(
            'It counts as failed, and its invoices can be paid otherwise. That is refused where its payment '
            'gateway knows it. Should the money arrive all the same, it is entered.'
        )
        ui.label('The customer reads the reason.').classes('strong')
        reason = reason_field()
    form.does(
        lambda: payment_end.end_payment(viewer, row.id or 0, typed(reason)),
        lambda: f'{row.number} has ended.',
    )


async def _ask_again(viewer: StaffViewer, found: MoneyPage) -> None:
    waiting = [each for each in found.refunds if each.status == RefundStatus.PENDING]

    def verb() -> None:
        for each in waiting:
            refunds.ask_again(viewer, each.id or 0)

    await attempt(verb, 'The gateway has been asked; this page says what it answered.')


def _is_credit(found: MoneyPage) -> bool:
    return isinstance(found.row, Credit)
