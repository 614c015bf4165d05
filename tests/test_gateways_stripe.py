"""Stripe by its official library, against localstripe: amounts, keys, lines that break, webhooks."""

import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from portal_app import config, gateways
from portal_app.gateways import stripe_finding
from portal_app.gateways.gateway import NoticeKind, Refused, State, Unreachable
from portal_app.gateways.stripe import StripeGateway
from portal_app.gateways.stripe_money import from_stripe, problem, to_stripe
from portal_app.models.base import now
from tests.gateway_tills import StripeTill, charge, save, stripe_at, stripe_till
from tests.localstripe import GOOD, KEY, WEBHOOK_SECRET, line_to, localstripe


@pytest.fixture(scope='module')
def till() -> Iterator[StripeTill]:
    """One localstripe for all tests here."""
    with localstripe() as server, stripe_till(server) as made:
        yield made


@pytest.mark.parametrize(
    ('amount', 'currency', 'theirs'),
    [
        (1240, 'EUR', 1240),
        (500, 'JPY', 500),
        (5, 'ISK', 500),
        (1000, 'UGX', 100_000),
        (20_000, 'HUF', 20_000),
        (80_045, 'TWD', 80_045),
        (5120, 'KWD', 5120),
        (300, 'MGA', 3),
    ],
)
def test_amounts_are_said_in_stripes_own_units(amount: int, currency: str, theirs: int) -> None:
    """POR-09: 5 krónur are 500 to Stripe, 3 ariary are 3, and both are our own again when they come back."""
    assert problem(amount, currency) == ''
    assert to_stripe(amount, currency) == theirs
    assert from_stripe(theirs, currency.lower()) == amount


@pytest.mark.parametrize(
    ('amount', 'currency', 'words'),
    [
        (49, 'EUR', 'Stripe takes between 0.50 and 9999999999.99 EUR at once.'),
        (10**12, 'USD', 'Stripe takes between 0.50 and 9999999999.99 USD at once.'),
        (0, 'ISK', 'Stripe takes between 1 and 9999999999 ISK at once.'),
        (5124, 'KWD', 'Stripe takes amounts in KWD in steps of 0.010 only.'),
        (350, 'MGA', 'Stripe takes amounts in MGA in steps of 1.00 only.'),
        (1000, 'IQD', 'Stripe takes no payments in IQD.'),
    ],
)
def test_what_stripe_would_not_take_is_not_asked_for(amount: int, currency: str, words: str) -> None:
    """POR-09: and the reason is one that a person can read."""
    assert problem(amount, currency) == words


def test_the_settings_lead_to_stripe(till: StripeTill, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-02: one gateway for the whole process, at the address that the operator gave."""
    for name, value in (
        ('GATEWAY', 'stripe'),
        ('STRIPE_SECRET_KEY', KEY),
        ('STRIPE_WEBHOOK_SECRET', WEBHOOK_SECRET),
        ('STRIPE_API', till.server.address),
    ):
        monkeypatch.setenv(f'PORTAL_{name}', value)
    config.settings.cache_clear()
    try:
        chosen = gateways.gateway()
        assert isinstance(chosen, StripeGateway)
        assert gateways.gateway_named('stripe') is chosen
        assert chosen.payer('C1001', 'Acme', 'anna@example.com').startswith('cus_')
    finally:
        config.settings.cache_clear()


def test_krona_and_yen_are_charged_and_refunded_as_they_are(till: StripeTill) -> None:
    """POR-09: what Stripe was asked for, and what comes back."""
    payer, card = save(till)
    for amount, currency, theirs in ((1500, 'ISK', 150_000), (1500, 'JPY', 1500)):
        paid = till.gateway.charge(charge(payer, card, amount=amount, currency=currency))
        assert (paid.amount, paid.currency) == (amount, currency)
        assert till.server.ask('GET', f'payment_intents/{paid.reference}')['amount'] == theirs
        refund = till.gateway.refund(paid.reference, 500, currency, uuid4().hex)
        assert (refund.amount, refund.currency) == (500, currency)
    with pytest.raises(Refused, match='steps'):
        till.gateway.refund('pi_x', 5124, 'KWD', 'r')


def test_a_break_in_the_line_is_bridged_by_asking_again_with_the_same_key(till: StripeTill) -> None:
    """POR-09: the library asks twice, Stripe charges once; longer breaks are for look_up."""
    payer, card = save(till)
    before, asked = till.taken(), charge(payer, card)
    with line_to(till.server.address) as line:
        line.is_cut = True
        with pytest.raises(Unreachable):
            stripe_at(line.address, seconds=1).charge(asked)
        assert line.asked == ['POST /v1/payment_intents'] * 2
        line.is_cut = False
        assert stripe_at(line.address).charge(asked).state is State.SUCCEEDED
    assert till.taken() == before + 1


def test_the_same_key_for_another_amount_is_not_charged(till: StripeTill) -> None:
    """POR-09: nobody knows what is meant, so look_up has the word: the first one was done."""
    payer, card = save(till)
    asked = charge(payer, card)
    till.gateway.charge(asked)
    with pytest.raises(Unreachable):
        till.gateway.charge(charge(payer, card, key=asked.key, amount=99_900))
    found = till.gateway.look_up(key=asked.key)
    assert found is not None
    assert found.amount == asked.amount


def test_where_nobody_answers_nothing_is_known() -> None:
    """POR-09: each verb says so, and none says that it failed."""
    nowhere = stripe_at('http://127.0.0.1:9', seconds=2)
    for verb in (
        lambda: nowhere.charge(charge('cus_x', 'pm_x')),
        lambda: nowhere.look_up(reference='pi_x'),
        lambda: nowhere.refund('pi_x', 1, 'EUR', 'k'),
    ):
        with pytest.raises(Unreachable):
            verb()


def test_a_wrong_key_is_told_to_the_operator_alone(
    till: StripeTill, caplog: pytest.LogCaptureFixture
) -> None:
    """OPS-03: the customer reads that it does not work; the key is in neither text."""
    wrong = StripeGateway('wrong_hunter2', WEBHOOK_SECRET, till.server.address, 20)
    with pytest.raises(Refused) as refused:
        wrong.payer('C1001', 'Acme', 'anna@example.com')
    assert refused.value.message == 'Payments are not set up correctly at the moment.'
    assert 'PORTAL_STRIPE_SECRET_KEY' in caplog.text
    assert 'hunter2' not in caplog.text


def test_what_stripe_refuses_for_good_is_said_in_its_words(till: StripeTill) -> None:
    """POR-09: and nothing was charged."""
    payer, _ = save(till)
    with pytest.raises(Refused, match=r'^Stripe refused this: '):
        till.gateway.charge(charge(payer, 'pm_nothing'))


def test_an_old_payment_is_found_by_stripes_search(till: StripeTill, monkeypatch: pytest.MonkeyPatch) -> None:
    """POR-09: the list of the last hours is enough for new ones, and does not lag behind."""
    asked = charge(*save(till), key='old "and" odd\\')
    paid = till.gateway.charge(asked)
    monkeypatch.setattr(stripe_finding, 'FRESH', timedelta(hours=-1))
    assert till.gateway.look_up(key=asked.key) == paid


def test_refunds_and_chargebacks_are_told_of_with_their_payment(till: StripeTill) -> None:
    """POR-05: also a refund that somebody made at Stripe, past the portal."""
    paid = till.gateway.charge(charge(*save(till)))
    till.server.ask('POST', 'refunds', payment_intent=paid.reference, amount='300')
    letter = till.until(lambda notice: notice.kind is NoticeKind.REFUND and notice.key == paid.key)
    refund = till.gateway.read_notice(*letter)
    assert (refund.reference, refund.amount) == (paid.reference, 300)
    assert refund.outcome is not None
    assert (refund.outcome.state, refund.outcome.key) == (State.SUCCEEDED, '')
    till.server.dispute(paid.reference)
    taken, given = (
        till.gateway.read_notice(*till.until(lambda notice: notice.kind is NoticeKind.CHARGEBACK))
        for _ in range(2)
    )
    assert (taken.reference, taken.key, taken.amount) == (paid.reference, paid.key, 1240)
    assert taken.outcome is not None
    assert given.outcome is not None
    assert {taken.outcome.state, given.outcome.state} == {State.SUCCEEDED, State.FAILED}


def test_an_old_notice_tells_how_things_are_now(till: StripeTill) -> None:
    """POR-09: a notice of a failure that comes after the success says success."""
    asked = charge(till.gateway.payer('C1001', 'Acme', 'anna@example.com'))
    page = till.gateway.begin_checkout(asked)
    till.give(page.url, till.declined)
    late, headers = till.until(lambda notice: notice.key == asked.key)
    assert json.loads(late)['type'] == 'payment_intent.payment_failed'
    waits = till.gateway.read_notice(late, headers).outcome
    assert waits is not None
    assert waits.state is State.ACTION  # another card may be tried
    till.give(page.url, GOOD)
    paid = till.gateway.read_notice(late, headers).outcome
    assert paid is not None
    assert (paid.state, paid.key) == (State.SUCCEEDED, asked.key)


def test_what_does_not_concern_the_portal_is_taken_and_ignored(till: StripeTill) -> None:
    """POR-09: other payments of the same account, events that nobody asked for, a method that is gone."""
    other = till.server.ask('POST', 'payment_intents', amount='500', currency='eur')
    for about, id, kind in (
        ('payment_intent.succeeded', str(other['id']), NoticeKind.OTHER),
        ('product.created', 'prod_1', NoticeKind.OTHER),
        ('payment_method.detached', 'pm_1', NoticeKind.METHOD_GONE),
    ):
        event = {'id': 'evt_1', 'object': 'event', 'type': about, 'data': {'object': {'id': id}}}
        notice = till.gateway.read_notice(*till.signed(json.dumps(event).encode(), now()))
        assert (notice.id, notice.kind) == ('evt_1', kind)
