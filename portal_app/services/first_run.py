"""The first run: somebody describes the company and becomes its Owner (SET-12)."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from unicodedata import normalize
from zoneinfo import ZoneInfo

from sqlmodel import select

from portal_app.auth.rate_limits import SETUP_PER_ADDRESS, count_try
from portal_app.auth.realms import STAFF
from portal_app.auth.viewer import StaffViewer, Visitor
from portal_app.errors import Conflict, Invalid
from portal_app.models import StaffUser
from portal_app.secret import secret
from portal_app.services import sample_data
from portal_app.services.addresses import check_name, one_address
from portal_app.services.customers import check_password
from portal_app.services.foundation import create_owner, set_organization
from portal_app.services.portal_address import LONGEST, RESERVED, check_subdomain, set_subdomain
from portal_app.services.profile_rules import broken_rule, colour_rule
from portal_app.services.sign_in import Browser, SignedIn, enter
from portal_app.services.staff_door import hold_staff
from portal_app.work import Work, acting_as

PATH = '/setup'
LONGEST_PASSWORD = 1000  # characters
BEATEN = 'This portal has been set up meanwhile. Please log in.'


@dataclass(frozen=True)
class Given:
    """What the wizard asks for."""

    name: str = ''
    email: str = ''
    password: str = field(default='', repr=False)
    company: str = ''
    colour: str = ''
    time_zone: str = ''
    locale: str = ''
    currency: str = ''
    subdomain: str = ''  # empty: one that suits the name of the company
    sample: bool = False


class SetupRefused(Invalid):
    """What was given breaks rules: `problems` has the sentences for each field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__('\n'.join(problems.values()))
        self.problems = problems


def is_open(work: Work) -> bool:
    """Whether nobody works here yet."""
    return work.session.exec(select(StaffUser.id)).first() is None


def token() -> str:
    """What opens the wizard from elsewhere. It follows from the server's secret and is stored nowhere."""
    return urlsafe_b64encode(hmac.digest(secret(), b'first run', 'sha256')).decode().rstrip('=')


def is_token(text: str) -> bool:
    """Whether this is that token, found out in the same time whatever it is."""
    return hmac.compare_digest(text.encode(errors='replace'), token().encode())


def suggested_subdomain(company: str) -> str:
    """One that suits the name of a company: Krause Bäckerei is krausebackerei. Empty where none does."""
    plain = normalize('NFKD', company.lower())
    found = ''.join(letter for letter in plain if letter.isascii() and letter.isalnum())[: LONGEST // 2]
    return '' if found in RESERVED else found


def check(given: Given) -> Given:
    """What was given without blanks around it. Raises SetupRefused with every rule that is broken."""
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, rule in _RULES.items():
        try:
            values[name] = rule(given)
        except Invalid as error:
            problems[name] = error.message
    if problems:
        raise SetupRefused(problems)
    return replace(given, **values)


def begin(given: Given, browser: Browser) -> SignedIn:
    """Make the Owner, the organization, its address and, if wished, sample data; sign the Owner in.

    All of it or nothing. Raises SetupRefused, TooManyTries, and Conflict where somebody else was quicker.
    """
    count_try(SETUP_PER_ADDRESS, browser.address)
    given = check(given)
    with acting_as(Visitor(f'{given.name} <{given.email}>', address=browser.address)) as work:
        hold_staff(work)  # of two who send the form at once, one waits here
        if not is_open(work):
            raise Conflict(BEATEN)
        owner = create_owner(work, given.name, given.email, given.password)
        owner.time_zone = given.time_zone
        work.session.add(owner)
        work.session.flush()
        work.viewer = _viewer(owner, given, browser)
        set_organization(
            work,
            name=given.company,
            brand_colour=given.colour,
            time_zone=given.time_zone,
            locale=given.locale,
            currency=given.currency,
        )
        set_subdomain(work, given.subdomain)
        if given.sample:
            sample_data.fill(work)
    return enter(STAFF, owner, given.password, browser)


def _viewer(owner: StaffUser, given: Given, browser: Browser) -> StaffViewer:
    """The Owner, who does the rest; their session begins after it."""
    return StaffViewer(
        session_id=0,
        user_id=owner.id or 0,
        name=owner.name,
        email=owner.email,
        zone=ZoneInfo(given.time_zone),
        locale=given.locale,
        address=browser.address,
    )


def _password(given: Given) -> str:
    check_password(given.password)
    if len(given.password) > LONGEST_PASSWORD:
        raise Invalid(
            f'password must have at most {LONGEST_PASSWORD} characters (got {len(given.password)}).'
        )
    return given.password


def _colour(given: Given) -> str:
    _refuse('brand colour', colour_rule(given.colour.strip()))
    return given.colour.strip().lower()


def _subdomain(given: Given) -> str:
    text = given.subdomain.strip() or suggested_subdomain(given.company)
    return check_subdomain(text) if text or given.company.strip() else ''  # it waits for the name


def _of_profile(name: str, label: str) -> Callable[[Given], str]:
    def rule(given: Given) -> str:
        value: str = getattr(given, name).strip()
        _refuse(label, broken_rule(name, value))
        return value

    return rule


def _refuse(label: str, problem: str) -> None:
    if problem:
        raise Invalid(f'{label} {problem}.')


_RULES: dict[str, Callable[[Given], str]] = {
    'name': lambda given: check_name(given.name),
    'email': lambda given: one_address(given.email),
    'password': _password,
    'company': lambda given: check_name(given.company, 'company name'),
    'colour': _colour,
    'subdomain': _subdomain,
    'time_zone': _of_profile('time_zone', 'time zone'),
    'locale': _of_profile('locale', 'language'),
    'currency': _of_profile('currency', 'currency'),
}
