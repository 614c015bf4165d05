"""The tables. Importing this package makes all of them known."""

from portal_app.models.access import PortalSession, PortalUser
from portal_app.models.audit import AuditEntry
from portal_app.models.customers import Contact, Customer, PortalStatus
from portal_app.models.exports import Export, ExportState
from portal_app.models.news import News
from portal_app.models.organization import Organization, PortalTab
from portal_app.models.rates import RateCount
from portal_app.models.staff import Role, StaffSession, StaffUser
from portal_app.models.usage import EventStatus, UsageEvent

__all__ = [
    'AuditEntry',
    'Contact',
    'Customer',
    'EventStatus',
    'Export',
    'ExportState',
    'News',
    'Organization',
    'PortalSession',
    'PortalStatus',
    'PortalTab',
    'PortalUser',
    'RateCount',
    'Role',
    'StaffSession',
    'StaffUser',
    'UsageEvent',
]
