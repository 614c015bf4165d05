"""The organization's logo at the head of its mails."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

import pytest
from PIL import Image

from portal_app.auth.viewer import Operator
from portal_app.branding import STANDS_OUT, contrast
from portal_app.mail.letters import letter
from portal_app.mail.look import DARK_PAGE, LIGHT_PAGE, Look, MailLogo
from portal_app.mail.message import envelope
from portal_app.mail.render import render
from portal_app.mail.templates import TEMPLATES, Draft, shipped
from portal_app.models import Organization, Picture, PictureKind
from portal_app.pictures import check_and_encode
from portal_app.services import branding, email_log, email_previews
from portal_app.services.email_templates import new_version
from portal_app.work import acting_as, reading_as
from tests import odd_pictures as odd
from tests.mailing import invite
from tests.smtp_server import MailServer
from tests.test_mail_templates import Parts
from tests.world import World, organization

LOGO = PictureKind.LOGO
KIND = TEMPLATES['portal-invitation']
TEST = Operator('test')


def put(world: World, content: bytes, **options: bool) -> Picture:
    with acting_as(world.as_staff('olivia')) as work:
        return branding.set_picture(work, LOGO, content, **options)


def sent(id: int) -> tuple[str, EmailMessage]:
    """The HTML of a mail as it goes over the wire, and its picture."""
    with reading_as(TEST) as work:
        found = letter(work, id)
    assert found
    whole = cast(EmailMessage, message_from_bytes(envelope(found).message, policy=default))
    _, related = whole.iter_parts()
    html, picture = related.iter_parts()  # type: ignore[attr-defined]
    assert picture['Content-ID'] == '<logo>'
    return html.get_content(), picture


def image(html: str) -> dict[str, str]:
    """What its only picture has."""
    (found,) = (given for tag, given in Parts(html).tags if tag == 'img')
    return found


def size_and_name(html: str) -> tuple[str, str, str]:
    found = image(html)
    return found['width'], found['height'], found['alt']


def look(tone_of: tuple[int, ...], colour: str = '#0f5c4d') -> Look:
    """The look with a see-through logo of this colour."""
    drawn = Image.new('RGBA', (100, 40), (0, 0, 0, 0))
    drawn.paste(tone_of, (5, 5, 95, 35))
    made = check_and_encode(odd.saved(drawn, 'PNG'), LOGO)
    picture = Picture(
        name='logo-1', kind=LOGO, content_type='image/png', width=100, height=40, tone=made.tone, content=b''
    )
    return Look.of(Organization(name='Northwind', brand_colour=colour), picture)


def test_a_mail_wears_the_logo_in_place_of_the_monogram(world: World, dora: int, mails: MailServer) -> None:
    """MAIL-03: inline, at most 160 pixels wide, with a name; and the monogram once it is gone."""
    organization(name='Müller & "Söhne"')
    id = invite(world, dora)
    html, monogram = sent(id)
    assert size_and_name(html) == ('40', '40', '')
    logo = put(world, odd.png((200, 70)))
    html, picture = sent(id)
    assert (picture.get_content_type(), picture.get_filename()) == ('image/png', 'logo.png')
    assert picture.get_content() == logo.content != monogram.get_content()
    assert size_and_name(html) == ('160', '56', 'Müller & "Söhne"')
    put(world, odd.jpeg((90, 30)))
    html, picture = sent(id)
    assert (picture.get_content_type(), picture.get_filename()) == ('image/jpeg', 'logo.jpeg')
    assert size_and_name(html) == ('90', '30', 'Müller & "Söhne"')
    with acting_as(world.as_staff('olivia')) as work:
        branding.use_picture(work, LOGO, None)
    assert sent(id)[1].get_content() == monogram.get_content()


def test_staff_see_mails_with_the_logo_too(sqlite_world: World, mails: MailServer) -> None:
    """SET-08: in the preview of a template and in the Email Log, without loading anything."""
    put(sqlite_world, odd.jpeg())
    with reading_as(sqlite_world.as_staff('olivia')) as work:
        draft = Draft(subject='Hello', body=shipped(KIND.key).body)
        html = email_previews.preview(work, KIND.key, draft).rendered.html
    assert image(html)['src'].startswith('data:image/jpeg;base64,')
    with acting_as(sqlite_world.as_staff('olivia')) as work:
        id = email_previews.send_test(work, KIND.key, draft).id or 0
    with reading_as(sqlite_world.as_staff('olivia')) as work:
        shown = email_log.read_mail(work, id).rendered
    assert shown
    assert image(shown.html)['src'].startswith('data:image/jpeg;base64,')


@pytest.mark.parametrize(
    'ink',
    [(255, 255, 255), (0, 0, 0), (15, 92, 77), (128, 128, 128), (255, 221, 0), (20, 30, 60), (220, 230, 240)],
)
@pytest.mark.parametrize('colour', ['#0f5c4d', '#ffe100', '#ffffff', '#000000', '#808080'])
def test_a_see_through_logo_stands_out_in_light_and_in_dark_mode(
    ink: tuple[int, int, int], colour: str
) -> None:
    """MAIL-03: 3 to 1 (WCAG 2.2, 1.4.11), on a plate where the page would not do."""
    logo = look((*ink, 255), colour).logo
    assert logo
    tone = '#' + ''.join(f'{part:02x}' for part in ink)
    for plate, page in ((logo.plate, LIGHT_PAGE), (logo.plate_on_dark, DARK_PAGE)):
        assert contrast(tone, plate or page) >= STANDS_OUT
        assert bool(plate) == (contrast(tone, page) < STANDS_OUT)


def test_a_white_logo_lies_on_the_brand_colour_as_it_does_in_the_portal() -> None:
    """MAIL-03: its plate is in the mail, and gone in dark mode; a dark one has its plate there."""
    white, dark = (render_with(look((*ink, 255))) for ink in ((255, 255, 255), (20, 30, 60)))
    assert 'background-color: #0f5c4d' in plate_of(white)
    assert 'background-color' not in plate_of(dark)
    assert '.plate { background-color: transparent !important' in white
    assert '.plate { background-color: #ffffff !important' in dark


def test_two_logos_of_one_size_are_not_mistaken_for_each_other() -> None:
    """MAIL-03: what is kept ready for the next mail goes by the logo's name."""
    values = ('image/png', 90, 30, '', '')
    one, two, again = (
        MailLogo(name, *values, content) for name, content in (('a', b'1'), ('b', b'1'), ('a', b'1'))
    )
    assert one == again != two
    assert hash(one) == hash(again)


def plate_of(html: str) -> str:
    (found,) = (given for tag, given in Parts(html).tags if given.get('class') == 'plate')
    return found['style']


def render_with(look: Look) -> str:
    return render(new_version(KIND, 1, shipped(KIND.key)), KIND.examples(), look).html
