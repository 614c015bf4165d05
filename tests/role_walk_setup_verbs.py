"""The verbs of Setup, of the Organization Structure and of the Email Log: see `role_walk_verbs.py`."""

import json
from dataclasses import asdict, replace
from functools import wraps
from typing import Any

from portal_app.auth.permissions import GIVE_ACCESS
from portal_app.errors import Conflict
from portal_app.mail.templates import shipped
from portal_app.models import PictureKind
from portal_app.services import (
    branding,
    company_profile,
    configuration,
    email_log,
    email_previews,
    email_templates,
    general_settings,
    portal_address,
    role_pages,
    roles,
    sample_data,
    setup,
    staff_people,
    staff_users,
)
from portal_app.services.company_profile import Profile
from portal_app.services.configuration_document import Configuration, Part
from portal_app.services.configuration_reading import read
from portal_app.work import Work
from tests.odd_pictures import png
from tests.role_walk_pages import (
    ADD,
    CHANNEL,
    CUSTOMERS,
    DELETE,
    EDIT,
    LIST,
    MAIL,
    PROFILE,
    ROLES,
    SETUP,
    STAFF,
    VIEW,
    may,
)
from tests.role_walk_verbs import Verb, verb

TEMPLATE = 'portal-invitation'
DRAFT = shipped(TEMPLATE)
CHANGED = replace(DRAFT, instructions='Ring twice.')
READ_SETUP, CHANGE_SETUP = may((SETUP, VIEW)), may((SETUP, EDIT))
CHANGE_GENERAL = may((CHANNEL, EDIT), (SETUP, EDIT))
READ_PROFILE, CHANGE_PROFILE = may((PROFILE, VIEW)), may((PROFILE, EDIT))
LOGO = (CHANGE_SETUP, CHANGE_PROFILE)  # it stands on two pages
READ_MAIL = may((MAIL, VIEW))


def _file(**parts: Any) -> Configuration:
    return read(json.dumps({'format': 1, **parts}).encode())


@wraps(configuration.apply)
def _apply(work: Work, document: Configuration, part: Part) -> object:
    """Put a part of a file in force after a look at the difference, as the page does."""
    found = configuration.difference(work, document)
    return configuration.apply(work, document, configuration.seen_as(document, found), {part})


NEW_SETUP = _file(
    portal={'subdomain': 'acme', 'brand_colour': '#123456', 'logo': None, 'banner': None, 'tabs': {}}
)
NEW_TEXT = _file(templates={TEMPLATE: asdict(CHANGED)})
NEW_ROLE = _file(roles=[{'name': 'From a file', 'grants': []}])
SAME_ROLE = _file(roles=[{'name': 'NOTHING', 'grants': []}])  # as it is there, in other letters

VERBS_OF_SETUP = [
    verb(may((CHANNEL, VIEW), (SETUP, VIEW)), general_settings.portal_is_on),
    verb(CHANGE_GENERAL, general_settings.set_portal, lambda _: (False,)),
    verb(may((CHANNEL, VIEW), (SETUP, VIEW)), sample_data.is_there),
    verb(CHANGE_GENERAL, sample_data.fill, refused=(Conflict,)),  # it is there already
    verb(CHANGE_GENERAL, sample_data.remove),
    verb(READ_SETUP, setup.tab_settings),
    verb(CHANGE_SETUP, setup.may_change, asks=True),
    verb(CHANGE_SETUP, setup.set_tab, lambda _: ('usage', False)),
    verb(CHANGE_SETUP, setup.set_field, lambda _: ('usage', 'unit', False)),
    verb(CHANGE_SETUP, portal_address.set_subdomain, lambda _: ('acme',)),
    verb(CHANGE_SETUP, branding.set_colour, lambda _: ('#123456',)),
    Verb(branding.may_change_logo, LOGO, lambda _: (), asks=True),
    Verb(branding.set_picture, LOGO, lambda _: (PictureKind.LOGO, png()), 'the logo'),
    Verb(branding.use_picture, LOGO, lambda _: (PictureKind.LOGO, None), 'the logo'),
    verb(CHANGE_SETUP, branding.set_picture, lambda _: (PictureKind.BANNER, png()), use='the banner'),
    verb(CHANGE_SETUP, branding.use_picture, lambda _: (PictureKind.BANNER, None), use='the banner'),
    verb(READ_SETUP, email_templates.templates),
    verb(READ_SETUP, email_templates.versions, lambda _: (TEMPLATE,)),
    verb(CHANGE_SETUP, email_templates.may_change, asks=True),
    verb(CHANGE_SETUP, email_templates.save, lambda _: (TEMPLATE, CHANGED, 1)),
    verb(CHANGE_SETUP, email_templates.restore_default, lambda _: (TEMPLATE,)),
    verb(CHANGE_SETUP, email_templates.restore_version, lambda _: (TEMPLATE, 1)),
    verb(READ_SETUP, email_previews.preview, lambda _: (TEMPLATE, DRAFT)),
    verb(
        (*READ_SETUP, *may((CUSTOMERS, VIEW))),
        email_previews.preview,
        lambda at: (TEMPLATE, DRAFT, at.world.customers['acme']),
        use='with the data of a customer',
    ),
    verb(READ_SETUP, email_previews.customers),
    verb(CHANGE_SETUP, email_previews.send_test, lambda _: (TEMPLATE, DRAFT)),
    verb(READ_SETUP, configuration.export),
    verb(READ_SETUP, configuration.current),
    verb(READ_SETUP, configuration.difference, lambda _: (NEW_SETUP,)),
    verb(CHANGE_SETUP, _apply, lambda _: (NEW_SETUP, Part.PORTAL), use='Portal Setup'),
    verb(CHANGE_SETUP, _apply, lambda _: (NEW_TEXT, Part.TEMPLATES), use='templates'),
    verb((*READ_SETUP, *may((ROLES, ADD))), _apply, lambda _: (NEW_ROLE, Part.ROLES), use='a new role'),
    verb(
        (*READ_SETUP, *may((ROLES, EDIT))),
        _apply,
        lambda _: (SAME_ROLE, Part.ROLES),
        use='a role that is there',
    ),
]

VERBS_OF_STRUCTURE = [
    verb(READ_PROFILE, company_profile.profile),
    verb(CHANGE_PROFILE, company_profile.save, lambda _: (Profile(name='Northwind'),)),
    verb(may((ROLES, LIST)), role_pages.list_roles),
    verb(may((ROLES, VIEW)), role_pages.role_page, lambda at: (at.roles['Nothing'],)),
    verb(may((ROLES, VIEW), (ROLES, ADD)), role_pages.may_add, asks=True),
    verb(may((ROLES, ADD)), roles.create_role, lambda _: ('Support', ())),
    verb(may((ROLES, VIEW), (ROLES, ADD)), roles.copy_role, lambda at: (at.roles['Nothing'], 'Support')),
    verb(may((ROLES, EDIT)), roles.change_role, lambda at: (at.roles['Nothing'],)),
    verb(may((ROLES, DELETE)), roles.delete_role, lambda at: (at.roles['Nothing either'],)),
    verb(may((STAFF, LIST)), staff_people.staff_person, lambda at: (at.staff['nadia'],)),
    verb(may((STAFF, LIST)), staff_people.roles_to_give),
    verb(may((STAFF, VIEW)), staff_people.sessions, lambda at: (at.staff['nadia'],)),
    verb(may((STAFF, EDIT)), staff_people.end_session, lambda at: (at.staff['nadia'], at.session)),
    verb(may((STAFF, EDIT)), staff_people.end_all_sessions, lambda at: (at.staff['nadia'],)),
    verb(may((STAFF, ADD)), staff_users.invite, lambda at: ('Sam', 'sam@staff.example', at.roles['Nothing'])),
    verb(may((STAFF, ADD)), staff_users.resend, lambda at: (at.staff['ina'],)),
    verb(may((STAFF, EDIT)), staff_users.rename, lambda at: (at.staff['nadia'], 'Nadia Person')),
    verb(
        may((STAFF, EDIT)),
        staff_users.change_role_of,
        lambda at: (at.staff['nadia'], at.roles['Nothing either']),
    ),
    verb(may((STAFF, DELETE)), staff_users.disable, lambda at: (at.staff['nadia'],)),
    verb(may((STAFF, EDIT)), staff_users.enable, lambda at: (at.staff['dirk'],)),
    verb(may((STAFF, EDIT)), staff_users.send_password_reset, lambda at: (at.staff['nadia'],)),
]

VERBS_OF_MAIL = [
    verb(READ_MAIL, email_log.delivery),
    verb(READ_MAIL, email_log.read_mail, lambda at: (at.mail,)),
    verb((*READ_MAIL, GIVE_ACCESS), email_log.show_link, lambda at: (at.mail,), use='of an invitation'),
    verb(may((MAIL, EDIT)), email_log.may_send_again, asks=True),
    verb(
        may((MAIL, EDIT)), email_log.send_again, lambda at: (at.mail,), refused=(Conflict,)
    ),  # there is no server
]
