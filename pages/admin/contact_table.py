"""The contacts of a customer with their portal status, each with its menu (ACC-01, ACC-05)."""

from datetime import datetime

from nicegui import ui

from components.design import icon_button
from components.entries import Entry, actions_menu, fill_menu
from components.formats import moment
from pages.admin.contact_dialogs import edit_contact_dialog, tabs_dialog
from pages.admin.contact_menu import access_entries
from pages.admin.why import why_dialog
from portal_app.auth import viewing
from portal_app.auth.permissions import GIVE_ACCESS, SEE_ACCESS
from portal_app.auth.viewer import StaffViewer
from portal_app.models import PortalStatus
from portal_app.models.base import now
from portal_app.services.customer_page import EDIT, CustomerPage, Person

BADGES = {
    PortalStatus.NONE: 'badge-off',
    PortalStatus.PENDING: 'badge-wait',
    PortalStatus.ENABLED: 'badge-ok',
    PortalStatus.DISABLED: 'badge-bad',
}


def contact_table(viewer: StaffViewer, found: CustomerPage) -> None:
    """One line a contact; on a phone one card."""
    if not found.people:
        ui.label('There is no contact yet. Add one to invite them.').classes('soft')
        return
    with ui.element('ul').classes('people'):
        for person in found.people:
            with ui.element('li').classes('person-line'):
                _who(person)
                _state(viewer, person, found.portal_access)
                entries = _entries(viewer, found, person)
                if entries:
                    with icon_button('more_vert', f'Actions for {person.name}'):
                        fill_menu(actions_menu(), entries, '')


def _who(person: Person) -> None:
    with ui.element('div').classes('person-who'):
        with ui.element('div').classes('person-name'):
            ui.label(person.name).classes('strong')
            if person.is_billing:
                ui.label('Billing contact').classes('badge badge-info')
        ui.label(person.email).classes('soft')
        if person.mail_problem:
            with ui.element('div').classes('person-problem'):
                ui.icon('error_outline').props('aria-hidden=true')
                ui.label(f'The last mail did not arrive: {person.mail_problem}')
        if not person.permitted:
            ui.label('Not permitted to use the portal').classes('soft small')


def _state(viewer: StaffViewer, person: Person, customer_on: bool) -> None:
    with ui.element('div').classes('person-state'):
        ui.label(person.status.value).classes(f'badge {BADGES[person.status]}')
        ui.label(_said(viewer, person, customer_on)).classes('soft small')


def _said(viewer: StaffViewer, person: Person, customer_on: bool) -> str:
    def at(time: datetime) -> str:
        return moment(time, viewer.zone, viewer.locale)

    if not customer_on and person.status in (PortalStatus.ENABLED, PortalStatus.PENDING):
        return 'Shut out: portal access of the customer is disabled'
    if person.status is PortalStatus.PENDING and person.invitation_expires:
        over = person.invitation_expires <= now()
        return f'Invitation {"expired" if over else "valid until"} {at(person.invitation_expires)}'
    if person.status is PortalStatus.ENABLED:
        return f'Last sign-in {at(person.last_sign_in)}' if person.last_sign_in else 'Has not signed in yet'
    return f'Since {at(person.since)}' if person.since else 'Never invited'


def _entries(viewer: StaffViewer, found: CustomerPage, person: Person) -> list[Entry]:
    entries = access_entries(viewer, person)
    if GIVE_ACCESS.grant in found.grants:
        entries.append(Entry('Choose tabs', lambda: tabs_dialog(viewer, person), 'tab'))
    if EDIT.grant in found.grants:
        entries.append(Entry('Edit contact', lambda: edit_contact_dialog(viewer, person), 'edit'))
    if SEE_ACCESS.grant in found.grants:
        entries.append(
            Entry(
                "Why can't they see it?", lambda: why_dialog(viewer, person.id, person.name), 'help_outline'
            )
        )
    if all(permission.grant in found.grants for permission in viewing.NEEDED):
        entries.append(Entry('View portal as this contact', lambda: _view_as(person), 'visibility'))
    return entries


def _view_as(person: Person) -> None:
    """A form, so that the browser gets the cookie of the view."""
    ui.run_javascript(
        'const form = document.createElement("form");'
        f'form.method = "post"; form.action = "/admin/contacts/{person.id}/view";'
        'document.body.append(form); form.submit();'
    )
