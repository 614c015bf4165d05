"""The configuration as a file: taken out, compared, and put in force here or elsewhere."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlmodel import col, select

from portal_app import live
from portal_app.auth.permissions import PORTAL_ADMINISTRATOR
from portal_app.errors import NotPermitted
from portal_app.live import Change as News
from portal_app.live import Topic
from portal_app.mail.templates import TEMPLATES
from portal_app.models import AuditEntry, EmailTemplateVersion, PictureKind, Role
from portal_app.services import branding, configuration, email_templates, roles, setup
from portal_app.services.configuration import Outdated
from portal_app.services.configuration_document import Part
from portal_app.services.configuration_reading import read
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.work import acting_as, reading_as
from tests.configuration_files import (
    OPERATOR,
    a_picture,
    bring,
    changed,
    difference,
    export,
    exported,
    written,
)
from tests.odd_pictures import drawn, gif, jpeg, noise, saved
from tests.world import World, audit, organization, role


def test_exporting_twice_gives_the_same_bytes_whatever_the_database_says_first(world: World) -> None:
    """SET: a file that lives in version control only changes where something changed."""
    with acting_as(OPERATOR) as work:
        for name in ('Support', 'Billing', 'archive'):
            roles.create_role(work, name, ['customers:view', 'billing_records:edit'])
        setup.set_field(work, 'usage', 'unit', False)
    first, second = export(), export()
    assert first == second
    assert first.endswith(b'}\n')
    found = json.loads(first)
    assert [each['name'] for each in found['roles']] == ['archive', 'Billing', 'Support']
    assert list(found) == sorted(found)
    assert found['portal']['tabs'].keys() == PORTAL_OBJECTS.keys()
    assert found['templates'].keys() == TEMPLATES.keys()


def test_a_file_says_every_field_of_every_object_and_nothing_of_this_installation(world: World) -> None:
    """SET: no secret, no address, no person, no time."""
    organization(
        support_email='help@northwind.example', address='1 Main Street', terms_url='https://n.example/t'
    )
    text = export().decode()
    for key, listing in PORTAL_OBJECTS.items():
        fields = json.loads(text)['portal']['tabs'][key]['fields']
        assert fields.keys() == {field.name for field in listing.columns}
    for secret in ('olivia', 'staff.example', 'argon2', 'help@northwind', 'Main Street', 'n.example', '2026'):
        assert secret not in text


def test_what_is_taken_out_changes_nothing_where_it_came_from(world: World) -> None:
    """SET: also with pictures of every kind, and a template that staff wrote."""
    with acting_as(OPERATOR) as work:
        branding.set_picture(work, PictureKind.LOGO, jpeg((200, 70)))
        branding.set_picture(work, PictureKind.BANNER, saved(noise((800, 200)), 'PNG'))
        branding.set_colour(work, '#AB12CD')
    assert difference(export()) == []
    assert bring(export()) == []
    assert audit('configuration.import') == []


def test_a_file_of_a_sandbox_makes_production_the_same(world: World) -> None:
    """SET-02 to SET-10: everything in one transaction, by the verbs of staff; once more: nothing."""
    heard: list[News] = []
    stops = [live.listen(topic, heard.append) for topic in (Topic.SETUP, Topic.TEMPLATES, Topic.ACCESS)]
    olivia, usual = world.as_staff('olivia'), exported()['templates']['access-granted']['subject']
    found = bring(changed(exported()), olivia)
    for stop in stops:
        stop()
    assert {news.topic for news in heard} >= {Topic.SETUP, Topic.TEMPLATES, Topic.ACCESS}
    assert list(map(str, found)) == [
        'Portal Setup › Address › Subdomain: (empty) → northwind',
        'Portal Setup › Branding › Colour: #1d4ed8 → #0f5c4d',
        'Portal Setup › Branding › Logo: none → PNG, 155 bytes',
        'Portal Setup › Usage › Tab: shown → hidden',
        'Portal Setup › Usage Events › Source: shown → hidden',
        'Roles › Support › Role: none → new',
        'Roles › Support › Customers: nothing → List, View, Edit',
        'Roles › Support › Email Log: nothing → List, View',
        f'Templates › Access Granted › Subject: {usual} → Welcome to {{{{ organization }}}}',
        'Templates › Invoice › Send this mail: yes → no',
    ]
    assert exported()['portal']['tabs']['usage-events']['fields']['source'] is False
    assert bring(changed(exported()), olivia) == []
    with reading_as(OPERATOR) as work:
        done = work.session.exec(select(AuditEntry.action).order_by(col(AuditEntry.id))).all()
    assert [action for action in done if action != 'configuration.export'] == [
        'portal_setup.address',
        'branding.colour',
        'branding.picture',
        'portal_setup.tab',
        'portal_setup.field',
        'role.create',
        'email_template.change',
        'email_template.change',
        'configuration.import',
    ]
    (entry,) = audit('configuration.import')
    assert entry.actor == 'Olivia <olivia@staff.example>'
    assert entry.after == {'changes': {'Portal Setup': 5, 'Roles': 3, 'Templates': 2}}


def test_what_a_file_does_not_name_stays_as_it_is(world: World) -> None:
    """SET: a part, a tab, a field, a template, a role, and a subdomain that nobody chose."""
    bring(changed(exported()))
    before = export()
    assert difference(b'{"format": 1}') == []
    found = exported()
    found['portal']['subdomain'] = ''
    found['portal']['tabs'] = {'usage-events': {'enabled': True, 'fields': {'source': True}}}
    found['roles'], found['templates'] = [], {}
    assert [change.field for change in bring(written(found))] == ['Source']
    after = json.loads(before)
    after['portal']['tabs']['usage-events']['fields']['source'] = True
    assert exported() == after


def test_the_fields_of_a_tab_change_in_whatever_order(world: World) -> None:
    """SET-07: the last visible field may go where another comes: what counts is the result."""
    names = sorted(field.name for field in PORTAL_OBJECTS['usage'].columns)
    for only in (names[0], names[-1], names[1]):
        found = exported()
        found['portal']['tabs']['usage']['fields'] = {name: name == only for name in names}
        bring(written(found))
        assert [name for name, on in exported()['portal']['tabs']['usage']['fields'].items() if on] == [only]


def test_a_role_is_known_by_its_name_in_whatever_letters(world: World) -> None:
    """SET-10: it is changed and renamed, not made a second time; whoever has it keeps it."""
    role('stan', 'customers:view')
    found = exported()
    (own,) = found['roles']
    name = own['name']
    own |= {'name': name.upper(), 'grants': ['usage_events:list']}
    assert list(map(str, bring(written(found)))) == [
        f'Roles › {name.upper()} › Role: {name} → {name.upper()}',
        f'Roles › {name.upper()} › Customers: List, View → nothing',
        f'Roles › {name.upper()} › Usage Events: nothing → List',
    ]
    with reading_as(world.as_staff('stan')) as work:
        assert work.grants == {'usage_events:list'}


def test_a_picture_wanders_from_one_installation_to_another_and_stays_the_same(world: World) -> None:
    """SET-03, SET-04: a JPEG of ours is not encoded a second time; a strange one is, once."""
    strange = a_picture(jpeg((400, 100), quality=60)) | {'content_type': 'image/jpeg'}
    found = exported()
    found['portal'] |= {'banner': strange, 'logo': a_picture(gif()) | {'content_type': 'image/gif'}}
    bring(written(found))
    first = export()
    assert json.loads(first)['portal']['banner'] != strange
    with acting_as(OPERATOR) as work:
        for kind in PictureKind:
            branding.use_picture(work, kind, None)
    assert len(bring(first)) == 2
    assert export() == first


def test_a_picture_with_anything_beside_its_pixels_is_encoded_anew(world: World) -> None:
    """SET-03: the shortcut for our own JPEGs is not a way in for metadata or for what hangs behind."""
    with acting_as(OPERATOR) as work:
        ours = branding.set_picture(work, PictureKind.BANNER, jpeg((400, 100))).content
    for content in (
        ours + b'<script>alert(1)</script>',
        ours[:2] + b'\xff\xfe\x00\x08secret' + ours[2:],
        ours[:-2] + b'\xff\xe1\x00\x08secret\xff\xd9',
        saved(drawn((400, 100)), 'JPEG', quality=88),
        saved(drawn((400, 100)), 'JPEG', quality=89, optimize=True, progressive=True),
    ):
        found = exported()
        found['portal']['banner'] = a_picture(content) | {'content_type': 'image/jpeg'}
        document = read(written(found))
        assert document.portal
        assert document.portal.banner
        kept = document.portal.banner.encoded.content
        assert kept != content
        assert b'secret' not in kept
        assert b'script' not in kept


def test_the_difference_that_somebody_agreed_to_is_the_one_that_is_applied(world: World) -> None:
    """SET: where the state or the file is another one, nothing happens, and the new difference is there."""
    olivia, content = world.as_staff('olivia'), changed(exported())
    document = read(content)
    with reading_as(olivia) as work:
        seen = configuration.seen_as(document, configuration.difference(work, document))
    with acting_as(OPERATOR) as work:
        setup.set_tab(work, 'usage', False)
    before = export()
    with pytest.raises(Outdated, match='changed meanwhile'), acting_as(olivia) as work:
        configuration.apply(work, document, seen)
    assert len(difference(content)) == 9
    other = read(content.replace(b'Welcome', b'Hello'))
    with reading_as(olivia) as work:
        seen = configuration.seen_as(document, configuration.difference(work, document))
    with pytest.raises(Outdated), acting_as(olivia) as work:
        configuration.apply(work, other, seen)
    assert export() == before


def test_all_of_it_or_nothing(world: World) -> None:
    """SET: a role that is refused at the end takes the tabs and the picture with it."""
    role('stan', 'portal_setup:edit', 'roles:add', 'roles:edit')
    stan, before = world.as_staff('stan'), export()
    content = changed(exported())
    with pytest.raises(NotPermitted) as refused:
        bring(content, stan)
    assert refused.value.message == (
        'You may not change Roles: 3 changes. Support permits more than your own role: '
        'Customers: List, Customers: View, Customers: Edit, Email Log: List, Email Log: View.'
    )
    assert export() == before
    done = bring(content, stan, {Part.PORTAL, Part.TEMPLATES})
    assert {change.part for change in done} == {Part.PORTAL, Part.TEMPLATES}
    assert difference(content)[0].part == Part.ROLES


def test_a_portal_administrator_leaves_the_roles_out(world: World) -> None:
    """SET-10: who may not see roles neither takes them out nor compares nor changes them."""
    with acting_as(OPERATOR) as work:
        grants = [permission.grant for permission in PORTAL_ADMINISTRATOR.permissions]
        found = work.session.exec(select(Role).where(Role.name == 'Standard')).one()
        found.grants = grants
        roles.create_role(work, 'Support', ['customers:view'])
    ada, content = world.as_staff('stan'), changed(exported())
    assert 'roles' not in json.loads(export(ada))
    assert {change.part for change in difference(content, ada)} == {Part.PORTAL, Part.TEMPLATES}
    with reading_as(ada) as work:
        assert configuration.unseen_roles(work, read(content)) == 1
    with pytest.raises(NotPermitted) as refused:
        bring(content, ada)
    assert refused.value.message == (
        'You may not change Roles: the file holds 1 role. '
        'Your role does not include Roles & Permissions: View.'
    )
    assert len(bring(content, ada, {Part.PORTAL, Part.TEMPLATES})) == 7


def test_rita_looks_and_takes_out_and_changes_nothing(world: World) -> None:
    """SET-10: each change says what it would take; the export says who took it out."""
    rita, before = world.as_staff('rita'), export()
    assert export(rita) == before
    assert audit('configuration.export')[-1].actor == 'Rita <rita@staff.example>'
    found = difference(changed(exported()), rita)
    assert {change.refused for change in found} == {
        'Your role does not include Portal Setup: Edit.',
        'Your role does not include Roles & Permissions: Add.',
    }
    with pytest.raises(NotPermitted) as refused:
        bring(changed(exported()), rita)
    assert refused.value.message.split('\n') == [
        'You may not change Portal Setup: 5 changes. Your role does not include Portal Setup: Edit.',
        'You may not change Roles: 3 changes. Your role does not include Roles & Permissions: Add.',
        'You may not change Templates: 2 changes. Your role does not include Portal Setup: Edit.',
    ]
    assert export() == before


@pytest.mark.parametrize('who', ['stan', 'manu'])
def test_who_may_not_see_the_setup_does_not_see_the_file_either(world: World, who: str) -> None:
    """SET-10: Standard and Portal User Manager."""
    staff, content = world.as_staff(who), export()
    with pytest.raises(NotPermitted):
        export(staff)
    with pytest.raises(NotPermitted):
        difference(content, staff)
    with pytest.raises(NotPermitted), acting_as(staff) as work:
        configuration.apply(work, read(content), 'anything')


def test_a_customer_does_nothing_with_a_file(world: World) -> None:
    """SET-10: grants belong to staff."""
    anna, content = world.as_customer('anna', 'C1001'), export()
    with pytest.raises(NotPermitted):
        export(anna)
    with pytest.raises(NotPermitted):
        difference(content, anna)
    with pytest.raises(NotPermitted), acting_as(anna) as work:
        configuration.apply(work, read(content), 'anything')


def test_a_template_comes_in_as_a_new_version_and_the_default_is_known_as_such(world: World) -> None:
    """SET-08: the versions before it stay; the product's own text is not called a change of staff's."""
    default = export()
    found = exported()
    found['templates']['invoice']['body'] += '\r\n\r\nThank you. '
    bring(written(found), world.as_staff('olivia'))
    bring(default)
    with reading_as(OPERATOR) as work:
        versions: list[EmailTemplateVersion] = list(email_templates.versions(work, 'invoice'))
    assert [(each.number, each.author, each.shipped) for each in versions] == [
        (3, '', True),
        (2, 'Olivia', False),
        (1, '', True),
    ]
    assert versions[1].body.endswith('\n\nThank you.')


def test_of_two_who_apply_at_the_same_time_one_is_told(world: World) -> None:
    """SET: the other one's file is in force, all of it and nothing else."""
    olivia, together = world.as_staff('olivia'), Barrier(2)
    files = [
        changed(exported()),
        changed(exported()).replace(b'Support', b'Desk').replace(b'northwind', b'acme'),
    ]

    def apply(content: bytes) -> bool:
        document = read(content)
        with reading_as(olivia) as work:
            seen = configuration.seen_as(document, configuration.difference(work, document))
        together.wait(10)
        try:
            with acting_as(olivia) as work:
                configuration.apply(work, document, seen)
        except Outdated:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(apply, files))
    assert sorted(done) == [False, True]
    assert difference(files[done.index(True)]) == []
    assert len(audit('role.create')) == 1
