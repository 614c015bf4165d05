"""The admin's menu: where each entry leads, and which grants it takes."""

from collections.abc import Collection
from dataclasses import dataclass

from portal_app.auth.permissions import Action, Activity, Permission


@dataclass(frozen=True)
class Entry:
    """One place of the admin pages. Without all of `needs` it is not shown, and its address answers 403."""

    section: str
    label: str
    target: str
    icon: str
    about: str
    needs: tuple[Permission, ...]
    with_portal: bool = False  # only while the Customer Billing Portal is switched on (SET-01)

    def is_for(self, grants: Collection[str], portal_on: bool) -> bool:
        """Whether somebody with these grants is offered it now."""
        granted = all(permission.grant in grants for permission in self.needs)
        return granted and (portal_on or not self.with_portal)


def _needs(*pairs: tuple[Activity, Action]) -> tuple[Permission, ...]:
    return tuple(Permission(*pair) for pair in pairs)


CUSTOMERS, SETUP, STRUCTURE, LOGS = 'Customers', 'Setup', 'Organization Structure', 'Logs'
BILLING = 'Billing'
REQUESTS = '/admin/access-requests'
PORTAL_SETUP = _needs((Activity.PORTAL_SETUP, Action.VIEW))
GENERAL = _needs((Activity.CHANNEL_SETTINGS, Action.VIEW), (Activity.PORTAL_SETUP, Action.VIEW))

MENU = (
    Entry(
        CUSTOMERS,
        'Customer Accounts',
        '/admin/customers',
        'apartment',
        'Customers, their contacts and their portal access',
        _needs((Activity.CUSTOMERS, Action.LIST)),
    ),
    Entry(
        CUSTOMERS,
        'Access Requests',
        REQUESTS,
        'how_to_reg',
        'Who asks to be let in',
        _needs((Activity.PORTAL_USERS, Action.LIST)),
    ),
    Entry(
        CUSTOMERS,
        'Access Review',
        '/admin/access-review',
        'fact_check',
        'Who has access, and who never uses it',
        _needs((Activity.PORTAL_USERS, Action.VIEW)),
    ),
    *(
        Entry(BILLING, label, f'/admin/{path}', icon, about, _needs((Activity.BILLING_RECORDS, Action.LIST)))
        for label, path, icon, about in (
            ('Invoices', 'invoices', 'receipt_long', 'Drafts, what is open, and what is overdue'),
            ('Payments', 'payments', 'payments', 'What came in, and what it was used for'),
            ('Credits', 'credits', 'savings', 'Credit memos, and what is left of them'),
            ('Refunds', 'refunds', 'undo', 'What went back to customers'),
            ('Statements', 'statements', 'summarize', 'Each month of an account, as it was issued'),
        )
    ),
    Entry(
        BILLING,
        'Subscriptions',
        '/admin/subscriptions',
        'autorenew',
        'Who has subscribed to what',
        _needs((Activity.BILLING_RECORDS, Action.LIST)),
    ),
    Entry(
        BILLING,
        'Plans',
        '/admin/plans',
        'sell',
        'What customers can subscribe to',
        _needs((Activity.BILLING_RECORDS, Action.LIST)),
    ),
    Entry(
        SETUP,
        'General Settings',
        '/admin/setup/general',
        'settings',
        'Switch the customer portal on or off',
        GENERAL,
    ),
    Entry(
        SETUP,
        'Portal Setup',
        '/admin/setup/portal',
        'tune',
        'Address, branding, tabs and fields',
        PORTAL_SETUP,
        with_portal=True,
    ),
    Entry(
        SETUP,
        'Manage Templates',
        '/admin/setup/templates',
        'drafts',
        'The emails that the portal sends',
        PORTAL_SETUP,
    ),
    Entry(
        SETUP,
        'Configuration File',
        '/admin/setup/configuration',
        'sync_alt',
        'The setup as one file: download, compare, apply',
        PORTAL_SETUP,
    ),
    Entry(
        STRUCTURE,
        'Company Profile',
        '/admin/setup/company-profile',
        'domain',
        'Name, address, support, currency and legal links',
        _needs((Activity.COMPANY_PROFILE, Action.VIEW)),
    ),
    Entry(
        STRUCTURE,
        'Roles & Permissions',
        '/admin/setup/roles',
        'admin_panel_settings',
        'What staff may see and change',
        _needs((Activity.ROLES, Action.LIST)),
    ),
    Entry(
        STRUCTURE,
        'Staff Users',
        '/admin/setup/staff-users',
        'badge',
        'Who works here, and as what',
        _needs((Activity.STAFF_USERS, Action.LIST)),
    ),
    Entry(
        LOGS,
        'Email Log',
        '/admin/email-log',
        'mail',
        'Every email, and what became of it',
        _needs((Activity.EMAIL_LOG, Action.VIEW)),
    ),
    Entry(
        LOGS,
        'Audit Log',
        '/admin/audit-log',
        'history',
        'Who changed what, and when',
        _needs((Activity.AUDIT_LOG, Action.LIST)),
    ),
)
