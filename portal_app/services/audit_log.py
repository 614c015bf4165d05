"""The Audit Log: who changed what and when, from what to what, and from where (OPS-03)."""

from sqlalchemy import case, func
from sqlmodel import col

from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.listings import Field, Join, Kind, Listing
from portal_app.models import AuditEntry, Customer

LIST = Permission(Activity.AUDIT_LOG, Action.LIST)
TITLES = {
    'portal_setup.tab': 'Tab switched on or off',
    'portal_setup.field': 'Field shown or hidden',
    'portal_setup.address': 'Portal address changed',
    'branding.colour': 'Brand colour changed',
    'branding.picture': 'Logo or banner changed',
    'general_settings.portal': 'Customer Billing Portal switched on or off',
    'company_profile.change': 'Company Profile changed',
    'portal_access.invite': 'Invitation sent',
    'portal_access.resend': 'Invitation sent again',
    'portal_access.revoke': 'Invitation taken back',
    'portal_access.accept': 'Invitation accepted',
    'portal_access.grant': 'Access granted',
    'portal_access.disable': 'Access disabled',
    'portal_access.enable': 'Access re-enabled',
    'portal_access.customer': 'Access of a customer switched off or on',
    'portal_access.contact': 'Access changed',  # as earlier releases wrote it
    'portal_access.tabs': 'Tabs of a contact chosen',
    'portal_access.view': 'Portal viewed as a contact',
    'portal_access.unlink': 'Login taken from a contact',
    'customer.create': 'Customer added',
    'customer.email_delivery': 'Email delivery switched on or off',
    'contact.create': 'Contact added',
    'contact.edit': 'Contact changed',
    'email_template.change': 'Email template changed',
    'email_template.restore': 'Email template restored',
    'email_template.test': 'Test of an email template sent',
    'access_request.add': 'Access requested',
    'access_request.decline': 'Access request declined',
    'access_review.sign_off': 'Access review signed off',
    'password.forgotten': 'Link for a new password sent',
    'password.set': 'Password set by a link',
    'organization.change': 'Organization changed',
    'staff_user.create': 'Staff user created',
    'staff_user.invite': 'Staff user invited',
    'staff_user.resend': 'Staff user invited again',
    'staff_user.accept': 'Staff user joined',
    'staff_user.role': 'Staff user given another role',
    'staff_user.rename': 'Staff user renamed',
    'staff_user.disable': 'Staff user disabled',
    'staff_user.enable': 'Staff user re-enabled',
    'staff_user.password_reset': 'Password link sent to a staff user',
    'staff_user.sign_out': 'Staff user signed out',
    'role.create': 'Role created',
    'role.change': 'Role changed',
    'role.delete': 'Role deleted',
    'configuration.export': 'Configuration downloaded',
    'configuration.import': 'Configuration file applied',
    'sample_data.add': 'Sample data added',
    'sample_data.remove': 'Sample data deleted',
    'usage_events.import': 'Usage events imported',
    'mail.link_shown': 'Link of a mail looked at',
    'mail.send_again': 'Mail queued again',
}

_CUSTOMER = Join(Customer, optional=True)
_ACTION = col(AuditEntry.action)

AUDIT_LOG = Listing(
    key='audit-log',
    title='Audit Log',
    singular='Entry',
    model=AuditEntry,
    permission=LIST,
    icon='history',
    named_by='what',
    default_sort='-at',
    empty='Each change that staff and customers make is listed here.',
    fields=(
        Field('at', 'When', Kind.TIME, col(AuditEntry.at), sorts=True, indexed=True),
        Field('who', 'Who', Kind.CHOICE, col(AuditEntry.actor), sorts=True, searched=True, indexed=True),
        Field('what', 'What', Kind.TEXT, case(TITLES, value=_ACTION, else_=_ACTION), filters=False),
        Field(
            'action', 'Action', Kind.CHOICE, _ACTION, at_first=False, sorts=True, searched=True, indexed=True
        ),
        Field('subject', 'Subject', Kind.TEXT, col(AuditEntry.subject), searched=True, up_front=False),
        Field(
            'customer',
            'Customer',
            Kind.TEXT,
            func.coalesce(col(Customer.name), ''),
            joins=(_CUSTOMER,),
            via=col(AuditEntry.customer_id),
            searched=True,
            indexed=True,
        ),
        Field(
            'customer_number',
            'Customer Number',
            Kind.TEXT,
            func.coalesce(col(Customer.number), ''),
            joins=(_CUSTOMER,),
            via=col(AuditEntry.customer_id),
            at_first=False,
            up_front=False,
            indexed=True,
        ),
        Field('value_before', 'Before', Kind.PROPERTIES, col(AuditEntry.before), up_front=False),
        Field('value_after', 'After', Kind.PROPERTIES, col(AuditEntry.after), up_front=False),
        Field('address', 'From', Kind.TEXT, col(AuditEntry.address), up_front=False),
    ),
)
