"""One article's rows: text and versions, topics, mentions, documents, links, copies, index, alerts.

`store_article` is the body of the one transaction in which all of it appears together or not at all.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from analysis.documents import Mention, mentions
from analysis.values import Citation, Reading, Reason, Role
from crawlers.values import Extract, PageStatus, UrlState
from models.clusters import gather, packed, sketch
from models.database import table_of
from models.rematch import look_again
from models.resolve import Resolved, forget_orphans, match_key, resolve
from models.search.index import index_article
from models.tables import (
    ArticleRow,
    ArticleTopicRow,
    ArticleVersionRow,
    CitationRow,
    DocumentLinkRow,
    SourceRow,
)
from models.tables.base import storable
from models.telling import Stored, Telling, news_on, tell, time_of

SHORTEST_TEXT = 200
"""Characters below which a text alone does not show that two pages are one article; the title must agree too."""


# Built once; see `models.store`.
_article, _source = table_of(ArticleRow), table_of(SourceRow)
_HELD = select(ArticleRow).where(ArticleRow.source_id == bindparam("source"), ArticleRow.key == bindparam("of_key"))
_TWIN = (
    select(_article.c.id)
    .where(_article.c.text_sha256 == bindparam("sha"), _article.c.source_id == bindparam("source"))
    .order_by(_article.c.id)
    .limit(1)
)
_SOURCE_WRITES = (
    update(_source)
    .where(_source.c.id == bindparam("source"))
    .where(or_(_source.c.last_article_at.is_(None), _source.c.last_article_at < bindparam("now")))
    .values(last_article_at=bindparam("now"))
)
_TOPICS, _CITATIONS, _LINKS = (
    insert(table_of(ArticleTopicRow)),
    insert(table_of(CitationRow)),
    insert(table_of(DocumentLinkRow)),
)


@dataclass(frozen=True, slots=True)
class Given:
    """One page's article, ready to be stored. `extract.published_at` is aware or None."""

    source_id: str
    key: str
    page_id: int | None
    extract: Extract
    reading: Reading
    first_seen: datetime
    keep_version: bool = True
    """False when our own rules changed the text, not the paper."""


def store_article(session: Session, given: Given, now: datetime, telling: Telling) -> Stored:
    """Store one article within the caller's transaction. Raises AnnounceError when the outbox refuses."""
    extract = given.extract
    article = session.scalar(_HELD, {"source": given.source_id, "of_key": given.key})
    if article is None:
        twin = _twin(session, given)
        if twin is not None:
            return Stored(UrlState.DUPLICATE, f"trùng nội dung với bài số {twin} của cùng báo", twin)
        article, state = _new_article(session, given, now), UrlState.NEW
    elif article.status == PageStatus.ARTICLE and extract.status is PageStatus.PROTECTED:
        article.removed_at = None
        return Stored(UrlState.UNCHANGED, "báo nay che nội dung; kho giữ bản đã có", article.id, article.grade)
    else:
        state = _renew(session, article, given, now)
    _fill(article, given, now)
    session.flush()
    resolved, found = _read_in(session, article, given, now, fresh=state is UrlState.NEW)
    if state is not UrlState.UNCHANGED or article.cluster_id is None:
        _gather(session, article, fresh=state is UrlState.NEW)
    stored = Stored(state, "", article.id, article.grade, issues=any(m.role is Role.ISSUES for m in found.values()))
    tell(session, article, resolved, found, now, telling, stored)
    index_article(session, article, fresh=state is UrlState.NEW)
    if resolved.stale:
        for other in look_again(session, resolved.stale, but=article.id):
            index_article(session, session.get_one(ArticleRow, other))
    return stored


def content_sha(title: str, lead: str, text: str) -> str:
    """What two pages of one article have in common: the text, and for a short one title and lead too."""
    content = text if len(text) >= SHORTEST_TEXT else f"{title}\n{lead}\n{text}"
    return hashlib.sha256(storable(content).encode()).hexdigest()


def _texts(extract: Extract) -> tuple[str, str, str]:
    return storable(extract.title or ""), storable(extract.lead or ""), storable(extract.text)


def _twin(session: Session, given: Given) -> int | None:
    same = {"sha": content_sha(*_texts(given.extract)), "source": given.source_id}
    return session.connection().execute(_TWIN, same).scalar()


def _new_article(session: Session, given: Given, now: datetime) -> ArticleRow:
    title, lead, text = _texts(given.extract)
    article = ArticleRow(
        source_id=given.source_id,
        key=given.key,
        url=given.extract.url,
        title=title,
        lead=lead,
        text=text,
        first_seen_at=given.first_seen,
        updated_at=now,
        published_at=None,
        cluster_id=None,
    )
    session.connection().execute(_SOURCE_WRITES, {"source": given.source_id, "now": now})
    session.add(article)
    return article


def _renew(session: Session, article: ArticleRow, given: Given, now: datetime) -> UrlState:
    """Take over a text that the paper changed; what it said before becomes a version."""
    title, lead, text = _texts(given.extract)
    article.removed_at = None
    if (article.title, article.lead, article.text) == (title, lead, text):
        return UrlState.UNCHANGED
    if given.keep_version:
        old = {"title": article.title, "lead": article.lead, "text": article.text}
        session.add(ArticleVersionRow(article_id=article.id, replaced_at=now, **old))
        article.updated_at = now
    article.title, article.lead, article.text = title, lead, text
    return UrlState.CHANGED


def _fill(article: ArticleRow, given: Given, now: datetime) -> None:
    """All that does not depend on what was there before."""
    extract, reading = given.extract, given.reading
    article.url, article.status, article.page_id = extract.url, extract.status.value, given.page_id
    article.author, article.section, article.origin = extract.author, extract.section, extract.origin
    if extract.published_at is not None or article.published_at is None:
        article.published_at, article.date_from = extract.published_at, extract.date_from
    article.sort_at = min(article.published_at or article.first_seen_at, now)
    article.province, article.rules = reading.province, reading.rules
    article.grade, article.score = reading.relevance.grade.value, reading.relevance.score
    article.reasons = [_reason(reason) for reason in reading.relevance.reasons]
    article.flags = list(extract.flags)
    article.text_sha256 = content_sha(article.title, article.lead, article.text)
    article.text_length = len(article.text)
    article.sketch = packed(sketch(f"{article.lead}\n{article.text}"))


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "phrase": storable(reason.phrase),
        "start": reason.start,
        "end": reason.end,
        "weight": reason.weight,
        "field": reason.field.value,
    }


def _read_in(
    session: Session, article: ArticleRow, given: Given, now: datetime, *, fresh: bool
) -> tuple[Resolved, dict[int, Mention]]:
    """Topics, mentions, documents and links of an article, in place of those it had."""
    reading = given.reading
    had: set[int] = set() if fresh else _clear(session, article.id)
    topics = [
        {"article_id": article.id, "topic": t.key, "score": t.score, "reasons": [_reason(r) for r in t.reasons]}
        for t in reading.topics
    ]
    if topics:
        session.connection().execute(_TOPICS, topics)
    found = mentions(reading.citations, news_on(article))
    own = _only_here(session, had)
    resolved = resolve(session, found, article.id, time_of(article), now, own)
    rows = [_citation(article.id, citation, resolved, found) for citation in reading.citations]
    if rows:
        session.connection().execute(_CITATIONS, rows)
    links = _links(article.id, reading, resolved)
    if links:
        session.connection().execute(_LINKS, links)
    forget_orphans(session, had)
    return resolved, found


def _links(article_id: int, reading: Reading, resolved: Resolved) -> list[dict[str, Any]]:
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


def _gather(session: Session, article: ArticleRow, *, fresh: bool) -> None:
    """Find the copies of a new or changed text in other papers."""
    found = gather(session, article, fresh=fresh)
    others = (ArticleRow.cluster_id == article.id, ArticleRow.id != article.id)
    led = not fresh and session.scalar(select(ArticleRow.id).where(*others).limit(1)) is not None
    article.cluster_id = article.id if led else found
