"""Who a request comes from, by the cookie of the realm it goes to."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from portal_app.auth import viewer
from portal_app.auth.let_in import require_portal
from portal_app.auth.realms import PORTAL, STAFF, Realm
from portal_app.errors import NotFound, NotPermitted, SignedOut
from portal_app.services import sign_in, view_as
from portal_app.work import reading_as


def browser_of(request: Request) -> sign_in.Browser:
    """Where a request comes from."""
    return sign_in.Browser(
        request.client.host if request.client else '', request.headers.get('user-agent', '')
    )


def token_of(request: Request, realm: Realm) -> str:
    """The session token that the browser holds for this realm. Raises SignedOut without one.

    Raises PortalOff instead where there is nothing to sign in to (SET-01).
    """
    token = request.cookies.get(realm.cookie)
    if not token:
        if realm is PORTAL:
            portal_on()
        raise SignedOut
    return token


def portal_viewer(request: Request, company: str) -> viewer.PortalViewer:
    """The customer's person of this request in the company that its address names.

    Where staff view the portal as a contact in this browser, that wins over whoever has signed in there.
    """
    view = contact_view(request)
    if view and view.company.number != company:
        raise NotFound
    return view or sign_in.portal_viewer(token_of(request, PORTAL), company, browser_of(request))


def contact_view(request: Request) -> viewer.ContactView | None:
    """The view of the portal that this browser is in, if any. Raises ViewEnded where it has ended."""
    token = request.cookies.get(view_as.COOKIE)
    return view_as.view_of(token, browser_of(request)) if token else None


def staff_viewer(request: Request) -> viewer.StaffViewer:
    """The staff user of this request."""
    return sign_in.staff_viewer(token_of(request, STAFF), browser_of(request))


def from_here(request: Request) -> None:
    """Raises NotPermitted for a form that another site sent (Origin check, as OWASP's CSRF guide has it)."""
    origin = request.headers.get('origin') or request.headers.get('referer') or ''
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        host = ''
    if not host or host != request.headers.get('host'):
        raise NotPermitted('This form was not sent from this site.')


def portal_on() -> None:
    """Raises PortalOff while the organization has its portal switched off (SET-01)."""
    with reading_as(viewer.Visitor()) as work:
        require_portal(work.session)


PortalViewer = Annotated[viewer.PortalViewer, Depends(portal_viewer)]
StaffViewer = Annotated[viewer.StaffViewer, Depends(staff_viewer)]
FromHere = Depends(from_here)
PortalOn = Depends(portal_on)
