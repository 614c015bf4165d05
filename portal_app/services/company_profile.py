"""Company Profile: who the organization is, and what its customers agree to (SET-09)."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.errors import Conflict, Invalid
from portal_app.live import Change, Topic
from portal_app.models import Organization
from portal_app.services.organization import hold_organization, keep, organization
from portal_app.services.profile_rules import RULES, broken_rule, web_address_rule
from portal_app.work import Work

VIEW = Permission(Activity.COMPANY_PROFILE, Action.VIEW)
CHANGE = Permission(Activity.COMPANY_PROFILE, Action.EDIT)
LABELS = {
    'name': 'Company name',
    'address': 'Address',
    'support_email': 'Support email',
    'support_phone': 'Support phone',
    'currency': 'Currency',
    'time_zone': 'Time zone',
    'locale': 'Language and formats',
    'terms_url': 'Terms and Conditions',
    'privacy_url': 'Privacy Policy',
}
LINKS = ('terms_url', 'privacy_url')


@dataclass(frozen=True)
class Profile:
    """What the page edits."""

    name: str
    address: str = ''
    support_email: str = ''
    support_phone: str = ''
    currency: str = 'USD'
    time_zone: str = 'UTC'
    locale: str = 'en_US'
    legal_links: bool = False
    terms_url: str = ''
    privacy_url: str = ''

    @classmethod
    def of(cls, ours: Organization) -> 'Profile':
        """As it is stored."""
        return cls(**{field.name: getattr(ours, field.name) for field in fields(cls)})


class ProfileRefused(Invalid):
    """Fields that break a rule: `problems` has the rest of a sentence for each."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__('\n'.join(f'{LABELS[field]} {problem}.' for field, problem in problems.items()))


def profile(work: Work) -> Profile:
    """The profile as it is. Needs Company Profile: View."""
    work.require(VIEW)
    return Profile.of(organization(work))


def check(typed: Profile) -> Profile:
    """The profile without blanks around its values. Raises ProfileRefused with every broken rule."""
    texts: dict[str, Any] = {name: _tidy(name, getattr(typed, name)) for name in LABELS}
    tidied = replace(typed, **texts)
    problems = {name: broken_rule(name, getattr(tidied, name)) for name in RULES}
    for name in LINKS:
        if tidied.legal_links or getattr(tidied, name):
            problems[name] = web_address_rule(getattr(tidied, name))
    if problems := {name: problem for name, problem in problems.items() if problem}:
        raise ProfileRefused(problems)
    return tidied


def save(work: Work, typed: Profile, began_from: Profile | None = None) -> Profile:
    """Put a profile in force, on every open page at once. Needs Company Profile: Edit.

    `began_from` is what the writer saw. Raises ProfileRefused, and Conflict where it was changed meanwhile.
    What customers have already, such as their currency, stays.
    """
    work.require(CHANGE)
    ours = hold_organization(work)
    now = Profile.of(ours)
    if began_from is not None and began_from != now:
        raise Conflict('Somebody else changed the Company Profile meanwhile. Nothing was saved.')
    checked = check(typed)
    before, after = asdict(now), asdict(checked)
    changed = [name for name in after if before[name] != after[name]]
    if changed:
        for name in changed:
            setattr(ours, name, after[name])
        work.record(
            'company_profile.change',
            checked.name,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
        keep(work, ours)
        work.tell(Change(Topic.TEMPLATES))  # previews show name and support address
    return checked


def _tidy(name: str, value: str) -> str:
    if name != 'address':
        return value.strip()
    return '\n'.join(line.strip() for line in value.strip().splitlines())
