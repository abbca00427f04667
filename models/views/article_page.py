"""Everything that the page of one article shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.citations import unreadable_number
from foundation.words import GRADES, ROLES
from models import names as labels
from models.of_row import of_row
from models.storing.corrections import correction_of, machine_reading
from models.tables import ArticleRow, ArticleTopicRow, CitationRow, DocumentRow
from models.views.files import FileLine, files_of_article
from models.views.marked_text import Stretch, marks_of, paragraphs, stretches
from models.views.versions import Version, versions_of

_FIELDS = {"title": "tiêu đề", "lead": "sa-pô", "text": "bài"}


@dataclass(frozen=True, slots=True)
class NamedDocument:
    """A document that the article names, by its best mention. `unreadable`: its number is misprinted."""

    document_id: int | None
    symbol: str | None
    text: str
    kind: str | None
    title: str | None
    role: str
    role_label: str
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class ReasonShown:
    """A phrase that carried the verdict or a topic."""

    phrase: str
    weight: float
    where: str
    topic: str | None


@dataclass(frozen=True, slots=True)
class CopyLine:
    """The story in another paper."""

    id: int
    source: str
    title: str
    published_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """One article with all that hangs on it. Times are aware UTC."""

    id: int
    source_id: str
    source: str
    url: str
    status: str
    title: str
    lead: str
    text: str
    author: str | None
    section: str | None
    origin: str | None
    published_at: dt.datetime | None
    date_from: str | None
    first_seen_at: dt.datetime
    removed_at: dt.datetime | None
    province: str | None
    province_name: str | None
    grade: str
    grade_label: str
    machine_grade: str
    machine_grade_label: str
    score: float
    topics: tuple[tuple[str, str], ...]
    title_parts: tuple[Stretch, ...]
    lead_parts: tuple[Stretch, ...]
    paragraphs: tuple[tuple[Stretch, ...], ...]
    reasons: tuple[ReasonShown, ...]
    documents: tuple[NamedDocument, ...]
    copies: tuple[CopyLine, ...]
    versions: tuple[Version, ...]
    rules: str
    files: tuple[FileLine, ...] = ()


def article_page(session: Session, article_id: int) -> ArticlePage | None:
    """The article of this id; None where there is none."""
    row = session.get(ArticleRow, article_id)
    if row is None:
        return None
    topics = session.scalars(
        select(ArticleTopicRow)
        .where(ArticleTopicRow.article_id == article_id)
        .order_by(ArticleTopicRow.score.desc(), ArticleTopicRow.topic)
    ).all()
    citations = session.scalars(
        select(CitationRow).where(CitationRow.article_id == article_id).order_by(CitationRow.id)
    ).all()
    text_parts = stretches(row.text, marks_of("text", row, citations))
    corrected = bool(correction_of(session, article_id))
    machine_grade = machine_reading(row).relevance.grade.value if corrected else row.grade
    return of_row(
        ArticlePage,
        row,
        source=labels.paper(row.source_id),
        province_name=labels.province_name(row.province),
        grade_label=GRADES.get(row.grade, row.grade),
        machine_grade=machine_grade,
        machine_grade_label=GRADES.get(machine_grade, machine_grade),
        topics=tuple((topic.topic, labels.label("topic", topic.topic)) for topic in topics),
        title_parts=tuple(stretches(row.title, marks_of("title", row, citations))),
        lead_parts=tuple(stretches(row.lead, marks_of("lead", row, citations))),
        paragraphs=paragraphs(text_parts),
        reasons=_reasons(row, topics),
        documents=_documents(session, citations),
        copies=_copies(session, row),
        versions=versions_of(session, row),
        files=files_of_article(session, row.id),
    )


def _reasons(row: ArticleRow, topics: Iterable[ArticleTopicRow]) -> tuple[ReasonShown, ...]:
    named = [(None, row.reasons or [])] + [(labels.label("topic", one.topic), one.reasons or []) for one in topics]
    found: dict[tuple[str, str | None], ReasonShown] = {}
    for topic, reasons in named:
        for reason in reasons:
            phrase = str(reason.get("phrase", ""))
            where = _FIELDS.get(str(reason.get("field", "text")), "bài")
            found.setdefault((phrase, topic), ReasonShown(phrase, float(reason.get("weight", 0)), where, topic))
    return tuple(found.values())


def _documents(session: Session, citations: Sequence[CitationRow]) -> tuple[NamedDocument, ...]:
    order = list(ROLES)
    best: dict[object, CitationRow] = {}
    for one in citations:
        key = one.document_id if one.document_id is not None else ("local", one.local_id)
        held = best.get(key)
        if held is None or order.index(one.role) < order.index(held.role):
            best[key] = one
    ids = {one.document_id for one in best.values() if one.document_id is not None}
    rows = {row.id: row for row in session.scalars(select(DocumentRow).where(DocumentRow.id.in_(ids)))} if ids else {}
    return tuple(_named(one, rows.get(one.document_id or 0)) for one in best.values())


def _named(one: CitationRow, row: DocumentRow | None) -> NamedDocument:
    return NamedDocument(
        document_id=row.id if row else None,
        symbol=row.symbol if row else one.symbol,
        text=one.text,
        kind=row.kind if row else one.kind,
        title=(row.title if row else None) or one.title,
        role=one.role,
        role_label=ROLES.get(one.role, one.role),
        unreadable=one.number is None and unreadable_number(one.text),
    )


def _copies(session: Session, row: ArticleRow) -> tuple[CopyLine, ...]:
    if row.cluster_id is None:
        return ()
    same = select(ArticleRow).where(ArticleRow.cluster_id == row.cluster_id, ArticleRow.id != row.id)
    return tuple(
        CopyLine(other.id, labels.paper(other.source_id), other.title, other.published_at)
        for other in session.scalars(same.order_by(ArticleRow.sort_at, ArticleRow.id).limit(60))
    )
