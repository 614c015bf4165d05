"""The list of access requests that staff work through (ACC-14)."""

from sqlalchemy import case
from sqlmodel import col

from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.listings import Field, Join, Kind, Listing
from portal_app.models import AccessRequest, Contact, Customer, RequestState

_CUSTOMER = (Join(Customer, on=col(Customer.id) == AccessRequest.customer_id),)
_CONTACT = (Join(Contact, on=col(Contact.id) == AccessRequest.contact_id),)

SEE_REQUESTS = Permission(Activity.PORTAL_USERS, Action.LIST)

ACCESS_REQUESTS = Listing(
    key='access-requests',
    title='Access Requests',
    singular='Access request',
    model=AccessRequest,
    icon='how_to_reg',
    permission=SEE_REQUESTS,
    default_sort='-asked',
    named_by='contact',
    starting_filters=(('state', RequestState.OPEN.value),),
    empty='When somebody asks for access on the login page, the request appears here.',
    fields=(
        Field('asked', 'Asked', Kind.TIME, col(AccessRequest.created_at), sorts=True),
        Field(
            'customer', 'Customer', Kind.TEXT, col(Customer.name), sorts=True, searched=True, joins=_CUSTOMER
        ),
        Field('contact', 'Contact', Kind.TEXT, col(Contact.name), sorts=True, searched=True, joins=_CONTACT),
        Field('email', 'Email', Kind.TEXT, col(Contact.email), sorts=True, searched=True, joins=_CONTACT),
        Field(
            'reason',
            'Asks for',
            Kind.CHOICE,
            case((col(AccessRequest.expired_link), 'New invitation'), else_='Access'),
            values=('Access', 'New invitation'),
        ),
        Field(
            'state', 'State', Kind.CHOICE, col(AccessRequest.state), sorts=True, values=tuple(RequestState)
        ),
        Field(
            'decided',
            'Decided',
            Kind.TIME,
            col(AccessRequest.decided_at),
            sorts=True,
            optional=True,
            up_front=False,
        ),
        Field(
            'decided_by', 'Decided by', Kind.TEXT, col(AccessRequest.decided_by), sorts=True, up_front=False
        ),
    ),
)
