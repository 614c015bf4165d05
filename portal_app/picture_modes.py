"""Pictures as browsers show them: upright, 8 bits, in sRGB, whatever the file had."""

from contextlib import suppress
from io import BytesIO

from PIL import Image, ImageChops, ImageCms

LONGEST_PROFILE = 4_000_000  # bytes; the largest that printers use have half of that
ORIENTATION = 0x0112  # in EXIF
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
LYING = (5, 6, 7, 8)  # these swap width and height
PROFILED = {'GRAY': 'L', 'RGB': 'RGB', 'CMYK': 'CMYK'}  # by what a profile is for: the mode that it needs


def orientation(image: Image.Image) -> int:
    """How a picture must be turned, as EXIF counts it; 1 where the file says nothing that makes sense."""
    with suppress(Exception):  # EXIF may hold anything; the picture is good without it
        found = image.getexif().get(ORIENTATION)
        if found in TURNS:
            return int(found)
    return 1


def upright(image: Image.Image, turn: int) -> Image.Image:
    """The picture the right way up."""
    return image.transpose(TURNS[turn]) if turn in TURNS else image


def plain(image: Image.Image) -> Image.Image:
    """The picture as L, LA, RGB, RGBA or CMYK: modes that can be made smaller without loss."""
    if image.mode.startswith('I'):
        return _narrowed(image)
    grey = image.mode in ('1', 'L', 'LA')
    if not image.has_transparency_data:
        return image if image.mode == 'CMYK' else image.convert('L' if grey else 'RGB')
    clear = image.info.get('transparency')
    if isinstance(clear, tuple) and max(clear) > 255:  # of 16 bits
        image.info['transparency'] = tuple(part >> 8 for part in clear)
    return image.convert('LA' if grey else 'RGBA')


def in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """A plain picture as RGB, or as RGBA where something is transparent, and nothing else from the file."""
    alpha = image.getchannel('A') if 'A' in image.getbands() else None
    colours = image.convert(image.mode.removesuffix('A')) if alpha else image
    shown = _converted(colours, profile) or colours.convert('RGB')
    if alpha and alpha.getextrema() != (255, 255):
        shown.putalpha(alpha)
    shown.info = {}
    return shown


def _narrowed(image: Image.Image) -> Image.Image:
    """Grey of 16 bits: Pillow's own `convert` would keep its 256 darkest shades only."""
    wide = image.convert('I')
    grey = wide.point(lambda shade: shade * (1 / 256)).convert('L')
    clear = image.info.get('transparency')
    if isinstance(clear, int):
        below = wide.point(lambda shade: shade * -1 + clear).convert('L')
        above = wide.point(lambda shade: shade - clear).convert('L')
        grey.putalpha(ImageChops.lighter(below, above).point(lambda apart: 255 if apart else 0))
    grey.info = image.info
    return grey


def _converted(colours: Image.Image, profile: object) -> Image.Image | None:
    """The colours in sRGB, where the file says in which space they are and it is another."""
    if not isinstance(profile, bytes) or len(profile) > LONGEST_PROFILE:
        return None
    with suppress(Exception):  # a profile may be broken; the picture is good without it
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        fits = PROFILED.get(source.profile.xcolor_space.strip()) == colours.mode
        if fits and 'srgb' not in ImageCms.getProfileDescription(source).lower():
            return ImageCms.profileToProfile(
                colours, source, ImageCms.createProfile('sRGB'), outputMode='RGB'
            )
    return None
