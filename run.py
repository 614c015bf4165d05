"""The one way in: `python run.py` serves, `python run.py --help` lists the rest (OPS-01, OPS-02)."""

import sys

from portal_app import commands
from portal_app.config import Settings


def serve(settings: Settings) -> None:
    """Serve the pages, which the other commands need not load."""
    from pages import server

    server.serve(settings)


if __name__ in {'__main__', '__mp_main__'}:
    sys.exit(commands.main(serve=serve))
