"""The states of records, and the badge that each is shown as."""

from portal_app.listings import Field

BADGES = {
    **dict.fromkeys(('Processed', 'Enabled', 'Sent', 'Approved', 'Active', 'Paid', 'Applied'), 'badge-ok'),
    **dict.fromkeys(('Pending', 'Queued', 'Sending', 'Open', 'Invited', 'Posted'), 'badge-wait'),
    **dict.fromkeys(('Partially Paid', 'Authentication Required', 'Disputed'), 'badge-wait'),
    **dict.fromkeys(('Invoiced', 'Kept', 'Paused', 'Partially Refunded', 'Refunded'), 'badge-info'),
    **dict.fromkeys(('Void', 'Cancelled', 'Declined', 'Written Off', 'Expired', 'Draft'), 'badge-off'),
    **dict.fromkeys(('Disabled', 'Failed', 'Overdue', 'Reversed'), 'badge-bad'),
    'None': 'badge-none',
}


def has_badges(field: Field) -> bool:
    """Whether the values of a field are states, which are shown as such; one may be nothing."""
    return any(field.values) and all(value in BADGES for value in field.values if value)
