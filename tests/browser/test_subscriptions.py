"""Anna changes her subscription with the price before her eyes, for as long as Olivia lets her (POR-07)."""

import re

import pytest
from playwright.sync_api import Page, expect

from portal_app.services import billing_settings
from portal_app.services.subscription_preview import Kind, Wanted
from portal_app.work import acting_as
from tests.browser.site import Site
from tests.subscriptions import allow, do, make_plans, stored, subscribe

PAGE = '/portal/C1001/subscriptions'


@pytest.fixture
def seats(site: Site) -> int:
    """Anna's five seats of Team, nine days into a cycle of thirty."""
    allow()
    return subscribe(site.world, 'acme', make_plans()['team'])


def test_anna_sees_what_more_seats_cost_while_she_types_and_then_has_them(site: Site, seats: int) -> None:
    """POR-07: also in words where she types nonsense; the drawer and the list follow."""
    anna = site.customer('anna', f'{PAGE}?record={seats}')
    anna.get_by_role('button', name='Change quantity').click()
    dialog = anna.get_by_role('dialog', name='Change quantity')
    quantity = dialog.get_by_label('Quantity (seats)')
    expect(dialog.get_by_role('button', name='CHANGE QUANTITY')).to_be_disabled()
    quantity.fill('51')
    expect(dialog.get_by_role('alert')).to_have_text('Quantity must be between 1 and 50 (got 51).')
    expect(dialog.get_by_role('button', name='CHANGE QUANTITY')).to_be_disabled()
    quantity.fill('8')
    expect(dialog).to_contain_text('Rest of this cycle (21 of 30 days)$42.00')
    expect(dialog).to_contain_text('Billed now$42.00')
    dialog.get_by_role('button', name='One less').click()
    expect(dialog).to_contain_text('Billed now$28.00')
    dialog.get_by_role('button', name='CHANGE QUANTITY').click()
    expect(anna.locator('.notice-good')).to_contain_text(re.compile('5 → 7 seats. Invoice INV-'))
    expect(anna.locator('tr.record')).to_contain_text('$140.00')
    assert stored(seats).quantity == 7


def test_anna_cancels_is_told_until_when_it_works_and_takes_it_back(site: Site, seats: int) -> None:
    """POR-07."""
    anna = site.customer('anna', f'{PAGE}?record={seats}')
    _confirm(anna, 'Cancel subscription', 'CANCEL SUBSCRIPTION', 'It works as before until')
    part = anna.get_by_role('region', name='Changes')
    expect(part).to_contain_text('It is cancelled: it ends on')
    expect(part.get_by_role('button')).to_have_text(['undoTake cancellation back'])
    _confirm(anna, 'Take cancellation back', 'TAKE CANCELLATION BACK', 'Next billing on')
    expect(part).not_to_contain_text('It is cancelled')
    expect(part.get_by_role('button', name='Cancel subscription')).to_be_visible()


def test_anna_chooses_another_plan_of_the_family(site: Site, seats: int) -> None:
    """POR-07: with the keyboard; a smaller one waits, and can be withdrawn."""
    anna = site.customer('anna', f'{PAGE}?record={seats}')
    anna.get_by_role('button', name='Change plan').click()
    dialog = anna.get_by_role('dialog', name='Change plan')
    expect(dialog.locator('.plan-card')).to_have_count(3)
    expect(dialog).not_to_contain_text('Support')
    dialog.get_by_role('radio', name='Business').focus()
    anna.keyboard.press('Space')
    expect(dialog).to_contain_text('Billed now$52.50')
    anna.keyboard.press('ArrowUp')
    expect(dialog).to_contain_text('when the next cycle begins')
    dialog.get_by_role('button', name='CHANGE PLAN').click()
    part = anna.get_by_role('region', name='Changes')
    expect(part).to_contain_text('Starter, 5 seats, $50.00 per month')
    _confirm(anna, 'Withdraw change', 'WITHDRAW CHANGE', 'would have been')
    expect(part.get_by_role('button', name='Change plan')).to_be_visible()


def test_what_olivia_forbids_leaves_annas_open_page_and_her_open_dialog(site: Site, seats: int) -> None:
    """POR-07: live, by the box in Portal Setup; and a price that changed is shown anew before it is paid."""
    olivia = site.staff('olivia', '/admin/setup/portal')
    anna = site.customer('anna', f'{PAGE}?record={seats}')
    anna.get_by_role('button', name='Change quantity').click()
    anna.get_by_label('Quantity (seats)').fill('8')
    dialog = anna.get_by_role('dialog', name='Change quantity')
    expect(dialog).to_contain_text('Billed now$42.00')
    olivia.get_by_role('switch', name='Bill upgrades at once').click()
    expect(dialog).not_to_contain_text('Billed now')
    expect(dialog).to_contain_text('comes on one of your next invoices')
    olivia.get_by_role('checkbox', name='Change the quantity').click()
    expect(dialog.get_by_role('alert')).to_contain_text('Changing the quantity is not offered here.')
    expect(dialog.get_by_role('button', name='CHANGE QUANTITY')).to_be_disabled()
    anna.keyboard.press('Escape')
    part = anna.get_by_role('region', name='Changes')
    expect(part.get_by_role('button', name='Change quantity')).to_have_count(0)
    expect(part.get_by_role('button', name='Change plan')).to_be_visible()
    olivia.get_by_role('button', name='Undo').click()
    expect(part.get_by_role('button', name='Change quantity')).to_be_visible()


def test_a_change_of_a_colleague_is_shown_before_anna_confirms_hers(site: Site, seats: int) -> None:
    """POR-07: what she agrees to is what she sees."""
    anna = site.customer('anna', f'{PAGE}?record={seats}')
    anna.get_by_role('button', name='Change quantity').click()
    anna.get_by_label('Quantity (seats)').fill('8')
    dialog = anna.get_by_role('dialog', name='Change quantity')
    expect(dialog).to_contain_text('Price per month now$100.00')
    do(site.world.as_customer('anna', 'C1001'), seats, Wanted(Kind.QUANTITY, quantity=6))
    expect(dialog).to_contain_text('Price per month now$120.00')
    with acting_as(site.as_staff('olivia')) as work:
        billing_settings.set_changes(work, [])
    expect(dialog.get_by_role('alert')).to_be_visible()


def _confirm(page: Page, opens: str, act: str, says: str) -> None:
    page.get_by_role('button', name=opens).click()
    dialog = page.get_by_role('dialog').last
    expect(dialog).to_contain_text(says)
    dialog.get_by_role('button', name=act).click()
    expect(page.locator('.notice-good').last).to_be_visible()
