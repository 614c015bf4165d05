"""A world with records in every list of staff's."""

from datetime import UTC, date, datetime, timedelta

from portal_app.auth.viewer import Operator
from portal_app.business_day import business_day
from portal_app.models import AccessRequest, Customer, Statement
from portal_app.services import invitations, invoice_drafts, refunds
from portal_app.work import Work, acting_as
from tests.billing import credit_memo, paid, posted_invoice
from tests.role_walk_bills import draft_for
from tests.subscriptions import add_old_subscriptions
from tests.world import World, add_contact, change


def furnish(world: World) -> World:
    """Acme and Globex have billing contacts who were invited; Initech gets no mail, and Iberia is shut out.

    Globex and Iberia ask for access. Anna of Acme has signed in. Acme, Globex and Initech have bills.
    """
    acme = add_contact(world, 'acme', 'bella', is_billing=True)
    globex = add_contact(world, 'globex', 'carl', is_billing=True)
    iberia = add_contact(world, 'iberia', 'dora', is_billing=True, portal_status='Enabled')
    change(Customer, world.customers['nordics'], bill_to_parent=True)
    change(Customer, world.customers['initech'], email_delivery=False)
    with acting_as(Operator('test')) as work:
        for contact in (acme, globex):
            invitations.invite_contact(work, contact)
        for contact, customer in ((globex, 'globex'), (iberia, 'iberia')):
            work.session.add(AccessRequest(contact_id=contact, customer_id=world.customers[customer]))
        invoice_drafts.create_draft(work, draft_for())  # DRAFT-1
        for place, customer in enumerate(('acme', 'globex', 'initech')):
            _billing_records(work, world.customers[customer], place)
    add_old_subscriptions(world)
    world.as_customer('anna', 'C1001')
    return world


def _billing_records(work: Work, customer_id: int, place: int) -> None:
    """Of each kind one, in one currency each, and of last year."""
    currency, day = ('USD', 'JPY', 'BHD')[place], business_day() - timedelta(days=400 - 40 * place)
    work.session.add(_statement(customer_id, place, currency))
    invoice = posted_invoice(work, customer_id, 5_000 + place, currency=currency, day=day)
    payment = paid(work, invoice, 2_000 + place)
    credit = credit_memo(work, customer_id, 700 + place, currency=currency)
    refunds.begin_refund(work, payment.id or 0, 300 + place, 'Paid twice')
    refunds.refund_credit(work, credit.id or 0, 100, 'Paid out')


def _statement(customer_id: int, place: int, currency: str) -> Statement:
    """Of a month of last year, as it was issued."""
    return Statement(
        number=f'ST-LAST-{place}',
        customer_id=customer_id,
        currency=currency,
        start=date(2025, place + 1, 1),
        end=date(2025, place + 1, 28),
        zone='UTC',
        opens_at=datetime(2025, place + 1, 1, tzinfo=UTC),
        closes_at=datetime(2025, place + 1, 28, tzinfo=UTC),
        opening=100 + place,
        closing=200 + place,
    )
