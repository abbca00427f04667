"""What one article's reading left in the archive: topics, mentions, documents and the links between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from analysis.documents import Mention, mentions
from analysis.values import Citation, Reading, Reason
from models.database import Work, table_of
from models.search.prepared import Mention as Named
from models.statement import Statement
from models.storing.documents import Documents
from models.storing.identity import Resolved, forget_orphans, match_key, resolve
from models.storing.news import Story, news_on, time_of
from models.tables import ArticleTopicRow, CitationRow, DocumentLinkRow
from models.tables.base import storable


def _insert(mapped: type[ArticleTopicRow | CitationRow | DocumentLinkRow]) -> Statement:
    table = table_of(mapped)
    return Statement(insert(table), [column.name for column in table.columns if column.name != "id"])


# Built once; see `models.statement`.
_TOPICS, _CITATIONS, _LINKS = _insert(ArticleTopicRow), _insert(CitationRow), _insert(DocumentLinkRow)


@dataclass(frozen=True, slots=True)
class Contents:
    """What was written: documents by local id, mentions by local id, and both as the search index takes them."""

    resolved: Resolved
    found: dict[int, Mention]
    topics: list[str]
    named: set[Named]


def read_in(documents: Documents, story: Story, reading: Reading, now: datetime, *, fresh: bool) -> Contents:
    """Write topics, mentions, documents and links of an article, in place of those it had (`fresh`: none)."""
    connection = documents.connection
    had: set[int] = set() if fresh else _clear(documents.work, story.id)
    topics = [
        {"article_id": story.id, "topic": t.key, "score": t.score, "reasons": [stored_reason(r) for r in t.reasons]}
        for t in reading.topics
    ]
    _TOPICS.many(connection, topics)
    found = mentions(reading.citations, news_on(story))
    resolved = resolve(documents, found, story.id, time_of(story), now, _only_here(documents.work, had))
    rows = [_citation(story.id, citation, resolved, found) for citation in reading.citations]
    _CITATIONS.many(connection, rows)
    _LINKS.many(connection, _links(story.id, reading, resolved))
    forget_orphans(documents.work, had)
    named = {Named(row["document_id"], row["symbol"], row["kind_code"], row["number"]) for row in rows}
    return Contents(resolved, found, [topic.key for topic in reading.topics], named)


def stored_reason(reason: Reason) -> dict[str, Any]:
    """A reason as it stands in the archive."""
    return {
        "phrase": storable(reason.phrase),
        "start": reason.start,
        "end": reason.end,
        "weight": reason.weight,
        "field": reason.field.value,
    }


def _links(article_id: int, reading: Reading, resolved: Resolved) -> list[dict[str, Any]]:
    """The links that an article tells, each once; it has none in the archive at this moment."""
    told: dict[tuple[int, int, str], None] = {}
    for link in reading.links:
        subject, target = resolved.documents.get(link.subject), resolved.documents.get(link.target)
        if subject is not None and target is not None and subject.id != target.id:
            told[subject.id, target.id, link.role.value] = None
    return [{"subject_id": s, "target_id": t, "role": role, "article_id": article_id} for s, t, role in told]


def _clear(work: Work, article_id: int) -> set[int]:
    """Take out what an earlier reading left; answers the documents it had named."""
    named = select(CitationRow.document_id).where(CitationRow.article_id == article_id).distinct()
    had = {document for document in work.session.scalars(named) if document is not None}
    for table in (ArticleTopicRow, CitationRow, DocumentLinkRow):
        work.session.execute(delete(table).where(table.article_id == article_id))
    return had


def _only_here(work: Work, had: set[int]) -> frozenset[int]:
    """Of these documents, those that no article names at the moment."""
    if not had:
        return frozenset()
    elsewhere = select(CitationRow.document_id).where(CitationRow.document_id.in_(had)).distinct()
    return frozenset(had - set(work.session.scalars(elsewhere)))


def _citation(article_id: int, citation: Citation, resolved: Resolved, found: dict[int, Mention]) -> dict[str, Any]:
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
