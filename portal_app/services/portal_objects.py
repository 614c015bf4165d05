"""The portal objects in the order of their tabs."""

from portal_app.listings import Listing
from portal_app.services.usage import USAGE, USAGE_EVENTS

PORTAL_OBJECTS: dict[str, Listing] = {listing.key: listing for listing in (USAGE, USAGE_EVENTS)}
