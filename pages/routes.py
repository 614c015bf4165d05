"""Every page and route of the product, registered anew at each start."""

from nicegui import app

from pages import errors
from pages.admin import home as admin_home
from pages.admin import portal_setup
from pages.portal import home, usage, usage_events
from pages.public import sign_in
from portal_app.api import exports, health


def register() -> None:
    """Give the app its pages, routes and error pages."""
    errors.register()
    for router in (sign_in.router(), exports.router(), health.router()):
        app.include_router(router)
    for page in (home, usage, usage_events, admin_home, portal_setup):
        page.register()
