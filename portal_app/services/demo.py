"""A believable company to look around in: the same one every time, up to today."""

import random
from functools import partial

from sqlmodel import select

from portal_app.auth.passwords import hash_password
from portal_app.auth.permissions import OWNER, PORTAL_ADMINISTRATOR, READ_ONLY, STANDARD
from portal_app.auth.viewer import Operator
from portal_app.models import Contact, Customer, Organization, PictureKind, PortalTab, PortalUser
from portal_app.services import billing_settings, branding, statements
from portal_app.services.counters import next_number
from portal_app.services.demo_access import fill_access
from portal_app.services.demo_billing import add_billing
from portal_app.services.demo_customers import add_customers
from portal_app.services.demo_names import FAMILIES
from portal_app.services.demo_pictures import draw_banner, draw_logo
from portal_app.services.demo_usage import Span, add_usage
from portal_app.services.foundation import create_staff_user
from portal_app.services.portal_address import set_subdomain
from portal_app.work import Work, acting_as

PASSWORD = 'demo-portal-2026'  # noqa: S105 - printed for whoever tries the demo
DAYS = 760  # since the first customers came
SPAN = Span(events=200_000, days=548)  # about 18 months
SIGN_INS = (
    ('anna@acme.example', 'customer: Acme Logistics, which sees its two children'),
    ('ben@globex.example', 'customer: Globex Robotics and Initech Software (company selector)'),
    ('owner@northwind.example', 'staff: Owner'),
    ('admin@northwind.example', 'staff: Portal Administrator'),
    ('reader@northwind.example', 'staff: Read Only'),
    ('standard@northwind.example', 'staff: Standard (no portal setup)'),
)


def is_filled(work: Work) -> bool:
    """Whether this database holds customers already."""
    return work.session.exec(select(Customer.id)).first() is not None


def fill() -> None:
    """Fill an empty database with the demo company. Takes some seconds."""
    chance = random.Random(2026)  # noqa: S311 - the same company every time
    with acting_as(Operator('demo')) as work:
        _organization(work)
        _staff(work)
        customers = add_customers(work, FAMILIES, chance, _named, DAYS)
        _sign_ins(work, customers)
        for key in ('usage-events', 'subscriptions', 'statements'):
            work.session.add(PortalTab(key=key, enabled=True))
        work.session.flush()
        add_usage(work, customers, chance, SPAN)
        add_billing(work, customers, chance, 'USD', partial(next_number, work))
        for customer in customers:
            statements.issue(work, customer.id or 0, 'USD')
    fill_access(hash_password(PASSWORD), chance)


def _organization(work: Work) -> None:
    ours = work.session.exec(select(Organization)).one()
    ours.name, ours.brand_colour, ours.time_zone = 'Northwind Cloud', '#0f5c4d', 'Europe/Berlin'
    ours.address = 'Northwind Cloud GmbH\nSpeicherstraße 12\n20457 Hamburg\nGermany'
    ours.support_email, ours.support_phone = 'support@northwind.example', '+49 40 555 0142'
    ours.legal_links = True
    ours.terms_url, ours.privacy_url = (
        f'https://www.northwind.example/{page}' for page in ('terms', 'privacy')
    )
    ours.subscription_changes = list(billing_settings.CHANGES)
    work.session.add(ours)
    set_subdomain(work, 'northwind')
    branding.set_picture(work, PictureKind.LOGO, draw_logo())
    branding.set_picture(work, PictureKind.BANNER, draw_banner())


def _staff(work: Work) -> None:
    for name, email, role in (
        ('Olivia Owner', 'owner', OWNER),
        ('Adam Brandt', 'admin', PORTAL_ADMINISTRATOR),
        ('Rita Reyes', 'reader', READ_ONLY),
        ('Stan Stone', 'standard', STANDARD),
    ):
        create_staff_user(work, name, f'{email}@northwind.example', PASSWORD, role.name)


def _named(place: int) -> tuple[str, str]:
    return f'C{1001 + place}', f'crm-{7000 + 13 * place}'


def _sign_ins(work: Work, customers: list[Customer]) -> None:
    by_name = {
        customer.name.split()[0]: customer for customer in reversed(customers)
    }  # the parent of each family
    password = hash_password(PASSWORD)
    for name, email, companies in (
        ('Anna Keller', 'anna@acme.example', ('Acme',)),
        ('Ben Okafor', 'ben@globex.example', ('Globex', 'Initech')),
    ):
        user = PortalUser(email=email, name=name, password_hash=password)
        work.session.add(user)
        work.session.flush()
        for company in companies:
            work.session.add(Contact(customer_id=by_name[company].id or 0, name=name, email=email))
