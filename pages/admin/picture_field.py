"""A picture of the organization's on an admin page: chosen, refused with the reason, removed (SET-03)."""

from collections.abc import Callable

from components.picture_upload import PictureUpload
from components.section import Section
from portal_app.auth.viewer import StaffViewer
from portal_app.errors import PortalError
from portal_app.models import PictureKind
from portal_app.pictures import PictureRefused, check_and_encode
from portal_app.services import branding
from portal_app.services.organization import PictureInUse
from portal_app.work import acting_as

WORDS = {
    PictureKind.LOGO: ('Logo', 'JPEG, PNG or GIF, under 1 MB, at most 200 x 70 px.'),
    PictureKind.BANNER: ('Banner image', 'JPEG, PNG or GIF, under 5 MB. It is fitted into 1600 x 400 px.'),
}


class PictureField:
    """One picture, in a section that says what was saved."""

    def __init__(self, viewer: StaffViewer, section: Section, kind: PictureKind) -> None:
        self.viewer, self.section, self.kind = viewer, section, kind
        self.stored: str | None = None
        self.label, rules = WORDS[kind]
        self.upload = PictureUpload(self.label, rules, on_file=self._choose, on_remove=self._remove)

    def show(self, picture: PictureInUse | None, changeable: bool) -> None:
        """Show what is stored."""
        self.stored = picture.name if picture else None
        if picture:
            self.upload.show(picture.address, picture.width, picture.height)
        else:
            self.upload.show(None, 0, 0)
        self.upload.set_enabled(changeable)

    async def _choose(self, content: bytes, resize: bool) -> None:
        notes: tuple[str, ...] = ()

        def verb() -> None:
            nonlocal notes
            encoded = check_and_encode(content, self.kind, resize=resize)  # while others may write
            with acting_as(self.viewer) as work:
                branding.set_picture(work, self.kind, encoded)
            notes = encoded.notes

        def done() -> str:
            return ' '.join((f'The {self.label.lower()} is in use.', *notes))

        def refused(error: PortalError) -> bool:
            if isinstance(error, PictureRefused):
                self.upload.refuse(error.reasons, error.can_resize)
            return isinstance(error, PictureRefused)

        await self.section.save(verb, done, self._use(self.stored), refused)

    async def _remove(self) -> None:
        await self.section.save(
            self._use(None), f'The {self.label.lower()} was removed.', self._use(self.stored)
        )

    def _use(self, name: str | None) -> Callable[[], None]:
        def verb() -> None:
            with acting_as(self.viewer) as work:
                branding.use_picture(work, self.kind, name)

        return verb
