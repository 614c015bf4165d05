"""Setup › Configuration File in a browser: taken out, changed, compared, applied, and felt by customers."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from portal_app.services import setup
from portal_app.services.configuration_document import Part
from portal_app.work import acting_as
from tests.browser.axe import faults
from tests.browser.site import Site
from tests.browser.table import headers
from tests.configuration_files import Found, a_picture, bring, export, exported, written
from tests.odd_pictures import png
from tests.world import audit, role

CONFIGURATION = '/admin/setup/configuration'
FILE = f'{CONFIGURATION}.json'
TOO_WIDE = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'


def upload(page: Page, content: bytes, name: str = 'portal.json') -> None:
    """Choose this file."""
    page.get_by_label('Choose a configuration file, or drop it here').last.set_input_files(
        {'name': name, 'mimeType': 'application/json', 'buffer': content}
    )


def other(spoil: Callable[[Found], object]) -> bytes:
    """The configuration as it is, but for this."""
    found = exported()
    spoil(found)
    return written(found)


def otherwise(found: Found) -> None:
    """A field, a colour, a role and a mail are otherwise."""
    found['portal']['brand_colour'] = '#7a1fa2'
    found['portal']['tabs']['usage-events']['fields']['source'] = False
    found['roles'] = [{'name': 'Support', 'grants': ['customers:view']}]
    found['templates']['invoice']['body'] += '\n\nThank you.'


def test_olivia_takes_the_configuration_out_changes_something_and_puts_the_file_back(
    site: Site, tmp_path: Path
) -> None:
    """SET-07: a real download; the difference in words; the customer's open page follows at once."""
    olivia = site.staff('olivia', CONFIGURATION)
    with olivia.expect_download() as downloading:
        olivia.get_by_role('button', name='Download configuration').click()
    file = tmp_path / 'portal.json'
    downloading.value.save_as(file)
    assert downloading.value.suggested_filename.startswith('northwind-configuration-20')
    assert downloading.value.suggested_filename.endswith('.json')
    with acting_as(site.as_staff('olivia')) as work:
        setup.set_field(work, 'usage-events', 'source', False)
    anna = site.customer('anna', '/portal/C1001/usage-events')
    anna.evaluate('window.notReloaded = true')
    assert 'Source' not in headers(anna)
    upload(olivia, file.read_bytes())
    expect(olivia.get_by_role('status').filter(has_text='portal.json: 1 change')).to_be_visible()
    row = olivia.get_by_role('group', name='Portal Setup').get_by_role('row').last
    expect(row).to_have_text('Sourcehiddenshown')
    olivia.get_by_role('button', name='Apply 1 change').click()
    olivia.get_by_role('dialog').get_by_role('button', name='Apply', exact=True).click()
    expect(olivia.locator('.notice-good')).to_contain_text('1 change applied.')
    expect(olivia.locator('.banner')).to_contain_text('Nothing differs.')
    expect(anna.locator('.record-table thead')).to_contain_text('Source')
    assert anna.evaluate('window.notReloaded') is True
    assert audit('configuration.import')[0].actor == 'Olivia <olivia@staff.example>'


def test_olivia_leaves_a_part_out(site: Site) -> None:
    """SET: only what is ticked is applied; the rest is still a difference."""
    olivia = site.staff('olivia', CONFIGURATION)
    upload(olivia, other(otherwise))
    for label in ('Portal Setup: 2 changes', 'Roles: 2 changes', 'Templates: 1 change'):
        expect(olivia.get_by_role('checkbox', name=label)).to_be_checked()
    expect(olivia.locator('.line-diff ins').last).to_have_text('+Thank you.')
    for label in ('Portal Setup: 2 changes', 'Templates: 1 change'):
        olivia.get_by_role('checkbox', name=label).click()
    olivia.get_by_role('button', name='Apply 2 changes').click()
    expect(olivia.get_by_role('dialog')).to_contain_text('Roles: 2 changes.')
    olivia.get_by_role('dialog').get_by_role('button', name='Apply', exact=True).click()
    expect(olivia.get_by_role('status').filter(has_text='portal.json: 3 changes')).to_be_visible()
    found = exported()
    assert [own['name'] for own in found['roles']] == ['Support']
    assert found['portal']['brand_colour'] == '#1d4ed8'
    expect(olivia.get_by_role('checkbox', name='Portal Setup: 2 changes')).not_to_be_checked()
    expect(olivia.get_by_role('button', name='Apply 0 changes')).to_be_disabled()


def test_a_file_can_be_dropped_and_closed_again(site: Site) -> None:
    """SET: the whole panel for a file takes it."""
    olivia = site.staff('olivia', CONFIGURATION)
    data = olivia.evaluate_handle(
        """(text) => {
          const data = new DataTransfer();
          data.items.add(new File([text], 'dropped.json', {type: 'application/json'}));
          return data;
        }""",
        other(otherwise).decode(),
    )
    olivia.locator('.file-drop').dispatch_event('drop', {'dataTransfer': data})
    expect(olivia.get_by_role('status').filter(has_text='dropped.json: 5 changes')).to_be_visible()
    olivia.get_by_role('button', name='Close').click()
    expect(olivia.locator('.configuration-part')).to_have_count(0)


def test_a_bad_file_is_refused_with_every_problem_and_nothing_is_applied(site: Site) -> None:
    """SET: by place and rule; a good file after it is taken; what is too large is not even sent."""

    def spoil(found: Found) -> None:
        otherwise(found)
        found['portal']['brand_colour'] = 'green'
        found['portal']['tabs']['usage']['enabled'] = 'yes'
        found['extra'] = 1

    olivia, before = site.staff('olivia', CONFIGURATION), exported()
    upload(olivia, other(spoil))
    expect(olivia.get_by_role('alert').get_by_role('listitem')).to_have_text(
        [
            "portal.brand_colour: must be a HEX colour such as #0f5c4d (got 'green').",
            'portal.tabs.usage.enabled: must be true or false (got the text "yes").',
            'extra: is not known here.',
        ]
    )
    upload(olivia, b' ' * 10_000_001)
    expect(olivia.get_by_role('alert')).to_contain_text('The file has 10.0 MB; at most 10 MB can be sent.')
    upload(olivia, b'<html>')
    expect(olivia.get_by_role('alert')).to_contain_text('Line 1, column 1: not JSON')
    expect(olivia.get_by_role('button', name='Apply')).to_have_count(0)
    assert exported() == before
    upload(olivia, other(otherwise))
    expect(olivia.get_by_role('button', name='Apply 5 changes')).to_be_enabled()


def test_the_difference_follows_what_others_change_meanwhile(site: Site) -> None:
    """SET: also a template and a role; what was agreed to before is refused."""
    olivia = site.staff('olivia', CONFIGURATION)
    content = other(otherwise)
    upload(olivia, content)
    olivia.get_by_role('button', name='Apply 5 changes').click()
    with acting_as(site.as_staff('olivia')) as work:
        setup.set_field(work, 'usage-events', 'source', False)
    expect(olivia.get_by_role('status').filter(has_text='portal.json: 4 changes')).to_be_visible()
    olivia.get_by_role('dialog').get_by_role('button', name='Apply', exact=True).click()
    expect(olivia.get_by_role('dialog')).to_contain_text('The configuration changed meanwhile.')
    assert exported()['roles'] == []
    olivia.get_by_role('dialog').get_by_role('button', name='Cancel').click()
    bring(content, parts={Part.TEMPLATES})
    expect(olivia.get_by_role('status').filter(has_text='portal.json: 3 changes')).to_be_visible()
    bring(content, parts={Part.ROLES})
    expect(olivia.get_by_role('status').filter(has_text='portal.json: 1 change')).to_be_visible()
    bring(content)
    expect(olivia.locator('.banner')).to_contain_text('Nothing differs.')


def test_rita_looks_and_does_not_apply(site: Site) -> None:
    """SET-10: she may take the file out and compare; each part says what it would take."""
    rita = site.staff('rita', CONFIGURATION)
    upload(rita, other(otherwise))
    expect(rita.get_by_role('checkbox')).to_have_count(3)
    for box in rita.get_by_role('checkbox').all():
        expect(box).to_be_disabled()
        expect(box).not_to_be_checked()
    expect(rita.get_by_role('group', name='Roles')).to_contain_text('Roles & Permissions: Add')
    expect(rita.get_by_text('Your role lets you look at the differences, not apply them.')).to_be_visible()
    expect(rita.get_by_role('button', name='Apply')).to_have_count(0)
    answer = rita.request.get(FILE)
    assert (answer.status, answer.headers['cache-control']) == (200, 'no-store')
    assert answer.body() == export()


def test_who_may_not_see_roles_applies_the_rest(site: Site) -> None:
    """SET-10: the file comes out without roles, and those in a file are left out."""
    role('stan', 'portal_setup:edit')
    stan = site.staff('stan', CONFIGURATION)
    expect(stan.get_by_text('It will hold no roles either')).to_be_visible()
    assert 'roles' not in stan.request.get(FILE).json()
    upload(stan, other(otherwise))
    expect(stan.locator('.banner').first).to_contain_text('The file also holds 1 role.')
    stan.get_by_role('button', name='Apply 3 changes').click()
    stan.get_by_role('dialog').get_by_role('button', name='Apply', exact=True).click()
    expect(stan.locator('.notice-good')).to_contain_text('3 changes applied.')
    assert exported()['roles'][0]['name'] != 'Support'


def test_stan_and_strangers_get_neither_the_page_nor_the_file(site: Site) -> None:
    """SET-10: Standard has no setup."""
    stan, nobody = site.staff('stan', '/admin'), site.visitor()
    assert stan.request.get(FILE).status == 403
    assert stan.request.get(CONFIGURATION).status == 403
    assert nobody.request.get(FILE, max_redirects=0).status in (302, 303, 307, 401)
    anna = site.customer('anna', '/portal/C1001')
    assert anna.request.get(FILE, max_redirects=0).status in (302, 303, 307, 401)


def test_the_differences_and_the_problems_can_be_read_by_everybody(site: Site) -> None:
    """WCAG 2.2 A and AA, in light and dark mode."""

    def pictures(found: Found) -> None:
        otherwise(found)
        found['portal'] |= {'logo': a_picture(png()), 'banner': a_picture(png((800, 200)))}

    for who, content, seen in (
        ('olivia', other(pictures), 'portal.json: 7 changes'),
        ('rita', other(pictures), 'portal.json: 7 changes'),
        ('olivia', b'{}', 'This file cannot be used.'),
    ):
        page = site.staff(who, CONFIGURATION)
        upload(page, content)
        expect(page.get_by_role('status').filter(has_text=seen)).to_be_visible()
        assert faults(page) == []


def test_the_page_fits_a_phone(site: Site) -> None:
    """SET: nothing is wider than the screen, with long lines and without."""
    olivia = site.staff('olivia', CONFIGURATION, viewport={'width': 390, 'height': 844})
    assert olivia.evaluate(TOO_WIDE) == 0

    def long(found: Found) -> None:
        otherwise(found)
        found['templates']['invoice']['instructions'] = 'x' * 500
        found['roles'][0]['name'] = 'W' * 60

    upload(olivia, other(long), 'a-very-long-name-' * 12 + '.json')
    expect(olivia.get_by_role('button', name='Apply 6 changes')).to_be_visible()
    assert olivia.evaluate(TOO_WIDE) == 0
