"""Olivia gives the portal another colour and name while customers look at it."""

from playwright.sync_api import Page, expect

from portal_app.auth.realms import PORTAL
from portal_app.services import invitations, password_resets
from portal_app.work import acting_as
from tests.browser.site import Site
from tests.world import HERE, add_contact, mails, organization, token_of

SETUP, PROFILE = '/admin/setup/portal', '/admin/setup/company-profile'
MARK = 'window.notReloaded === true'
GROUND = "getComputedStyle(document.querySelector('.portal-header')).backgroundColor"
LINK = "getComputedStyle(document.querySelector('.tab.is-current')).color"


def test_the_colour_is_previewed_then_saved_and_seen_on_an_open_page_without_a_reload(site: Site) -> None:
    """SET-05: header, tabs and buttons of the page that Anna has open; the undo is seen there too."""
    olivia, anna = site.staff('olivia', SETUP), _marked(site.customer('anna', '/portal/C1001/usage'))
    assert anna.evaluate(GROUND) == 'rgb(29, 78, 216)'
    branding = olivia.get_by_role('region', name='Branding')
    branding.get_by_label('Primary brand colour').fill('#FFDD00')
    preview = olivia.locator('.portal-preview .portal-header')
    expect(preview).to_have_css('background-color', 'rgb(255, 221, 0)')
    expect(preview).to_have_css('color', 'rgb(0, 0, 0)')  # white could not be read on it
    expect(branding.get_by_label('Choose a colour')).to_have_value('#ffdd00')
    assert anna.evaluate(GROUND) == 'rgb(29, 78, 216)'  # not saved yet
    branding.get_by_role('button', name='Save colour').click()
    expect(branding.get_by_role('status').first).to_contain_text('The colour is now #ffdd00.')
    expect(anna.locator('.portal-header')).to_have_css('background-color', 'rgb(255, 221, 0)')
    assert anna.evaluate(LINK) != 'rgb(255, 221, 0)'  # yellow text on white could not be read
    branding.get_by_role('button', name='Undo').click()
    expect(anna.locator('.portal-header')).to_have_css('background-color', 'rgb(29, 78, 216)')
    expect(branding.get_by_label('Primary brand colour')).to_have_value('#1d4ed8')
    assert anna.evaluate(MARK)


def test_a_colour_that_is_none_is_refused_in_its_place(site: Site) -> None:
    """SET-05: told while typing, not saved, and what was typed stays."""
    branding = site.staff('olivia', SETUP).get_by_role('region', name='Branding')
    field = branding.get_by_label('Primary brand colour')
    for text in ('blue', '#12345', '#12345g', '#123'):
        field.fill(text)
        expect(branding.get_by_text(f"must be a HEX colour such as #0f5c4d (got '{text}')")).to_be_visible()
    branding.get_by_role('button', name='Save colour').click()
    expect(branding.get_by_role('alert').last).to_contain_text('HEX colour')
    expect(field).to_have_value('#123')


def test_the_picker_fills_the_field(site: Site) -> None:
    """SET-05: both are kept in step."""
    branding = site.staff('olivia', SETUP).get_by_role('region', name='Branding')
    branding.get_by_label('Choose a colour').fill('#0f5c4d')
    expect(branding.get_by_label('Primary brand colour')).to_have_value('#0f5c4d')
    expect(branding.get_by_text('Text on it is white: contrast 7.')).to_be_visible()


def test_a_new_name_stands_on_open_pages_at_once(site: Site) -> None:
    """SET-09: on the portal and on the admin pages."""
    olivia, anna = site.staff('olivia', PROFILE), _marked(site.customer('anna', '/portal/C1001/usage'))
    colleague = site.staff('olivia', PROFILE)
    olivia.get_by_label('Company name').fill('Southwind')
    olivia.get_by_role('button', name='Save profile').click()
    expect(olivia.get_by_role('status').filter(has_text='The profile is saved.')).to_be_visible()
    expect(anna.locator('.portal-header .brand-name')).to_have_text('Southwind')
    expect(colleague.get_by_label('Company name')).to_have_value('Southwind')
    expect(colleague.locator('.admin-header .brand-name')).to_have_text('Southwind')
    olivia.get_by_role('button', name='Undo').click()
    expect(anna.locator('.portal-header .brand-name')).to_have_text('Northwind')
    assert anna.evaluate(MARK)


def test_the_legal_links_stand_on_the_login_page_exactly_while_the_box_is_checked(site: Site) -> None:
    """SET-09: both addresses are asked for; unchecked, they are nowhere."""
    olivia, visitor = site.staff('olivia', PROFILE), site.visitor()
    box = olivia.get_by_role('checkbox', name="Display 'Terms and Conditions'")
    box.click()
    olivia.get_by_label('Terms and Conditions', exact=True).fill('http://northwind.example/terms')
    olivia.get_by_role('button', name='Save profile').click()
    expect(olivia.get_by_text('Terms and Conditions must begin with https://')).to_be_visible()
    expect(olivia.get_by_text('Privacy Policy must not be empty while the box is checked.')).to_be_visible()
    olivia.get_by_label('Terms and Conditions', exact=True).fill('https://northwind.example/terms')
    olivia.get_by_label('Privacy Policy', exact=True).fill('https://northwind.example/privacy')
    olivia.get_by_role('button', name='Save profile').click()
    expect(olivia.get_by_role('status').filter(has_text='The profile is saved.')).to_be_visible()
    visitor.goto('/portal/login')
    links = {
        title: visitor.get_by_role('link', name=title) for title in ('Terms and Conditions', 'Privacy Policy')
    }
    expect(links['Terms and Conditions']).to_have_attribute('href', 'https://northwind.example/terms')
    expect(links['Privacy Policy']).to_have_attribute('href', 'https://northwind.example/privacy')
    for elsewhere in ('/admin/login', '/portal/forgot-password'):
        visitor.goto(elsewhere)
        expect(links['Privacy Policy']).to_have_count(0)
    box.click()
    olivia.get_by_role('button', name='Save profile').click()
    visitor.goto('/portal/login')
    expect(visitor.get_by_role('button', name='Log in')).to_be_visible()
    expect(links['Privacy Policy']).to_have_count(0)


def test_who_registers_is_shown_what_they_accept(site: Site) -> None:
    """SET-09, POR-01: on the registration page, not on that of a forgotten password."""
    dora = add_contact(site.world, 'acme', 'dora')
    with acting_as(site.as_staff('olivia')) as work:
        invitations.invite_contact(work, dora)
    password_resets.send_reset(PORTAL, 'anna@example.com', HERE)
    register, reset = (f'/portal/link/{token_of(mail)}' for mail in mails())
    visitor = site.visitor()
    shown = visitor.get_by_text('By going on you accept Terms and Conditions and Privacy Policy.')
    for checked in (True, False):
        legal = {
            'terms_url': 'https://northwind.example/terms',
            'privacy_url': 'https://northwind.example/privacy',
        }
        organization(legal_links=checked, **legal)
        visitor.goto(register)
        expect(visitor.get_by_role('heading', name='Register')).to_be_visible()
        expect(shown).to_have_count(1 if checked else 0)
        visitor.goto(reset)
        expect(visitor.get_by_role('heading', name='Set your password')).to_be_visible()
        expect(shown).to_have_count(0)


def test_of_two_who_edit_the_profile_neither_loses_what_they_typed(site: Site) -> None:
    """The second is told, keeps what they typed, and can look at what is stored."""
    olivia, colleague = site.staff('olivia', PROFILE), site.staff('olivia', PROFILE)
    colleague.get_by_label('Support phone').fill('+49 30 1234567')
    olivia.get_by_label('Company name').fill('Southwind')
    olivia.get_by_role('button', name='Save profile').click()
    expect(colleague.get_by_role('button', name='Show what is stored now')).to_be_visible()
    colleague.get_by_role('button', name='Save profile').click()
    expect(colleague.get_by_text('Somebody else changed the Company Profile meanwhile.')).to_be_visible()
    expect(colleague.get_by_label('Support phone')).to_have_value('+49 30 1234567')
    colleague.get_by_role('button', name='Show what is stored now').click()
    expect(colleague.get_by_label('Company name')).to_have_value('Southwind')
    expect(colleague.get_by_label('Support phone')).to_have_value('')


def _marked(page: Page) -> Page:
    page.evaluate('window.notReloaded = true')
    return page
