"""What every payment gateway does the same, each verb of the protocol on both (POR-08, POR-09)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from portal_app.gateways.gateway import NotGenuine, NoticeKind, Refused, State, Unreachable
from portal_app.models.base import now
from tests.gateway_tills import BACK, SimulatedTill, Till, charge, save, stripe_till
from tests.localstripe import LocalStripe, localstripe

TILLS = ('test gateway on SQLite', 'Stripe')
everywhere = pytest.mark.parametrize('till', [*TILLS, 'test gateway on PostgreSQL'], indirect=True)


@pytest.fixture(scope='module')
def stripe_server() -> Iterator[LocalStripe]:
    """One localstripe for all tests here."""
    with localstripe() as server:
        yield server


@pytest.fixture(params=TILLS)
def till(request: pytest.FixtureRequest) -> Iterator[Till]:
    """Each gateway in turn."""
    if request.param == 'Stripe':
        with stripe_till(request.getfixturevalue('stripe_server')) as made:
            yield made
    else:
        engine = request.param.rpartition(' ')[2].lower()
        request.getfixturevalue(f'{engine}_database')
        yield SimulatedTill()


@everywhere
def test_annas_card_is_saved_and_charged_once(till: Till) -> None:
    """POR-08: also where the same is asked twice; nobody sees more than its last digits."""
    gateway, before = till.gateway, till.taken()
    acme = gateway.payer('C1001', 'Acme', 'anna@example.com')
    assert gateway.payer('C1001', 'Acme', 'anna@example.com') == acme
    page = gateway.begin_saving(acme, BACK, 'first card')
    assert gateway.begin_saving(acme, BACK, 'first card') == page
    assert gateway.saved(page.reference) is None
    assert till.give(page.url, till.good) in (BACK, BACK.removeprefix('https://portal.example'))
    visa = gateway.saved(page.reference)
    assert visa is not None
    assert (visa.kind, visa.brand, visa.last4) == ('card', 'Visa', '4242')
    assert visa.expires_year is not None
    assert visa.expires_year >= now().year
    asked = charge(acme, visa.reference)
    paid = gateway.charge(asked)
    assert (paid.state, paid.amount, paid.currency, paid.key) == (State.SUCCEEDED, 1240, 'EUR', asked.key)
    assert paid.method == visa
    assert gateway.charge(asked) == paid
    assert gateway.look_up(key=asked.key) == gateway.look_up(reference=paid.reference) == paid
    assert till.taken() == before + 1


def test_a_saved_card_is_told_of_by_a_notice_too(till: Till) -> None:
    """POR-08: for whoever closes the page before coming back."""
    acme = till.gateway.payer('C1001 by notice', 'Acme', 'anna@example.com')
    page = till.gateway.begin_saving(acme, BACK, 'card by notice')
    till.give(page.url, till.good)
    letter = till.until(lambda notice: notice.key == 'card by notice')
    notice = till.gateway.read_notice(*letter)
    assert (notice.kind, notice.reference, notice.payer) == (NoticeKind.METHOD_SAVED, page.reference, acme)
    assert notice.method == till.gateway.saved(page.reference)
    assert till.gateway.read_notice(*letter).id == notice.id


def test_a_declined_card_is_an_outcome_with_a_reason(till: Till) -> None:
    """POR-08: and asking again with the same key is the same refusal."""
    before = till.taken()
    asked = charge(*save(till, till.declined))
    failed = till.gateway.charge(asked)
    assert (failed.state, failed.key) == (State.FAILED, asked.key)
    assert failed.reason.startswith('Your card ')
    again, found = till.gateway.charge(asked), till.gateway.look_up(key=asked.key)
    assert found is not None
    assert again.state is found.state is State.FAILED
    assert again.reason == found.reason == failed.reason
    assert again.reference == found.reference == failed.reference
    assert till.taken() == before


@pytest.mark.parametrize(('confirmed', 'ends'), [(True, State.SUCCEEDED), (False, State.FAILED)])
def test_a_card_that_needs_authentication_sends_its_owner_to_the_bank(
    till: Till, confirmed: bool, ends: State
) -> None:
    """POR-08: what came of it is found by the key, the reference and the notice."""
    before = till.taken()
    asked = charge(*save(till, till.authenticates))
    asks = till.gateway.charge(asked)
    assert asks.state is State.ACTION
    assert till.taken() == before
    assert till.authenticate(asks.action_url, confirmed=confirmed).endswith(BACK.partition('example')[2])
    found = till.gateway.look_up(key=asked.key)
    assert found is not None
    assert (found.state, bool(found.reason)) == (ends, not confirmed)
    assert till.gateway.look_up(reference=asks.reference) == found
    assert till.taken() == before + confirmed
    if confirmed:
        notice = till.gateway.read_notice(*till.until(lambda notice: notice.key == asked.key))
        assert (notice.kind, notice.outcome, notice.amount) == (NoticeKind.PAYMENT, found, 1240)


def test_an_absent_owner_cannot_authenticate(till: Till) -> None:
    """POR-08: auto pay fails then, with what to do about it."""
    before = till.taken()
    failed = till.gateway.charge(charge(*save(till, till.authenticates), absent=True, return_url=''))
    assert failed.state is State.FAILED
    assert failed.reason == 'Your bank wants you to confirm this payment. Please pay it yourself.'
    assert till.gateway.charge(charge(*save(till), absent=True, return_url='')).state is State.SUCCEEDED
    assert till.taken() == before + 1


def test_an_account_that_does_not_pay_says_so_later(till: Till) -> None:
    """POR-08: pending until its notice, then failed."""
    acme = till.gateway.payer('C1001 later', 'Acme', 'anna@example.com')
    asked = charge(acme, till.saved_for_later(acme))
    pending = till.gateway.charge(asked)
    assert pending.state is State.PENDING
    assert pending.method is not None
    assert (pending.method.kind, pending.method.brand) == ('bank', 'SEPA debit')
    notice = till.gateway.read_notice(*till.until(lambda notice: notice.key == asked.key))
    assert notice.outcome == till.gateway.look_up(key=asked.key)
    assert notice.outcome is not None
    assert notice.outcome.state is State.FAILED
    assert notice.outcome.reason


def test_a_person_pays_once_on_the_gateways_page(till: Till) -> None:
    """POR-09: a card that is refused there does not end it; another may be tried."""
    before = till.taken()
    asked = charge(till.gateway.payer('C1001 once', 'Acme', 'anna@example.com'))
    page = till.gateway.begin_checkout(asked)
    assert till.gateway.begin_checkout(asked) == page
    waits = till.gateway.look_up(reference=page.reference)
    assert waits is not None
    assert (waits.state, waits.action_url, waits.amount) == (State.ACTION, page.url, 1240)
    assert till.give(page.url, till.refused) == ''
    waits = till.gateway.look_up(reference=page.reference)
    assert waits is not None
    assert (waits.state, till.taken()) == (State.ACTION, before)
    assert till.give(page.url, till.good).endswith(BACK.partition('example')[2])
    paid = till.gateway.look_up(reference=page.reference)
    assert paid is not None
    assert (paid.state, paid.key, till.taken()) == (State.SUCCEEDED, asked.key, before + 1)
    assert till.gateway.look_up(key=asked.key) == till.gateway.look_up(reference=paid.reference) == paid
    notice = till.gateway.read_notice(*till.until(lambda notice: notice.key == asked.key))
    assert (notice.kind, notice.outcome, notice.reference) == (NoticeKind.PAYMENT, paid, paid.reference)


def test_what_is_given_up_cannot_be_paid_any_more(till: Till) -> None:
    """POR-09: else the same invoice could be paid on two pages; what was paid before stays paid."""
    before = till.taken()
    payer, card = save(till, till.authenticates)
    asks, (fresh, tried) = till.gateway.charge(charge(payer, card)), (charge(payer), charge(payer))
    page = till.gateway.begin_checkout(fresh)
    assert till.give(till.gateway.begin_checkout(tried).url, till.declined) == ''
    waits = till.gateway.look_up(key=tried.key)
    assert waits is not None
    assert waits.state is State.ACTION
    for reference in (page.reference, waits.reference, asks.reference):
        ended = till.gateway.abandon(reference)
        assert ended is not None
        assert (ended.state, ended.action_url) == (State.FAILED, '')
        assert ended.reason
    assert till.taken() == before
    paid = till.gateway.charge(charge(*save(till)))
    assert till.gateway.abandon(paid.reference) == paid


def test_a_payment_is_refunded_in_parts_and_never_beyond(till: Till) -> None:
    """POR-05: the same key gives money back once."""
    paid = till.gateway.charge(charge(*save(till)))
    first = till.gateway.refund(paid.reference, 240, 'EUR', 'refund a ' + paid.reference)
    assert (first.state, first.amount, first.currency) == (State.SUCCEEDED, 240, 'EUR')
    assert till.gateway.refund(paid.reference, 240, 'EUR', 'refund a ' + paid.reference) == first
    assert till.gateway.look_up(reference=first.reference) == first
    with pytest.raises(Refused):
        till.gateway.refund(paid.reference, 1001, 'EUR', 'refund b ' + paid.reference)
    rest = till.gateway.refund(paid.reference, 1000, 'EUR', 'refund c ' + paid.reference)
    assert rest.reference != first.reference
    with pytest.raises(Refused):
        till.gateway.refund(paid.reference, 1, 'EUR', 'refund d ' + paid.reference)


def test_a_forgotten_card_cannot_be_charged(till: Till) -> None:
    """POR-08: and forgetting it twice is no failure."""
    before, (payer, card) = till.taken(), save(till)
    till.gateway.forget(card)
    till.gateway.forget(card)
    with pytest.raises(Refused):
        till.gateway.charge(charge(payer, card))
    assert till.taken() == before


@everywhere
def test_paying_twice_at_once_charges_once(till: Till) -> None:
    """POR-09: eight requests with one key at the same moment."""
    before = till.taken()
    asked = charge(*save(till))
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(till.gateway.charge, [asked] * 8))
    assert len({outcome.reference for outcome in outcomes}) == 1
    assert till.taken() == before + 1


def test_a_charge_whose_answer_gets_lost_is_found_later(till: Till) -> None:
    """POR-09: nobody knows at first, then look_up does; there is one charge."""
    before = till.taken()
    acme = till.gateway.payer('C1001 lost', 'Acme', 'anna@example.com')
    with till.losing_answers(acme) as (gateway, method):
        asked = charge(acme, method)
        with pytest.raises(Unreachable):
            gateway.charge(asked)
    found = till.gateway.look_up(key=asked.key)
    assert found is not None
    assert (found.state, found.amount) == (State.SUCCEEDED, 1240)
    assert till.taken() == before + 1


def test_of_what_it_never_heard_a_gateway_says_nothing(till: Till) -> None:
    """POR-09: so that a payment which never arrived there can fail."""
    assert till.gateway.look_up(key='"no" such\\key') is None
    assert till.gateway.look_up(reference='pi_nothing') is None
    assert till.gateway.abandon('pi_nothing') is None


def test_an_amount_of_nothing_is_refused(till: Till) -> None:
    """POR-09."""
    assert till.gateway.problem(0, 'EUR')
    assert not till.gateway.problem(1240, 'EUR')
    with pytest.raises(Refused):
        till.gateway.charge(charge(*save(till), amount=0))


def test_only_what_the_gateway_signed_just_now_is_believed(till: Till) -> None:
    """POR-09: not without a signature, with another's, with another body, nor a recorded one played again."""
    asked = charge(till.gateway.payer('C1001 signed', 'Acme', 'anna@example.com'))
    till.give(till.gateway.begin_checkout(asked).url, till.good)
    body, headers = till.until(lambda notice: notice.key == asked.key)
    signature = next(name for name in headers if name.lower().endswith('-signature'))
    for forged in (
        (body, {}),
        (body, {**headers, signature: ''}),
        (body, {**headers, signature: headers[signature][:-4] + 'AAA='}),
        (body + b' ', headers),
        (b'', headers),
        (b'\xff', headers),
        till.signed(body, now() - timedelta(minutes=6)),
    ):
        with pytest.raises(NotGenuine):
            till.gateway.read_notice(*forged)
    assert till.gateway.read_notice(*till.signed(body, now() - timedelta(minutes=4))).key == asked.key
