"""Closing an open page whose viewer may not stay."""

from nicegui import ui

from portal_app.errors import AccessEnded, SignedOut


def leave(error: SignedOut) -> None:
    """Go to another company where only this one's access ended, else to the sign-in page and back."""
    if isinstance(error, AccessEnded):
        ui.navigate.to('/portal')
    else:
        ui.run_javascript('window.leaving || location.reload()')
