"""Uploaded pictures: which are refused in which words, and what becomes of the others."""

import io
import random
import struct
import zlib
from collections.abc import Callable
from itertools import count

import pytest
from PIL import Image

from portal_app.models import PictureKind
from portal_app.pictures import MOST_PIXELS, Encoded, PictureRefused, check_and_encode
from tests import odd_pictures as odd

LOGO, BANNER = PictureKind.LOGO, PictureKind.BANNER
DAMAGED = ('Your logo is damaged or not complete.',)
Make = Callable[[], bytes]


def other(name: str) -> tuple[str, ...]:
    return (f'Your logo is {name}; it must be a JPEG, PNG or GIF.',)


def taken(content: bytes, kind: PictureKind = LOGO, **options: bool) -> tuple[Encoded, Image.Image]:
    """What is stored of a file, and how a browser shows it. Nothing but the pixels is left."""
    found = check_and_encode(content, kind, **options)
    image = Image.open(io.BytesIO(found.content))
    assert (image.width, image.height) == (found.width, found.height)
    assert found.content_type == f'image/{(image.format or "").lower()}'
    if image.format == 'PNG':
        assert {name for name, _ in parts(found.content)} == {b'IHDR', b'IDAT', b'IEND'}
        assert found.content.endswith(odd.chunk(b'IEND'))
    else:
        assert found.content.endswith(b'\xff\xd9')
        assert set(image.info) <= {
            'jfif',
            'jfif_version',
            'jfif_unit',
            'jfif_density',
            'progressive',
            'progression',
        }
    for hidden in (b'script', b'<?php', b'alert', b'garden', b'PK\3\4', b'Exif', b'ICC', b'secret'):
        assert hidden not in found.content
    return found, image.convert('RGBA')


def outcome(content: bytes, kind: PictureKind = LOGO) -> bytes | tuple[str, ...]:
    """The pixels, or why there are none."""
    try:
        return taken(content, kind)[1].tobytes()
    except PictureRefused as refused:
        return refused.reasons


def parts(png: bytes) -> list[tuple[bytes, bytes]]:
    place, found = len(odd.SIGNATURE), []
    while place < len(png):
        length = struct.unpack('>I', png[place : place + 4])[0]
        found.append((png[place + 4 : place + 8], png[place + 8 : place + 8 + length]))
        place += length + 12
    return found


def near(image: Image.Image, place: tuple[int, int], colour: tuple[int, ...], most: int = 12) -> None:
    """This pixel has about this colour."""
    pixel = image.getpixel(place)
    assert isinstance(pixel, tuple)
    assert max(abs(one - two) for one, two in zip(pixel, colour, strict=False)) <= most, (pixel, colour)


def looks_drawn(image: Image.Image, most: int = 12) -> None:
    """Red above and left, green above and right, blue below."""
    width, height = image.size
    near(image, (width // 4, height // 4), (*odd.RED, 255), most)
    near(image, (width * 3 // 4, height // 4), (*odd.GREEN, 255), most)
    near(image, (width // 2, height * 3 // 4), (*odd.BLUE, 255), most)


REFUSED: dict[str, tuple[Make, tuple[str, ...]]] = {
    'nothing': (lambda: b'', ('Your logo is empty.',)),
    'one byte': (lambda: b'\x89', other('a file of another kind')),
    'zeros': (lambda: bytes(1000), other('a file of another kind')),
    'a text': (lambda: b'Our logo is a teal circle.', other('a file of another kind')),
    'a script': (lambda: b'alert(1)', other('a file of another kind')),
    'an SVG named .png': (lambda: odd.SVG, other('an SVG drawing')),
    'an SVG with a prolog': (
        lambda: b'<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE svg>\n' + odd.SVG,
        other('an SVG drawing'),
    ),
    'an SVG after a mark': (lambda: b'\xef\xbb\xbf \n' + odd.SVG, other('an SVG drawing')),
    'a compressed SVG': (odd.svgz, other('a compressed file')),
    'an HTML page': (lambda: b'\n<!doctype HTML>' + odd.HTML, other('an HTML page')),
    'an HTML page with an SVG': (lambda: b'<html>' + odd.SVG, other('an HTML page')),
    'a PDF': (lambda: b'%PDF-1.7\n', other('a PDF document')),
    'a PostScript': (lambda: b'%!PS-Adobe-3.0', other('a PostScript document')),
    'a ZIP': (lambda: b'PK\3\4' + bytes(40), other('a ZIP archive')),
    'a Photoshop document': (lambda: b'8BPS\0\1', other('a Photoshop document')),
    'a WebP': (lambda: odd.saved(odd.drawn(), 'WEBP'), other('a WebP picture')),
    'an AVIF': (lambda: odd.saved(odd.drawn(), 'AVIF'), other('an AVIF picture')),
    'a HEIC': (lambda: b'\0\0\0\x18ftypheic\0\0\0\0', other('a HEIC picture')),
    'a JPEG 2000': (lambda: odd.saved(odd.drawn(), 'JPEG2000'), other('a JPEG 2000 picture')),
    'a JPEG XL': (lambda: b'\xff\x0a' + bytes(20), other('a JPEG XL picture')),
    'a BMP': (lambda: odd.saved(odd.drawn(), 'BMP'), other('a BMP picture')),
    'a TIFF': (lambda: odd.saved(odd.drawn(), 'TIFF'), other('a TIFF picture')),
    'a TIFF the other way round': (lambda: b'MM\0*' + bytes(40), other('a TIFF picture')),
    'an icon': (lambda: odd.saved(odd.drawn((32, 32)), 'ICO'), other('an icon (ICO)')),
    'a JPEG with a byte before it': (lambda: b' ' + odd.jpeg(), other('a file of another kind')),
    'a PNG that was sent as text': (
        lambda: odd.png().replace(b'\r\n', b'\n'),
        other('a file of another kind'),
    ),
    'a signature alone': (lambda: odd.SIGNATURE, DAMAGED),
    'a PNG without a head': (lambda: odd.SIGNATURE + odd.chunk(b'IEND'), DAMAGED),
    'a PNG without pixels': (lambda: odd.png().replace(odd.png()[33:-12], b''), DAMAGED),
    'a PNG without its end': (lambda: odd.png()[:-12], DAMAGED),
    'a PNG with a wrong sum in its head': (lambda: odd.corrupted(odd.png(), 30), DAMAGED),
    'a PNG with a wrong sum in its pixels': (lambda: odd.corrupted(odd.png(), len(odd.png()) - 14), DAMAGED),
    'a PNG with a wrong pixel': (lambda: odd.corrupted(odd.png(), odd.in_idat(odd.png(), 20)), DAMAGED),
    'a PNG of garbage': (
        lambda: odd.raw_png((8, 8), 8, 0, b'').replace(zlib.compress(b''), b'garbage!'),
        DAMAGED,
    ),
    'a PNG of 0 x 10': (lambda: odd.raw_png((0, 10), 8, 2, b''), DAMAGED),
    'a PNG of 10 x 0': (lambda: odd.raw_png((10, 0), 8, 2, b''), DAMAGED),
    'a PNG of depth 3': (lambda: odd.raw_png((8, 8), 3, 0, bytes(90)), DAMAGED),
    'a PNG of colour 5': (lambda: odd.raw_png((8, 8), 8, 5, bytes(90)), DAMAGED),
    'a PNG whose part never ends': (lambda: odd.png()[:33] + b'\x7f\xff\xff\xfftEXtsecret', DAMAGED),
    'a bomb in a text': (
        lambda: odd.with_chunk(b'zTXt', b'a\0\0' + zlib.compress(bytes(80_000_000))),
        DAMAGED,
    ),
    'a bomb in an international text': (
        lambda: odd.with_chunk(b'iTXt', b'a\0\1\0\0\0' + zlib.compress(bytes(80_000_000))),
        DAMAGED,
    ),
    'a bomb in a colour profile': (
        lambda: odd.with_chunk(b'iCCP', b'a\0\0' + zlib.compress(bytes(80_000_000))),
        DAMAGED,
    ),
    'a PNG that nobody can see': (
        lambda: odd.saved(Image.new('RGBA', (9, 9), (1, 2, 3, 0)), 'PNG'),
        ('Your logo shows nothing: all of it is transparent.',),
    ),
    'a JPEG of three bytes': (lambda: b'\xff\xd8\xff', DAMAGED),
    'a JPEG of garbage': (lambda: b'\xff\xd8\xff' + bytes(range(256)) * 4, DAMAGED),
    'a JPEG of 0 x 16': (lambda: odd.huge_jpeg((0, 16)), DAMAGED),
    'a JPEG without tables': (lambda: odd.jpeg().replace(b'\xff\xdb', b'\xff\xfe'), DAMAGED),
    'a JPEG that costs an hour': (
        lambda: odd.huge_jpeg((6000, 6000), scans=3417),
        ('Your logo has 3417 scans; a JPEG must have at most 500.',),
    ),
    'a GIF without frames': (lambda: odd.raw_gif((10, 10), []), DAMAGED),
    'a GIF of a head': (lambda: b'GIF89a', DAMAGED),
    'a GIF with an impossible code': (lambda: odd.raw_gif((10, 10), [(0, 0, 10, 10)], code_size=13), DAMAGED),
    'a GIF with too few pixels': (lambda: odd.raw_gif((10, 10), [(0, 0, 10, 10)], pixels=50), DAMAGED),
    'a GIF with a frame of 0 x 0': (lambda: odd.raw_gif((0, 0), [(0, 0, 0, 0)]), DAMAGED),
    'a GIF whose frame lies far outside': (
        lambda: odd.raw_gif((10, 10), [(65535, 65535, 65535, 65535)], pixels=10),
        DAMAGED,
    ),
}
BOMBS: dict[str, tuple[Make, str]] = {
    'PNG': (lambda: odd.raw_png((50_000, 50_000), 8, 2, bytes(1000)), '50000 x 50000'),
    'PNG beyond what Pillow warns of': (lambda: odd.raw_png((10_000, 10_000), 1, 0, b''), '10000 x 10000'),
    'JPEG': (lambda: odd.huge_jpeg((65_500, 65_500)), '65500 x 65500'),
    'GIF': (lambda: odd.raw_gif((65_535, 65_535), [(0, 0, 1, 1)]), '65535 x 65535'),
    'GIF frame': (lambda: odd.raw_gif((1, 1), [(0, 0, 8000, 9000)], pixels=10), '8000 x 9000'),
    'one pixel too many': (lambda: odd.raw_png((MOST_PIXELS + 1, 1), 1, 0, b''), '40000001 x 1'),
}


@pytest.mark.parametrize('name', REFUSED)
def test_what_is_no_good_picture_is_refused_with_the_reason(name: str) -> None:
    """SET-03: by its content, and for good: making it smaller is not offered."""
    make, reasons = REFUSED[name]
    with pytest.raises(PictureRefused) as refused:
        check_and_encode(make(), LOGO)
    assert refused.value.reasons == reasons
    assert not refused.value.can_resize
    with pytest.raises(PictureRefused):
        check_and_encode(make(), LOGO, resize=True)


@pytest.mark.parametrize('name', BOMBS)
@pytest.mark.filterwarnings('error')
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(name: str) -> None:
    """SET-03: with the size that it claims to have."""
    make, size = BOMBS[name]
    with pytest.raises(PictureRefused) as refused:
        check_and_encode(make(), BANNER, resize=True)
    more = 'a picture of more than 40 million pixels is not read'
    assert refused.value.reasons == (f'Your banner image is {size} px; {more}.',)
    assert not refused.value.can_resize


@pytest.mark.parametrize(
    ('size', 'shown', 'fitted'),
    [
        ((412, 90), '412 x 90', (200, 44)),
        ((201, 70), '201 x 70', (200, 70)),
        ((200, 71), '200 x 71', (197, 70)),
        ((5000, 1), '5000 x 1', (200, 1)),
        ((1, 5000), '1 x 5000', (1, 70)),
        ((3000, 2000), '3000 x 2000', (105, 70)),
    ],
)
def test_a_large_logo_is_refused_with_its_size_and_fits_when_asked(
    size: tuple[int, int], shown: str, fitted: tuple[int, int]
) -> None:
    """SET-03."""
    for make in (odd.png, odd.jpeg, odd.gif):
        with pytest.raises(PictureRefused) as refused:
            check_and_encode(make(size), LOGO)
        assert refused.value.reasons == (f'Your logo is {shown} px; the most is 200 x 70 px.',)
        assert refused.value.can_resize
        found, _ = taken(make(size), resize=True)
        assert (found.width, found.height) == fitted
        assert found.notes == (f'It was fitted: {shown} px became {fitted[0]} x {fitted[1]} px.',)


def test_a_heavy_and_large_logo_is_told_both() -> None:
    """SET-03: all reasons at once; one click mends both."""
    heavy = odd.saved(odd.noise((800, 800)), 'PNG')
    assert len(heavy) > 1_400_000
    with pytest.raises(PictureRefused) as refused:
        check_and_encode(heavy, LOGO)
    assert refused.value.reasons == (
        'Your logo is 800 x 800 px; the most is 200 x 70 px.',
        f'Your logo is {len(heavy) / 1e6:.1f} MB; it must be under 1 MB.',
    )
    assert refused.value.can_resize
    assert taken(heavy, resize=True)[0].height == 70
    with pytest.raises(PictureRefused) as refused:
        check_and_encode(b'%PDF' + bytes(1_400_000), LOGO, resize=True)
    assert refused.value.reasons == (*other('a PDF document'), 'Your logo is 1.4 MB; it must be under 1 MB.')


def test_a_megabyte_is_a_million_bytes_and_the_limit_is_below_it() -> None:
    """SET-03: what follows the picture counts, but is not kept."""
    small = odd.png()
    taken(small + bytes(999_999 - len(small)))
    with pytest.raises(PictureRefused) as refused:
        check_and_encode(small + bytes(1_000_000 - len(small)), LOGO)
    assert refused.value.reasons == ('Your logo is 1 MB; it must be under 1 MB.',)


def test_a_banner_is_fitted_without_a_question() -> None:
    """SET-04: its file is to be under 5 MB; with the same proportions."""
    for content in (odd.png((3200, 1200)), odd.jpeg((3200, 1200)), odd.gif((3200, 1200))):
        found, image = taken(content, BANNER)
        assert (found.width, found.height, found.content_type) == (1067, 400, 'image/jpeg')
        looks_drawn(image, 20)
    small, _ = taken(odd.png((300, 100)), BANNER)
    assert (small.width, small.height, small.notes) == (300, 100, ())
    with pytest.raises(PictureRefused) as refused:
        check_and_encode(odd.png() + bytes(5_000_000), BANNER)
    assert refused.value.reasons == ('Your banner image is 5 MB; it must be under 5 MB.',)
    assert refused.value.can_resize
    assert taken(odd.png() + bytes(5_000_000), BANNER, resize=True)[0].width == 120


def test_a_see_through_banner_stays_so() -> None:
    """SET-04."""
    found, image = taken(odd.saved(Image.new('RGBA', (1700, 300), (*odd.RED, 90)), 'PNG'), BANNER)
    assert (found.content_type, found.width) == ('image/png', 1600)
    near(image, (9, 9), (*odd.RED, 90), 3)


@pytest.mark.parametrize('make', [odd.png, odd.jpeg, odd.gif])
def test_a_file_that_ends_early_is_refused_or_has_all_its_pixels(make: Callable[..., bytes]) -> None:
    """SET-03: at whatever place it was cut."""
    whole = make()
    pixels = taken(whole)[1].tobytes()
    for end in {*range(1, len(whole), max(1, len(whole) // 60)), *range(len(whole) - 12, len(whole))}:
        assert outcome(whole[:end]) in (pixels, DAMAGED, other('a file of another kind')), end


@pytest.mark.parametrize(
    'make', [odd.png, odd.jpeg, odd.gif, lambda: odd.jpeg(progressive=True), lambda: odd.animated('GIF')]
)
def test_whatever_stands_in_a_file_it_is_refused_or_a_good_picture(make: Make) -> None:
    """SET-03: 300 files with wrong bytes in them; no decoder of ours lets its own failure out."""
    chance, whole = random.Random(7), make()
    for _ in range(300):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        assert outcome(bytes(broken), BANNER)


@pytest.mark.parametrize(
    'content',
    [
        odd.gif().replace(b'GIF87a', b'GIF89a') + odd.JS,
        odd.gif()[:-1] + b'!\xfe' + bytes([len(odd.JS)]) + odd.JS + b'\0;',
        odd.png() + b'PK\3\4' + bytes(400),
        odd.png() + odd.HTML,
        odd.with_chunk(b'tEXt', b'Comment\0' + odd.PHP),
        odd.with_chunk(b'iTXt', b'XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta>secret</x:xmpmeta>'),
        odd.with_chunk(b'tEXt', b'Comment\0' + b'secret' * 100_000),
        odd.jpeg() + odd.HTML,
        odd.jpeg(comment=odd.PHP),
        odd.jpeg(exif=odd.exif(1)),
        odd.jpeg(xmp=b'<x:xmpmeta>secret</x:xmpmeta>'),
        odd.jpeg() + odd.jpeg(comment=b'secret'),
        odd.jpeg()[:2] + b'\xff\xfe\xff\xffsecret' * 1 + b'x' * 65_527 + odd.jpeg()[2:],
        odd.jpeg(icc_profile=b'secret' * 10_000),
        odd.png(dpi=(72, 72), icc_profile=odd.swapped_profile()),
    ],
    ids=count(),  # not by what is in them: a profile names the second in which it was made
)
def test_nothing_but_the_pixels_is_kept(content: bytes) -> None:
    """SET-03: scripts, archives, places and names that a file carries beside its picture are gone."""
    taken(content)


@pytest.mark.parametrize(
    ('content', 'most'),
    [
        (odd.png(), 0),
        (odd.png(mode='RGBA'), 0),
        (odd.png(mode='P'), 60),  # few colours, and dots of them beside each other
        (odd.gif(), 12),
        (odd.gif(interlace=1), 12),
        (odd.jpeg(), 12),
        (odd.jpeg(progressive=True), 12),
        (odd.jpeg(optimize=True, restart_marker_blocks=1), 12),
        (odd.jpeg(subsampling=2), 16),
        (odd.animated('GIF'), 12),
        (odd.animated('PNG'), 0),
        (odd.animated('PNG', default_image=True), 0),
        (odd.animated('GIF')[:-30], 12),
        *((odd.lying(way), 16) for way in range(1, 9)),
        *((odd.lying(way, 'PNG'), 0) for way in (3, 6)),
        (odd.lying(1).replace(b'Exif\0\0MM', b'Exif\0\0??'), 16),
        (odd.jpeg(exif=odd.exif(99)), 12),
    ],
    ids=lambda given: str(given)[:20],
)
def test_a_picture_looks_as_it_does_in_a_browser(content: bytes, most: int) -> None:
    """SET-03: upright, in its colours, whatever the file is like inside."""
    found, image = taken(content)
    assert (found.width, found.height, found.tone) == (120, 40, '')
    looks_drawn(image, most + (4 if found.content_type == 'image/jpeg' else 0))


def test_a_lying_logo_is_measured_upright() -> None:
    """SET-03: 40 x 120 in the file is 120 x 40 on the screen, and the other way round."""
    with pytest.raises(PictureRefused, match='Your logo is 40 x 120 px; the most is 200 x 70 px'):
        check_and_encode(odd.jpeg((120, 40), exif=odd.exif(6)), LOGO)
    found, image = taken(odd.saved(odd.drawn((1200, 600)), 'JPEG', exif=odd.exif(8)), resize=True)
    assert (found.width, found.height) == (35, 70)
    near(image, (8, 60), (*odd.RED, 255), 24)


@pytest.mark.parametrize('kind', ['GIF', 'PNG'])
def test_of_an_animation_the_first_picture_is_kept_and_said_so(kind: str) -> None:
    """SET-03."""
    found, image = taken(odd.animated(kind))
    assert found.notes == ('Only the first picture of the animation is kept.',)
    looks_drawn(image)


def test_printers_colours_become_those_of_screens() -> None:
    """SET-03: CMYK, also the other way round as Adobe's programs write it, and without a note of theirs."""
    cyan = odd.saved(Image.new('CMYK', (60, 30), (255, 0, 0, 0)), 'JPEG', quality=95)
    assert b'Adobe' in cyan  # Pillow writes it inverted, with that mark
    near(taken(cyan)[1], (30, 15), (0, 255, 255, 255), 24)
    looks_drawn(taken(odd.jpeg(mode='CMYK'))[1], 24)
    looks_drawn(taken(odd.jpeg((3000, 1000), mode='CMYK'), resize=True)[1], 30)
    plain = cyan.replace(b'Adobe', b'Other')
    assert taken(plain)[0].width == 60  # which colours it means is open then


def test_a_colour_profile_is_applied() -> None:
    """SET-03: a browser would; with it gone, the colours would be others."""
    profile = odd.swapped_profile()
    for content in (
        odd.png(icc_profile=profile),
        odd.png(mode='RGBA', icc_profile=profile),
        odd.jpeg(icc_profile=profile),
    ):
        image = taken(content)[1]
        near(image, (60, 30), (230, 40, 10, 255), 40)  # blue has become red
        near(image, (30, 10), (30, 20, 220, 255), 40)
    for broken in (profile[:200], b'x', profile.replace(b'RGB XYZ', b'CMYKLab')):
        looks_drawn(taken(odd.png(icc_profile=broken))[1], 0)


def test_sixteen_bits_are_narrowed_and_not_clipped() -> None:
    """SET-03: grey, RGB, with alpha, and with one shade that is transparent."""
    shades = [0, 0x4000, 0x8000, 0xC000, 0xFFFF]
    grey = odd.raw_png((5, 1), 16, 0, odd.wide_rows([shades]))
    expected = [(shade >> 8,) * 3 for shade in shades]
    image = taken(grey)[1]
    assert [image.getpixel((x, 0))[:3] for x in range(5)] == expected  # type: ignore[index]
    with_clear = odd.raw_png((5, 1), 16, 0, odd.wide_rows([shades]), before=[odd.chunk(b'tRNS', b'\x80\x00')])
    image = taken(with_clear)[1]
    assert [image.getpixel((x, 0))[3] for x in range(5)] == [255, 255, 0, 255, 255]  # type: ignore[index]
    colours = odd.raw_png((2, 1), 16, 2, odd.wide_rows([[0xFFFF, 0, 0x8000, 0, 0x1234, 0]]))
    image = taken(colours)[1]
    assert [image.getpixel((x, 0)) for x in range(2)] == [(255, 0, 128, 255), (0, 0x12, 0, 255)]
    alpha = odd.raw_png((1, 1), 16, 6, odd.wide_rows([[0xFFFF, 0, 0, 0x8000]]))
    assert taken(alpha)[1].getpixel((0, 0)) == (255, 0, 0, 128)
    clear = [odd.chunk(b'tRNS', struct.pack('>HHH', 0xFFFF, 0, 0x8000))]
    image = taken(odd.raw_png((2, 1), 16, 2, odd.wide_rows([[0xFFFF, 0, 0x8000, 0, 9, 0]]), before=clear))[1]
    assert [image.getpixel((x, 0))[3] for x in range(2)] == [0, 255]  # type: ignore[index]


def test_few_colours_are_enough() -> None:
    """SET-03: one bit, grey with alpha, palettes with transparent entries."""
    bits = odd.raw_png((8, 1), 1, 0, b'\0\xf0')
    assert [taken(bits)[1].getpixel((x, 0))[0] for x in (0, 7)] == [255, 0]  # type: ignore[index]
    clear = odd.raw_png((8, 1), 1, 0, b'\0\xf0', before=[odd.chunk(b'tRNS', b'\0\1')])
    assert [taken(clear)[1].getpixel((x, 0))[3] for x in (0, 7)] == [0, 255]  # type: ignore[index]
    grey = odd.raw_png((2, 1), 8, 4, b'\0\x40\xff\x80\x20')
    assert [taken(grey)[1].getpixel((x, 0)) for x in (0, 1)] == [(64, 64, 64, 255), (128, 128, 128, 32)]
    palette = [odd.chunk(b'PLTE', bytes(odd.RED + odd.GREEN)), odd.chunk(b'tRNS', b'\x40')]
    image = taken(odd.raw_png((8, 1), 1, 3, b'\0\x0f', before=palette))[1]
    assert [image.getpixel((x, 0)) for x in (0, 7)] == [(*odd.RED, 64), (*odd.GREEN, 255)]
    see_through = odd.saved(Image.new('P', (6, 6), 0), 'GIF', transparency=1)
    assert taken(see_through)[0].tone == ''
    interlaced = odd.raw_png((1, 1), 8, 2, b'\0\x0f\x5c\x4d', interlace=1)
    near(taken(interlaced)[1], (0, 0), (*odd.TEAL, 255), 0)
    near(taken(odd.jpeg(mode='L'))[1], (30, 10), (80, 80, 80, 255), 12)


def test_a_gif_may_draw_beside_its_canvas_or_on_a_part_of_it() -> None:
    """SET-03: what is drawn counts; nothing fails."""
    found, image = taken(odd.raw_gif((10, 10), [(5, 5, 10, 10)]))
    assert (found.width, found.height) == (15, 15)
    near(image, (14, 14), (*odd.RED, 255), 0)
    assert taken(odd.raw_gif((30, 20), [(5, 5, 10, 10)]))[0].width == 30
    assert taken(odd.raw_gif((0, 0), [(0, 0, 4, 4)]))[0].width == 4


def test_the_tone_of_a_see_through_logo_is_that_of_what_one_sees() -> None:
    """SET-05: a plate is laid below it by that."""
    white = Image.new('RGBA', (100, 40), (0, 0, 0, 0))
    white.paste((255, 255, 255, 255), (10, 10, 60, 20))
    assert taken(odd.saved(white, 'PNG'))[0].tone == '#ffffff'
    faint = Image.new('RGBA', (100, 40), (*odd.TEAL, 20))
    assert taken(odd.saved(faint, 'PNG'))[0].tone == '#0f5c4d'
    assert taken(odd.saved(faint.convert('RGB'), 'PNG'))[0].tone == ''


def test_the_same_file_is_encoded_the_same_way() -> None:
    """SET-03: its name is made of that, so that caches never lie."""
    for content in (odd.png(mode='RGBA'), odd.jpeg((900, 400)), odd.gif()):
        one, two = (check_and_encode(content, BANNER) for _ in range(2))
        assert one == two
