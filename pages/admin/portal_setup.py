"""Setup › Portal Setup: address, branding, tabs, fields and emails, beside what customers see of them."""

import asyncio

from nicegui import ui

from components.design import banner, heading
from components.formats import moment
from components.live import on_change
from components.portal_preview import PortalPreview
from components.section import Section
from pages.admin.frame import admin_frame, surroundings
from pages.admin.setup_address import AddressSection
from pages.admin.setup_billing import BillingSection
from pages.admin.setup_branding import BrandingSection
from pages.admin.setup_state import Editor, SetupState, look
from pages.admin.setup_tabs import FieldsSection, TabsSection
from portal_app.api.session import StaffViewer
from portal_app.auth import viewer as viewers
from portal_app.errors import NotFound
from portal_app.live import Change, Topic
from portal_app.services import setup

PATH, TEMPLATES = '/admin/setup/portal', '/admin/setup/templates'
OFF = (
    'Portal Setup is not available while the Customer Billing Portal is switched off. Switch it on in '
    'Setup › General Settings.'
)


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(portal_setup)


async def portal_setup(viewer: StaffViewer) -> None:
    """One calm page in sections, each of which saves by itself."""
    around = await asyncio.to_thread(surroundings, viewer, setup.VIEW)
    if not around.portal_on:
        raise NotFound(OFF)  # SET-01
    state = await asyncio.to_thread(look, viewer)
    with admin_frame(viewer, around, 'Portal Setup', PATH).classes('wide'):
        heading(1, 'Customer Portal Setup')
        ui.label('Each change is in force at once, and every open portal page follows.').classes('lead')
        if not state.changeable:
            banner('Your role lets you look at the setup, not change it.', 'lock')
        with ui.element('div').classes('setup-page'):
            sections = ui.element('div').classes('setup-sections')
            with ui.element('aside').classes('setup-preview').props('aria-label="Preview"'):
                preview = PortalPreview()
        editor = Editor(viewer, preview.show, state)
        with sections:
            parts = (
                AddressSection(editor, state),
                BrandingSection(editor, state),
                TabsSection(editor, state),
                FieldsSection(editor, state),
                BillingSection(editor, state),
                EmailsSection(viewer, state),
            )

    async def follow(_change: Change) -> None:
        found = await asyncio.to_thread(look, viewer)
        editor.show(found)
        for part in parts:
            part.show(found)

    editor.show(state)
    on_change(Topic.SETUP, follow)
    on_change(Topic.TEMPLATES, follow)


class EmailsSection:
    """The templates of the portal's mails, and the way to them (SET-08)."""

    def __init__(self, viewer: viewers.StaffViewer, state: SetupState) -> None:
        self.viewer = viewer
        with Section('Email templates', 'The emails that the portal sends.') as self.section:
            self.rows = ui.element('ul').classes('setup-templates')
            ui.link('Manage Templates', TEMPLATES)
        self.show(state)

    def show(self, state: SetupState) -> None:
        """Show what is stored."""
        self.rows.clear()
        with self.rows:
            for kind, version in state.templates:
                with ui.element('li'):
                    ui.link(kind.title, f'{TEMPLATES}/{kind.key}')
                    if not version.enabled:
                        ui.label('Disabled').classes('badge badge-wait')
                    changed = moment(version.created_at, self.viewer.zone, self.viewer.locale)
                    ui.label('Default' if version.shipped else f'Changed {changed}').classes('soft small')
