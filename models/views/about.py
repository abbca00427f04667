"""What a document without a title is about, by what is known: what it carries out, else the paper's words."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.tables import ArticleRow, CitationRow, DocumentLinkRow, DocumentRow

_SPAN = 500
"""Documents asked for at once: both databases take as many values in one statement."""


def about(session: Session, documents: Sequence[DocumentRow]) -> dict[int, str]:
    """By id, of those without a title: "thực hiện Chỉ thị số 16/CT-TTg", else "báo viết: “…”", the headline of the
    first article that reports the document. A document of which neither is known is left out.
    """
    wanted = [row.id for row in documents if not row.title][:_SPAN]
    if not wanted:
        return {}
    return _headlines(session, wanted) | carried_out(session, wanted)


def carried_out(session: Session, documents: Sequence[int]) -> dict[int, str]:
    """By id: the document that each carries out, in words."""
    statement = (
        select(DocumentLinkRow.subject_id, DocumentRow.kind, DocumentRow.symbol)
        .join(DocumentRow, DocumentRow.id == DocumentLinkRow.target_id)
        .where(DocumentLinkRow.subject_id.in_(documents), DocumentLinkRow.role == "implements")
        .order_by(DocumentLinkRow.id.desc())
    )
    return {subject: f"thực hiện {kind} số {symbol}" for subject, kind, symbol in session.execute(statement).tuples()}


def _headlines(session: Session, documents: Sequence[int]) -> dict[int, str]:
    first = (
        select(CitationRow.document_id, func.min(CitationRow.article_id).label("article"))
        .where(CitationRow.document_id.in_(documents), CitationRow.role == "issues")
        .group_by(CitationRow.document_id)
        .subquery()
    )
    statement = select(first.c.document_id, ArticleRow.title).join(ArticleRow, ArticleRow.id == first.c.article)
    return {document: f"báo viết: “{title}”" for document, title in session.execute(statement).tuples() if title}
