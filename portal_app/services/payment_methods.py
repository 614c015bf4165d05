"""Payment methods that a customer's people keep at the gateway, and auto pay (POR-08).

Every verb is for a portal user of that very company: not for a parent's user, nor for staff who view the
portal as a contact. What passes here are references; a card number never does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from portal_app.auth.viewer import PortalViewer
from portal_app.business_day import business_day
from portal_app.errors import Conflict, NotFound
from portal_app.gateways import gateway
from portal_app.gateways.gateway import Ability
from portal_app.models import Customer, Invoice, PaymentMethod
from portal_app.money import Money
from portal_app.services.accounts import fresh, hold_account, tell
from portal_app.services.auto_pay_tries import begin_anew, chargeable
from portal_app.services.billing_rules import money_said
from portal_app.services.method_expiry import SOON, is_expired
from portal_app.services.payment_start import is_usable
from portal_app.services.setup import portal_tab
from portal_app.work import Work

NOT_HERE = 'Payment methods are not kept here.'
GONE = 'This payment method is not there any more.'
IS_CHARGED = (
    '{} is what auto pay charges, so it cannot be removed. '
    'Make another payment method the default first, or switch auto pay off.'
)


@dataclass(frozen=True)
class Method:
    """A saved method. `mark` says what is wrong with it; `why_kept` why it cannot be removed."""

    id: int
    name: str
    kind: str
    expires: str
    is_default: bool
    is_usable: bool
    mark: str
    why_kept: str


@dataclass(frozen=True)
class Methods:
    """What the company keeps. `arrears`, of `due` invoices, would be charged at once by auto pay."""

    methods: tuple[Method, ...]
    auto_pay: bool
    can_charge: bool
    arrears: tuple[Money, ...]
    due: int


def are_kept(work: Work) -> bool:
    """Whether the viewer has a page of payment methods: the gateway keeps some, and they see invoices."""
    chosen = gateway()
    if chosen is None or Ability.SAVE not in chosen.abilities:
        return False
    try:
        portal_tab(work, 'invoices')
    except NotFound:
        return False
    return True


def can_charge() -> bool:
    """Whether the gateway charges what it keeps; else there is no auto pay, and no default to choose."""
    chosen = gateway()
    return chosen is not None and Ability.CHARGE in chosen.abilities


def methods(work: Work) -> Methods:
    """What the viewer's company keeps, the default first. Raises NotFound where nothing is kept here."""
    customer = work.session.get_one(Customer, company_of(work))
    found = work.session.exec(
        work.visible(PaymentMethod)
        .where(PaymentMethod.customer_id == customer.id, col(PaymentMethod.removed_at).is_(None))
        .order_by(col(PaymentMethod.is_default).desc(), col(PaymentMethod.id).desc())
    ).all()
    due = _due(work, customer.id or 0)
    return Methods(
        tuple(_shown(each, customer.auto_pay) for each in found),
        customer.auto_pay,
        can_charge(),
        _sums(due),
        len(due),
    )


def set_default(work: Work, method_id: int) -> None:
    """Make this the method that is offered first, and that auto pay charges. Raises NotFound, Conflict."""
    method = _held(work, method_id)
    if not is_usable(method):
        raise Conflict(f'{method.name} cannot be charged any more.')
    before = _default(work, method.customer_id)
    if before is not None and before.id == method.id:
        return
    if before is not None:
        before.is_default = False
        work.session.add(before)
        work.session.flush()  # at most one is the default at any moment
    method.is_default = True
    work.session.add(method)
    work.record(
        'payment_method.default',
        method.name,
        customer_id=method.customer_id,
        before={'default': before.name if before else ''},
        after={'default': method.name},
    )
    tell(work, method.customer_id)


def removable(work: Work, method_id: int) -> PaymentMethod:
    """A method that the viewer may remove. Raises NotFound, and Conflict for what auto pay charges."""
    method = _held(work, method_id)
    if reason := _why_kept(method, work.session.get_one(Customer, method.customer_id).auto_pay):
        raise Conflict(reason)
    return method


def set_auto_pay(work: Work, on: bool, agreed: Sequence[Money] = ()) -> None:
    """Switch auto pay on or off. `agreed` are the arrears that were said: they are charged at the next run.

    Raises Conflict where it cannot charge anything, and where the arrears are others (field notes).
    """
    customer_id = company_of(work)
    hold_account(work, customer_id)
    customer = fresh(work, Customer, customer_id)
    if customer.auto_pay == on:
        return
    if on:
        default = _default(work, customer_id)
        if default is None or not is_usable(default) or is_expired(default, business_day()):
            raise Conflict('Add a payment method that can be charged first, and make it the default.')
        due = _due(work, customer_id)
        if _sums(due) != tuple(agreed):
            raise Conflict(f'{arrears_said(_sums(due))} Please look again, and confirm.')
        begin_anew(work, due)
    customer.auto_pay = on
    work.session.add(customer)
    work.record(
        'auto_pay.switch',
        customer.name,
        customer_id=customer_id,
        before={'auto_pay': not on},
        after={'auto_pay': on, **({'arrears': ', '.join(map(money_said, agreed))} if agreed else {})},
    )
    tell(work, customer_id)


def arrears_said(arrears: Sequence[Money]) -> str:
    """What auto pay would charge at once, in a sentence."""
    if not arrears:
        return 'Nothing is due at this moment.'
    return f'{" and ".join(map(money_said, arrears))} are due already, and would be charged at the next run.'


def company_of(work: Work) -> int:
    """The customer whose methods the viewer looks after. Raises NotFound where none are kept here."""
    if not are_kept(work):
        raise NotFound(NOT_HERE)
    assert isinstance(work.viewer, PortalViewer)
    return work.viewer.company.id


def _held(work: Work, method_id: int) -> PaymentMethod:
    """A method of the viewer's company behind its account's lock."""
    customer_id = company_of(work)
    hold_account(work, customer_id)
    method = fresh(work, PaymentMethod, method_id) if 0 < method_id < 2**63 else None
    if method is None or method.customer_id != customer_id or method.removed_at is not None:
        raise NotFound(GONE)
    return method


def _default(work: Work, customer_id: int) -> PaymentMethod | None:
    chosen = select(PaymentMethod).where(
        PaymentMethod.customer_id == customer_id, col(PaymentMethod.is_default).is_(True)
    )
    return work.session.exec(chosen.execution_options(populate_existing=True)).first()


def _due(work: Work, customer_id: int) -> Sequence[Invoice]:
    """What the next run of auto pay would charge."""
    due = work.visible(Invoice).where(Invoice.customer_id == customer_id, *chargeable())
    return work.session.exec(due.execution_options(populate_existing=True)).all()


def _sums(invoices: Sequence[Invoice]) -> tuple[Money, ...]:
    """Their balances, each currency apart."""
    sums: dict[str, int] = {}
    for invoice in invoices:
        sums[invoice.currency] = sums.get(invoice.currency, 0) + invoice.balance
    return tuple(Money(sums[currency], currency) for currency in sorted(sums))


def _shown(method: PaymentMethod, auto_pay: bool) -> Method:
    expires = f'{method.expires_month:02}/{method.expires_year}' if method.expires_year else ''
    return Method(
        method.id or 0,
        method.name,
        method.kind,
        expires,
        method.is_default,
        is_usable(method),
        _mark(method),
        _why_kept(method, auto_pay),
    )


def _mark(method: PaymentMethod) -> str:
    if not is_usable(method):
        return 'Cannot be charged any more'
    today = business_day()
    if is_expired(method, today):
        return 'Expired'
    return 'Expires soon' if is_expired(method, today + SOON) else ''


def _why_kept(method: PaymentMethod, auto_pay: bool) -> str:
    return IS_CHARGED.format(method.name) if auto_pay and method.is_default else ''
