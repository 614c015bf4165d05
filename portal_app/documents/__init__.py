"""PDF documents: invoice, receipt, statement and credit memo (POR-05).

A layer of its own, without the database: services hand in a sheet, and get bytes that depend on nothing else.
"""

from portal_app.documents.credit_memo import credit_memo_pdf
from portal_app.documents.invoice import invoice_pdf
from portal_app.documents.receipt import receipt_pdf
from portal_app.documents.sheets import (
    CreditMemoSheet,
    InvoiceSheet,
    Party,
    ReceiptSheet,
    Seller,
    SheetLine,
    StatementLine,
    StatementSheet,
)
from portal_app.documents.statement import statement_pdf

__all__ = [
    'CreditMemoSheet',
    'InvoiceSheet',
    'Party',
    'ReceiptSheet',
    'Seller',
    'SheetLine',
    'StatementLine',
    'StatementSheet',
    'credit_memo_pdf',
    'invoice_pdf',
    'receipt_pdf',
    'statement_pdf',
]
