"""Invitations, one-time links, mail, templates, requests, reviews, views by staff."""

import sqlalchemy as sa
from alembic import op

from portal_app.columns import UtcDateTime

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'access_review',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('at', UtcDateTime(), nullable=False),
        sa.Column('reviewer', sa.String(), nullable=False),
        sa.Column('contacts', sa.Integer(), nullable=False),
        sa.Column('dormant', sa.Integer(), nullable=False),
        sa.Column('note', sa.String(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_table(
        'email_template_version',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', sa.String(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('subject', sa.String(), nullable=False),
        sa.Column('body', sa.String(), nullable=False),
        sa.Column('reply_to', sa.String(), nullable=False),
        sa.Column('support_contact', sa.String(), nullable=False),
        sa.Column('instructions', sa.String(), nullable=False),
        sa.Column('enabled', sa.Boolean(), nullable=False),
        sa.Column('shipped', sa.Boolean(), nullable=False),
        sa.Column('author', sa.String(), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('key', 'number'),
    )
    op.create_table(
        'access_request',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('contact_id', sa.Integer(), nullable=False),
        sa.Column('customer_id', sa.Integer(), nullable=False),
        sa.Column('expired_link', sa.Boolean(), nullable=False),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('decided_at', UtcDateTime(), nullable=True),
        sa.Column('decided_by', sa.String(), nullable=False),
        sa.ForeignKeyConstraint(['contact_id'], ['contact.id']),
        sa.ForeignKeyConstraint(['customer_id'], ['customer.id']),
        sa.PrimaryKeyConstraint('id'),
    )
    with op.batch_alter_table('access_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_access_request_contact_id'), ['contact_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_access_request_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_access_request_state'), ['state'], unique=False)

    op.create_table(
        'one_time_link',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('purpose', sa.String(), nullable=False),
        sa.Column('nonce', sa.LargeBinary(), nullable=False),
        sa.Column('token_hash', sa.LargeBinary(), nullable=False),
        sa.Column('contact_id', sa.Integer(), nullable=True),
        sa.Column('portal_user_id', sa.Integer(), nullable=True),
        sa.Column('staff_user_id', sa.Integer(), nullable=True),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('expires_at', UtcDateTime(), nullable=False),
        sa.Column('opened_at', UtcDateTime(), nullable=True),
        sa.Column('used_at', UtcDateTime(), nullable=True),
        sa.Column('revoked_at', UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(['contact_id'], ['contact.id']),
        sa.ForeignKeyConstraint(['portal_user_id'], ['portal_user.id']),
        sa.ForeignKeyConstraint(['staff_user_id'], ['staff_user.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('token_hash'),
    )
    with op.batch_alter_table('one_time_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_one_time_link_contact_id'), ['contact_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_one_time_link_portal_user_id'), ['portal_user_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_one_time_link_staff_user_id'), ['staff_user_id'], unique=False)

    op.create_table(
        'mail',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('message_id', sa.String(), nullable=False),
        sa.Column('template', sa.String(), nullable=False),
        sa.Column('version_id', sa.Integer(), nullable=False),
        sa.Column('to_name', sa.String(), nullable=False),
        sa.Column('to_email', sa.String(), nullable=False),
        sa.Column('subject', sa.String(), nullable=False),
        sa.Column('variables', sa.JSON(), nullable=False),
        sa.Column('link_id', sa.Integer(), nullable=True),
        sa.Column('customer_id', sa.Integer(), nullable=True),
        sa.Column('contact_id', sa.Integer(), nullable=True),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('problem', sa.String(), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('next_try_at', UtcDateTime(), nullable=False),
        sa.Column('trying_since', UtcDateTime(), nullable=True),
        sa.Column('sent_at', UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(['contact_id'], ['contact.id']),
        sa.ForeignKeyConstraint(['customer_id'], ['customer.id']),
        sa.ForeignKeyConstraint(['link_id'], ['one_time_link.id']),
        sa.ForeignKeyConstraint(['version_id'], ['email_template_version.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('message_id'),
    )
    with op.batch_alter_table('mail', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mail_contact_id'), ['contact_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mail_created_at'), ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_mail_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mail_link_id'), ['link_id'], unique=False)
        batch_op.create_index('mail_by_turn', ['state', 'next_try_at', 'id'], unique=False)

    mail_server = op.create_table(
        'mail_server',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('problem', sa.String(), nullable=False),
        sa.Column('failing_since', UtcDateTime(), nullable=True),
        sa.Column('next_try_at', UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint('id'),
    )
    op.bulk_insert(mail_server, [{'id': 1, 'problem': ''}])

    op.create_table(
        'portal_view',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('token_hash', sa.LargeBinary(), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('last_seen_at', UtcDateTime(), nullable=False),
        sa.Column('expires_at', UtcDateTime(), nullable=False),
        sa.Column('ended_at', UtcDateTime(), nullable=True),
        sa.Column('address', sa.String(), nullable=False),
        sa.Column('browser', sa.String(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('staff_session_id', sa.Integer(), nullable=False),
        sa.Column('contact_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['contact_id'], ['contact.id']),
        sa.ForeignKeyConstraint(['staff_session_id'], ['staff_session.id']),
        sa.ForeignKeyConstraint(['user_id'], ['staff_user.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('token_hash'),
    )
    with op.batch_alter_table('portal_view', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_portal_view_contact_id'), ['contact_id'], unique=False)
        batch_op.create_index(
            batch_op.f('ix_portal_view_staff_session_id'), ['staff_session_id'], unique=False
        )
        batch_op.create_index(batch_op.f('ix_portal_view_user_id'), ['user_id'], unique=False)

    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.add_column(sa.Column('contact_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_audit_entry_contact_id'), ['contact_id'], unique=False)
        batch_op.create_foreign_key('audit_entry_contact_id_fkey', 'contact', ['contact_id'], ['id'])

    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.add_column(sa.Column('status_since', UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column('permitted', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column('hidden_tabs', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('mail_problem', sa.String(), nullable=False, server_default=''))
    op.create_index('ix_customer_created_at', 'customer', ['created_at'], unique=False)
    op.execute(
        'UPDATE contact SET is_billing = false WHERE is_billing AND id NOT IN'
        ' (SELECT min(id) FROM contact WHERE is_billing GROUP BY customer_id)'
    )
    op.create_index(
        'contact_billing',
        'contact',
        ['customer_id'],
        unique=True,
        sqlite_where=sa.text('is_billing = 1'),
        postgresql_where=sa.text('is_billing'),
    )

    with op.batch_alter_table('export', schema=None) as batch_op:
        batch_op.add_column(sa.Column('staff_user_id', sa.Integer(), nullable=True))
        batch_op.alter_column('customer_id', existing_type=sa.INTEGER(), nullable=True)
        batch_op.alter_column('portal_user_id', existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_index(batch_op.f('ix_export_staff_user_id'), ['staff_user_id'], unique=False)
        batch_op.create_foreign_key('export_staff_user_id_fkey', 'staff_user', ['staff_user_id'], ['id'])

    with op.batch_alter_table('organization', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('portal_enabled', sa.Boolean(), nullable=False, server_default=sa.true())
        )

    with op.batch_alter_table('portal_user', schema=None) as batch_op:
        batch_op.add_column(sa.Column('last_signed_in_at', UtcDateTime(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError('what these tables hold would be lost: restore a backup instead')
