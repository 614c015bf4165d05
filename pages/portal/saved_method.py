"""Coming back from the gateway's page where a payment method was given, and going there (POR-08)."""

import asyncio

from fastapi import Request
from nicegui import ui

from components.attempt import guarded
from portal_app.auth.viewer import ContactView, PortalViewer
from portal_app.gateways.gateway import Unreachable
from portal_app.models import PaymentMethod
from portal_app.services import method_saving


async def came_back(viewer: PortalViewer, request: Request) -> PaymentMethod | None:
    """The method that somebody has just given at the gateway's page, kept now; None where they gave none.

    Raises NotFound for an address that somebody else came back with.
    """
    given = request.query_params.get(method_saving.BACK, '')
    if not (given.isascii() and given.isdigit() and len(given) < 19) or isinstance(viewer, ContactView):
        return None
    try:
        return await asyncio.to_thread(method_saving.finish_adding, viewer, int(given))
    except Unreachable:
        return None  # the gateway tells us by itself


async def go_and_add(viewer: PortalViewer, back: str) -> None:
    """Leave for the gateway's page, which leads back to this path; where it cannot, say so."""
    client = ui.context.client
    url = await guarded(asyncio.to_thread(method_saving.begin_adding, viewer, back))
    if url:
        with client:
            ui.navigate.to(url)
