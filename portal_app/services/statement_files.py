"""The PDF of a statement: made once from its snapshot, kept, and the same bytes for ever (field notes)."""

import hashlib

from portal_app.auth.viewer import Operator
from portal_app.documents import statement_pdf
from portal_app.errors import NotFound
from portal_app.models import Statement, StatementFile
from portal_app.services.document_sheets import statement_sheet
from portal_app.work import acting_as, reading_as

MAKER = Operator('statements')


def statement_file(statement_id: int) -> bytes:
    """The file of a statement that the caller may see; whoever asks first makes it.

    Opens transactions of its own: not to be called within a work. Raises NotFound.
    """
    with reading_as(MAKER) as work:
        kept, statement = (work.session.get(model, statement_id) for model in (StatementFile, Statement))
        if isinstance(kept, StatementFile):
            return kept.content
        if not isinstance(statement, Statement):
            raise NotFound
        sheet = statement_sheet(work, statement)
    made = statement_pdf(sheet)
    with acting_as(MAKER) as work:
        issued = work.session.get(Statement, statement_id, with_for_update=True)
        if issued is None:
            raise NotFound  # it went with the sample data meanwhile
        first = work.session.get(StatementFile, statement_id)
        if first:  # somebody was quicker: theirs stays
            return first.content
        issued.sha256 = hashlib.sha256(made).hexdigest()
        work.session.add_all((issued, StatementFile(statement_id=statement_id, content=made)))
    return made
