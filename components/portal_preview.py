"""What customers see at the top of their portal, in small, as it will look with what is being chosen."""

from collections.abc import Sequence

from nicegui import ui

from components.brand import banner_picture, mark_picture, variables
from portal_app.branding import Brand


class PortalPreview:
    """A picture of the portal: address, header, banner and tabs. It can be looked at only."""

    def __init__(self) -> None:
        with (
            ui.element('div')
            .classes('portal-preview')
            .props('role=img aria-label="Preview of the portal as customers see it"')
        ):
            self.address = ui.label().classes('preview-address')
            self.page = ui.element('div').classes('preview-page')

    def show(self, brand: Brand, address: str, tabs: Sequence[str]) -> None:
        """Draw it for this brand and these titles of tabs."""
        self.address.set_text(address)
        self.page.clear()
        self.page.style(replace=variables(brand.colour))
        with self.page:
            if brand.sandbox:
                ui.label('Sandbox').classes('sandbox-ribbon')
            with ui.element('div').classes('portal-header'):
                with ui.element('div').classes('brand-name'):
                    mark_picture(brand)
                ui.space()
                ui.label('AK').classes('preview-person')
            banner_picture(brand)
            with ui.element('div').classes('tabs'):
                for place, title in enumerate(('Home', *tabs)):
                    ui.label(title).classes('tab' if place else 'tab is-current')
            with ui.element('div').classes('preview-content'):
                for width in ('60%', '90%', '75%'):
                    ui.element('div').classes('preview-line').style(f'width:{width}')
                ui.label('A button').classes('preview-button')
                ui.label('A link').classes('preview-link')
