"""`python run.py serve` with a peephole: whose request the listeners of each open page carry."""

import sys

from nicegui import Client, app

from pages import server
from portal_app import commands
from portal_app.config import Settings

PEEPHOLE = '/peephole'


def serve(settings: Settings) -> None:
    """Serve as ever, and answer at the peephole."""
    app.add_api_route(PEEPHOLE, peep)
    server.serve(settings)


async def peep() -> list[dict[str, object]]:
    """For each open page: its path, the cookies of its own request, and those of its listeners' requests."""
    return [
        {
            'path': client.request.url.path,
            'own': client.request.cookies,
            'listeners': [
                listener.request.cookies if listener.request else None
                for element in client.elements.values()
                for listener in element._event_listeners.values()
            ],
        }
        for client in Client.instances.values()
        if client.has_socket_connection
    ]


if __name__ == '__main__':
    sys.exit(commands.main(serve=serve, arguments=['serve']))
