"""Two years of an invented company's billing: subscriptions, invoices, payments, credits, statements."""

import random
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from portal_app.business_day import business_day
from portal_app.models import Customer
from portal_app.services.demo_invoices import add_invoices
from portal_app.services.demo_payments import Payers
from portal_app.services.demo_plans import Numbered, add_plans, subscribe
from portal_app.services.organization import organization
from portal_app.work import Work

TERMS = (30, 30, 14, 0, 45)  # days
STREETS = ('Harbour Street', 'Mill Lane', 'Rue du Port', 'Kirchweg', 'Calle Mayor', 'Foundry Road')
PLACES = ('Rotterdam 3011', 'Leeds LS1 4DY', '69002 Lyon', '50667 Köln', '28013 Madrid', 'Portland OR 97204')


def add_billing(
    work: Work,
    customers: Sequence[Customer],
    chance: random.Random,
    currency: str,
    numbered: Numbered,
    prefix: str = '',
) -> None:
    """Write the billing of these customers since each was added, from the usage events that are there.

    `prefix` begins the codes of the plans.
    """
    zone, today = ZoneInfo(organization(work).time_zone), business_day()
    for place, customer in enumerate(customers):
        customer.payment_terms = TERMS[place % len(TERMS)]
        street, town = STREETS[place % len(STREETS)], PLACES[place % len(PLACES)]
        customer.address = f'{chance.randrange(1, 180)} {street}\n{town}'
        work.session.add(customer)
    plans = add_plans(work, currency, prefix)
    accounts = subscribe(work, customers, plans, chance, today, numbered)
    invoices = add_invoices(work, accounts, today, zone, numbered)
    Payers(work, chance, numbered).pay(accounts, invoices, zone)
    work.session.flush()
