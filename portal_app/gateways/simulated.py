"""The test gateway, embedded and the default: its cards succeed, fail, ask to authenticate, answer late."""

import hmac
import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from portal_app.errors import PortalError
from portal_app.gateways import signing
from portal_app.gateways.gateway import (
    Ability,
    Charge,
    Hosted,
    MethodDetails,
    NotGenuine,
    Notice,
    NoticeKind,
    Outcome,
    Refused,
    State,
    Unreachable,
)
from portal_app.gateways.simulated_cards import METHODS, Behaviour
from portal_app.gateways.simulated_payments import (
    LATER,
    PATH,
    details,
    end,
    new_payment,
    outcome_of,
    read,
    refund_outcome,
    take,
)
from portal_app.gateways.simulated_records import records
from portal_app.models.base import now
from portal_app.money import plain
from portal_app.secret import secret

log = logging.getLogger(__name__)


class SimulatedGateway:
    """Takes no money at all. What it did is in a table of its own (POR-08, POR-09)."""

    name = 'test'
    title = 'Test gateway'
    abilities = frozenset(Ability)

    def problem(self, amount: int, currency: str) -> str:
        """It takes any currency, and any amount above zero."""
        return '' if amount > 0 else 'Only an amount above zero can be paid.'

    def payer(self, key: str, name: str, email: str) -> str:
        """Make the customer known."""
        with records() as book:
            known = book.with_key('payer', key) or book.add('payer', key, name=name, email=email)
            return known.reference

    def begin_saving(self, payer: str, return_url: str, key: str) -> Hosted:
        """Make a page where the person picks a method to be kept."""
        with records() as book:
            page = book.with_key('saving', key) or book.add(
                'saving', key, payer=payer, return_url=return_url, method='', last4=''
            )
            return Hosted(page.reference, f'{PATH}/{page.reference}')

    def saved(self, reference: str) -> MethodDetails | None:
        """The method that the person picked."""
        with records() as book:
            page = book.find(reference)
            if page is None or not page.payload['method']:
                return None
            return details(page.payload['last4'], page.payload['method'])

    def forget(self, method: str) -> None:
        """Delete a saved method."""
        with records() as book:
            if kept := book.find(method):
                book.change(kept, gone=True)

    def charge(self, charge: Charge) -> Outcome:
        """Charge a saved method, as its card behaves."""
        self._refuse(charge)
        with records() as book:
            payment = book.with_key('payment', charge.key)
            if payment is None:
                method = book.find(charge.method)
                if method is None or method.payload['gone'] or method.payload['payer'] != charge.payer:
                    raise Refused('This payment method is not there any more.')
                payment = new_payment(book, charge, last4=method.payload['last4'], method=method.reference)
                take(book, payment, METHODS[method.payload['last4']], absent=charge.absent)
            outcome = outcome_of(payment)
        if METHODS[payment.payload['last4']].behaviour is Behaviour.ANSWERS_TOO_LATE:
            raise Unreachable
        return outcome

    def begin_checkout(self, charge: Charge) -> Hosted:
        """Make a page where the person pays once."""
        self._refuse(charge)
        with records() as book:
            payment = book.with_key('payment', charge.key) or new_payment(book, charge)
            return Hosted(payment.reference, f'{PATH}/{payment.reference}')

    def look_up(self, *, key: str = '', reference: str = '') -> Outcome | None:
        """What became of a charge, a checkout or a refund."""
        with records() as book:
            found = book.find(reference) if reference else book.with_key('payment', key)
            if found is None or found.kind not in ('payment', 'refund'):
                return None
            return refund_outcome(found) if found.kind == 'refund' else outcome_of(found)

    def abandon(self, reference: str) -> Outcome | None:
        """Give up a payment that waits for its person."""
        with records() as book:
            payment = book.find(reference)
            if payment is None:
                return None
            if payment.payload['state'] == State.ACTION:
                book.change(payment, state=State.FAILED, reason='The payment was given up.')
            return outcome_of(payment)

    def refund(self, payment: str, amount: int, currency: str, key: str) -> Outcome:
        """Give money back: at once to a card, later to an account. Raises Refused for more than is left."""
        with records() as book:
            if known := book.with_key('refund', key):
                return refund_outcome(known)
            paid = book.find(payment)
            if paid is None or paid.payload['state'] != State.SUCCEEDED:
                raise Refused('Only a payment that succeeded can be refunded.')
            left = paid.payload['amount'] - paid.payload['refunded']
            if not 0 < amount <= left or currency != paid.payload['currency']:
                raise Refused(f'Between 0 and {plain(left, paid.payload["currency"])} can be refunded.')
            book.change(paid, refunded=paid.payload['refunded'] + amount)
            later = METHODS[paid.payload['last4']].kind == 'bank'
            state = State.PENDING if later else State.SUCCEEDED
            made = book.add('refund', key, payment=payment, amount=amount, currency=currency, state=state)
            if later:
                book.notify(NoticeKind.REFUND, made, after=LATER, then=State.SUCCEEDED)
            return refund_outcome(made)

    def read_notice(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Read a notice of its own."""
        if not signing.is_signed(notice_secret(), body, headers, now()):
            raise NotGenuine
        said = json.loads(body)
        with records() as book:
            return read(book, said['id'], NoticeKind(said['kind']), said['reference'])

    def due_notices(self, at: datetime | None = None) -> list[str]:
        """The references of the notices that are to be sent by now, or by a later time, oldest first."""
        with records() as book:
            return [notice.reference for notice in book.due(at or now())]

    def signed_notice(self, reference: str) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a notice, as a webhook gets them. What it tells of happens now."""
        with records() as book:
            notice = book.find(reference)
            assert notice is not None
            told = notice.payload
            if told['then'] and (subject := book.find(told['subject'])):
                end(book, subject, State(told['then']))
        body = json.dumps({'id': reference, 'kind': told['about'], 'reference': told['subject']}).encode()
        return body, signing.sign(notice_secret(), reference, now(), body)

    def deliver(self, settle: Callable[[Notice], None], at: datetime | None = None) -> int:
        """Give each notice that is due to `settle`, and return how many it took; others come again.

        `at` delivers what is due by a later time.
        """
        settled = 0
        for reference in self.due_notices(at):
            try:
                settle(self.read_notice(*self.signed_notice(reference)))
            except PortalError as error:
                log.warning('a notice of the test gateway was not settled: %s', error.message)
                continue
            with records() as book:
                if notice := book.find(reference):
                    book.sent(notice)
            settled += 1
        return settled

    def _refuse(self, charge: Charge) -> None:
        if problem := self.problem(charge.amount, charge.currency):
            raise Refused(problem)


def notice_secret() -> bytes:
    """What its notices are signed with: nobody outside this installation can make one."""
    return hmac.digest(secret(), b'notices of the test gateway', 'sha256')
