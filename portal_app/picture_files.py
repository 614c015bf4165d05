"""What a file is by its first bytes, never by its name."""

import re

FORMATS = {b'\xff\xd8\xff': 'JPEG', b'\x89PNG\r\n\x1a\n': 'PNG', b'GIF87a': 'GIF', b'GIF89a': 'GIF'}
OTHERS: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), name)
    for pattern, name in (
        (rb'RIFF....WEBP', 'a WebP picture'),
        (rb'....ftypavi[fs]', 'an AVIF picture'),
        (rb'....ftyp(hei[cx]|mif1|msf1)', 'a HEIC picture'),
        (rb'\x00\x00\x00\x0cjxl |\xff\x0a', 'a JPEG XL picture'),
        (rb'\x00\x00\x00\x0cjp  ', 'a JPEG 2000 picture'),
        (rb'BM.{12}', 'a BMP picture'),
        (rb'II\*\x00|MM\x00\*', 'a TIFF picture'),
        (rb'\x00\x00\x01\x00', 'an icon (ICO)'),
        (rb'8BPS', 'a Photoshop document'),
        (rb'%PDF', 'a PDF document'),
        (rb'%!PS', 'a PostScript document'),
        (rb'PK\x03\x04', 'a ZIP archive'),
        (rb'\x1f\x8b', 'a compressed file'),
        (rb'(\xef\xbb\xbf)?\s*<(!doctype )?html', 'an HTML page'),
        (rb'(\xef\xbb\xbf)?\s*<(svg|[?!].{0,4000}<svg)', 'an SVG drawing'),
    )
)


def format_of(content: bytes) -> str:
    """JPEG, PNG or GIF; empty for everything else."""
    return next((name for start, name in FORMATS.items() if content.startswith(start)), '')


def name_of(content: bytes) -> str:
    """What to call a file that is none of these."""
    found = (name for pattern, name in OTHERS if pattern.match(content))
    return next(found, 'a file of another kind')
