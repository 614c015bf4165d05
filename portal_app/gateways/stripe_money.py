"""Amounts as Stripe counts them, which is not always as ISO 4217 does (docs.stripe.com/currencies)."""

from portal_app.money import exponent, plain

MOST = 999_999_999_999  # twelve digits, in Stripe's unit
_TAKEN = (
    'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD '
    'CDF CHF CLP CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD '
    'HNL HTG HUF IDR ILS INR ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL '
    'MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG '
    'QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD STD SZL THB TJS TND TOP TRY TTD TWD TZS UAH '
    'UGX USD UYU UZS VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW'
)
_DECIMALS = {'ISK': 2, 'UGX': 2, 'MGA': 0}  # where Stripe has others than ISO
_STEPS = dict.fromkeys(('BHD', 'JOD', 'KWD', 'OMR', 'TND'), 10)  # the last of three decimals must be 0
_LEAST = {  # in minor units
    code: least
    for least, codes in {
        30: 'GBP',
        50: 'ARS AUD BRL CAD CHF COP EUR IDR ILS INR JPY KRW NZD PHP RUB SGD USD ZAR',
        100: 'BGN',
        200: 'AED MYR PLN RON',
        250: 'DKK',
        300: 'NOK SEK',
        400: 'HKD',
        1000: 'MXN THB',
        1500: 'CZK',
        17500: 'HUF',
    }.items()
    for code in codes.split()
}


def to_stripe(amount: int, currency: str) -> int:
    """Minor units of ISO 4217 in Stripe's unit. Only for an amount without a `problem`."""
    up, down = _factors(currency)
    return amount * up // down


def from_stripe(amount: int, currency: str) -> int:
    """Stripe's unit in minor units of ISO 4217; the currency in either case."""
    up, down = _factors(currency.upper())
    return amount * down // up


def problem(amount: int, currency: str) -> str:
    """Why Stripe does not take this amount, or nothing.

    The least amount is that of an account which is paid out in this currency; others are told by Stripe.
    """
    if currency not in _TAKEN.split():
        return f'Stripe takes no payments in {currency}.'
    if wrong := step_problem(amount, currency):
        return wrong
    up, down = _factors(currency)
    step = _step(currency)
    least, most = max(_LEAST.get(currency, 1), step), MOST * down // up
    if not least <= amount <= most:
        return (
            f'Stripe takes between {plain(least, currency)} and {plain(most, currency)} {currency} at once.'
        )
    return ''


def step_problem(amount: int, currency: str) -> str:
    """Why Stripe cannot say this amount in its unit, or nothing."""
    step = _step(currency)
    return (
        f'Stripe takes amounts in {currency} in steps of {plain(step, currency)} only.'
        if amount % step
        else ''
    )


def _step(currency: str) -> int:
    return max(_STEPS.get(currency, 1), _factors(currency)[1])


def _factors(currency: str) -> tuple[int, int]:
    """What to multiply and to divide by on the way to Stripe."""
    ours = exponent(currency)
    theirs = _DECIMALS.get(currency, ours)
    return 10 ** max(0, theirs - ours), 10 ** max(0, ours - theirs)
