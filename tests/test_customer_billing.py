"""The account on a customer's page, its terms, and what staff are told of simulated payments (ACC-01)."""

from datetime import timedelta

import pytest

from portal_app import config
from portal_app.business_day import business_day
from portal_app.errors import NotPermitted
from portal_app.models import Customer
from portal_app.services import customer_billing, invoice_drafts
from portal_app.services.billing_notices import payments_are_simulated
from portal_app.services.billing_rules import BillingRefused
from portal_app.services.customer_page import customer_page
from portal_app.work import acting_as, reading_as
from tests.billing import credit_memo, paid, posted_invoice
from tests.test_invoicing import does, typed
from tests.test_staff_payments import row
from tests.world import World, audit, role


def test_terms_and_address_are_for_what_is_billed_from_now_on(world: World) -> None:
    """ACC-01: every broken rule is named; what is unchanged leaves no trace."""
    acme = world.customers['acme']
    before = does(world, invoice_drafts.create_draft, typed(world))
    does(world, customer_billing.set_terms, acme, 0, ' 1 Main Street \n Berlin ')
    does(world, customer_billing.set_terms, acme, 0, '1 Main Street\nBerlin')
    assert row(Customer, acme).address == '1 Main Street\nBerlin'
    assert does(world, invoice_drafts.create_draft, typed(world)).due_date == business_day()
    assert before.due_date == business_day() + timedelta(days=30)
    (entry,) = audit('customer.terms')
    assert (entry.before, entry.after) == (
        {'payment_terms': 30, 'address': ''},
        {'payment_terms': 0, 'address': '1 Main Street\nBerlin'},
    )
    with pytest.raises(BillingRefused) as refused:
        does(world, customer_billing.set_terms, acme, 366, '\n'.join('123456789'))
    assert refused.value.message.split('\n') == [
        'Payment terms must be between 0 and 365 days.',
        'Address must have at most 8 lines (got 9).',
    ]
    with pytest.raises(NotPermitted):
        does(world, customer_billing.set_terms, acme, 1, '', who='rita')


def test_the_latest_records_of_every_kind_are_on_the_page(world: World) -> None:
    """ACC-01: newest first, drafts too; nothing of it without Billing Records: View."""
    with acting_as(world.as_staff('stan')) as work:
        old = posted_invoice(work, world.customers['acme'], 100, day=business_day() - timedelta(days=9))
        payment = paid(work, posted_invoice(work, world.customers['acme'], 100))
        credit = credit_memo(work, world.customers['acme'], 100)
        posted_invoice(work, world.customers['globex'], 100)
    draft = does(world, invoice_drafts.create_draft, typed(world))
    with reading_as(world.as_staff('rita')) as work:
        found = customer_page(work, 'C1001').billing
    assert found
    numbers = [each.number for each in found.latest]
    assert set(numbers) == {old.number, 'INV-000002', payment.number, credit.number, draft.number}
    assert numbers[-1] == old.number
    role('stan', 'customers:view')
    with reading_as(world.as_staff('stan')) as work:
        assert customer_page(work, 'C1001').billing is None


def test_staff_are_told_that_payments_are_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    """SET-13: in production; a sandbox is meant to simulate them."""
    for environment, gateway, told in (
        ('production', 'test', True),
        ('production', 'none', False),
        ('sandbox', 'test', False),
    ):
        monkeypatch.setenv('PORTAL_ENVIRONMENT', environment)
        monkeypatch.setenv('PORTAL_GATEWAY', gateway)
        config.settings.cache_clear()
        assert payments_are_simulated().startswith('Payments are simulated: ') == told
    monkeypatch.undo()
    config.settings.cache_clear()
