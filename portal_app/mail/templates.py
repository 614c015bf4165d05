"""The mails that staff can edit: what each is for, and the variables that it knows (SET-08)."""

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from portal_app.mail.subscription_templates import SUBSCRIPTION_KINDS
from portal_app.mail.template_kinds import (
    AMOUNT,
    CONTACT_NAME,
    CUSTOMER,
    EXPIRES,
    METHOD,
    TemplateKind,
    Variable,
    one_time_link,
)
from portal_app.models import EmailTemplateVersion

ASSETS = Path(__file__).parent.parent.parent / 'assets' / 'mail'


@dataclass(frozen=True)
class Draft:
    """What staff write: a template's version before it is one."""

    subject: str
    body: str
    reply_to: str = ''
    support_contact: str = ''
    instructions: str = ''
    enabled: bool = True

    @classmethod
    def of(cls, version: EmailTemplateVersion) -> 'Draft':
        """What a version says."""
        return cls(
            version.subject,
            version.body,
            version.reply_to,
            version.support_contact,
            version.instructions,
            version.enabled,
        )

    @property
    def texts(self) -> dict[str, str]:
        """All but the switch, by field."""
        return {name: value for name, value in asdict(self).items() if name != 'enabled'}


_KINDS = (
    TemplateKind(
        'portal-invitation',
        'Portal Invitation',
        'When you invite a contact to register on the portal.',
        'we have invited you to our customer portal',
        (CUSTOMER, CONTACT_NAME, one_time_link('register_link', 'Link to register'), EXPIRES),
        ('register_link',),
        'register_link',
    ),
    TemplateKind(
        'access-granted',
        'Access Granted',
        'When you give a contact access without an invitation.',
        'we have given you access to our customer portal',
        (CUSTOMER, CONTACT_NAME, one_time_link('password_link', 'Link to set a password', optional=True)),
        ('password_link', 'login_link'),
        'password_link',
    ),
    TemplateKind(
        'reset-password',
        'Reset Password',
        'When somebody has forgotten the password.',
        'somebody asked for a new password for this address',
        (CONTACT_NAME, one_time_link('reset_link', 'Link to reset the password'), EXPIRES),
        ('reset_link',),
        'reset_link',
    ),
    TemplateKind(
        'email-confirmation',
        'Email Confirmation request',
        'When a portal user changes their email address; it goes to the new one.',
        'this address was entered for a login to our customer portal',
        (
            CONTACT_NAME,
            Variable('new_email', 'New email address', 'anna@acme.example'),
            one_time_link('confirm_link', 'Link to confirm the address'),
            EXPIRES,
        ),
        ('confirm_link',),
        'confirm_link',
    ),
    TemplateKind(
        'invoice',
        'Invoice',
        'When an invoice is sent to a customer.',
        'your company is billed by us',
        (
            CUSTOMER,
            CONTACT_NAME,
            Variable('invoice_number', 'Invoice number', 'INV-2026-00417'),
            Variable('amount_due', 'Amount due', '€1,240.00'),
            Variable('due_date', 'Due date', '8 December 2026'),
            Variable('pay_link', 'Link to the Pay Now page', '/pay/example', is_link=True, optional=True),
        ),
        ('pay_link',),
        'pay_link',
        can_disable=True,
    ),
    TemplateKind(
        'payment-receipt',
        'Payment Receipt',
        'When a payment has arrived.',
        'a payment of your company has arrived',
        (
            CUSTOMER,
            CONTACT_NAME,
            Variable('payment_number', 'Payment number', 'PAY-000417'),
            AMOUNT,
            Variable('paid_on', 'Day of the payment', '24 November 2026'),
            METHOD,
            Variable('invoices', 'Invoices that it paid', 'INV-2026-00417, INV-2026-00418', optional=True),
        ),
        ('login_link',),
        can_disable=True,
    ),
    TemplateKind(
        'payment-failed',
        'Payment Failed',
        'When auto pay could not charge a customer’s payment method.',
        'your company has auto pay switched on',
        (
            CUSTOMER,
            CONTACT_NAME,
            Variable('invoices', 'Invoices that are unpaid', 'INV-2026-00417'),
            AMOUNT,
            METHOD,
            Variable('reason', 'Why it failed', 'Your card was declined.'),
            Variable('next_try', 'Day of the next try', '27 November 2026', optional=True),
        ),
        ('login_link',),
        can_disable=True,
    ),
    TemplateKind(
        'method-expires',
        'Payment Method Expires',
        'When the card of a customer on auto pay has expired, or will have when an invoice is due.',
        'your company has auto pay switched on',
        (CUSTOMER, CONTACT_NAME, METHOD, Variable('expires', 'Month in which it expires', '11/2026')),
        ('login_link',),
        can_disable=True,
    ),
    TemplateKind(
        'payment-notice',
        'Payment Notice',
        'To staff: when auto pay fails, and when a bank or the payment service takes money back.',
        'you look after payments here',
        (
            CUSTOMER,
            Variable('event', 'What happened', 'Auto pay failed'),
            Variable('about', 'Invoices or payment', 'INV-2026-00417'),
            AMOUNT,
            Variable('details', 'Details', 'The card was declined. It is tried again on 27 November 2026.'),
            Variable('customer_link', 'Link to the customer', '/admin/customers/C1001', is_link=True),
        ),
        ('customer_link',),
        can_disable=True,
    ),
    TemplateKind(
        'staff-invitation',
        'Staff Invitation',
        'When you invite somebody to work on the admin pages.',
        'you have been invited to our admin pages',
        (
            Variable('contact_name', 'Name of who is invited', 'Sam Rivera'),
            Variable('invited_by', 'Who invites', 'Olivia Bauer'),
            Variable('role', 'Role', 'Standard'),
            one_time_link('join_link', 'Link to join', realm='/admin'),
            EXPIRES,
        ),
        ('join_link',),
        'join_link',
    ),
)
TEMPLATES = {kind.key: kind for kind in (*_KINDS, *SUBSCRIPTION_KINDS)}


@cache
def shipped(key: str) -> Draft:
    """The template as the product brings it, from assets/mail."""
    folder = ASSETS / key
    return Draft(
        subject=(folder / 'subject.txt').read_text('utf-8').strip(),
        body=(folder / 'body.md').read_text('utf-8').strip(),
        support_contact=(ASSETS / 'support_contact.md').read_text('utf-8').strip(),
    )
