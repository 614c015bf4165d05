"""Addresses as people type them."""

import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from portal_app.errors import Invalid
from portal_app.services import addresses
from portal_app.services.addresses import one_address

LETTERS = 'ab9_+-.@'


@given(st.text(LETTERS, max_size=40) | st.emails())
def test_a_plain_address_is_one_that_the_library_takes_as_it_is(text: str) -> None:
    """ACC-03: the quick way never lets in what the careful one refuses or writes otherwise."""
    if addresses._PLAIN.fullmatch(text):
        try:
            careful = validate_email(
                text, allow_smtputf8=False, check_deliverability=False, strict=True
            ).normalized
        except ValueError:
            with pytest.raises(Invalid):
                one_address(text)
        else:
            assert one_address(text) == careful == text


@pytest.mark.parametrize(
    'text',
    ['a@b.test', 'a@localhost', 'a@b.local', f'{"a" * 65}@example.com', f'a@{"b" * 64}.com', 'a@xn--b.com'],
)
def test_a_plain_address_with_a_fault_is_refused(text: str) -> None:
    """ACC-03: too long, or of a name that no mail reaches."""
    with pytest.raises(Invalid):
        one_address(text)
