"""Amounts of money: whole minor units and an ISO 4217 code, never floating point."""

from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, InvalidOperation
from typing import NamedTuple

from babel.numbers import list_currencies

from portal_app.export_process.money import EXPONENT_OF, currency_exponent, money_text

MOST_MINOR = 10**15  # of one amount: a sum of thousands still fits a database's whole number
FINEST = 4  # decimals of the currency that has the most
OTHER_EXPONENTS = {  # the currencies with other than 2 decimals, by how many they have
    decimals: sorted(code for code, own in EXPONENT_OF.items() if own == decimals)
    for decimals in sorted({*EXPONENT_OF.values()})
}
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
_LONGEST = 60  # characters of an amount that is typed
# What ISO 4217 gives no minor unit (metals, units of accounts, tests), and codes that are not of ISO's.
_NO_MONEY = 'CNH CNX XAG XAU XBA XBB XBC XBD XDR XFO XFU XPD XPT XRE XSU XTS XUA XXX'
_CURRENCIES = frozenset(list_currencies()) - frozenset(_NO_MONEY.split())


class Money(NamedTuple):
    """An amount of one currency in whole minor units: Money(124000, 'EUR') is 1,240 euros."""

    minor: int
    currency: str


def is_currency(code: str) -> bool:
    """Whether this is the ISO 4217 code of a currency, also of one that is not used any more."""
    return code in _CURRENCIES


def exponent(code: str) -> int:
    """How many decimals a currency has by ISO 4217, which rules over CLDR's habits; 2 for an unknown code."""
    return currency_exponent(code)


def plain(minor: int, code: str) -> str:
    """The amount as a plain decimal in major units, with all of the currency's decimals: '-12.50'."""
    return money_text(minor, exponent(code))


def size_of(amount: Money) -> int:
    """An amount in ten-thousandths of its major unit, as `columns.in_size` compares amounts."""
    return amount.minor * int(10 ** (FINEST - exponent(amount.currency)))


def bounds(number: Decimal, rounding: str) -> dict[int, int]:
    """A number of major units as whole minor units, by the decimals of the currencies that there are."""
    return {
        decimals: int(number.scaleb(decimals, _EXACT).to_integral_value(rounding))
        for decimals in (2, *OTHER_EXPONENTS)
    }


def minor(amount: str | Decimal, code: str) -> int:
    """An amount in major units as whole minor units.

    Raises ValueError with the broken rule: no plain number, more decimals than the currency has, too large.
    """
    number = _number(amount)
    if not number.is_finite():
        raise ValueError('an amount must be a finite number.')
    shortest = number.normalize(_EXACT)
    decimals = exponent(code)
    if shortest and shortest.adjusted() + decimals > 15:
        raise ValueError(f'an amount must be at most {plain(MOST_MINOR, code)} {code}.')
    if _decimals(shortest) > decimals:
        raise ValueError(f'an amount in {code} has {_counted(decimals)}.')
    found = int(shortest.scaleb(decimals, _EXACT))
    if abs(found) > MOST_MINOR:
        raise ValueError(f'an amount must be at most {plain(MOST_MINOR, code)} {code}.')
    return found


def _number(amount: str | Decimal) -> Decimal:
    if isinstance(amount, Decimal):
        return amount
    text = amount.strip()
    try:
        if not text.isascii() or '_' in text or len(text) > _LONGEST:
            raise InvalidOperation
        return Decimal(text)
    except InvalidOperation:
        raise ValueError('an amount looks like 1234.50.') from None


def _decimals(shortest: Decimal) -> int:
    last = shortest.as_tuple().exponent
    assert isinstance(last, int)  # it is finite
    return max(0, -last)


def _counted(decimals: int) -> str:
    if decimals == 0:
        return 'no decimals'
    return f'at most {decimals} decimals'
