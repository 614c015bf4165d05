"""What the tests of payments share: saved methods, payments, what the test gateway tells, and time."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlmodel import col, select

from portal_app.auth.viewer import Operator, PortalViewer
from portal_app.business_day import business_day
from portal_app.gateways.gateway import Notice
from portal_app.gateways.simulated import SimulatedGateway
from portal_app.gateways.simulated_pages import answer
from portal_app.models import AccountBalance, Invoice, LedgerEntry, Payment, SavingMethod, SimulatedRecord
from portal_app.models.base import now
from portal_app.services import method_saving, pay_links, paying
from portal_app.services.charging import charge
from portal_app.services.gateway_notices import take
from portal_app.services.paying import Order
from portal_app.work import acting_as, reading_as
from tests.billing import posted_invoice
from tests.world import World, change

TEST = Operator('test')
GATEWAY = SimulatedGateway()
RETURN = 'http://localhost/portal/C1004/pay/back'
SUCCEEDS, DECLINED, AUTHENTICATES, LATER, TOO_LATE, DISPUTED = '4242', '0002', '3184', '0077', '0119', '0259'
BANK, EXPIRED = '6789', '0069'  # what is paid from an account succeeds later


def invoice(world: World, total: int = 10_000, who: str = 'globex', **given: Any) -> int:
    """A posted invoice of a customer, in USD unless said. Returns its id."""
    with acting_as(TEST) as work:
        return posted_invoice(work, world.customers[who], total, **given).id or 0


def overdue(world: World, total: int = 10_000, who: str = 'globex', days: int = 3, **given: Any) -> int:
    """The same, due some days ago."""
    day = business_day() - timedelta(days=days)
    return invoice(world, total, who, day=day, due=day, **given)


def saved(viewer: PortalViewer, last4: str = SUCCEEDS) -> int:
    """Save a method as a person does: to the gateway's page and back. Returns its id."""
    url = method_saving.begin_adding(viewer, '/portal/payment-methods')
    answer(url.rpartition('/')[2], last4)
    with reading_as(TEST) as work:
        began = select(SavingMethod.id).order_by(col(SavingMethod.id).desc())
        saving_id = work.session.exec(began).first() or 0
    kept = method_saving.finish_adding(viewer, saving_id)
    assert kept
    return kept.id or 0


def order(*invoice_ids: int, **given: Any) -> Order:
    """What somebody wants to pay."""
    return Order(invoice_ids, **{'request_key': uuid4().hex, **given})


def pay(viewer: PortalViewer, wanted: Order) -> Payment:
    """Pay as the page does. Raises what `begin` raises."""
    with acting_as(viewer) as work:
        begun = paying.begin(work, wanted)
    return charge(viewer, begun.payment.id or 0, RETURN) if begun.is_new else begun.payment


def pay_link(invoice_id: int) -> str:
    """The token of a link that pays this invoice."""
    with acting_as(TEST) as work:
        link = pay_links.issue(work, work.session.get_one(Invoice, invoice_id), None)
        return pay_links.address(link).rpartition('/')[2]


def on_page(payment: Payment, said: str = SUCCEEDS) -> None:
    """The person does this on the gateway's page: a method, or what the bank asks."""
    answer(payment.checkout.rpartition('/')[2], said)


def notices(*, later: bool = True) -> int:
    """The test gateway tells all that it has to tell."""
    at = now() + timedelta(hours=1) if later else None

    def settle(notice: Notice) -> None:
        take(GATEWAY, notice)

    return GATEWAY.deliver(settle, at)


def row(model: Any, id: int) -> Any:
    """A row as it is now."""
    with reading_as(TEST) as work:
        return work.session.get_one(model, id)


def payments(**wanted: Any) -> list[Payment]:
    """The payments there are, oldest first."""
    with reading_as(TEST) as work:
        return list(work.session.exec(select(Payment).filter_by(**wanted).order_by(col(Payment.id))))


def charged() -> int:
    """How much the gateway has taken in all, in minor units."""
    return sum(
        record.payload['amount'] for record in _records('payment') if record.payload['state'] == 'succeeded'
    )


def in_ledger(world: World, who: str = 'globex') -> tuple[int, int]:
    """The sum of the account's ledger entries in USD, and the net of its balance."""
    customer_id = world.customers[who]
    with reading_as(TEST) as work:
        entries = work.session.exec(
            select(LedgerEntry.amount).where(
                LedgerEntry.customer_id == customer_id, LedgerEntry.currency == 'USD'
            )
        )
        net = select(AccountBalance.net).where(
            AccountBalance.customer_id == customer_id, AccountBalance.currency == 'USD'
        )
        return sum(entries), work.session.exec(net).one()


def grow_old(payment_id: int, by: timedelta) -> None:
    """A payment was begun this long ago, and nobody has looked since."""
    change(Payment, payment_id, created_at=now() - by, looked_up_at=None)


def _records(kind: str) -> list[Any]:
    with reading_as(TEST) as work:
        return list(work.session.exec(select(SimulatedRecord).where(SimulatedRecord.kind == kind)))
