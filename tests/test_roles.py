"""Roles & Permissions: what roles grant, who changes them, and that nobody comes to more by it (SET-10)."""

from collections.abc import Callable, Iterator

import pytest
from sqlmodel import col, select

from components.grant_grid import in_short
from portal_app import live
from portal_app.auth.permissions import (
    BUILT_IN_ROLES,
    GRANTS,
    IN_GRID,
    MEANINGS,
    SECTIONS,
    STANDARD,
    TOGETHER,
    Action,
    Activity,
    Permission,
    expand,
    ticked,
)
from portal_app.auth.viewer import Operator, StaffViewer
from portal_app.errors import Conflict, Invalid, NotFound, NotPermitted, PortalError
from portal_app.live import ANYTHING, Change, Topic
from portal_app.models import AuditEntry, Role, StaffUser
from portal_app.services.foundation import lay_foundation
from portal_app.services.role_pages import RoleLine, RolePage, list_roles, may_add, role_page
from portal_app.services.roles import RoleText, change_role, copy_role, create_role, delete_role
from portal_app.work import acting_as, reading_as
from tests.world import World

DESK = frozenset({'customers:list', 'customers:view', 'email_log:list', 'email_log:view'})


def make(viewer: StaffViewer | Operator, name: str = 'Desk', grants: frozenset[str] = DESK) -> int:
    """A further role. Returns its id."""
    with acting_as(viewer) as work:
        return create_role(work, name, grants).id or 0


def change(viewer: StaffViewer, role_id: int, **given: object) -> None:
    with acting_as(viewer) as work:
        change_role(work, role_id, **given)  # type: ignore[arg-type]


def delete(viewer: StaffViewer, role_id: int) -> None:
    with acting_as(viewer) as work:
        delete_role(work, role_id)


def id_of(name: str) -> int:
    with reading_as(Operator('test')) as work:
        return work.session.exec(select(Role.id).where(Role.name == name)).one() or 0


def give(who: str, role_id: int) -> None:
    """Give a staff user a role, past the services."""
    with acting_as(Operator('test')) as work:
        user = work.session.exec(select(StaffUser).where(StaffUser.email == f'{who}@staff.example')).one()
        user.role_id = role_id
        work.session.add(user)


def line(viewer: StaffViewer, name: str) -> RoleLine:
    with reading_as(viewer) as work:
        return next(each for each in list_roles(work) if each.text.name == name)


def page(viewer: StaffViewer, role_id: int) -> RolePage:
    with reading_as(viewer) as work:
        return role_page(work, role_id)


def entries() -> list[AuditEntry]:
    with reading_as(Operator('test')) as work:
        found = select(AuditEntry).where(col(AuditEntry.action).startswith('role.'))
        return list(work.session.exec(found.order_by(col(AuditEntry.id))))


@pytest.fixture
def news() -> Iterator[list[Change]]:
    found: list[Change] = []
    stop = live.listen(Topic.ACCESS, found.append)
    yield found
    stop()


def test_olivia_makes_changes_and_deletes_a_role_on_the_record(world: World, news: list[Change]) -> None:
    """SET-10, OPS-03: every open page hears of each; the log has what was added and what removed."""
    olivia = world.as_staff('olivia')
    desk = make(olivia, '  Front Desk ', frozenset({'customers:edit'}))
    change(olivia, desk, name='Desk', grants={'customers:view', 'email_log:edit'})
    change(olivia, desk, name='Desk')  # which changes nothing
    assert line(olivia, 'Desk').text.grants == DESK | {'email_log:edit'}
    delete(olivia, desk)
    assert news == [Change(Topic.ACCESS, subject=ANYTHING)] * 3
    assert [(each.action, each.subject, each.before, each.after) for each in entries()] == [
        ('role.create', 'Front Desk', {}, {'grants': ['customers:edit', 'customers:list', 'customers:view']}),
        (
            'role.change',
            'Desk',
            {'name': 'Front Desk', 'grants_removed': ['customers:edit']},
            {'name': 'Desk', 'grants_added': ['email_log:edit', 'email_log:list', 'email_log:view']},
        ),
        (
            'role.delete',
            'Desk',
            {
                'grants': [
                    'customers:list',
                    'customers:view',
                    *('email_log:' + a for a in ('edit', 'list', 'view')),
                ]
            },
            {},
        ),
    ]
    assert {each.actor for each in entries()} == {'Olivia <olivia@staff.example>'}


def test_the_list_has_built_in_roles_first_with_how_many_people_have_each(world: World) -> None:
    """SET-10: of whom a disabled one is a person, but not an active one."""
    olivia = world.as_staff('olivia')
    make(olivia, 'zeta')
    make(olivia, 'Alpha')
    with acting_as(Operator('test')) as work:
        standard = work.session.exec(select(Role).where(Role.name == 'Standard')).one()
        work.session.add(StaffUser(name='Sam', email='sam@staff.example', role_id=standard.id or 0))
    with reading_as(olivia) as work:
        found = [(each.text.name, each.built_in, each.people, each.active) for each in list_roles(work)]
    assert found == [
        ('Owner', True, 1, 1),
        ('Portal Administrator', True, 0, 0),
        ('Portal User Manager', True, 1, 1),
        ('Read Only', True, 1, 1),
        ('Standard', True, 2, 1),
        ('Alpha', False, 0, 0),
        ('zeta', False, 0, 0),
    ]


@pytest.mark.parametrize('role', BUILT_IN_ROLES, ids=lambda role: role.name)
def test_a_built_in_role_stays_as_it_is(world: World, role: object) -> None:
    """SET-10: neither changed, renamed nor deleted; a duplicate of it can be."""
    olivia, name = world.as_staff('olivia'), getattr(role, 'name', '')
    id = id_of(name)
    for deed in (
        lambda: change(olivia, id, grants=()),
        lambda: change(olivia, id, name='Mine'),
        lambda: delete(olivia, id),
    ):
        with pytest.raises(Conflict, match=f'{name} is a built-in role and cannot be'):
            deed()
    with acting_as(olivia) as work:
        copy = copy_role(work, id, f'{name} of ours')
    assert line(olivia, f'{name} of ours').text.grants == line(olivia, name).text.grants
    delete(olivia, copy.id or 0)


def test_a_role_that_people_have_cannot_be_deleted(world: World) -> None:
    """SET-10: the refusal says how many; who is disabled counts too."""
    olivia = world.as_staff('olivia')
    desk = make(olivia)
    give('stan', desk)
    with pytest.raises(Conflict, match='1 person has the role Desk'):
        delete(olivia, desk)
    give('manu', desk)
    with pytest.raises(Conflict) as refused:
        delete(olivia, desk)
    assert refused.value.message == '2 people have the role Desk. Give them another role first.'
    assert line(olivia, 'Desk').may_delete
    for who in ('stan', 'manu'):
        give(who, id_of('Standard'))
    delete(olivia, desk)


@pytest.mark.parametrize(
    ('name', 'said'),
    [
        ('', 'name must not be empty'),
        ('   ', 'name must not be empty'),
        ('x' * 61, r'name must have at most 60 characters \(got 61\)'),
        ('Des\nk', 'name must not contain line breaks'),
        ('owner', 'there is a role Owner already'),
        ('STANDARD ', 'there is a role Standard already'),
        ('dESK', 'there is a role Desk already'),
        ('Read  Only', 'there is a role Read Only already'),
        ('Ｄｅｓｋ', 'there is a role Desk already'),
    ],
)
def test_a_name_is_short_and_new_to_the_eye(world: World, name: str, said: str) -> None:
    """SET-10: 1 to 60 characters, no other role's in whatever case."""
    olivia = world.as_staff('olivia')
    make(olivia)
    other = make(olivia, 'Other')
    with pytest.raises(Invalid, match=said):
        make(olivia, name)
    with pytest.raises(Invalid, match=said):
        change(olivia, other, name=name)
    change(olivia, other, name='OTHER')  # its own name in another case
    make(olivia, 'x' * 60)


def test_every_reason_is_said(world: World) -> None:
    """SET-10: unknown permissions by name; nothing is stored."""
    with pytest.raises(Invalid) as refused:
        make(world.as_staff('olivia'), '', frozenset({'customers:fly', 'audit_log:edit', 'customers:list'}))
    assert refused.value.message.split('\n') == [
        'name must not be empty.',
        'grants must be permissions that there are (got audit_log:edit, customers:fly).',
    ]
    assert entries() == []


def test_nobody_grants_more_than_their_own_role_does(world: World) -> None:
    """SET-10: not by making, changing or duplicating a role, and not by keeping one small in between."""
    own = make(
        world.as_staff('olivia'), 'Role Keeper', frozenset({'roles:add', 'roles:edit', 'roles:delete', *DESK})
    )
    wide = make(world.as_staff('olivia'), 'Wide', frozenset({'api_keys:add'}))
    give('manu', own)
    manu = world.as_staff('manu')
    small = make(manu, 'Small', frozenset({'customers:list'}))
    deeds: tuple[Callable[[], object], ...] = (
        lambda: make(manu, 'More', frozenset({'customers:edit'})),
        lambda: change(manu, small, grants={'customers:delete', 'staff_users:list'} & GRANTS),
        lambda: change(manu, own, grants=DESK | {'staff_users:edit'}),
        lambda: change(manu, wide, grants=()),
        lambda: change(manu, wide, name='Narrow'),
        lambda: delete(manu, wide),
    )
    for deed in deeds:
        with pytest.raises(NotPermitted, match='own role'):
            deed()
    with pytest.raises(NotPermitted, match='does not permit: Customers: Add'), acting_as(manu) as work:
        copy_role(work, id_of('Standard'), 'Standard of ours')
    assert 'permits more than your own role: API Keys: List' in page(manu, wide).why_not_change
    assert page(manu, small).why_not_change == ''
    assert page(manu, own).is_own
    delete(manu, small)


@pytest.mark.parametrize(
    ('grants', 'may'),
    [
        ((), ()),
        (('roles:list',), ('list',)),
        (('roles:view',), ('list', 'page')),
        (('roles:add',), ('list', 'page', 'create', 'copy')),
        (('roles:edit',), ('list', 'page', 'change')),
        (('roles:delete',), ('list', 'page', 'delete')),
    ],
)
def test_each_verb_has_its_grant(world: World, grants: tuple[str, ...], may: tuple[str, ...]) -> None:
    """SET-10."""
    olivia = world.as_staff('olivia')
    empty, wanted = make(olivia, 'Empty', frozenset()), make(olivia, 'Wanted', frozenset(grants))
    give('stan', wanted)
    stan = world.as_staff('stan')

    def listed() -> None:
        with reading_as(stan) as work:
            list_roles(work)

    def copied() -> None:
        with acting_as(stan) as work:
            copy_role(work, empty, 'Copy')

    deeds: dict[str, Callable[[], object]] = {
        'list': listed,
        'page': lambda: page(stan, empty),
        'create': lambda: make(stan, 'New', frozenset()),
        'copy': copied,
        'change': lambda: change(stan, empty, name='Still empty'),
        'delete': lambda: delete(stan, empty),
    }
    for verb, deed in deeds.items():
        if verb in may:
            deed()
        else:
            with pytest.raises(NotPermitted):
                deed()
    with reading_as(stan) as work:
        assert may_add(work) == ('create' in may)


@pytest.mark.parametrize('who', ['rita', 'stan', 'manu'])
def test_no_built_in_role_but_owner_changes_roles(world: World, who: str) -> None:
    """SET-10: Read Only looks; customers and others not even that."""
    desk = make(world.as_staff('olivia'))
    viewer = world.as_staff(who)
    for deed in (
        lambda: make(viewer, 'X'),
        lambda: change(viewer, desk, name='X'),
        lambda: delete(viewer, desk),
    ):
        with pytest.raises(NotPermitted):
            deed()
    if who == 'rita':
        assert page(viewer, desk).why_not_change == 'Your role lets you look at roles, not change them.'
        assert not line(viewer, 'Desk').may_delete
    else:
        with pytest.raises(NotPermitted):
            page(viewer, desk)
    with pytest.raises(NotPermitted), acting_as(world.as_customer('anna', 'C1001')) as work:
        create_role(work, 'X', ())


def test_of_two_who_change_a_role_the_second_is_told(world: World) -> None:
    """SET-10: nothing is saved over what they did not see; renaming counts."""
    olivia = world.as_staff('olivia')
    desk = make(olivia)
    began = page(olivia, desk).line.text
    change(olivia, desk, grants=DESK | {'customers:add'}, began_from=began)
    with pytest.raises(Conflict, match='Somebody else changed this role meanwhile'):
        change(olivia, desk, grants=(), began_from=began)
    assert line(olivia, 'Desk').text == RoleText('Desk', DESK | {'customers:add'})
    change(olivia, desk, name='Front', began_from=page(olivia, desk).line.text)
    with pytest.raises(Conflict):
        change(olivia, desk, name='Back', began_from=RoleText('Desk', DESK | {'customers:add'}))


@pytest.mark.parametrize('role_id', [0, -1, 999_999, 2**31, 2**70])
def test_a_role_that_is_not_there_is_not_found(world: World, role_id: int) -> None:
    """SET-10: whatever an address says."""
    olivia = world.as_staff('olivia')
    for deed in (
        lambda: page(olivia, role_id),
        lambda: change(olivia, role_id, name='X'),
        lambda: delete(olivia, role_id),
    ):
        with pytest.raises(NotFound):
            deed()


def test_who_has_a_role_is_named_to_whom_may_see_staff(world: World) -> None:
    """SET-10, SET-11."""
    standard = id_of('Standard')
    assert page(world.as_staff('rita'), standard).names == ('Stan',)
    give('manu', make(world.as_staff('olivia'), 'Roles', frozenset({'roles:view'})))
    found = page(world.as_staff('manu'), standard)
    assert (found.names, found.line.people) == (None, 1)


def test_what_a_change_takes_away_is_refused_from_then_on(world: World) -> None:
    """SET-10: at once, in a page that was open before."""
    olivia = world.as_staff('olivia')
    keeper = make(olivia, 'Keeper', frozenset({'roles:add', 'roles:edit', *DESK}))
    give('stan', keeper)
    stan = world.as_staff('stan')
    make(stan, 'By Stan', frozenset())
    change(olivia, keeper, grants=DESK)
    for deed in (lambda: make(stan, 'Again', frozenset()), lambda: page(stan, keeper)):
        with pytest.raises(NotPermitted):
            deed()


def test_a_start_keeps_own_roles_and_a_built_in_name_is_never_theirs(world: World) -> None:
    """SET-10: a release that brings a role of the same name leaves their grants and people alone."""
    olivia = world.as_staff('olivia')
    desk = make(olivia)
    give('stan', desk)
    with acting_as(Operator('test')) as work:  # as if Standard were new in this release
        old = work.session.exec(select(Role).where(Role.name == 'Standard')).one()
        work.session.delete(old)
        work.session.flush()
        role = work.session.get_one(Role, desk)
        role.name = 'standard'
        work.session.add(role)
    with acting_as(Operator('start')) as work:
        lay_foundation(work)
    assert line(olivia, f'standard ({desk})').text.grants == DESK
    assert line(olivia, f'standard ({desk})').people == 1
    assert line(olivia, 'Standard').text.grants == {each.grant for each in STANDARD.permissions}
    assert line(olivia, 'Standard').built_in


def test_a_ticked_box_ticks_what_it_includes() -> None:
    """SET-10: a change includes looking, and what means the same goes together."""
    nothing: frozenset[str] = frozenset()
    edit, view, list_ = (
        Permission(Activity.CUSTOMERS, each) for each in (Action.EDIT, Action.VIEW, Action.LIST)
    )
    assert ticked(nothing, edit, True) == {'customers:list', 'customers:view', 'customers:edit'}
    assert ticked(ticked(nothing, edit, True), view, False) == {'customers:list'}
    assert ticked(ticked(nothing, edit, True), list_, False) == nothing
    assert ticked(ticked(nothing, edit, True), edit, False) == {'customers:list', 'customers:view'}
    assert ticked(nothing, list_, True) == {'customers:list'}
    give_access = Permission(Activity.PORTAL_USERS, Action.ADD)
    both = {f'portal_users:{each}' for each in ('list', 'view', 'add', 'edit')}
    assert ticked(nothing, give_access, True) == both
    assert ticked(both, give_access, False) == {'portal_users:list', 'portal_users:view'}
    see = Permission(Activity.PORTAL_SETUP, Action.LIST)
    assert ticked(nothing, see, True) == {'portal_setup:list', 'portal_setup:view'}


def test_every_state_of_the_grid_is_one_that_stays() -> None:
    """SET-10: what a tick leaves is what is stored, for each cell in each order of two."""
    for first in MEANINGS:
        for second in MEANINGS:
            for on in (True, False):
                held = ticked(ticked(frozenset(), first, True), second, on)
                assert held == expand(held)
                assert (second.grant in held) == on
                assert held <= GRANTS


def test_the_grid_has_the_sections_of_the_specification() -> None:
    """SET-10: and each of its cells says what it means."""
    assert [IN_GRID[activity] for _, activities in SECTIONS for activity in activities] == [
        'Setup',
        'Manage Portal Users',
        'Channel Settings',
        'Company Profile',
        'Roles & Permissions',
        'Staff Users',
        'Customers',
        'Billing Records',
        'Usage Events',
        'API Keys',
        'Email Log',
        'Audit Log',
    ]
    assert SECTIONS[0][0] == 'Customer Portal'
    assert all(text.endswith('.') for text in MEANINGS.values())
    for activity, groups in TOGETHER.items():
        for group in groups:
            assert {Permission(activity, action) for action in group} <= set(MEANINGS)
    assert {each.grant for role in BUILT_IN_ROLES for each in role.permissions} == GRANTS


@pytest.mark.parametrize(
    ('grants', 'words'),
    [
        (GRANTS, 'Everything'),
        (frozenset(), 'Nothing'),
        (DESK | {'customers:edit'}, 'Changes: Customers · Sees: Email Log'),
        (frozenset(each for each in GRANTS if each.endswith((':list', ':view'))), 'Sees: everything'),
    ],
)
def test_a_role_in_a_line(grants: frozenset[str], words: str) -> None:
    """SET-10: what the list of roles says of each."""
    assert in_short(grants) == words


def test_a_command_on_the_server_may_do_it_all(world: World) -> None:
    """SET-10: but what is built in stays built in, and what is unknown is refused."""
    operator = Operator('config')
    everything = make(operator, 'Everything', GRANTS)
    assert line(world.as_staff('olivia'), 'Everything').text.grants == GRANTS
    with acting_as(operator) as work:
        change_role(work, everything, grants=DESK)
    refused: tuple[type[PortalError], ...] = (Conflict, Invalid)
    for deed in (
        lambda work: change_role(work, id_of('Owner'), grants=()),
        lambda work: create_role(work, 'X', ['nonsense']),
    ):
        with pytest.raises(refused), acting_as(operator) as work:
            deed(work)
