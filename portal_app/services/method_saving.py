"""To the gateway's page and back: adding a payment method, and having one forgotten there (POR-08).

The gateway is asked between transactions. Who never comes back is told of by the gateway's notice.
"""

from uuid import uuid4

from sqlmodel import col, select

from portal_app.auth.viewer import PortalViewer
from portal_app.errors import NotFound
from portal_app.gateways import gateway_named
from portal_app.gateways.gateway import MethodDetails
from portal_app.hosts import public_url
from portal_app.models import PaymentMethod, SavingMethod
from portal_app.models.base import now
from portal_app.services.accounts import fresh, hold_account, tell
from portal_app.services.payers import payer_of
from portal_app.services.payment_methods import company_of, removable
from portal_app.services.payment_start import require_gateway
from portal_app.work import Work, acting_as, witness

BACK = 'saved'  # the parameter with which the gateway's page leads back


def begin_adding(viewer: PortalViewer, back: str) -> str:
    """The address of the gateway's page where a method is given. It leads back to this path of the portal.

    Raises NotFound where none are kept, Unreachable.
    """
    with acting_as(viewer) as work:
        chosen, customer_id = require_gateway(), company_of(work)
        key = uuid4().hex
        saving = SavingMethod(customer_id=customer_id, gateway=chosen.name, reference=key, actor=viewer.actor)
        work.session.add(saving)
        work.session.flush()
    payer = payer_of(viewer, chosen, customer_id)
    join = '&' if '?' in back else '?'
    page = chosen.begin_saving(payer, f'{public_url()}{back}{join}{BACK}={saving.id}', key)
    with acting_as(viewer) as work:
        began = work.session.get_one(SavingMethod, saving.id)
        began.reference = page.reference
        work.session.add(began)
    return page.url


def finish_adding(viewer: PortalViewer, saving_id: int) -> PaymentMethod | None:
    """The method that somebody comes back with; None where they gave none.

    Raises NotFound for what another company began, Unreachable.
    """
    with acting_as(viewer) as work:
        saving = work.session.get(SavingMethod, saving_id) if 0 < saving_id < 2**63 else None
        if saving is None or saving.customer_id != company_of(work):
            raise NotFound
    chosen = gateway_named(saving.gateway)
    details = chosen.saved(saving.reference) if chosen else None
    if details is None:
        return None
    with acting_as(viewer) as work:
        return keep(work, saving_id, details)


def keep(work: Work, saving_id: int, details: MethodDetails) -> PaymentMethod:
    """Keep what the gateway has saved, once. The first method of a company is its default."""
    customer_id = work.session.get_one(SavingMethod, saving_id).customer_id
    hold_account(work, customer_id)
    saving = fresh(work, SavingMethod, saving_id)
    own = select(PaymentMethod).where(PaymentMethod.customer_id == customer_id)
    known = own.where(PaymentMethod.gateway == saving.gateway, PaymentMethod.reference == details.reference)
    if found := work.session.exec(known).first():
        return found
    others = work.session.exec(own.where(col(PaymentMethod.is_default).is_(True))).first()
    method = PaymentMethod(
        customer_id=customer_id,
        gateway=saving.gateway,
        reference=details.reference,
        kind=details.kind,
        brand=details.brand,
        last4=details.last4,
        expires_month=details.expires_month,
        expires_year=details.expires_year,
        is_default=others is None,
        added_by=saving.actor,
    )
    saving.finished_at = now()
    work.session.add_all((saving, method))
    work.session.flush()
    work.record(
        'payment_method.add',
        method.name,
        customer_id=customer_id,
        after={'default': method.is_default, 'by': saving.actor},
    )
    tell(work, customer_id)
    return method


def remove(viewer: PortalViewer, method_id: int) -> None:
    """Have the gateway forget a method, and take it from the list.

    Raises Conflict for what auto pay charges, NotFound, and Unreachable, after which it is still there.
    """
    with acting_as(viewer) as work:
        method = removable(work, method_id)
    if chosen := gateway_named(method.gateway):
        chosen.forget(method.reference)
    with acting_as(witness(viewer)) as work:  # it is forgotten, though their session has ended meanwhile
        end(work, method)


def end(work: Work, forgotten: PaymentMethod) -> None:
    """A method is not at the gateway any more by its owner's wish."""
    hold_account(work, forgotten.customer_id)
    method = fresh(work, PaymentMethod, forgotten.id or 0)
    if method.removed_at is None:
        method.removed_at, method.is_default = now(), False
        work.session.add(method)
        work.record('payment_method.remove', method.name, customer_id=method.customer_id)
        tell(work, method.customer_id)


def lose(work: Work, gateway: str, reference: str) -> None:
    """The gateway has lost a method without us: it is marked, and auto pay says that it cannot charge it."""
    found = select(PaymentMethod).where(
        PaymentMethod.gateway == gateway, PaymentMethod.reference == reference
    )
    for each in work.session.exec(found.order_by(col(PaymentMethod.customer_id))).all():
        hold_account(work, each.customer_id)
        method = fresh(work, PaymentMethod, each.id or 0)
        if method.removed_at is None and method.gone_at is None:
            method.gone_at = now()
            work.session.add(method)
            work.record('payment_method.lose', method.name, customer_id=method.customer_id)
            tell(work, method.customer_id)
