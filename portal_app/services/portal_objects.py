"""The portal objects in the order of their tabs."""

from collections.abc import Iterable

from portal_app.listings import Listing
from portal_app.services.credit_list import CREDITS
from portal_app.services.invoice_list import INVOICES
from portal_app.services.payment_list import PAYMENTS
from portal_app.services.statement_list import STATEMENTS
from portal_app.services.subscription_list import SUBSCRIPTIONS
from portal_app.services.usage import USAGE, USAGE_EVENTS

PORTAL_OBJECTS: dict[str, Listing] = {
    listing.key: listing
    for listing in (INVOICES, PAYMENTS, CREDITS, USAGE, USAGE_EVENTS, SUBSCRIPTIONS, STATEMENTS)
}
Keys = frozenset[str]  # names of fields with their object: payments.method


def fields_of(tabs: Iterable[Listing]) -> Keys:
    """All that these objects show."""
    return frozenset(f'{tab.key}.{name}' for tab in tabs for name in tab.by_name)


EVERYTHING = fields_of(PORTAL_OBJECTS.values())
