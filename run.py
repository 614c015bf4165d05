"""The one way in: `python run.py` serves, `python run.py --help` lists the rest (OPS-01, OPS-02)."""

import sys

from pages import server
from portal_app import commands

if __name__ in {'__main__', '__mp_main__'}:
    sys.exit(commands.main(serve=server.serve))
