"""The organization's name and colour, for people who have not signed in."""

from portal_app.auth.viewer import Operator
from portal_app.services import setup
from portal_app.work import reading_as


def brand() -> tuple[str, str]:
    """Name and HEX colour."""
    with reading_as(Operator('public page')) as work:
        organization = setup.organization(work)
        return organization.name, organization.brand_colour
