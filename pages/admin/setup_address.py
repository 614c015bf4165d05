"""Portal Setup › Address: the subdomain, and the address that follows from it (SET-02)."""

from nicegui import ui

from components.attempt import say
from components.confirm import confirm, typed
from components.design import icon_button, main_button
from components.section import Section
from pages.admin.setup_state import Editor, SetupState
from portal_app.errors import Invalid, PortalError
from portal_app.services import portal_address
from portal_app.work import Work

ANY_HOST = (
    'Customers reach the portal at {address} now, whatever the subdomain: PORTAL_PUBLIC_URL says so. With '
    'PORTAL_BASE_DOMAIN in its place, the subdomain counts.'
)
LEAD = 'Where customers find the portal: lowercase letters and digits, no spaces.'


class AddressSection:
    """The subdomain. It is saved by its button, since a half-typed address must not be in force."""

    def __init__(self, editor: Editor, state: SetupState) -> None:
        self.editor, self.saved = editor, state.subdomain
        before, behind = portal_address.around()
        with Section('Address', LEAD) as self.section:
            with ui.element('form').on('submit.prevent', self._save).classes('address-form'):
                self.field = ui.input(
                    'Subdomain', value=state.subdomain, on_change=self._typed, validation=self._problem
                )
                self.field.props(f'outlined dense maxlength=80 prefix="{before}" suffix="{behind}"')
                self.field.props('stack-label autocapitalize=none spellcheck=false')
                self.button = main_button('Save address', lambda: None).props('type=submit')
            with ui.element('div').classes('resulting'):
                self.address = ui.link(new_tab=True)
                self.copy = icon_button('content_copy', 'Copy the address', self._copy)
            if other := portal_address.other_address():
                ui.label(ANY_HOST.format(address=other)).classes('soft small')
        self.show(state)

    def show(self, state: SetupState) -> None:
        """Show what is stored; what is being typed stays."""
        if typed(self.field) == self.saved:
            self.field.set_value(state.subdomain)
        self.saved = state.subdomain
        self.field.set_enabled(state.changeable)
        self.button.set_visibility(state.changeable)
        self._typed()

    @property
    def resulting(self) -> str:
        """The address that what is typed would give; what is stored while that breaks a rule."""
        try:
            return portal_address.portal_address(portal_address.check_subdomain(typed(self.field).lower()))
        except Invalid:
            return portal_address.portal_address(self.saved) if self.saved else ''

    def _typed(self) -> None:
        self.address.set_text(self.resulting)
        self.address._props['href'] = self.resulting
        self.address.update()
        for element in (self.address, self.copy):
            element.set_visibility(bool(self.resulting))
        self.editor.preview(address=self.resulting)

    def _problem(self, text: object) -> str | None:
        lowered = text.strip().lower() if isinstance(text, str) else ''
        if lowered == self.saved:
            return None
        try:
            portal_address.check_subdomain(lowered)
        except Invalid as error:
            return error.message.replace('\n', ' ')
        return None

    async def _save(self) -> None:
        subdomain, before = typed(self.field).strip().lower(), self.saved
        self.field.set_value(subdomain)
        if self._problem(subdomain) or subdomain == before or not before or not portal_address.moves():
            await self._put_in_force(subdomain)
            return
        new, old = map(portal_address.portal_address, (subdomain, before))
        confirm(
            'Move the portal',
            f'The portal, and these pages, will be at {new}. {old} stops answering: links in mails that were '
            'sent lead nowhere, and everybody signs in again at the new address.',
            'MOVE',
            self.editor.verb(lambda work: portal_address.set_subdomain(work, subdomain)),
            f'The portal is at {new} now.',
        )

    async def _put_in_force(self, subdomain: str) -> None:
        before = self.saved

        def back(work: Work) -> None:
            portal_address.set_subdomain(work, before)

        verb = self.editor.verb(lambda work: portal_address.set_subdomain(work, subdomain))
        undo = self.editor.verb(back) if before and not portal_address.moves() else None
        done = f'Saved: {portal_address.portal_address(subdomain)}'
        if await self.section.save(verb, done, undo, self._refused):
            self.saved = subdomain

    def _refused(self, _error: PortalError) -> bool:
        self.field.run_method('focus')
        return not self.field.validate()

    def _copy(self) -> None:
        ui.clipboard.write(self.resulting)
        say('The address has been copied.')
