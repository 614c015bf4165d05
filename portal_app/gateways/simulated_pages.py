"""The test gateway's own pages: where a person saves a method, pays once, or authenticates."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from portal_app.errors import NotFound
from portal_app.gateways.gateway import NoticeKind, State
from portal_app.gateways.simulated_cards import METHODS, Behaviour
from portal_app.gateways.simulated_payments import authenticate, take
from portal_app.gateways.simulated_records import Records, records
from portal_app.models import SimulatedRecord
from portal_app.money import plain

CANCEL, CONFIRM, REFUSE = 'cancel', 'confirm', 'refuse'


@dataclass(frozen=True)
class GatewayPage:
    """What a page shows. `choices` are methods to pick from; without any, it asks for authentication.

    `back` is where it leads once it has nothing to ask any more.
    """

    title: str
    lead: str
    button: str = ''
    choices: tuple[tuple[str, str], ...] = ()
    problem: str = ''
    back: str = ''


def page_of(reference: str) -> GatewayPage:
    """The page with this reference. Raises NotFound where there is none."""
    with records() as book:
        return _shown(_asked(book, reference))


def answer(reference: str, said: str) -> GatewayPage:
    """Do what the person said: CANCEL, CONFIRM, REFUSE, or the last digits of a method.

    Raises NotFound where there is no such page.
    """
    with records() as book:
        asked = _asked(book, reference)
        if said == CANCEL:
            return GatewayPage('', '', back=_way_back(asked))
        if _waits(asked):
            if asked.kind == 'saving' and said in METHODS:
                _save(book, asked, said)
            elif asked.kind == 'payment' and asked.payload['last4'] and said in (CONFIRM, REFUSE):
                authenticate(book, asked, confirmed=said == CONFIRM)
            elif asked.kind == 'payment' and not asked.payload['last4'] and said in METHODS:
                return _pay(book, asked, said)
        return _shown(asked)


def _asked(book: Records, reference: str) -> SimulatedRecord:
    found = book.find(reference)
    if found is None or found.kind not in ('saving', 'payment'):
        raise NotFound
    return found


def _waits(asked: SimulatedRecord) -> bool:
    if asked.kind == 'saving':
        return not asked.payload['method']
    return bool(asked.payload['state'] == State.ACTION)


def _shown(asked: SimulatedRecord) -> GatewayPage:
    known = asked.payload
    if not _waits(asked):
        return GatewayPage('Nothing to do', 'This page has done its work.', back=_way_back(asked))
    if asked.kind == 'saving':
        return GatewayPage('Save a payment method', 'It is kept for later payments.', 'Save', _choices())
    amount = f'{plain(known["amount"], known["currency"])} {known["currency"]}'
    if known['last4']:
        return GatewayPage('Confirm the payment', f'Your bank asks: do you pay {amount}?')
    return GatewayPage(f'Pay {amount}', known['description'], f'Pay {amount}', _choices())


def _choices() -> tuple[tuple[str, str], ...]:
    return tuple((last4, method.label) for last4, method in METHODS.items())


def _save(book: Records, page: SimulatedRecord, last4: str) -> None:
    kept = book.add('method', payer=page.payload['payer'], last4=last4, gone=False)
    book.change(page, method=kept.reference, last4=last4)
    book.notify(NoticeKind.METHOD_SAVED, page)


def _pay(book: Records, payment: SimulatedRecord, last4: str) -> GatewayPage:
    method = METHODS[last4]
    if method.behaviour is Behaviour.DECLINED:
        shown = _shown(payment)
        return GatewayPage(shown.title, shown.lead, shown.button, shown.choices, method.reason)
    take(book, payment, method)
    if method.behaviour in (Behaviour.SUCCEEDS, Behaviour.DISPUTED):
        book.notify(NoticeKind.PAYMENT, payment)
    return _shown(payment)


def _way_back(asked: SimulatedRecord) -> str:
    """Where the person came from, on this site only."""
    came = urlsplit(str(asked.payload['return_url']))
    return '/' + came.path.lstrip('/\\') + (f'?{came.query}' if came.query else '')
