"""Plans: what customers can subscribe to, and within which families they may change (POR-07)."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlmodel import select

from portal_app import db
from portal_app.errors import Conflict, NotFound
from portal_app.live import ANYTHING, Change, Topic
from portal_app.models import Cycle, Plan, Subscription
from portal_app.money import MOST_MINOR, is_currency, minor, plain
from portal_app.services.billing_rules import ADD, DELETE, EDIT, VIEW, refuse, text_problem
from portal_app.work import Work

LONGEST_CODE, LONGEST_NAME, LONGEST_UNIT, LONGEST_DESCRIPTION = 60, 100, 40, 500  # characters
MOST_UNITS = 1_000_000  # of one subscription
MOST_PRIORITY = 1_000_000
FIXED = ('currency', 'cycle')  # of a plan that somebody has subscribed to


@dataclass(frozen=True)
class PlanText:
    """A plan as it was typed: the price in plain major units, for one unit and one cycle."""

    code: str
    name: str
    currency: str
    price: str
    family: str = ''
    priority: int | None = 0
    description: str = ''
    cycle: str = Cycle.MONTH
    unit: str = ''
    least: int | None = 1
    most: int | None = None

    @classmethod
    def of(cls, plan: Plan) -> 'PlanText':
        """As it is stored."""
        values = {name: getattr(plan, name) for name in cls.__dataclass_fields__}
        return cls(**values | {'price': plain(plan.price, plan.currency), 'cycle': str(plan.cycle)})


def create_plan(work: Work, typed: PlanText) -> Plan:
    """Add a plan that can be chosen at once. Needs Billing Records: Add.

    Raises BillingRefused with every broken rule, and Conflict for a code that another plan has.
    """
    work.require(ADD)
    checked = _checked(typed)
    _check_code(work, checked.code, 0)
    made = Plan(**_values(checked))
    work.session.add(made)
    work.session.flush()
    work.record('plan.create', made.name, after=_said(checked))
    _tell(work)
    return made


def edit_plan(work: Work, plan_id: int, typed: PlanText) -> Plan:
    """Change a plan; who has subscribed keeps the price that was agreed. Needs Billing Records: Edit.

    Raises BillingRefused with every broken rule; currency and cycle stay where somebody has subscribed.
    """
    work.require(EDIT)
    plan = find_plan(work, plan_id)
    checked = _checked(typed)
    _check_code(work, checked.code, plan_id)
    before, after = _said(PlanText.of(plan)), _said(checked)
    changed = [name for name in after if before[name] != after[name]]
    if is_used(work, plan_id):
        refuse({name: 'must stay: somebody has subscribed to this plan' for name in FIXED if name in changed})
    if changed:
        for name, value in _values(checked).items():
            setattr(plan, name, value)
        work.session.add(plan)
        work.record(
            'plan.edit',
            plan.name,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
        _tell(work)
    return plan


def set_active(work: Work, plan_id: int, active: bool) -> None:
    """Retire a plan, so that nobody can choose it any more, or offer it again; who has it keeps it.

    Needs Billing Records: Delete to retire it, Edit to offer it again.
    """
    work.require(EDIT if active else DELETE)
    plan = find_plan(work, plan_id)
    if plan.active == active:
        return
    plan.active = active
    work.session.add(plan)
    work.record('plan.retire', plan.name, before={'active': not active}, after={'active': active})
    _tell(work)


def plan_to_edit(work: Work, plan_id: int) -> tuple[PlanText, bool, bool]:
    """A plan, whether it can be chosen, and whether somebody has subscribed. Needs Billing Records: View."""
    work.require(VIEW)
    plan = find_plan(work, plan_id, hold=False)
    return PlanText.of(plan), plan.active, is_used(work, plan_id)


def hold_plans(work: Work) -> None:
    """Let others who change a plan or choose one wait until this work ends; to be held before accounts."""
    db.hold(work.session, 'plans')


def find_plan(work: Work, plan_id: int, *, hold: bool = True) -> Plan:
    """A plan, to be changed; others who change it wait. Raises NotFound."""
    if hold:
        hold_plans(work)
    known = 0 < plan_id < 2**63
    found = work.session.get(Plan, plan_id, populate_existing=hold) if known else None
    if found is None:
        raise NotFound('There is no such plan.')
    return found


def is_used(work: Work, plan_id: int) -> bool:
    """Whether there is a subscription to it, of whatever status."""
    found = select(Subscription.id).where(
        (Subscription.plan_id == plan_id) | (Subscription.next_plan_id == plan_id)
    )
    return work.session.exec(found.limit(1)).first() is not None


def whole_problem(number: object, least: int, most: int) -> str:
    """What is wrong with a whole number that was typed, as the rest of a sentence; empty where nothing is."""
    if type(number) is not int:
        return 'must be a whole number'
    return '' if least <= number <= most else f'must be between {least:,} and {most:,} (got {number:,})'


def _checked(typed: PlanText) -> PlanText:
    """The plan without blanks around its texts. Raises BillingRefused."""
    texts: dict[str, Any] = {
        name: getattr(typed, name).strip()
        for name in ('code', 'name', 'family', 'description', 'currency', 'price', 'unit')
    }
    plan = replace(typed, **texts)
    found = {
        'code': text_problem(plan.code, LONGEST_CODE, needed=True),
        'name': text_problem(plan.name, LONGEST_NAME, needed=True),
        'family': text_problem(plan.family, LONGEST_NAME),
        'priority': whole_problem(plan.priority, 0, MOST_PRIORITY),
        'description': text_problem(plan.description, LONGEST_DESCRIPTION, lines=True),
        'currency': '' if is_currency(plan.currency) else f'must be an ISO 4217 code (got {plan.currency!r})',
        'cycle': '' if plan.cycle in set(Cycle) else f'must be one of {", ".join(Cycle)}',
        'unit': text_problem(plan.unit, LONGEST_UNIT),
        'least': whole_problem(plan.least, 1, MOST_UNITS),
    }
    if plan.most is not None and not found['least']:
        found['most'] = whole_problem(plan.most, plan.least or 1, MOST_UNITS)
    if not found['currency']:
        found['price'] = price_problem(plan.price, plan.currency)
    refuse({name: problem for name, problem in found.items() if problem})
    return plan


def price_problem(typed: str, currency: str) -> str:
    """What is wrong with a price for one unit, as the rest of a sentence; empty where nothing is."""
    most = MOST_MINOR // MOST_UNITS
    try:
        amount = minor(typed, currency)
    except ValueError as error:
        return f'cannot be used: {str(error).removesuffix(".")} (got {typed[:40]!r})'
    if 0 <= amount <= most:
        return ''
    return f'must be between 0 and {plain(most, currency)} {currency} (got {plain(amount, currency)})'


def _values(checked: PlanText) -> dict[str, Any]:
    return asdict(checked) | {'price': minor(checked.price, checked.currency), 'cycle': Cycle(checked.cycle)}


def _said(checked: PlanText) -> dict[str, Any]:
    """As the audit log has it."""
    return asdict(checked) | {'price': plain(minor(checked.price, checked.currency), checked.currency)}


def _check_code(work: Work, code: str, plan_id: int) -> None:
    hold_plans(work)
    other = work.session.exec(select(Plan).where(Plan.code == code, Plan.id != plan_id)).first()
    if other is not None:
        raise Conflict(f'Code {code} is that of the plan {other.name} already.')


def _tell(work: Work) -> None:
    work.tell(Change(Topic.BILLING, subject=ANYTHING))
