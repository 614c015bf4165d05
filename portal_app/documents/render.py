"""Paper to PDF, by typst: tagged for screen readers (PDF/UA-1), and the same bytes for the same paper."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path

import typst

from portal_app.documents.paper import Paper

FOLDER = Path(__file__).parent / 'template'
FONTS = Path(__file__).parent / 'fonts'
NO_GLYPH = 'could not be displayed'
REMEMBERED = 11  # compilations after which typst forgets what it kept of one
MANY_ROWS = 100  # of which it keeps some 15 MB


def rendered(paper: Paper, created: datetime) -> bytes:
    """The document as if made at that moment (aware). May run in several threads at once, and holds up none.

    The paper goes in as JSON, so that nothing in it is markup. Signs that no font has become boxes; PDF/UA
    forbids these, so such a document is tagged all the same, but claims nothing.
    """
    inputs = {'paper': json.dumps(paper, default=vars, ensure_ascii=False)}
    try:
        return compiled(inputs, created)
    except typst.TypstError as error:
        if NO_GLYPH not in error.message:
            raise
        return compiled(inputs, created, claims=False)
    finally:
        if sum(len(table.rows) for table in paper.tables) > MANY_ROWS:
            _forget()


def compiled(inputs: dict[str, str], created: datetime, *, claims: bool = True) -> bytes:
    """The template with a paper in JSON. `claims`: it must be PDF/UA-1, and says that it is."""
    return typst.compile(
        FOLDER / 'document.typ',
        root=FOLDER,
        font_paths=fonts(),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        pdf_standards=['ua-1'] if claims else [],
        timestamp=int(created.timestamp()),
    )


@cache
def fonts() -> typst.Fonts:
    """Ours alone: not the system's, so that a document is the same on every machine."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def _forget() -> None:
    """Let go of a large document: ten of 3,000 rows would else keep more than 2 GB."""
    for _ in range(REMEMBERED):
        typst.compile(b'', font_paths=fonts())
