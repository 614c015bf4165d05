"""Setup › Manage Templates: the mails that staff can change (SET-08)."""

import asyncio

from nicegui import ui

from components.design import banner, heading
from components.formats import moment
from components.live import on_change
from pages.admin.frame import admin_frame, surroundings
from portal_app.api.session import StaffViewer
from portal_app.auth import viewer as viewers
from portal_app.live import Change, Topic
from portal_app.mail.template_kinds import TemplateKind
from portal_app.models import EmailTemplateVersion
from portal_app.services import email_templates
from portal_app.work import reading_as

PATH = '/admin/setup/templates'
Templates = list[tuple[TemplateKind, EmailTemplateVersion]]


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(manage_templates)


async def manage_templates(viewer: StaffViewer) -> None:
    """One row a template."""
    around = await asyncio.to_thread(surroundings, viewer, email_templates.VIEW)
    found, changeable = await asyncio.to_thread(_look, viewer)
    with admin_frame(viewer, around, 'Manage Templates', PATH):
        heading(1, 'Manage Templates')
        ui.label(
            'The emails that the portal sends. A change is in force for every mail from then on.'
        ).classes('lead')
        if not changeable:
            banner('Your role lets you look at the templates, not change them.', 'lock')
        rows = ui.element('ul').classes('panel template-list')

    def draw(templates: Templates) -> None:
        rows.clear()
        with rows:
            for kind, version in templates:
                _row(viewer, kind, version)

    async def follow(_change: Change) -> None:
        draw((await asyncio.to_thread(_look, viewer))[0])

    draw(found)
    on_change(Topic.TEMPLATES, follow)


def _look(viewer: viewers.StaffViewer) -> tuple[Templates, bool]:
    with reading_as(viewer) as work:
        return email_templates.templates(work), email_templates.may_change(work)


def _row(viewer: viewers.StaffViewer, kind: TemplateKind, version: EmailTemplateVersion) -> None:
    with ui.element('li'), ui.link(target=f'{PATH}/{kind.key}').classes('template-row'):
        with ui.element('div'):
            ui.label(kind.title).classes('strong')
            ui.label(kind.sent).classes('soft')
        with ui.element('div').classes('template-state'):
            with ui.element('div'):
                ui.label('Default' if version.shipped else 'Changed').classes(
                    f'badge {"badge-off" if version.shipped else "badge-info"}'
                )
                if not version.enabled:
                    ui.label('Disabled').classes('badge badge-wait')
            if version.author:
                ui.label(
                    f'{version.author}, {moment(version.created_at, viewer.zone, viewer.locale)}'
                ).classes('soft small')
