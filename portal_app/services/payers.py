"""Who a customer is at a gateway. The gateway is asked once, outside of any transaction."""

import hmac

from sqlmodel import col, select

from portal_app.auth.viewer import Viewer
from portal_app.gateways.gateway import Gateway
from portal_app.mail.addresses import one_line
from portal_app.models import Contact, Customer, GatewayPayer
from portal_app.secret import secret
from portal_app.services.accounts import hold_account
from portal_app.work import Work, acting_as


def payer_of(viewer: Viewer, gateway: Gateway, customer_id: int) -> str:
    """The gateway's reference of a customer, who is made known there first if need be.

    Raises Unreachable, Refused. The caller has looked whether the viewer acts for the customer.
    """
    with acting_as(viewer) as work:
        if known := _known(work, gateway, customer_id):
            return known
        name, email = _who(work, customer_id)
    reference = gateway.payer(_key(customer_id), name, email)
    with acting_as(viewer) as work:
        hold_account(work, customer_id)
        if known := _known(work, gateway, customer_id):
            return known  # somebody else was as quick, with the same key
        work.session.add(GatewayPayer(customer_id=customer_id, gateway=gateway.name, reference=reference))
    return reference


def _known(work: Work, gateway: Gateway, customer_id: int) -> str:
    found = select(GatewayPayer.reference).where(
        GatewayPayer.customer_id == customer_id, GatewayPayer.gateway == gateway.name
    )
    return work.session.exec(found).first() or ''


def _who(work: Work, customer_id: int) -> tuple[str, str]:
    """Name and address by which people find the customer at the gateway."""
    customer = work.session.get_one(Customer, customer_id)
    billing = select(Contact.email).where(
        Contact.customer_id == customer_id, col(Contact.is_billing).is_(True)
    )
    email = work.session.exec(billing).first() or ''  # it may hold several
    return one_line(customer.name), email.partition(',')[0].strip()


def _key(customer_id: int) -> str:
    """The same for the same customer of this installation, and for no other."""
    return hmac.digest(secret(), f'payer {customer_id}'.encode(), 'sha256').hex()[:32]
