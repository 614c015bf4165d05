"""What a configuration file would change here, in words that a person reads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from hashlib import sha256

from portal_app.auth.permissions import TITLES, Action, Activity, Permission, expand, titles
from portal_app.mail.templates import TEMPLATES
from portal_app.services import roles
from portal_app.services.billing_settings import CHANGES
from portal_app.services.configuration_document import (
    Billing,
    Configuration,
    OwnRole,
    Part,
    PortalSetup,
    Template,
)
from portal_app.services.configuration_values import PictureFile
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.services.roles import same_name
from portal_app.services.setup import CHANGE
from portal_app.services.staff_door import beyond
from portal_app.work import Work

CONTEXT = 2  # lines around each line that changes
EMPTY, SUBDOMAIN = '(empty)', 'Subdomain'
TEMPLATE_FIELDS = {
    'subject': 'Subject',
    'body': 'Body',
    'reply_to': 'Reply-to address',
    'support_contact': 'Support contact',
    'instructions': 'Additional instructions',
    'enabled': 'Send this mail',
}


@dataclass(frozen=True)
class Change:
    """One thing that would change: where, from what, to what, and what that takes.

    `refused` says why the viewer may not change it; empty: may.
    """

    part: Part
    name: str
    field: str
    before: str
    after: str
    needs: Permission
    refused: str = ''
    pictures: tuple[PictureFile | None, PictureFile | None] | None = None

    @property
    def path(self) -> str:
        """Where it is: Portal Setup › Usage Events › Source."""
        return f'{self.part.label} › {self.name} › {self.field}'

    @property
    def lines(self) -> list[str]:
        """What changes of a text of several lines, as `diff -u` writes it; nothing for a short value."""
        if '\n' not in self.before + self.after:
            return []
        before, after = self.before.splitlines(), self.after.splitlines()
        return list(unified_diff(before, after, n=CONTEXT, lineterm=''))[2:]  # without the names of files

    def __str__(self) -> str:
        if self.lines:
            return '\n'.join([f'{self.path}:', *(f'    {line}' for line in self.lines)])
        return f'{self.path}: {self.before} → {self.after}'


def changes(work: Work, now: Configuration, wanted: Configuration) -> list[Change]:
    """What it takes to come from one configuration to another; what `wanted` does not name stays."""
    found: list[Change] = []
    if now.portal and wanted.portal:
        found += _of_portal(work, now.portal, wanted.portal)
    if now.roles is not None and wanted.roles is not None:
        found += _of_roles(work, now.roles, wanted.roles)
    if now.templates and wanted.templates:
        found += _of_templates(work, now.templates, wanted.templates)
    return found


def digest(document: Configuration, found: Sequence[Change]) -> str:
    """A mark of one difference of one file: it is another one where either is."""
    return sha256(document.to_bytes() + repr(list(found)).encode()).hexdigest()


def counted(number: int, what: str = 'change') -> str:
    """A number and its noun: 1 change, 2 changes."""
    return f'{number:,} {what}{"" if number == 1 else "s"}'


def _of_portal(work: Work, now: PortalSetup, wanted: PortalSetup) -> Iterator[Change]:
    refused = _lacks(work, CHANGE)

    def change(name: str, field: str, before: str, after: str) -> Iterator[Change]:
        if before != after:
            yield Change(Part.PORTAL, name, field, before or EMPTY, after or EMPTY, CHANGE, refused)

    yield from change('Address', SUBDOMAIN, now.subdomain, wanted.subdomain or now.subdomain)
    yield from change('Branding', 'Colour', now.brand_colour, wanted.brand_colour)
    pictures = ('Logo', now.logo, wanted.logo), ('Banner image', now.banner, wanted.banner)
    for label, old, new in pictures:
        if not (old.comes_from(new) if old else new is None):
            spoken = old.title if old else 'none', new.title if new else 'none'
            yield Change(Part.PORTAL, 'Branding', label, *spoken, CHANGE, refused, (old, new))
    for key, listing in PORTAL_OBJECTS.items():
        here, tab = now.tabs[key], wanted.tabs.get(key, now.tabs[key])
        yield from change(listing.title, 'Tab', _shown(here.enabled), _shown(tab.enabled))
        for name, visible in here.fields.items():
            after = _shown(tab.fields.get(name, visible))
            yield from change(listing.title, listing.by_name[name].label, _shown(visible), after)
    if now.billing and wanted.billing:
        before, after_it = _billing_words(now.billing), _billing_words(wanted.billing)
        for field in before:
            yield from change('Billing', field, before[field], after_it[field])


def _of_roles(work: Work, now: list[OwnRole], wanted: list[OwnRole]) -> Iterator[Change]:
    present = {same_name(role.name): role for role in now}
    for role in wanted:
        here = present.get(same_name(role.name))
        before, after = frozenset(here.grants) if here else frozenset(), expand(role.grants)
        needs = roles.EDIT if here else roles.ADD
        refused = _lacks(work, needs)
        if not refused and (lacking := beyond(work, before | after)):
            refused = f'{role.name} permits more than your own role: {titles(lacking)}.'
        if here is None or here.name != role.name:
            old = here.name if here else 'none'
            yield Change(Part.ROLES, role.name, 'Role', old, role.name if here else 'new', needs, refused)
        for activity in Activity:
            spoken = _actions(before, activity), _actions(after, activity)
            if spoken[0] != spoken[1]:
                yield Change(Part.ROLES, role.name, TITLES[activity], *spoken, needs, refused)


def _of_templates(work: Work, now: dict[str, Template], wanted: dict[str, Template]) -> Iterator[Change]:
    refused = _lacks(work, CHANGE)
    for key, kind in TEMPLATES.items():
        before, after = vars(now[key].draft), vars(wanted.get(key, now[key]).draft)
        for name, label in TEMPLATE_FIELDS.items():
            if before[name] != after[name]:
                spoken = _template_value(before[name]), _template_value(after[name])
                yield Change(Part.TEMPLATES, kind.title, label, *spoken, CHANGE, refused)


def _billing_words(found: Billing) -> dict[str, str]:
    """The billing settings by what people call them."""
    allowed = [label for key, label in CHANGES.items() if key in found.subscription_changes]
    return {
        'Customers may': ', '.join(allowed) or 'change nothing',
        'Bill upgrades at once': _template_value(found.bills_changes),
        'Part payments': _template_value(found.part_payments),
        'Auto pay tries again': ', '.join(map(str, found.retry_days)),
        'Billing notices go to': found.billing_email,
        'Payment note': found.payment_note,
    }


def _lacks(work: Work, needed: Permission) -> str:
    return '' if work.may(needed) else f'Your role does not include {needed.title}.'


def _shown(visible: bool) -> str:
    return 'shown' if visible else 'hidden'


def _actions(grants: frozenset[str], activity: Activity) -> str:
    granted = [action.title() for action in Action if Permission(activity, action).grant in grants]
    return ', '.join(granted) or 'nothing'


def _template_value(value: object) -> str:
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    return str(value) or EMPTY
