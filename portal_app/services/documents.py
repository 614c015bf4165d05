"""Documents of billing records as PDF files (POR-05): for who may see the record, and for mails of our own.

A document is prepared within a work and made after it, so that no transaction waits for a printer.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.auth.viewer import PortalViewer
from portal_app.documents import credit_memo_pdf, invoice_pdf, receipt_pdf
from portal_app.errors import NotFound
from portal_app.gateways import gateway
from portal_app.hosts import public_url
from portal_app.models import Credit, Customer, Invoice, InvoiceStatus, Payment, Statement
from portal_app.services.document_sheets import WITH_RECEIPT, credit_sheet, invoice_sheet, receipt_sheet
from portal_app.services.portal_objects import EVERYTHING, fields_of
from portal_app.services.related import Tabs, tabs_of, visible_row
from portal_app.services.statement_files import statement_file
from portal_app.work import Work

VIEW = Permission(Activity.BILLING_RECORDS, Action.VIEW)
PDF = 'application/pdf'
BESIDE: dict[str, Any] = {'reference': '', 'service_for': '', 'pending': 0}  # goes with its field

Row = Invoice | Payment | Credit | Statement
MODELS: dict[str, type[Row]] = {
    'invoices': Invoice,
    'payments': Payment,
    'credits': Credit,
    'statements': Statement,
}


@dataclass(frozen=True)
class Document:
    """A file."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Prepared:
    """A document that can be made after the work, in any thread."""

    name: str
    make: Callable[[], bytes]

    def made(self) -> Document:
        """The file. It takes a while."""
        return Document(self.name, PDF, self.make())


def document(work: Work, kind: str, record_id: int, *, pay_url: str = '') -> Document:
    """The document of a record, by the key of its portal object, for a caller that has checked the right.

    In a work that only reads: a statement's file is kept by a work of its own. `pay_url` is where an invoice
    can be paid. Raises NotFound.
    """
    return _prepared(work, _row(work, kind, record_id), pay_url).made()


def document_for_staff(work: Work, kind: str, record_id: int) -> Prepared:
    """A record's document, also of a draft. Needs Billing Records: View. Raises NotFound."""
    work.require(VIEW)
    row = _row(work, kind, record_id)
    return _prepared(work, row, _pay_url(work, row))


def document_for_customer(work: Work, kind: str, record_id: int) -> Prepared:
    """A record's document, without what is hidden from the viewer or what they have no tab for.

    Raises NotFound where the record is not theirs, its tab is off, or what is hidden is the gist of it.
    """
    tabs = tabs_of(work)
    if kind not in MODELS or kind not in tabs or not tabs[kind].has_document:
        raise NotFound
    row = visible_row(work, tabs, MODELS[kind], record_id, kind)
    if isinstance(row, Payment) and row.status not in WITH_RECEIPT:
        raise NotFound
    return _prepared(work, row, _pay_url(work, row), tabs)


def _row(work: Work, kind: str, record_id: int) -> Row:
    model = MODELS.get(kind)
    found: Any = work.session.get(model, record_id) if model and 0 < record_id < 2**63 else None
    if not isinstance(found, Row):
        raise NotFound
    return found


def _prepared(work: Work, row: Row, pay_url: str, tabs: Tabs | None = None) -> Prepared:
    """`tabs`: what a customer's portal shows; None for who sees all."""
    sees = EVERYTHING if tabs is None else fields_of(tabs.values())
    match row:
        case Invoice():
            sheet = invoice_sheet(work, row, sees=sees, pay_url=pay_url)
            hidden = (
                {}
                if tabs is None
                else {name: empty for name, empty in BESIDE.items() if name not in tabs['invoices'].by_name}
            )
            draft = 'Draft invoice' if row.status == InvoiceStatus.DRAFT else 'Invoice'
            return Prepared(f'{draft} {row.number}.pdf', partial(invoice_pdf, replace(sheet, **hidden)))
        case Payment():
            receipt = receipt_sheet(work, row, sees=sees)
            return Prepared(f'Receipt {row.number}.pdf', partial(receipt_pdf, receipt))
        case Credit():
            credit = credit_sheet(work, row, sees=sees)
            return Prepared(f'Credit memo {row.number}.pdf', partial(credit_memo_pdf, credit))
        case Statement():
            return Prepared(f'Statement {row.number}.pdf', partial(statement_file, row.id or 0))


def _pay_url(work: Work, row: Row) -> str:
    """Where an invoice can be paid in the portal, after signing in; empty where nothing can be."""
    if not isinstance(row, Invoice) or row.status != InvoiceStatus.POSTED or gateway() is None:
        return ''
    viewer = work.viewer
    company = (
        viewer.company.number
        if isinstance(viewer, PortalViewer)
        else work.session.get_one(Customer, row.customer_id).number
    )
    return f'{public_url()}/portal/{company}/pay?invoice={row.id}'
