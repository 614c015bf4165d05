"""A day on which everything happens that the audit log knows, by the services of pages and commands."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from portal_app.auth.realms import PORTAL, STAFF
from portal_app.auth.viewer import Operator, Viewer
from portal_app.mail.templates import Draft
from portal_app.models import AccessRequest, Mail, MailState, OneTimeLink, PictureKind
from portal_app.models.base import now
from portal_app.services import (
    access,
    access_requests,
    access_review,
    branding,
    company_profile,
    configuration,
    contact_tabs,
    contacts,
    customers,
    email_log,
    email_previews,
    email_templates,
    foundation,
    general_settings,
    invitations,
    portal_address,
    registration,
    roles,
    sample_data,
    setup,
    staff_people,
    staff_users,
    view_as,
)
from portal_app.services.configuration_document import Part
from portal_app.services.configuration_reading import read
from portal_app.services.password_resets import send_reset
from portal_app.services.sign_in import SignedIn, sign_in
from portal_app.work import acting_as, reading_as
from tests.audit_billing import bill
from tests.audit_paying import pay
from tests.audit_subscriptions import subscribe_and_change
from tests.configuration_files import exported, written
from tests.import_files import GOOD, MAP, put, run
from tests.mailing import connect
from tests.odd_pictures import png
from tests.smtp_server import MailServer
from tests.test_contact_tabs import contact_of
from tests.test_roles import id_of
from tests.world import HERE, PASSWORD, World, add_contact, change, mails, token_of

CHOSEN = 'staple-battery-horse'
TEMPLATE = 'portal-invitation'


class Day:
    """What happened, and what nobody may read in the audit log afterwards."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.olivia = world.as_staff('olivia')
        self.secrets = {PASSWORD, CHOSEN}

    def does(self, verb: Callable[..., Any], *given: Any, viewer: Viewer | None = None, **more: Any) -> Any:
        """Olivia does it, or somebody else."""
        with acting_as(viewer or self.olivia) as work:
            return verb(work, *given, **more)

    def link(self, **wanted: Any) -> str:
        """The token of the newest mail with these values: a secret."""
        token = token_of(mails(**wanted)[-1])
        self.secrets.add(token)
        return token

    def entered(self, who: SignedIn) -> None:
        """Somebody has signed in: the token of their session is a secret."""
        self.secrets.add(who.token)


def live_through(world: World, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Day:
    """The whole day."""
    day = Day(world)
    for part in (_organization, _customers, bill, pay, subscribe_and_change, _access, _people_of_customers):
        part(day)
    for part in (_staff, _roles, _templates):
        part(day)
    _server(day, folder)
    _mail(day, monkeypatch)
    return day


def _organization(day: Day) -> None:
    day.does(setup.set_tab, 'usage', False)
    day.does(setup.set_field, 'usage-events', 'source', False)
    day.does(portal_address.set_subdomain, 'acme')
    day.does(branding.set_colour, '#123456')
    day.does(branding.set_picture, PictureKind.LOGO, png())
    day.does(general_settings.set_portal, False)
    day.does(general_settings.set_portal, True)
    with reading_as(day.olivia) as work:
        was = company_profile.profile(work)
    day.does(company_profile.save, replace(was, name='Northwind Cloud', address='1 Main Street\nBerlin'))


def _customers(day: Day) -> None:
    day.does(sample_data.fill)
    day.does(sample_data.remove)
    day.does(customers.add_customer, 'C2001', 'Umbrella')
    day.does(contacts.set_email_delivery, day.world.customers['initech'], False)
    carla = day.does(contacts.add_contact, day.world.customers['acme'], 'Carla', 'carla@example.com').id
    day.does(contacts.edit_contact, carla, 'Carla Person', 'carla@example.com', True, True)


def _access(day: Day) -> None:
    dora, acme = add_contact(day.world, 'acme', 'dora'), [day.world.customers['acme']]
    day.does(invitations.invite_contact, dora)
    change(OneTimeLink, mails(contact_id=dora)[-1].link_id or 0, created_at=now() - timedelta(hours=1))
    day.does(invitations.resend_invitation, dora)
    day.link(contact_id=dora)
    day.does(invitations.revoke_invitation, dora)
    anna = contact_of(day.world, 'acme', 'anna')
    day.does(invitations.grant_contact, add_contact(day.world, 'globex', 'anna'))
    day.does(contact_tabs.set_contact_tabs, anna, ['usage'])
    day.secrets.add(day.does(view_as.begin, anna)[0])
    day.does(access.disable_customers, acme)
    day.does(access.enable_customers, acme)
    day.does(invitations.disable_contact, anna)
    day.does(invitations.enable_contact, anna)
    day.does(invitations.disable_contact, anna)
    day.does(contacts.edit_contact, anna, 'Anna Keller', 'keller@example.com', False, True)
    day.does(access_review.sign_off, 'As it should be.')


def _people_of_customers(day: Day) -> None:
    eve = add_contact(day.world, 'acme', 'eve')
    day.does(invitations.invite_contact, eve)
    day.entered(registration.accept(day.link(contact_id=eve), 'Eve', CHOSEN, HERE))
    fay = add_contact(day.world, 'acme', 'fay')
    access_requests.request_access('fay@example.com', HERE)
    with reading_as(day.olivia) as work:
        asked = work.session.exec(select(AccessRequest.id).where(AccessRequest.contact_id == fay)).one()
    day.does(access_requests.decline, asked)
    send_reset(PORTAL, 'ben@example.com', HERE)
    registration.set_password(PORTAL, day.link(to_email='ben@example.com'), CHOSEN, HERE)
    day.entered(sign_in(PORTAL, 'ben@example.com', CHOSEN, HERE))


def _staff(day: Day) -> None:
    standard, reader = id_of('Standard'), id_of('Read Only')
    sam = day.does(staff_users.invite, 'Sam', 'sam@staff.example', standard).id
    day.does(staff_users.resend, sam)
    token = day.link(to_email='sam@staff.example')
    day.entered(registration.join_staff(token, 'Sam Person', CHOSEN, HERE))
    day.does(staff_users.rename, sam, 'Samuel')
    day.does(staff_users.change_role_of, sam, reader)
    day.does(staff_people.end_all_sessions, sam)
    day.does(staff_users.disable, sam)
    day.does(staff_users.enable, sam)
    day.does(staff_users.send_password_reset, sam)
    day.link(to_email='sam@staff.example')
    send_reset(STAFF, 'rita@staff.example', HERE)
    registration.set_password(STAFF, day.link(to_email='rita@staff.example'), CHOSEN, HERE)


def _roles(day: Day) -> None:
    desk = day.does(roles.create_role, 'Desk', ['customers:view']).id
    day.does(roles.change_role, desk, name='Help Desk', grants=['customers:edit', 'usage_events:view'])
    day.does(roles.delete_role, desk)


def _templates(day: Day) -> None:
    with reading_as(day.olivia) as work:
        was = email_templates.current(work, TEMPLATE)
    draft = replace(Draft.of(was), subject='Come in', body=f'{was.body}\n\nSee you there.')
    day.does(email_templates.save, TEMPLATE, draft, was.number)
    day.does(email_templates.restore_default, TEMPLATE)
    day.does(email_previews.send_test, TEMPLATE, draft)
    found = exported()
    found['templates'][TEMPLATE] = asdict(draft)
    with reading_as(day.olivia) as work:
        seen = configuration.seen_as(*_of_file(work, found))
    day.does(configuration.apply, read(written(found)), seen, {Part.TEMPLATES})


def _of_file(work: Any, found: dict[str, Any]) -> tuple[Any, Any]:
    document = read(written(found))
    return document, configuration.difference(work, document)


def _server(day: Day, folder: Path) -> None:
    """What is done on the server itself."""
    here = Operator('test')
    day.does(foundation.set_organization, viewer=here, time_zone='Europe/Berlin')
    day.does(foundation.create_owner, 'Otto', 'otto@staff.example', CHOSEN, viewer=here)
    assert run(put(folder, GOOD.replace('C1', 'C1001')), *MAP) == 0


def _mail(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    gus = add_contact(day.world, 'acme', 'gus')
    day.does(invitations.invite_contact, gus)
    kept = mails(contact_id=gus)[-1]
    day.secrets.add(day.does(email_log.show_link, kept.id).rpartition('/')[2])
    change(Mail, kept.id or 0, state=MailState.FAILED)
    connect(monkeypatch, MailServer(Path(), 25))
    day.does(email_log.send_again, kept.id)
