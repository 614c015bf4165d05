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
from portal_app.models.credits import Credit, CreditStatus
from portal_app.models.customers import Contact, Customer, PortalStatus
from portal_app.models.exports import Export, ExportState
from portal_app.models.invoices import Invoice, InvoiceLine, InvoiceStatus
from portal_app.models.ledger import AccountBalance, Application, Counter, EntryKind, LedgerEntry
from portal_app.models.links import OneTimeLink, Purpose
from portal_app.models.mail import EmailTemplateVersion, Mail, MailServer, MailState
from portal_app.models.news import News
from portal_app.models.organization import Organization, Picture, PictureKind, PortalTab
from portal_app.models.payment_methods import (
    GatewayNotice,
    GatewayPayer,
    PayLink,
    PaymentMethod,
    SavingMethod,
    SimulatedRecord,
)
from portal_app.models.payments import UNDER_WAY, Payment, PaymentStatus, Refund, RefundStatus
from portal_app.models.rates import RateCount
from portal_app.models.staff import Role, StaffSession, StaffUser
from portal_app.models.statements import Statement, StatementFile
from portal_app.models.subscriptions import Cycle, Plan, Subscription, SubscriptionItem, SubscriptionStatus
from portal_app.models.usage import EventStatus, UsageEvent

__all__ = [
    'UNDER_WAY',
    'AccessRequest',
    'AccessReview',
    'AccountBalance',
    'Application',
    'AuditEntry',
    'Contact',
    'Counter',
    'Credit',
    'CreditStatus',
    'Customer',
    'Cycle',
    'EmailTemplateVersion',
    'EntryKind',
    'EventStatus',
    'Export',
    'ExportState',
    'GatewayNotice',
    'GatewayPayer',
    'Invoice',
    'InvoiceLine',
    'InvoiceStatus',
    'LedgerEntry',
    'Mail',
    'MailServer',
    'MailState',
    'News',
    'OneTimeLink',
    'Organization',
    'PayLink',
    'Payment',
    'PaymentMethod',
    'PaymentStatus',
    'Picture',
    'PictureKind',
    'Plan',
    'PortalSession',
    'PortalStatus',
    'PortalTab',
    'PortalUser',
    'PortalView',
    'Purpose',
    'RateCount',
    'Refund',
    'RefundStatus',
    'RequestState',
    'Role',
    'SavingMethod',
    'SimulatedRecord',
    'StaffSession',
    'StaffUser',
    'Statement',
    'StatementFile',
    'Subscription',
    'SubscriptionItem',
    'SubscriptionStatus',
    'UsageEvent',
]
