"""The fields of the Company Profile, each problem beside its field."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from components.design import heading

CHECKBOX = "Display 'Terms and Conditions' and 'Privacy Policy' during checkout"
LEGAL = 'The links appear on the registration, login and Pay Now pages.'

Field = ui.input | ui.textarea | ui.select


class ProfileForm:
    """What staff type. It knows labels, values and problems by the fields' names, and no rules."""

    def __init__(
        self, labels: Mapping[str, str], choices: Mapping[str, Mapping[str, str]], values: Mapping[str, Any]
    ) -> None:
        self.labels, self.choices = labels, choices
        self.fields: dict[str, Field] = {}
        with ui.element('div').classes('profile-fields'):
            self._text('name', values, longest=200)
            self._text('address', values, area=True)
            self._text('support_email', values, longest=254)
            self._text('support_phone', values, longest=60)
            for name in ('currency', 'time_zone', 'locale'):
                self._choice(name, values)
        with ui.element('div').classes('profile-legal').props('role=group aria-label="Legal links"'):
            heading(3, 'Legal links')
            self.legal = ui.checkbox(CHECKBOX, value=values['legal_links'], on_change=self._show_links)
            ui.label(LEGAL).classes('soft small')
            self.links = ui.element('div').classes('profile-links')
            with self.links:
                for name in ('terms_url', 'privacy_url'):
                    self._text(name, values, longest=600, hint='https://…')
        self._show_links()

    @property
    def values(self) -> dict[str, Any]:
        """What is in the fields now; a browser may send anything."""
        found: dict[str, Any] = {
            name: field.value if isinstance(field.value, str) else '' for name, field in self.fields.items()
        }
        return found | {'legal_links': self.legal.value is True}

    def show(self, values: Mapping[str, Any]) -> None:
        """Put these values in place of what is there."""
        for name, field in self.fields.items():
            field.set_value(values[name])
        self.legal.set_value(values['legal_links'])
        self.refuse({})

    def refuse(self, problems: Mapping[str, str]) -> None:
        """Say beside each field what is wrong with it, and go to the first."""
        for name, field in self.fields.items():
            problem = problems.get(name)
            field.error = f'{self.labels[name]} {problem}.' if problem else None
        first = next((field for name, field in self.fields.items() if name in problems), None)
        if first is not None:
            first.run_method('focus')

    def set_enabled(self, enabled: bool) -> None:
        """Whether anything can be typed."""
        for field in (*self.fields.values(), self.legal):
            field.set_enabled(enabled)

    def _text(
        self, name: str, values: Mapping[str, Any], *, longest: int = 1000, area: bool = False, hint: str = ''
    ) -> None:
        kind = ui.textarea if area else ui.input
        field = kind(self.labels[name], value=values[name], placeholder=hint or None)
        field.props(f'outlined dense maxlength={longest}' + (' autogrow' if area else ''))
        self.fields[name] = field

    def _choice(self, name: str, values: Mapping[str, Any]) -> None:
        field = ui.select(
            dict(self.choices[name]), label=self.labels[name], value=values[name], with_input=True
        )
        field.props('outlined dense options-dense fill-input hide-selected')
        self.fields[name] = field

    def _show_links(self) -> None:
        self.links.set_visibility(self.legal.value is True)
