"""Adding and changing a contact, and choosing which tabs they see. What was typed stays until it is right."""

from collections.abc import Callable

from nicegui import ui

from components.confirm import Question, text_field, ticked, typed
from portal_app.auth.viewer import StaffViewer
from portal_app.services import contacts
from portal_app.services.contact_tabs import set_contact_tabs
from portal_app.services.customer_page import Person
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.work import Work, acting_as

ADDRESSES = 'Several addresses are possible for delivery; the portal needs exactly one.'


def add_contact_dialog(viewer: StaffViewer, customer_id: int) -> None:
    """A further person at a customer."""
    with Question('Add contact', 'ADD') as form:
        name, email = text_field('Name'), text_field('Email', longest=1_000)
        ui.label(ADDRESSES).classes('soft small')
        billing = ui.checkbox('Billing contact').props('dense')
    _does(
        form,
        viewer,
        lambda work: contacts.add_contact(work, customer_id, typed(name), typed(email), ticked(billing)),
        lambda: f"'{typed(name).strip()}' has been added.",
    )


def edit_contact_dialog(viewer: StaffViewer, person: Person) -> None:
    """Name, address, billing contact, and whether they may use the portal at all."""
    with Question('Edit contact', 'SAVE') as form:
        name, email = text_field('Name', person.name), text_field('Email', person.email, longest=1_000)
        ui.label(ADDRESSES).classes('soft small')
        billing = ui.checkbox('Billing contact', value=person.is_billing).props('dense')
        permitted = ui.checkbox('Permitted to use the portal', value=person.permitted).props('dense')
    _does(
        form,
        viewer,
        lambda work: contacts.edit_contact(
            work, person.id, typed(name), typed(email), ticked(billing), ticked(permitted)
        ),
        lambda: f"'{typed(name).strip()}' has been saved.",
    )


def tabs_dialog(viewer: StaffViewer, person: Person) -> None:
    """Which of the tabs in Portal Setup this contact sees; open pages follow at once."""
    with Question(f'Tabs for {person.name}', 'SAVE') as form:
        ui.label('A tab that is off in Portal Setup stays hidden for everybody.').classes('soft small')
        boxes = {
            key: ui.checkbox(listing.title, value=key not in person.hidden_tabs).props('dense')
            for key, listing in PORTAL_OBJECTS.items()
        }
    _does(
        form,
        viewer,
        lambda work: set_contact_tabs(
            work, person.id, [key for key, box in boxes.items() if not ticked(box)]
        ),
        lambda: f"The tabs of '{person.name}' have been saved.",
    )


def _does(
    form: Question, viewer: StaffViewer, verb: Callable[[Work], object], done: Callable[[], str]
) -> None:
    def act() -> None:
        with acting_as(viewer) as work:
            verb(work)

    form.does(act, done)
