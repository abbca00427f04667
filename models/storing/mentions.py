"""What one article's reading left in the archive: topics, mentions, documents and the links between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, delete, insert, select
from sqlalchemy.orm import Session

from analysis.described import Account, mentions
from analysis.values import Citation, Reading, Reason
from models.database import table_of
from models.search.prepared import IndexedDocument
from models.storing.identity import ResolvedDocuments, forget_orphans, match_key, resolve
from models.storing.news import news_on, time_of
from models.tables import ArticleRow, ArticleTopicRow, CitationRow, DocumentLinkRow
from models.tables.base import storable

_TOPICS, _CITATIONS, _LINKS = (insert(table_of(rows)) for rows in (ArticleTopicRow, CitationRow, DocumentLinkRow))


@dataclass(frozen=True, slots=True)
class Mentioned:
    """What was written: documents and mentions by local id, and both as the search index takes them."""

    resolved: ResolvedDocuments
    mentions: dict[int, Account]
    topics: list[str]
    named: set[IndexedDocument]


def store_mentions(
    session: Session,
    article: ArticleRow,
    reading: Reading,
    now: datetime,
    *,
    fresh: bool,
    ahead: Mapping[int, int | None],
) -> Mentioned:
    """Write topics, mentions, documents and links of an article, in place of those it had (`fresh`: none).

    `ahead`: the documents that are known already, by local id.
    """
    had: set[int] = set() if fresh else _clear(session, article.id)
    topics = [
        {"article_id": article.id, "topic": t.key, "score": t.score, "reasons": [stored_reason(r) for r in t.reasons]}
        for t in reading.topics
    ]
    _insert(session, _TOPICS, topics)
    found = mentions(reading.citations, news_on(article))
    resolved = resolve(session, found, article.id, time_of(article), now, _only_here(session, had), ahead)
    rows = [_citation(article.id, citation, resolved, found) for citation in reading.citations]
    _insert(session, _CITATIONS, rows)
    _insert(session, _LINKS, _links(article.id, reading, resolved))
    forget_orphans(session, had)
    named = {IndexedDocument(row["document_id"], row["symbol"], row["kind_code"], row["number"]) for row in rows}
    return Mentioned(resolved, found, [topic.key for topic in reading.topics], named)


def _insert(session: Session, statement: Insert, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(statement, rows)


def stored_reason(reason: Reason) -> dict[str, Any]:
    """A reason as it stands in the archive."""
    return {
        "phrase": storable(reason.phrase),
        "start": reason.start,
        "end": reason.end,
        "weight": reason.weight,
        "field": reason.field.value,
    }


def _links(article_id: int, reading: Reading, resolved: ResolvedDocuments) -> list[dict[str, Any]]:
    """The links that an article tells, each once; it has none in the archive at this moment."""
    told: dict[tuple[int, int, str], None] = {}
    for link in reading.links:
        subject, target = resolved.documents.get(link.subject), resolved.documents.get(link.target)
        if subject is not None and target is not None and subject.id != target.id:
            told[subject.id, target.id, link.role.value] = None
    return [{"subject_id": s, "target_id": t, "role": role, "article_id": article_id} for s, t, role in told]


def _clear(session: Session, article_id: int) -> set[int]:
    """Take out what an earlier reading left; answers the documents it had named."""
    named = select(CitationRow.document_id).where(CitationRow.article_id == article_id).distinct()
    had = {document for document in session.scalars(named) if document is not None}
    for table in (ArticleTopicRow, CitationRow, DocumentLinkRow):
        session.execute(delete(table).where(table.article_id == article_id))
    return had


def _only_here(session: Session, had: set[int]) -> frozenset[int]:
    """Of these documents, those that no article names at the moment."""
    if not had:
        return frozenset()
    elsewhere = select(CitationRow.document_id).where(CitationRow.document_id.in_(had)).distinct()
    return frozenset(had - set(session.scalars(elsewhere)))


def _citation(
    article_id: int, citation: Citation, resolved: ResolvedDocuments, found: dict[int, Account]
) -> dict[str, Any]:
    document = resolved.documents.get(citation.document)
    mention = found.get(citation.document)
    return {
        "article_id": article_id,
        "document_id": document.id if document is not None else None,
        "local_id": citation.document,
        "field": citation.field.value,
        "start": citation.start,
        "end": citation.end,
        "text": citation.text,
        "symbol": citation.symbol[:128] if citation.symbol else None,
        "kind": citation.kind[:64] if citation.kind else None,
        "kind_code": citation.kind_code[:32] if citation.kind_code else None,
        "number": citation.number[:32] if citation.number else None,
        "year": citation.year,
        "issuer": citation.issuer,
        "issuer_code": citation.issuer_code[:96] if citation.issuer_code else None,
        "place": citation.place,
        "province": citation.province,
        "issued_on": citation.date,
        "term": citation.term[:8] if citation.term else None,
        "title": citation.title,
        "role": citation.role.value,
        "match_key": match_key(mention.described) if mention is not None else None,
    }
