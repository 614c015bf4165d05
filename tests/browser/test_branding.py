"""Olivia puts up a logo and a banner while customers look at the portal."""

import re
from base64 import b64encode
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from portal_app.branding import READABLE, contrast
from portal_app.models import PictureKind
from portal_app.services import branding
from portal_app.work import acting_as
from tests import odd_pictures as odd
from tests.browser.axe import open_calmly
from tests.browser.site import Site

SETUP, PROFILE, USAGE = '/admin/setup/portal', '/admin/setup/company-profile', '/portal/C1001/usage'
MARK = 'window.notReloaded === true'
PICTURE = re.compile(r'^/brand/(logo|banner)-[0-9a-f]{16}\.(png|jpeg)$')
DROPPED = """(text) => {
  const files = new DataTransfer(), bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  files.items.add(new File([bytes], 'banner.png', {type: 'image/png'}));
  return files;
}"""
LOADED = '(picture) => picture.complete && picture.naturalWidth'


def test_a_large_logo_is_refused_with_its_size_then_fitted_and_seen_by_all(site: Site) -> None:
    """SET-03: on Anna's open page without a reload, and on the login page."""
    olivia, anna = site.staff('olivia', SETUP), marked(site.customer('anna', USAGE))
    section, logo = parts(olivia, 'Logo')
    choose(logo, odd.png((412, 90)))
    expect(logo.get_by_role('alert')).to_have_text('Your logo is 412 x 90 px; the most is 200 x 70 px.')
    expect(logo.get_by_text('No logo')).to_be_visible()
    expect(anna.locator('.portal-header .brand-name')).to_have_text('Northwind')
    logo.get_by_role('button', name='Resize to fit').click()
    expect(logo.get_by_text('200 x 44 px')).to_be_visible()
    expect(logo.get_by_role('button', name='Choose a file')).to_be_focused()
    expect(logo.get_by_role('alert')).to_have_count(0)
    expect(section.get_by_role('status').first).to_contain_text('The logo is in use.')
    shown = anna.locator('.portal-header').get_by_role('img', name='Northwind')
    expect(shown).to_have_attribute('src', PICTURE)
    assert shown.evaluate(LOADED) == 200
    assert anna.evaluate(MARK)
    visitor = site.visitor()
    for path in ('/portal/login', '/admin/login'):
        visitor.goto(path)
        expect(visitor.get_by_role('img', name='Northwind')).to_have_js_property('naturalWidth', 200)


def test_a_logo_is_taken_away_and_put_back(site: Site) -> None:
    """SET-03: the undo is seen by Anna too; keyboard users stay where they were."""
    olivia, anna = site.staff('olivia', SETUP), marked(site.customer('anna', USAGE))
    section, logo = parts(olivia, 'Logo')
    mark = anna.locator('.portal-header .brand-name')
    choose(logo, odd.png())
    expect(mark.get_by_role('img')).to_be_visible()
    logo.get_by_role('button', name='Remove').press('Enter')
    expect(mark).to_have_text('Northwind')
    expect(logo.get_by_text('No logo')).to_be_visible()
    expect(logo.get_by_role('button', name='Remove')).to_have_count(0)
    expect(logo.get_by_role('button', name='Choose a file')).to_be_focused()
    section.get_by_role('button', name='Undo').click()
    expect(mark.get_by_role('img')).to_be_visible()
    expect(logo.get_by_role('img', name='The logo')).to_be_visible()
    assert anna.evaluate(MARK)


@pytest.mark.parametrize(
    ('content', 'reasons'),
    [
        (odd.SVG, ['Your logo is an SVG drawing; it must be a JPEG, PNG or GIF.']),
        (odd.jpeg()[:-400], ['Your logo is damaged or not complete.']),
        (
            odd.png((300, 300)) + bytes(1_400_000),
            [
                'Your logo is 300 x 300 px; the most is 200 x 70 px.',
                'Your logo is 1.4 MB; it must be under 1 MB.',
            ],
        ),
    ],
    ids=['SVG', 'truncated', 'large and heavy'],
)
def test_a_file_that_fails_leaves_the_old_logo(site: Site, content: bytes, reasons: list[str]) -> None:
    """SET-03: every reason is read aloud; the name of the file does not matter."""
    with acting_as(site.as_staff('olivia')) as work:
        name = branding.set_picture(work, PictureKind.LOGO, odd.png()).name
    _, logo = parts(site.staff('olivia', SETUP), 'Logo')
    choose(logo, content)
    for reason in reasons:
        expect(logo.get_by_role('alert')).to_contain_text(reason)
    expect(logo.get_by_role('button', name='Resize to fit')).to_have_count(len(reasons) - 1)
    expect(logo.get_by_role('img', name='The logo')).to_have_attribute('src', f'/brand/{name}')
    choose(logo, odd.png((60, 60)))
    expect(logo.get_by_text('60 x 60 px')).to_be_visible()
    expect(logo.get_by_role('alert')).to_have_count(0)


def test_a_file_of_more_than_25_mb_is_not_even_sent(site: Site, tmp_path: Path) -> None:
    """SET-03: the page says so at once."""
    olivia, path = site.staff('olivia', SETUP), tmp_path / 'film.png'
    with path.open('wb') as film:
        film.truncate(31_400_000)
    sent: list[str] = []
    olivia.on('request', lambda request: sent.append(request.url) if '/upload/' in request.url else None)
    _, logo = parts(olivia, 'Logo')
    logo.locator('input[type=file]').set_input_files(path)
    expect(logo.get_by_role('alert')).to_have_text('Your logo is 31.4 MB; at most 25 MB can be sent.')
    assert sent == []


def test_a_banner_is_dropped_fitted_and_seen_on_all_portal_pages(site: Site) -> None:
    """SET-04."""
    olivia, anna = site.staff('olivia', SETUP), marked(site.customer('anna', USAGE))
    _, banner = parts(olivia, 'Banner image')
    files = olivia.evaluate_handle(DROPPED, b64encode(odd.png((3200, 800))).decode())
    banner.dispatch_event('dragover', {'dataTransfer': files})
    expect(banner).to_have_attribute('data-over', '')
    banner.dispatch_event('drop', {'dataTransfer': files})
    expect(banner.get_by_text('1600 x 400 px', exact=True)).to_be_visible()
    expect(banner).not_to_have_attribute('data-over', '')
    expect(anna.locator('.portal-banner')).to_have_css('background-image', re.compile('/brand/banner-'))
    assert anna.evaluate(MARK)
    visitor = site.visitor()
    visitor.goto('/portal/login')
    expect(visitor.locator('.portal-banner')).to_be_visible()
    banner.get_by_role('button', name='Remove').click()
    expect(anna.locator('.portal-banner')).to_have_count(0)


def test_the_button_opens_the_browser_s_own_dialog_with_the_keyboard_too(site: Site) -> None:
    """SET-03: the Company Profile has the same logo."""
    olivia = site.staff('olivia', PROFILE)
    logo = olivia.get_by_role('group', name='Logo')
    for press in ('Enter', 'Space'):
        with olivia.expect_file_chooser() as opened:
            logo.get_by_role('button', name='Choose a file').press(press)
    assert opened.value.element.get_attribute('accept') == 'image/jpeg,image/png,image/gif'
    opened.value.set_files(file(odd.gif()))
    expect(logo.get_by_text('120 x 40 px')).to_be_visible()
    expect(olivia.locator('.admin-header').get_by_role('img', name='Northwind')).to_be_visible()


def test_rita_sees_the_pictures_and_cannot_send_one(site: Site) -> None:
    """SET-10: no buttons, and what she sends by hand is refused."""
    with acting_as(site.as_staff('olivia')) as work:
        branding.set_picture(work, PictureKind.LOGO, odd.png())
    rita = site.staff('rita', SETUP)
    _, logo = parts(rita, 'Logo')
    expect(logo.get_by_role('img', name='The logo')).to_be_visible()
    expect(logo.get_by_role('button')).to_have_count(0)
    sent_to = rita.locator('.picture-receiver').first.get_attribute('id') or ''
    client = rita.evaluate('window.clientId')
    answer = rita.request.post(
        f'/_nicegui/client/{client}/upload/{sent_to.removeprefix("c")}',
        multipart={'file': file(odd.png((60, 60)))},
    )
    assert answer.status == 403
    expect(logo.get_by_text('120 x 40 px')).to_be_visible()


def test_nothing_larger_than_a_picture_can_be_sent_to_the_server(site: Site) -> None:
    """SET-03: refused by its length, before a byte of it is stored."""
    visitor = site.visitor()
    visitor.goto('/portal/login')
    for path, size in (('/_nicegui/client/x/upload/1', 26_000_001), ('/portal/login', 1_000_001)):
        headers = {'Content-Type': 'application/x-www-form-urlencoded', 'Origin': site.address}
        assert visitor.request.post(path, data=bytes(size), headers=headers).status == 413


@pytest.mark.parametrize('scheme', ['light', 'dark'])
def test_what_is_chosen_in_a_list_can_be_read_in_yellow(site: Site, scheme: str) -> None:
    """SET-05: also what Quasar would write in the brand's own colour; and the tick of a box."""
    with acting_as(site.as_staff('olivia')) as work:
        branding.set_colour(work, '#ffe100')
    olivia = site.staff('olivia', '/admin/customers', color_scheme=scheme)
    open_calmly(olivia, '/admin/customers')  # no colour is measured halfway to another
    olivia.get_by_role('combobox', name='Rows per page').click()
    chosen = olivia.locator('.q-menu .q-item--active')
    expect(chosen).to_be_visible()
    assert contrast(css(chosen, 'color'), css(olivia.locator('.q-menu'), 'backgroundColor')) >= READABLE
    olivia.keyboard.press('Escape')
    box = olivia.get_by_role('checkbox').nth(1)
    box.click()
    tick, ground = box.locator('.q-checkbox__svg'), box.locator('.q-checkbox__bg')
    expect(box).to_be_checked()
    expect(ground).to_have_css('background-color', css(box.locator('.q-checkbox__inner'), 'color', raw=True))
    assert contrast(css(tick, 'color'), css(ground, 'backgroundColor')) >= READABLE


def parts(page: Page, label: str) -> tuple[Locator, Locator]:
    section = page.get_by_role('region', name='Branding')
    return section, section.get_by_role('group', name=label)


def choose(upload: Locator, content: bytes) -> None:
    upload.locator('input[type=file]').set_input_files(file(content))


def file(content: bytes) -> FilePayload:
    return {'name': 'picture.png', 'mimeType': 'image/png', 'buffer': content}


def css(element: Locator, name: str, *, raw: bool = False) -> str:
    """A colour as the browser computed it, as HEX."""
    found = str(element.evaluate('(element, name) => getComputedStyle(element)[name]', name))
    return found if raw else '#' + ''.join(f'{int(part):02x}' for part in re.findall(r'\d+', found)[:3])


def marked(page: Page) -> Page:
    page.evaluate('window.notReloaded = true')
    return page
