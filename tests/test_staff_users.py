"""Staff users: invited, joined, given roles, disabled, and never without an Owner (SET-10, SET-11)."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import col, select

from components.browser_names import browser_name
from portal_app import live
from portal_app.auth.permissions import OWNER
from portal_app.auth.realms import PORTAL, STAFF
from portal_app.auth.viewer import ContactView, Operator, StaffViewer
from portal_app.errors import (
    Conflict,
    Invalid,
    LinkEnded,
    NotFound,
    NotPermitted,
    PortalError,
    SignedOut,
    ViewEnded,
)
from portal_app.live import ANYTHING, Change, Topic
from portal_app.models import AuditEntry, OneTimeLink, Purpose, Role, StaffSession, StaffUser
from portal_app.queries import parse
from portal_app.services import email_log, listings, staff_people, staff_users, view_as
from portal_app.services.password_resets import send_reset
from portal_app.services.registration import join_staff, look_at, set_password
from portal_app.services.roles import create_role
from portal_app.services.sign_in import WRONG, sign_in, staff_viewer
from portal_app.services.staff_people import Verb
from portal_app.services.staff_user_list import STAFF_USERS
from portal_app.work import Work, acting_as, reading_as
from tests.test_access_races import at_once
from tests.test_contact_tabs import contact_of
from tests.test_roles import give, id_of
from tests.world import HERE, PASSWORD, World, change, mails, make_world, organization, token_of

NEW = 'staple-battery-horse'
SAM = 'sam@staff.example'
Staff = StaffViewer | Operator


def user(who: str) -> StaffUser:
    """A staff user as they are now."""
    with reading_as(Operator('test')) as work:
        return work.session.exec(select(StaffUser).where(StaffUser.email == f'{who}@staff.example')).one()


def id_(who: str) -> int:
    return user(who).id or 0


def do(viewer: Staff, verb: Callable[..., object], *given: object) -> None:
    with acting_as(viewer) as work:
        verb(work, *given)


def invite(
    viewer: StaffViewer | Operator, role: str = 'Standard', name: str = 'Sam', email: str = SAM
) -> str:
    """Invite Sam. Returns the token of the mail."""
    do(viewer, staff_users.invite, name, email, id_of(role))
    return token_of(mails()[-1])


def join(token: str) -> StaffViewer:
    return staff_viewer(join_staff(token, 'Sam Rivera', NEW, HERE).token, HERE)


def role_with(*grants: str) -> int:
    """A role of nobody's yet. Returns its id."""
    with acting_as(Operator('test')) as work:
        return create_role(work, ' '.join(grants)[:60] or 'Nothing', grants).id or 0


def another_owner(who: str = 'rita') -> StaffViewer:
    give(who, id_of('Owner'))
    return staff_viewer(_token(who), HERE)


def _token(who: str) -> str:
    return sign_in(STAFF, f'{who}@staff.example', PASSWORD, HERE).token


def verbs(viewer: StaffViewer, who: str) -> frozenset[Verb]:
    with reading_as(viewer) as work:
        return staff_people.staff_person(work, id_(who)).verbs


def entries() -> list[tuple[str, str, dict[str, object], dict[str, object]]]:
    with reading_as(Operator('test')) as work:
        found = select(AuditEntry).where(col(AuditEntry.action).startswith('staff_user.'))
        return [
            (each.action, each.subject, each.before, each.after)
            for each in work.session.exec(found.order_by(col(AuditEntry.id)))
        ]


@pytest.fixture
def news() -> Iterator[list[Change]]:
    found: list[Change] = []
    stop = live.listen(Topic.ACCESS, found.append)
    yield found
    stop()


def test_sam_is_invited_and_joins_with_a_password(world: World) -> None:
    """SET-11: the mail says who invites, and as what; joining signs in; each step is on the record."""
    organization(time_zone='Europe/Berlin')
    token = invite(world.as_staff('olivia'), name='  Sam ', email=' Sam@Staff.Example')
    (mail,) = mails()
    assert (mail.to_email, mail.template) == (SAM, 'staff-invitation')
    assert mail.subject == "Olivia invites you to Northwind's admin pages"
    assert (mail.variables['role'], mail.variables['invited_by']) == ('Standard', 'Olivia')
    opened = look_at(STAFF, token, HERE)
    assert (opened.purpose, opened.name, opened.email, opened.role) == (
        Purpose.STAFF_INVITATION,
        'Sam',
        SAM,
        'Standard',
    )
    sam = join(token)
    assert (sam.name, sam.email, sam.zone.key) == ('Sam Rivera', SAM, 'Europe/Berlin')
    assert user('sam').last_signed_in_at is not None
    with reading_as(sam) as work:
        assert 'customers:edit' in work.grants
    sign_in(STAFF, SAM, NEW, HERE)
    assert entries() == [
        ('staff_user.invite', f'Sam <{SAM}>', {}, {'role': 'Standard'}),
        ('staff_user.accept', f'Sam Rivera <{SAM}>', {}, {}),
    ]


def test_nobody_signs_in_before_they_have_joined(world: World) -> None:
    """SET-11: without a password no password is right, not even none."""
    invite(world.as_staff('olivia'))
    for password in ('', PASSWORD, NEW):
        with pytest.raises(Invalid, match=WRONG):
            sign_in(STAFF, SAM, password, HERE)


@pytest.mark.parametrize(
    ('name', 'email', 'said'),
    [
        ('', 'sam@staff.example', ['name must not be empty.']),
        ('x' * 201, 'sam@staff.example', ['name must have at most 200 characters (got 201).']),
        ('Sam\r\nBcc: x', SAM, ['name must not contain line breaks or other control characters.']),
        (
            'Sam',
            'RITA@staff.example',
            ['email must be new: rita@staff.example is the staff user Rita already.'],
        ),
        (
            '',
            'sam@staff.example, tom@staff.example',
            [
                'name must not be empty.',
                'email must hold exactly one address; it holds 2: sam@staff.example, tom@staff.example.',
            ],
        ),
    ],
)
def test_what_is_typed_wrong_invites_nobody(world: World, name: str, email: str, said: list[str]) -> None:
    """SET-11: every reason, with the field and the rule."""
    with pytest.raises(Invalid) as refused:
        invite(world.as_staff('olivia'), name=name, email=email)
    assert refused.value.message.split('\n') == said
    assert (mails(), entries()) == ([], [])


@pytest.mark.parametrize(
    'email', ['', 'sam', 'sam@', 'sam@localhost', 'sam@staff.example\n', '<sam@staff.example>']
)
def test_only_an_address_is_invited(world: World, email: str) -> None:
    """SET-11."""
    with pytest.raises(Invalid, match='email'):
        invite(world.as_staff('olivia'), email=email)


def test_an_invitation_ends_after_72_hours_and_is_sent_again(world: World) -> None:
    """SET-11: the old link is dead then, and stays dead."""
    olivia = world.as_staff('olivia')
    old = invite(olivia)
    _age(hours=73)
    with pytest.raises(LinkEnded) as ended:
        look_at(STAFF, old, HERE)
    assert (ended.value.title, ended.value.ask_again) == ('This invitation has expired', False)
    assert 'Ask whoever invited you' in ended.value.message
    do(olivia, staff_users.resend, id_('sam'))
    new = token_of(mails()[-1])
    with pytest.raises(LinkEnded):
        join(old)
    join(new)
    with pytest.raises(LinkEnded, match='works once'):
        join(new)
    with pytest.raises(Conflict, match='Sam Rivera has joined already'):
        do(olivia, staff_users.resend, id_('sam'))


def test_what_is_typed_wrong_leaves_the_link_as_it_is(world: World) -> None:
    """SET-11: as on the customers' page of an invitation."""
    token = invite(world.as_staff('olivia'))
    for name, password, rule in (
        ('', NEW, 'name must not be empty'),
        ('Sam', 'short', 'password must have at least 12 characters'),
    ):
        with pytest.raises(Invalid, match=rule):
            join_staff(token, name, password, HERE)
    join(token)


def test_an_invitation_of_one_kind_is_none_of_the_other(world: World) -> None:
    """SET-11: nor does a link for a password join, nor an invitation set a password."""
    token = invite(world.as_staff('olivia'))
    with pytest.raises(NotFound):
        look_at(PORTAL, token, HERE)
    with pytest.raises(LinkEnded):
        set_password(STAFF, token, NEW, HERE)
    send_reset(STAFF, 'manu@staff.example', HERE)
    with pytest.raises(LinkEnded):
        join(token_of(mails()[-1]))


def test_who_has_lost_the_invitation_is_mailed_it_again_while_it_is_valid(world: World) -> None:
    """SET-11, POR-01: by "Forgot password?"; its end does not move, and there is no other way in."""
    old = invite(world.as_staff('olivia'))
    _age(hours=70)
    ends = _newest_link().expires_at
    send_reset(STAFF, SAM, HERE)
    assert [mail.template for mail in mails()] == ['staff-invitation'] * 2
    assert _newest_link().expires_at == ends
    with pytest.raises(LinkEnded):
        join(old)
    _age(hours=3)
    send_reset(STAFF, SAM, HERE)
    assert len(mails()) == 2
    with pytest.raises(LinkEnded, match='72 hours'):
        join(token_of(mails()[-1]))


def test_a_disabled_person_is_out_at_once_everywhere(world: World, news: list[Change]) -> None:
    """SET-11: sessions, open pages, a view of the portal as a contact, and links; then back again."""
    olivia, manu = world.as_staff('olivia'), world.as_staff('manu')
    with acting_as(manu) as work:
        token, _ = view_as.begin(work, contact_of(world, 'acme', 'anna'))
    view = view_as.view_of(token, HERE)
    send_reset(STAFF, 'manu@staff.example', HERE)
    reset = token_of(mails()[-1])
    do(olivia, staff_users.disable, id_('manu'))
    for viewer, ended in ((manu, SignedOut), (view, ViewEnded)):
        assert isinstance(viewer, StaffViewer | ContactView)
        with pytest.raises(ended), reading_as(viewer):
            pass
    with pytest.raises(Invalid, match=WRONG):
        _token('manu')
    with pytest.raises(LinkEnded):
        set_password(STAFF, reset, NEW, HERE)
    assert Change(Topic.ACCESS, subject=f'staff-session {manu.session_id}') in news
    with pytest.raises(Conflict, match='Manu is disabled already'):
        do(olivia, staff_users.disable, id_('manu'))
    do(olivia, staff_users.enable, id_('manu'))
    with pytest.raises(SignedOut), reading_as(manu):
        pass
    with pytest.raises(LinkEnded):
        set_password(STAFF, reset, NEW, HERE)
    _token('manu')
    assert [each[:1] + each[2:] for each in entries()] == [
        ('staff_user.disable', {'disabled': False}, {'disabled': True}),
        ('staff_user.enable', {'disabled': True}, {'disabled': False}),
    ]


def test_a_session_that_begins_while_staff_disable_does_not_come_back(world: World) -> None:
    """SET-11: nor does it let anybody in meanwhile."""
    olivia, manu = world.as_staff('olivia'), world.as_staff('manu')
    do(olivia, staff_users.disable, id_('manu'))
    change(StaffSession, manu.session_id, ended_at=None)  # as if it had been written a moment later
    with pytest.raises(SignedOut), reading_as(manu):
        pass
    do(olivia, staff_users.enable, id_('manu'))
    with pytest.raises(SignedOut), reading_as(manu):
        pass


def test_who_was_disabled_before_joining_is_invited_anew(world: World) -> None:
    """SET-11: by enabling them; the first link stays dead."""
    olivia = world.as_staff('olivia')
    old = invite(olivia)
    do(olivia, staff_users.disable, id_('sam'))
    with pytest.raises(LinkEnded):
        join(old)
    with pytest.raises(Conflict, match='Re-enable them first'):
        do(olivia, staff_users.resend, id_('sam'))
    do(olivia, staff_users.enable, id_('sam'))
    with pytest.raises(LinkEnded):
        join(old)
    join(token_of(mails()[-1]))


def test_olivia_cannot_disable_herself(world: World) -> None:
    """SET-11: even where there is another Owner."""
    another_owner()
    with pytest.raises(Conflict, match='You cannot disable yourself'):
        do(world.as_staff('olivia'), staff_users.disable, id_('olivia'))
    assert Verb.DISABLE not in verbs(world.as_staff('olivia'), 'olivia')


def test_the_last_active_owner_stays(world: World) -> None:
    """SET-10: neither who is invited, nor who is disabled, counts as another."""
    olivia = world.as_staff('olivia')
    invite(olivia, 'Owner')
    another_owner()
    do(olivia, staff_users.disable, id_('rita'))
    standard = id_of('Standard')
    for verb, given in ((staff_users.change_role_of, (standard,)), (staff_users.disable, ())):
        for viewer in (olivia, Operator('test')):
            with pytest.raises(Conflict, match=r'last active Owner|disable yourself'):
                do(viewer, verb, id_('olivia'), *given)
    assert not {Verb.ROLE, Verb.DISABLE} & verbs(olivia, 'olivia')
    do(olivia, staff_users.change_role_of, id_('sam'), standard)
    do(olivia, staff_users.enable, id_('rita'))
    do(olivia, staff_users.change_role_of, id_('olivia'), standard)
    assert user('olivia').role_id == standard


def test_a_role_change_is_at_once_and_on_the_record(world: World, news: list[Change]) -> None:
    """SET-10: every open page asks anew; the same role again is no change."""
    olivia, stan = world.as_staff('olivia'), world.as_staff('stan')
    for _ in range(2):
        do(olivia, staff_users.change_role_of, id_('stan'), id_of('Read Only'))
    with reading_as(stan) as work:
        assert 'portal_setup:view' in work.grants
    assert news == [Change(Topic.ACCESS, subject=ANYTHING)]
    assert entries() == [
        ('staff_user.role', 'Stan <stan@staff.example>', {'role': 'Standard'}, {'role': 'Read Only'})
    ]


def test_links_that_were_mailed_before_a_promotion_die_with_it(world: World) -> None:
    """SET-11: whoever saw them meant another role. Who has not joined yet is mailed a new invitation."""
    olivia = world.as_staff('olivia')
    seen = invite(olivia)
    send_reset(STAFF, 'stan@staff.example', HERE)
    seen_reset = token_of(mails()[-1])
    for who in ('sam', 'stan'):
        do(olivia, staff_users.change_role_of, id_(who), id_of('Owner'))
    with pytest.raises(LinkEnded):
        join(seen)
    with pytest.raises(LinkEnded):
        look_at(STAFF, seen_reset, HERE)
    newest = mails()[-1]
    assert (newest.to_email, newest.variables['role']) == (SAM, 'Owner')
    join(token_of(newest))


def test_nobody_acts_on_who_may_more_nor_gives_more_than_they_have(world: World) -> None:
    """SET-10: no way to an Owner's grants through an Owner's login."""
    give('manu', role_with('staff_users:add', 'staff_users:edit', 'staff_users:delete', 'roles:list'))
    manu = world.as_staff('manu')
    another_owner('stan')
    for verb, given in (
        (staff_users.rename, ('Nobody',)),
        (staff_users.change_role_of, (user('manu').role_id,)),
        (staff_users.disable, ()),
        (staff_users.send_password_reset, ()),
        (staff_people.end_all_sessions, ()),
        (staff_people.end_session, (1,)),
    ):
        with pytest.raises(NotPermitted, match='The role of Olivia permits more than your own role'):
            do(manu, verb, id_('olivia'), *given)
    with pytest.raises(NotPermitted, match='Owner permits more than your own role'):
        invite(manu, 'Owner')
    with pytest.raises(NotPermitted, match='Read Only permits more'):
        do(manu, staff_users.change_role_of, id_('manu'), id_of('Read Only'))
    with reading_as(manu) as work:
        given_away = staff_people.roles_to_give(work)
    assert list(given_away) == [user('manu').role_id]
    assert verbs(manu, 'olivia') == {Verb.SESSIONS}
    do(Operator('test'), staff_users.disable, id_('olivia'))
    with pytest.raises(NotPermitted):
        do(manu, staff_users.enable, id_('olivia'))


@pytest.mark.parametrize(
    ('grants', 'may'),
    [
        ((), set()),
        (('staff_users:list',), {'person'}),
        (('staff_users:view',), {'person', 'sessions'}),
        (('staff_users:add',), {'person', 'sessions', 'invite', 'resend'}),
        (
            ('staff_users:edit',),
            {'person', 'sessions', 'rename', 'role', 'reset', 'end', 'end all', 'enable'},
        ),
        (('staff_users:delete',), {'person', 'sessions', 'disable'}),
    ],
)
def test_each_verb_has_its_grant(world: World, grants: tuple[str, ...], may: set[str]) -> None:
    """SET-10."""
    nothing = role_with()
    for who in ('rita', 'manu'):
        give(who, nothing)
    do(Operator('test'), staff_users.invite, 'Tom', 'tom@staff.example', nothing)
    world.as_staff('rita')
    do(Operator('test'), staff_users.disable, id_('manu'))
    give('stan', role_with(*grants) if grants else nothing)
    stan = world.as_staff('stan')
    rita, session = id_('rita'), _open_sessions('rita')[0]

    def look(verb: Callable[[Work, int], object]) -> Callable[[], None]:
        def deed() -> None:
            with reading_as(stan) as work:
                verb(work, rita)

        return deed

    deeds: dict[str, Callable[[], object]] = {
        'person': look(staff_people.staff_person),
        'sessions': look(staff_people.sessions),
        'invite': lambda: do(stan, staff_users.invite, 'Sam', SAM, nothing),
        'resend': lambda: do(stan, staff_users.resend, id_('tom')),
        'rename': lambda: do(stan, staff_users.rename, rita, 'Rita of Staff'),
        'role': lambda: do(stan, staff_users.change_role_of, rita, nothing),
        'reset': lambda: do(stan, staff_users.send_password_reset, rita),
        'end': lambda: do(stan, staff_people.end_session, rita, session),
        'end all': lambda: do(stan, staff_people.end_all_sessions, rita),
        'enable': lambda: do(stan, staff_users.enable, id_('manu')),
        'disable': lambda: do(stan, staff_users.disable, rita),
    }
    for name, deed in deeds.items():
        if name in may:
            deed()
        else:
            with pytest.raises(NotPermitted):
                deed()


@pytest.mark.parametrize('who', ['rita', 'stan', 'manu', 'anna'])
def test_no_other_built_in_role_changes_staff(world: World, who: str) -> None:
    """SET-10: Read Only looks, and sees where somebody is signed in."""
    viewer = world.as_customer('anna', 'C1001') if who == 'anna' else world.as_staff(who)
    for verb, given in (
        (staff_users.invite, ('Sam', SAM, id_of('Standard'))),
        (staff_users.disable, (id_('stan'),)),
        (staff_users.rename, (id_('stan'), 'Nobody')),
        (staff_people.end_all_sessions, (id_('stan'),)),
    ):
        with pytest.raises(NotPermitted), acting_as(viewer) as work:
            verb(work, *given)
    if who == 'rita':
        assert isinstance(viewer, StaffViewer)
        assert verbs(viewer, 'stan') == {Verb.SESSIONS}
    else:
        with pytest.raises(NotPermitted), reading_as(viewer) as work:
            staff_people.sessions(work, id_('olivia'))


def test_the_menu_offers_what_the_state_allows(world: World) -> None:
    """SET-11."""
    olivia = world.as_staff('olivia')
    always = {Verb.ROLE, Verb.RENAME}
    invite(olivia)
    assert verbs(olivia, 'sam') == always | {Verb.RESEND, Verb.DISABLE}
    do(olivia, staff_users.disable, id_('sam'))
    assert verbs(olivia, 'sam') == always | {Verb.ENABLE}
    assert verbs(olivia, 'stan') == always | {Verb.RESET, Verb.SESSIONS, Verb.END, Verb.DISABLE}
    do(olivia, staff_users.disable, id_('stan'))
    assert verbs(olivia, 'stan') == always | {Verb.SESSIONS, Verb.ENABLE}


def test_olivia_mails_a_link_for_a_new_password(world: World) -> None:
    """SET-11: the older one dies; setting it ends the sessions."""
    olivia, stan = world.as_staff('olivia'), world.as_staff('stan')
    for _ in range(2):
        do(olivia, staff_users.send_password_reset, id_('stan'))
    old, new = (token_of(mail) for mail in mails(to_email='stan@staff.example'))
    with pytest.raises(LinkEnded):
        set_password(STAFF, old, NEW, HERE)
    set_password(STAFF, new, NEW, HERE)
    with pytest.raises(SignedOut), reading_as(stan):
        pass
    sign_in(STAFF, 'stan@staff.example', NEW, HERE)
    invite(olivia)
    with pytest.raises(Conflict, match='has not joined yet'):
        do(olivia, staff_users.send_password_reset, id_('sam'))
    do(olivia, staff_users.disable, id_('stan'))
    with pytest.raises(Conflict, match='is disabled'):
        do(olivia, staff_users.send_password_reset, id_('stan'))


def test_sessions_are_listed_and_ended_one_or_all(world: World) -> None:
    """SET-11: but not the one in which Olivia does it, and nobody else's."""
    olivia, stan, also_stan = (world.as_staff(who) for who in ('olivia', 'stan', 'stan'))
    with reading_as(olivia) as work:
        found = staff_people.sessions(work, id_('stan'))
        own = staff_people.sessions(work, id_('olivia'))
    assert [each.id for each in found] == [also_stan.session_id, stan.session_id]
    assert (found[0].address, found[0].browser, found[0].is_this) == (HERE.address, HERE.name, False)
    assert [each.is_this for each in own] == [True]
    with pytest.raises(NotFound):
        do(olivia, staff_people.end_session, id_('manu'), stan.session_id)
    do(olivia, staff_people.end_session, id_('stan'), stan.session_id)
    with pytest.raises(NotFound, match='ended already'):
        do(olivia, staff_people.end_session, id_('stan'), stan.session_id)
    with pytest.raises(SignedOut), reading_as(stan):
        pass
    do(olivia, staff_people.end_all_sessions, id_('stan'))
    with pytest.raises(SignedOut), reading_as(also_stan):
        pass
    other = world.as_staff('olivia')
    do(olivia, staff_people.end_all_sessions, id_('olivia'))
    with pytest.raises(SignedOut), reading_as(other):
        pass
    with reading_as(olivia):
        pass
    assert [each[3] for each in entries()] == [{'sessions': 1}] * 3


def test_renaming_is_on_the_record(world: World) -> None:
    """SET-11."""
    olivia = world.as_staff('olivia')
    do(olivia, staff_users.rename, id_('stan'), ' Stanislav ')
    do(olivia, staff_users.rename, id_('stan'), 'Stanislav')
    assert entries() == [
        ('staff_user.rename', 'Stan <stan@staff.example>', {'name': 'Stan'}, {'name': 'Stanislav'})
    ]
    with pytest.raises(Invalid, match='name must not be empty'):
        do(olivia, staff_users.rename, id_('stan'), '')


@pytest.mark.parametrize('id', [0, -1, 999_999, 2**31, 2**70])
def test_who_is_not_there_is_not_found(world: World, id: int) -> None:
    """SET-11: nor a role that is not."""
    olivia = world.as_staff('olivia')
    deeds: tuple[tuple[Callable[..., object], tuple[object, ...]], ...] = (
        (staff_users.rename, (id, 'X')),
        (staff_users.disable, (id,)),
        (staff_people.sessions, (id,)),
        (staff_people.staff_person, (id,)),
        (staff_users.change_role_of, (id_('stan'), id)),
        (staff_users.invite, ('Sam', SAM, id)),
    )
    for verb, given in deeds:
        with pytest.raises(NotFound):
            do(olivia, verb, *given)


def test_the_list_says_how_far_each_has_come(world: World) -> None:
    """SET-11."""
    olivia = world.as_staff('olivia')
    invite(olivia)
    do(olivia, staff_users.disable, id_('stan'))
    with reading_as(olivia) as work:
        page = listings.page(work, STAFF_USERS, parse(STAFF_USERS, [('sort', 'name')])[0])
    assert [(row['name'], row['role'], row['status'], bool(row['last_sign_in'])) for row in page.rows] == [
        ('Manu', 'Portal User Manager', 'Active', False),
        ('Olivia', 'Owner', 'Active', True),
        ('Rita', 'Read Only', 'Active', False),
        ('Sam', 'Standard', 'Invited', False),
        ('Stan', 'Standard', 'Disabled', False),
    ]


def test_a_kept_invitation_is_shown_to_whom_may_invite_so(world: World) -> None:
    """MAIL-02, SET-10: to nobody who only manages portal users, and to none with less than the role."""
    token = invite(world.as_staff('olivia'), 'Owner')
    mail = mails()[-1].id or 0
    log, add = 'email_log:view', 'staff_users:add'
    for grants in ((log, 'portal_users:edit'), (log, add)):
        give('stan', role_with(*grants))
        with pytest.raises(NotPermitted, match='Staff Users: Add and all that the role Owner permits'):
            do(world.as_staff('stan'), email_log.show_link, mail)
    with acting_as(world.as_staff('olivia')) as work:
        assert email_log.show_link(work, mail).endswith(f'/admin/link/{token}')
    small = role_with('email_log:view')
    do(Operator('test'), staff_users.invite, 'Tom', 'tom@staff.example', small)
    with acting_as(world.as_staff('stan')) as work:
        assert email_log.show_link(work, mails()[-1].id or 0)


@pytest.mark.parametrize('owners', [('olivia', 'rita'), ('olivia', 'rita', 'manu')], ids=['two', 'three'])
@pytest.mark.parametrize('verb', [staff_users.disable, staff_users.change_role_of], ids=['disable', 'demote'])
def test_owners_who_turn_on_each_other_at_once_leave_one(
    postgresql_database: str, verb: Callable[..., object], owners: tuple[str, ...]
) -> None:
    """SET-10: who is no Owner any more, or signed out, when the turn comes does nothing."""
    world, owner = make_world(), id_of('Owner')
    given = (id_of('Standard'),) if verb is staff_users.change_role_of else ()
    ids = {who: id_(who) for who in owners}
    for _ in range(6):
        for who in owners:
            give(who, owner)
            change(StaffUser, ids[who], disabled_at=None)
        viewers = [world.as_staff(who) for who in owners]
        others = [ids[owners[place - 1]] for place in range(len(owners))]
        told = at_once(
            *(partial(do, viewer, verb, other, *given) for viewer, other in zip(viewers, others, strict=True))
        )
        left = [who for who in owners if _is_active_owner(who)]
        assert left
        assert told.count(None) == len(owners) - len(left) >= 1


def test_accepting_while_staff_disable_ends_disabled(postgresql_database: str) -> None:
    """SET-11: whichever comes first, nobody who was disabled is in."""
    world = make_world()
    for number in range(6):
        olivia, email = world.as_staff('olivia'), f'sam{number}@staff.example'
        token = invite(olivia, email=email)
        sam = id_(f'sam{number}')
        told = at_once(
            partial(join_staff, token, 'Sam', NEW, HERE), partial(do, olivia, staff_users.disable, sam)
        )
        assert told[1] is None
        assert user(f'sam{number}').disabled_at is not None
        with pytest.raises(PortalError):
            staff_viewer(sign_in(STAFF, email, NEW, HERE).token, HERE)


def test_one_address_invited_twice_at_once_is_one_person(postgresql_database: str) -> None:
    """SET-11: the second reads that it was done."""
    world = make_world()
    olivia, standard = world.as_staff('olivia'), id_of('Standard')
    told = at_once(*[lambda: do(olivia, staff_users.invite, 'Sam', SAM, standard)] * 3)
    assert told.count(None) == 1
    assert len(mails()) == 1


@pytest.mark.parametrize(
    ('agent', 'name'),
    [
        ('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'),
        (
            'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0',
            'Edge on Windows',
        ),
        (
            'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1',
            'Safari on iPhone',
        ),
        ('curl/8.5.0', 'curl/8.5.0'),
        ('', 'Unknown browser'),
    ],
)
def test_a_session_is_named_after_its_browser(agent: str, name: str) -> None:
    """SET-11."""
    assert browser_name(agent) == name


def _is_active_owner(who: str) -> bool:
    found = user(who)
    with reading_as(Operator('test')) as work:
        return work.session.get_one(Role, found.role_id).name == OWNER.name and found.disabled_at is None


def _open_sessions(who: str) -> list[int]:
    with reading_as(Operator('test')) as work:
        found = select(StaffSession.id).where(
            StaffSession.user_id == id_(who), col(StaffSession.ended_at).is_(None)
        )
        return [id or 0 for id in work.session.exec(found)]


def _newest_link() -> OneTimeLink:
    with reading_as(Operator('test')) as work:
        return work.session.exec(select(OneTimeLink).order_by(col(OneTimeLink.id).desc()).limit(1)).one()


def _age(**by: float) -> None:
    """Let the newest link be older."""
    link = _newest_link()
    change(OneTimeLink, link.id or 0, expires_at=link.expires_at - timedelta(**by))
