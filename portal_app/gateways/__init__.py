"""Payment gateways: the one that this installation charges through, and those that records came from."""

from functools import cache

from portal_app.config import settings
from portal_app.gateways.gateway import Gateway
from portal_app.gateways.simulated import SimulatedGateway


def gateway() -> Gateway | None:
    """The gateway of PORTAL_GATEWAY; None where the portal takes no payments."""
    return gateway_named(settings().gateway)


def gateway_named(name: str) -> Gateway | None:
    """The gateway of this name, for records that were made through it; None where it is not connected."""
    if name == SimulatedGateway.name:
        return SimulatedGateway()
    chosen = settings()
    if name == 'stripe' and chosen.gateway == 'stripe':
        return _stripe(
            chosen.stripe_secret_key, chosen.stripe_webhook_secret, chosen.stripe_api, chosen.gateway_seconds
        )
    return None


@cache
def _stripe(secret_key: str, webhook_secret: str, api: str, seconds: float) -> Gateway:
    from portal_app.gateways.stripe import StripeGateway  # a large library that most installations never need

    return StripeGateway(secret_key, webhook_secret, api, seconds)
