"""What stands in the drawers of billing records, and the leaks that others had (field notes)."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import select

from portal_app.auth.viewer import Operator
from portal_app.errors import NotFound
from portal_app.models import Contact, Customer, Invoice, InvoiceStatus, Payment, Statement, Subscription
from portal_app.money import Money
from portal_app.queries import Query
from portal_app.services import access, listings
from portal_app.services.applications import apply
from portal_app.services.invoice_detail import InvoiceDetail, invoice_detail
from portal_app.services.invoice_list import INVOICES
from portal_app.services.payment_detail import CreditDetail, PaymentDetail, credit_detail, payment_detail
from portal_app.services.related import Related
from portal_app.services.statement_detail import StatementDetail, statement_detail
from portal_app.services.subscription_detail import SubscriptionDetail, subscription_detail
from portal_app.work import Work, acting_as, reading_as
from tests.billing import credit_memo, furnish_accounts, paid, posted_invoice, refunded, under_way
from tests.test_contact_tabs import contact_of
from tests.world import World, change, tab

ANNA, NORA, BEN = ('anna', 'C1001'), ('nora', 'C1002'), ('ben', 'C1004')
LINES = (
    {
        'description': 'Seats',
        'quantity': Decimal('2.5'),
        'unit': 'seats',
        'unit_price': Decimal('0.4'),
        'amount': 100,
        'tax_rate': Decimal(19),
        'tax': 19,
    },
    {
        'description': 'Books',
        'quantity': Decimal(1),
        'unit_price': Decimal(2),
        'amount': 200,
        'tax_rate': Decimal(7),
        'tax': 14,
    },
    {
        'description': 'Discount',
        'quantity': Decimal(1),
        'unit_price': Decimal('-0.5'),
        'amount': -50,
        'tax_rate': Decimal(19),
        'tax': -10,
    },
)
TOTAL = 273


def see(world: World, who: tuple[str, str], look: Callable[[Work, int], Any], record_id: int | None) -> Any:
    with reading_as(world.as_customer(*who)) as work:
        return look(work, record_id or 0)


def invoice_of(world: World, who: tuple[str, str], record_id: int | None) -> InvoiceDetail:
    found: InvoiceDetail = see(world, who, invoice_detail, record_id)
    return found


def numbers(records: tuple[Related, ...]) -> list[tuple[str, int]]:
    return [(each.number, each.amount.minor) for each in records]


def test_an_invoice_says_how_it_comes_about_and_what_became_of_it(world: World) -> None:
    """POR-05: lines, tax per rate, applied payments and credits; pending ones are apart (field notes)."""
    with acting_as(Operator('test')) as work:
        invoice = posted_invoice(work, world.customers['globex'], TOTAL, lines=LINES)
        payment = paid(work, invoice, 50)
        credit = credit_memo(work, world.customers['globex'], 90)
        apply(work, credit, invoice, 20)
        waiting = under_way(work, invoice, 100)
    found = invoice_of(world, BEN, invoice.id)
    assert found.lines is not None
    assert [(line.description, line.quantity, line.unit_price) for line in found.lines] == [
        ('Seats', Decimal('2.5'), Decimal('0.4')),
        ('Books', Decimal(1), Decimal(2)),
        ('Discount', Decimal(1), Decimal('-0.5')),
    ]
    assert [(each.rate, each.net.minor, each.tax.minor) for each in found.taxes] == [
        (Decimal(7), 200, 14),
        (Decimal(19), 50, 9),
    ]
    assert {name: amount.minor for name, amount in found.figures.items()} == {
        'subtotal': 250,
        'tax': 23,
        'total': TOTAL,
        'paid': 50,
        'credited': 20,
        'written_off': 0,
        'balance': TOTAL - 70,
        'pending': 100,
    }
    assert numbers(found.payments) == [(payment.number, 50)]
    assert numbers(found.credits) == [(credit.number, 20)]
    assert numbers(found.pending) == [(waiting.number, 100)]
    assert found.can_be_paid
    assert found.has_document


def test_hidden_fields_are_hidden_in_the_drawer_too(world: World) -> None:
    """SET-07: with the total go the lines that add up to it, and the document that says it."""
    with acting_as(Operator('test')) as work:
        invoice = posted_invoice(work, world.customers['globex'], TOTAL, lines=LINES)
        payment = paid(work, invoice, 50)
        refunded(work, payment, 10)
        under_way(work, invoice, 100)
    tab('invoices', enabled=True, fields={'total': False, 'balance': False})
    found = invoice_of(world, BEN, invoice.id)
    assert set(found.figures) == {'subtotal', 'tax', 'pending'}
    assert (found.lines, found.taxes, found.payments, found.has_document) == (None, (), (), False)
    assert len(found.pending) == 1
    tab('invoices', enabled=True, fields={'pending': False, 'tax': False})
    found = invoice_of(world, BEN, invoice.id)
    assert (found.pending, found.taxes, found.has_document) == ((), (), False)
    tab('payments', enabled=True, fields={'refunded': False, 'applied': False})
    seen: PaymentDetail = see(world, BEN, payment_detail, payment.id)
    assert (seen.applied, seen.refunds, seen.has_document) == ((), (), False)


def test_records_lead_to_each_other_only_where_both_have_a_tab(world: World) -> None:
    """Field notes: a related record is not shown through a visible one; sees payments but not invoices."""
    with acting_as(Operator('test')) as work:
        invoice = posted_invoice(work, world.customers['globex'], TOTAL, lines=LINES)
        payment = paid(work, invoice, 50)
        credit = credit_memo(work, world.customers['globex'], 90)
        apply(work, credit, invoice, 20)
        waiting = under_way(work, invoice, 10)
    paying: PaymentDetail = see(world, BEN, payment_detail, payment.id)
    planned: PaymentDetail = see(world, BEN, payment_detail, waiting.id)
    crediting: CreditDetail = see(world, BEN, credit_detail, credit.id)
    assert numbers(paying.applied) == [(invoice.number, 50)]
    assert numbers(planned.planned) == [(invoice.number, 10)]
    assert numbers(crediting.applied) == [(invoice.number, 20)]
    change(Contact, contact_of(world, 'globex', 'ben'), hidden_tabs=['invoices'])
    for look, id in ((payment_detail, payment.id), (payment_detail, waiting.id), (credit_detail, credit.id)):
        assert see(world, BEN, look, id).applied == ()
    assert see(world, BEN, payment_detail, waiting.id).planned == ()
    with pytest.raises(NotFound):
        invoice_of(world, BEN, invoice.id)
    change(Contact, contact_of(world, 'globex', 'ben'), hidden_tabs=['payments', 'credits'])
    found = invoice_of(world, BEN, invoice.id)
    assert (found.payments, found.credits, found.pending) == ((), (), ())
    assert found.figures['paid'] == Money(50, 'USD')


def test_an_invoice_that_went_to_another_customer_is_gone_for_the_old_one(world: World) -> None:
    """Field notes: also from the drawer of the payment that paid it."""
    with acting_as(Operator('test')) as work:
        invoice = posted_invoice(work, world.customers['globex'], 100)
        payment = paid(work, invoice)
    change(Invoice, invoice.id or 0, customer_id=world.customers['acme'])
    with pytest.raises(NotFound):
        invoice_of(world, BEN, invoice.id)
    assert see(world, BEN, payment_detail, payment.id).applied == ()
    found = invoice_of(world, ANNA, invoice.id)
    assert (found.number, found.payments) == (invoice.number, ())  # the payment is Globex's


def test_an_invoice_that_became_a_draft_again_is_gone_also_by_its_old_link(world: World) -> None:
    """Field notes: a deleted invoice opened by its old link."""
    with acting_as(Operator('test')) as work:
        draft = posted_invoice(work, world.customers['globex'], 100)
        payment = paid(work, draft, 10)
    change(Invoice, draft.id or 0, status=InvoiceStatus.DRAFT)
    for record_id in (draft.id, 999_999, 0, -1, 2**70):
        with pytest.raises(NotFound):
            invoice_of(world, BEN, record_id)
        with pytest.raises(NotFound), reading_as(world.as_customer(*BEN)) as work:
            listings.record(work, INVOICES, record_id or 0)
    assert see(world, BEN, payment_detail, payment.id).applied == ()


def test_a_parent_sees_an_enabled_child_s_records_and_no_others(world: World) -> None:
    """ACC-13: not a sibling's, not a parent's from below, and not those of a child that is disabled."""
    with acting_as(Operator('test')) as work:
        made = {name: posted_invoice(work, id, 100).id for name, id in world.customers.items()}
    seen = {
        ANNA: {'acme', 'nordics'},  # Iberia's access is off
        NORA: {'nordics'},
        BEN: {'globex'},
    }
    for who, names in seen.items():
        for name, id in made.items():
            if name in names:
                assert invoice_of(world, who, id).figures['total'] == Money(100, 'USD')
            else:
                with pytest.raises(NotFound):
                    invoice_of(world, who, id)
    with acting_as(Operator('test')) as work:
        access.set_access(work, [world.customers['nordics']], on=False)
    with pytest.raises(NotFound):
        invoice_of(world, ANNA, made['nordics'])
    assert invoice_of(world, ANNA, made['acme'])


def test_an_invoice_for_a_child_that_is_billed_to_its_parent_shows_at_the_parent(world: World) -> None:
    """ACC-13: whatever the child's access is; a part payment of it leaves the child's own invoice unpaid."""
    acme, nordics, iberia = (world.customers[name] for name in ('acme', 'nordics', 'iberia'))
    change(Customer, nordics, bill_to_parent=True)
    with acting_as(Operator('test')) as work:
        own = posted_invoice(work, nordics, 500)
        billed = posted_invoice(work, acme, 800, service_customer_id=nordics)
        shut_out = posted_invoice(work, acme, 300, service_customer_id=iberia)
        paid(work, billed, 500)
    with reading_as(world.as_customer(*ANNA)) as work:
        rows = {row['number']: row for row in listings.page(work, INVOICES, Query(sort='date')).rows}
    assert rows[billed.number]['service_for'] == 'Acme Nordics'
    assert rows[shut_out.number]['service_for'] == 'Acme Iberia'
    assert (rows[billed.number]['balance'], rows[own.number]['balance']) == (
        Money(300, 'USD'),
        Money(500, 'USD'),
    )
    with pytest.raises(NotFound):
        invoice_of(world, NORA, billed.id)
    assert invoice_of(world, NORA, own.id).figures['balance'] == Money(500, 'USD')


def test_who_sees_no_customer_sees_nothing(world: World) -> None:
    """Field notes: a user with no customer saw everything."""
    furnish_accounts(world)
    with reading_as(world.as_customer(*BEN)) as work:
        nobody = replace(work, customer_ids=())
        assert listings.page(nobody, INVOICES, Query(sort='date')).rows == []
        with pytest.raises(NotFound):
            invoice_detail(nobody, 1)


def test_a_failed_payment_says_why_and_a_refunded_one_what_went_back(world: World) -> None:
    """POR-05; no receipt for money that has not come."""
    with acting_as(Operator('test')) as work:
        invoice = posted_invoice(work, world.customers['globex'], 100)
        payment = paid(work, invoice, 60)
        back = refunded(work, payment, 25)
        credit = credit_memo(work, world.customers['globex'], 40)
        credit.invoice_id = invoice.id
        out = refunded(work, credit, 10)
        waiting = under_way(work, invoice, 5)
    change(Payment, waiting.id or 0, status='Failed', reason='Your card was declined.', plan=[])
    found: PaymentDetail = see(world, BEN, payment_detail, payment.id)
    assert [(each.number, each.amount.minor) for each in found.refunds] == [(back.number, 25)]
    assert found.has_document
    failed: PaymentDetail = see(world, BEN, payment_detail, waiting.id)
    assert (failed.reason, failed.has_document) == ('Your card was declined.', False)
    seen: CreditDetail = see(world, BEN, credit_detail, credit.id)
    assert [each.number for each in seen.refunds] == [out.number]
    assert numbers(seen.corrects) == [(invoice.number, 40)]


def test_a_subscription_says_its_price_and_a_statement_its_activity(world: World) -> None:
    """POR-05: entries lead to the records that the viewer sees; the rest stands as it was issued."""
    furnish_accounts(world)
    globex = world.customers['globex']
    with acting_as(Operator('test')) as work:
        own, other = posted_invoice(work, globex, 300), posted_invoice(work, world.customers['initech'], 5)
        statement = work.session.exec(work_of(Statement, globex)).first()
        assert statement is not None
        statement.snapshot = {
            'lines': [
                {'day': '2026-10-02', 'kind': 'Invoice', 'number': own.number, 'amount': 300, 'balance': 300},
                {'day': '2026-10-03', 'kind': 'Invoice', 'number': other.number, 'amount': 5, 'balance': 305},
                {'day': '2026-10-04', 'kind': 'Refund', 'number': own.number, 'amount': 1, 'balance': 306},
            ]
        }
        work.session.add(statement)
        subscription = work.session.exec(work_of(Subscription, globex)).first()
        assert subscription is not None
    for look, record in ((statement_detail, statement), (subscription_detail, subscription)):
        with pytest.raises(NotFound):
            see(world, BEN, look, record.id)  # the tabs are off
    tab('statements', enabled=True)
    tab('subscriptions', enabled=True)
    found: StatementDetail = see(world, BEN, statement_detail, statement.id)
    assert [(each.number, each.id) for each in found.entries] == [
        (own.number, own.id),
        (other.number, 0),
        (own.number, 0),
    ]
    priced: SubscriptionDetail = see(world, BEN, subscription_detail, subscription.id)
    assert (priced.unit_price, priced.per_cycle) == (Money(4_900, 'USD'), Money(14_700, 'USD'))
    tab('subscriptions', fields={'price': False})
    assert see(world, BEN, subscription_detail, subscription.id).per_cycle is None
    with pytest.raises(NotFound):
        see(world, ANNA, statement_detail, statement.id)


def work_of(model: Any, customer_id: int) -> Any:
    """A customer's records of a kind."""

    return select(model).where(model.customer_id == customer_id).order_by(model.id)
