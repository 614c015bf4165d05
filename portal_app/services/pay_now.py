"""The Pay Now page: whoever has the link of an invoice's mail sees that invoice, and pays it (POR-09).

Looking changes nothing: mail scanners open links. A token is in no log, record or address of a gateway.
"""

from dataclasses import dataclass

from sqlmodel import col, func, select

from portal_app.auth.rate_limits import PAY_PER_ADDRESS, count_try
from portal_app.auth.viewer import Visitor
from portal_app.documents.formats import Formats
from portal_app.errors import Conflict, Invalid
from portal_app.gateways import gateway
from portal_app.gateways.gateway import Ability
from portal_app.hosts import public_url
from portal_app.models import UNDER_WAY, Contact, Invoice, InvoiceLine, Payment, PaymentStatus
from portal_app.services import charging
from portal_app.services.billing_states import invoice_state
from portal_app.services.organization import organization
from portal_app.services.pay_links import PATH, Linked, find
from portal_app.services.payment_start import NO_GATEWAY, start
from portal_app.services.sign_in import Browser
from portal_app.work import Work, acting_as, reading_as

ORIGIN = 'pay link'
MOST_LINES = 8
LONGEST_KEY = 64  # characters


@dataclass(frozen=True)
class PayNow:
    """An invoice as its link shows it: everything in words. `why_not` is why nothing can be paid now.

    `waits_at` is the gateway's page where a payment of this link waits for its person; `failed` is why the
    last one failed.
    """

    number: str
    customer: str
    state: str
    total: str
    open: str
    date: str
    due_date: str
    lines: tuple[tuple[str, str], ...]
    more_lines: int
    tax: str
    pending: str
    why_not: str
    waits_at: str
    failed: str


def look(token: str) -> PayNow:
    """What the page shows. Raises PayLinkEnded, which tells no more."""
    with reading_as(Visitor()) as work:
        linked = find(work, token)
        invoice, words = linked.invoice, Formats(organization(work).locale, linked.invoice.currency)
        last = _payments(work, linked)[:1]
        lines = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id)
        count = select(func.count()).where(InvoiceLine.invoice_id == invoice.id)
        return PayNow(
            number=invoice.number,
            customer=linked.customer.name,
            state=invoice_state(invoice),
            total=words.money(invoice.total),
            open=words.money(invoice.balance - invoice.pending),
            date=words.day(invoice.date),
            due_date=words.day(invoice.due_date),
            lines=tuple(
                (line.description, words.money(line.amount))
                for line in work.session.exec(lines.order_by(col(InvoiceLine.position)).limit(MOST_LINES))
            ),
            more_lines=max(0, work.session.exec(count).one() - MOST_LINES),
            tax=words.money(invoice.tax) if invoice.tax else '',
            pending=words.money(invoice.pending) if invoice.pending else '',
            why_not=_why_not(invoice),
            waits_at=next((each.checkout for each in last if each.status in UNDER_WAY), ''),
            failed=next((each.reason for each in last if each.status == PaymentStatus.FAILED), ''),
        )


def pay(token: str, request_key: str, browser: Browser) -> Payment:
    """Begin to pay the invoice at the gateway's page: `Payment.checkout`. A form sent twice is one payment.

    Raises PayLinkEnded, Conflict where nothing can be paid now, Invalid, and TooManyTries.
    """
    count_try(PAY_PER_ADDRESS, browser.address)
    if not request_key.isalnum() or len(request_key) > LONGEST_KEY:
        raise Invalid('This form cannot be used. Please open the link in your mail again.')
    with reading_as(Visitor()) as work:
        by = _holder(work, find(work, token), browser)
    with acting_as(by) as work:
        linked = find(work, token)
        if not _can_check_out():
            raise Conflict(NO_GATEWAY)
        begun = start(work, [linked.invoice], _key(linked, request_key), ORIGIN)
    if not begun.is_new:
        return begun.payment
    number = begun.payment.number
    return charging.charge(by, begun.payment.id or 0, f'{public_url()}{PATH}/back/{number}')


def come_back(token: str, number: str, browser: Browser) -> None:
    """Find out what became of a payment that this link began. Raises PayLinkEnded, Unreachable."""
    if (found := _begun(token, number, browser)) is not None:
        by, payment = found
        charging.look_up(by, payment.id or 0)


def give_up(token: str, browser: Browser) -> None:
    """Give up the payment that waits for its person, to begin anew. Raises as `pay` does, and Unreachable."""
    count_try(PAY_PER_ADDRESS, browser.address)
    if (found := _begun(token, '', browser)) is not None:
        by, payment = found
        charging.give_up(by, payment.id or 0)


def _begun(token: str, number: str, browser: Browser) -> tuple[Visitor, Payment] | None:
    """The newest payment of this link, or that with this number; and who holds the link."""
    with reading_as(Visitor()) as work:
        linked = find(work, token)
        payments = [each for each in _payments(work, linked) if number in ('', each.number)]
        return (_holder(work, linked, browser), payments[0]) if payments else None


def _payments(work: Work, linked: Linked) -> list[Payment]:
    """Those that this link began, the newest first."""
    own = select(Payment).where(
        Payment.customer_id == linked.customer.id,
        col(Payment.request_key).startswith(_key(linked, ''), autoescape=True),
    )
    return list(work.session.exec(own.order_by(col(Payment.id).desc())))


def _key(linked: Linked, request_key: str) -> str:
    return f'{ORIGIN} {linked.link.id} {request_key}'


def _holder(work: Work, linked: Linked, browser: Browser) -> Visitor:
    """Whom the audit log names: the contact that the link was mailed to."""
    contact = work.session.get(Contact, linked.link.contact_id) if linked.link.contact_id else None
    whose = contact.mailbox if contact else linked.customer.name
    return Visitor(f'Pay Now link of {whose}', address=browser.address)


def _why_not(invoice: Invoice) -> str:
    """Why nothing of an invoice can be paid now; empty where something can."""
    state = invoice_state(invoice)
    if state == 'Paid':
        return 'This invoice is paid. Thank you.'
    if not invoice.balance:
        return f'This invoice is {state.lower()}: there is nothing to pay.'
    if invoice.balance <= invoice.pending:
        return 'A payment of this invoice is under way.'
    return '' if _can_check_out() else NO_GATEWAY


def _can_check_out() -> bool:
    chosen = gateway()
    return chosen is not None and Ability.CHECKOUT in chosen.abilities
