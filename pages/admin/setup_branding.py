"""Portal Setup › Branding: logo, banner and colour (SET-03, SET-04, SET-05)."""

from nicegui import ui
from nicegui.events import GenericEventArguments

from components.confirm import typed
from components.design import main_button
from components.section import Section
from pages.admin.picture_field import PictureField
from pages.admin.setup_state import Editor, SetupState
from portal_app.branding import contrast, shades
from portal_app.errors import PortalError
from portal_app.models import PictureKind
from portal_app.services import branding
from portal_app.services.profile_rules import colour_rule

LEAD = 'Logo, banner and colour appear on every page of the portal, logo and colour in its emails too.'
VALUE = '(event) => emit(event.target.value)'
NAMES = {'#ffffff': 'white', '#000000': 'black'}


class BrandingSection:
    """Pictures are saved as they are chosen, the colour by its button; the preview shows it before."""

    def __init__(self, editor: Editor, state: SetupState) -> None:
        self.editor, self.saved = editor, state.brand.colour
        with Section('Branding', LEAD) as self.section:
            self.pictures = {
                PictureKind.LOGO: PictureField(editor.viewer, self.section, PictureKind.LOGO),
                PictureKind.BANNER: PictureField(editor.viewer, self.section, PictureKind.BANNER),
            }
            with ui.element('form').on('submit.prevent', self._save).classes('colour-form'):
                self.field = ui.input(
                    'Primary brand colour', value=self.saved, on_change=self._typed, validation=_problem
                )
                self.field.props('outlined dense maxlength=20 spellcheck=false')
                self.picker = ui.element('input').props('type=color aria-label="Choose a colour"')
                self.picker.classes('colour-picker').on('input', self._picked, js_handler=VALUE)
                self.picker._props['value'] = self.saved
                self.button = main_button('Save colour', lambda: None).props('type=submit')
            self.readable = ui.label().classes('soft small')
        self.show(state)

    def show(self, state: SetupState) -> None:
        """Show what is stored; what is being typed stays."""
        if typed(self.field).strip().lower() == self.saved:
            self.field.set_value(state.brand.colour)
        self.saved = state.brand.colour
        self.field.set_enabled(state.changeable)
        self.picker._props['disabled'] = not state.changeable
        self.button.set_visibility(state.changeable)
        self.pictures[PictureKind.LOGO].show(state.logo, state.changeable)
        self.pictures[PictureKind.BANNER].show(state.banner, state.changeable)
        self._typed()

    def _typed(self) -> None:
        colour = typed(self.field).strip().lower()
        if colour_rule(colour):
            self.readable.set_text('')
            return
        self.picker._props['value'] = colour
        self.picker.update()
        text = shades(colour).on_brand
        self.readable.set_text(f'Text on it is {NAMES[text]}: contrast {contrast(colour, text):.1f} to 1.')
        self.editor.preview(colour=colour)

    def _picked(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, str):
            self.field.set_value(event.args)

    async def _save(self) -> None:
        colour, before = typed(self.field).strip().lower(), self.saved
        verb = self.editor.verb(lambda work: branding.set_colour(work, colour))
        undo = self.editor.verb(lambda work: branding.set_colour(work, before))
        if await self.section.save(verb, f'The colour is now {colour}.', undo, self._refused):
            self.saved = colour

    def _refused(self, _error: PortalError) -> bool:
        self.field.run_method('focus')
        return not self.field.validate()


def _problem(text: object) -> str | None:
    problem = colour_rule(text.strip() if isinstance(text, str) else '')
    return f'Primary brand colour {problem}.' if problem else None
