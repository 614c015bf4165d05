"""Adding, changing and retiring a plan. What was typed stays until it is right."""

from collections.abc import Callable
from dataclasses import replace

from nicegui import ui

from components.confirm import Question, confirm, text_field, typed
from pages.admin.billing_fields import currencies
from pages.admin.number_fields import DecimalField, whole_field, whole_typed
from portal_app.auth.viewer import StaffViewer
from portal_app.models import Cycle
from portal_app.services import plans
from portal_app.services.plans import PlanText
from portal_app.work import Work, acting_as

FAMILY = (
    'Customers can change between plans of one family, currency and cycle. A higher priority is an upgrade, '
    'in force at once; a lower one waits for the end of the cycle.'
)
USED = 'Somebody has subscribed: currency and cycle stay, and so does the price that was agreed with them.'


def new_plan(viewer: StaffViewer, currency: str) -> None:
    """Add one that can be chosen at once."""
    with Question('New plan', 'Add plan') as form:
        form.card.classes('wide-form')
        fields = _Fields(PlanText('', '', currency, ''), viewer.locale, used=False)
    _does(form, viewer, lambda work: plans.create_plan(work, fields.read()), 'The plan has been added.')


def edit_plan(viewer: StaffViewer, plan_id: int, text: PlanText, *, used: bool) -> None:
    """Change one."""
    with Question(f'Edit {text.name}', 'Save') as form:
        form.card.classes('wide-form')
        fields = _Fields(text, viewer.locale, used=used)
    _does(
        form, viewer, lambda work: plans.edit_plan(work, plan_id, fields.read()), 'The plan has been saved.'
    )


def ask_to_retire(viewer: StaffViewer, plan_id: int, name: str) -> None:
    """Nobody can choose it any more."""
    confirm(
        f'Retire {name}',
        'Nobody can choose it any more. Whoever has subscribed to it keeps it.',
        'Retire',
        _verb(viewer, lambda work: plans.set_active(work, plan_id, False)),
        f'{name} has been retired.',
    )


def offer_again(viewer: StaffViewer, plan_id: int, name: str) -> None:
    """It can be chosen again."""
    confirm(
        f'Offer {name} again',
        'Customers and staff can choose it again.',
        'Offer again',
        _verb(viewer, lambda work: plans.set_active(work, plan_id, True)),
        f'{name} is offered again.',
    )


class _Fields:
    """Everything about a plan."""

    def __init__(self, text: PlanText, locale: str, *, used: bool) -> None:
        self.before = text
        with ui.element('div').classes('field-pair'):
            self.name = text_field('Name', text.name, longest=100)
            self.code = text_field('Code', text.code, longest=60)
        with ui.element('div').classes('field-pair'):
            self.price = DecimalField('Price of one unit', text.price, locale)
            self.currency = ui.select(currencies(), label='Currency', value=text.currency, with_input=True)
        with ui.element('div').classes('field-pair'):
            self.cycle = ui.select(list(map(str, Cycle)), label='Billing cycle', value=text.cycle)
            self.unit = text_field('Unit, such as seats', text.unit, longest=40)
        for select in (self.currency, self.cycle):
            select.props('dense outlined options-dense').set_enabled(not used)
        if used:
            ui.label(USED).classes('soft small')
        with ui.element('div').classes('field-pair'):
            self.least = whole_field('Least quantity', text.least)
            self.most = whole_field('Most (empty: any)', text.most)
        with ui.element('div').classes('field-pair'):
            self.family = text_field('Family', text.family, longest=100)
            self.priority = whole_field('Priority', text.priority)
        ui.label(FAMILY).classes('soft small')
        self.about = ui.textarea('Description', value=text.description).props('dense outlined autogrow')

    def read(self) -> PlanText:
        """What was typed; a browser may send anything."""
        about, currency, cycle = (
            field.value if isinstance(field.value, str) else ''
            for field in (self.about, self.currency, self.cycle)
        )
        return replace(
            self.before,
            name=typed(self.name),
            code=typed(self.code),
            price=self.price.read(),
            currency=currency,
            cycle=cycle,
            unit=typed(self.unit),
            least=whole_typed(self.least),
            most=_most(self.most),
            family=typed(self.family),
            priority=whole_typed(self.priority),
            description=about,
        )


def _most(field: ui.input) -> int | None:
    """Empty is any; what is no whole number is refused as 0 is."""
    return (whole_typed(field) or 0) if typed(field).strip() else None


def _verb(viewer: StaffViewer, change: Callable[[Work], object]) -> Callable[[], None]:
    def run() -> None:
        with acting_as(viewer) as work:
            change(work)

    return run


def _does(form: Question, viewer: StaffViewer, verb: Callable[[Work], object], done: str) -> None:
    form.does(_verb(viewer, verb), lambda: done)
