"""Pay Now: links in mails that show and pay one invoice without a login (POR-09).

Like those of `links`, a token is derived from a nonce and the server's secret, and only its hash is stored.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import update
from sqlmodel import col, select

from portal_app.auth.tokens import hash_token
from portal_app.errors import LinkEnded
from portal_app.hosts import public_url
from portal_app.models import Contact, Customer, Invoice, InvoiceStatus, PayLink, PortalStatus
from portal_app.models.base import now
from portal_app.secret import secret
from portal_app.services.links import WrongKey
from portal_app.work import Work

LIVES = timedelta(days=90)
PATH = '/pay'
ENDED = 'It may have expired, or was not copied whole. Log in to the portal, or ask us for a new one.'


class PayLinkEnded(LinkEnded):
    """It pays nothing, and does not say why: unknown, expired and withdrawn ones look alike."""

    def __init__(self) -> None:
        super().__init__('This link is not valid', ENDED)


@dataclass(frozen=True)
class Linked:
    """What a link is for."""

    link: PayLink
    invoice: Invoice
    customer: Customer


def issue(work: Work, invoice: Invoice, contact_id: int | None) -> PayLink:
    """Make a link that lives for 90 days; it dies earlier with the address and the access of its contact."""
    nonce, moment = secrets.token_bytes(24), now()
    link = PayLink(
        invoice_id=invoice.id or 0,
        contact_id=contact_id,
        nonce=nonce,
        token_hash=hash_token(_token(nonce)),
        created_at=moment,
        expires_at=moment + LIVES,
    )
    work.session.add(link)
    work.session.flush()
    return link


def address(link: PayLink) -> str:
    """The absolute address that a mail carries. Raises WrongKey where another secret issued the link."""
    token = _token(link.nonce)
    if not hmac.compare_digest(hash_token(token), link.token_hash):
        raise WrongKey
    return f'{public_url()}{PATH}/{token}'


def masked_address(_link: PayLink) -> str:
    """The same without the token, for whoever may not use it."""
    return f'{public_url()}{PATH}/…'


def find(work: Work, token: str) -> Linked:
    """What this token pays. Raises PayLinkEnded, whatever the reason is."""
    link = work.session.exec(select(PayLink).where(PayLink.token_hash == hash_token(token))).first()
    invoice = work.session.get(Invoice, link.invoice_id) if link and link.is_open(now()) else None
    if link is None or invoice is None or invoice.status == InvoiceStatus.DRAFT:
        raise PayLinkEnded
    contact = work.session.get(Contact, link.contact_id) if link.contact_id else None
    customer = work.session.get_one(Customer, invoice.customer_id)
    if not is_for(customer, contact):
        raise PayLinkEnded
    return Linked(link, invoice, customer)


def revoke(work: Work, contact_ids: Sequence[int]) -> None:
    """Make every link useless that was mailed to these contacts: for good, whatever they may do later."""
    work.session.execute(
        update(PayLink)
        .where(col(PayLink.contact_id).in_(contact_ids), col(PayLink.revoked_at).is_(None))
        .values(revoked_at=now())
    )


def is_for(customer: Customer, contact: Contact | None) -> bool:
    """Whether a link works in the hands of this contact of a customer: not once access was disabled.

    Nor is an invoice shown to the customer that it was taken from.
    """
    theirs = contact is None or contact.customer_id == customer.id
    disabled = contact is not None and contact.portal_status == PortalStatus.DISABLED
    return customer.portal_access and theirs and not disabled


def _token(nonce: bytes) -> str:
    return urlsafe_b64encode(hmac.digest(secret(), b'pay link' + nonce, 'sha256')).decode().rstrip('=')
