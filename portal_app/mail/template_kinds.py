"""What a mail that staff can edit is: what it is for, and the variables that it knows (SET-08)."""

from dataclasses import dataclass
from functools import cached_property

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


EVERY_MAIL = (
    Variable('organization', 'Your company’s name', 'Northwind'),
    Variable('support_email', 'Your support address', 'support@example.com', optional=True),
    Variable('portal_url', 'Portal: address', '', is_link=True),
    Variable('login_link', 'Portal: login page', '/portal/login', is_link=True),
)
CUSTOMER = Variable('customer', 'Customer’s name', 'Acme Logistics')
CONTACT_NAME = Variable('contact_name', 'Contact’s name', 'Anna Keller')
AMOUNT = Variable('amount', 'Amount', '€1,240.00')
METHOD = Variable('method', 'Payment method', 'Visa •••• 4242')
EXPIRES = Variable('expires', 'When the link expires', '27 November 2026, 10:15 Coordinated Universal Time')


def one_time_link(name: str, label: str, optional: bool = False, realm: str = '/portal') -> Variable:
    """The link that a mail is sent for; its example is a path of the realm."""
    return Variable(name, label, f'{realm}/link/example', is_link=True, optional=optional)
