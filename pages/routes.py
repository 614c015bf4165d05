"""Every page and route of the product, registered anew at each start."""

from nicegui import app

from pages import errors
from pages.admin import (
    access_requests,
    access_review,
    customer,
    customers,
    email,
    email_log,
    email_template,
    email_templates,
    portal_setup,
)
from pages.admin import home as admin_home
from pages.portal import home, usage, usage_events
from pages.public import ask, links, sign_in
from portal_app.api import exports, health, view_as


def register() -> None:
    """Give the app its pages, routes and error pages."""
    errors.register()
    for part in (sign_in, ask, links, exports, view_as, health):
        app.include_router(part.router())
    for page in (
        home,
        usage,
        usage_events,
        admin_home,
        customers,
        customer,
        access_requests,
        access_review,
        portal_setup,
        email_templates,
        email_template,
        email_log,
        email,
    ):
        page.register()
