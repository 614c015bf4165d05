"""The embedded test gateway: what it pretends, its pages, and the notices that it delivers."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from pages.public import simulated
from portal_app import gateways
from portal_app.auth.viewer import Operator
from portal_app.errors import Busy, NotFound
from portal_app.gateways.gateway import Notice, NoticeKind, Outcome, Refused, State
from portal_app.gateways.simulated_cards import METHODS
from portal_app.models.base import now
from portal_app.work import acting_as
from tests.gateway_tills import SimulatedTill, charge, save
from tests.world import World

TILL = SimulatedTill()
HERE = {'Origin': 'http://portal.example'}


@pytest.fixture
def browser(sqlite_world: World) -> TestClient:
    """A browser at the pages of the test gateway."""
    app = FastAPI()
    app.include_router(simulated.router())
    return TestClient(app, base_url='http://portal.example', follow_redirects=False)


def delivered(minutes: int = 0) -> list[Notice]:
    """The notices that are due by then, about payments."""
    found: list[Notice] = []
    TILL.gateway.deliver(found.append, now() + timedelta(minutes=minutes))
    return [notice for notice in found if notice.kind is not NoticeKind.METHOD_SAVED]


def pay(card: str) -> Outcome:
    """Save a card and charge it."""
    return TILL.gateway.charge(charge(*save(TILL, card)))


def test_it_is_the_gateway_where_nothing_is_set(
    sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """POR-08: its records are found when another is connected; with `none` there is no gateway."""
    chosen = gateways.gateway()
    assert chosen is not None
    assert (chosen.name, chosen.title) == ('test', 'Test gateway')
    assert gateways.gateway_named('stripe') is None
    monkeypatch.setattr(gateways.settings(), 'gateway', 'none')
    assert gateways.gateway() is None
    assert gateways.gateway_named('test') is not None


def test_what_it_did_stays_done(postgresql_database: str) -> None:
    """POR-09: whatever becomes of the work that goes on meanwhile."""
    payer, card = save(TILL)
    with pytest.raises(RuntimeError), acting_as(Operator('test')):
        paid = TILL.gateway.charge(charge(payer, card))
        raise RuntimeError
    assert TILL.gateway.look_up(reference=paid.reference) == paid


@pytest.mark.parametrize(
    ('card', 'at_first', 'later', 'reason'),
    [
        ('4242', State.SUCCEEDED, [], ''),
        ('0002', State.FAILED, [], 'Your card was declined.'),
        ('9995', State.FAILED, [], 'Your card has insufficient funds.'),
        ('0069', State.FAILED, [], 'Your card has expired.'),
        ('3184', State.ACTION, [], ''),
        ('0077', State.PENDING, [(NoticeKind.PAYMENT, State.SUCCEEDED)], ''),
        ('6789', State.PENDING, [(NoticeKind.PAYMENT, State.SUCCEEDED)], ''),
        (
            '2202',
            State.PENDING,
            [(NoticeKind.PAYMENT, State.FAILED)],
            'The bank could not collect the money.',
        ),
        ('0259', State.SUCCEEDED, [(NoticeKind.CHARGEBACK, State.SUCCEEDED)], ''),
    ],
)
def test_each_card_does_what_its_label_says(
    sqlite_database: str, card: str, at_first: State, later: list[tuple[NoticeKind, State]], reason: str
) -> None:
    """POR-08: at once, and by the notices that come a little later."""
    paid = pay(card)
    assert paid.state is at_first
    assert delivered() == []
    notices = delivered(minutes=1)
    assert [(notice.kind, notice.outcome and notice.outcome.state) for notice in notices] == later
    assert all((notice.key, notice.amount) == (paid.key, 1240) for notice in notices)
    found = TILL.gateway.look_up(key=paid.key)
    assert found is not None
    assert found.reason == reason
    assert delivered(minutes=1) == []


def test_the_list_of_cards_has_none_that_is_not_tried(sqlite_database: str) -> None:
    """The cards of the test above, and the one whose answer gets lost."""
    tried = {'4242', '0002', '9995', '0069', '3184', '0077', '6789', '2202', '0259'}
    assert set(METHODS) == tried | {'0119'}


def test_a_notice_that_cannot_be_settled_comes_again(sqlite_database: str) -> None:
    """POR-09: and does not hold up the others."""
    first, second = pay('0077'), pay('0077')
    settled: list[str] = []

    def settle(notice: Notice) -> None:
        if notice.key == first.key and 'tried' not in settled:
            settled.append('tried')
            raise Busy
        settled.append(notice.key)

    later = now() + timedelta(minutes=1)
    assert TILL.gateway.deliver(settle, later) == 3  # two cards were saved, too
    assert TILL.gateway.deliver(settle, later) == 1
    assert second.key in settled
    assert settled[-1] == first.key


def test_a_refund_to_an_account_takes_its_time(sqlite_database: str) -> None:
    """POR-05: pending, then done; a payment that is pending itself cannot be refunded."""
    paid = pay('6789')
    with pytest.raises(Refused):
        TILL.gateway.refund(paid.reference, 100, 'EUR', 'too early')
    delivered(minutes=1)
    refund = TILL.gateway.refund(paid.reference, 100, 'EUR', 'r')
    assert refund.state is State.PENDING
    (notice,) = delivered(minutes=1)
    assert (notice.kind, notice.reference, notice.key) == (NoticeKind.REFUND, paid.reference, paid.key)
    assert notice.outcome == TILL.gateway.look_up(reference=refund.reference)
    assert notice.outcome is not None
    assert (notice.outcome.state, notice.outcome.key) == (State.SUCCEEDED, 'r')


def test_its_pages_say_that_they_are_a_simulation_and_take_a_choice(browser: TestClient) -> None:
    """POR-08: no field asks for a number; a card that is refused is said, and another may be picked."""
    asked = charge(TILL.gateway.payer('C1001', 'Acme', ''))
    page = TILL.gateway.begin_checkout(asked).url
    shown = browser.get(page)
    assert 'Pay 12.40 EUR' in shown.text
    assert 'a simulation' in shown.text
    assert 'type="text"' not in shown.text
    refused = browser.post(page, data={'said': '0002'}, headers=HERE)
    assert refused.status_code == 422
    assert 'Your card was declined.' in refused.text
    for nonsense in ('', '1111', 'confirm'):
        assert browser.post(page, data={'said': nonsense}, headers=HERE).status_code == 200
    sent_on = browser.post(page, data={'said': '3184'}, headers=HERE)
    assert 'Your bank asks: do you pay 12.40 EUR?' in sent_on.text
    done = browser.post(page, data={'said': 'confirm'}, headers=HERE)
    assert (done.status_code, done.headers['Location']) == (303, '/portal/C1001/paid?n=7')
    found = TILL.gateway.look_up(key=asked.key)
    assert found is not None
    assert found.state is State.SUCCEEDED
    assert 'This page has done its work.' in browser.get(page).text


def test_another_site_cannot_press_its_buttons(browser: TestClient) -> None:
    """OPS-03: nor does it lead to another site; who cancels has saved nothing."""
    payer = TILL.gateway.payer('C1001', 'Acme', '')
    page = TILL.gateway.begin_saving(payer, 'https://evil.example//evil.example/x', 'k')
    with pytest.raises(Exception, match='not sent from this site'):
        browser.post(page.url, data={'said': '4242'}, headers={'Origin': 'https://evil.example'})
    cancelled = browser.post(page.url, data={'said': 'cancel'}, headers=HERE)
    assert cancelled.headers['Location'] == '/evil.example/x'
    assert TILL.gateway.saved(page.reference) is None
    for reference in ('nothing', payer):
        with pytest.raises(NotFound):
            browser.get(f'/test-gateway/{reference}')
