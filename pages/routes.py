"""Every page and route of the product, registered anew at each start."""

from nicegui import app

from pages import errors
from pages.admin import (
    access_requests,
    access_review,
    audit_log,
    company_profile,
    configuration,
    credit,
    customer,
    customers,
    email,
    email_log,
    email_template,
    email_templates,
    general_settings,
    invoice,
    invoice_editor,
    payment,
    plans,
    portal_setup,
    refunds,
    role,
    roles,
    staff_users,
    subscription,
)
from pages.admin import credits as staff_credits
from pages.admin import home as admin_home
from pages.admin import invoices as staff_invoices
from pages.admin import payments as staff_payments
from pages.admin import statements as staff_statements
from pages.admin import subscriptions as staff_subscriptions
from pages.portal import credits as credits_page
from pages.portal import (
    home,
    invoices,
    line_events,
    pay,
    pay_result,
    payment_methods,
    payments,
    statements,
    subscriptions,
    usage,
    usage_events,
)
from pages.public import ask, links, pay_now, setup, sign_in, simulated
from portal_app.api import configuration as configuration_file
from portal_app.api import documents, exports, health, pictures, view_as, webhooks

ROUTES = (
    sign_in,
    ask,
    links,
    setup,
    simulated,
    pay_now,
    exports,
    documents,
    configuration_file,
    pictures,
    view_as,
    webhooks,
    health,
)
PAGES = (
    home,
    invoices,
    pay,
    pay_result,
    payment_methods,
    line_events,
    payments,
    credits_page,
    usage,
    usage_events,
    subscriptions,
    statements,
    admin_home,
    customers,
    customer,
    staff_invoices,
    invoice_editor,  # its address would fit that of an invoice
    invoice,
    staff_payments,
    payment,
    staff_credits,
    credit,
    refunds,
    staff_statements,
    access_requests,
    access_review,
    staff_subscriptions,
    subscription,
    plans,
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
)


def register() -> None:
    """Give the app its pages, routes and error pages."""
    errors.register()
    for part in ROUTES:
        app.include_router(part.router())
    for page in PAGES:
        page.register()
