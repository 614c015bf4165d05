"""A mail as its reader sees it, in a frame that runs no scripts."""

from collections.abc import Callable
from functools import partial

from nicegui import ui

from components.design import quiet_button
from portal_app.mail.render import Rendered

WIDTHS = {'desktop': 'Desktop', 'phone': 'Phone', 'text': 'Plain text'}  # 600 and 360 pixels, and the twin


class MailPreview:
    """The head of a mail, and its body in the width of choice. `beside` draws what stands at the switch."""

    def __init__(self, beside: Callable[[], object] = lambda: None) -> None:
        with ui.element('div').classes('mail-preview'):
            with ui.element('div').classes('preview-tools'):
                with (
                    ui.element('div')
                    .classes('segments')
                    .props('role=group aria-label="Width of the preview"')
                ):
                    self.segments = {
                        width: quiet_button(label, partial(self._choose, width)).classes('segment')
                        for width, label in WIDTHS.items()
                    }
                beside()
            self.notice = ui.label().classes('preview-notice').props('role=status')
            with ui.element('dl').classes('mail-head'):
                self.to, self.subject, self.reply_to = map(_entry, ('To', 'Subject', 'Reply-To'))
            self.stage = (
                ui.element('div')
                .classes('stage')
                .props('tabindex=0 role=group aria-label="Text of the mail"')
            )
            with self.stage:
                self.frame = ui.element('iframe').props('title="The mail"')
                self.frame._props['sandbox'] = ''  # nothing is allowed, scripts least of all
                self.text = ui.element('pre')
                with self.text:
                    self.words = ui.label()
        self.notice.set_visibility(False)
        self._choose('desktop')

    def show(self, to: str, rendered: Rendered) -> None:
        """Show a mail."""
        self.to.set_text(to)
        self.subject.set_text(rendered.subject)
        self.reply_to.set_text(rendered.reply_to or 'the sender’s address')
        self.frame._props['srcdoc'] = rendered.html
        self.words.set_text(rendered.text)
        self.notice.set_visibility(False)
        self.stage.classes(remove='is-stale')

    def stale(self, why: str) -> None:
        """Say that it shows an earlier text, and why."""
        self.notice.set_text(why)
        self.notice.set_visibility(True)
        self.stage.classes('is-stale')

    def _choose(self, chosen: str) -> None:
        for width, segment in self.segments.items():
            segment._props['aria-pressed'] = 'true' if width == chosen else 'false'
        self.stage.classes(remove=' '.join(WIDTHS)).classes(chosen)
        self.frame.set_visibility(chosen != 'text')
        self.text.set_visibility(chosen == 'text')


def _entry(label: str) -> ui.label:
    with ui.element('dt'):
        ui.label(label)
    with ui.element('dd'):
        return ui.label()
