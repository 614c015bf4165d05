"""The business that runs the portal, and what its portal shows."""

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class Organization(SQLModel, table=True):
    """One row in one database: the organization of this installation."""

    id: int | None = Field(default=None, primary_key=True)
    name: str
    currency: str = 'USD'
    time_zone: str = 'UTC'
    locale: str = 'en_US'
    brand_colour: str = '#1d4ed8'
    support_email: str = ''
    portal_enabled: bool = True


class PortalTab(SQLModel, table=True):
    """What staff decided for one portal object. What is not decided follows the Listing (SET-06, SET-07)."""

    __tablename__ = 'portal_tab'

    key: str = Field(primary_key=True)
    enabled: bool
    fields: dict[str, bool] = Field(default_factory=dict, sa_type=JSON)
