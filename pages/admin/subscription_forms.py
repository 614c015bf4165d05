"""Making and changing a subscription, and its term. What was typed stays until it is right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from nicegui import ui

from components.confirm import Question, text_field, ticked, typed
from components.design import heading, icon_button, quiet_button
from components.formats import money
from pages.admin.billing_fields import day_field, day_typed
from pages.admin.number_fields import DecimalField, whole_field, whole_typed
from portal_app.auth.viewer import StaffViewer
from portal_app.business_day import business_day
from portal_app.models import Plan, Subscription
from portal_app.money import Money
from portal_app.services import subscription_verbs
from portal_app.services.invoice_page import Party
from portal_app.services.staff_subscriptions import choosable_plans
from portal_app.services.subscription_form import SubscriptionText, TypedItem
from portal_app.work import Work, acting_as, reading_as

PATH = '/admin/subscriptions'
PRICE = 'For one unit and cycle, such as 39.00. Empty: the price of the plan.'
TERM = 'Without a day it goes on until it is cancelled. Without months it expires on that day.'
ITEMS = 'Fixed fees each cycle, and usage that is billed as it is metered: name its event type then.'


def look_for_plans(viewer: StaffViewer, also: int | None = None) -> list[Plan]:
    """The plans to choose from, and this one. Runs in a thread."""
    with reading_as(viewer) as work:
        return choosable_plans(work, also)


def new_subscription(viewer: StaffViewer, plans: Sequence[Plan], customer: Party) -> None:
    """Ask for everything; then the page of the subscription opens."""
    with Question(f'New subscription of {customer.name}', 'Create') as form:
        form.card.classes('wide-form')
        fields = _Fields(viewer, plans, SubscriptionText('', None, 1, business_day()))
        active = ui.checkbox('Active at once; else it is a draft', value=True).props('dense')
    made: list[str] = []

    def verb() -> None:
        with acting_as(viewer) as work:
            found = subscription_verbs.create_subscription(
                work, fields.read(customer.number), active=ticked(active)
            )
            made[:] = [found.number]

    async def go() -> None:
        ui.navigate.to(f'{PATH}/{made[0]}')

    form.does(verb, lambda: f'Subscription {made[0]} has been created.', go)


def edit_subscription(
    viewer: StaffViewer, found: Subscription, text: SubscriptionText, plans: Sequence[Plan]
) -> None:
    """Change a draft."""
    with Question(f'Edit {found.number}', 'Save') as form:
        form.card.classes('wide-form')
        fields = _Fields(viewer, plans, text)
    _does(
        form,
        viewer,
        lambda work: subscription_verbs.edit_subscription(work, found.id or 0, fields.read(text.customer)),
        f'{found.number} has been saved.',
    )


def set_term(viewer: StaffViewer, found: Subscription) -> None:
    """Say when the term ends, and whether it is renewed."""
    with Question(f'Term of {found.number}', 'Save') as form:
        term = _Term(found.term_ends_on, found.term_months)
    _does(
        form,
        viewer,
        lambda work: subscription_verbs.set_term(work, found.id or 0, *term.read()),
        f'The term of {found.number} has been saved.',
    )


class _Term:
    """Two fields: until when, and by how many months it is renewed then."""

    def __init__(self, ends: date | None, months: int | None) -> None:
        with ui.element('div').classes('field-pair'):
            self.ends = day_field('Term ends on', ends)
            self.months = whole_field('Term months (renewed by)', months)
        ui.label(TERM).classes('soft small')

    def read(self) -> tuple[date | None, int | None]:
        """What was typed."""
        return day_typed(self.ends), whole_typed(self.months)


class _Fields:
    """All but the customer."""

    def __init__(self, viewer: StaffViewer, plans: Sequence[Plan], text: SubscriptionText) -> None:
        self.locale = viewer.locale
        names = {plan.id: f'{plan.name}, {_price(plan, viewer.locale)}' for plan in plans}
        self.plan = ui.select(names, label='Plan', value=text.plan_id if text.plan_id in names else None)
        self.plan.props('dense outlined options-dense')
        with ui.element('div').classes('field-pair'):
            self.quantity = whole_field('Quantity', text.quantity)
            self.price = DecimalField('Price', text.price, self.locale)
        ui.label(PRICE).classes('soft small')
        self.started = day_field('Started on', text.started_on)
        self.term = _Term(text.term_ends_on, text.term_months)
        heading(3, 'Beside the plan')
        ui.label(ITEMS).classes('soft small')
        self.place = ui.element('div').classes('item-rows')
        self.rows: list[_ItemRow] = []
        for item in text.items:
            self._add(item)
        quiet_button('Add an item', lambda: self._add(TypedItem()), icon='add').props('type=button')

    def read(self, customer: str) -> SubscriptionText:
        """What was typed; a browser may send anything."""
        return SubscriptionText(
            customer,
            self.plan.value if isinstance(self.plan.value, int) else None,
            whole_typed(self.quantity),
            day_typed(self.started),
            self.price.read(),
            *self.term.read(),
            tuple(row.read() for row in self.rows),
        )

    def _add(self, item: TypedItem) -> None:
        with self.place:
            self.rows.append(_ItemRow(item, self.locale, self._remove))

    def _remove(self, row: '_ItemRow') -> None:
        if row in self.rows:
            self.rows.remove(row)
            row.place.delete()


@dataclass
class _ItemRow:
    """The fields of one item."""

    item: TypedItem
    locale: str
    on_remove: Callable[['_ItemRow'], None]

    def __post_init__(self) -> None:
        item = self.item
        with ui.element('div').classes('item-row').props('role=group aria-label=Item') as self.place:
            self.description = text_field('Description', item.description, longest=500)
            self.quantity = DecimalField('Quantity', item.quantity, self.locale)
            self.unit = text_field('Unit', item.unit, longest=40)
            self.unit_price = DecimalField('Unit price', item.unit_price, self.locale)
            self.event_type = text_field('Usage event type', item.event_type)
            icon_button('delete', 'Remove this item', lambda: self.on_remove(self)).props('type=button')

    def read(self) -> TypedItem:
        """What was typed."""
        return TypedItem(
            typed(self.description),
            self.quantity.read(),
            typed(self.unit),
            self.unit_price.read(),
            typed(self.event_type),
        )


def _does(form: Question, viewer: StaffViewer, verb: Callable[[Work], object], done: str) -> None:
    def act() -> None:
        with acting_as(viewer) as work:
            verb(work)

    form.does(act, lambda: done)


def _price(plan: Plan, locale: str) -> str:
    unit = f' per {plan.unit}' if plan.unit else ''
    return f'{money(Money(plan.price, plan.currency), locale)}{unit}, {plan.cycle.lower()}'
