"""The dialog "Why can't they see it?": the chain of rules behind what a contact sees (field notes)."""

import asyncio

from nicegui import ui

from components.attempt import guarded
from components.design import heading, icon_button, main_button
from portal_app.auth.viewer import StaffViewer
from portal_app.errors import Invalid
from portal_app.services import visibility
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.services.visibility import Explanation, Outcome, Rule
from portal_app.work import reading_as

ICONS = {
    Outcome.PASSED: ('check_circle', 'rule-passed'),
    Outcome.FAILED: ('cancel', 'rule-failed'),
    Outcome.NOT_REACHED: ('remove_circle_outline', 'rule-open'),
}


def why_dialog(viewer: StaffViewer, contact_id: int, name: str) -> ui.dialog:
    """Open it for one contact: choose an object, name a record, read the rules."""
    return WhyDialog(viewer, contact_id, name).dialog


class WhyDialog:
    """One open dialog."""

    def __init__(self, viewer: StaffViewer, contact_id: int, name: str) -> None:
        self.viewer, self.contact_id = viewer, contact_id
        with (
            ui.context.client,  # not where the click was: that may be drawn anew meanwhile
            ui.dialog(value=True).props('role=dialog') as self.dialog,
            ui.card().classes('why'),
        ):
            self.dialog._props['aria-label'] = f"Why can't {name} see it?"
            with ui.element('div').classes('panel-head'):
                heading(2, f"Why can't {name} see it?")
                icon_button('close', 'Close', self.dialog.close)
            with ui.element('div').classes('why-question'):
                titles = {key: listing.title for key, listing in PORTAL_OBJECTS.items()}
                self.object = ui.select(titles, value=next(iter(titles)), label='What they look for')
                self.object.props('outlined dense options-dense').on_value_change(self._chosen)
                self.record = ui.input('Its ID or number').props('outlined dense maxlength=300')
                self.record.on('keydown.enter', self.explain)
                main_button('Explain', self.explain)
            self.verdict = ui.element('div').props('role=status')
            self.rules = ui.element('ol').classes('rules')
        self.dialog.on('hide', self.dialog.delete)
        self._offer_record()
        ui.timer(0, self.explain, once=True)

    async def explain(self) -> None:
        """Go through the rules as they are now."""
        key, reference = self.object.value, self.record.value

        def look() -> Explanation:
            if not isinstance(key, str) or not isinstance(reference, str):
                raise Invalid('object and record must be texts.')  # what a browser sends may be anything
            with reading_as(self.viewer) as work:
                return visibility.explain(work, self.contact_id, key, reference)

        found = await guarded(asyncio.to_thread(look))
        if found is not None and not self.dialog.is_deleted:
            self._show(found)

    async def _chosen(self) -> None:
        self._offer_record()
        await self.explain()

    def _show(self, found: Explanation) -> None:
        self.verdict.clear()
        with (
            self.verdict,
            ui.element('div').classes('verdict ' + ('is-seen' if found.visible else 'is-not-seen')),
        ):
            ui.icon('visibility' if found.visible else 'visibility_off').props('aria-hidden=true')
            ui.label(found.summary)
        self.rules.clear()
        with self.rules:
            for rule in found.rules:
                _rule(rule)

    def _offer_record(self) -> None:
        listing = PORTAL_OBJECTS.get(str(self.object.value))
        self.record.set_visibility(listing is not None and listing.summarise is None)


def _rule(rule: Rule) -> None:
    icon, look = ICONS[rule.outcome]
    with ui.element('li').classes(f'rule {look}'):
        ui.icon(icon).props('aria-hidden=true')
        with ui.element('div'):
            with ui.element('div').classes('rule-head'):
                ui.label(rule.name).classes('strong')
                ui.label(rule.outcome).classes('rule-outcome')
            ui.label(rule.sentence)
            if rule.mend:
                ui.link(rule.mend.label, rule.mend.address)
