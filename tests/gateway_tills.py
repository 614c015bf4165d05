"""Both gateways behind one counter: what a person does there, and what their money does (POR-08, POR-09)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import digest
from typing import Protocol
from uuid import uuid4

from sqlmodel import select

from portal_app.auth.viewer import Operator
from portal_app.gateways import signing
from portal_app.gateways.gateway import Charge, Gateway, Notice
from portal_app.gateways.simulated import SimulatedGateway, notice_secret
from portal_app.gateways.simulated_pages import CONFIRM, REFUSE, answer
from portal_app.gateways.stripe import StripeGateway
from portal_app.models import SimulatedRecord
from portal_app.models.base import now
from portal_app.work import reading_as
from tests import localstripe

BACK = 'https://portal.example/portal/C1001/paid?n=7'
Letter = tuple[bytes, dict[str, str]]  # a notice on its way: body and headers


def charge(payer: str, method: str = '', **changes: object) -> Charge:
    """12.40 euros for an invoice; what is not said is ordinary, and the key is new."""
    values = {
        'key': uuid4().hex,
        'amount': 1240,
        'currency': 'EUR',
        'payer': payer,
        'description': 'Invoice INV-7',
        'method': method,
        'return_url': BACK,
    }
    return Charge(**{**values, **changes})  # type: ignore[arg-type]


class Till(Protocol):
    """A gateway, and the world around it."""

    gateway: Gateway
    good: str
    declined: str  # can be saved, but not charged
    refused: str  # not even a page takes it
    authenticates: str
    fails_later: str

    def give(self, page: str, card: str) -> str:
        """Pick or type this card on the gateway's page. Returns where that leads; nowhere if refused."""

    def authenticate(self, page: str, *, confirmed: bool) -> str:
        """Answer the bank. Returns where that leads."""

    def taken(self) -> int:
        """How many times money was taken so far."""

    def until(self, wanted: Callable[[Notice], bool]) -> Letter:
        """The next notice that is as wanted, as it comes to the webhook."""

    def signed(self, body: bytes, at: datetime) -> Letter:
        """A body under the gateway's signature of that time."""

    def saved_for_later(self, payer: str) -> str:
        """A saved account whose bank says later that it does not pay."""

    def losing_answers(self, payer: str) -> 'contextmanager[tuple[Gateway, str]]':  # type: ignore[valid-type]
        """A gateway that does what it is asked, and a saved method, while no answer comes back."""


def save(till: Till, card: str = '', payer: str = '') -> tuple[str, str]:
    """Save a card at the gateway's page. Returns the payer's and the method's references."""
    payer = payer or till.gateway.payer(uuid4().hex, 'Acme', 'anna@example.com')
    page = till.gateway.begin_saving(payer, BACK, uuid4().hex)
    till.give(page.url, card or till.good)
    method = till.gateway.saved(page.reference)
    assert method is not None
    return payer, method.reference


@dataclass
class SimulatedTill:
    """The embedded test gateway."""

    gateway: SimulatedGateway = field(default_factory=SimulatedGateway)
    good: str = '4242'
    declined: str = '9995'
    refused: str = '0002'
    authenticates: str = '3184'
    fails_later: str = '2202'

    def give(self, page: str, card: str) -> str:
        return answer(page.rpartition('/')[2], card).back

    def pay_by_page(self, card: str) -> str:
        """Pick this card on a page where something is paid once. Returns the payment's reference."""
        page = self.gateway.begin_checkout(charge('')).reference
        answer(page, card)
        return page

    def authenticate(self, page: str, *, confirmed: bool) -> str:
        return answer(page.rpartition('/')[2], CONFIRM if confirmed else REFUSE).back

    def taken(self) -> int:
        with reading_as(Operator('test')) as work:
            kept = work.session.exec(select(SimulatedRecord).filter_by(kind='payment'))
            return sum(payment.payload['state'] == 'succeeded' for payment in kept)

    def until(self, wanted: Callable[[Notice], bool]) -> Letter:
        for reference in self.gateway.due_notices(now() + timedelta(minutes=1)):
            letter = self.gateway.signed_notice(reference)
            if wanted(self.gateway.read_notice(*letter)):
                return letter
        raise AssertionError('no such notice')

    def signed(self, body: bytes, at: datetime) -> Letter:
        return body, signing.sign(notice_secret(), uuid4().hex, at, body)

    def saved_for_later(self, payer: str) -> str:
        return save(self, self.fails_later, payer)[1]

    @contextmanager
    def losing_answers(self, payer: str) -> Iterator[tuple[Gateway, str]]:
        yield self.gateway, save(self, '0119', payer)[1]


@dataclass
class StripeTill:
    """Stripe, played by localstripe."""

    server: localstripe.LocalStripe
    inbox: localstripe.Inbox
    gateway: StripeGateway
    good: str = localstripe.GOOD
    declined: str = localstripe.DECLINED_LATER
    refused: str = localstripe.NOT_TAKEN
    authenticates: str = localstripe.AUTHENTICATES

    def give(self, page: str, card: str) -> str:
        answer = self.server.type_card(page, card).headers.get('Location', '')
        return '' if answer.startswith(self.server.address) else answer

    def authenticate(self, page: str, *, confirmed: bool) -> str:
        return self.server.authenticate(page, confirmed=confirmed)

    def taken(self) -> int:
        return len(self.server.charges())

    def until(self, wanted: Callable[[Notice], bool]) -> Letter:
        while True:
            letter = self.inbox.next()
            if wanted(self.gateway.read_notice(*letter)):
                return letter

    def signed(self, body: bytes, at: datetime) -> Letter:
        stamp = int(at.timestamp())
        signature = digest(localstripe.WEBHOOK_SECRET.encode(), b'%d.%s' % (stamp, body), 'sha256').hex()
        return body, {'Stripe-Signature': f't={stamp},v1={signature}'}

    def saved_for_later(self, payer: str) -> str:
        account = {'type': 'sepa_debit', 'sepa_debit[iban]': localstripe.FAILS_LATER}
        made = self.server.ask('POST', 'payment_methods', **account)
        self.server.ask('POST', f'payment_methods/{made["id"]}/attach', customer=payer)
        return str(made['id'])

    @contextmanager
    def losing_answers(self, payer: str) -> Iterator[tuple[Gateway, str]]:
        _, method = save(self, '', payer)
        with localstripe.line_to(self.server.address) as line:
            line.is_cut = True
            yield stripe_at(line.address, seconds=1), method


def stripe_at(address: str, seconds: float = 20) -> StripeGateway:
    """The product's gateway, connected to a server that speaks as Stripe does."""
    return StripeGateway(localstripe.KEY, localstripe.WEBHOOK_SECRET, address, seconds)


@contextmanager
def stripe_till(server: localstripe.LocalStripe) -> Iterator[StripeTill]:
    """A till at a running localstripe, with an address that its webhooks come to."""
    with localstripe.inbox() as inbox:
        server.send_webhooks_to(inbox.address)
        yield StripeTill(server, inbox, stripe_at(server.address))
