"""What happens to billing records on the day that the audit log is read about, by the services of staff."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from sqlmodel import col, select

from portal_app.auth.viewer import Operator
from portal_app.business_day import business_day
from portal_app.models import Credit, Payment
from portal_app.services import (
    customer_billing,
    invoice_drafts,
    invoicing,
    payment_end,
    refunds,
    staff_credits,
    staff_payments,
)
from portal_app.services.staff_credits import TypedCredit
from portal_app.services.staff_payments import TypedPayment
from portal_app.work import acting_as, reading_as
from tests.billing import posted_invoice, under_way
from tests.card_payments import by_card, refunded_there
from tests.role_walk_bills import draft_for
from tests.world import World, add_contact


class Day(Protocol):
    """The day, as `tests.audit_day` has it."""

    world: World
    olivia: Any

    def does(self, verb: Callable[..., Any], *given: Any) -> Any:
        """Olivia does it."""


def bill(day: Day) -> None:
    """Globex is billed, pays, and gets money back."""
    globex = day.world.customers['globex']
    add_contact(day.world, 'globex', 'iris', is_billing=True)
    day.does(customer_billing.set_terms, globex, 14, '1 Main Street')
    _invoices(day)
    _money(day, globex)
    _card(day, globex)


def _invoices(day: Day) -> None:
    typed = draft_for('C1005')
    draft = day.does(invoice_drafts.create_draft, typed).id
    day.does(invoice_drafts.edit_draft, draft, replace(typed, reference='PO-7'))
    day.does(invoice_drafts.assign_draft, draft, 'C1004')
    day.does(invoice_drafts.delete_draft, day.does(invoice_drafts.create_draft, typed).id)
    day.does(invoicing.post_invoice, draft)
    day.does(invoicing.mail_invoice, draft)
    day.does(invoicing.dispute_invoice, draft, 'Too much')
    day.does(invoicing.settle_dispute, draft, 'They agree')
    day.does(invoicing.write_off_invoice, draft, 'Too little to bother')
    gone = day.does(invoice_drafts.create_draft, typed).id
    day.does(invoicing.post_invoice, gone)
    day.does(invoicing.void_invoice, gone, 'A mistake')


def _money(day: Day, globex: int) -> None:
    with acting_as(Operator('test')) as work:
        invoice = posted_invoice(work, globex, 10_000).id
    day.does(
        staff_payments.record_payment, TypedPayment(globex, 500, 'USD', 'Cheque', business_day(), parts=[])
    )
    payment = _newest(Payment)
    day.does(staff_payments.apply_payment, payment)
    day.does(staff_payments.unapply_payment, payment, invoice, 100)
    day.does(staff_payments.charge_back, payment, 'It bounced')
    with acting_as(Operator('test')) as work:
        stuck = under_way(work, posted_invoice(work, globex, 300)).id or 0
    payment_end.end_payment(day.olivia, stuck, 'It never came')
    day.does(staff_credits.issue_credit, TypedCredit(globex, 700, 'USD', 'Outage', business_day()))
    credit = _newest(Credit)
    day.does(staff_credits.apply_credit, credit)
    day.does(staff_credits.unapply_credit, credit, invoice, 100)
    day.does(staff_credits.reverse_credit, credit, 'A mistake')


def _card(day: Day, globex: int) -> None:
    """Two refunds through the gateway: one that it makes, and one that it refuses."""
    payment, _ = by_card(globex)
    refunds.refund_payment(day.olivia, payment.id or 0, 400, 'One seat less')
    refunded_there(payment)
    refunds.refund_payment(day.olivia, payment.id or 0, 100, 'One more')


def _newest(model: type[Payment] | type[Credit]) -> int:
    with reading_as(Operator('test')) as work:
        return work.session.exec(select(model.id).order_by(col(model.id).desc())).first() or 0
