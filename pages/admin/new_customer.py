"""The dialog that adds a customer with its billing contact."""

from nicegui import ui

from components.confirm import Question, text_field, ticked, typed
from components.design import heading
from portal_app.auth.viewer import StaffViewer
from portal_app.services import contacts, customers
from portal_app.work import acting_as


def new_customer(viewer: StaffViewer, *, with_contact: bool) -> None:
    """Ask for it, then go to its page. `with_contact`: whether the role may add contacts too."""
    with Question('Add customer', 'Add customer') as form:
        number, name = text_field('Number', longest=64), text_field('Name')
        number.props('autofocus')
        parent = text_field('Number of the parent, if it has one', longest=64)
        billed = ui.checkbox('Bill to parent').props('dense')
        delivery = ui.checkbox('Email Delivery Preference', value=True).props('dense')
        contact = email = None
        if with_contact:
            heading(3, 'Billing contact')
            contact = text_field('Name of the contact')
            email = text_field('Email of the contact', longest=1_000)

    def add() -> None:
        with acting_as(viewer) as work:
            customer = customers.add_customer(
                work,
                typed(number),
                typed(name),
                typed(parent),
                bill_to_parent=ticked(billed),
                email_delivery=ticked(delivery),
            )
            if contact and email and (typed(contact).strip() or typed(email).strip()):
                contacts.add_contact(work, customer.id or 0, typed(contact), typed(email))

    async def go() -> None:
        ui.navigate.to(f'/admin/customers/{typed(number).strip()}')

    form.does(add, lambda: f'{typed(name).strip()} has been added.', go)
