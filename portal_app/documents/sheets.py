"""What a document says. Amounts are whole minor units of the sheet's currency; days are calendar days."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

Tax = tuple[Decimal, int, int]  # rate in percent, what it is of, the tax
Paid = tuple[dt.date, str, int]  # day, what it was (Visa •••• 4242, CM-2041), amount
Applied = tuple[str, dt.date, int]  # number of the invoice, day, amount
Bucket = tuple[str, int]  # how old (1–30 days), amount


@dataclass(frozen=True, kw_only=True)
class Seller:
    """Who bills."""

    name: str
    address: str = ''  # as it is printed, a few lines
    email: str = ''
    phone: str = ''
    logo: bytes | None = None  # PNG or JPEG, as `pictures` encodes them
    logo_content_type: str = ''
    logo_tone: str = ''  # the picture's `tone`: average colour where it is see-through, as HEX
    colour: str = '#1d4ed8'  # HEX
    zone_name: str = 'UTC'  # in which moments are shown


@dataclass(frozen=True, kw_only=True)
class Party:
    """Who is billed."""

    name: str
    number: str = ''
    address: str = ''  # a few lines


@dataclass(frozen=True, kw_only=True)
class SheetLine:
    """One line of an invoice."""

    description: str
    period: str = ''  # as it is printed
    quantity: Decimal
    unit: str = ''
    unit_price: Decimal  # in major units; may have more decimals than the currency
    amount: int  # without tax; may be negative
    tax_rate: Decimal = Decimal(0)  # percent


@dataclass(frozen=True, kw_only=True)
class InvoiceSheet:
    """An invoice: balance = total - paid - credited - written_off; zero once void."""

    seller: Seller
    party: Party
    number: str
    date: dt.date
    due_date: dt.date
    status: str  # as people know it: Posted, Overdue, Void
    currency: str
    lines: tuple[SheetLine, ...]
    subtotal: int
    tax: int
    total: int
    paid: int
    credited: int
    balance: int
    written_off: int = 0
    pending: int = 0  # of payments under way
    taxes: tuple[Tax, ...] = ()
    payments: tuple[Paid, ...] = ()  # also the credits applied
    reference: str = ''  # the customer's own, such as a purchase order
    note: str = ''
    terms: str = ''
    service_for: str = ''  # name of the child that it is for
    pay_url: str = ''  # where it can be paid; empty where it cannot
    locale: str = 'en_US'


@dataclass(frozen=True, kw_only=True)
class ReceiptSheet:
    """What became of a payment: unapplied = amount - applied - refunded."""

    seller: Seller
    party: Party
    number: str
    at: dt.datetime  # aware
    zone: str = ''  # in which `at` is shown; the seller's where it is empty
    method: str = ''
    reference: str = ''
    status: str
    currency: str
    amount: int
    refunded: int = 0
    applied: tuple[Applied, ...] = ()
    unapplied: int = 0
    locale: str = 'en_US'


@dataclass(frozen=True, kw_only=True)
class StatementLine:
    """One entry: a charge or a payment, and the balance after it."""

    date: dt.date
    kind: str  # Invoice, Payment, Credit
    number: str
    description: str = ''
    charge: int | None = None
    payment: int | None = None  # what the balance falls by
    balance: int


@dataclass(frozen=True, kw_only=True)
class StatementSheet:
    """A period of one account in one currency: closing = opening + charges - payments."""

    seller: Seller
    party: Party
    number: str
    start: dt.date
    end: dt.date  # its last day
    issued: dt.date
    currency: str
    opening: int
    closing: int
    entries: tuple[StatementLine, ...]
    ageing: tuple[Bucket, ...] = ()
    locale: str = 'en_US'


@dataclass(frozen=True, kw_only=True)
class CreditMemoSheet:
    """A credit and what it was applied to: balance is what is left of it."""

    seller: Seller
    party: Party
    number: str
    date: dt.date
    reason: str = ''
    reference: str = ''
    currency: str
    amount: int
    balance: int
    applied: tuple[Applied, ...] = ()
    locale: str = 'en_US'
