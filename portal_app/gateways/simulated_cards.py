"""What one can pay with at the test gateway: chosen from a list, so that no number is ever typed."""

from dataclasses import dataclass
from enum import Enum, auto


class Behaviour(Enum):
    """What becomes of a charge."""

    SUCCEEDS = auto()
    DECLINED = auto()
    AUTHENTICATES = auto()
    LATER = auto()  # pending until its notice
    FAILS_LATER = auto()
    ANSWERS_TOO_LATE = auto()  # it is charged, but whoever asked is not told
    DISPUTED = auto()  # it succeeds, then the bank takes it back


@dataclass(frozen=True)
class SimulatedMethod:
    """A card or an account of the list. `reason` is what a refusal says."""

    last4: str
    title: str
    behaviour: Behaviour
    reason: str = ''
    kind: str = 'card'
    brand: str = 'Visa'
    is_expired: bool = False

    @property
    def label(self) -> str:
        """As the list shows it."""
        return f'{self.brand} •••• {self.last4} – {self.title}'


METHODS = {
    method.last4: method
    for method in (
        SimulatedMethod('4242', 'succeeds', Behaviour.SUCCEEDS),
        SimulatedMethod('0002', 'is declined', Behaviour.DECLINED, 'Your card was declined.'),
        SimulatedMethod(
            '9995', 'has insufficient funds', Behaviour.DECLINED, 'Your card has insufficient funds.'
        ),
        SimulatedMethod('0069', 'has expired', Behaviour.DECLINED, 'Your card has expired.', is_expired=True),
        SimulatedMethod('3184', 'needs authentication', Behaviour.AUTHENTICATES),
        SimulatedMethod('0077', 'succeeds later', Behaviour.LATER),
        SimulatedMethod('0119', 'is charged, but the answer gets lost', Behaviour.ANSWERS_TOO_LATE),
        SimulatedMethod('0259', 'succeeds, then is charged back', Behaviour.DISPUTED),
        SimulatedMethod('6789', 'succeeds later', Behaviour.LATER, kind='bank', brand='SEPA debit'),
        SimulatedMethod(
            '2202',
            'fails later',
            Behaviour.FAILS_LATER,
            'The bank could not collect the money.',
            kind='bank',
            brand='SEPA debit',
        ),
    )
}
