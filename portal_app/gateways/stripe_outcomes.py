"""What Stripe says, in the words of the `Gateway` protocol."""

from stripe import PaymentIntent, PaymentMethod, Refund
from stripe.checkout import Session

from portal_app.gateways.gateway import MethodDetails, Outcome, State
from portal_app.gateways.stripe_money import from_stripe

KEY = 'portal_key'  # the name of our key in Stripe's metadata
PAGE = 'portal_page'  # marks a payment that is made on a page, where a failure may be followed by another try
_STATES = {
    'succeeded': State.SUCCEEDED,
    'processing': State.PENDING,
    'requires_action': State.ACTION,
    'requires_payment_method': State.FAILED,
    'canceled': State.FAILED,
}
_REFUND_STATES = {'succeeded': State.SUCCEEDED, 'failed': State.FAILED, 'canceled': State.FAILED}
_REASONS = {
    'authentication_required': 'Your bank wants you to confirm this payment. Please pay it yourself.',
    'payment_intent_authentication_failure': 'The payment was not confirmed.',
    'expired_card': 'Your card has expired.',
    'insufficient_funds': 'Your card has insufficient funds.',
}
_BRANDS = {
    'amex': 'American Express',
    'cartes_bancaires': 'Cartes Bancaires',
    'diners': 'Diners Club',
    'eftpos_au': 'Eftpos Australia',
    'jcb': 'JCB',
    'mastercard': 'Mastercard',
    'unionpay': 'UnionPay',
    'sepa_debit': 'SEPA debit',
    'us_bank_account': 'US bank account',
    'bacs_debit': 'Bacs debit',
    'au_becs_debit': 'BECS debit',
    'acss_debit': 'Pre-authorized debit',
}


def method_details(method: PaymentMethod) -> MethodDetails:
    """A method as its owner knows it."""
    part = getattr(method, method.type, None)
    brand = str(getattr(part, 'display_brand', None) or getattr(part, 'brand', None) or method.type)
    return MethodDetails(
        method.id,
        'card' if method.type == 'card' else 'bank',
        _BRANDS.get(brand, brand.replace('_', ' ').capitalize()),
        getattr(part, 'last4', None) or '',
        getattr(part, 'exp_month', None),
        getattr(part, 'exp_year', None),
    )


def payment_outcome(intent: PaymentIntent) -> Outcome:
    """What has become of a payment."""
    state = _STATES.get(intent.status, State.PENDING)
    url = _where_to_act(intent) if state is State.ACTION else ''
    error = intent.last_payment_error
    method = intent.payment_method or getattr(error, 'payment_method', None)
    return Outcome(
        state,
        intent.id,
        from_stripe(intent.amount, intent.currency),
        intent.currency.upper(),
        key_of(intent),
        _reason(intent) if state is State.FAILED else '',
        url,
        method_details(method) if isinstance(method, PaymentMethod) else None,
    )


def session_outcome(session: Session) -> Outcome:
    """What has become of a checkout: until it is paid, the page's. Its payment intent is expanded."""
    intent = session.payment_intent if isinstance(session.payment_intent, PaymentIntent) else None
    paid = payment_outcome(intent) if intent else None
    if paid and (paid.state in (State.SUCCEEDED, State.PENDING) or session.status == 'complete'):
        return paid
    is_open = session.status == 'open'
    currency = session.currency or ''
    return Outcome(
        State.ACTION if is_open else State.FAILED,
        session.id,
        from_stripe(session.amount_total or 0, currency),
        currency.upper(),
        session.client_reference_id or '',
        '' if is_open else 'The page where this was to be paid has expired.',
        (session.url or '') if is_open else '',
    )


def refund_outcome(refund: Refund) -> Outcome:
    """What has become of a refund."""
    state = _REFUND_STATES.get(refund.status or '', State.PENDING)
    return Outcome(
        state,
        refund.id,
        from_stripe(refund.amount, refund.currency),
        refund.currency.upper(),
        key_of(refund),
        'The bank did not take the refund.' if state is State.FAILED else '',
    )


def key_of(made: PaymentIntent | Refund) -> str:
    """The key that it was asked for with; none where it was made elsewhere."""
    return str(made.metadata[KEY]) if made.metadata and KEY in made.metadata else ''


def reason_for(code: str | None, message: str | None) -> str:
    """Why a card was refused; Stripe's messages about cards are made for their owners."""
    return _REASONS.get(code or '') or message or 'The payment was declined.'


def _reason(intent: PaymentIntent) -> str:
    if intent.status == 'canceled':
        return 'The payment was given up.'
    error = intent.last_payment_error
    return reason_for(
        getattr(error, 'decline_code', None) or getattr(error, 'code', None), getattr(error, 'message', None)
    )


def _where_to_act(intent: PaymentIntent) -> str:
    redirect = getattr(intent.next_action, 'redirect_to_url', None)
    return getattr(redirect, 'url', None) or ''
