"""What a configuration file holds: Portal Setup, own roles and email templates.

A part, tab, field, role or template that a file does not name is left as it is: docs/configuration.md.
"""

import json
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum

from pydantic import field_validator

from portal_app.listings import Listing
from portal_app.mail.checks import problems
from portal_app.mail.templates import TEMPLATES, Draft
from portal_app.services.configuration_values import (
    Banner,
    BillingEmail,
    Colour,
    Grant,
    Logo,
    PaymentNote,
    Problem,
    RetryDays,
    RoleName,
    Strict,
    Subdomain,
    SubscriptionChanges,
    broken,
    shortened,
)
from portal_app.services.email_templates import tidy
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.services.roles import same_name

FORMAT = 1


class Part(StrEnum):
    """What a file may leave out, and what may be left out when it is applied."""

    PORTAL = 'portal'
    ROLES = 'roles'
    TEMPLATES = 'templates'

    @property
    def label(self) -> str:
        """What people call it."""
        return {'portal': 'Portal Setup', 'roles': 'Roles', 'templates': 'Templates'}[self]


class Tab(Strict):
    """One portal object: whether customers have its tab, and which of its fields they see."""

    enabled: bool
    fields: dict[str, bool]


class Billing(Strict):
    """Portal Setup › Billing."""

    subscription_changes: SubscriptionChanges
    bills_changes: bool
    part_payments: bool
    retry_days: RetryDays
    billing_email: BillingEmail
    payment_note: PaymentNote


class PortalSetup(Strict):
    """Address, branding, tabs and billing. An empty subdomain is one that nobody has chosen.

    That changes nothing, and neither does a file without billing, which an earlier release wrote.
    """

    subdomain: Subdomain
    brand_colour: Colour
    logo: Logo
    banner: Banner
    tabs: dict[str, Tab]
    billing: Billing | None = None

    @field_validator('tabs')
    @classmethod
    def _check_tabs(cls, tabs: dict[str, Tab]) -> dict[str, Tab]:
        broken(_wrong_tabs(tabs))
        return tabs


class OwnRole(Strict):
    """A role that is not built in."""

    name: RoleName
    grants: list[Grant]


class Template(Strict):
    """An email template as it is in force."""

    subject: str
    body: str
    reply_to: str
    support_contact: str
    instructions: str
    enabled: bool

    @property
    def draft(self) -> Draft:
        """The same as what staff write."""
        return tidy(Draft(**self.model_dump()))


class Configuration(Strict):
    """A whole file."""

    format: int = FORMAT
    portal: PortalSetup | None = None
    roles: list[OwnRole] | None = None
    templates: dict[str, Template] | None = None

    @field_validator('roles')
    @classmethod
    def _check_roles(cls, roles: list[OwnRole] | None) -> list[OwnRole] | None:
        broken(_same_roles(roles or []))
        return roles

    @field_validator('templates')
    @classmethod
    def _check_templates(cls, templates: dict[str, Template] | None) -> dict[str, Template] | None:
        broken(_wrong_templates(templates or {}))
        return templates

    def to_bytes(self) -> bytes:
        """The file. The same configuration is always the same bytes, its keys in order."""
        held = {key: value for key, value in self.model_dump().items() if value is not None}
        return (json.dumps(held, indent=2, sort_keys=True, ensure_ascii=False) + '\n').encode()


def _wrong_tabs(tabs: dict[str, Tab]) -> Iterator[Problem]:
    for key, tab in tabs.items():
        listing = PORTAL_OBJECTS.get(key)
        if listing is None:
            yield (key,), f'is no portal object; they are {", ".join(PORTAL_OBJECTS)}.'
        else:
            yield from (
                ((key, 'fields', *place), reason) for place, reason in _wrong_fields(listing, tab.fields)
            )


def _wrong_fields(listing: Listing, fields: dict[str, bool]) -> Iterator[Problem]:
    names = [field.name for field in listing.columns]
    for name in fields:
        if name not in names:
            yield (name,), f'is no field of {listing.title}; they are {", ".join(names)}.'
    if not any(fields.get(name, True) for name in names):
        yield (), 'needs at least one that is true; “enabled” false hides all of it.'


def _same_roles(roles: list[OwnRole]) -> Iterator[Problem]:
    counts = Counter(same_name(role.name) for role in roles)
    for place, role in enumerate(roles):
        if counts[same_name(role.name)] > 1:
            yield (place, 'name'), f'{shortened(role.name)} is there {counts[same_name(role.name)]} times.'


def _wrong_templates(templates: dict[str, Template]) -> Iterator[Problem]:
    for key, template in templates.items():
        kind = TEMPLATES.get(key)
        if kind is None:
            yield (key,), f'is no email template; they are {", ".join(TEMPLATES)}.'
            continue
        for found in problems(kind, template.draft):
            yield (key, found.field), f'line {found.line}: {found.reason}' if found.line else found.reason
        if not template.enabled and not kind.can_disable:
            yield (key, 'enabled'), f'must be true; “{kind.title}” cannot be disabled.'
