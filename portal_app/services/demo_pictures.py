"""The pictures of the demo company, drawn: a logo with a north star, and a banner of hills in the wind."""

from io import BytesIO
from math import cos, pi, sin
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

FONT = Path(__file__).parent.parent.parent / 'assets' / 'fonts' / 'inter-latin-wght-normal.woff2'
FINER = 4  # times larger when drawn, so that edges are smooth
LOGO = (188, 44)
BANNER = (1600, 400)
SKY = ('#0b3b3d', '#1f7a6b', '#f3d9a4')  # from the top to the horizon
HILLS = (  # colour, ridge, and its waves: how high, how many, from where; from the farthest to the nearest
    ('#2f8a76', 0.49, 0.045, 1.3, 0.4),
    ('#1f6f60', 0.56, 0.050, 1.7, 2.1),
    ('#14574b', 0.62, 0.040, 2.3, 4.0),
    ('#0c4038', 0.69, 0.035, 1.9, 5.4),
)


def draw_logo() -> bytes:
    """A see-through PNG, white as it stands on the demo company's green."""
    width, height = (FINER * side for side in LOGO)
    image = Image.new('RGBA', (width, height), '#ffffff00')
    draw = ImageDraw.Draw(image)
    centre, reach = (height * 0.46, height * 0.5), height * 0.46
    draw.polygon(_star(centre, reach * 0.62, reach * 0.15, pi / 4), fill='#8fd8bd')
    draw.polygon(_star(centre, reach, reach * 0.17), fill='#ffffff')
    font = ImageFont.truetype(FONT, round(height * 0.58))
    font.set_variation_by_axes([650])
    draw.text((height * 1.12, height * 0.5), 'northwind', font=font, fill='#ffffff', anchor='lm')
    return _png(image.resize(LOGO, Image.Resampling.LANCZOS))


def draw_banner() -> bytes:
    """A PNG of 1600 x 400 pixels."""
    width, height = (2 * side for side in BANNER)
    image = ImageOps.colorize(Image.linear_gradient('L').resize((width, height)), SKY[0], SKY[2], SKY[1])
    sun = Image.new('L', (width, height))
    middle, radius = (width * 0.74, height * 0.43), height * 0.085
    ImageDraw.Draw(sun).ellipse(_around(middle, radius * 2.2), fill=90)
    sun = sun.filter(ImageFilter.GaussianBlur(height * 0.06))
    ImageDraw.Draw(sun).ellipse(_around(middle, radius), fill=255)
    image.paste('#fff3d6', mask=sun.filter(ImageFilter.GaussianBlur(height * 0.004)))
    draw = ImageDraw.Draw(image)
    for colour, ridge, swing, waves, shift in HILLS:
        tops = [
            (x, height * (ridge + swing * _wave(x / width, waves, shift))) for x in range(0, width + 8, 8)
        ]
        draw.polygon([(0, height), *tops, (width, height)], fill=colour)
    return _png(image.resize(BANNER, Image.Resampling.LANCZOS))


def _wave(along: float, waves: float, shift: float) -> float:
    return sin(2 * pi * waves * along + shift) + 0.35 * sin(2 * pi * waves * 2.6 * along + 2 * shift)


def _star(
    centre: tuple[float, float], long: float, short: float, turned: float = 0.0
) -> list[tuple[float, float]]:
    """Four long points and four short ones between them."""
    points = []
    for place in range(8):
        reach, angle = (short if place % 2 else long), place * pi / 4 + turned
        points.append((centre[0] + reach * cos(angle), centre[1] + reach * sin(angle)))
    return points


def _around(centre: tuple[float, float], radius: float) -> tuple[float, float, float, float]:
    return centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius


def _png(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, 'PNG', optimize=True)
    return file.getvalue()
