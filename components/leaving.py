"""Closing an open page whose viewer may not stay."""

from nicegui import ui

from portal_app.errors import AccessEnded, SignedOut

# Let the browser ask before it drops what was typed.
GUARD = 'window.onbeforeunload = {} ? (event) => event.preventDefault() : null'
RELOAD = 'window.onbeforeunload = null; location.reload()'  # it may not stay, whatever was typed


def leave(error: SignedOut) -> None:
    """Go to another company where only this one's access ended, else to the sign-in page and back."""
    if isinstance(error, AccessEnded):
        ui.navigate.to('/portal')
    else:
        ui.run_javascript(f'if (!window.leaving) {{ {RELOAD} }}')


def load_anew() -> None:
    """Load the page anew: its viewer may do other things now."""
    ui.run_javascript(RELOAD)
