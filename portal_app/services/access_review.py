"""Access review: who has access, who never uses it, and the sign-off (field notes, 6)."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, func
from sqlmodel import col, select

from portal_app.auth.permissions import GIVE_ACCESS, SEE_ACCESS
from portal_app.columns import UtcDateTime
from portal_app.errors import Invalid
from portal_app.listings import Field, Join, Kind, Listing
from portal_app.models import AccessReview, Contact, Customer, PortalStatus, PortalUser
from portal_app.models.base import now
from portal_app.work import Work

DORMANT_AFTER = timedelta(days=90)
LONGEST_NOTE = 1_000


def _dormant_before() -> datetime:
    return now() - DORMANT_AFTER


_LAST_SEEN = func.coalesce(PortalUser.last_signed_in_at, Contact.status_since, Customer.created_at)
_DORMANT = case(
    (bindparam('dormant_before', callable_=_dormant_before, type_=UtcDateTime()) > _LAST_SEEN, 'Yes'),
    else_='No',
)
_CUSTOMER = (Join(Customer, on=col(Customer.id) == Contact.customer_id),)
_LOGIN = (Join(PortalUser, on=col(PortalUser.id) == Contact.portal_user_id, optional=True),)

ACCESS_REVIEW = Listing(
    key='access-review',
    title='Access Review',
    singular='Person',
    model=Contact,
    icon='fact_check',
    permission=SEE_ACCESS,
    default_sort='customer',
    named_by='contact',
    starting_filters=(('portal_status', PortalStatus.ENABLED.value),),
    empty='As soon as somebody has portal access, they appear here.',
    fields=(
        Field(
            'number',
            'Customer Number',
            Kind.REFERENCE,
            col(Customer.number),
            at_first=False,
            up_front=False,
            sorts=True,
            joins=_CUSTOMER,
        ),
        Field(
            'customer', 'Customer', Kind.TEXT, col(Customer.name), sorts=True, searched=True, joins=_CUSTOMER
        ),
        Field('contact', 'Contact', Kind.TEXT, col(Contact.name), sorts=True, searched=True),
        Field('email', 'Email', Kind.TEXT, col(Contact.email), sorts=True, searched=True, up_front=False),
        Field(
            'portal_status',
            'Portal Status',
            Kind.CHOICE,
            col(Contact.portal_status),
            sorts=True,
            values=tuple(PortalStatus),
        ),
        Field(
            'dormant',
            'Dormant',
            Kind.CHOICE,
            _DORMANT,
            sorts=True,
            values=('Yes', 'No'),
            joins=(*_CUSTOMER, *_LOGIN),
        ),
        Field(
            'last_sign_in',
            'Last sign-in',
            Kind.TIME,
            col(PortalUser.last_signed_in_at),
            sorts=True,
            optional=True,
            joins=_LOGIN,
        ),
        Field(
            'since', 'Since', Kind.TIME, col(Contact.status_since), sorts=True, optional=True, up_front=False
        ),
    ),
)


def counts(work: Work) -> tuple[int, int]:
    """How many contacts have access now, and how many never use it. Needs Manage Portal Users: View."""
    work.require(SEE_ACCESS)
    with_access = (
        select(func.count(), func.count().filter(_DORMANT == 'Yes'))
        .select_from(Contact)
        .join(Customer)
        .join(PortalUser, isouter=True)
        .where(Contact.portal_status == PortalStatus.ENABLED, col(Customer.portal_access).is_(True))
    )
    people, dormant = work.session.exec(with_access).one()
    return people, dormant


def sign_off(work: Work, note: str) -> AccessReview:
    """Put down that who has access was looked through. Needs Manage Portal Users: Edit."""
    work.require(GIVE_ACCESS)
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise Invalid(f'note must have at most {LONGEST_NOTE:,} characters (got {len(note):,}).')
    people, dormant = counts(work)
    review = AccessReview(reviewer=work.viewer.actor, contacts=people, dormant=dormant, note=note)
    work.session.add(review)
    work.record('access_review.sign_off', f'{people} people, {dormant} dormant', after={'note': note})
    return review


def reviews(work: Work, most: int = 5) -> list[AccessReview]:
    """The last sign-offs, newest first. Needs Manage Portal Users: View."""
    work.require(SEE_ACCESS)
    return list(work.session.exec(select(AccessReview).order_by(col(AccessReview.id).desc()).limit(most)))
