"""The cookie that a sign-in leaves in the browser."""

from fastapi import Request
from starlette.responses import Response

from portal_app.auth.realms import Realm
from portal_app.services.sign_in import SignedIn


def keep_session(response: Response, request: Request, realm: Realm, entered: SignedIn) -> None:
    """Give the browser the session: out of reach of scripts, for the realm's own addresses only."""
    response.set_cookie(
        realm.cookie,
        entered.token,
        max_age=entered.seconds,
        path=realm.path,
        httponly=True,
        secure=request.url.scheme == 'https',
        samesite='lax',
    )
