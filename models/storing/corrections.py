"""Corrections by staff: the grade and topics an article should have. They change the article at once.

A correction stays whatever is read again: the grade and topics of the article's row are those that staff hold, the
machine's own verdict is read from its text where it is asked for. Each is kept; taking them back is one more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from analysis.reading import read
from analysis.relevance import topics_of
from analysis.values import Grade, Reading, TopicScore
from foundation.clock import hanoi_day
from foundation.errors import UsageError
from foundation.words import GRADES
from models.of_row import of_row
from models.search.index import index_article
from models.storing.mentions import stored_reason
from models.tables import ArticleRow, ArticleTopicRow, LabelRow


@dataclass(frozen=True, slots=True)
class Correction:
    """What staff hold of an article; None where they leave the machine's word standing."""

    grade: str | None = None
    topics: tuple[str, ...] | None = None
    note: str = ""

    def __bool__(self) -> bool:
        return self.grade is not None or self.topics is not None


@dataclass(frozen=True, slots=True)
class Labelled:
    """A corrected article, for measuring and refitting the rules."""

    article_id: int
    source_id: str
    url: str
    title: str
    lead: str
    text: str
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
    """Keep a correction and change the article by it, everywhere it is shown; answers the correction's id.

    What is left unsaid keeps what an earlier correction said. Raises UsageError for an article or a grade that does
    not exist, and where nothing is said.
    """
    if grade is not None and grade not in GRADES:
        known = ", ".join(f"{key} ({label})" for key, label in GRADES.items())
        raise UsageError(f"Mức “{grade}” không có. Các mức: {known}.")
    if grade is None and topics is None:
        raise UsageError("Cần nói mức hoặc chủ đề đúng của bài.")
    given = list(topics) if topics is not None else None
    return _keep(
        session, LabelRow(article_id=article_id, grade=grade, topics=given, by=by[:64], note=note, created_at=now)
    )


def take_back(session: Session, article_id: int, *, by: str, now: datetime) -> bool:
    """Let the machine's own verdict stand again; answers whether there was a correction. Raises UsageError as above."""
    if not correction_of(session, article_id):
        return False
    _keep(session, LabelRow(article_id=article_id, by=by[:64], note="", created_at=now))
    return True


def correction_of(session: Session, article_id: int) -> Correction:
    """The correction that stands."""
    mine = select(LabelRow).where(LabelRow.article_id == article_id).order_by(LabelRow.id)
    return _standing(session.scalars(mine))


def labelled(session: Session) -> Iterator[Labelled]:
    """Every corrected article, once, with the correction that stands: the export for `danvan eval`."""
    kept: dict[int, list[LabelRow]] = {}
    for label in session.scalars(select(LabelRow).order_by(LabelRow.id)):
        kept.setdefault(label.article_id, []).append(label)
    for article_id, labels in kept.items():
        said, article = _standing(labels), session.get(ArticleRow, article_id)
        if said and article is not None:
            mine = {"article_id": article_id, "grade": said.grade, "topics": said.topics, "note": said.note}
            yield of_row(Labelled, article, **mine)


def machine_reading(article: ArticleRow) -> Reading:
    """What the program itself makes of an article's texts under its present rules."""
    published = hanoi_day(article.published_at)
    return read(article.title, article.lead, article.text, province=article.province, published=published)


def corrected(reading: Reading, said: Correction, texts: tuple[str, str, str]) -> Reading:
    """A reading of the texts (title, lead, text) with what staff hold in the place of the machine's word."""
    grade = Grade(said.grade) if said.grade is not None else reading.relevance.grade
    found: Iterable[TopicScore] = reading.topics
    if reading.relevance.grade is Grade.NONE and grade is not Grade.NONE:
        found = topics_of(*texts)
    if said.topics is not None:
        by_key = {topic.key: topic for topic in found}
        found = [by_key.get(key, TopicScore(key, 0.0)) for key in said.topics]
    topics = () if grade is Grade.NONE else tuple(found)
    return replace(reading, relevance=replace(reading.relevance, grade=grade), topics=topics)


def held_article(session: Session, article_id: int) -> ArticleRow:
    """The article of this id. Raises UsageError where there is none."""
    article = session.get(ArticleRow, article_id)
    if article is None:
        raise UsageError(f"Không có bài số {article_id} trong kho.")
    return article


def _keep(session: Session, label: LabelRow) -> int:
    article = held_article(session, label.article_id)
    session.add(label)
    session.flush()
    said = correction_of(session, article.id)
    reading = corrected(machine_reading(article), said, (article.title, article.lead, article.text))
    article.grade = reading.relevance.grade.value
    session.execute(delete(ArticleTopicRow).where(ArticleTopicRow.article_id == article.id))
    for topic in reading.topics:
        reasons = [stored_reason(reason) for reason in topic.reasons]
        session.add(ArticleTopicRow(article_id=article.id, topic=topic.key, score=topic.score, reasons=reasons))
    index_article(session, article)
    return label.id


def _standing(labels: Iterable[LabelRow]) -> Correction:
    """What corrections in their order come to: the newest word on grade and topics since they were last taken back."""
    said = Correction()
    for label in labels:
        if label.grade is None and label.topics is None:
            said = Correction()
            continue
        grade = label.grade if label.grade is not None else said.grade
        topics = tuple(label.topics) if label.topics is not None else said.topics
        said = Correction(grade, topics, label.note or said.note)
    return said
