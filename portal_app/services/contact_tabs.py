"""Which tabs one contact may see, of those that Portal Setup shows to all (field notes)."""

from collections.abc import Sequence

from sqlmodel import and_, col, or_, select

from portal_app.auth.let_in import lets_in
from portal_app.auth.permissions import GIVE_ACCESS
from portal_app.auth.viewer import ContactView, PortalViewer
from portal_app.errors import Invalid, NotFound
from portal_app.live import Change, Topic
from portal_app.models import Contact, Customer
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.work import Work


def hidden_tabs(work: Work) -> frozenset[str]:
    """The portal objects that are kept from this viewer; none from others than customers' people.

    Who has several contacts at the company sees what one of them may see.
    """
    viewer = work.viewer
    if not isinstance(viewer, PortalViewer):
        return frozenset()
    whose = and_(col(Contact.portal_user_id) == viewer.user_id, *lets_in())
    if isinstance(viewer, ContactView):
        whose = or_(whose, col(Contact.id) == viewer.contact_id)
    hidden = select(Contact.hidden_tabs).join(Customer).where(Contact.customer_id == viewer.company.id, whose)
    return frozenset(PORTAL_OBJECTS).intersection(*work.session.exec(hidden))


def set_contact_tabs(work: Work, contact_id: int, hidden: Sequence[str]) -> None:
    """Choose the tabs that a contact may not see; open pages follow. Needs Manage Portal Users: Edit.

    Raises Invalid for the key of no portal object, and NotFound.
    """
    work.require(GIVE_ACCESS)
    for key in hidden:
        if key not in PORTAL_OBJECTS:
            raise Invalid(f'hidden must name portal objects: {", ".join(PORTAL_OBJECTS)} (got {key!r}).')
    contact = work.session.get(Contact, contact_id, with_for_update=True)
    if contact is None:
        raise NotFound('There is no such contact.')
    before, after = list(contact.hidden_tabs), [key for key in PORTAL_OBJECTS if key in hidden]
    if before == after:
        return
    contact.hidden_tabs = after
    work.session.add(contact)
    work.record(
        'portal_access.tabs',
        contact.mailbox,
        customer_id=contact.customer_id,
        contact_id=contact.id,
        before={'hidden_tabs': before},
        after={'hidden_tabs': after},
    )
    work.tell(Change(Topic.ACCESS, contact.customer_id))
