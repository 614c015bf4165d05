"""The mails that staff can edit: what each is for, and the variables that it knows (SET-08)."""

from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path

from portal_app.models import EmailTemplateVersion

ASSETS = Path(__file__).parent.parent.parent / 'assets' / 'mail'
SOMEWHERE = 'https://portal.example.com'


@dataclass(frozen=True)
class Variable:
    """A value that is put in when the mail is made. The example of a link is a path of the portal."""

    name: str
    label: str
    example: str
    is_link: bool = False
    optional: bool = False  # empty in some mails


@dataclass(frozen=True)
class TemplateKind:
    """One mail. `link_variable` is its one-time link; a body without one of `needed_links` is refused."""

    key: str
    title: str
    sent: str  # when
    reason: str  # of its reader getting it: "You receive this email because …"
    own_variables: tuple[Variable, ...]
    needed_links: tuple[str, ...]
    link_variable: str | None = None
    can_disable: bool = False

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """What the template may name: its own variables, then those that every mail has."""
        return self.own_variables + EVERY_MAIL

    @cached_property
    def by_name(self) -> dict[str, Variable]:
        """The same, to look one up."""
        return {variable.name: variable for variable in self.variables}

    def examples(self, portal_url: str = SOMEWHERE) -> dict[str, str]:
        """A value for each variable, for a preview."""
        return {
            variable.name: portal_url + variable.example if variable.is_link else variable.example
            for variable in self.variables
        }


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


EVERY_MAIL = (
    Variable('organization', 'Your company’s name', 'Northwind'),
    Variable('support_email', 'Your support address', 'support@example.com', optional=True),
    Variable('portal_url', 'Portal: address', '', is_link=True),
    Variable('login_link', 'Portal: login page', '/portal/login', is_link=True),
)
CUSTOMER = Variable('customer', 'Customer’s name', 'Acme Logistics')
CONTACT_NAME = Variable('contact_name', 'Contact’s name', 'Anna Keller')
EXPIRES = Variable('expires', 'When the link expires', '27 November 2026, 10:15 Coordinated Universal Time')


def _one_time_link(name: str, label: str, optional: bool = False, realm: str = '/portal') -> Variable:
    return Variable(name, label, f'{realm}/link/example', is_link=True, optional=optional)


_KINDS = (
    TemplateKind(
        'portal-invitation',
        'Portal Invitation',
        'When you invite a contact to register on the portal.',
        'we have invited you to our customer portal',
        (CUSTOMER, CONTACT_NAME, _one_time_link('register_link', 'Link to register'), EXPIRES),
        ('register_link',),
        'register_link',
    ),
    TemplateKind(
        'access-granted',
        'Access Granted',
        'When you give a contact access without an invitation.',
        'we have given you access to our customer portal',
        (CUSTOMER, CONTACT_NAME, _one_time_link('password_link', 'Link to set a password', optional=True)),
        ('password_link', 'login_link'),
        'password_link',
    ),
    TemplateKind(
        'reset-password',
        'Reset Password',
        'When somebody has forgotten the password.',
        'somebody asked for a new password for this address',
        (CONTACT_NAME, _one_time_link('reset_link', 'Link to reset the password'), EXPIRES),
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
            _one_time_link('confirm_link', 'Link to confirm the address'),
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
            Variable('pay_link', 'Link to the Pay Now page', '/pay/example', is_link=True),
        ),
        ('pay_link',),
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
            _one_time_link('join_link', 'Link to join', realm='/admin'),
            EXPIRES,
        ),
        ('join_link',),
        'join_link',
    ),
)
TEMPLATES = {kind.key: kind for kind in _KINDS}


@cache
def shipped(key: str) -> Draft:
    """The template as the product brings it, from assets/mail."""
    folder = ASSETS / key
    return Draft(
        subject=(folder / 'subject.txt').read_text('utf-8').strip(),
        body=(folder / 'body.md').read_text('utf-8').strip(),
        support_contact=(ASSETS / 'support_contact.md').read_text('utf-8').strip(),
    )
