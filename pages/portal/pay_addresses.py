"""Where paying happens, and where it leads back to."""

from collections.abc import Iterable
from urllib.parse import urlencode

from pages.portal.frame import address
from portal_app.auth.viewer import PortalViewer


def pay_address(viewer: PortalViewer, invoice_ids: Iterable[int] = ()) -> str:
    """The pay page with these invoices ticked."""
    return _with_invoices(address(viewer, 'pay'), invoice_ids)


def result_address(viewer: PortalViewer, number: str, invoice_ids: Iterable[int] = ()) -> str:
    """What became of a payment; what was ticked can be paid otherwise from there."""
    return _with_invoices(f'{address(viewer, "pay")}/{number}', invoice_ids)


def invoice_ids(given: Iterable[str]) -> tuple[int, ...]:
    """The ids in an address; a browser may send anything."""
    return tuple(int(each) for each in given if each.isascii() and each.isdigit() and len(each) < 19)


def _with_invoices(path: str, invoice_ids: Iterable[int]) -> str:
    query = urlencode([('invoice', id) for id in invoice_ids])
    return f'{path}?{query}' if query else path
