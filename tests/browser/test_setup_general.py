"""Olivia switches the portal off and on while customers and colleagues look at their pages."""

from playwright.sync_api import expect

from portal_app.services import sample_data
from portal_app.work import acting_as, reading_as
from tests.browser.site import Site
from tests.world import organization, role

GENERAL = '/admin/setup/general'


def test_switching_the_portal_off_ends_open_pages_and_hides_portal_setup(site: Site) -> None:
    """SET-01: live, in every open window; on again, everything is back."""
    site.expect_refusal(404)
    organization(support_email='support@northwind.example')
    olivia = site.staff('olivia', GENERAL)
    rita = site.staff('rita', GENERAL)
    setting_up = site.staff('rita', '/admin/setup/portal')
    anna = site.customer('anna', '/portal/C1001/usage')
    entry = rita.get_by_role('navigation').get_by_role('link', name='Portal Setup')
    expect(entry).to_be_visible()
    toggle = olivia.get_by_role('switch', name='Customer Billing Portal')
    toggle.click()
    expect(toggle).to_be_checked()  # until it is so
    olivia.get_by_role('button', name='Cancel').click()
    expect(entry).to_be_visible()
    toggle.click()
    olivia.get_by_role('button', name='SWITCH OFF').click()
    expect(anna.get_by_role('heading', name='Not available')).to_be_visible()
    expect(anna.get_by_text('The portal is not available.')).to_be_visible()
    expect(anna.get_by_role('link', name='support@northwind.example')).to_be_visible()
    expect(entry).to_have_count(0)
    expect(rita.get_by_role('switch', name='Customer Billing Portal')).not_to_be_checked()
    expect(setting_up.get_by_text('Portal Setup is not available while')).to_be_visible()
    assert site.visitor().goto('/portal/login').status == 404  # type: ignore[union-attr]
    toggle.click()
    expect(olivia.get_by_role('status').filter(has_text='is switched on')).to_be_visible()
    expect(entry).to_be_visible()
    anna.goto('/portal/C1001/usage')
    expect(anna.get_by_role('heading', name='Usage', exact=True)).to_be_visible()


def test_a_keyboard_alone_switches_it(site: Site) -> None:
    """SET-01, WCAG 2.1.1: the toggle, the question, the answer."""
    olivia = site.staff('olivia', GENERAL)
    toggle = olivia.get_by_role('switch', name='Customer Billing Portal')
    toggle.focus()
    olivia.keyboard.press('Space')
    expect(olivia.locator('.q-dialog:focus, .q-dialog :focus')).to_have_count(1)  # it has taken the focus
    switch_off = olivia.get_by_role('button', name='SWITCH OFF')
    for _ in range(6):
        olivia.keyboard.press('Tab')
        if switch_off.evaluate('(button) => button === document.activeElement'):
            break
    expect(switch_off).to_be_focused()
    olivia.keyboard.press('Enter')
    expect(toggle).not_to_be_checked()
    olivia.keyboard.press('Space')
    expect(toggle).to_be_checked()


def test_who_lacks_one_of_the_two_grants_sees_no_general_settings(site: Site) -> None:
    """SET-01, SET-10: Channel Settings AND Portal Setup."""
    site.expect_refusal(403)
    role('stan', 'channel_settings:edit')
    stan = site.staff('stan', '/admin')
    expect(stan.get_by_role('heading', name='Welcome, Stan')).to_be_visible()
    expect(stan.get_by_role('link', name='General Settings')).to_have_count(0)
    assert stan.goto(GENERAL).status == 403  # type: ignore[union-attr]


def test_the_sample_data_is_removed_after_a_question(site: Site) -> None:
    """SET-12: it is offered exactly while there is some."""
    olivia = site.staff('olivia', GENERAL)
    expect(olivia.get_by_role('region', name='Portal Settings')).to_be_visible()
    expect(olivia.get_by_role('region', name='Sample data')).to_have_count(0)
    with acting_as(site.as_staff('olivia')) as work:
        sample_data.fill(work)
    olivia.reload()
    olivia.get_by_role('button', name='Remove sample data').click()
    olivia.get_by_role('button', name='REMOVE', exact=True).click()
    expect(olivia.get_by_text('The sample data was removed.')).to_be_visible()
    expect(olivia.get_by_role('region', name='Sample data')).to_have_count(0)
    with reading_as(site.as_staff('olivia')) as work:
        assert not sample_data.is_there(work)


def test_a_page_of_a_customer_who_goes_says_that_there_is_nothing_any_more(site: Site) -> None:
    """SET-12: an open page of a sample customer does not stay as if it were still there."""
    site.expect_refusal(404)
    with acting_as(site.as_staff('olivia')) as work:
        sample_data.fill(work)
    rita = site.staff('rita', '/admin/customers/SAMPLE-01')
    expect(rita.get_by_text('SAMPLE-01').first).to_be_visible()
    with acting_as(site.as_staff('olivia')) as work:
        sample_data.remove(work)
    expect(rita.get_by_role('heading', name='Not found')).to_be_visible()


def test_rita_looks_and_cannot_switch(site: Site) -> None:
    """SET-10: read only."""
    rita = site.staff('rita', GENERAL)
    expect(rita.get_by_text('lets you look at the settings, not change them')).to_be_visible()
    expect(rita.get_by_role('switch', name='Customer Billing Portal')).to_be_disabled()
