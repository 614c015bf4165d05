"""Every page and route of the product, registered anew at each start."""

from nicegui import app

from pages import errors
from pages.admin import (
    access_requests,
    access_review,
    audit_log,
    company_profile,
    configuration,
    customer,
    customers,
    email,
    email_log,
    email_template,
    email_templates,
    general_settings,
    portal_setup,
    role,
    roles,
    staff_users,
)
from pages.admin import home as admin_home
from pages.portal import home, usage, usage_events
from pages.public import ask, links, setup, sign_in
from portal_app.api import configuration as configuration_file
from portal_app.api import exports, health, pictures, view_as


def register() -> None:
    """Give the app its pages, routes and error pages."""
    errors.register()
    for part in (sign_in, ask, links, setup, exports, configuration_file, pictures, view_as, health):
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
        general_settings,
        portal_setup,
        company_profile,
        roles,
        role,
        staff_users,
        email_templates,
        email_template,
        configuration,
        email_log,
        email,
        audit_log,
    ):
        page.register()
