"""The configuration of an installation as one file: taken out, compared, and put in force elsewhere."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass

from sqlmodel import col, select

from portal_app import db
from portal_app.errors import Conflict, NotPermitted
from portal_app.mail.templates import TEMPLATES, Draft
from portal_app.models import Picture, PictureKind, Role
from portal_app.models.base import now
from portal_app.services import billing_settings, branding, email_templates, portal_address, roles, setup
from portal_app.services.configuration_difference import Change, changes, counted, digest
from portal_app.services.configuration_document import (
    FORMAT,
    Billing,
    Configuration,
    OwnRole,
    Part,
    PortalSetup,
    Tab,
    Template,
)
from portal_app.services.configuration_values import PictureFile
from portal_app.services.organization import hold_organization, organization
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.services.roles import RoleText, same_name
from portal_app.services.staff_door import hold_staff
from portal_app.work import Work

ALL_PARTS = frozenset(Part)


@dataclass(frozen=True)
class File:
    """A configuration file to be saved."""

    name: str
    content: bytes


class Outdated(Conflict):
    """What somebody agreed to is not what would happen now. Nothing was applied."""

    def __init__(self) -> None:
        super().__init__(
            'The configuration changed meanwhile. Nothing was applied; look at the differences again.'
        )


def export(work: Work) -> File:
    """This installation's configuration. Needs Portal Setup: View; without Roles: View it holds no roles."""
    content = current(work).to_bytes()
    name = organization(work).name
    company = re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-') or 'portal'
    work.record(
        'configuration.export', name, after={'parts': [part.label for part in Part if _may_see(work, part)]}
    )
    return File(f'{company}-configuration-{now().astimezone(work.viewer.zone):%Y-%m-%d}.json', content)


def current(work: Work) -> Configuration:
    """The configuration in force, as far as the viewer may see it. Needs Portal Setup: View."""
    work.require(setup.VIEW)
    return Configuration.model_construct(
        format=FORMAT,
        portal=_portal_setup(work),
        roles=_own_roles(work) if _may_see(work, Part.ROLES) else None,
        templates={key: _template(work, key) for key in TEMPLATES},
    )


def difference(work: Work, document: Configuration) -> list[Change]:
    """What the file would change, as far as the viewer may see it. Needs Portal Setup: View."""
    return changes(work, current(work), document)


def seen_as(document: Configuration, found: Sequence[Change]) -> str:
    """What somebody who agrees to this difference hands to `apply`."""
    return digest(document, found)


def unseen_roles(work: Work, document: Configuration) -> int:
    """How many roles the file holds that the viewer may not see here: they are no part of the difference."""
    return 0 if _may_see(work, Part.ROLES) else len(document.roles or [])


def apply(
    work: Work, document: Configuration, seen: str, parts: Collection[Part] = ALL_PARTS
) -> list[Change]:
    """Put the chosen parts of a file in force, all of it or nothing. Returns what changed.

    `seen` is the difference that the person looked at. Needs the grants of each change. Raises Outdated where
    the difference is another one now, NotPermitted naming the parts that the viewer may not change.
    """
    _hold(work)
    found = difference(work, document)
    if digest(document, found) != seen:
        raise Outdated
    chosen = [change for change in found if change.part in parts]
    if refusals := list(_refusals(work, document, chosen, parts)):
        raise NotPermitted('\n'.join(refusals))
    for part, put in ((Part.PORTAL, _put_portal), (Part.ROLES, _put_roles), (Part.TEMPLATES, _put_templates)):
        if any(change.part == part for change in chosen):
            put(work, document)
    if chosen:
        counts = {part.label: sum(change.part == part for change in chosen) for part in Part}
        done = {title: count for title, count in counts.items() if count}
        work.record('configuration.import', organization(work).name, after={'changes': done})
    return chosen


def _may_see(work: Work, part: Part) -> bool:
    return work.may(roles.VIEW if part == Part.ROLES else setup.VIEW)


def _portal_setup(work: Work) -> PortalSetup:
    ours = organization(work)
    return PortalSetup.model_construct(
        subdomain=ours.subdomain,
        brand_colour=ours.brand_colour.lower(),
        logo=_picture(work, ours.logo),
        banner=_picture(work, ours.banner),
        tabs={
            listing.key: Tab.model_construct(enabled=on, fields=fields)
            for listing, on, fields in setup.tab_settings(work)
        },
        billing=_billing(work),
    )


def _billing(work: Work) -> Billing:
    found = billing_settings.billing_settings(work)
    return Billing.model_construct(
        subscription_changes=list(found.subscription_changes),
        bills_changes=found.bills_changes,
        part_payments=found.part_payments,
        retry_days=list(found.retry_days),
        billing_email=found.billing_email,
        payment_note=found.payment_note,
    )


def _picture(work: Work, name: str | None) -> PictureFile | None:
    found = work.session.get(Picture, name) if name else None
    return PictureFile.stored(found.content_type, found.content) if found else None


def _own_roles(work: Work) -> list[OwnRole]:
    found = work.session.exec(select(Role).where(col(Role.built_in).is_(False)))
    texts = sorted((RoleText.of(role) for role in found), key=lambda text: same_name(text.name))
    return [OwnRole.model_construct(name=text.name, grants=sorted(text.grants)) for text in texts]


def _template(work: Work, key: str) -> Template:
    return Template.model_construct(**asdict(Draft.of(email_templates.current(work, key))))


def _hold(work: Work) -> None:
    """Let everybody wait who would change what is compared."""
    hold_staff(work)
    hold_organization(work)
    for key in PORTAL_OBJECTS:
        db.hold(work.session, f'portal_tab {key}')
    for key in TEMPLATES:
        email_templates.hold(work, key)


def _refusals(
    work: Work, document: Configuration, chosen: list[Change], parts: Collection[Part]
) -> Iterator[str]:
    for part in Part:
        refused = [change for change in chosen if change.part == part and change.refused]
        if refused:
            reasons = ' '.join(dict.fromkeys(change.refused for change in refused))
            yield f'You may not change {part.label}: {counted(len(refused))}. {reasons}'
    if Part.ROLES in parts and (hidden := unseen_roles(work, document)):
        lacking = f'Your role does not include {roles.VIEW.title}.'
        yield f'You may not change Roles: the file holds {counted(hidden, "role")}. {lacking}'


def _put_portal(work: Work, document: Configuration) -> None:
    assert document.portal
    wanted, before = document.portal, _portal_setup(work)
    if wanted.subdomain:
        portal_address.set_subdomain(work, wanted.subdomain)
    branding.set_colour(work, wanted.brand_colour)
    for kind, old, new in (
        (PictureKind.LOGO, before.logo, wanted.logo),
        (PictureKind.BANNER, before.banner, wanted.banner),
    ):
        if new is None:
            branding.use_picture(work, kind, None)
        elif old is None or not old.comes_from(new):
            branding.set_picture(work, kind, new.encoded)
    for key, tab in wanted.tabs.items():
        setup.set_tab(work, key, tab.enabled)
        for name in sorted(
            tab.fields, key=lambda name: not tab.fields[name]
        ):  # what is shown first: one stays
            setup.set_field(work, key, name, tab.fields[name])
    if billing := wanted.billing:
        billing_settings.set_changes(work, billing.subscription_changes)
        billing_settings.set_bills_changes(work, billing.bills_changes)
        billing_settings.set_part_payments(work, billing.part_payments)
        billing_settings.set_retry_days(work, billing.retry_days)
        billing_settings.set_billing_email(work, billing.billing_email)
        billing_settings.set_payment_note(work, billing.payment_note)


def _put_roles(work: Work, document: Configuration) -> None:
    own = work.session.exec(select(Role).where(col(Role.built_in).is_(False)))
    present = {same_name(role.name): role.id or 0 for role in own}
    for role in document.roles or []:
        if id := present.get(same_name(role.name)):
            roles.change_role(work, id, name=role.name, grants=role.grants)
        else:
            roles.create_role(work, role.name, role.grants)


def _put_templates(work: Work, document: Configuration) -> None:
    for key, template in (document.templates or {}).items():
        number = email_templates.current(work, key).number
        email_templates.save(work, key, template.draft, number)
