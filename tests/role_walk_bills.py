"""The billing records of the office that is walked through, one for each thing that can be done to one."""

from datetime import timedelta

from portal_app.auth.viewer import Operator
from portal_app.business_day import business_day
from portal_app.models.base import now
from portal_app.services import invoice_drafts, refunds, statements
from portal_app.services.applications import apply
from portal_app.services.invoice_form import TypedInvoice
from portal_app.services.invoice_lines import TypedLine
from portal_app.work import Work, acting_as
from tests.billing import credit_memo, paid, posted_invoice, unapplied_payment, under_way
from tests.world import World


def draft_for(number: str = 'C1001') -> TypedInvoice:
    """A draft as somebody types it."""
    return TypedInvoice(number, 'USD', business_day(), lines=(TypedLine('Seats', '2', '', '10'),))


def add_bills(world: World) -> dict[str, int]:
    """Ids of records of Acme's, by what they are for."""
    acme = world.customers['acme']
    with acting_as(Operator('test')) as work:
        settled = posted_invoice(work, acme, 5_000)
        payment, credit = paid(work, settled, 4_000), credit_memo(work, acme, 900)
        apply(work, credit, settled, 300)
        found = {
            'draft': invoice_drafts.create_draft(work, draft_for()).id,
            'open': posted_invoice(work, acme, 10_000, day=business_day() - timedelta(days=9)).id,
            'disputed': posted_invoice(work, acme, 2_000, disputed_at=now(), dispute_note='Too much').id,
            'settled': settled.id,
            'payment': payment.id,
            'unapplied': unapplied_payment(work, acme, 700).id,
            'credit': credit.id,
            'unused': credit_memo(work, acme, 800).id,
            'stuck': under_way(work, posted_invoice(work, acme, 300)).id,
            'statement': _statement(work, acme),
            'refund': refunds.begin_refund(work, payment.id or 0, 100, 'Paid twice').id,
        }
    return {name: id or 0 for name, id in found.items()}


def _statement(work: Work, customer_id: int) -> int | None:
    """Of last month, with one invoice."""
    posted_invoice(work, customer_id, 600, at=now().replace(day=1, hour=12) - timedelta(days=20))
    (statement,) = statements.issue(work, customer_id, 'USD')
    return statement.id
