"""A correction from the pages: refused where a colleague corrected the same article since the page was opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.desk.changes import ChangedMeanwhileError, record
from models.storing.corrections import Correction, correction_of, held_article, keep_label, machine_reading, take_back
from models.tables import ArticleRow, LabelRow


@dataclass(frozen=True, slots=True)
class Corrected:
    """How an article's verdict stands: what staff said (by whom, when), and what the machine says.

    `seen` is the number of the newest correction, taken back or not: whoever corrects tells which one they saw.
    """

    said: Correction
    machine_grade: str
    machine_topics: tuple[str, ...]
    seen: int
    by: str | None
    at: datetime | None


def corrected_state(session: Session, article_id: int) -> Corrected | None:
    """How the verdict on an article stands; None where there is no such article."""
    article = session.get(ArticleRow, article_id)
    if article is None:
        return None
    newest, machine = _newest(session, article_id), machine_reading(article)
    return Corrected(
        correction_of(session, article_id),
        machine.relevance.grade.value,
        tuple(topic.key for topic in machine.topics),
        newest.id if newest else 0,
        newest.by if newest else None,
        newest.created_at if newest else None,
    )


def correct(
    session: Session,
    article_id: int,
    *,
    grade: str | None,
    topics: Sequence[str] | None,
    seen: int | None,
    by: str,
    now: datetime,
) -> None:
    """Correct an article, or with neither grade nor topics let the machine's verdict stand again.

    `seen` as in `Corrected`; None where it was not told: the newest word counts. Taking back what nobody said leaves no
    line. Raises ChangedMeanwhileError, UsageError for an article, a grade or a topic that does not exist.
    """
    newest = _newest(session, article_id)
    if seen is not None and newest is not None and newest.id != seen:
        raise ChangedMeanwhileError(newest.by, newest.created_at)
    before = held_article(session, article_id).grade
    if grade is None and topics is None:
        if not take_back(session, article_id, by=by, now=now):
            return
    else:
        keep_label(session, article_id, by=by, now=now, grade=grade, topics=topics)
    record(session, by=by, act="correct", target="article", target_id=article_id, before=before, after=grade, at=now)


def seen_of(session: Session, articles: Sequence[int]) -> dict[int, int]:
    """`Corrected.seen` of those of these articles that were ever corrected: what a list shows of them."""
    newest = select(LabelRow.article_id, func.max(LabelRow.id)).where(LabelRow.article_id.in_(articles))
    return dict(session.execute(newest.group_by(LabelRow.article_id)).tuples().all())


def _newest(session: Session, article_id: int) -> LabelRow | None:
    mine = select(LabelRow).where(LabelRow.article_id == article_id)
    return session.scalar(mine.order_by(LabelRow.id.desc()).limit(1))
