"""What people type into email and name fields, and what becomes of it (ACC-03)."""

import pytest

from portal_app.errors import Invalid
from portal_app.services.addresses import check_name, delivery_addresses, one_address


@pytest.mark.parametrize(
    ('typed', 'address'),
    [
        ('anna@acme.example', 'anna@acme.example'),
        (' Anna.Keller@ACME.Example ', 'anna.keller@acme.example'),
        ("o'neil+bills@acme.example", "o'neil+bills@acme.example"),
        ('anna@Bücher.example', 'anna@bücher.example'),
        ('anna@xn--bcher-kva.example', 'anna@bücher.example'),
        ('anna@acme.example\t', 'anna@acme.example'),
    ],
)
def test_one_address_comes_back_in_lowercase(typed: str, address: str) -> None:
    """ACC-03: typed capitals are lowered; a domain with umlauts is one domain, however it is written."""
    assert one_address(typed) == address


@pytest.mark.parametrize(
    ('typed', 'rule'),
    [
        ('', 'must not be empty'),
        ('   ', 'must not be empty'),
        ('anna@acme.example, ben@acme.example', 'exactly one address; it holds 2: anna@acme'),
        ('anna@acme.example;ben@acme.example', 'it holds 2'),
        ('anna@acme.example ben@acme.example', 'it holds 2'),
        ('anna@acme.example\r\nBcc: x@y.example', 'line breaks or other control characters'),
        ('anna@acme.example\n', 'line breaks'),
        ('anna\0@acme.example', 'control characters'),
        ('anna@acme.example\u2028', 'control characters'),
        ('an na@acme.example', 'invalid characters before the @-sign: SPACE'),
        ('"anna keller"@acme.example', 'Quoting the part before the @-sign is not allowed'),
        ('"a,b"@acme.example', 'Quoting'),
        ('änna@acme.example', 'Internationalized characters before the @-sign'),
        ('Anna <anna@acme.example>', 'display name'),
        ('anna', 'must have an @-sign'),
        ('anna@acme', 'should have a period'),
        ('anna@@acme.example', 'invalid characters'),
        ('anna@[127.0.0.1]', 'IP address'),
        ('.anna@acme.example', 'period'),
        ('a' * 10_000 + '@acme.example', 'at most 254 characters (got 10013)'),
    ],
)
def test_anything_else_is_refused_with_its_rule(typed: str, rule: str) -> None:
    """ACC-03, bad input: the field is named, and what is wrong with it."""
    with pytest.raises(Invalid) as refused:
        one_address(typed)
    assert refused.value.message.startswith('email must')
    assert rule in refused.value.message


@pytest.mark.parametrize(
    ('typed', 'kept'),
    [
        ('Anna@acme.example', 'anna@acme.example'),
        (
            'anna@acme.example; BEN@acme.example ,c@d.example',
            'anna@acme.example, ben@acme.example, c@d.example',
        ),
        ('anna@acme.example ben@acme.example', 'anna@acme.example, ben@acme.example'),
        ('anna@acme.example, ANNA@acme.example', 'anna@acme.example'),
        ('anna@acme.example,', 'anna@acme.example'),
    ],
)
def test_a_field_for_delivery_may_hold_several(typed: str, kept: str) -> None:
    """Field notes: the one-address rule is checked when inviting."""
    assert delivery_addresses(typed) == kept


@pytest.mark.parametrize(
    'typed',
    [
        '',
        ',',
        'anna@acme.example, ben',
        'anna@acme.example\nb@acme.example',
        '"a,b"@acme.example',
        'x' * 1_001,
    ],
)
def test_each_of_several_must_be_valid(typed: str) -> None:
    """ACC-03."""
    with pytest.raises(Invalid, match=r'^email must'):
        delivery_addresses(typed)


def test_names_are_trimmed_and_kept_as_they_are() -> None:
    """ACC-01."""
    assert check_name('  Zoë O’Neil & Söhne <GmbH>  ') == 'Zoë O’Neil & Söhne <GmbH>'
    assert check_name('x' * 200) == 'x' * 200


@pytest.mark.parametrize(
    'typed', ['', ' ', 'x' * 10_000, 'Anna\r\nBcc: x', 'Anna\0', 'Anna\x1b[0m', 'A\u202eB']
)
def test_names_that_could_do_harm_are_refused(typed: str) -> None:
    """Bad input: control characters, line breaks, text that turns round what follows, 10,000 characters."""
    with pytest.raises(Invalid, match=r'^name must'):
        check_name(typed)
