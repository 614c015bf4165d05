"""Configuration files of the tests, and what is done with them."""

import json
from base64 import b64encode
from typing import Any

from portal_app.auth.viewer import Operator
from portal_app.services import configuration
from portal_app.services.configuration_difference import Change
from portal_app.services.configuration_reading import read
from portal_app.work import acting_as, reading_as
from tests.odd_pictures import png

OPERATOR = Operator('test')
Found = dict[str, Any]


def export(viewer: Any = OPERATOR) -> bytes:
    """What somebody takes out."""
    with acting_as(viewer) as work:
        return configuration.export(work).content


def exported() -> Found:
    """The same, to be changed."""
    found: Found = json.loads(export())
    return found


def written(found: Found) -> bytes:
    """A file that somebody wrote."""
    return json.dumps(found).encode()


def difference(content: bytes, viewer: Any = OPERATOR) -> list[Change]:
    """What a file would change."""
    with reading_as(viewer) as work:
        return configuration.difference(work, read(content))


def bring(content: bytes, viewer: Any = OPERATOR, parts: Any = configuration.ALL_PARTS) -> list[Change]:
    """Look at a file, and put it in force."""
    document = read(content)
    with reading_as(viewer) as work:
        seen = configuration.seen_as(document, configuration.difference(work, document))
    with acting_as(viewer) as work:
        return configuration.apply(work, document, seen, parts)


def a_picture(content: bytes) -> dict[str, str]:
    """A PNG as a file holds it."""
    return {'content_type': 'image/png', 'content': b64encode(content).decode()}


def changed(found: Found) -> bytes:
    """The file of another installation that has decided otherwise about everything."""
    found['portal'] |= {'subdomain': 'northwind', 'brand_colour': '#0F5C4D', 'logo': a_picture(png())}
    found['portal']['tabs']['usage-events']['fields']['source'] = False
    found['portal']['tabs']['usage']['enabled'] = False
    found['roles'] = [{'name': 'Support', 'grants': ['customers:edit', 'email_log:view']}]
    found['templates']['access-granted']['subject'] = 'Welcome to {{ organization }}'
    found['templates']['invoice']['enabled'] = False
    return written(found)
