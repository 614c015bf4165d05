"""`run.py reconcile` and `run.py billing`: what the server does by itself, once, for who asks (OPS-02)."""

import argparse
from typing import Any

from portal_app.billing_worker import run_once
from portal_app.services.reconciliation import reconcile


def add_billing_options(commands: Any) -> None:
    """The two commands."""
    commands.add_parser('reconcile', help='find out what became of payments that are under way')
    commands.add_parser('billing', help='do once what the server does by itself: auto pay and the like')


def run_reconcile(_options: argparse.Namespace) -> int:
    """Look up every payment under way. 1 where the gateway did not answer about some."""
    done = reconcile(all=True)
    print(f'Payments and refunds looked up: {done}.')
    if done.unanswered:
        print(f'The gateway did not answer about {done.unanswered} of them. Try again later.')
    return 1 if done.unanswered else 0


def run_billing(_options: argparse.Namespace) -> int:
    """Do each job of the billing worker once."""
    for title, came in run_once():
        print(f'{title}: {came}')
    return 0
