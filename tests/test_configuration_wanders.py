"""A configuration file goes from one installation to another: what comes out there is what went in."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from portal_app import db
from portal_app.auth.permissions import BUILT_IN_ROLES, GRANTS
from portal_app.models import Role
from portal_app.services import roles
from portal_app.services.billing_settings import CHANGES
from portal_app.services.foundation import lay_foundation
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.work import acting_as
from tests.configuration_files import OPERATOR, Found, a_picture, bring, difference, export, exported, written
from tests.odd_pictures import jpeg, noise, png, saved

BUILT_IN = {roles.same_name(role.name) for role in BUILT_IN_ROLES}
DEFAULT: Found = {}  # the templates as they are shipped

LETTERS = st.text(
    st.characters(codec='latin-1', exclude_categories=['Cc', 'Cf'], exclude_characters='{}[]<'), max_size=30
)
FLAGS = st.booleans()
PICTURES = st.sampled_from(
    [
        None,
        a_picture(png()),
        a_picture(png((90, 30), 'RGBA')),
        a_picture(jpeg((200, 70), quality=70)) | {'content_type': 'image/jpeg'},
        a_picture(saved(noise((190, 60)), 'JPEG', quality=95)) | {'content_type': 'image/jpeg'},
    ]
)

BILLING = st.fixed_dictionaries(
    {
        'subscription_changes': st.lists(st.sampled_from(list(CHANGES)), unique=True),
        'bills_changes': FLAGS,
        'part_payments': FLAGS,
        'retry_days': st.lists(st.integers(1, 60), max_size=10),
        'billing_email': st.sampled_from(['', 'us@northwind.example.com', 'Us@Northwind.example.com']),
        'payment_note': LETTERS,
    }
)


@st.composite
def configurations(draw: st.DrawFn) -> bytes:
    """A file of an installation whose staff decided anything."""
    tabs = {}
    for key, listing in PORTAL_OBJECTS.items():
        names = [field.name for field in listing.columns]
        shown = draw(st.sets(st.sampled_from(names), min_size=1))
        tabs[key] = {'enabled': draw(FLAGS), 'fields': {name: name in shown for name in names}}
    names = draw(st.sets(st.from_regex(r'[A-Za-zäß][A-Za-z 0-9ñ]{0,20}[a-z]', fullmatch=True), max_size=4))
    names = {roles.same_name(name): name for name in names if roles.same_name(name) not in BUILT_IN}
    templates = {
        key: template | {'instructions': draw(LETTERS), 'subject': template['subject'] + draw(LETTERS)}
        for key, template in DEFAULT.items()
    }
    templates['invoice']['enabled'] = draw(FLAGS)
    return written(
        {
            'format': 1,
            'portal': {
                'subdomain': draw(st.from_regex(r'[a-z0-9]{8,20}', fullmatch=True)),
                'brand_colour': draw(st.from_regex(r'#[0-9a-fA-F]{6}', fullmatch=True)),
                'logo': draw(PICTURES),
                'banner': draw(PICTURES),
                'tabs': tabs,
                'billing': draw(BILLING),
            },
            'roles': [
                {'name': name, 'grants': sorted(draw(st.sets(st.sampled_from(sorted(GRANTS)), max_size=12)))}
                for name in names.values()
            ],
            'templates': templates,
        }
    )


@pytest.fixture
def two_installations(sqlite_database: str, sqlite_template: Path, tmp_path: Path) -> tuple[str, str]:
    """Two databases, each with a foundation."""
    shutil.copy(sqlite_template, tmp_path / 'other.db')
    addresses = sqlite_database, f'sqlite:///{tmp_path / "other.db"}'
    for address in addresses:
        db.connect(address)
        with acting_as(OPERATOR) as work:
            lay_foundation(work)
    DEFAULT.update(exported()['templates'])
    return addresses


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_configuration_goes_from_one_installation_to_another_and_is_the_same(
    two_installations: tuple[str, str], data: st.DataObject
) -> None:
    """SET: export from A, import to B, export from B; and A's own file changes nothing in A or B."""
    here, there = two_installations
    for address in (there, here):
        db.connect(address)
        _without_roles()
        bring(data.draw(configurations()))
    ours = export()
    assert difference(ours) == []
    db.connect(there)
    _without_roles()  # those that A does not have would stay
    bring(ours)
    assert export() == ours
    assert difference(ours) == []


def _without_roles() -> None:
    with acting_as(OPERATOR) as work:
        for own in work.session.exec(select(Role).where(col(Role.built_in).is_(False))).all():
            work.session.delete(own)
