"""Setup › Organization Structure › Company Profile (SET-09)."""

import asyncio
from dataclasses import asdict, dataclass
from functools import cache

from babel import Locale
from babel.numbers import get_currency_name
from nicegui import ui

from components.design import banner, heading, main_button, quiet_button
from components.live import on_change
from components.profile_form import ProfileForm
from components.section import Section
from pages.admin.frame import admin_frame, surroundings
from pages.admin.picture_field import PictureField
from portal_app.api.session import StaffViewer
from portal_app.auth import viewer as viewers
from portal_app.errors import Conflict, PortalError
from portal_app.live import Change, Topic
from portal_app.models import PictureKind
from portal_app.services import company_profile
from portal_app.services.company_profile import LABELS, Profile, ProfileRefused
from portal_app.services.organization import PictureInUse, picture_in_use
from portal_app.services.profile_rules import CURRENCIES, LOCALES, ZONES
from portal_app.work import acting_as, reading_as

PATH = '/admin/setup/company-profile'


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(profile_page)


async def profile_page(viewer: StaffViewer) -> None:
    """Who the organization is."""
    around = await asyncio.to_thread(surroundings, viewer, company_profile.VIEW)
    found = await asyncio.to_thread(_look, viewer)
    with admin_frame(viewer, around, 'Company Profile', PATH):
        heading(1, 'Company Profile')
        ui.label('How your company is named and reached on the portal, in emails and on documents.').classes(
            'lead'
        )
        if not found.changeable:
            banner('Your role lets you look at the profile, not change it.', 'lock')
        page = CompanyProfile(viewer, found)

    async def follow(_change: Change) -> None:
        page.show(await asyncio.to_thread(_look, viewer))

    on_change(Topic.SETUP, follow)


@dataclass(frozen=True)
class Found:
    """What the page shows."""

    profile: Profile
    logo: PictureInUse | None
    changeable: bool  # by the viewer


def _look(viewer: viewers.StaffViewer) -> Found:
    with reading_as(viewer) as work:
        logo = picture_in_use(work, PictureKind.LOGO)
        return Found(company_profile.profile(work), logo, work.may(company_profile.CHANGE))


class CompanyProfile:
    """The form. It is saved by its button; what is being typed outlives the changes of others."""

    def __init__(self, viewer: viewers.StaffViewer, found: Found) -> None:
        self.viewer, self.stored = viewer, found.profile
        with Section('Profile') as self.section, ui.element('form').on('submit.prevent', self._save):
            self.form = ProfileForm(LABELS, _choices(), asdict(self.stored))
            with ui.element('div').classes('form-buttons'):
                self.button = main_button('Save profile', lambda: None).props('type=submit')
                self.newest = quiet_button('Show what is stored now', self._show_newest)
        self.newest.set_visibility(False)
        with Section('Logo', 'It appears on the portal, on these pages and in emails.') as section:
            self.logo = PictureField(viewer, section, PictureKind.LOGO)
        self._allow(found)

    def show(self, found: Found) -> None:
        """Show what is stored, unless something else is being typed."""
        self._allow(found)
        if Profile(**self.form.values) == self.stored:
            self.stored = found.profile
            self.form.show(asdict(self.stored))
        elif found.profile != self.stored:
            self.newest.set_visibility(True)

    def _allow(self, found: Found) -> None:
        self.form.set_enabled(found.changeable)
        self.button.set_visibility(found.changeable)
        self.logo.show(found.logo, found.changeable)

    async def _save(self) -> None:
        typed, before = Profile(**self.form.values), self.stored
        saved = before

        def verb() -> None:
            nonlocal saved
            with acting_as(self.viewer) as work:
                saved = company_profile.save(work, typed, before)

        def back() -> None:
            with acting_as(self.viewer) as work:
                company_profile.save(work, before, saved)

        if await self.section.save(verb, 'The profile is saved.', back, self._refused):
            self.stored = saved
            self.form.show(asdict(saved))

    def _refused(self, error: PortalError) -> bool:
        if isinstance(error, ProfileRefused):
            self.form.refuse(error.problems)
            return True
        self.newest.set_visibility(isinstance(error, Conflict))
        return False

    async def _show_newest(self) -> None:
        found = await asyncio.to_thread(_look, self.viewer)
        self.stored = found.profile
        self._allow(found)
        self.form.show(asdict(self.stored))
        self.newest.set_visibility(False)


@cache
def _choices() -> dict[str, dict[str, str]]:
    """What can be picked, by field: the stored value and how it is called."""
    return {
        'currency': {code: f'{code} – {get_currency_name(code, locale="en")}' for code in CURRENCIES},
        'time_zone': {zone: zone.replace('_', ' ') for zone in ZONES},
        'locale': {name: f'{_called(name)} ({name})' for name in LOCALES},
    }


def _called(locale: str) -> str:
    return Locale.parse(locale).get_display_name('en') or locale
