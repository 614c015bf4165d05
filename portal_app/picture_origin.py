"""Whether a JPEG is one that we wrote: only such a one may be kept as it is when it comes in again.

A JPEG loses a little each time it is encoded: what wanders from one installation to another would never be
the same again.
"""

from io import BytesIO

from PIL import Image

from portal_app.pictures import QUALITY

STUFFED = b'\x00'  # behind an FF among the pixels
START, END, SCAN, APP0 = 0xD8, 0xD9, 0xDA, 0xE0
NEEDED = {0xDB, 0xC4, 0xC2, SCAN, APP0}  # tables, the head of a progressive picture, its scans, and JFIF


def is_ours(content: bytes) -> bool:
    """Whether it has the parts, and the precision, of what we write, and not a byte beside them.

    To be asked about a file that was decoded without a fault.
    """
    place = 2
    while content[place : place + 1] == b'\xff' and place + 4 <= len(content):
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4])
        if marker not in NEEDED or (marker == APP0 and length != 16):
            return False
        place += 2 + length
        if marker == SCAN:
            place = _after_scan(content, place)
        if content[place:] == bytes((0xFF, END)):
            return _tables(content) == _tables(_reference())
    return False


def _after_scan(content: bytes, place: int) -> int:
    while (place := content.find(b'\xff', place)) >= 0 and content[place + 1 : place + 2] == STUFFED:
        place += 2
    return place if place >= 0 else len(content)


def _tables(content: bytes) -> object:
    with Image.open(BytesIO(content), formats=('JPEG',)) as opened:
        return opened.mode, opened.quantization  # type: ignore[attr-defined]  # of JPEG only


def _reference() -> bytes:
    file = BytesIO()
    Image.new('RGB', (8, 8)).save(file, 'JPEG', quality=QUALITY)
    return file.getvalue()
