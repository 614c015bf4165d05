"""Values as people read and type them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import formats
from portal_app.filters import Begins, Contains, Dates, Numbers, OneOf, Pairs
from portal_app.listings import Measure
from portal_app.money import MOST_MINOR, Money, plain
from portal_app.services.usage import USAGE_EVENTS

BERLIN = ZoneInfo('Europe/Berlin')


def cell(name: str, value: object, locale: str = 'en_US') -> str:
    """With plain spaces, whatever spaces the locale has."""
    text = formats.cell(USAGE_EVENTS.by_name[name], value, BERLIN, locale)
    return text.replace('\u202f', ' ').replace('\xa0', ' ')


def test_times_are_those_of_the_viewer_s_zone_and_locale() -> None:
    """POR-03; the clocks go back at 3 in the morning of 25 October 2026."""
    assert cell('date', datetime(2026, 10, 25, 0, 30, tzinfo=UTC)) == 'Oct 25, 2026, 2:30 AM'
    assert cell('date', datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) == 'Oct 25, 2026, 2:30 AM'
    assert cell('date', datetime(2026, 10, 25, 22, 59, tzinfo=UTC), 'de_DE') == '25.10.2026, 23:59'


@pytest.mark.parametrize(
    ('value', 'english', 'german'),
    [
        ('0', '0', '0'),
        ('-1234.5', '-1,234.5', '-1.234,5'),
        ('0.000000145300001', '0.000000145300001', '0,000000145300001'),
        (
            '12345678901234567890123456789012345.678',
            '12,345,678,901,234,567,890,123,456,789,012,345.678',
            None,
        ),
    ],
)
def test_numbers_keep_every_digit(value: str, english: str, german: str | None) -> None:
    """House style: quantities are exact, also on the screen."""
    assert cell('quantity', Decimal(value)) == english
    if german:
        assert cell('quantity', Decimal(value), 'de_DE') == german


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=5))
def test_a_number_that_is_shown_can_be_typed_again(value: Decimal) -> None:
    """USE-02: in English, German and French."""
    for locale in ('en_US', 'de_DE', 'fr_FR'):
        typed = formats.typed_number(formats.number_input(value, locale), locale)
        assert Decimal(typed) == value


def test_a_german_s_thousand_is_not_one() -> None:
    """USE-02: never another number than the one that was meant."""
    assert formats.typed_number('1.500', 'de_DE') == '1500'
    assert formats.typed_number('1,5', 'de_DE') == '1.5'
    assert formats.typed_number('1,000', 'en_US') == '1000'
    with pytest.raises(ValueError, match=r'a number looks like 1\.234,5'):
        formats.typed_number('1.5', 'de_DE')
    with pytest.raises(ValueError, match=r'a number looks like 1,234\.5'):
        formats.typed_number('many', 'en_US')


def test_properties_are_shown_as_they_were_sent() -> None:
    """USE-02: what is shown can be filtered by."""
    assert (
        cell('properties', {'flag': True, 'none': None, 'n': 3, 't': 'x'})
        == 'flag: true · none: null · n: 3 · t: x'
    )
    assert cell('properties', {'long': 'x' * 500}).endswith('x…')


def test_each_filter_says_what_it_does() -> None:
    """POR-03."""
    for filter, text in (
        (Dates(preset='last_30_days'), 'Last 30 days'),
        (Dates(date(2026, 1, 2), None), 'from Jan 2, 2026'),
        (Numbers(None, Decimal(1000)), 'up to 1,000'),
        (Numbers(Decimal(5), Decimal(5)), '5'),
        (OneOf(('a', 'b', 'c')), 'a, b +1'),
        (Contains('GB'), '“GB”'),
        (Begins('evt'), 'evt…'),
        (Pairs((('region', 'eu'),)), 'region = eu'),
    ):
        assert formats.filter_text(filter, 'en_US') == text


@pytest.mark.parametrize(
    ('amount', 'english', 'german'),
    [
        (Money(124_000, 'EUR'), '€1,240.00', '1.240,00 €'),
        (Money(1_240, 'JPY'), '¥1,240', '1.240 ¥'),
        (Money(1_234, 'BHD'), 'BHD 1.234', '1,234 BHD'),
        (Money(-12_345, 'CLF'), '-CLF 1.2345', '-1,2345 CLF'),
        (Money(-5, 'USD'), '-$0.05', '-0,05 $'),
        (Money(5, 'IQD'), 'IQD 0.005', '0,005 IQD'),
        (
            Money(10**24 + 1, 'USD'),
            '$10,000,000,000,000,000,000,000.01',
            '10.000.000.000.000.000.000.000,01 $',
        ),
    ],
)
def test_money_has_the_decimals_of_its_currency(amount: Money, english: str, german: str) -> None:
    """House style: ISO 4217's decimals by Babel's locale, and no line ends within an amount."""
    assert formats.money(amount, 'en_US') == english.replace(' ', '\xa0')
    assert formats.money(amount, 'de_DE') == german.replace(' ', '\xa0')
    assert formats.total(amount, 'en_US') == formats.money(amount, 'en_US')


def test_a_quantity_adds_up_with_its_unit() -> None:
    """POR-03: below a table."""
    assert formats.total(Measure(Decimal('1234.50'), 'GB'), 'en_US') == '1,234.5 GB'
    assert formats.total(Measure(Decimal(3), ''), 'en_US') == '3'


@given(
    st.integers(-MOST_MINOR, MOST_MINOR),
    st.sampled_from(['USD', 'JPY', 'BHD', 'CLF']),
    st.sampled_from(['en_US', 'de_DE', 'fr_FR', 'sv_SE', 'hi_IN', 'de_CH']),
)
def test_an_amount_that_is_shown_can_be_typed_again(minor: int, currency: str, locale: str) -> None:
    """POR-09: in whatever language; its currency stands beside the box."""
    shown = formats.number_input(Decimal(plain(minor, currency)), locale)
    assert formats.typed_money(shown, currency, locale) == minor


@pytest.mark.parametrize(
    ('text', 'currency', 'locale', 'rule'),
    [
        ('many', 'EUR', 'de_DE', 'an amount looks like 1.234,50.'),
        ('1.5', 'EUR', 'de_DE', 'an amount looks like 1.234,50.'),
        (' ', 'BHD', 'en_US', 'an amount looks like 1,234.500.'),
        ('¥5', 'JPY', 'en_US', 'an amount looks like 1,234.'),
        ('1.005', 'USD', 'en_US', 'an amount in USD has at most 2 decimals.'),
    ],
)
def test_what_is_no_amount_gets_an_example(text: str, currency: str, locale: str, rule: str) -> None:
    """Bad input: as the viewer writes amounts of this currency."""
    with pytest.raises(ValueError, match='^' + rule.replace('.', r'\.') + '$'):
        formats.typed_money(text, currency, locale)
