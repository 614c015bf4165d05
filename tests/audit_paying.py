"""What happens through gateways on the day that the audit log is read about."""

from collections.abc import Callable
from typing import Any, Protocol

from portal_app.gateways.gateway import Notice, NoticeKind, Outcome, State
from portal_app.models import PaymentMethod
from portal_app.services import auto_pay, method_saving, pay_now, paying, payment_methods
from portal_app.services.gateway_notices import take
from portal_app.work import reading_as
from tests.billing import credit_memo
from tests.paying import DECLINED, GATEWAY, invoice, order, overdue, row, saved
from tests.paying import pay as pay_by
from tests.test_pay_now import send, token_of
from tests.world import HERE, World


class Day(Protocol):
    """The day, as `tests.audit_day` has it."""

    world: World
    secrets: set[str]

    def does(self, verb: Callable[..., Any], *given: Any, viewer: Any = None) -> Any:
        """Somebody does it."""


def pay(day: Day) -> None:
    """Ben sees to how Globex pays: by hand, by auto pay, by the link in a mail; some comes back."""
    ben = day.world.as_customer('ben', 'C1004')
    good, bad = saved(ben), saved(ben, DECLINED)
    paid = pay_by(ben, order(invoice(day.world), method_id=good))
    back = Outcome(State.SUCCEEDED, 'dispute', paid.amount, paid.currency)
    take(GATEWAY, Notice('told', NoticeKind.CHARGEBACK, '', paid.key, back))
    day.does(credit_memo, day.world.customers['globex'], 100)
    day.does(paying.use_credit, 'USD', viewer=ben)
    day.does(payment_methods.set_default, bad, viewer=ben)
    with reading_as(ben) as work:
        arrears = payment_methods.methods(work).arrears
    day.does(payment_methods.set_auto_pay, True, arrears, viewer=ben)
    overdue(day.world)
    auto_pay.charge_due()
    day.does(payment_methods.set_auto_pay, False, viewer=ben)
    method_saving.remove(ben, bad)
    take(GATEWAY, Notice('lost', NoticeKind.METHOD_GONE, row(PaymentMethod, good).reference))
    token = token_of(send(invoice(day.world))[0])
    day.secrets.add(token)
    pay_now.pay(token, 'one', HERE)
