"""What the parts of Portal Setup show, and how they change it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from portal_app.auth.viewer import StaffViewer
from portal_app.branding import Brand
from portal_app.listings import Listing
from portal_app.mail.template_kinds import TemplateKind
from portal_app.models import EmailTemplateVersion, PictureKind
from portal_app.services import billing_settings, email_templates, portal_address, setup
from portal_app.services.billing_settings import BillingSettings
from portal_app.services.organization import PictureInUse, brand, organization, picture_in_use
from portal_app.work import Work, acting_as, reading_as


@dataclass(frozen=True)
class SetupState:
    """The setup as it is stored."""

    brand: Brand
    subdomain: str
    logo: PictureInUse | None
    banner: PictureInUse | None
    tabs: list[tuple[Listing, bool, dict[str, bool]]]
    templates: list[tuple[TemplateKind, EmailTemplateVersion]]
    billing: BillingSettings
    changeable: bool  # by the viewer

    @property
    def shown_tabs(self) -> list[str]:
        """The titles of the tabs that are on."""
        return [listing.title for listing, on, _ in self.tabs if on]

    @property
    def address(self) -> str:
        """Where customers find the portal, as far as staff have decided."""
        return portal_address.portal_address(self.subdomain) if self.subdomain else '/portal'


def look(viewer: StaffViewer) -> SetupState:
    """Look everything up. Raises NotPermitted without Portal Setup: View."""
    with reading_as(viewer) as work:
        tabs = setup.tab_settings(work)
        return SetupState(
            brand(work),
            organization(work).subdomain,
            picture_in_use(work, PictureKind.LOGO),
            picture_in_use(work, PictureKind.BANNER),
            tabs,
            email_templates.templates(work),
            billing_settings.billing_settings(work),
            setup.may_change(work),
        )


@dataclass
class Editor:
    """The page's viewer, and what the preview shows beside what is stored."""

    viewer: StaffViewer
    draw: Callable[[Brand, str, list[str]], None]
    state: SetupState
    chosen: dict[str, Any] = field(default_factory=dict)

    def verb(self, change: Callable[[Work], object]) -> Callable[[], None]:
        """A change as the page's viewer, to be run off the event loop."""

        def run() -> None:
            with acting_as(self.viewer) as work:
                change(work)

        return run

    def preview(self, **chosen: str) -> None:
        """Show what is being chosen, before it is saved: `colour` or `address`."""
        self.chosen |= chosen
        self.show(self.state)

    def show(self, state: SetupState) -> None:
        """Show what is stored, and over it what is being chosen."""
        self.state = state
        colour = self.chosen.get('colour') or state.brand.colour
        self.draw(
            replace(state.brand, colour=colour), self.chosen.get('address') or state.address, state.shown_tabs
        )
