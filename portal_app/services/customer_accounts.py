"""Customer Accounts: the list of all customers with who of them may open the portal (ACC-01)."""

from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.listings import Field, Join, Kind, Listing
from portal_app.models import Contact, Customer, PortalStatus, PortalUser

LIST = Permission(Activity.CUSTOMERS, Action.LIST)
ON, OFF = 'On', 'Off'
YES, NO = 'Yes', 'No'

_parent = aliased(Customer)
_billing = aliased(Contact)
_PARENT = Join(_parent, _parent.id == Customer.parent_id, optional=True)
_BILLING = Join(
    _billing, and_(col(_billing.customer_id) == col(Customer.id), col(_billing.is_billing)), optional=True
)


def _either(column: Any, yes: str, no: str) -> Any:
    return case((col(column), yes), else_=no)


def _status() -> Any:
    """The billing contact's; whatever it is, a customer that is switched off lets nobody in."""
    status = func.coalesce(col(_billing.portal_status), PortalStatus.NONE.value)
    shut_out = status.in_([PortalStatus.ENABLED.value, PortalStatus.PENDING.value])
    return case(
        (and_(col(Customer.portal_access).is_(False), shut_out), PortalStatus.DISABLED.value), else_=status
    )


def _everyone() -> Any:
    """The names and addresses of all its people, to be searched."""
    each = col(Contact.name) + ' ' + col(Contact.email)
    all_of_them = (
        select(func.aggregate_strings(each, ' '))
        .where(col(Contact.customer_id) == col(Customer.id))
        .correlate(Customer)
        .scalar_subquery()
    )
    return func.coalesce(all_of_them, '')


def _people() -> Any:
    enabled = (
        select(func.count())
        .where(
            col(Contact.customer_id) == col(Customer.id),
            col(Contact.portal_status) == PortalStatus.ENABLED.value,
        )
        .correlate(Customer)
        .scalar_subquery()
    )
    return case((col(Customer.portal_access), enabled), else_=0)


def _last_sign_in() -> Any:
    return (
        select(func.max(PortalUser.last_signed_in_at))
        .join(Contact, col(Contact.portal_user_id) == col(PortalUser.id))
        .where(col(Contact.customer_id) == col(Customer.id))
        .correlate(Customer)
        .scalar_subquery()
    )


CUSTOMER_ACCOUNTS = Listing(
    key='customers',
    title='Customer Accounts',
    singular='Customer',
    model=Customer,
    permission=LIST,
    icon='apartment',
    named_by='name',
    default_sort='name',
    empty='Add a customer, or import usage events of customers that are new.',
    fields=(
        Field('name', 'Name', Kind.TEXT, col(Customer.name), sorts=True, searched=True, up_front=False),
        Field('number', 'Number', Kind.TEXT, col(Customer.number), sorts=True, searched=True, up_front=False),
        Field(
            'parent',
            'Parent',
            Kind.TEXT,
            func.coalesce(col(_parent.name), ''),
            joins=(_PARENT,),
            sorts=True,
            up_front=False,
            at_first=False,
        ),
        Field(
            'billing_contact',
            'Billing Contact',
            Kind.TEXT,
            func.coalesce(col(_billing.name), ''),
            joins=(_BILLING,),
            sorts=True,
            up_front=False,
        ),
        Field(
            'email',
            'Email',
            Kind.TEXT,
            func.coalesce(col(_billing.email), ''),
            joins=(_BILLING,),
            sorts=True,
            up_front=False,
        ),
        Field(
            'contact', 'Any Contact', Kind.TEXT, _everyone(), searched=True, up_front=False, in_table=False
        ),
        Field(
            'portal_status',
            'Portal Status',
            Kind.CHOICE,
            _status(),
            joins=(_BILLING,),
            sorts=True,
            values=tuple(PortalStatus),
        ),
        Field('people', 'Users', Kind.COUNT, _people(), sorts=True, up_front=False),
        Field(
            'portal_access',
            'Portal Access',
            Kind.CHOICE,
            _either(Customer.portal_access, ON, OFF),
            sorts=True,
            values=(ON, OFF),
            at_first=False,
        ),
        Field(
            'email_delivery',
            'Email Delivery',
            Kind.CHOICE,
            _either(Customer.email_delivery, ON, OFF),
            sorts=True,
            values=(ON, OFF),
        ),
        Field(
            'bill_to_parent',
            'Bill to Parent',
            Kind.CHOICE,
            _either(Customer.bill_to_parent, YES, NO),
            sorts=True,
            values=(YES, NO),
            up_front=False,
            at_first=False,
        ),
        Field(
            'last_sign_in',
            'Last Sign-in',
            Kind.TIME,
            _last_sign_in(),
            optional=True,
            at_first=False,
            sorts=True,
            up_front=False,
        ),
        Field(
            'created',
            'Created',
            Kind.TIME,
            col(Customer.created_at),
            sorts=True,
            up_front=False,
            at_first=False,
        ),
    ),
)
