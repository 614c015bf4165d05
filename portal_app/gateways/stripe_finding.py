"""Finding at Stripe what became of a payment."""

from datetime import timedelta

from stripe import V1Services

from portal_app.gateways.gateway import Outcome, State
from portal_app.gateways.stripe_outcomes import (
    KEY,
    PAGE,
    key_of,
    payment_outcome,
    refund_outcome,
    session_outcome,
)
from portal_app.models.base import now

FRESH = timedelta(hours=2)  # Stripe's search may lag behind by an hour; its lists never do
SHOWN = ['payment_method']


def outcome_of(api: V1Services, reference: str) -> Outcome | None:
    """What became of the payment intent, the page or the refund with this reference."""
    if not reference:
        return None
    if reference.startswith('re_'):
        return refund_outcome(api.refunds.retrieve(reference))
    if reference.startswith('cs_'):
        shown = ['payment_intent.payment_method']
        return session_outcome(api.checkout.sessions.retrieve(reference, {'expand': shown}))
    intent = api.payment_intents.retrieve(reference, {'expand': SHOWN})
    outcome = payment_outcome(intent)
    if PAGE in intent.metadata and outcome.state in (State.FAILED, State.ACTION):
        shown = ['data.payment_intent.payment_method']
        pages = api.checkout.sessions.list({'payment_intent': intent.id, 'expand': shown})
        return next(map(session_outcome, pages.data), outcome)
    return outcome


def with_key(api: V1Services, key: str) -> str:
    """The reference of the payment intent that was asked for with this key; empty where there is none."""
    since = int((now() - FRESH).timestamp())
    for intent in api.payment_intents.list({'created': {'gte': since}, 'limit': 100}).auto_paging_iter():
        if key_of(intent) == key:
            return intent.id
    quoted = key.replace('\\', '\\\\').replace('"', '\\"')
    found = api.payment_intents.search({'query': f'metadata["{KEY}"]:"{quoted}"'})
    return next((intent.id for intent in found.data), '')
