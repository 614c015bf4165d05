"""Every route of the product: whom it lets in, an address to try it at, and what it answers.

A route that is not in one of the three tables fails `test_role_walk.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import select

from portal_app.auth.permissions import END_ACCESS, GIVE_ACCESS, SEE_ACCESS, Action, Activity, Permission
from portal_app.auth.viewing import NEEDED as TO_VIEW_AS
from portal_app.models import Export, ExportState
from portal_app.services.staff_lists import STAFF_LISTS, may_export
from portal_app.work import acting_as
from tests.role_walk_office import TEST, Grants, Office, exactly

Needs = tuple[Permission, ...]  # all of them
Where = Callable[[Office, int], str]  # the address for one staff user

LIST, VIEW, ADD, EDIT, DELETE = Action
SETUP, CHANNEL, PROFILE = Activity.PORTAL_SETUP, Activity.CHANNEL_SETTINGS, Activity.COMPANY_PROFILE
ROLES, STAFF, CUSTOMERS = Activity.ROLES, Activity.STAFF_USERS, Activity.CUSTOMERS
USERS, MAIL, AUDIT = Activity.PORTAL_USERS, Activity.EMAIL_LOG, Activity.AUDIT_LOG
BILLS = Activity.BILLING_RECORDS


@dataclass(frozen=True)
class Door:
    """A route for staff: what it needs, and what it answers then."""

    needs: Needs
    title: str = ''  # of a page
    changes: tuple[Needs, ...] = ()  # who has all of one of these can change something on it
    at: Where | str = ''  # where it is tried; empty: the route has no parameters
    status: int = 200
    takes_out: bool = False  # an export: only for a role that may change something at all

    @property
    def ways(self) -> tuple[Needs, ...]:
        """It takes all of one of these."""
        return (self.needs,)

    def lets_in(self, grants: Grants) -> bool:
        """Whether it is for a role with these grants."""
        granted = all(permission.grant in grants for permission in self.needs)
        return granted and (may_export(grants) or not self.takes_out)

    def lets_change(self, grants: Grants) -> bool:
        """Whether such a role can change something there."""
        return self.lets_in(grants) and any(exactly(each) <= grants for each in self.changes)

    def address(self, route: str, office: Office, user_id: int) -> str:
        """Where this staff user tries it."""
        return self.at(office, user_id) if callable(self.at) else self.at or route.partition(' ')[2]


def may(*pairs: tuple[Activity, Action]) -> Needs:
    """These permissions."""
    return tuple(Permission(*pair) for pair in pairs)


def _manifest(_office: Office, user_id: int) -> str:
    """Of an export that they made themselves."""
    ticket = f'ticket-of-a-walk-{user_id:06}'
    with acting_as(TEST) as work:
        if not work.session.exec(select(Export.id).where(Export.ticket == ticket)).first():
            work.session.add(
                Export(
                    ticket=ticket,
                    staff_user_id=user_id,
                    listing='customers',
                    format='csv',
                    file_name='customers.csv',
                    state=ExportState.FINISHED,
                    fields=['number'],
                    time_zone='UTC',
                )
            )
    return f'/admin/exports/{ticket}'


CHANGES_OF_BILLS = tuple(may((BILLS, action)) for action in (ADD, EDIT, DELETE))
EVERY_LIST = {
    f'GET /admin/{{key}}/export.{{format}} of {key}': Door(
        # one is made in earnest; of the others a format that there is not, since that is much quicker
        (listing.permission,),
        at=f'/admin/{key}/export.{"csv" if key == "customers" else "none"}',
        status=200 if key == 'customers' else 422,
        takes_out=True,
    )
    for key, listing in STAFF_LISTS.items()
    if listing.permission
}

FOR_STAFF: dict[str, Door] = {
    'GET /admin': Door((), 'Admin'),
    'GET /admin/customers': Door(
        may((CUSTOMERS, LIST)), 'Customer Accounts', (may((CUSTOMERS, ADD)), (GIVE_ACCESS,), (END_ACCESS,))
    ),
    'GET /admin/customers/{number}': Door(
        may((CUSTOMERS, VIEW)),
        'A customer',
        (may((CUSTOMERS, EDIT)), (GIVE_ACCESS,), (END_ACCESS,), may((BILLS, ADD))),
        '/admin/customers/C1001',
    ),
    'GET /admin/invoices': Door(may((BILLS, LIST)), 'Invoices', (may((BILLS, ADD)),)),
    'GET /admin/invoices/new': Door(may((BILLS, ADD)), 'New invoice', (may((BILLS, ADD)),)),
    'GET /admin/invoices/{number}': Door(
        may((BILLS, VIEW)), 'An invoice', CHANGES_OF_BILLS, '/admin/invoices/INV-000001'
    ),
    'GET /admin/invoices/{number}/edit': Door(
        may((BILLS, EDIT)),
        'A draft',
        (may((BILLS, EDIT)),),
        lambda office, _: f'/admin/invoices/DRAFT-{office.bills["draft"]}/edit',
    ),
    'GET /admin/payments': Door(may((BILLS, LIST)), 'Payments', (may((BILLS, ADD)),)),
    'GET /admin/payments/{number}': Door(
        may((BILLS, VIEW)), 'A payment', CHANGES_OF_BILLS[1:], '/admin/payments/PAY-000001'
    ),
    'GET /admin/credits': Door(may((BILLS, LIST)), 'Credits', (may((BILLS, ADD)),)),
    'GET /admin/credits/{number}': Door(
        may((BILLS, VIEW)), 'A credit memo', CHANGES_OF_BILLS[1:], '/admin/credits/CM-000001'
    ),
    'GET /admin/refunds': Door(may((BILLS, LIST)), 'Refunds'),
    'GET /admin/statements': Door(may((BILLS, LIST)), 'Statements'),
    'GET /admin/subscriptions': Door(may((BILLS, LIST)), 'Subscriptions', (may((BILLS, ADD)),)),
    'GET /admin/subscriptions/{number}': Door(
        may((BILLS, VIEW)), 'A subscription', CHANGES_OF_BILLS[1:], '/admin/subscriptions/SUB-acme'
    ),
    'GET /admin/plans': Door(may((BILLS, LIST)), 'Plans', CHANGES_OF_BILLS),
    'POST /admin/contacts/{contact_id}/view': Door(
        TO_VIEW_AS,
        'View portal as a contact',
        at=lambda office, _: f'/admin/contacts/{office.contacts["anna"]}/view',
        status=303,
    ),
    'GET /admin/access-requests': Door(may((USERS, LIST)), 'Access Requests', ((GIVE_ACCESS,),)),
    'GET /admin/access-review': Door((SEE_ACCESS,), 'Access Review', ((GIVE_ACCESS,), (END_ACCESS,))),
    'GET /admin/setup/general': Door(
        may((CHANNEL, VIEW), (SETUP, VIEW)), 'General Settings', (may((CHANNEL, EDIT), (SETUP, EDIT)),)
    ),
    'GET /admin/setup/portal': Door(may((SETUP, VIEW)), 'Portal Setup', (may((SETUP, EDIT)),)),
    'GET /admin/setup/templates': Door(may((SETUP, VIEW)), 'Manage Templates'),
    'GET /admin/setup/templates/{key}': Door(
        may((SETUP, VIEW)), 'A template', (may((SETUP, EDIT)),), '/admin/setup/templates/portal-invitation'
    ),
    'GET /admin/setup/configuration': Door(
        may((SETUP, VIEW)), 'Configuration File', (may((SETUP, EDIT)), may((ROLES, ADD), (ROLES, EDIT)))
    ),
    'GET /admin/setup/configuration.json': Door(may((SETUP, VIEW)), 'The configuration as a file'),
    'GET /admin/setup/company-profile': Door(
        may((PROFILE, VIEW)), 'Company Profile', (may((PROFILE, EDIT)),)
    ),
    'GET /admin/setup/roles': Door(
        may((ROLES, LIST)), 'Roles & Permissions', (may((ROLES, ADD)), may((ROLES, DELETE)))
    ),
    'GET /admin/setup/roles/{role_id}': Door(
        may((ROLES, VIEW)),
        'A role',
        (may((ROLES, ADD)), may((ROLES, EDIT))),
        lambda office, _: f'/admin/setup/roles/{office.roles["Nothing"]}',
    ),
    'GET /admin/setup/staff-users': Door(
        may((STAFF, LIST)), 'Staff Users', (may((STAFF, ADD)), may((STAFF, EDIT)), may((STAFF, DELETE)))
    ),
    'GET /admin/email-log': Door(may((MAIL, VIEW)), 'Email Log'),
    'GET /admin/email-log/{mail_id}': Door(
        may((MAIL, VIEW)), 'A mail', (may((MAIL, EDIT)),), lambda office, _: f'/admin/email-log/{office.mail}'
    ),
    'GET /admin/audit-log': Door(may((AUDIT, LIST)), 'Audit Log'),
    'GET /admin/documents/{kind}/{record_id}.pdf': Door(
        may((BILLS, VIEW)), at='/admin/documents/invoices/1.pdf'
    ),
    'GET /admin/exports/{ticket}': Door(may((CUSTOMERS, LIST)), at=_manifest, takes_out=True),
    **EVERY_LIST,
}

# Of a signed-in customer: an address to try, and what it answers. Staff and visitors are sent to sign in.
FOR_CUSTOMERS: dict[str, tuple[str, int]] = {
    'GET /portal': ('/portal', 303),
    'GET /portal/{company}': ('/portal/C1001', 200),
    **{
        f'GET /portal/{{company}}/{key}': (f'/portal/C1001/{key}', status)
        for key, status in (
            ('invoices', 200),
            ('payments', 200),
            ('credits', 200),
            ('subscriptions', 404),  # off by default
            ('statements', 404),
        )
    },
    'GET /portal/{company}/pay': ('/portal/C1001/pay', 200),
    'GET /portal/{company}/pay/{number}': ('/portal/C1001/pay/PAY-000001', 200),
    'GET /portal/{company}/payment-methods': ('/portal/C1001/payment-methods', 200),
    'GET /portal/{company}/invoices/{invoice_id}/lines/{position}': ('/portal/C1001/invoices/1/lines/1', 200),
    'GET /portal/{company}/documents/{kind}/{record_id}.pdf': (
        '/portal/C1001/documents/invoices/999999.pdf',
        404,
    ),
    'GET /portal/{company}/usage': ('/portal/C1001/usage', 200),
    'GET /portal/{company}/usage-events': ('/portal/C1001/usage-events', 200),
    'GET /portal/{company}/{key}/export.{format}': ('/portal/C1001/usage-events/export.csv', 200),
    'GET /portal/{company}/exports/{ticket}': ('/portal/C1001/exports/nobody-s-ticket-12345', 404),
}

# The same answer for everybody, signed in or not: what has an end of its own, such as a link, is a dead one.
FOR_EVERYBODY: dict[str, tuple[str, int]] = {
    'GET /': ('/', 303),
    'GET /setup': ('/setup', 404),  # the first run is over
    'POST /setup': ('/setup', 404),
    'GET /healthz': ('/healthz', 200),
    'GET /readyz': ('/readyz', 200),
    'GET /our-name': ('/our-name?domain=elsewhere.example', 404),
    'GET /brand/{name}': ('/brand/logo-0123456789abcdef.png', 404),
    'GET /portal/request-access': ('/portal/request-access', 200),
    'POST /portal/request-access': ('/portal/request-access', 422),
    'POST /portal/link/{token}/again': ('/portal/link/none/again', 404),
    'POST /portal/stop-viewing': ('/portal/stop-viewing', 303),
    'GET /pay/{token}': ('/pay/none', 410),
    'POST /pay/{token}': ('/pay/none', 410),
    'GET /pay/back/{number}': ('/pay/back/PAY-000001', 200),  # who has not paid here is sent back to the mail
    'POST /webhooks/{gateway}': ('/webhooks/test', 400),
    'GET /test-gateway/{reference}': ('/test-gateway/nothing', 404),
    'POST /test-gateway/{reference}': ('/test-gateway/nothing', 404),
    **{
        f'{method} {realm}/{path}': (f'{realm}/{path}', status)
        for realm in ('/portal', '/admin')
        for method, path, status in (
            ('GET', 'login', 200),
            ('POST', 'login', 422),
            ('POST', 'logout', 303),
            ('GET', 'forgot-password', 200),
            ('POST', 'forgot-password', 200),  # also for an address that nobody has
        )
    },
    **{
        f'{method} {realm}/link/{{token}}': (f'{realm}/link/none', 404)
        for realm in ('/portal', '/admin')
        for method in ('GET', 'POST')
    },
}
