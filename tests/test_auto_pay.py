"""Auto pay: when it charges, when it tries again, when it stops, and who is told (POR-08)."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from portal_app import db, live
from portal_app.billing_worker import JOBS, Job, attempt, only_here, run_once
from portal_app.live import Change, Topic
from portal_app.models import Customer, Invoice, PaymentMethod, PaymentStatus
from portal_app.models.base import now
from portal_app.services import auto_pay, method_expiry, payment_methods, refunds
from portal_app.work import acting_as
from tests.billing import credit_memo
from tests.paying import (
    DECLINED,
    TEST,
    TOO_LATE,
    charged,
    invoice,
    notices,
    order,
    overdue,
    pay,
    payments,
    row,
    saved,
)
from tests.world import World, add_contact, audit, change, mails, organization


@pytest.fixture
def globex(world: World) -> World:
    """Globex is on auto pay with a good card; Bea is its billing contact."""
    return _on_auto_pay(world)


@pytest.fixture
def sqlite_globex(sqlite_world: World) -> World:
    return _on_auto_pay(sqlite_world)


def _on_auto_pay(world: World) -> World:
    add_contact(world, 'globex', 'bea', is_billing=True)
    saved(world.as_customer('ben', 'C1004'))
    change(Customer, world.customers['globex'], auto_pay=True)
    return world


def use(world: World, last4: str) -> int:
    """Another card is the default now."""
    ben = world.as_customer('ben', 'C1004')
    method = saved(ben, last4)
    with acting_as(ben) as work:
        payment_methods.set_default(work, method)
    return method


def time_passes(invoice_id: int) -> None:
    """The day of the next try has come."""
    change(Invoice, invoice_id, auto_pay_next=now() - timedelta(minutes=1))


def test_what_is_due_is_charged_in_one_payment_per_account_and_currency(globex: World) -> None:
    """POR-08: what is due on receipt at the next run, others on their day; not what is disputed."""
    due = overdue(globex, 5_000), overdue(globex, 700, days=0), overdue(globex, 900, currency='EUR')
    later, disputed = invoice(globex), overdue(globex)
    change(Invoice, disputed, disputed_at=now())
    of_others = overdue(globex, who='initech')
    assert auto_pay.charge_due() == 2
    assert [row(Invoice, id).balance for id in due] == [0, 0, 0]
    assert all(row(Invoice, id).balance == 10_000 for id in (later, disputed, of_others))
    assert {(each.amount, each.currency, each.origin) for each in payments()} == {
        (900, 'EUR', 'auto pay'),
        (5_700, 'USD', 'auto pay'),
    }
    assert auto_pay.charge_due() == 0
    assert len(mails(template='payment-receipt', to_email='bea@example.com')) == 2


def test_the_due_date_is_a_day_where_the_organization_is(sqlite_globex: World) -> None:
    """POR-08: at Kiritimati it is tomorrow already while it is still today at Pago Pago."""
    day = now().astimezone(ZoneInfo('Pacific/Kiritimati')).date()
    bill = invoice(sqlite_globex, day=day, due=day)
    for zone, begun in (('Pacific/Pago_Pago', 0), ('Pacific/Kiritimati', 1)):
        organization(time_zone=zone)
        live.publish(Change(Topic.SETUP))
        assert auto_pay.charge_due() == begun
    assert row(Invoice, bill).balance == 0


def test_credit_is_used_first(globex: World) -> None:
    """Field notes: what is left is charged; nothing where credit pays it all."""
    first = overdue(globex, 5_000)
    with acting_as(TEST) as work:
        credit_memo(work, globex.customers['globex'], 6_000)
    assert (auto_pay.charge_due(), row(Invoice, first).balance) == (0, 0)
    second = overdue(globex, 5_000)
    assert (auto_pay.charge_due(), row(Invoice, second).balance, charged()) == (1, 0, 4_000)


def test_it_tries_again_by_the_schedule_and_then_stops(globex: World) -> None:
    """POR-08: customer and staff are told each time, and when it is tried again, if at all."""
    organization(retry_days=[1, 3])
    use(globex, DECLINED)
    bill = overdue(globex)
    for tries, days in ((1, 1), (2, 3), (3, None)):
        assert auto_pay.charge_due() == 1
        assert auto_pay.charge_due() == 0
        found = row(Invoice, bill)
        wait = found.auto_pay_next and round((found.auto_pay_next - now()) / timedelta(days=1))
        assert (found.auto_pay_tries, wait, found.pending) == (tries, days, 0)
        time_passes(bill)
    assert auto_pay.charge_due() == 0
    told, staff = mails(template='payment-failed'), mails(template='payment-notice')
    assert [(each.to_email, each.variables['reason']) for each in told] == [
        ('bea@example.com', 'Your card was declined.')
    ] * 3
    assert [bool(each.variables['next_try']) for each in told] == [True, True, False]
    assert [each.to_email for each in staff] == ['olivia@staff.example'] * 3
    assert [entry.after['tries'] for entry in audit('auto_pay.fail')] == [1, 2, 3]


def test_notices_for_staff_go_to_the_address_for_them(sqlite_globex: World) -> None:
    """POR-08: else to the Owners."""
    organization(billing_email='ar@northwind.example')
    use(sqlite_globex, DECLINED)
    overdue(sqlite_globex)
    auto_pay.charge_due()
    assert [each.to_email for each in mails(template='payment-notice')] == ['ar@northwind.example']


def test_it_leaves_alone_what_a_payment_is_under_way_for(sqlite_globex: World) -> None:
    """POR-08: also its own, where the gateway did not answer: it is looked up, never charged again."""
    ben, bill = sqlite_globex.as_customer('ben', 'C1004'), overdue(sqlite_globex)
    pay(ben, order(bill, amount=1))
    assert auto_pay.charge_due() == 0
    use(sqlite_globex, TOO_LATE)
    notices()
    other = overdue(sqlite_globex)
    assert (auto_pay.charge_due(), auto_pay.charge_due()) == (1, 0)
    assert payments()[-1].status == PaymentStatus.PENDING
    assert notices() == 1
    assert (row(Invoice, other).balance, charged()) == (0, 10_000)


def test_what_was_given_back_is_not_charged_again(globex: World) -> None:
    """Field notes: a refund re-opens an invoice, and people talk about it."""
    bill = overdue(globex)
    auto_pay.charge_due()
    refunds.refund_payment(globex.as_staff('olivia'), payments()[0].id or 0, 10_000, 'A mistake')
    assert row(Invoice, bill).balance == 10_000
    assert auto_pay.charge_due() == 0


def test_a_card_that_has_expired_is_not_charged_and_said_beforehand(globex: World) -> None:
    """POR-08: to the customer, once; then on the due date, with the reason."""
    method = use(globex, '4242')
    expired = now() - timedelta(days=40)
    change(PaymentMethod, method, expires_month=expired.month, expires_year=expired.year)
    bill = invoice(globex, due=(now() + timedelta(days=5)).date())
    assert [method_expiry.warn(), method_expiry.warn()] == [1, 0]
    assert [each.to_email for each in mails(template='method-expires')] == ['bea@example.com']
    change(Invoice, bill, due_date=now().date())
    assert (auto_pay.charge_due(), payments()) == (0, [])
    assert mails(template='payment-failed')[0].variables['reason'] == 'Visa •••• 4242 has expired.'


def test_without_a_method_or_switched_off_nothing_is_charged(sqlite_globex: World) -> None:
    """POR-08: the first is said; the second is what the customer wanted."""
    bill = overdue(sqlite_globex)
    change(PaymentMethod, 1, gone_at=now())
    assert (auto_pay.charge_due(), row(Invoice, bill).auto_pay_tries) == (0, 1)
    assert mails(template='payment-failed')[0].variables['reason'].endswith('cannot be charged any more.')
    change(Customer, sqlite_globex.customers['globex'], auto_pay=False)
    time_passes(bill)
    assert (auto_pay.charge_due(), row(Invoice, bill).auto_pay_tries) == (0, 1)


def test_the_worker_does_each_job_and_one_that_fails_is_no_others_concern(
    globex: World, caplog: pytest.LogCaptureFixture
) -> None:
    """POR-08: only one process at a time does them."""

    bill, who = overdue(globex), 'Ben Person'

    def fails() -> None:
        raise ValueError(f'{who} owes 10,000')

    attempt(Job('a job', 1, fails))
    assert 'ValueError at: a job' in caplog.text
    assert who not in caplog.text
    assert dict(run_once())[JOBS[2].title] == 1
    assert row(Invoice, bill).balance == 0
    with only_here() as first, only_here() as second:
        assert (first, second) == (True, db.is_sqlite())
