"""What every installation begins with: an organization, the built-in roles, an Owner."""

from sqlmodel import select

from portal_app import db
from portal_app.auth.passwords import hash_password
from portal_app.auth.permissions import OWNER
from portal_app.errors import Invalid
from portal_app.live import Change, Topic
from portal_app.models import Organization, Role, StaffUser
from portal_app.services.customers import check_email, check_password
from portal_app.services.email_templates import lay_templates
from portal_app.services.profile_rules import broken_rule, colour_rule
from portal_app.services.roles import lay_roles
from portal_app.services.staff_door import hold_staff
from portal_app.work import Work


def lay_foundation(work: Work, name: str = 'Your company') -> Organization:
    """Make the organization and built-in roles where missing, and bring the roles' grants up to date."""
    db.hold(work.session, 'staff')  # several processes may start at once, and each lays roles
    lay_roles(work)
    db.hold(work.session, 'organization')  # before the templates, like whoever holds both
    found = select(Organization).execution_options(populate_existing=True)
    organization = work.session.exec(found).first()
    if organization is None:
        organization = Organization(name=name)
        work.session.add(organization)
    work.session.flush()
    lay_templates(work)
    return organization


def set_organization(work: Work, **given: str) -> Organization:
    """Change what is given of name, brand_colour, time_zone, locale, currency and support_email.

    Raises Invalid, naming the field and the rule.
    """
    organization = lay_foundation(work)
    before = {name: getattr(organization, name) for name in given}
    for name, value in given.items():
        value = value.strip()
        problem = colour_rule(value) if name == 'brand_colour' else broken_rule(name, value)
        if problem:
            raise Invalid(f'{name} {problem}.')
        setattr(organization, name, value)
    work.session.add(organization)
    work.record('organization.change', organization.name, before=before, after=given)
    work.tell(Change(Topic.SETUP))
    return organization


def create_owner(work: Work, name: str, email: str, password: str) -> StaffUser:
    """Create a staff user with the role Owner. Raises Invalid, naming the field and the rule."""
    hold_staff(work)  # the wizard of the first run may be at it
    return create_staff_user(work, name, email, password, OWNER.name)


def create_staff_user(work: Work, name: str, email: str, password: str, role: str) -> StaffUser:
    """Create a staff user. Raises Invalid, naming the field and the rule."""
    check_email(email)
    if not name.strip():
        raise Invalid('name must not be empty.')
    check_password(password)
    if work.session.exec(select(StaffUser).where(StaffUser.email == email)).first():
        raise Invalid(f'email {email} already belongs to a staff user.')
    role_id = work.session.exec(select(Role.id).where(Role.name == role)).one()
    user = StaffUser(
        name=name.strip(), email=email, password_hash=hash_password(password), role_id=role_id or 0
    )
    work.session.add(user)
    work.record('staff_user.create', email, after={'role': role})
    return user
