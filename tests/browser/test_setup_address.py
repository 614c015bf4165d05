"""Olivia chooses where the portal is."""

from pathlib import Path
from shutil import copy
from time import monotonic

from playwright.sync_api import Browser, Page, expect

from portal_app.auth.realms import PORTAL
from portal_app.services import portal_address
from portal_app.services.sign_in import sign_in
from portal_app.work import acting_as
from tests.browser.server import serving
from tests.browser.site import Site, open_site
from tests.world import HERE, PASSWORD, World

SETUP = '/admin/setup/portal'


def test_the_address_follows_what_is_typed_and_is_saved_by_its_button(site: Site) -> None:
    """SET-02: rules are told while typing; capitals are lowered; what is saved is said, and can be undone."""
    olivia = site.staff('olivia', SETUP)
    section = olivia.get_by_role('region', name='Address')
    field, save = section.get_by_label('Subdomain'), section.get_by_role('button', name='Save address')
    port = site.address.rpartition(':')[2]
    field.fill('acme-eu')
    expect(section.get_by_text('Subdomain must have lowercase letters and digits only.')).to_be_visible()
    field.fill('admin')
    expect(section.get_by_text('Subdomain must not be “admin”, which is reserved.')).to_be_visible()
    field.fill('Acme')
    expect(section.get_by_role('link', name=f'http://acme.localhost:{port}/portal')).to_be_visible()
    save.click()
    expect(section.get_by_role('status')).to_contain_text(f'Saved: http://acme.localhost:{port}/portal')
    expect(field).to_have_value('acme')
    field.fill('northwind')
    save.click()
    expect(section.get_by_role('status')).to_contain_text('northwind.localhost')
    section.get_by_role('button', name='Undo').click()
    expect(section.get_by_role('status')).to_contain_text('Undone.')
    expect(field).to_have_value('acme')


def test_what_is_wrong_is_refused_and_stays_in_the_field(site: Site) -> None:
    """SET-02: bad input gets its rule, and nothing that was typed is lost."""
    olivia = site.staff('olivia', SETUP)
    section = olivia.get_by_role('region', name='Address')
    section.get_by_label('Subdomain').fill('no spaces')
    section.get_by_role('button', name='Save address').click()
    expect(section.get_by_role('alert').last).to_contain_text('lowercase letters and digits only')
    expect(section.get_by_label('Subdomain')).to_have_value('no spaces')


def test_two_staff_see_each_others_address_and_none_loses_what_they_type(site: Site) -> None:
    """SET-02: live in every open window."""
    olivia, colleague = site.staff('olivia', SETUP), site.staff('olivia', SETUP)
    typing = site.staff('olivia', SETUP)
    typing.get_by_label('Subdomain').fill('half')
    olivia.get_by_label('Subdomain').fill('acme')
    olivia.get_by_role('button', name='Save address').click()
    expect(colleague.get_by_label('Subdomain')).to_have_value('acme')
    expect(typing.get_by_label('Subdomain')).to_have_value('half')


def test_a_portal_that_moves_takes_open_pages_with_it(
    browser: Browser, world_template: tuple[Path, World], tmp_path: Path, sqlite_template: Path
) -> None:
    """SET-02: with a base domain the old address stops answering; whoever has a page open is led on."""
    copy(sqlite_template, tmp_path / 'portal.db')
    with serving(tmp_path, PORTAL_BASE_DOMAIN='localhost:{port}') as server:
        port = server.address.rpartition(':')[2]
        for site in open_site(browser, server, world_template):
            site.expect_refusal(404)
            old, new = (f'http://{name}.localhost:{port}' for name in ('acme', 'northwind'))
            with acting_as(site.as_staff('olivia')) as work:
                portal_address.set_subdomain(work, 'acme')
            _wait_for(site, old)
            anna = _customer_at(site, old)
            olivia = site.staff('olivia', SETUP)
            olivia.get_by_label('Subdomain').fill('northwind')
            olivia.get_by_role('button', name='Save address').click()
            expect(olivia.get_by_role('dialog')).to_contain_text(
                'everybody signs in again at the new address'
            )
            olivia.get_by_role('button', name='MOVE').click()
            anna.wait_for_url(f'{new}/portal/login**')
            assert site.visitor().goto(f'{old}/portal/login').status == 404  # type: ignore[union-attr]


def _wait_for(site: Site, origin: str) -> None:
    """Until the server has heard that the portal is there."""
    page = site.visitor()
    deadline = monotonic() + 10
    while page.goto(f'{origin}/portal/login').status == 404:  # type: ignore[union-attr]
        assert monotonic() < deadline, 'the server does not answer there'


def _customer_at(site: Site, origin: str) -> Page:
    page = site.visitor()
    token = sign_in(PORTAL, 'anna@example.com', PASSWORD, HERE).token
    page.context.add_cookies([{'name': PORTAL.cookie, 'value': token, 'url': f'{origin}/portal'}])
    page.goto(f'{origin}/portal/C1001/usage')
    expect(page.get_by_role('heading', name='Usage', exact=True)).to_be_visible()
    return page
