"""The tables. Importing this package makes all of them known."""

from portal_app.models.access import (
    AccessRequest,
    AccessReview,
    PortalSession,
    PortalUser,
    PortalView,
    RequestState,
)
from portal_app.models.audit import AuditEntry
from portal_app.models.customers import Contact, Customer, PortalStatus
from portal_app.models.exports import Export, ExportState
from portal_app.models.links import OneTimeLink, Purpose
from portal_app.models.mail import EmailTemplateVersion, Mail, MailServer, MailState
from portal_app.models.news import News
from portal_app.models.organization import Organization, Picture, PictureKind, PortalTab
from portal_app.models.rates import RateCount
from portal_app.models.staff import Role, StaffSession, StaffUser
from portal_app.models.usage import EventStatus, UsageEvent

__all__ = [
    'AccessRequest',
    'AccessReview',
    'AuditEntry',
    'Contact',
    'Customer',
    'EmailTemplateVersion',
    'EventStatus',
    'Export',
    'ExportState',
    'Mail',
    'MailServer',
    'MailState',
    'News',
    'OneTimeLink',
    'Organization',
    'Picture',
    'PictureKind',
    'PortalSession',
    'PortalStatus',
    'PortalTab',
    'PortalUser',
    'PortalView',
    'Purpose',
    'RateCount',
    'RequestState',
    'Role',
    'StaffSession',
    'StaffUser',
    'UsageEvent',
]
