"""A draft as its editor shows it, in the viewer's locale, and what it comes to while it is typed."""

from datetime import date
from decimal import Decimal

from components.formats import money, number_input, tax_of
from components.invoice_form import InvoiceText
from components.line_editor import LineText
from portal_app.business_day import business_day
from portal_app.money import Money
from portal_app.services.invoice_form import TypedInvoice
from portal_app.services.invoice_lines import checked, sums_of
from portal_app.services.money_page import Account

Sums = list[tuple[str, str]]


def text_of(draft: TypedInvoice | None, account: Account | None, locale: str) -> InvoiceText:
    """What stands in the fields at first; without a draft, a new one of today."""
    if draft is None:
        return InvoiceText(account.currency if account else '', business_day().isoformat())
    lines = tuple(
        LineText(
            each.description,
            _in_locale(each.quantity, locale),
            each.unit,
            _in_locale(each.unit_price, locale),
            _in_locale(each.tax_rate, locale),
            each.id,
        )
        for each in draft.lines
    )
    return InvoiceText(
        draft.currency, str(draft.date), str(draft.due_date), draft.reference, draft.note, lines
    )


def sums_shown(typed: TypedInvoice, locale: str) -> tuple[list[str], Sums]:
    """What each line comes to, empty where it is not right, and what those that are right come to."""

    def said(minor: int) -> str:
        return money(Money(minor, typed.currency), locale)

    lines = [checked(typed.currency, [line])[0] for line in typed.lines]
    sums = sums_of(line for found in lines for line in found)
    taxes = [
        (tax_of(rate, Money(net, typed.currency), locale), said(tax))
        for rate, net, tax in sums.by_rate
        if rate
    ]
    amounts = [said(found[0].amount) if found else '' for found in lines]
    return amounts, [('Subtotal', said(sums.subtotal)), *taxes, ('Total', said(sums.total))]


def day_of(text: str) -> date | None:
    """The day that was typed; None for nothing and for what is no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _in_locale(plain: str, locale: str) -> str:
    return number_input(Decimal(plain), locale)
