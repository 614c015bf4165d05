"""What the product asks of a payment gateway (POR-08, POR-09): the words that both sides share.

A gateway is a stranger: it may refuse, take its time, answer too late or twice. Amounts are integers in the
minor unit of their ISO 4217 currency. A key is ours: what is asked twice with the same key is done once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from portal_app.errors import PortalError


class Ability(StrEnum):
    """What a gateway can do; what it cannot is not offered."""

    SAVE = 'save'  # keep a method for later
    CHARGE = 'charge'  # charge a saved method, also while its owner is absent (auto pay)
    CHECKOUT = 'checkout'  # pay once on the gateway's own page
    REFUND = 'refund'


class State(StrEnum):
    """What has become of a charge, a checkout or a refund."""

    SUCCEEDED = 'succeeded'
    PENDING = 'pending'  # the gateway works on it; a notice will say how it ended
    ACTION = 'action'  # the person must authenticate at `action_url`
    FAILED = 'failed'


class NoticeKind(StrEnum):
    """What a notice of the gateway's is about."""

    PAYMENT = 'payment'
    REFUND = 'refund'
    CHARGEBACK = 'chargeback'
    METHOD_SAVED = 'method_saved'
    METHOD_GONE = 'method_gone'
    OTHER = 'other'  # nothing that concerns us


@dataclass(frozen=True)
class MethodDetails:
    """A saved method as people know it. `reference` is the gateway's; there is never a number."""

    reference: str
    kind: str  # 'card' or 'bank'
    brand: str  # 'Visa', 'SEPA debit'
    last4: str
    expires_month: int | None = None
    expires_year: int | None = None


@dataclass(frozen=True)
class Charge:
    """What to take. With `method`, a saved method is charged; a checkout needs none.

    `payer` is the gateway's reference of the customer. `return_url` is where the person comes back to after
    authentication or checkout; only a charge of an absent person needs none. `absent`: nobody is there to
    authenticate, so that a method which needs it has FAILED.
    """

    key: str
    amount: int
    currency: str
    payer: str
    description: str
    method: str = ''
    return_url: str = ''
    absent: bool = False


@dataclass(frozen=True)
class Outcome:
    """What the gateway says of a charge, a checkout or a refund.

    `key` is the one that it was asked with. `reason` is for the person: 'Your card has insufficient funds.'
    `method` is what was charged, where the gateway says so.
    """

    state: State
    reference: str
    amount: int
    currency: str
    key: str = ''
    reason: str = ''
    action_url: str = ''
    method: MethodDetails | None = None


@dataclass(frozen=True)
class Hosted:
    """A page of the gateway's where a person goes."""

    reference: str
    url: str


@dataclass(frozen=True)
class Notice:
    """What a gateway told us by itself. The same `id` may come more than once, and notices in any order.

    `reference` and `key` are those of the payment (also for its refund or chargeback), of the saving, or of
    the method that is gone. `outcome` is that of the payment, the refund or the chargeback, with its own
    reference and key, as of the moment when the notice is read: an old notice tells nothing old. A chargeback
    has SUCCEEDED when the bank has taken the money, and FAILED when it gave it back. `amount` is what was
    paid, given back or taken.
    """

    id: str
    kind: NoticeKind
    reference: str = ''
    key: str = ''
    outcome: Outcome | None = None
    method: MethodDetails | None = None
    payer: str = ''
    amount: int = 0


class Unreachable(PortalError):
    """Nobody knows whether the gateway has done it: no answer, or the line broke after sending.

    `look_up` with the same key tells what became of a charge; a refund is asked for again with its key.
    """

    status = 503

    def __init__(
        self, message: str = 'The payment service did not answer. We will find out what became of this.'
    ) -> None:
        super().__init__(message)


class Refused(PortalError):
    """The gateway refuses what was asked for good; nothing has happened."""

    status = 422


class NotGenuine(PortalError):
    """A notice whose signature is missing, wrong or too old."""

    status = 400

    def __init__(self, message: str = 'This notice was not signed by the payment service.') -> None:
        super().__init__(message)


class Gateway(Protocol):
    """One payment gateway. Each verb raises Unreachable, and Refused for what will never be done.

    No verb may run inside a transaction of ours: an answer may take seconds.
    """

    @property
    def name(self) -> str:
        """What is stored with each record, such as 'stripe'."""

    @property
    def title(self) -> str:
        """How people call it, such as 'Stripe'."""

    @property
    def abilities(self) -> frozenset[Ability]:
        """What it can do."""

    def problem(self, amount: int, currency: str) -> str:
        """Why this amount cannot be charged, or nothing."""

    def payer(self, key: str, name: str, email: str) -> str:
        """Make the customer known; the same key is the same customer. Returns the gateway's reference."""

    def begin_saving(self, payer: str, return_url: str, key: str) -> Hosted:
        """Make a page where the person gives a method to be kept; it leads back to `return_url`."""

    def saved(self, reference: str) -> MethodDetails | None:
        """The method that came of `begin_saving`; None while the person has not given any."""

    def forget(self, method: str) -> None:
        """Delete a saved method at the gateway; one that is gone already is no failure."""

    def charge(self, charge: Charge) -> Outcome:
        """Charge a saved method. A declined card is an outcome, not an error.

        Nobody is charged twice with one key within a day; whoever tries again later asks `look_up` first.
        """

    def begin_checkout(self, charge: Charge) -> Hosted:
        """Make a page where the person pays this once; it leads back to `return_url`, paid or not.

        The `reference` is that of the page. `look_up` takes it, and answers with the payment's own reference
        once the gateway has or collects the money; `abandon` takes the one that it last answered with.
        """

    def look_up(self, *, key: str = '', reference: str = '') -> Outcome | None:
        """What became of a charge or a checkout, by its key or reference, or of a refund, by its reference.

        A page where nobody has paid yet is ACTION, with its address; one that nobody can pay at any more has
        FAILED. None where the gateway never heard of it.
        """

    def abandon(self, reference: str) -> Outcome | None:
        """Give up a charge or checkout that waits for its person, so that it cannot be paid any more.

        Returns what has become of it: SUCCEEDED or PENDING when the person was quicker.
        """

    def refund(self, payment: str, amount: int, currency: str, key: str) -> Outcome:
        """Give back a payment or a part. Raises Refused for more than is left of it."""

    def read_notice(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Read a notice. Raises NotGenuine when the gateway did not sign it, or not just now."""
