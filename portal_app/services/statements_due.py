"""Months that are over, stated by the billing worker: an account a transaction (field notes)."""

import logging

from portal_app.auth.viewer import Operator
from portal_app.services.statements import accounts_to_state, issue
from portal_app.work import acting_as, reading_as

log = logging.getLogger(__name__)
BY = Operator('billing')


def issue_all_due() -> int:
    """State each account's months that are over. Returns how many statements were issued.

    An account that cannot be stated keeps no other from it.
    """
    with reading_as(BY) as work:
        accounts = accounts_to_state(work)
    issued = 0
    for customer_id, currency in accounts:
        try:
            with acting_as(BY) as work:
                issued += len(issue(work, customer_id, currency))
        except Exception as error:
            log.error('the statements of customer %s failed: %s', customer_id, type(error).__name__)
    return issued
