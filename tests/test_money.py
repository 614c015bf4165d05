"""Amounts of money: ISO 4217's decimals, and what may be typed."""

from decimal import Decimal

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from portal_app.money import MOST_MINOR, Money, exponent, is_currency, minor, plain, size_of

CURRENCIES = st.sampled_from(['USD', 'EUR', 'JPY', 'BHD', 'CLF', 'IQD', 'ISK', 'UYW'])
AMOUNTS = st.integers(-MOST_MINOR, MOST_MINOR)


def test_iso_4217_rules_over_habits() -> None:
    """House style: CLDR rounds Iraqi dinars to whole ones, ISO 4217 gives them 3 decimals."""
    assert [exponent(code) for code in ('USD', 'JPY', 'BHD', 'CLF', 'UGX', 'XOF')] == [2, 0, 3, 4, 0, 0]
    for code, iso, cldr in (('IQD', 3, 0), ('RSD', 2, 0), ('LBP', 2, 0), ('AFN', 2, 0), ('MMK', 2, 0)):
        assert (exponent(code), get_currency_precision(code)) == (iso, cldr)


def test_what_is_a_currency() -> None:
    """Gold, special drawing rights and codes for tests are none, small letters neither."""
    assert all(is_currency(code) for code in ('USD', 'JPY', 'BHD', 'CLF', 'XOF', 'DEM', 'UYW'))
    assert not any(is_currency(code) for code in ('XAU', 'XDR', 'XTS', 'XXX', 'usd', 'ABC', '', 'US'))


@given(AMOUNTS, CURRENCIES)
def test_an_amount_that_is_written_can_be_read_again(amount: int, currency: str) -> None:
    """POR-04: amounts as plain decimals, to the last digit."""
    text = plain(amount, currency)
    assert minor(text, currency) == minor(Decimal(text), currency) == amount
    assert len(text.partition('.')[2]) == exponent(currency)


@given(st.lists(st.builds(Money, AMOUNTS, CURRENCIES), max_size=8))
def test_amounts_compare_by_their_major_units(amounts: list[Money]) -> None:
    """POR-03: 1,240 yen and 1,240 euros are alike in a list."""
    by_size = sorted(amounts, key=size_of)
    assert [size_of(amount) for amount in by_size] == sorted(
        int(Decimal(plain(*amount)) * 10_000) for amount in amounts
    )


@pytest.mark.parametrize(
    ('amount', 'currency', 'rule'),
    [
        ('1.005', 'USD', 'an amount in USD has at most 2 decimals.'),
        ('1.5', 'JPY', 'an amount in JPY has no decimals.'),
        (Decimal('1e-999999'), 'CLF', 'an amount in CLF has at most 4 decimals.'),
        ('NaN', 'USD', 'an amount must be a finite number.'),
        (Decimal('-Infinity'), 'USD', 'an amount must be a finite number.'),
        ('10000000000000.01', 'USD', 'an amount must be at most 10000000000000.00 USD.'),
        ('-1000000000000001', 'JPY', 'an amount must be at most 1000000000000000 JPY.'),
        ('1e999999', 'JPY', 'an amount must be at most 1000000000000000 JPY.'),
        ('1_000', 'USD', 'an amount looks like 1234.50.'),
        ('١٢', 'USD', 'an amount looks like 1234.50.'),
        ('', 'USD', 'an amount looks like 1234.50.'),
        ('0.' + '0' * 80 + '1', 'USD', 'an amount looks like 1234.50.'),
    ],
)
def test_what_is_no_amount_is_refused_with_the_rule(amount: str | Decimal, currency: str, rule: str) -> None:
    """Bad input: never another amount than the one that was meant."""
    with pytest.raises(ValueError, match='^' + rule.replace('.', r'\.') + '$'):
        minor(amount, currency)


def test_needless_zeros_are_no_decimals() -> None:
    """'5.000 USD' is five dollars."""
    assert [minor(text, 'USD') for text in ('5.000', '5', '05.10', '1e2', '-0.00')] == [
        500,
        500,
        510,
        10000,
        0,
    ]
    assert minor(Decimal('0E-30'), 'JPY') == 0
