"""The figures of the portal's home, and "Explain my balance" (POR-02, field notes)."""

import asyncio
from datetime import date
from typing import TypeGuard
from urllib.parse import urlencode

from nicegui import ui

from components.account_home import Figure, Step, draw_explanation, draw_figures
from components.attempt import guarded
from components.design import heading, main_link, quiet_button
from components.formats import day, local_day, money
from pages.portal.frame import address
from portal_app.auth.viewer import PortalViewer
from portal_app.money import Money
from portal_app.services.balances import Balance, Explanation, Share, explain
from portal_app.services.billing_states import UNPAID_STATES
from portal_app.services.portal_home import PortalHome
from portal_app.services.related import tabs_of
from portal_app.work import reading_as

NAMES = {'due': 'Amount due', 'overdue': 'Overdue', 'credit': 'Available credit', 'net': 'Net'}
MOST_NAMES = 3  # of companies that figures include


def draw_balance(viewer: PortalViewer, home: PortalHome) -> None:
    """The panel: figures of each currency, what they include, and the way to pay."""
    found = home.figures
    if not found.balances:
        return
    with ui.element('section').classes('panel account'):
        with ui.element('div').classes('panel-head'):
            heading(2, 'Your account')
            if home.can_pay:
                main_link('Make payment', address(viewer, 'pay'))
        for balance in found.balances:
            Figures(viewer, balance).draw()
        _facts(viewer, home)
        for sentence in _scope(found.includes, found.leaves_out):
            ui.label(sentence).classes('soft small')


class Figures:
    """The figures of one currency on one open page."""

    def __init__(self, viewer: PortalViewer, balance: Balance) -> None:
        self.viewer, self.balance = viewer, balance

    def draw(self) -> None:
        """Draw them, and the button that explains them."""
        amounts = {name: getattr(self.balance, name) for name in NAMES}
        draw_figures(
            [
                Figure(label, self._said(amounts[name]), 'bad' if name == 'overdue' and amounts[name] else '')
                for name, label in NAMES.items()
                if amounts[name] is not None
            ],
            self._explain,
        )
        opener = quiet_button('Explain my balance', self._explain, icon='calculate').classes('explain')
        opener._props['aria-label'] = f'Explain my balance in {self.balance.currency}'

    async def _explain(self) -> None:
        found = await guarded(asyncio.to_thread(self._look))
        if found is None:
            return
        title = f'Your balance in {self.balance.currency}'
        apart = [self._step(found.pending, key='payments')] if _some(found.pending) else []
        note = 'What is pending is taken off as soon as it has arrived.' if apart else ''
        draw_explanation(title, self._steps(found), apart, note)

    def _look(self) -> Explanation:
        with reading_as(self.viewer) as work:
            return explain(work, tabs_of(work), self.balance.currency)

    def _steps(self, found: Explanation) -> list[Step]:
        balance, steps = found.balance, []
        if found.ages is not None and balance.due is not None:
            steps += [self._step(share, key='invoices') for share in found.ages]
            steps.append(Step('Amount due', self._said(balance.due), strong=True))
        if found.payments is not None and found.credits is not None and balance.credit is not None:
            steps += [
                self._step(found.payments, key='payments', sign=-1),
                self._step(found.credits, key='credits', sign=-1),
                *([self._step(found.going_back, key='payments')] if _some(found.going_back) else []),
                Step('Available credit', self._said(-balance.credit), strong=True),
            ]
        if balance.net is not None:
            steps.append(Step('Net', self._said(balance.net), strong=True))
        return steps

    def _step(self, share: Share, *, key: str, sign: int = 1) -> Step:
        """A part with how many records it has; those of invoices lead to them."""
        where = self._invoices(share) if key == 'invoices' and share.count and any(share.days) else ''
        return Step(f'{share.name} ({share.count})', self._said(sign * share.amount), where)

    def _invoices(self, share: Share) -> str:
        first, last = share.days
        days = f'{_text(first)}..{_text(last)}'
        query = [('due_date', days), *(('status', state) for state in UNPAID_STATES)]
        return (
            f'{address(self.viewer, "invoices")}?{urlencode([*query, ("currency", self.balance.currency)])}'
        )

    def _said(self, minor: int) -> str:
        return money(Money(minor, self.balance.currency), self.viewer.locale)


def _facts(viewer: PortalViewer, home: PortalHome) -> None:
    """What was paid last, what comes next, and the last invoice."""
    locale = viewer.locale
    with ui.element('div').classes('account-facts'):
        if paid := home.last_paid:
            when = local_day(paid.at, viewer.zone, locale)
            ui.label(f'Last paid: {money(paid.amount, locale)} on {when}')
        if due := home.next_due:
            amount, when = money(due.balance, locale), day(due.day, locale)
            with ui.element('div').classes('account-fact'):
                ui.label(f'Next due: {amount} on {when}')
                ui.link(due.number, f'{address(viewer, "invoices")}?{urlencode({"q": due.number})}')
        if home.next_invoice:
            ui.label(f'Next invoice: {day(home.next_invoice, locale)}')
        if home.invoices and home.invoices.rows:
            ui.link(
                'View last invoice', f'{address(viewer, "invoices")}?record={home.invoices.rows[0]["id"]}'
            )


def _scope(includes: tuple[str, ...], leaves_out: tuple[str, ...]) -> list[str]:
    """What the figures are of, in sentences; nothing where they are simply those of the company."""
    found = []
    if includes:
        more = len(includes) - MOST_NAMES
        names = [*includes[:MOST_NAMES], *([f'{more} more'] if more > 0 else [])]
        found.append(f'Includes {" and ".join(filter(None, (", ".join(names[:-1]), names[-1])))}.')
    if leaves_out:
        found.append(f'Without {" and ".join(leaves_out)}, which are not shown to you.')
    return found


def _some(share: Share | None) -> TypeGuard[Share]:
    return share is not None and share.count > 0


def _text(when: date | None) -> str:
    return '' if when is None else when.isoformat()
