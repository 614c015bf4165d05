"""Email Log › one mail: what became of it, its text, and sending it again (MAIL-01, MAIL-02)."""

import asyncio
from datetime import datetime

from nicegui import ui

from components.attempt import attempt, say
from components.design import banner, button, heading, main_button
from components.formats import moment
from components.live import on_change
from components.mail_preview import MailPreview
from components.states import BADGES
from pages.admin.frame import admin_frame, surroundings
from portal_app.api.session import StaffViewer
from portal_app.auth import viewer as viewers
from portal_app.config import settings
from portal_app.errors import NotFound
from portal_app.live import Change, Topic
from portal_app.models import MailState
from portal_app.sandbox import MAIL_KEPT
from portal_app.services import customer_page, email_log
from portal_app.services.email_log import MailPage
from portal_app.work import acting_as, reading_as

LIST = '/admin/email-log'
KEPT = 'This mail was not sent, because no mail server was connected.'
KEPT_IN_SANDBOX = 'This mail was not sent, because this is a sandbox.'


def register() -> None:
    """Add the page."""
    ui.page(LIST + '/{mail_id}', dark=None)(email)


async def email(viewer: StaffViewer, mail_id: str) -> None:
    """One mail."""
    around = await asyncio.to_thread(surroundings, viewer, email_log.VIEW)
    if not mail_id.isdecimal() or len(mail_id) > 18:
        raise NotFound
    page = Email(viewer, int(mail_id))
    found = await asyncio.to_thread(page.look)
    with admin_frame(viewer, around, found.mail.subject, LIST):
        ui.link('Email Log', LIST).classes('back')
        page.build(found)

    async def follow(_change: Change) -> None:
        page.show(await asyncio.to_thread(page.look))

    customer = found.mail.customer_id
    on_change(Topic.MAIL, follow, concerns=lambda change: change.customer_id in (None, customer), pause=0.2)


class Email:
    """One open page of a mail."""

    def __init__(self, viewer: viewers.StaffViewer, mail_id: int) -> None:
        self.viewer, self.mail_id = viewer, mail_id
        self.link = ''  # once it was asked for
        self.shown: ui.input | None = None

    def look(self) -> MailPage:
        """The mail as it is now."""
        with reading_as(self.viewer) as work:
            self.may_send_again = email_log.may_send_again(work)
            self.may_open_customer = work.may(customer_page.VIEW)
            return email_log.read_mail(work, self.mail_id)

    def build(self, found: MailPage) -> None:
        """Draw everything."""
        self.top = ui.element('div')
        with ui.element('section').classes('panel').props('aria-label="The mail"'):
            if found.rendered:
                self.preview = MailPreview()
            else:
                ui.label(found.fault)
        self.show(found)

    def show(self, found: MailPage) -> None:
        """Show the mail as it is now; what the viewer chose of the preview stays."""
        self.found, self.shown = found, None
        self.top.clear()
        with self.top:
            self._head(found)
            self._outcome(found)
            self._facts(found)
            if found.link_lives_until:
                self._link(found, self._moment(found.link_lives_until))
        if found.rendered:
            self.preview.show(_mailbox(found), found.rendered)

    def _head(self, found: MailPage) -> None:
        with ui.element('div').classes('title-row'):
            heading(1, found.mail.subject)
            ui.label(found.mail.state).classes(f'badge {BADGES[found.mail.state]}')
            ui.space()
            if self.may_send_again and found.why_not_again is None:
                main_button('Send again', self._send_again)

    def _outcome(self, found: MailPage) -> None:
        mail = found.mail
        state = MailState(mail.state)
        why_not = found.why_not_again or ''
        if state is MailState.KEPT:
            banner(_why_kept(why_not), 'inventory_2')
        elif state is MailState.FAILED:
            banner(f'{mail.problem} {why_not}', 'error')
        elif mail.problem:
            again = f' Next try: {self._moment(mail.next_try_at)}.' if state is MailState.QUEUED else ''
            banner(f'{mail.problem}{again}', 'schedule' if again else 'block')

    def _facts(self, found: MailPage) -> None:
        mail = found.mail
        facts = {
            **({} if found.rendered else {'To': _mailbox(found)}),
            'Template': f'{found.template}, version {found.version}'
            if found.version > 0
            else f'{found.template}, test',
            'Created': self._moment(mail.created_at),
            'Tries': str(mail.attempts),
            'Sent': self._moment(mail.sent_at) if mail.sent_at else '–',
            **({'Attachment': found.attachment} if found.attachment else {}),
            'Message-ID': mail.message_id,
        }
        with (
            ui.element('section').classes('panel').props('aria-label="Delivery"'),
            ui.element('dl').classes('facts'),
        ):
            for name, value in facts.items():
                with ui.element('dt'):
                    ui.label(name)
                with ui.element('dd'):
                    ui.label(value)
            if found.customer:
                number, name = found.customer
                with ui.element('dt'):
                    ui.label('Customer')
                with ui.element('dd'):
                    if self.may_open_customer:
                        ui.link(name, f'/admin/customers/{number}')
                    else:
                        ui.label(name)

    def _link(self, found: MailPage, until: str) -> None:
        with ui.element('section').classes('panel').props('aria-label="Link"'):
            heading(2, 'The link in this mail')
            does = 'shows and pays the invoice' if found.pays else 'works once'
            ui.label(
                f'It {does}, for whoever has it, until {until}. Hand it on to {found.mail.to_name} only.'
            )
            if found.link_hidden:
                ui.label(found.link_hidden)
                return
            with ui.element('div').classes('copy-row'):
                if self.link:
                    address = ui.input(value=self.link).props('readonly outlined dense')
                    address._props['aria-label'] = 'Pay Now link' if found.pays else 'One-time link'
                    self.shown = address
                    button('Copy', self._copy, icon='content_copy')
                else:
                    button('Show link', self._show_link, icon='visibility')

    async def _show_link(self) -> None:
        client = ui.context.client

        def verb() -> None:
            with acting_as(self.viewer) as work:
                shown = email_log.show_link(work, self.mail_id)
            self.link = shown  # now that it is in the audit log

        if await attempt(verb):
            with client:
                self.show(self.found)
                if self.shown:
                    self.shown.run_method('focus')

    def _copy(self) -> None:
        ui.clipboard.write(self.link)
        say('The link has been copied.')

    async def _send_again(self) -> None:
        def verb() -> None:
            with acting_as(self.viewer) as work:
                email_log.send_again(work, self.mail_id)

        await attempt(verb, 'The mail is queued again.')

    def _moment(self, value: datetime) -> str:
        return moment(value, self.viewer.zone, self.viewer.locale)


def _why_kept(why_not_again: str) -> str:
    if why_not_again == MAIL_KEPT:
        return MAIL_KEPT
    kept = KEPT_IN_SANDBOX if settings().keeps_mail else KEPT
    return kept if why_not_again == email_log.NO_SERVER else f'{kept} {why_not_again}'


def _mailbox(found: MailPage) -> str:
    return f'{found.mail.to_name} <{found.mail.to_email}>'
