"""The service verbs on billing records: what each needs, and what it is tried with (SET-10)."""

from portal_app.business_day import business_day
from portal_app.errors import Conflict
from portal_app.services import (
    customer_billing,
    documents,
    invoice_drafts,
    invoice_page,
    invoicing,
    money_page,
    payment_end,
    refunds,
    staff_credits,
    staff_payments,
)
from portal_app.services.staff_credits import TypedCredit
from portal_app.services.staff_payments import TypedPayment
from tests.role_walk_bills import draft_for
from tests.role_walk_office import Office
from tests.role_walk_pages import ADD, BILLS, CUSTOMERS, DELETE, EDIT, VIEW, may
from tests.role_walk_verbs import verb

SEE, MAKE, CHANGE, END = (may((BILLS, action)) for action in (VIEW, ADD, EDIT, DELETE))


def _acme(at: Office) -> int:
    return at.world.customers['acme']


def _payment(at: Office) -> TypedPayment:
    return TypedPayment(_acme(at), 500, 'USD', 'Cheque', business_day())


def _memo(at: Office, *, applies: bool = False) -> TypedCredit:
    return TypedCredit(_acme(at), 500, 'USD', 'Outage', business_day(), applies=applies)


VERBS_OF_BILLING = [
    verb(MAKE, invoice_drafts.create_draft, lambda _: (draft_for(),)),
    verb(CHANGE, invoice_drafts.edit_draft, lambda at: (at.bills['draft'], draft_for())),
    verb(CHANGE, invoice_drafts.assign_draft, lambda at: (at.bills['draft'], 'C1004')),
    verb(CHANGE, invoice_drafts.draft_to_edit, lambda at: (f'DRAFT-{at.bills["draft"]}',)),
    verb(END, invoice_drafts.delete_draft, lambda at: (at.bills['draft'],)),
    verb(CHANGE, invoicing.post_invoice, lambda at: (at.bills['draft'],)),
    verb(CHANGE, invoicing.mail_invoice, lambda at: (at.bills['draft'],), refused=(Conflict,)),
    verb(END, invoicing.void_invoice, lambda at: (at.bills['open'], 'A mistake')),
    verb(END, invoicing.write_off_invoice, lambda at: (at.bills['open'], 'Bankrupt')),
    verb(CHANGE, invoicing.dispute_invoice, lambda at: (at.bills['open'], 'Too much')),
    verb(CHANGE, invoicing.settle_dispute, lambda at: (at.bills['disputed'], 'They agree')),
    verb(SEE, invoice_page.invoice_page, lambda at: (f'DRAFT-{at.bills["draft"]}',)),
    verb(SEE, invoice_page.invoice_page_of, lambda at: (at.bills['open'],)),
    verb(SEE, documents.document_for_staff, lambda at: ('invoices', at.bills['open'])),
    verb(SEE, money_page.payment_page, lambda _: ('PAY-000001',)),
    verb(SEE, money_page.credit_page, lambda _: ('CM-000001',)),
    verb(SEE, money_page.usable_for, lambda at: (_acme(at), 'USD')),
    verb(MAKE, money_page.find_customers, lambda _: ('acme',)),
    verb(MAKE, money_page.account_of, lambda at: (_acme(at),)),
    verb(MAKE, money_page.account_numbered, lambda _: ('C1001',)),
    verb(MAKE, staff_payments.record_payment, lambda at: (_payment(at),)),
    verb(CHANGE, staff_payments.apply_payment, lambda at: (at.bills['unapplied'],)),
    verb(CHANGE, staff_payments.unapply_payment, lambda at: (at.bills['payment'], at.bills['settled'], 100)),
    verb(END, staff_payments.charge_back, lambda at: (at.bills['payment'], 'No funds')),
    verb(MAKE, staff_credits.issue_credit, lambda at: (_memo(at),)),
    verb(
        (*MAKE, *CHANGE),
        staff_credits.issue_credit,
        lambda at: (_memo(at, applies=True),),
        use='applied at once',
    ),
    verb(CHANGE, staff_credits.apply_credit, lambda at: (at.bills['unused'],)),
    verb(CHANGE, staff_credits.unapply_credit, lambda at: (at.bills['credit'], at.bills['settled'], 100)),
    verb(END, staff_credits.reverse_credit, lambda at: (at.bills['credit'], 'A mistake')),
    verb(END, payment_end.can_end, lambda at: (at.bills['stuck'], 'It never came')),
    verb(END, refunds.begin_refund, lambda at: (at.bills['payment'], 100, 'Paid twice')),
    verb(END, refunds.refund_credit, lambda at: (at.bills['unused'], 100, 'They leave')),
    verb(may((CUSTOMERS, EDIT)), customer_billing.set_terms, lambda at: (_acme(at), 14, '1 Main Street')),
]
