"""The service functions that ask for no grant, each with the reason, and how all functions are found."""

import ast
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from types import FunctionType, ModuleType
from typing import Any

from sqlmodel import Session

from portal_app import mail, services
from portal_app.work import Work
from tests.role_walk_verbs import spoken

ROOT = Path(__file__).parent.parent
CALLERS = [
    path for folder in ('pages', 'components', 'portal_app/api') for path in (ROOT / folder).rglob('*.py')
]
OPENS = {'acting_as', 'reading_as', 'writing', 'reading'}  # what begins a transaction


@dataclass(frozen=True)
class Inner:
    """Functions that ask for no grant. `on_pages`: pages and routes call them all the same."""

    reason: str
    names: str
    on_pages: bool = False


NOT_FOR_STAFF = (
    Inner(
        'what every page wears, also those of customers and visitors',
        'organization.organization organization.brand organization.picture_in_use branding.stored_picture '
        'setup.shown',
        on_pages=True,
    ),
    Inner(
        'what customers read of their own companies; staff have no company, and see nothing',
        'access.companies access.family_of contact_tabs.hidden_tabs setup.portal_tabs setup.portal_tab '
        'subscription_offers.offer subscription_changes.preview subscription_changes.confirm',
        on_pages=True,
    ),
    Inner(
        'what customers see of their own accounts; staff have no company, and see nothing',
        'balances.can_pay_something balances.explain balances.figures documents.document_for_customer '
        'invoice_detail.invoice_detail invoice_detail.payments_possible line_events.events_behind '
        'payment_detail.credit_detail payment_detail.payment_detail portal_home.portal_home '
        'related.credits_of related.ids_by_number related.invoices_of related.payments_of '
        'related.refunds_of related.tabs_of related.visible_row statement_detail.statement_detail '
        'subscription_detail.subscription_detail',
        on_pages=True,
    ),
    Inner(
        'what documents and drawers say of records that whoever asks was found to be allowed to see',
        'document_sheets.credit_sheet document_sheets.invoice_sheet document_sheets.receipt_sheet '
        'document_sheets.seller document_sheets.statement_sheet documents.document '
        'invoice_figures.applied_from_source invoice_figures.applied_to_invoice invoice_figures.lines_of '
        'invoice_figures.service_name statement_files.statement_file',
    ),
    Inner(
        'the doors of people who have not signed in, or hold a link: signing in and out, registering, asking',
        'sign_in.sign_in sign_in.sign_out_token sign_in.companies_of_token sign_in.portal_viewer '
        'sign_in.staff_viewer access_requests.request_access access_requests.ask_for_new_link '
        'password_resets.send_reset registration.look_at registration.accept registration.join '
        'registration.join_staff registration.set_password first_run.is_open first_run.begin '
        'view_as.view_of view_as.stop',
        on_pages=True,
    ),
    Inner(
        'an export of one’s own; `exports.exportable` and `exports.prepare` ask what it may hold',
        'exports.begin exports.find exports.cancel exports.finish exports.manifest',
        on_pages=True,
    ),
    Inner(
        'it leaves out by itself what the viewer’s role does not include',
        'next_steps.next_steps configuration.unseen_roles',
        on_pages=True,
    ),
    Inner(
        'it leaves out by itself what the role does not include, or begins with a verb that asks',
        'customer_billing.customer_billing refunds.refund_payment refunds.ask_again payment_end.end_payment',
        on_pages=True,
    ),
    Inner(
        'how customers pay and keep methods, of their own companies; staff have none',
        'paying.require_paying paying.payable paying.unfinished paying.begin paying.use_credit '
        'paying.payment_by_number '
        'payment_methods.are_kept payment_methods.methods payment_methods.set_default '
        'payment_methods.set_auto_pay method_saving.begin_adding method_saving.finish_adding '
        'method_saving.remove',
        on_pages=True,
    ),
    Inner(
        'what the gateway is asked about a payment, once whoever asks was found to be allowed to',
        'charging.charge charging.look_up charging.give_up',
        on_pages=True,
    ),
    Inner(
        'the doors of who holds the link of an invoice, and of gateways, which sign what they say',
        'pay_now.look pay_now.pay pay_now.come_back pay_now.give_up gateway_notices.take',
        on_pages=True,
    ),
    Inner(
        'a part of paying, and of what gateways say',
        'charging.found payment_start.own_method payment_start.start credit_use.use_credits '
        'credit_use.spend payers.payer_of settling.note_checkout settling.settle settling.fail '
        'settling.end auto_pay_tries.after_failure auto_pay_tries.begin_anew auto_pay.default_method '
        'pay_links.issue pay_links.find billing_mail.send_invoice billing_mail.send_receipt '
        'billing_mail.send_failure '
        'billing_mail.send_expiry billing_mail.notify_staff method_saving.keep method_saving.end '
        'method_saving.lose payment_methods.removable payment_methods.company_of '
        'returned_money.refunded returned_money.charged_back mail.attachments.name_of',
    ),
    Inner(
        'a job of the billing worker',
        'gateway_notices.deliver_test_notices reconciliation.reconcile auto_pay.charge_due '
        'method_expiry.warn statements_due.issue_all_due statements.accounts_to_state statements.issue '
        'statements.balance_at statement_snapshot.snapshot',
    ),
    Inner(
        'a part of verbs on billing records, which have asked',
        'accounts.account accounts.enter accounts.fresh accounts.hold_account accounts.shift accounts.tell '
        'allocations.chosen_parts allocations.for_credit allocations.for_payment allocations.open_invoices '
        'applications.applied_from applications.applied_to applications.apply applications.take_back '
        'billing_rules.customer_with billing_rules.held billing_rules.moment_of billing_rules.put_off '
        'counters.next_number going_back.going_back invoice_drafts.billed_for invoice_form.delete_line '
        'invoice_form.rows_of invoice_form.typed_of invoice_form.write_lines invoice_page.party '
        'ledger.give_up ledger.issue ledger.plan ledger.post ledger.receive ledger.refund '
        'ledger.reverse_credit ledger.void ledger.write_off ledger.refundable_now ledger.spendable '
        'refunds.ask_gateway refunds.settle_refund '
        'refunds.fail_refund using_money.parts_for using_money.unuse using_money.use using_money.used',
    ),
    Inner(
        'a part of verbs on subscriptions, which have asked, or of what the billing worker does with them',
        'billing_mail.staff_recipients plans.find_plan plans.hold_plans plans.is_used '
        'subscription_billing.post_prorated subscription_billing.tax_rate subscription_case.case_of '
        'subscription_case.check_allowed subscription_case.seen subscription_case.why_not '
        'subscription_due.apply_all_due subscription_due.apply_due subscription_form.check '
        'subscription_form.content subscription_form.items_of subscription_form.typed_of '
        'subscription_form.write_items subscription_mail.tell_of_change '
        'subscription_rows.find_subscription subscription_rows.held_subscription subscription_rows.keep '
        'subscription_rows.plan_of subscription_rows.settle',
    ),
    Inner(
        'a part of verbs that have asked',
        'access.companies_of access.company_of access.set_access access_changes.carry_out '
        'access_changes.set_status access_changes.logins access_changes.settle_requests '
        'access_changes.spoken candidates.hold_access candidates.of_contact candidates.of_contacts '
        'candidates.of_customers configuration_difference.changes email_templates.current '
        'email_templates.hold links.issue links.issue_all links.find links.revoke links.note_visit links.use '
        'pay_links.revoke listing_branches.branches listing_branches.path listing_conditions.conditions '
        'listing_conditions.search_of listing_conditions.either listing_conditions.condition '
        'listing_scope.customers_of listing_scope.in_scope listing_statements.paths listing_totals.totals '
        'mail_links.why_hidden '
        'organization.hold_organization organization.keep record_search.find_records roles.find_role '
        'sign_in.enter sign_in.end_sessions staff_door.hold_staff staff_door.beyond '
        'staff_door.require_within staff_invitations.mail_invitation '
        'staff_invitations.mail_invitation_again staff_invitations.mail_password_link '
        'staff_invitations.inviter staff_users.find_user staff_users.is_last_owner usage.usage_by_day '
        'usage.total visibility_case.case_of mail.letters.letter mail.outbox.queue mail.outbox.queue_all',
    ),
    Inner(
        'a command on the server itself, or its start',
        'customers.create_portal_user demo.is_filled demo.fill demo_access.fill_access '
        'demo_billing.add_billing demo_customers.add_customers demo_invoices.add_invoices '
        'demo_plans.add_plans demo_plans.subscribe demo_usage.add_usage email_templates.lay_templates '
        'foundation.lay_foundation foundation.set_organization foundation.create_owner '
        'foundation.create_staff_user import_write.write imports.import_usage_events roles.lay_roles '
        'tidying.tidy',
    ),
    Inner(
        'the worker that sends mail',
        'mail.tries.settle mail.turns.claim mail.turns.begin mail.turns.free mail.turns.next_turn',
    ),
)


def found_functions() -> set[str]:
    """Every public function of the services that reaches data, by what it is given or by itself.

    Of `mail` those that are given a Work: the others only make texts.
    """
    found: set[str] = set()
    for package in (services, mail):
        for each in pkgutil.walk_packages(package.__path__, f'{package.__name__}.'):
            module = import_module(each.name)
            for function in _public(module):
                given = {p.annotation for p in inspect.signature(function).parameters.values()}
                opens = package is services and OPENS & set(_names(function, module, set()))
                if given & {Work, Session} or opens:
                    found.add(spoken(function))
    return found


def called_by_pages() -> set[str]:
    """The service functions that pages, components and routes name."""
    return {name for path in CALLERS for name in _called(ast.parse(path.read_text()))}


def _public(module: ModuleType) -> list[FunctionType]:
    return [
        found
        for name, found in vars(module).items()
        if inspect.isfunction(found) and found.__module__ == module.__name__ and not name.startswith('_')
    ]


def _names(part: Any, module: ModuleType, seen: set[str]) -> Iterator[str]:
    """Every name in a function or class, and in those of its module that it names."""
    for name in _in(ast.parse(dedent(inspect.getsource(part)))):
        yield name
        found = vars(module).get(name)
        part = found if inspect.isfunction(found) else type(found)
        if part.__module__ == module.__name__ and name not in seen:
            seen.add(name)
            yield from _names(part, module, seen)


def _in(tree: ast.AST) -> set[str]:
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def _called(tree: ast.AST) -> Iterator[str]:
    """Functions of services that a file imports, and those of the modules that it imports."""
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or '').startswith('portal_app'):
            for alias in node.names:
                name = f'{node.module}.{alias.name}'.removeprefix('portal_app.').removeprefix('services.')
                modules[alias.asname or alias.name] = name
                yield name
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield f'{modules[node.value.id]}.{node.attr}'
