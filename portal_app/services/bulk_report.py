"""What could not be done in bulk, as a file (ACC-11)."""

import csv
import io
from collections.abc import Iterable

from portal_app.export_process.formulas import guarded
from portal_app.services.access_rules import Result
from portal_app.services.bulk_access import Outcome

HEADER = ('Number', 'Customer', 'Contact', 'Email', 'Reasons')


def failures_csv(outcomes: Iterable[Outcome]) -> bytes:
    """The failures with every reason: RFC 4180, UTF-8, safe against formulas."""
    text = io.StringIO(newline='')
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for each in outcomes:
        if each.result is Result.FAILED:
            cells = (each.number, each.customer, each.contact, each.email, ' '.join(each.reasons))
            writer.writerow(map(guarded, cells))
    return text.getvalue().encode()
