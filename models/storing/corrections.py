"""Corrections by staff: what grade or topics an article should have had. The newest of an article counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.errors import UsageError
from foundation.words import GRADES
from models.tables import ArticleRow, LabelRow


@dataclass(frozen=True, slots=True)
class Labelled:
    """An article with the grade and topics staff gave it (None: not said), for measuring and refitting the rules."""

    article_id: int
    source_id: str
    url: str
    title: str
    lead: str
    text: str
    read_grade: str
    grade: str | None
    topics: tuple[str, ...] | None
    note: str


def keep_label(
    session: Session,
    article_id: int,
    *,
    by: str,
    now: datetime,
    grade: str | None = None,
    topics: Sequence[str] | None = None,
    note: str = "",
) -> int:
    """Keep a correction; answers its id. What an earlier one said is kept too.

    Raises UsageError for an article or a grade that does not exist, and where nothing is said.
    """
    if session.get(ArticleRow, article_id) is None:
        raise UsageError(f"Không có bài số {article_id} trong kho.")
    if grade is not None and grade not in GRADES:
        known = ", ".join(f"{key} ({label})" for key, label in GRADES.items())
        raise UsageError(f"Mức “{grade}” không có. Các mức: {known}.")
    if grade is None and topics is None:
        raise UsageError("Cần nói mức hoặc chủ đề đúng của bài.")
    given = list(topics) if topics is not None else None
    label = LabelRow(article_id=article_id, grade=grade, topics=given, by=by[:64], note=note, created_at=now)
    session.add(label)
    session.flush()
    return label.id


def newest_label(session: Session, article_id: int) -> LabelRow | None:
    """The correction that counts for an article."""
    mine = select(LabelRow).where(LabelRow.article_id == article_id)
    return session.scalar(mine.order_by(LabelRow.id.desc()).limit(1))


def labelled(session: Session) -> Iterator[Labelled]:
    """Every corrected article, once, with what counts: the export for `danvan eval`."""
    newest = select(func.max(LabelRow.id)).group_by(LabelRow.article_id)
    rows = session.execute(
        select(LabelRow, ArticleRow)
        .join(ArticleRow, ArticleRow.id == LabelRow.article_id)
        .where(LabelRow.id.in_(newest))
        .order_by(LabelRow.id)
    )
    for label, article in rows:
        yield Labelled(
            article_id=article.id,
            source_id=article.source_id,
            url=article.url,
            title=article.title,
            lead=article.lead,
            text=article.text,
            read_grade=article.grade,
            grade=label.grade,
            topics=tuple(label.topics) if label.topics is not None else None,
            note=label.note,
        )
