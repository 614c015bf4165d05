"""Portal Setup › Billing: changes of subscriptions, part payments, retries of auto pay, notices (POR-07)."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from components.confirm import typed
from components.design import heading, main_button, switched
from components.section import Section, Verb
from pages.admin.setup_state import Editor, SetupState
from portal_app.errors import Invalid
from portal_app.services import billing_settings
from portal_app.services.billing_settings import CHANGES, BillingSettings
from portal_app.work import Work

LEAD = 'What customers may do by themselves, and how your business is told.'
CHANGE_LEAD = 'Customers may do this to their own subscriptions. The price is shown before they confirm.'
BILLS = 'Bill upgrades at once, for the days that are left of the cycle'
PARTS = 'Customers may pay a part of what is open'
RETRIES = 'Days after each failure, such as 1, 3, 5. Empty: auto pay does not try again.'
EMAIL = 'Empty: notices about billing go to the Owners.'
NOTE = 'How to pay otherwise, such as bank details. It stands on invoices.'

Put = Callable[[Work, Any], object]


class BillingSection:
    """Toggles, which save by themselves, and three fields, which are saved by their button."""

    def __init__(self, editor: Editor, state: SetupState) -> None:
        self.editor, self.saved = editor, state.billing
        with Section('Billing', LEAD) as self.section:
            with ui.element('div').classes('object').props('role=group aria-label="Changes by customers"'):
                heading(3, 'Subscriptions')
                ui.label(CHANGE_LEAD).classes('soft small')
                with ui.element('div').classes('fields'):
                    self.boxes = {key: self._change_box(key, label) for key, label in CHANGES.items()}
                self.bills = self._switch(BILLS, 'bills_changes', billing_settings.set_bills_changes)
            with ui.element('div').classes('object'):
                heading(3, 'Payments')
                self.parts = self._switch(PARTS, 'part_payments', billing_settings.set_part_payments)
                with ui.element('form').on('submit.prevent', self._save).classes('billing-form'):
                    self._fields()
                    self.button = main_button('Save billing', lambda: None).props('type=submit')
        self.show(state)

    def show(self, state: SetupState) -> None:
        """Show what is stored; what is being typed stays."""
        before, self.saved = self.saved, state.billing
        for key, box in self.boxes.items():
            box.set_value(key in self.saved.subscription_changes)
        self.bills.set_value(self.saved.bills_changes)
        self.parts.set_value(self.saved.part_payments)
        for field, old, new in zip(self._typed_fields, _texts(before), _texts(self.saved), strict=True):
            if typed(field) == old:
                field.set_value(new)
            field.set_enabled(state.changeable)
        toggles: list[ui.checkbox | ui.switch] = [*self.boxes.values(), self.bills, self.parts]
        for toggle in toggles:
            toggle.set_enabled(state.changeable)
        self.button.set_visibility(state.changeable)

    @property
    def _typed_fields(self) -> Sequence[ui.input | ui.textarea]:
        return (self.retries, self.email, self.note)

    def _fields(self) -> None:
        retries, email, note = _texts(self.saved)
        self.retries = ui.input('Auto pay tries again', value=retries, validation=_retries_problem)
        self.retries.props('outlined dense hide-bottom-space maxlength=60')
        ui.label(RETRIES).classes('soft small')
        self.email = ui.input('Billing notices go to', value=email, validation=_email_problem)
        self.email.props(
            'outlined dense hide-bottom-space maxlength=254 autocapitalize=none spellcheck=false'
        )
        ui.label(EMAIL).classes('soft small')
        self.note = ui.textarea('Payment note', value=note, validation=_note_problem)
        self.note.props('outlined dense hide-bottom-space autogrow')
        ui.label(NOTE).classes('soft small')

    def _change_box(self, key: str, label: str) -> ui.checkbox:
        box = ui.checkbox(label, value=key in self.saved.subscription_changes).props('dense')

        async def change(value: bool) -> None:
            def to(wanted: bool) -> Verb:
                return self.editor.verb(lambda work: billing_settings.allow_change(work, key, wanted))

            done = f'{label}: customers {"may do this" if value else "may not do this any more"}.'
            if not await self.section.save(to(value), done, to(not value)):
                box.set_value(not value)

        box.on('update:model-value', lambda event: change(switched(event)))
        return box

    def _switch(self, label: str, name: str, put: Put) -> ui.switch:
        toggle = ui.switch(label, value=getattr(self.saved, name)).classes('billing-switch').props('dense')

        async def change(value: bool) -> None:
            def to(wanted: bool) -> Verb:
                return self.editor.verb(lambda work: put(work, wanted))

            if not await self.section.save(to(value), f'{label}: {"on" if value else "off"}.', to(not value)):
                toggle.set_value(not value)

        toggle.on('update:model-value', lambda event: change(switched(event)))
        return toggle

    async def _save(self) -> None:
        if not all([field.validate() for field in self._typed_fields]):  # noqa: C419 - each says what is wrong
            return
        before = self.saved
        retries, email, note = (typed(field) for field in self._typed_fields)

        def put(days: Sequence[int], email: str, note: str) -> Verb:
            def verb(work: Work) -> None:
                billing_settings.set_retry_days(work, days)
                billing_settings.set_billing_email(work, email)
                billing_settings.set_payment_note(work, note)

            return self.editor.verb(verb)

        wanted = put(billing_settings.typed_days(retries), email, note)
        undo = put(before.retry_days, before.billing_email, before.payment_note)
        await self.section.save(wanted, 'Saved.', undo)


def _texts(found: BillingSettings) -> tuple[str, str, str]:
    """What the three fields say."""
    return ', '.join(map(str, found.retry_days)), found.billing_email, found.payment_note


def _problem(rule: Callable[[str], object], text: object) -> str | None:
    try:
        rule(text if isinstance(text, str) else '')
    except Invalid as error:
        return error.message.replace('\n', ' ')
    return None


def _retries_problem(text: object) -> str | None:
    return _problem(billing_settings.typed_days, text)


def _email_problem(text: object) -> str | None:
    return _problem(billing_settings.checked_email, text)


def _note_problem(text: object) -> str | None:
    return _problem(billing_settings.checked_note, text)
