"""Billing: ledger, invoices, payments, credits, subscriptions, statements, payment methods."""

import sqlalchemy as sa
from alembic import op

from portal_app.columns import ExactDecimal, UtcDateTime

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

# Plain SQL, and defaults that are plain values: else SQLite would be made to copy whole tables, which may
# hold millions of rows, and to drop some that others refer to.
WITH_KEYS = (
    'ALTER TABLE mail ADD COLUMN pay_link_id INTEGER REFERENCES pay_link (id)',
    'CREATE INDEX ix_mail_pay_link_id ON mail (pay_link_id)',
    'ALTER TABLE usage_event ADD COLUMN invoice_line_id BIGINT REFERENCES invoice_line (id)',
    'ALTER TABLE usage_event ADD COLUMN replaces_id BIGINT REFERENCES usage_event (id)',
    """CREATE INDEX usage_event_by_invoice_line ON usage_event (invoice_line_id, occurred_at, id)
    WHERE invoice_line_id IS NOT NULL""",
    'CREATE INDEX usage_event_by_replacement ON usage_event (replaces_id) WHERE replaces_id IS NOT NULL',
)


def upgrade() -> None:
    _tables()
    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.add_column(sa.Column('address', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('payment_terms', sa.Integer(), nullable=False, server_default='30'))
        batch_op.add_column(sa.Column('auto_pay', sa.Boolean(), nullable=False, server_default='0'))
    with op.batch_alter_table('mail', schema=None) as batch_op:
        batch_op.add_column(sa.Column('attachment', sa.String(), nullable=False, server_default=''))
    with op.batch_alter_table('organization', schema=None) as batch_op:
        for name in ('billing_email', 'payment_note'):
            batch_op.add_column(sa.Column(name, sa.String(), nullable=False, server_default=''))
        for name in ('part_payments', 'bills_changes'):
            batch_op.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('retry_days', sa.JSON(), nullable=False, server_default='[1, 3, 5]'))
        batch_op.add_column(sa.Column('subscription_changes', sa.JSON(), nullable=False, server_default='[]'))
    for statement in WITH_KEYS:
        op.execute(statement)


def _tables() -> None:
    op.create_table(
        'counter',
        sa.Column('name', sa.String(), nullable=False),
        sa.Column('last', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('name'),
    )
    op.create_table(
        'gateway_notice',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('gateway', sa.String(), nullable=False),
        sa.Column('notice_id', sa.String(), nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('received_at', UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('gateway', 'notice_id'),
    )
    with op.batch_alter_table('gateway_notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_gateway_notice_received_at'), ['received_at'], unique=False)

    op.create_table(
        'plan',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('code', sa.String(), nullable=False),
        sa.Column('name', sa.String(), nullable=False),
        sa.Column('family', sa.String(), nullable=False),
        sa.Column('priority', sa.Integer(), nullable=False),
        sa.Column('description', sa.String(), nullable=False),
        sa.Column('currency', sa.String(), nullable=False),
        sa.Column('price', sa.BigInteger(), nullable=False),
        sa.Column('cycle', sa.String(), nullable=False),
        sa.Column('unit', sa.String(), nullable=False),
        sa.Column('least', sa.Integer(), nullable=False),
        sa.Column('most', sa.Integer(), nullable=True),
        sa.Column('active', sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('code'),
    )
    op.create_table(
        'simulated_record',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('reference', sa.String(), nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('key', sa.String(), nullable=True),
        sa.Column('payload', sa.JSON(), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('key'),
        sa.UniqueConstraint('reference'),
    )
    with op.batch_alter_table('simulated_record', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_simulated_record_kind'), ['kind'], unique=False)

    op.create_table(
        'account_balance',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('customer_id', sa.Integer(), nullable=False),
        sa.Column('currency', sa.String(), nullable=False),
        sa.Column('net', sa.BigInteger(), nullable=False),
        sa.Column('due', sa.BigInteger(), nullable=False),
        sa.Column('credit', sa.BigInteger(), nullable=False),
        sa.Column('closed_until', UtcDateTime(), nullable=True),
        sa.CheckConstraint('credit >= 0', name='account_credit_not_negative'),
        sa.CheckConstraint('due >= 0', name='account_due_not_negative'),
        sa.CheckConstraint('net = due - credit', name='account_net_adds_up'),
        sa.ForeignKeyConstraint(['customer_id'], ['customer.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('customer_id', 'currency'),
    )
    op.create_table(
        'gateway_payer',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('customer_id', sa.Integer(), nullable=False),
        sa.Column('gateway', sa.String(), nullable=False),
        sa.Column('reference', sa.String(), nullable=False),
        sa.ForeignKeyConstraint(['customer_id'], ['customer.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('customer_id', 'gateway'),
        sa.UniqueConstraint('gateway', 'reference'),
    )
    op.create_table(
        'payment_method',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('customer_id', sa.Integer(), nullable=False),
        sa.Column('gateway', sa.String(), nullable=False),
        sa.Column('reference', sa.String(), nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('brand', sa.String(), nullable=False),
        sa.Column('last4', sa.String(), nullable=False),
        sa.Column('expires_month', sa.Integer(), nullable=True),
        sa.Column('expires_year', sa.Integer(), nullable=True),
        sa.Column('is_default', sa.Boolean(), nullable=False),
        sa.Column('added_by', sa.String(), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('removed_at', UtcDateTime(), nullable=True),
        sa.Column('gone_at', UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(['customer_id'], ['customer.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('gateway', 'reference', 'customer_id'),
    )
    with op.batch_alter_table('payment_method', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payment_method_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(
            'payment_method_default',
            ['customer_id'],
            unique=True,
            sqlite_where=sa.text('is_default = 1'),
            postgresql_where=sa.text('is_default'),
        )

    op.create_table(
        'saving_method',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('customer_id', sa.Integer(), nullable=False),
        sa.Column('gateway', sa.String(), nullable=False),
        sa.Column('reference', sa.String(), nullable=False),
        sa.Column('actor', sa.String(), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('finished_at', UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(['customer_id'], ['customer.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('gateway', 'reference'),
    )
    with op.batch_alter_table('saving_method', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_saving_method_customer_id'), ['customer_id'], unique=False)

    op.create_table(
        'statement',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('number', sa.String(), nullable=False),
        sa.Column('customer_id', sa.Integer(), nullable=False),
        sa.Column('currency', sa.String(), nullable=False),
        sa.Column('start', sa.Date(), nullable=False),
        sa.Column('end', sa.Date(), nullable=False),
        sa.Column('zone', sa.String(), nullable=False),
        sa.Column('opens_at', UtcDateTime(), nullable=False),
        sa.Column('closes_at', UtcDateTime(), nullable=False),
        sa.Column('opening', sa.BigInteger(), nullable=False),
        sa.Column('closing', sa.BigInteger(), nullable=False),
        sa.Column('snapshot', sa.JSON(), nullable=False),
        sa.Column('sha256', sa.String(), nullable=False),
        sa.Column('issued_at', UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['customer_id'], ['customer.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('customer_id', 'currency', 'start'),
        sa.UniqueConstraint('number'),
    )
    with op.batch_alter_table('statement', schema=None) as batch_op:
        batch_op.create_index('statement_all_by_end', ['end', 'id'], unique=False)
        batch_op.create_index('statement_by_end', ['customer_id', 'end', 'id'], unique=False)

    op.create_table(
        'subscription',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('number', sa.String(), nullable=False),
        sa.Column('customer_id', sa.Integer(), nullable=False),
        sa.Column('external_id', sa.String(), nullable=True),
        sa.Column('plan_id', sa.Integer(), nullable=False),
        sa.Column('status', sa.String(), nullable=False),
        sa.Column('quantity', sa.Integer(), nullable=False),
        sa.Column('price', sa.BigInteger(), nullable=False),
        sa.Column('currency', sa.String(), nullable=False),
        sa.Column('started_on', sa.Date(), nullable=False),
        sa.Column('period_start', sa.Date(), nullable=False),
        sa.Column('period_end', sa.Date(), nullable=False),
        sa.Column('next_billing_on', sa.Date(), nullable=True),
        sa.Column('term_ends_on', sa.Date(), nullable=True),
        sa.Column('term_months', sa.Integer(), nullable=True),
        sa.Column('cancel_on', sa.Date(), nullable=True),
        sa.Column('cancelled_on', sa.Date(), nullable=True),
        sa.Column('next_plan_id', sa.Integer(), nullable=True),
        sa.Column('next_quantity', sa.Integer(), nullable=True),
        sa.Column('next_price', sa.BigInteger(), nullable=True),
        sa.Column('next_change_on', sa.Date(), nullable=True),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['customer_id'], ['customer.id']),
        sa.ForeignKeyConstraint(['next_plan_id'], ['plan.id']),
        sa.ForeignKeyConstraint(['plan_id'], ['plan.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('external_id'),
        sa.UniqueConstraint('number'),
    )
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_subscription_plan_id'), ['plan_id'], unique=False)
        batch_op.create_index('subscription_all_by_start', ['started_on', 'id'], unique=False)
        batch_op.create_index('subscription_by_start', ['customer_id', 'started_on', 'id'], unique=False)

    op.create_table(
        'invoice',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('number', sa.String(), nullable=False),
        sa.Column('customer_id', sa.Integer(), nullable=False),
        sa.Column('service_customer_id', sa.Integer(), nullable=True),
        sa.Column('subscription_id', sa.Integer(), nullable=True),
        sa.Column('external_id', sa.String(), nullable=True),
        sa.Column('status', sa.String(), nullable=False),
        sa.Column('date', sa.Date(), nullable=False),
        sa.Column('due_date', sa.Date(), nullable=False),
        sa.Column('posted_at', UtcDateTime(), nullable=True),
        sa.Column('currency', sa.String(), nullable=False),
        sa.Column('subtotal', sa.BigInteger(), nullable=False),
        sa.Column('tax', sa.BigInteger(), nullable=False),
        sa.Column('total', sa.BigInteger(), nullable=False),
        sa.Column('paid', sa.BigInteger(), nullable=False),
        sa.Column('credited', sa.BigInteger(), nullable=False),
        sa.Column('written_off', sa.BigInteger(), nullable=False),
        sa.Column('balance', sa.BigInteger(), nullable=False),
        sa.Column('pending', sa.BigInteger(), nullable=False),
        sa.Column('reference', sa.String(), nullable=False),
        sa.Column('note', sa.String(), nullable=False),
        sa.Column('disputed_at', UtcDateTime(), nullable=True),
        sa.Column('dispute_note', sa.String(), nullable=False),
        sa.Column('auto_pay_tries', sa.Integer(), nullable=False),
        sa.Column('auto_pay_next', UtcDateTime(), nullable=True),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.CheckConstraint('balance >= 0', name='invoice_balance_not_negative'),
        sa.CheckConstraint('pending >= 0', name='invoice_pending_not_negative'),
        sa.CheckConstraint('total >= 0', name='invoice_total_not_negative'),
        sa.ForeignKeyConstraint(['customer_id'], ['customer.id']),
        sa.ForeignKeyConstraint(['service_customer_id'], ['customer.id']),
        sa.ForeignKeyConstraint(['subscription_id'], ['subscription.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('external_id'),
        sa.UniqueConstraint('number'),
    )
    with op.batch_alter_table('invoice', schema=None) as batch_op:
        batch_op.create_index('invoice_all_by_date', ['date', 'id'], unique=False)
        batch_op.create_index('invoice_by_date', ['customer_id', 'date', 'id'], unique=False)
        batch_op.create_index('invoice_by_due_date', ['customer_id', 'due_date', 'date', 'id'], unique=False)
        batch_op.create_index(
            'invoice_due',
            ['due_date', 'id'],
            unique=False,
            sqlite_where=sa.text('balance > 0'),
            postgresql_where=sa.text('balance > 0'),
        )
        batch_op.create_index(
            'invoice_open',
            ['customer_id', 'currency', 'due_date', 'balance'],
            unique=False,
            sqlite_where=sa.text('balance > 0'),
            postgresql_where=sa.text('balance > 0'),
        )
        batch_op.create_index(
            batch_op.f('ix_invoice_service_customer_id'), ['service_customer_id'], unique=False
        )
        batch_op.create_index(batch_op.f('ix_invoice_subscription_id'), ['subscription_id'], unique=False)

    op.create_table(
        'payment',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('number', sa.String(), nullable=False),
        sa.Column('customer_id', sa.Integer(), nullable=False),
        sa.Column('external_id', sa.String(), nullable=True),
        sa.Column('status', sa.String(), nullable=False),
        sa.Column('at', UtcDateTime(), nullable=False),
        sa.Column('amount', sa.BigInteger(), nullable=False),
        sa.Column('currency', sa.String(), nullable=False),
        sa.Column('applied', sa.BigInteger(), nullable=False),
        sa.Column('refunded', sa.BigInteger(), nullable=False),
        sa.Column('plan', sa.JSON(), nullable=False),
        sa.Column('method', sa.String(), nullable=False),
        sa.Column('method_id', sa.Integer(), nullable=True),
        sa.Column('reference', sa.String(), nullable=False),
        sa.Column('origin', sa.String(), nullable=False),
        sa.Column('key', sa.String(), nullable=False),
        sa.Column('request_key', sa.String(), nullable=True),
        sa.Column('gateway', sa.String(), nullable=False),
        sa.Column('gateway_reference', sa.String(), nullable=False),
        sa.Column('checkout', sa.String(), nullable=False),
        sa.Column('reason', sa.String(), nullable=False),
        sa.Column('uncharged_at', UtcDateTime(), nullable=True),
        sa.Column('note', sa.String(), nullable=False),
        sa.Column('looked_up_at', UtcDateTime(), nullable=True),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.CheckConstraint('amount > 0', name='payment_amount_positive'),
        sa.CheckConstraint('applied + refunded <= amount', name='payment_not_spent_twice'),
        sa.CheckConstraint('applied >= 0 AND refunded >= 0', name='payment_parts_not_negative'),
        sa.ForeignKeyConstraint(['customer_id'], ['customer.id']),
        sa.ForeignKeyConstraint(['method_id'], ['payment_method.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('external_id'),
        sa.UniqueConstraint('key'),
        sa.UniqueConstraint('number'),
        sa.UniqueConstraint('request_key'),
    )
    with op.batch_alter_table('payment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payment_method_id'), ['method_id'], unique=False)
        batch_op.create_index('payment_all_by_time', ['at', 'id'], unique=False)
        batch_op.create_index('payment_by_gateway', ['gateway', 'gateway_reference'], unique=False)
        batch_op.create_index('payment_by_status', ['status', 'created_at'], unique=False)
        batch_op.create_index('payment_by_time', ['customer_id', 'at', 'id'], unique=False)

    op.create_table(
        'statement_file',
        sa.Column('statement_id', sa.Integer(), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(['statement_id'], ['statement.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('statement_id'),
    )
    op.create_table(
        'subscription_item',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('subscription_id', sa.Integer(), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('description', sa.String(), nullable=False),
        sa.Column('quantity', ExactDecimal(), nullable=False),
        sa.Column('unit', sa.String(), nullable=False),
        sa.Column('unit_price', ExactDecimal(), nullable=False),
        sa.Column('event_type', sa.String(), nullable=False),
        sa.ForeignKeyConstraint(['subscription_id'], ['subscription.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('subscription_id', 'position'),
    )
    op.create_table(
        'credit',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('number', sa.String(), nullable=False),
        sa.Column('customer_id', sa.Integer(), nullable=False),
        sa.Column('invoice_id', sa.Integer(), nullable=True),
        sa.Column('external_id', sa.String(), nullable=True),
        sa.Column('status', sa.String(), nullable=False),
        sa.Column('date', sa.Date(), nullable=False),
        sa.Column('posted_at', UtcDateTime(), nullable=False),
        sa.Column('amount', sa.BigInteger(), nullable=False),
        sa.Column('balance', sa.BigInteger(), nullable=False),
        sa.Column('refunded', sa.BigInteger(), nullable=False),
        sa.Column('currency', sa.String(), nullable=False),
        sa.Column('reason', sa.String(), nullable=False),
        sa.Column('reference', sa.String(), nullable=False),
        sa.Column('request_key', sa.String(), nullable=True),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.CheckConstraint('amount > 0', name='credit_amount_positive'),
        sa.CheckConstraint('balance >= 0 AND balance <= amount', name='credit_balance_in_range'),
        sa.ForeignKeyConstraint(['customer_id'], ['customer.id']),
        sa.ForeignKeyConstraint(['invoice_id'], ['invoice.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('external_id'),
        sa.UniqueConstraint('number'),
        sa.UniqueConstraint('request_key'),
    )
    with op.batch_alter_table('credit', schema=None) as batch_op:
        batch_op.create_index('credit_all_by_date', ['date', 'id'], unique=False)
        batch_op.create_index('credit_by_date', ['customer_id', 'date', 'id'], unique=False)
        batch_op.create_index(
            'credit_open',
            ['customer_id', 'currency'],
            unique=False,
            sqlite_where=sa.text('balance > 0'),
            postgresql_where=sa.text('balance > 0'),
        )
        batch_op.create_index(batch_op.f('ix_credit_invoice_id'), ['invoice_id'], unique=False)

    op.create_table(
        'invoice_line',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('invoice_id', sa.Integer(), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('description', sa.String(), nullable=False),
        sa.Column('quantity', ExactDecimal(), nullable=False),
        sa.Column('unit', sa.String(), nullable=False),
        sa.Column('unit_price', ExactDecimal(), nullable=False),
        sa.Column('amount', sa.BigInteger(), nullable=False),
        sa.Column('tax_rate', ExactDecimal(), nullable=False),
        sa.Column('tax', sa.BigInteger(), nullable=False),
        sa.Column('period_start', sa.Date(), nullable=True),
        sa.Column('period_end', sa.Date(), nullable=True),
        sa.Column('event_type', sa.String(), nullable=False),
        sa.ForeignKeyConstraint(['invoice_id'], ['invoice.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('invoice_id', 'position'),
    )
    op.create_table(
        'pay_link',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('invoice_id', sa.Integer(), nullable=False),
        sa.Column('contact_id', sa.Integer(), nullable=True),
        sa.Column('nonce', sa.LargeBinary(), nullable=False),
        sa.Column('token_hash', sa.LargeBinary(), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('expires_at', UtcDateTime(), nullable=False),
        sa.Column('revoked_at', UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(['contact_id'], ['contact.id']),
        sa.ForeignKeyConstraint(['invoice_id'], ['invoice.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('token_hash'),
    )
    with op.batch_alter_table('pay_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pay_link_contact_id'), ['contact_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pay_link_invoice_id'), ['invoice_id'], unique=False)

    op.create_table(
        'application',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('customer_id', sa.Integer(), nullable=False),
        sa.Column('invoice_id', sa.Integer(), nullable=False),
        sa.Column('payment_id', sa.Integer(), nullable=True),
        sa.Column('credit_id', sa.Integer(), nullable=True),
        sa.Column('amount', sa.BigInteger(), nullable=False),
        sa.Column('at', UtcDateTime(), nullable=False),
        sa.CheckConstraint('amount <> 0', name='application_amount_not_zero'),
        sa.ForeignKeyConstraint(['credit_id'], ['credit.id']),
        sa.ForeignKeyConstraint(['customer_id'], ['customer.id']),
        sa.ForeignKeyConstraint(['invoice_id'], ['invoice.id']),
        sa.ForeignKeyConstraint(['payment_id'], ['payment.id']),
        sa.PrimaryKeyConstraint('id'),
    )
    with op.batch_alter_table('application', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_application_credit_id'), ['credit_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_application_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_application_invoice_id'), ['invoice_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_application_payment_id'), ['payment_id'], unique=False)

    op.create_table(
        'refund',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('number', sa.String(), nullable=False),
        sa.Column('customer_id', sa.Integer(), nullable=False),
        sa.Column('payment_id', sa.Integer(), nullable=True),
        sa.Column('credit_id', sa.Integer(), nullable=True),
        sa.Column('status', sa.String(), nullable=False),
        sa.Column('at', UtcDateTime(), nullable=False),
        sa.Column('amount', sa.BigInteger(), nullable=False),
        sa.Column('currency', sa.String(), nullable=False),
        sa.Column('is_chargeback', sa.Boolean(), nullable=False),
        sa.Column('key', sa.String(), nullable=False),
        sa.Column('gateway_reference', sa.String(), nullable=False),
        sa.Column('reason', sa.String(), nullable=False),
        sa.Column('problem', sa.String(), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.CheckConstraint('amount > 0', name='refund_amount_positive'),
        sa.ForeignKeyConstraint(['credit_id'], ['credit.id']),
        sa.ForeignKeyConstraint(['customer_id'], ['customer.id']),
        sa.ForeignKeyConstraint(['payment_id'], ['payment.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('key'),
        sa.UniqueConstraint('number'),
    )
    with op.batch_alter_table('refund', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_refund_credit_id'), ['credit_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_refund_payment_id'), ['payment_id'], unique=False)
        batch_op.create_index('refund_by_status', ['customer_id', 'status'], unique=False)

    op.create_table(
        'ledger_entry',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('customer_id', sa.Integer(), nullable=False),
        sa.Column('currency', sa.String(), nullable=False),
        sa.Column('at', UtcDateTime(), nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('amount', sa.BigInteger(), nullable=False),
        sa.Column('number', sa.String(), nullable=False),
        sa.Column('invoice_id', sa.Integer(), nullable=True),
        sa.Column('payment_id', sa.Integer(), nullable=True),
        sa.Column('credit_id', sa.Integer(), nullable=True),
        sa.Column('refund_id', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['credit_id'], ['credit.id']),
        sa.ForeignKeyConstraint(['customer_id'], ['customer.id']),
        sa.ForeignKeyConstraint(['invoice_id'], ['invoice.id']),
        sa.ForeignKeyConstraint(['payment_id'], ['payment.id']),
        sa.ForeignKeyConstraint(['refund_id'], ['refund.id']),
        sa.PrimaryKeyConstraint('id'),
    )
    with op.batch_alter_table('ledger_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ledger_entry_credit_id'), ['credit_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_entry_invoice_id'), ['invoice_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_entry_payment_id'), ['payment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_entry_refund_id'), ['refund_id'], unique=False)
        batch_op.create_index('ledger_entry_by_time', ['customer_id', 'currency', 'at', 'id'], unique=False)


def downgrade() -> None:
    raise NotImplementedError('what these tables hold would be lost: restore a backup instead')
