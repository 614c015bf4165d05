"""What Stripe's library raises, in words that a person may read."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import stripe
from stripe import PaymentIntent

from portal_app.gateways.gateway import Charge, Outcome, Refused, State, Unreachable
from portal_app.gateways.stripe_outcomes import reason_for

log = logging.getLogger(__name__)
# The same key with another request: the first one may have been done.
UNKNOWN = (stripe.APIConnectionError, stripe.APIError, stripe.RateLimitError, stripe.IdempotencyError)


@contextmanager
def told() -> Iterator[None]:
    """Raises Unreachable where nobody knows what Stripe did, and Refused where it did nothing."""
    try:
        yield
    except UNKNOWN as error:
        log.warning('Stripe did not answer: %s %s', type(error).__name__, error.request_id or '')
        raise Unreachable from error
    except stripe.CardError as error:
        raise Refused(reason_for(error.code, error.user_message)) from error
    except stripe.InvalidRequestError as error:
        raise Refused(f'Stripe refused this: {error.user_message}') from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        log.error('Stripe does not accept PORTAL_STRIPE_SECRET_KEY: %s', error.user_message)
        raise Refused('Payments are not set up correctly at the moment.') from error


def declined(charge: Charge, error: stripe.CardError) -> Outcome:
    """The outcome of a refused card: Stripe answers with an error that holds the payment intent."""
    said = error.error
    intent = getattr(said, 'payment_intent', None)
    reason = reason_for(getattr(said, 'decline_code', None) or error.code, error.user_message)
    reference = intent.id if isinstance(intent, PaymentIntent) else ''
    return Outcome(State.FAILED, reference, charge.amount, charge.currency, charge.key, reason)
