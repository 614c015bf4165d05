"""A new invoice, or a draft that is changed: with the keyboard alone, its sums following every key."""

import asyncio

from fastapi import Request
from nicegui import ui

from components.attempt import say
from components.data_choice import DataChoice
from components.design import button, heading, main_button, quiet_button
from components.invoice_form import InvoiceForm
from components.leaving import GUARD, leave
from pages.admin.billing_fields import currencies, later
from pages.admin.draft_text import day_of, sums_shown, text_of
from pages.admin.for_customer import customer_choice
from pages.admin.frame import admin_frame, surroundings
from portal_app.api.session import StaffViewer
from portal_app.auth import viewer as viewers
from portal_app.errors import PortalError, SignedOut
from portal_app.services import invoice_drafts, invoicing
from portal_app.services.billing_rules import ADD, EDIT, BillingRefused, Problems, spoken
from portal_app.services.invoice_form import TypedInvoice, check_typed
from portal_app.services.invoice_lines import TypedLine
from portal_app.services.money_page import Account, account_numbered, account_of
from portal_app.work import Work, acting_as, reading_as

LIST = '/admin/invoices'


def register() -> None:
    """Add the pages; the first before that of an invoice, whose address it would fit."""
    ui.page(LIST + '/new', dark=None)(new_invoice)
    ui.page(LIST + '/{number}/edit', dark=None)(edit_invoice)


async def new_invoice(viewer: StaffViewer, request: Request) -> None:
    """A new invoice; `?customer=` names whom it is for."""
    around = await asyncio.to_thread(surroundings, viewer, ADD)
    wanted = request.query_params.get('customer', '')
    account = await asyncio.to_thread(_account, viewer, wanted)
    with admin_frame(viewer, around, 'New invoice', LIST).classes('wide'):
        await InvoiceEditor(viewer, around.grants, account).build()


async def edit_invoice(viewer: StaffViewer, number: str) -> None:
    """A draft."""
    around = await asyncio.to_thread(surroundings, viewer, EDIT)
    draft_id, began = await asyncio.to_thread(_draft, viewer, number)
    with admin_frame(viewer, around, f'Edit {number}', LIST).classes('wide'):
        await InvoiceEditor(viewer, around.grants, None, number, draft_id, began).build()


class InvoiceEditor:
    """One open page. What was typed stays until it is saved; the browser asks before it is dropped."""

    choice: DataChoice

    def __init__(
        self,
        viewer: viewers.StaffViewer,
        grants: frozenset[str],
        account: Account | None,
        number: str = '',
        draft_id: int = 0,
        began: TypedInvoice | None = None,
    ) -> None:
        self.viewer, self.grants, self.account = viewer, grants, account
        self.number, self.draft_id, self.began = number, draft_id, began
        self.client = ui.context.client
        self.changed = self.refused = self.saving = False

    async def build(self) -> None:
        """Draw everything."""
        ui.link('Invoices', LIST).classes('back')
        with ui.element('div').classes('title-row'):
            heading(1, f'Edit {self.number}' if self.draft_id else 'New invoice')
        self.form = InvoiceForm(
            text_of(self.began, self.account, self.viewer.locale),
            currencies(),
            self.viewer.locale,
            self._draw_customer,
            self._follow,
        )
        with ui.element('div').classes('save-bar'):
            (button if EDIT.grant in self.grants else main_button)(
                'Save draft', lambda: self._save(posts=False)
            )
            if EDIT.grant in self.grants:
                main_button('Save and post', lambda: self._save(posts=True))
            back = f'{LIST}/{self.number}' if self.draft_id else LIST
            quiet_button('Cancel', lambda: ui.navigate.to(back))
        self._show_sums()

    def _draw_customer(self) -> None:
        if self.began:
            ui.label(f'Customer: {self.began.customer}').classes('strong')
            return
        self.choice = customer_choice(self.viewer, self._chosen)
        if self.account and (party := self.account.customer):
            self.choice.show(party.id, f'{party.name} ({party.number})')

    async def _chosen(self) -> None:
        def look() -> Account | None:
            with reading_as(self.viewer) as work:
                return account_of(work, self.choice.chosen) if self.choice.chosen else None

        self.account = await asyncio.to_thread(look)
        if self.account:
            self.form.set_currency(self.account.currency)
        self._follow()

    def _typed(self) -> tuple[TypedInvoice, Problems]:
        """What is in the form, and what of it cannot be read."""
        texts, problems = self.form.read()
        customer = self.began.customer if self.began else ''
        if self.account and self.account.customer:
            customer = self.account.customer.number
        if not customer:
            problems['customer'] = 'must be chosen'
        lines = tuple(TypedLine(**vars(line)) for line in texts.lines)
        date, due = day_of(texts.date), day_of(texts.due_date)
        return TypedInvoice(customer, texts.currency, date, due, texts.reference, texts.note, lines), problems

    def _follow(self) -> None:
        """Something was typed."""
        if not self.changed:
            self.changed = True
            ui.run_javascript(GUARD.format('true'))
        self._show_sums()
        if self.refused:
            typed, problems = self._typed()
            self._refuse(check_typed(typed)[1] | problems, focus=False)

    def _show_sums(self) -> None:
        self.form.show_sums(*sums_shown(self._typed()[0], self.viewer.locale))

    async def _save(self, *, posts: bool) -> None:
        if self.saving:
            return
        self.saving = True
        try:
            await self._try(posts=posts)
        finally:
            self.saving = False

    async def _try(self, *, posts: bool) -> None:
        typed, unread = self._typed()
        if unread:  # what is a number elsewhere must not be taken for one here
            self._refuse(check_typed(typed)[1] | unread)
            return
        done: list[tuple[str, str]] = []

        def verb() -> None:
            with acting_as(self.viewer) as work:
                done[:] = [self._store(work, typed, posts=posts)]

        try:
            await asyncio.to_thread(verb)
        except SignedOut as error:
            with self.client:
                leave(error)
        except BillingRefused as error:
            with self.client:
                self._refuse(error.problems)
        except PortalError as error:
            with self.client:
                self.form.refuse({}, error.message.split('\n'))
        else:
            with self.client:
                ui.run_javascript(GUARD.format('false'))
                say(done[0][1])
                ui.navigate.to(f'{LIST}/{done[0][0]}')

    def _store(self, work: Work, typed: TypedInvoice, *, posts: bool) -> tuple[str, str]:
        """Its number, and what is said of it."""
        if self.draft_id:
            draft = invoice_drafts.edit_draft(work, self.draft_id, typed, self.began)
        else:
            draft = invoice_drafts.create_draft(work, typed)
        if not posts:
            return draft.number, f'{draft.number} has been saved.'
        posted = invoicing.post_invoice(work, draft.id or 0)
        said = f'{posted.number} has been posted.{later(posted.counts_from, self.viewer.locale)}'
        return posted.number, said

    def _refuse(self, problems: Problems, *, focus: bool = True) -> None:
        self.refused = True
        others = [f'{spoken(name)} {problems[name]}.' for name in ('lines', 'total') if name in problems]
        self.form.refuse(problems, others, focus=focus)


def _account(viewer: viewers.StaffViewer, number: str) -> Account:
    with reading_as(viewer) as work:
        return account_numbered(work, number)


def _draft(viewer: viewers.StaffViewer, number: str) -> tuple[int, TypedInvoice]:
    with reading_as(viewer) as work:
        return invoice_drafts.draft_to_edit(work, number)
