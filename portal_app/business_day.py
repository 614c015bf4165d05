"""Today where the organization is: what is overdue on it is overdue, whoever looks from wherever."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Date, bindparam
from sqlmodel import col

from portal_app.models import Organization
from portal_app.models.base import now
from portal_app.organization_value import OrganizationValue

_zone = OrganizationValue(col(Organization.time_zone))

# For statements and the columns of listings: the day is looked up anew each time that one is executed.
today = bindparam('business_day', callable_=lambda: business_day(), type_=Date())


def business_day() -> date:
    """The calendar day that it is now in the organization's time zone; in UTC before there is one."""
    return now().astimezone(ZoneInfo(_zone.get() or 'UTC')).date()
