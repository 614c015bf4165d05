"""A world with records in every list of staff's."""

from portal_app.auth.viewer import Operator
from portal_app.models import AccessRequest, Customer
from portal_app.services import invitations
from portal_app.work import acting_as
from tests.world import World, add_contact, change


def furnish(world: World) -> World:
    """Acme and Globex have billing contacts who were invited; Initech gets no mail, and Iberia is shut out.

    Globex and Iberia ask for access. Anna of Acme has signed in.
    """
    acme = add_contact(world, 'acme', 'bella', is_billing=True)
    globex = add_contact(world, 'globex', 'carl', is_billing=True)
    iberia = add_contact(world, 'iberia', 'dora', is_billing=True, portal_status='Enabled')
    change(Customer, world.customers['nordics'], bill_to_parent=True)
    change(Customer, world.customers['initech'], email_delivery=False)
    with acting_as(Operator('test')) as work:
        for contact in (acme, globex):
            invitations.invite_contact(work, contact)
        for contact, customer in ((globex, 'globex'), (iberia, 'iberia')):
            work.session.add(AccessRequest(contact_id=contact, customer_id=world.customers[customer]))
    world.as_customer('anna', 'C1001')
    return world
