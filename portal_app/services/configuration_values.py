"""The single values of a configuration file: each is checked by the rule of the service that owns it."""

import json
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, PrivateAttr
from pydantic_core import PydanticCustomError

from portal_app.auth.permissions import BUILT_IN_ROLES, GRANTS
from portal_app.errors import Invalid
from portal_app.models import PictureKind
from portal_app.picture_files import format_of
from portal_app.picture_origin import is_ours
from portal_app.pictures import Encoded, check_and_encode
from portal_app.services import billing_settings
from portal_app.services.addresses import check_name
from portal_app.services.portal_address import check_subdomain
from portal_app.services.profile_rules import colour_rule
from portal_app.services.roles import LONGEST_NAME, same_name

BROKEN = 'broken'  # Pydantic's type of the failures that come from rules of ours
LONGEST_SHOWN = 60  # characters of what the file says
BUILT_IN = {same_name(role.name) for role in BUILT_IN_ROLES}

Place = tuple[str | int, ...]
Problem = tuple[Place, str]  # where in the file, and what is wrong there


class Strict(BaseModel):
    """Knows its keys and their types, and takes nothing else."""

    model_config = ConfigDict(strict=True, extra='forbid')


class PictureFile(Strict):
    """A picture: what it is, and its bytes in Base64."""

    content_type: str
    content: str
    _given: str = PrivateAttr('')  # as the file has it, where that is not what would be stored
    _encoded: Encoded | None = PrivateAttr(None)

    @classmethod
    def stored(cls, content_type: str, content: bytes) -> 'PictureFile':
        """A picture that is in use."""
        return cls(content_type=content_type, content=b64encode(content).decode())

    @classmethod
    def read(cls, given: str, encoded: Encoded) -> 'PictureFile':
        """What a file's picture becomes."""
        made = cls.stored(encoded.content_type, encoded.content)
        made._given, made._encoded = given, encoded
        return made

    @property
    def encoded(self) -> Encoded:
        """What is to be stored, of a picture that was read from a file."""
        assert self._encoded
        return self._encoded

    @property
    def title(self) -> str:
        """What it is, for a person: PNG, 4,123 bytes."""
        size = len(b64decode(self.content))
        return f'{self.content_type.removeprefix("image/").upper()}, {size:,} bytes'

    def comes_from(self, given: 'PictureFile | None') -> bool:
        """Whether this picture, which is in use, is the one of a file."""
        return given is not None and self.content in (given.content, given._given)


def broken(found: Iterable[Problem]) -> None:
    """Raises what Pydantic collects where there are problems; their places count from the value's own."""
    if listed := list(found):
        raise PydanticCustomError(BROKEN, 'see the context', {'problems': listed})


def shortened(text: str) -> str:
    """A text as JSON writes it, cut where it is long."""
    return json.dumps(text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + '…')


def _subdomain(text: str) -> str:
    return _by(lambda: check_subdomain(text)) if text else text


def _colour(text: str) -> str:
    if problem := colour_rule(text):
        broken([((), f'{problem}.')])
    return text.lower()


def _role_name(text: str) -> str:
    name: str = _by(lambda: check_name(text, longest=LONGEST_NAME))
    if same_name(name) in BUILT_IN:
        broken([((), f'{shortened(name)} is a built-in role, which no file can change.')])
    return name


def _grant(text: str) -> str:
    if text not in GRANTS:
        broken([((), f'there is no grant {shortened(text)}; one looks like customers:view.')])
    return text


def _picture(kind: PictureKind) -> Any:
    """Whatever a file holds becomes what would be stored: what has been stored once stays as it is."""

    def check(given: PictureFile | None) -> PictureFile | None:
        if given is None:
            return None
        try:
            content = b64decode(given.content, validate=True)
        except (Error, ValueError):
            broken([(('content',), 'must be Base64.')])
        encoded: Encoded = _by(lambda: check_and_encode(content, kind), ('content',))
        if given.content_type != (is_type := f'image/{format_of(content).lower()}'):
            got = shortened(given.content_type)
            broken([(('content_type',), f'must be {is_type}, which the content is (got {got}).')])
        if encoded.content_type == 'image/jpeg' and is_ours(content):
            encoded = replace(encoded, content=content)
        return PictureFile.read(given.content, encoded)

    return AfterValidator(check)


def _by(rule: Callable[[], Any], place: Place = ()) -> Any:
    """What a service's own rule makes of a value. Its refusal has a line for each reason."""
    try:
        return rule()
    except Invalid as refused:
        return broken((place, reason) for reason in refused.message.split('\n'))


def _checked(rule: Callable[[Any], Any]) -> Any:
    """What a rule of the billing settings makes of a value."""
    return AfterValidator(lambda value: _by(lambda: rule(value)))


Subdomain = Annotated[str, AfterValidator(_subdomain)]
SubscriptionChanges = Annotated[list[str], _checked(billing_settings.checked_changes)]
RetryDays = Annotated[list[int], _checked(billing_settings.checked_days)]
BillingEmail = Annotated[str, _checked(billing_settings.checked_email)]
PaymentNote = Annotated[str, _checked(billing_settings.checked_note)]
Colour = Annotated[str, AfterValidator(_colour)]
RoleName = Annotated[str, AfterValidator(_role_name)]
Grant = Annotated[str, AfterValidator(_grant)]
Logo = Annotated[PictureFile | None, _picture(PictureKind.LOGO)]
Banner = Annotated[PictureFile | None, _picture(PictureKind.BANNER)]
