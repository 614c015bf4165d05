"""Portal Setup › Billing: set by staff, live, and part of the configuration file."""

from collections.abc import Callable
from typing import Any

import pytest

from portal_app.auth.viewer import Operator
from portal_app.errors import NotPermitted, PortalError
from portal_app.live import Change, Topic, listen
from portal_app.services import billing_settings
from portal_app.services.billing_settings import BillingSettings
from portal_app.work import acting_as, reading_as
from tests.configuration_files import bring, difference, exported, written
from tests.world import World, audit

SETS: list[tuple[Callable[..., None], tuple[Any, ...], str, Any]] = [
    (billing_settings.allow_change, ('plan', True), 'subscription_changes', ('plan',)),
    (billing_settings.set_changes, (['resume', 'cancel'],), 'subscription_changes', ('cancel', 'resume')),
    (billing_settings.set_bills_changes, (False,), 'bills_changes', False),
    (billing_settings.set_part_payments, (False,), 'part_payments', False),
    (billing_settings.set_retry_days, ([2, 2, 7],), 'retry_days', (2, 2, 7)),
    (billing_settings.set_billing_email, (' Us@N.example.com ',), 'billing_email', 'us@n.example.com'),
    (billing_settings.set_payment_note, (' IBAN \n  NL01\xa0\u200902 ',), 'payment_note', 'IBAN\nNL01 02'),
]


def now_in_force() -> BillingSettings:
    with reading_as(Operator('test')) as work:
        return billing_settings.billing_settings(work)


@pytest.mark.parametrize(('verb', 'given', 'name', 'value'), SETS)
def test_each_setting_is_written_down_and_told_once(
    world: World, verb: Callable[..., None], given: tuple[Any, ...], name: str, value: Any
) -> None:
    """POR-07: open pages hear of it; setting the same again does nothing; Rita looks, Anna does not."""
    heard: list[Change] = []
    stop = listen(Topic.SETUP, heard.append)
    for _ in range(2):
        with acting_as(world.as_staff('olivia')) as work:
            verb(work, *given)
    stop()
    assert getattr(now_in_force(), name) == (
        value or 'billing@northwind.example.com' if value is None else value
    )
    assert heard == [Change(Topic.SETUP)]
    (entry,) = audit('billing_settings.change')
    assert entry.after.keys() == {name}
    for who in ('rita', 'stan'):
        with pytest.raises(NotPermitted), acting_as(world.as_staff(who)) as work:
            verb(work, *given)


@pytest.mark.parametrize(
    ('verb', 'given', 'words'),
    [
        (
            billing_settings.allow_change,
            'refund',
            "must be some of quantity, plan, cancel, resume (got 'refund')",
        ),
        (billing_settings.set_retry_days, [0, 3], 'Retry days must each be between 1 and 60.'),
        (billing_settings.set_retry_days, [1] * 11, 'Retry days must be at most 10 (got 11).'),
        (billing_settings.set_billing_email, 'a@b.example, c@d.example', 'must hold exactly one address'),
        (billing_settings.set_payment_note, 'x' * 1_001, 'Payment note must have at most 1000 characters'),
    ],
)
def test_what_is_wrong_is_refused_by_field_and_rule(
    sqlite_world: World, verb: Callable[..., None], given: Any, words: str
) -> None:
    """POR-07."""
    more = (True,) if verb is billing_settings.allow_change else ()
    with pytest.raises(PortalError) as refused, acting_as(sqlite_world.as_staff('olivia')) as work:
        verb(work, given, *more)
    assert words in refused.value.message


def test_days_are_typed_with_commas() -> None:
    """POR-08."""
    assert billing_settings.typed_days(' 1,3 , 5,') == [1, 3, 5]
    assert billing_settings.typed_days('') == []
    with pytest.raises(PortalError, match=r'Retry days must be whole numbers such as 1, 3, 5 \(got .two.\)'):
        billing_settings.typed_days('1, two')


def test_a_configuration_file_brings_the_billing_settings(sqlite_world: World) -> None:
    """SET: said in words; a file of a release without them changes none."""
    found = exported()
    assert found['portal']['billing']['retry_days'] == [1, 3, 5]
    found['portal']['billing'] |= {
        'subscription_changes': ['cancel', 'quantity'],
        'bills_changes': False,
        'retry_days': [],
        'billing_email': 'billing@northwind.example.com',
    }
    olivia = sqlite_world.as_staff('olivia')
    first, *others = [str(change) for change in bring(written(found), olivia)]
    assert first.endswith('may: change nothing → Change the quantity, Cancel at the end of the term')
    assert others == [
        'Portal Setup › Billing › Bill upgrades at once: yes → no',
        'Portal Setup › Billing › Auto pay tries again: 1, 3, 5 → (empty)',
        'Portal Setup › Billing › Billing notices go to: (empty) → billing@northwind.example.com',
    ]
    assert now_in_force().subscription_changes == ('quantity', 'cancel')
    assert len(audit('billing_settings.change')) == 4
    found['portal'].pop('billing')
    assert difference(written(found)) == []
