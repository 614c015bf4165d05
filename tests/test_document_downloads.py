"""Documents of billing records as files: who gets them, what they say, how they are sent (POR-05)."""

import io
from urllib.parse import unquote

import pypdf
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from sqlmodel import col, select

from portal_app.api import documents as routes
from portal_app.auth.realms import PORTAL, STAFF
from portal_app.auth.viewer import Operator
from portal_app.errors import NotFound, NotPermitted, PortalError
from portal_app.models import Contact, Invoice, Statement, StatementFile
from portal_app.services.applications import apply
from portal_app.services.documents import document, document_for_customer, document_for_staff
from portal_app.services.sign_in import sign_in
from portal_app.work import acting_as, reading_as
from tests.billing import credit_memo, furnish_accounts, paid, posted_invoice, refunded, under_way
from tests.test_account_details import LINES, TOTAL
from tests.test_contact_tabs import contact_of
from tests.world import HERE, PASSWORD, World, change, role, tab


@pytest.fixture
def client(sqlite_world: World) -> TestClient:
    """Ben's and Manu's browser."""
    app = FastAPI()
    app.include_router(routes.router())
    app.add_exception_handler(
        PortalError, lambda _request, error: JSONResponse({'detail': str(error)}, error.status)
    )
    made = TestClient(app, base_url='https://portal.example')
    for realm, email in ((STAFF, 'manu@staff.example'), (PORTAL, 'ben@example.com')):
        token = sign_in(realm, email, PASSWORD, HERE).token
        made.cookies.set(realm.cookie, token, domain='portal.example', path=realm.path)
    return made


def text_of(content: bytes) -> str:
    return ' '.join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def words(world: World, kind: str, record_id: int | None) -> str:
    """What Ben reads in a document."""
    with reading_as(world.as_customer('ben', 'C1004')) as work:
        return text_of(document_for_customer(work, kind, record_id or 0).made().content)


def test_documents_say_what_the_records_say(world: World) -> None:
    """POR-05: invoice, receipt and credit memo; pending apart, refunds, what was applied to what."""
    with acting_as(Operator('test')) as work:
        invoice = posted_invoice(work, world.customers['globex'], TOTAL, lines=LINES, reference='PO-77')
        payment = paid(work, invoice, 50)
        credit = credit_memo(work, world.customers['globex'], 90)
        apply(work, credit, invoice, 20)
        under_way(work, invoice, 100)
        refunded(work, payment, 10)
    said = words(world, 'invoices', invoice.id)
    for part in (invoice.number, 'Globex', 'C1004', 'PO-77', 'Seats', '2.73', payment.number, credit.number):
        assert part in said, part
    assert '2.13' in said  # 2.73 - 0.40 - 0.20
    receipt = words(world, 'payments', payment.id)
    for part in (payment.number, 'Visa •••• 4242', invoice.number, '0.40', 'Refunded'):
        assert part in receipt, part
    memo = words(world, 'credits', credit.id)
    for part in (credit.number, invoice.number, '0.90', '0.70', 'Service interruption'):
        assert part in memo, part


def test_a_document_leaves_out_what_its_reader_has_no_tab_for(world: World) -> None:
    """Field notes, SET-06, SET-07: one predicate for list, detail and PDF."""
    with acting_as(Operator('test')) as work:
        invoice = posted_invoice(work, world.customers['globex'], 100, reference='PO-77')
        payment = paid(work, invoice, 40)
    change(Contact, contact_of(world, 'globex', 'ben'), hidden_tabs=['payments'])
    assert payment.number not in words(world, 'invoices', invoice.id)
    change(Contact, contact_of(world, 'globex', 'ben'), hidden_tabs=['invoices'])
    assert invoice.number not in words(world, 'payments', payment.id)
    change(Contact, contact_of(world, 'globex', 'ben'), hidden_tabs=[])
    tab('invoices', enabled=True, fields={'reference': False})
    assert 'PO-77' not in words(world, 'invoices', invoice.id)
    change(Invoice, invoice.id or 0, customer_id=world.customers['acme'])
    assert invoice.number not in words(world, 'payments', payment.id)  # it is another customer's now


def test_who_may_not_see_a_record_gets_no_document_of_it(world: World) -> None:
    """ACC-13, SET-06, SET-07: not found, whatever the reason."""
    furnish_accounts(world)
    with acting_as(Operator('test')) as work:
        ours = posted_invoice(work, world.customers['globex'], 100)
        theirs = posted_invoice(work, world.customers['acme'], 100)
        waiting = under_way(work, ours)
        draft = posted_invoice(work, world.customers['globex'], 100)
        draft.status = 'Draft'
        work.session.add(draft)

    def refused(kind: str, record_id: int | None) -> bool:
        with reading_as(world.as_customer('ben', 'C1004')) as work:
            try:
                document_for_customer(work, kind, record_id or 0)
            except NotFound:
                return True
            return False

    assert not refused('invoices', ours.id)
    for kind, id in (
        ('invoices', theirs.id),
        ('invoices', draft.id),
        ('invoices', 999_999),
        ('invoices', 2**70),
        ('payments', waiting.id),  # no receipt for money that has not come
        ('statements', 1),  # the tab is off
        ('subscriptions', 1),
        ('usage', 1),
        ('nonsense', 1),
    ):
        assert refused(kind, id), kind
    tab('invoices', enabled=True, fields={'balance': False})
    assert refused('invoices', ours.id)
    tab('invoices', enabled=False, fields={})
    assert refused('invoices', ours.id)


def test_staff_need_billing_records_view(world: World) -> None:
    """SET-10: of a draft too, which says that it is one."""
    with acting_as(Operator('test')) as work:
        draft = posted_invoice(work, world.customers['globex'], 100)
        draft.status = 'Draft'
        work.session.add(draft)
    with reading_as(world.as_staff('rita')) as work:
        assert document_for_staff(work, 'invoices', draft.id or 0).name == f'Draft invoice {draft.number}.pdf'
        with pytest.raises(NotFound):
            document_for_staff(work, 'nonsense', 1)
    role('stan', 'billing_records:list')
    with reading_as(world.as_staff('stan')) as work, pytest.raises(NotPermitted):
        document_for_staff(work, 'invoices', draft.id or 0)


def test_a_file_has_its_name_and_stays_in_no_cache(client: TestClient, sqlite_world: World) -> None:
    """RFC 6266: names in any script; private, and not to be guessed at."""
    with acting_as(Operator('test')) as work:
        invoice = posted_invoice(work, sqlite_world.customers['globex'], 100, number='Nº "7" / ü')
    for address in (
        f'/portal/C1004/documents/invoices/{invoice.id}.pdf',
        f'/admin/documents/invoices/{invoice.id}.pdf',
    ):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.content.startswith(b'%PDF-')
        assert answer.headers['content-type'] == 'application/pdf'
        assert answer.headers['cache-control'] == 'private, no-store'
        assert answer.headers['x-content-type-options'] == 'nosniff'
        plain, encoded = answer.headers['content-disposition'].split("; filename*=UTF-8''")
        assert plain == 'attachment; filename="Invoice N_ \'7\' / _.pdf"'
        assert unquote(encoded) == 'Invoice Nº "7" / ü.pdf'
    for path in ('x', '1.5', '-1', str(2**70)):
        assert client.get(f'/portal/C1004/documents/invoices/{path}.pdf').status_code in (404, 422)
    assert client.get(f'/portal/C1001/documents/invoices/{invoice.id}.pdf').status_code == 404
    client.cookies.clear()
    assert client.get(f'/portal/C1004/documents/invoices/{invoice.id}.pdf').status_code == 401


def test_an_issued_statement_downloads_byte_for_byte_for_ever(sqlite_world: World) -> None:
    """Field notes: what was stored, whatever became of the account since."""
    furnish_accounts(sqlite_world)
    with acting_as(Operator('test')) as work:
        globex = sqlite_world.customers['globex']
        own = select(Statement).where(Statement.customer_id == globex)
        statement = work.session.exec(own.order_by(col(Statement.id))).first()
        assert statement is not None
        work.session.add(StatementFile(statement_id=statement.id or 0, content=b'%PDF-as it was'))
    tab('statements', enabled=True)
    with reading_as(sqlite_world.as_customer('ben', 'C1004')) as work:
        made = document_for_customer(work, 'statements', statement.id or 0).made()
    assert (made.name, made.content) == (f'Statement {statement.number}.pdf', b'%PDF-as it was')
    with reading_as(Operator('mail')) as work:
        assert document(work, 'statements', statement.id or 0).content == made.content
