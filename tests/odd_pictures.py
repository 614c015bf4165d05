"""Files that are, or claim to be, pictures: well made, odd, broken and hostile. Each is made here."""

import gzip
import io
import struct
import zlib
from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageCms

TEAL, RED, GREEN, BLUE = (15, 92, 77), (220, 20, 30), (20, 200, 40), (10, 40, 230)
SIGNATURE = b'\x89PNG\r\n\x1a\n'
HTML = b'<html><script>alert(document.cookie)</script></html>'
PHP = b'<?php system($_GET["c"]); ?>'
JS = b'/*=1;*/alert(document.cookie)//'
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
Size = tuple[int, int]


def saved(image: Image.Image, format: str, **options: Any) -> bytes:
    """The image as a file."""
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def drawn(size: Size = (120, 40), mode: str = 'RGB') -> Image.Image:
    """Red above and left, green above and right, blue below: so that one sees how it lies."""
    image = Image.new('RGB', size, BLUE)
    middle = (size[0] // 2, size[1] // 2)
    image.paste(RED, (0, 0, *middle))
    image.paste(GREEN, (middle[0], 0, size[0], middle[1]))
    return image.convert(mode)


def png(size: Size = (120, 40), mode: str = 'RGB', **options: Any) -> bytes:
    """A good PNG."""
    return saved(drawn(size, mode), 'PNG', **options)


def jpeg(size: Size = (120, 40), mode: str = 'RGB', **options: Any) -> bytes:
    """A good JPEG."""
    return saved(drawn(size, mode), 'JPEG', **{'quality': 95, 'subsampling': 0, **options})


def gif(size: Size = (120, 40), **options: Any) -> bytes:
    """A good GIF."""
    return saved(drawn(size), 'GIF', **options)


def noise(size: Size) -> Image.Image:
    """What cannot be compressed."""
    return Image.merge('RGB', [Image.effect_noise(size, 120) for _ in range(3)])


def chunk(name: bytes, content: bytes = b'') -> bytes:
    """A part of a PNG, with its checksum."""
    return struct.pack('>I', len(content)) + name + content + struct.pack('>I', zlib.crc32(name + content))


def raw_png(
    size: Size, depth: int, colour: int, rows: bytes, *, before: Sequence[bytes] = (), interlace: int = 0
) -> bytes:
    """A PNG by its parts. `colour`: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA."""
    head = struct.pack('>IIBBBBB', *size, depth, colour, 0, 0, interlace)
    parts = (chunk(b'IHDR', head), *before, chunk(b'IDAT', zlib.compress(rows)), chunk(b'IEND'))
    return SIGNATURE + b''.join(parts)


def with_chunk(name: bytes, content: bytes) -> bytes:
    """A good PNG with one more part before its pixels."""
    whole = png()
    return whole[:33] + chunk(name, content) + whole[33:]


def wide_rows(shades: Sequence[Sequence[int]]) -> bytes:
    """Rows of samples with 16 bits."""
    return b''.join(b'\0' + struct.pack(f'>{len(row)}H', *row) for row in shades)


def corrupted(whole: bytes, at: int) -> bytes:
    """The file with one byte changed."""
    return whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]


def in_idat(whole: bytes, offset: int) -> int:
    """A place in the pixels of a PNG."""
    return whole.index(b'IDAT') + 4 + offset


def raw_gif(
    canvas: Size, frames: Sequence[tuple[int, int, int, int]], *, code_size: int = 2, pixels: int = -1
) -> bytes:
    """A GIF by its parts; each frame is left, top, width and height, and red all over, or for some pixels."""
    found = b'GIF89a' + struct.pack('<HHBBB', *canvas, 0x80, 0, 0) + bytes(RED) + bytes(GREEN)
    for frame in frames:
        found += b',' + struct.pack('<HHHHB', *frame, 0) + bytes([code_size])
        found += _lzw(frame[2] * frame[3] if pixels < 0 else pixels)
    return found + b';'


def _lzw(pixels: int) -> bytes:
    """That many pixels of colour 0 in codes of three bits, lowest bit first, and the table cleared often."""
    codes = ('001' + '000' * min(2, pixels - done) for done in range(0, pixels, 2))
    bits = ''.join(codes) + '101'
    content = bytes(int(bits[place : place + 8][::-1], 2) for place in range(0, len(bits), 8))
    blocks = (content[place : place + 255] for place in range(0, len(content), 255))
    return b''.join(bytes([len(block)]) + block for block in blocks) + b'\0'


def swapped_profile() -> bytes:
    """A colour profile in which red and blue have changed places."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    named = profile.replace('sRGB'.encode('utf-16-be'), 'swap'.encode('utf-16-be'))
    return named.replace(b'rXYZ', b'????').replace(b'bXYZ', b'rXYZ').replace(b'????', b'bXYZ')


def exif(orientation: int) -> bytes:
    """EXIF that says how the picture lies, and where it was taken."""
    found = Image.Exif()
    found[0x0112], found[0x010E] = orientation, 'taken in the garden of Anna'
    return found.tobytes()


def lying(orientation: int, format: str = 'JPEG') -> bytes:
    """The drawn picture as a camera stores it that was held this way."""
    ways = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = drawn()
    if orientation in ways:
        image = image.transpose(ways[orientation])
    options = {'quality': 95, 'subsampling': 0} if format == 'JPEG' else {}
    return saved(image, format, exif=exif(orientation), **options)


def animated(format: str, **options: Any) -> bytes:
    """The drawn picture, then a red and a blue one."""
    others = [Image.new('RGB', (120, 40), colour) for colour in (RED, BLUE)]
    return saved(drawn(), format, save_all=True, append_images=others, **options)


def huge_jpeg(size: Size, scans: int = 1) -> bytes:
    """A JPEG that says that it has this size and as many scans, without their data."""
    small = jpeg((16, 16), progressive=True)
    head = small.index(b'\xff\xc2') + 5
    sized = small[:head] + struct.pack('>HH', size[1], size[0]) + small[head + 4 :]
    scan = sized.index(b'\xff\xda')
    return sized[:scan] + sized[scan : scan + 14] * scans + b'\xff\xd9'


def svgz() -> bytes:
    """A compressed drawing."""
    return gzip.compress(SVG)
