"""The arithmetic of an invoice, and what may be typed into its lines.

A line's amount is quantity times unit price, rounded half up to the currency's minor unit (below zero half
away from it). Tax is reckoned once for each RATE, on the sum of its lines' amounts, and rounded the same way:
so it depends on the net amount alone, however that is divided into lines. Each line is given its share, and
the shares add up to the rate's tax exactly.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from portal_app.money import MOST_MINOR, exponent
from portal_app.services.billing_rules import Problems, said, text_problem

LONGEST_DESCRIPTION, LONGEST_UNIT = 500, 40  # characters
MOST_LINES = 500
MOST_DIGITS, MOST_DECIMALS = 15, 12  # of a quantity and of a unit price, before and behind the point
_EXACT = Context(prec=80)


@dataclass(frozen=True)
class TypedLine:
    """A line as it was typed: numbers are plain decimals in text, the tax rate is in percent.

    `id` is that of the line that it changes; 0 for a new one.
    """

    description: str = ''
    quantity: str = '1'
    unit: str = ''
    unit_price: str = ''
    tax_rate: str = '0'
    id: int = 0


@dataclass(frozen=True)
class Line:
    """A line that is right. Amount and tax are minor units."""

    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    tax_rate: Decimal
    amount: int
    tax: int = 0
    id: int = 0


@dataclass(frozen=True)
class Sums:
    """What an invoice comes to, in minor units. `by_rate`: each rate with its net amount and its tax."""

    subtotal: int
    tax: int
    by_rate: tuple[tuple[Decimal, int, int], ...]

    @property
    def total(self) -> int:
        """With tax."""
        return self.subtotal + self.tax


def line_amount(quantity: Decimal, unit_price: Decimal, currency: str) -> int:
    """Quantity times unit price in minor units, rounded half up."""
    return _rounded(_EXACT.multiply(quantity, unit_price).scaleb(exponent(currency), _EXACT))


def rate_tax(net: int, rate: Decimal) -> int:
    """The tax on a net amount at a rate in percent, rounded half up."""
    return _rounded(_EXACT.multiply(Decimal(net), rate).scaleb(-2, _EXACT))


def shares(lines: Iterable[tuple[int, Decimal]]) -> list[int]:
    """The tax of each line, given its amount and rate: together, each rate's tax."""
    nets: dict[Decimal, int] = {}
    found = []
    for amount, rate in lines:
        before = nets.get(rate, 0)
        nets[rate] = before + amount
        found.append(rate_tax(nets[rate], rate) - rate_tax(before, rate))
    return found


def sums_of(lines: Iterable[Line]) -> Sums:
    """What lines come to."""
    nets: dict[Decimal, int] = {}
    for line in lines:
        nets[line.tax_rate] = nets.get(line.tax_rate, 0) + line.amount
    rates = tuple((rate, net, rate_tax(net, rate)) for rate, net in sorted(nets.items()))
    return Sums(sum(net for _, net, _ in rates), sum(tax for _, _, tax in rates), rates)


def checked(currency: str, typed: Sequence[TypedLine]) -> tuple[list[Line], Problems]:
    """The lines that are right, with their taxes, and what is wrong with the others, by field."""
    problems: Problems = {}
    right: list[Line] = []
    for place, line in enumerate(typed, 1):
        found, wrong = _line(currency, line)
        problems |= {f'lines.{place}.{name}': problem for name, problem in wrong.items()}
        right += [found] if found else []
    if not typed:
        problems['lines'] = 'must be at least one'
    if len(typed) > MOST_LINES:
        problems['lines'] = f'must be at most {MOST_LINES} (got {len(typed)})'
    taxes = shares((line.amount, line.tax_rate) for line in right)
    return [replace(line, tax=tax) for line, tax in zip(right, taxes, strict=True)], problems


def total_problem(currency: str, sums: Sums) -> str:
    """What is wrong with a total, as the rest of a sentence; empty where nothing is."""
    if sums.total < 0:
        return f'must not be below zero (got {said(sums.total, currency)}): issue a credit memo instead'
    return f'must be at most {said(MOST_MINOR, currency)}' if sums.total > MOST_MINOR else ''


def number_problem(text: str, *, most_decimals: int = MOST_DECIMALS) -> str:
    """What is wrong with a plain decimal, as the rest of a sentence; empty where nothing is."""
    if not text:
        return 'must not be empty'
    number = _number(text)
    if number is None:
        return f'must be a number such as 1234.5 (got {text[:40]!r})'
    if number and number.adjusted() >= MOST_DIGITS:
        return f'must have at most {MOST_DIGITS} digits before the point'
    if -_exponent(number) > most_decimals:
        return f'must have at most {most_decimals} decimals (got {-_exponent(number)})'
    return ''


def _line(currency: str, typed: TypedLine) -> tuple[Line | None, Problems]:
    description, unit = typed.description.strip(), typed.unit.strip()
    wrong = {
        'description': text_problem(description, LONGEST_DESCRIPTION, needed=True, lines=True),
        'quantity': number_problem(typed.quantity),
        'unit': text_problem(unit, LONGEST_UNIT),
        'unit_price': number_problem(typed.unit_price),
        'tax_rate': _rate_problem(typed.tax_rate),
    }
    if problems := {name: problem for name, problem in wrong.items() if problem}:
        return None, problems
    numbers = [Decimal(text) for text in (typed.quantity, typed.unit_price, typed.tax_rate)]
    amount = line_amount(numbers[0], numbers[1], currency)
    if abs(amount) > MOST_MINOR:
        return None, {'unit_price': f'makes an amount of more than {said(MOST_MINOR, currency)}'}
    return Line(description, numbers[0], unit, numbers[1], numbers[2], amount, id=typed.id), {}


def _rate_problem(text: str) -> str:
    if problem := number_problem(text, most_decimals=4):
        return problem
    return '' if 0 <= Decimal(text) <= 100 else f'must be between 0 and 100 percent (got {text})'


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    plain = text.isascii() and '_' not in text and len(text) <= 60
    return found.normalize(_EXACT) if plain and found.is_finite() else None


def _exponent(number: Decimal) -> int:
    found = number.as_tuple().exponent
    assert isinstance(found, int)  # it is finite
    return found


def _rounded(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_HALF_UP, _EXACT))
