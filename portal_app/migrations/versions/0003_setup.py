"""Address, pictures and legal links of the organization; invited staff users; indexes of the audit log."""

import sqlalchemy as sa
from alembic import op

from portal_app.columns import UtcDateTime

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

TEXTS = ('address', 'support_phone', 'subdomain', 'terms_url', 'privacy_url')


def upgrade() -> None:
    op.create_table(
        'picture',
        sa.Column('name', sa.String(), nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('content_type', sa.String(), nullable=False),
        sa.Column('width', sa.Integer(), nullable=False),
        sa.Column('height', sa.Integer(), nullable=False),
        sa.Column('tone', sa.String(), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint('name'),
    )
    with op.batch_alter_table('organization', schema=None) as batch_op:
        for name in TEXTS:
            batch_op.add_column(sa.Column(name, sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('legal_links', sa.Boolean(), nullable=False, server_default=sa.false()))
        for name in ('logo', 'banner'):
            batch_op.add_column(sa.Column(name, sa.String(), nullable=True))
            batch_op.create_foreign_key(f'organization_{name}_fkey', 'picture', [name], ['name'])
    with op.batch_alter_table('staff_user', schema=None) as batch_op:
        batch_op.add_column(sa.Column('last_signed_in_at', UtcDateTime(), nullable=True))
    op.drop_index('ix_audit_entry_action', 'audit_entry')
    for name in ('actor', 'action'):
        op.create_index(f'audit_entry_by_{name}', 'audit_entry', [name, 'at', 'id'])


def downgrade() -> None:
    raise NotImplementedError('what these tables hold would be lost: restore a backup instead')
