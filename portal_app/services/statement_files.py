"""The PDF of a statement: made once from its snapshot, kept, and the same bytes for ever (field notes)."""

import hashlib
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from portal_app.auth.viewer import Operator
from portal_app.documents import Party, Seller, StatementLine, StatementSheet, statement_pdf
from portal_app.errors import NotFound
from portal_app.models import Picture, Statement, StatementFile
from portal_app.work import Work, acting_as, reading_as

MAKER = Operator('statements')


def statement_file(statement_id: int) -> bytes:
    """The file of a statement that the caller may see; whoever asks first makes it.

    Opens transactions of its own: not to be called within a work. Raises NotFound.
    """
    with reading_as(MAKER) as work:
        kept = work.session.get(StatementFile, statement_id)
        if kept:
            return kept.content
        sheet = _sheet(work, statement_id)
    made = statement_pdf(sheet)
    with acting_as(MAKER) as work:
        statement = work.session.get_one(Statement, statement_id, with_for_update=True)
        kept = work.session.get(StatementFile, statement_id)
        if kept:  # somebody was quicker: theirs stays
            return kept.content
        statement.sha256 = hashlib.sha256(made).hexdigest()
        work.session.add_all((statement, StatementFile(statement_id=statement_id, content=made)))
    return made


def _sheet(work: Work, statement_id: int) -> StatementSheet:
    statement = work.session.get(Statement, statement_id)
    if statement is None:
        raise NotFound
    said = statement.snapshot
    logo = work.session.get(Picture, said['seller']['logo']) if said['seller']['logo'] else None
    return StatementSheet(
        seller=_seller(said['seller'], statement.zone, logo),
        party=Party(**said['party']),
        number=statement.number,
        start=statement.start,
        end=statement.end,
        issued=statement.issued_at.astimezone(ZoneInfo(statement.zone)).date(),
        currency=statement.currency,
        opening=statement.opening,
        closing=statement.closing,
        entries=tuple(map(_line, said['lines'])),
        ageing=tuple((age['label'], age['amount']) for age in said['ages']),
        locale=said['locale'],
    )


def _seller(said: dict[str, Any], zone: str, logo: Picture | None) -> Seller:
    return Seller(
        name=said['name'],
        address=said['address'],
        email=said['email'],
        phone=said['phone'],
        colour=said['colour'],
        zone_name=zone,
        logo=logo.content if logo else None,
        logo_content_type=logo.content_type if logo else '',
        logo_tone=logo.tone if logo else '',
    )


def _line(said: dict[str, Any]) -> StatementLine:
    amount = said['amount']
    return StatementLine(
        date=date.fromisoformat(said['day']),
        kind=said['kind'],
        number=said['number'],
        charge=amount if amount >= 0 else None,
        payment=-amount if amount < 0 else None,
        balance=said['balance'],
    )
