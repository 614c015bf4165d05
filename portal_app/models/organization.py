"""The business that runs the portal, and what its portal shows."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, String
from sqlmodel import Field, SQLModel

from portal_app.columns import UtcDateTime
from portal_app.models.base import now


class Organization(SQLModel, table=True):
    """One row in one database: the organization of this installation."""

    id: int | None = Field(default=None, primary_key=True)
    name: str
    address: str = ''  # as it is printed, a few lines
    currency: str = 'USD'
    time_zone: str = 'UTC'
    locale: str = 'en_US'
    brand_colour: str = '#1d4ed8'
    logo: str | None = Field(default=None, foreign_key='picture.name')
    banner: str | None = Field(default=None, foreign_key='picture.name')
    support_email: str = ''
    support_phone: str = ''
    subdomain: str = ''  # of the portal's address (SET-02); empty until staff choose one
    portal_enabled: bool = True  # the toggle "Customer Billing Portal" (SET-01)
    legal_links: bool = False  # whether the next two are shown (SET-09)
    terms_url: str = ''
    privacy_url: str = ''
    billing_email: str = ''  # where notices for staff go; empty: to the Owners
    payment_note: str = ''  # how to pay otherwise, on invoices: bank details
    part_payments: bool = True  # whether customers may pay an amount of choice
    retry_days: list[int] = Field(
        default_factory=lambda: [1, 3, 5], sa_type=JSON
    )  # of auto pay, after a failure
    subscription_changes: list[str] = Field(
        default_factory=list, sa_type=JSON
    )  # that customers may make (POR-07)
    bills_changes: bool = True  # whether an upgrade posts its prorated invoice at once


class PictureKind(StrEnum):
    """What a picture is for."""

    LOGO = 'logo'
    BANNER = 'banner'


class Picture(SQLModel, table=True):
    """A picture as it was encoded anew after its upload (SET-03, SET-04). It never changes."""

    name: str = Field(primary_key=True)  # of its address; made from its content, so that caches never lie
    kind: PictureKind = Field(sa_type=String)
    content_type: str
    width: int  # pixels
    height: int
    tone: str = ''  # average colour of what is not transparent, as HEX; empty where nothing is transparent
    content: bytes
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class PortalTab(SQLModel, table=True):
    """What staff decided for one portal object. What is not decided follows the Listing (SET-06, SET-07)."""

    __tablename__ = 'portal_tab'

    key: str = Field(primary_key=True)
    enabled: bool
    fields: dict[str, bool] = Field(default_factory=dict, sa_type=JSON)
