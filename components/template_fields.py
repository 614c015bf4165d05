"""The fields of an email template, with the variables to pick from and each problem beside its field."""

import json
from collections.abc import Callable, Sequence
from functools import partial

from nicegui import ui

from components.design import button, quiet_button
from components.entries import actions_menu
from components.formats import sentence
from portal_app.mail.checks import Problem
from portal_app.mail.template_kinds import TemplateKind, Variable
from portal_app.mail.templates import Draft

HINT = '**bold** · [text](address) · - list · a link alone in its paragraph becomes a button'
LABELS = {
    'subject': 'Subject',
    'body': 'Body',
    'instructions': 'Additional instructions',
    'support_contact': 'Support contact',
    'reply_to': 'Reply-to address',
}
# What is typed is not ours to select; insertText keeps the browser's undo.
INSERT = (
    'const field = document.getElementById({}); field.focus(); document.execCommand("insertText", false, {})'
)
SHOW_LINE = (
    'const field = document.getElementById({}), lines = field.value.split("\\n"), line = {};'
    'const start = lines.slice(0, line - 1).join("\\n").length + (line > 1 ? 1 : 0);'
    'field.focus(); field.setSelectionRange(start, start + (lines[line - 1] || "").length)'
)

Field = ui.input | ui.textarea


class TemplateFields:
    """What staff type. `on_change` follows each key."""

    def __init__(
        self, kind: TemplateKind, draft: Draft, changeable: bool, on_change: Callable[[], object]
    ) -> None:
        self.kind, self.on_change = kind, on_change
        self.at = 'body'  # the field with the cursor
        self.problem_line: dict[str, int] = {}
        self.fields: dict[str, Field] = {}
        self.jumps: dict[str, ui.button] = {}
        with ui.element('div').classes('template-fields'):
            self._add('subject', ui.input, draft)
            with ui.element('div').classes('body-tools'):
                ui.label(HINT).classes('soft small')
                if changeable:
                    self._variables()
            self._add('body', ui.textarea, draft).classes('body')
            self._add('instructions', ui.textarea, draft)
            self._add('support_contact', ui.input, draft)
            self._add('reply_to', ui.input, draft)
            self.enabled = ui.switch('Send this mail', value=draft.enabled)
            self.enabled.set_visibility(kind.can_disable)
        for field in self.fields.values():
            field.props('' if changeable else 'readonly')
        self.enabled.set_enabled(changeable)
        for field in self.fields.values():
            field.on_value_change(on_change)
        self.enabled.on_value_change(on_change)

    def draft(self) -> Draft:
        """What stands in the fields; a browser may send anything."""
        texts = {name: field.value for name, field in self.fields.items()}
        texts = {name: value if isinstance(value, str) else '' for name, value in texts.items()}
        return Draft(**texts, enabled=self.enabled.value is not False)

    def put(self, draft: Draft) -> None:
        """Fill the fields."""
        for name, text in draft.texts.items():
            self.fields[name].set_value(text)
        self.enabled.set_value(draft.enabled)

    def show(self, problems: Sequence[Problem]) -> None:
        """Each problem beside its field; fields without one lose theirs."""
        found = {problem.field: problem for problem in problems}
        for name, field in self.fields.items():
            problem = found.get(name)
            field.error = sentence(str(problem)) if problem else None
        for name, jump in self.jumps.items():
            self.problem_line[name] = found[name].line if name in found else 0
            jump.set_text(f'Show line {self.problem_line[name]}')
            jump.set_visibility(self.problem_line[name] > 0)

    def _add(self, name: str, widget: Callable[..., Field], draft: Draft) -> Field:
        # with its value from the start: one that is set later overtakes who types while the page connects
        field = widget(LABELS[name], value=draft.texts[name]).props(f'outlined for={_id(name)}')
        field.on('focus', partial(self._came_to, name), [])
        self.fields[name] = field
        if widget is ui.textarea:
            field.props('autogrow' if name != 'body' else '')
            self.jumps[name] = quiet_button('', partial(self._jump, name), icon='south').classes('jump')
            self.jumps[name].set_visibility(False)
        return field

    def _came_to(self, name: str) -> None:
        self.at = name

    def _variables(self) -> None:
        with (
            button('Insert variable', icon='data_object'),
            actions_menu().props('no-refocus').classes('variables'),
        ):
            for variable in self.kind.variables:
                with ui.menu_item(on_click=partial(self._insert, variable)).props('role=menuitem'):
                    ui.label(variable.label)
                    ui.label(_written(variable)).classes('code')

    def _insert(self, variable: Variable) -> None:
        field = 'body' if self.at == 'reply_to' else self.at
        ui.run_javascript(INSERT.format(json.dumps(_id(field)), json.dumps(_written(variable))))

    def _jump(self, name: str) -> None:
        ui.run_javascript(SHOW_LINE.format(json.dumps(_id(name)), self.problem_line[name]))


def _id(name: str) -> str:
    return f'template-{name.replace("_", "-")}'


def _written(variable: Variable) -> str:
    return f'{{{{ {variable.name} }}}}'
