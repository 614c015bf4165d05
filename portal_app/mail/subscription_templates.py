"""The mails about changes that customers make to their subscriptions (POR-07)."""

from portal_app.mail.template_kinds import CONTACT_NAME, CUSTOMER, TemplateKind, Variable

_CHANGE = (
    Variable('subscription', 'Subscription number', 'SUB-000042'),
    Variable('change', 'What changed', 'Quantity: 5 → 8 seats'),
    Variable('starts_on', 'From when', '24 November 2026'),
    Variable('cycle', 'Billing cycle', 'monthly'),
    Variable('price_before', 'Price per cycle before', '€195.00'),
    Variable('price_after', 'Price per cycle from then on', '€312.00', optional=True),
    Variable('charged', 'What is charged for the rest of the cycle', '€81.90', optional=True),
    Variable('invoice_number', 'Invoice number', 'INV-000417', optional=True),
    Variable('next_billing', 'Next billing date', '1 December 2026', optional=True),
)
SUBSCRIPTION_KINDS = (
    TemplateKind(
        'subscription-changed',
        'Subscription Changed',
        'To staff: when a customer changes a subscription.',
        'you look after subscriptions here',
        (
            CUSTOMER,
            Variable('contact_name', 'Who reads it', 'Olivia Bauer'),
            Variable('changed_by', 'Who made the change', 'Anna Keller <anna@acme.example>'),
            *_CHANGE,
            Variable(
                'subscription_link',
                'Link to the subscription',
                '/admin/subscriptions/SUB-000042',
                is_link=True,
            ),
        ),
        ('subscription_link',),
    ),
    TemplateKind(
        'subscription-confirmation',
        'Subscription Confirmation',
        'When somebody has changed a subscription on the portal; it goes to them.',
        'you changed a subscription of your company',
        (
            CUSTOMER,
            CONTACT_NAME,
            *_CHANGE,
            Variable(
                'subscription_link',
                'Link to the subscription',
                '/portal/C1001/subscriptions?record=42',
                is_link=True,
            ),
        ),
        ('subscription_link',),
        can_disable=True,
    ),
)
