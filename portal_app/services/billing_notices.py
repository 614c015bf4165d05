"""What whoever runs the portal has to know about its payments."""

from portal_app.config import settings
from portal_app.gateways.simulated import SimulatedGateway

SIMULATED = (
    'Payments are simulated: the test gateway is connected, which takes no money from anybody. To take real '
    'payments, set PORTAL_GATEWAY=stripe with PORTAL_STRIPE_SECRET_KEY and PORTAL_STRIPE_WEBHOOK_SECRET; to '
    'take none, set PORTAL_GATEWAY=none. Then restart the portal.'
)


def payments_are_simulated() -> str:
    """The notice, where customers of a production portal would pay with nothing; else empty."""
    chosen = settings()
    return SIMULATED if chosen.gateway == SimulatedGateway.name and not chosen.is_sandbox else ''
