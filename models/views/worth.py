"""Which documents of the archive are worth telling everybody of (`analysis.worth`), and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.worth import about_people_work, from_board, rank, worth_reading
from models.tables import ArticleRow, DocumentLinkRow, DocumentRow

FOLLOWING = ("implements", "amends", "replaces")
AT_ONCE = 500
"""Documents of one look-up: a database takes so many values in a question and no more; a year has more documents."""


@dataclass(frozen=True, slots=True)
class Worth:
    """A document's place in a list (`rank`: central first) and why it is worth telling; `reason` None: it is not."""

    rank: int
    reason: str | None


def worth_of(session: Session, documents: Sequence[DocumentRow], *, grade: str | None = None) -> dict[int, Worth]:
    """What each of these documents is worth, by id; two look-ups for AT_ONCE of them.

    `grade` is that of the reporting article where it is known; else that of each document's first article is looked up.
    """
    found: dict[int, Worth] = {}
    for first in range(0, len(documents), AT_ONCE):
        found |= _worth_of(session, documents[first : first + AT_ONCE], grade)
    return found


def _worth_of(session: Session, documents: Sequence[DocumentRow], grade: str | None) -> dict[int, Worth]:
    grades = {} if grade is not None else _grades(session, documents)
    following = _following(session, [row.id for row in documents])
    return {
        row.id: Worth(
            rank(row.kind_code, row.issuer_code),
            worth_reading(
                row.kind_code,
                row.issuer_code,
                title=row.title,
                grade=grade or grades.get(row.first_article_id or 0, "none"),
                carries_out=row.id in following,
            ),
        )
        for row in documents
    }


def sorted_by_worth(session: Session, documents: Iterable[DocumentRow]) -> tuple[list[DocumentRow], list[DocumentRow]]:
    """Those worth telling, central before provincial before local, and the rest likewise; else in the order given."""
    rows = list(documents)
    worth = worth_of(session, rows)
    ordered = sorted(rows, key=lambda row: worth[row.id].rank)
    return [r for r in ordered if worth[r.id].reason], [r for r in ordered if not worth[r.id].reason]


def _grades(session: Session, documents: Sequence[DocumentRow]) -> dict[int, str]:
    ids = {row.first_article_id for row in documents if row.first_article_id is not None}
    rows = session.execute(select(ArticleRow.id, ArticleRow.grade).where(ArticleRow.id.in_(ids)))
    return dict(rows.tuples().all())


def _following(session: Session, ids: Sequence[int]) -> set[int]:
    """Those that carry out, amend or replace a document of dân vận."""
    rows = session.execute(
        select(DocumentLinkRow.subject_id, DocumentRow.title, DocumentRow.issuer_code)
        .join(DocumentRow, DocumentRow.id == DocumentLinkRow.target_id)
        .where(DocumentLinkRow.subject_id.in_(ids), DocumentLinkRow.role.in_(FOLLOWING))
    ).tuples()
    return {subject for subject, title, issuer in rows if about_people_work(title) or from_board(issuer)}
