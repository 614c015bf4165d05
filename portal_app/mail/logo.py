"""The picture at the head of each mail: the organization's logo, else a monogram in its colour."""

from base64 import b64encode
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from portal_app.branding import shades
from portal_app.mail.look import Look

FONTS = Path(__file__).parent.parent.parent / 'assets' / 'fonts'
FILES = ('inter-latin-wght-normal.woff2', 'inter-latin-ext-wght-normal.woff2')
SIDE = 120  # pixels; three times the size at which mails show it
FINER = 4  # times larger when drawn, so that edges are smooth
UNKNOWN = '\ue000'  # what fonts draw for this they draw for each character that they do not have


def logo(look: Look) -> tuple[str, bytes]:
    """Its type, such as image/png, and its content."""
    if look.logo:
        return look.logo.content_type, look.logo.content
    return 'image/png', _monogram(look.organization, look.colour)


def for_screen(html: str, look: Look) -> str:
    """A mail's HTML for a frame in a page: with its logo, and with links that do not open in the frame."""
    content_type, content = logo(look)
    picture = f'data:{content_type};base64,{b64encode(content).decode()}'
    return html.replace('cid:logo', picture, 1).replace('<head>', '<head><base target="_blank">', 1)


@lru_cache(8)
def _monogram(organization: str, colour: str) -> bytes:
    """A square PNG."""
    size, colours = SIDE * FINER, shades(colour)
    edge, line = size * 0.3, round(size * 0.09)  # of a ring, where no font has the initial
    image = Image.new('RGBA', (size, size))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, size - 1, size - 1), radius=size * 0.22, fill=colours.brand)
    initial = next((letter for letter in organization if letter.isalnum()), '').upper()[:1]
    font = _font_with(initial, round(size * 0.6))
    if font is None:
        draw.ellipse((edge, edge, size - edge, size - edge), outline=colours.on_brand, width=line)
    else:
        left, top, right, bottom = draw.textbbox((0, 0), initial, font=font)
        place = ((size - left - right) / 2, (size - top - bottom) / 2)
        draw.text(place, initial, font=font, fill=colours.on_brand)
    file = BytesIO()
    image.resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(file, 'PNG', optimize=True)
    return file.getvalue()


def _font_with(letter: str, size: int) -> ImageFont.FreeTypeFont | None:
    """A font that has this letter, in bold."""
    for file in FILES if letter else ():
        font = ImageFont.truetype(FONTS / file, size)
        font.set_variation_by_axes([650])
        if bytes(font.getmask(letter)) != bytes(font.getmask(UNKNOWN)):
            return font
    return None
