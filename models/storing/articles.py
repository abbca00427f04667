"""One article's rows: text and versions, topics, mentions, documents, links, copies, index, alerts.

`store_article` is the body of the one transaction in which all of it appears together or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, union_all, update
from sqlalchemy.orm import Session

from analysis.values import Reading, Role
from crawlers.values import Extract, PageStatus, UrlState
from models.database import table_of
from models.search.index import index_article, put_in
from models.search.prepared import Split, prepare, split
from models.search.words import search_words
from models.storing.copies import copied_from, day_of, make_findable, packed, sketch
from models.storing.corrections import corrected, correction_of
from models.storing.files import link_files
from models.storing.mentions import store_mentions, stored_reason
from models.storing.news import Alerting, Stored, announce_news
from models.storing.undated import look_again
from models.tables import ArticleRow, ArticleVersionRow, SourceRow
from models.tables.base import storable

_article = table_of(ArticleRow)
_NEW = insert(_article)
_of_source = select(_article.c.id, _article.c.key).where(_article.c.source_id == bindparam("source"))
_LEADS = update(_article).where(_article.c.id == bindparam("article")).values(cluster_id=_article.c.id)
_HELD = union_all(
    _of_source.where(_article.c.key == bindparam("key")),
    _of_source.where(_article.c.text_sha256 == bindparam("sha")),
)
"""The article itself, where it is held, and those of the same paper that have the same text."""

SHORTEST_TEXT = 200
"""Characters below which a text alone does not show that two pages are one article; the title must agree too."""


@dataclass(frozen=True, slots=True)
class Given:
    """One page's article, ready to be stored. `extract.published_at` is aware or None."""

    source_id: str
    key: str
    page_id: int | None
    extract: Extract
    reading: Reading
    first_seen: datetime
    version: str
    """Of the rules and the code by which it was read."""
    keep_version: bool = True
    """False when our own rules changed the text, not the paper."""
    ahead: Mapping[int, int | None] = field(default_factory=dict)
    """Documents that were resolved before, by local id (`models.storing.ahead`)."""


def store_article(session: Session, given: Given, now: datetime, alerting: Alerting) -> Stored:
    """Store one article within the caller's transaction. Raises AnnounceError when the outbox refuses."""
    asked = {"source": given.source_id, "key": given.key, "sha": content_sha(*_texts(given.extract))}
    held = {key: article_id for article_id, key in session.connection().execute(_HELD, asked)}
    if given.key in held:
        return _store_again(session, session.get_one(ArticleRow, held[given.key]), given, now, alerting)
    if held:
        twin = min(held.values())
        return Stored(UrlState.DUPLICATE, f"trùng nội dung với bài số {twin} của cùng báo", twin)
    article = bare_article(given, now)
    hashes, words = _mark(article, given, now)
    cluster = copied_from(session, hashes, article.sort_at)
    article.cluster_id = cluster
    article.id = _insert(session.connection(), article)
    if cluster is None:
        session.connection().execute(_LEADS, {"article": article.id})
        article.cluster_id = article.id
    make_findable(session, article.id, article.sort_at, hashes, fresh=True)
    return _store_reading(session, article, words, given, now, alerting, UrlState.NEW)


def _insert(connection: Connection, article: ArticleRow) -> int:
    """Write a new article's row; answers its id. By a statement: the mapper takes twice as long over the same row."""
    values = {name: value for name, value in vars(article).items() if name in _article.c}
    (article_id,) = connection.execute(_NEW, values).inserted_primary_key or (0,)
    return int(article_id)


def bare_article(given: Given, now: datetime) -> ArticleRow:
    """A row of an article that is not held, with what the page itself says; not yet in the session."""
    article = ArticleRow(source_id=given.source_id, key=given.key, first_seen_at=given.first_seen, updated_at=now)
    article.title, article.lead, article.text = _texts(given.extract)
    article.published_at, article.date_from = given.extract.published_at, given.extract.date_from
    article.sort_at = min(article.published_at or article.first_seen_at, now)
    return article


def _store_again(session: Session, article: ArticleRow, given: Given, now: datetime, alerting: Alerting) -> Stored:
    """An article that is held: take over what the paper or our rules changed."""
    said = correction_of(session, article.id)
    if said:
        given = replace(given, reading=corrected(given.reading, said, _texts(given.extract)))
    extract = given.extract
    article.removed_at = None
    if article.status == PageStatus.ARTICLE and extract.status is PageStatus.PROTECTED:
        return Stored(UrlState.UNCHANGED, "báo nay che nội dung; kho giữ bản đã có", article.id, article.grade)
    state = _renew(session, article, given, now)
    if extract.published_at is not None or article.published_at is None:
        article.published_at, article.date_from = extract.published_at, extract.date_from
    day = day_of(article.sort_at)
    hashes, words = _mark(article, given, now)
    if state is not UrlState.UNCHANGED or article.cluster_id is None or day != day_of(article.sort_at):
        _gather_again(session, article, hashes)
    session.flush()
    return _store_reading(session, article, words, given, now, alerting, state)


def _store_reading(
    session: Session,
    article: ArticleRow,
    words: Split,
    given: Given,
    now: datetime,
    alerting: Alerting,
    state: UrlState,
) -> Stored:
    """All that hangs on an article whose own row stands."""
    fresh = state is UrlState.NEW
    told = store_mentions(session, article, given.reading, now, fresh=fresh, ahead=given.ahead)
    link_files(session, article, given.extract.files, given.reading, now)
    issues = any(mention.role is Role.ISSUES for mention in told.mentions.values())
    stored = Stored(state, "", article.id, article.grade, issues=issues)
    announce_news(session, article, told.resolved.documents, told.mentions, now, alerting, stored)
    prepared = prepare(article, told.topics, told.named, words)
    put_in(session.connection(), prepared, fresh=fresh)
    if told.resolved.stale:
        for other in look_again(session, told.resolved.stale, but=article.id):
            index_article(session, session.get_one(ArticleRow, other))
    return stored


def content_sha(title: str, lead: str, text: str) -> str:
    """What two pages of one article have in common: the text, and for a short one title and lead too.

    Takes the texts as they are stored.
    """
    content = text if len(text) >= SHORTEST_TEXT else f"{title}\n{lead}\n{text}"
    return hashlib.sha256(content.encode()).hexdigest()


def _texts(extract: Extract) -> tuple[str, str, str]:
    return storable(extract.title or ""), storable(extract.lead or ""), storable(extract.text)


def _renew(session: Session, article: ArticleRow, given: Given, now: datetime) -> UrlState:
    """Take over a text that the paper changed; what it said before becomes a version."""
    title, lead, body = _texts(given.extract)
    if (article.title, article.lead, article.text) == (title, lead, body):
        return UrlState.UNCHANGED
    if given.keep_version:
        old = {"title": article.title, "lead": article.lead, "text": article.text}
        session.add(ArticleVersionRow(article_id=article.id, replaced_at=now, **old))
        article.updated_at = now
    article.title, article.lead, article.text = title, lead, body
    return UrlState.CHANGED


def _mark(article: ArticleRow, given: Given, now: datetime) -> tuple[tuple[int, ...], Split]:
    """Set what follows from the page and the article's texts; answers its sketch and its words.

    The texts are split into words once, for the sketch and for the index.
    """
    for name, value in _columns(given).items():
        setattr(article, name, value)
    article.sort_at = min(article.published_at or article.first_seen_at, now)
    article.text_sha256 = content_sha(article.title, article.lead, article.text)
    article.text_length = len(article.text)
    words = split(article.title, article.lead, article.text)
    keys = search_words(article.lead, words.lead), search_words(article.text, words.text)
    known = None if keys[0] is None or keys[1] is None else keys[0] + keys[1]
    hashes = sketch(f"{article.lead}\n{article.text}", known)
    article.sketch = packed(hashes)
    return hashes, words


def _columns(given: Given) -> dict[str, Any]:
    """The columns of an article that do not depend on what was there before."""
    extract, reading = given.extract, given.reading
    return {
        "url": extract.url,
        "status": extract.status.value,
        "page_id": given.page_id,
        "author": extract.author,
        "section": extract.section,
        "origin": extract.origin,
        "province": reading.province,
        "rules": given.version,
        "grade": reading.relevance.grade.value,
        "score": reading.relevance.score,
        "reasons": [stored_reason(reason) for reason in reading.relevance.reasons],
        "flags": list(dict.fromkeys((*extract.flags, *reading.flags))),
    }


def source_writes(session: Session, source_id: str, now: datetime) -> None:
    """Note when a source last had a new article."""
    later = or_(SourceRow.last_article_at.is_(None), SourceRow.last_article_at < now)
    session.execute(update(table_of(SourceRow)).where(SourceRow.id == source_id, later).values(last_article_at=now))


def _gather_again(session: Session, article: ArticleRow, hashes: tuple[int, ...]) -> None:
    """Find the copies of a changed text in other papers; one that copies are gathered under keeps them."""
    found = copied_from(session, hashes, article.sort_at, but=article.id)
    make_findable(session, article.id, article.sort_at, hashes, fresh=False)
    others = (ArticleRow.cluster_id == article.id, ArticleRow.id != article.id)
    led = session.scalar(select(ArticleRow.id).where(*others).limit(1)) is not None
    article.cluster_id = article.id if led or found is None else found
