"""Uploaded pictures: what is wrong with one, or the same picture encoded anew (SET-03, SET-04).

A file is never trusted. Its kind is told by its first bytes, its size is read before a pixel is decoded, all
of it is decoded before it is believed, and what is kept is written by us, from the pixels alone.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from threading import Lock

from PIL import Image, ImageStat
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from portal_app.errors import Invalid
from portal_app.models import PictureKind
from portal_app.picture_files import format_of, name_of
from portal_app.picture_modes import LYING, in_srgb, orientation, plain, upright

MB = 1_000_000
MOST_PIXELS = 40_000_000  # that are decoded
MOST_SCANS = 500  # of a JPEG: each can take as long as the whole picture
QUALITY = 88
VISIBLE = 128  # of 255: what is fainter does not count for the tone
OPENERS: dict[str, type[ImageFile]] = {'JPEG': JpegImageFile, 'PNG': PngImageFile, 'GIF': GifImageFile}
Size = tuple[int, int]  # width and height in pixels

_turn = Lock()  # one picture at a time, since a decoded one takes hundreds of megabytes at most


@dataclass(frozen=True)
class Rules:
    """What holds for one kind of picture."""

    words: str
    megabytes: int  # that its file must stay below
    most: Size
    always_fitted: bool  # whether one with more pixels is made smaller without a question


RULES = {
    PictureKind.LOGO: Rules('logo', 1, (200, 70), always_fitted=False),
    PictureKind.BANNER: Rules('banner image', 5, (1600, 400), always_fitted=True),
}


class PictureRefused(Invalid):
    """Every reason why a picture is not taken, and whether it would be if it were made smaller."""

    def __init__(self, reasons: Sequence[str], *, can_resize: bool = False) -> None:
        super().__init__('\n'.join(reasons))
        self.reasons, self.can_resize = tuple(reasons), can_resize


@dataclass(frozen=True)
class Encoded:
    """A picture as it is stored."""

    content: bytes
    content_type: str
    width: int  # pixels
    height: int
    tone: str  # average colour of what can be seen, as HEX, where something is transparent; else empty
    notes: tuple[str, ...] = ()  # what became of the file, for whoever sent it


class _Unreadable(Exception):
    """There is no picture in the file; the text goes on after "Your logo"."""


@dataclass(frozen=True)
class _Decoded:
    image: Image.Image  # upright, and no larger than twice the most
    size: Size  # of the picture in the file, upright
    format: str
    moves: bool


def check_and_encode(content: bytes, kind: PictureKind, *, resize: bool = False) -> Encoded:
    """The picture in this file, encoded anew without metadata. `resize` fits one that is too large.

    It can take seconds: not for an event loop, and not for a transaction that others wait for. Raises
    PictureRefused.
    """
    rules = RULES[kind]
    if not content:
        raise PictureRefused([f'Your {rules.words} is empty.'])
    reasons = _too_heavy(content, rules)
    with _turn:
        try:
            found = _decoded(content, rules)
        except _Unreadable as why:
            raise PictureRefused([f'Your {rules.words} {why}', *reasons]) from why
        if not rules.always_fitted:
            reasons = [*_too_large(found.size, rules), *reasons]
        if reasons and not resize:
            raise PictureRefused(reasons, can_resize=True)
        return _encoded(found, kind)


def _too_heavy(content: bytes, rules: Rules) -> list[str]:
    size, least = len(content), rules.megabytes * MB
    if size < least:
        return []
    shown = f'{size / MB:.1f}'.removesuffix('.0')
    return [f'Your {rules.words} is {shown} MB; it must be under {rules.megabytes} MB.']


def _too_large(size: Size, rules: Rules) -> list[str]:
    if _fitted(size, rules.most) == size:
        return []
    return [f'Your {rules.words} is {_px(size)}; the most is {_px(rules.most)}.']


def _decoded(content: bytes, rules: Rules) -> _Decoded:
    format = format_of(content)
    if not format:
        raise _Unreadable(f'is {name_of(content)}; it must be a JPEG, PNG or GIF.')
    scans = content.count(b'\xff\xda') if format == 'JPEG' else 0
    if scans > MOST_SCANS:
        raise _Unreadable(f'has {scans} scans; a JPEG must have at most {MOST_SCANS}.')
    try:
        return _read(content, format, rules)
    except _Unreadable:
        raise
    except Exception as error:  # what decoders raise at a broken file has no common class
        raise _Unreadable('is damaged or not complete.') from error


def _read(content: bytes, format: str, rules: Rules) -> _Decoded:
    opener = OPENERS[format]  # not Image.open, which also takes what is only like one of these
    opened = opener(BytesIO(content))
    if opened.width * opened.height > MOST_PIXELS:
        most = f'a picture of more than {MOST_PIXELS // 1_000_000} million pixels is not read'
        raise _Unreadable(f'is {_px(opened.size)}; {most}.')
    if format == 'PNG':
        opener(BytesIO(content)).verify()  # decoding does not look at the checksums of pixels
    if format != 'JPEG':
        opened.load()  # what says how to turn it may stand behind the pixels
    turn = orientation(opened)
    size = _turned(opened.size, turn)
    target = _fitted(size, rules.most)
    width, height = _turned(target, turn)
    opened.draft(None, (width * 2, height * 2))  # a JPEG can be decoded smaller than it is
    opened.load()
    image = plain(opened)
    profile, moves = opened.info.get('icc_profile'), _moves(opened)
    if target != size:
        image = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    shown = in_srgb(image, profile)
    if shown.mode == 'RGBA' and shown.getchannel('A').getbbox() is None:
        raise _Unreadable('shows nothing: all of it is transparent.')
    return _Decoded(upright(shown, turn), size, format, moves)


def _moves(opened: ImageFile) -> bool:
    """Whether it is animated. Asked last: it leaves the first frame."""
    with suppress(Exception):  # what follows the first frame may be broken; it is dropped anyway
        return bool(getattr(opened, 'is_animated', False))
    return False


def _encoded(found: _Decoded, kind: PictureKind) -> Encoded:
    image, file = found.image, BytesIO()
    opaque = image.mode == 'RGB'
    if opaque and (found.format == 'JPEG' or kind is PictureKind.BANNER):
        content_type = 'image/jpeg'
        image.save(file, 'JPEG', quality=QUALITY, optimize=True, progressive=True)
    else:
        content_type = 'image/png'
        image.save(file, 'PNG', optimize=True)
    notes = []
    if found.moves:
        notes.append('Only the first picture of the animation is kept.')
    if image.size != found.size:
        notes.append(f'It was fitted: {_px(found.size)} became {_px(image.size)}.')
    return Encoded(file.getvalue(), content_type, *image.size, '' if opaque else _tone(image), tuple(notes))


def _tone(image: Image.Image) -> str:
    alpha = image.getchannel('A')
    visible = alpha.point(lambda opacity: 255 if opacity >= VISIBLE else 0)
    shown = ImageStat.Stat(image.convert('RGB'), visible if visible.getbbox() else alpha)
    return '#' + ''.join(f'{round(part):02x}' for part in shown.mean)


def _fitted(size: Size, most: Size) -> Size:
    """The size within the most, with the same proportions."""
    scale = min(1.0, most[0] / size[0], most[1] / size[1])
    width, height = (max(1, round(side * scale)) for side in size)
    return width, height


def _turned(size: Size, turn: int) -> Size:
    return (size[1], size[0]) if turn in LYING else size


def _px(size: Size) -> str:
    return f'{size[0]} x {size[1]} px'
