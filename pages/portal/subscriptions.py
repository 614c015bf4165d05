"""The Subscriptions tab (POR-05, POR-07)."""

from fastapi import Request
from nicegui import ui

from components.account_parts import PartLine, draw_lines, draw_sums, section
from components.formats import money, number, price
from pages.portal.account_records import AccountRecords
from pages.portal.records import records_page
from pages.portal.subscription_dialogs import subscription_changes
from portal_app.api.session import PortalViewer
from portal_app.services.subscription_detail import Item, SubscriptionDetail, subscription_detail
from portal_app.work import Work


def register() -> None:
    """Add the page."""
    ui.page('/portal/{company}/subscriptions', dark=None)(subscriptions)


async def subscriptions(viewer: PortalViewer, request: Request) -> None:
    """What the customer has subscribed to."""
    await records_page(viewer, request, 'subscriptions', kind=Subscriptions)


class Subscriptions(AccountRecords):
    """One open page of subscriptions."""

    beside = ('price', 'currency')
    choices = (
        ('All', ()),
        ('Active', ('Active', 'Paused')),
        ('Cancelled', ('Cancelled', 'Expired')),
        ('Draft', ('Draft',)),
    )

    def details(self, work: Work, record_id: int) -> SubscriptionDetail:
        """What the drawer of a subscription shows beside its fields."""
        return subscription_detail(work, record_id)

    def draw_detail_top(self, detail: SubscriptionDetail) -> None:
        """What is to change, and what can be changed."""
        subscription_changes(self.viewer, self.opened)

    def draw_detail(self, detail: SubscriptionDetail) -> None:
        """Items and price."""
        locale = self.viewer.locale
        if detail.items:
            with section('Items'):
                draw_lines([self._item(item, detail.currency) for item in detail.items])
        if detail.unit_price and detail.per_cycle:
            with section('Price'):
                draw_sums(
                    (
                        ('One unit of the plan', money(detail.unit_price, locale)),
                        ('Each billing cycle, without usage and tax', money(detail.per_cycle, locale)),
                    ),
                    strong=('Each billing cycle, without usage and tax',),
                )

    def _item(self, item: Item, currency: str) -> PartLine:
        locale = self.viewer.locale
        each = price(item.unit_price, currency, locale)
        if item.is_usage:
            unit = f' per {item.unit}' if item.unit else ''
            return PartLine(item.description, f'{each}{unit}', 'As it is used')
        return PartLine(
            item.description, each, f'{number(item.quantity, locale)} {item.unit}'.strip() + ' each cycle'
        )
