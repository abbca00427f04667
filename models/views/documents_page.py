"""What the page of documents shows: those worth reading first, central before provincial before local, and the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from foundation.clock import hanoi_day
from models.tables import DocumentRow
from models.views.about import about
from models.views.document_lists import DocumentFilter, list_documents
from models.views.document_map import provinces_carrying
from models.views.document_page import DocumentLine, document_line
from models.views.worth import sorted_by_worth

LOOKED_AT = 2_000
"""Documents that are ordered by worth: the newest so many, as the search counts."""
SPANS = (7, 30)
"""The list goes by these spans of days (this week, this month, before), each with the central documents first."""


@dataclass(frozen=True, slots=True)
class DocumentList:
    """Documents worth reading, and the rest. `capped`: there are more documents than were looked at."""

    worth: tuple[DocumentRow, ...]
    rest: tuple[DocumentRow, ...]
    capped: bool


def document_list(session: Session, wanted: DocumentFilter, today: date) -> DocumentList:
    """The documents of a filter in the order in which staff read them. Raises UsageError for an unknown value."""
    rows = list_documents(session, replace(wanted, limit=LOOKED_AT + 1))
    worth, rest = (
        tuple(sorted(part, key=lambda row: _span(row, today))) for part in sorted_by_worth(session, rows[:LOOKED_AT])
    )
    return DocumentList(worth, rest, capped=len(rows) > LOOKED_AT)


def document_lines(session: Session, rows: Sequence[DocumentRow]) -> tuple[DocumentLine, ...]:
    """Documents as lines, each with what it is about and how many provinces carry it out."""
    known, carried = about(session, rows), provinces_carrying(session, [row.id for row in rows])
    return tuple(replace(document_line(row, known.get(row.id)), provinces=len(carried.get(row.id, ()))) for row in rows)


def _span(row: DocumentRow, today: date) -> int:
    day = hanoi_day(row.reported_at or row.mentioned_at)
    return sum(day <= today - timedelta(days=days) for days in SPANS)
