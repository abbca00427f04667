"""One article's rows: text and versions, topics, mentions, documents, links, copies, index, alerts.

`store_article` is the body of the one transaction in which all of it appears together or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, text, update
from sqlalchemy.orm import Session

from analysis.values import Reading, Role
from crawlers.values import Extract, PageStatus, UrlState
from models.database import Work, table_of
from models.search.index import index_article, put_in
from models.search.prepared import Split, prepare, split
from models.search.words import search_words
from models.statement import Statement
from models.storing.contents import read_in, stored_reason
from models.storing.copies import copied_from, make_findable, packed, sketch
from models.storing.documents import Documents
from models.storing.news import Stored, Story, Telling, tell
from models.storing.undated import look_again
from models.tables import ArticleRow, ArticleVersionRow, SourceRow
from models.tables.base import storable

SHORTEST_TEXT = 200
"""Characters below which a text alone does not show that two pages are one article; the title must agree too."""


# Built once; see `models.statement`.
_article, _source = table_of(ArticleRow), table_of(SourceRow)
_HELD = Statement(
    select(_article.c.id).where(_article.c.source_id == bindparam("source"), _article.c.key == bindparam("of_key"))
)
_TWIN = Statement(
    select(_article.c.id)
    .where(_article.c.text_sha256 == bindparam("sha"), _article.c.source_id == bindparam("source"))
    .order_by(_article.c.id)
    .limit(1)
)
_SOURCE_WRITES = Statement(
    update(_source)
    .where(_source.c.id == bindparam("source"))
    .where(or_(_source.c.last_article_at.is_(None), _source.c.last_article_at < bindparam("now")))
    .values(last_article_at=bindparam("now"))
)
_ARTICLE = Statement(insert(_article), [column.name for column in _article.columns if column.name != "removed_at"])
_NEXT_ID: Mapping[str, Statement] = {
    "sqlite": Statement(text("SELECT coalesce(max(id), 0) + 1 FROM article")),
    "postgresql": Statement(text("SELECT nextval(pg_get_serial_sequence('article', 'id'))")),
}
"""An article that is no copy leads its own cluster: with the id known before, its row is written once."""


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


@dataclass(frozen=True, slots=True)
class _Texts:
    """Title, lead and text as they are stored, with the marks that tell copies."""

    title: str
    lead: str
    text: str
    sha256: str
    words: Split
    sketch: tuple[int, ...]


def _marked(title: str, lead: str, text: str, sha256: str) -> _Texts:
    """The texts with their marks; they are split into words once, for the sketch and for the index."""
    words = split(title, lead, text)
    keys = search_words(lead, words.lead), search_words(text, words.text)
    known = None if keys[0] is None or keys[1] is None else keys[0] + keys[1]
    return _Texts(title, lead, text, sha256, words, sketch(f"{lead}\n{text}", known))


def store_article(work: Work, given: Given, now: datetime, telling: Telling) -> Stored:
    """Store one article within the caller's transaction. Raises AnnounceError when the outbox refuses."""
    connection = work.connection
    held = _HELD.scalar(connection, {"source": given.source_id, "of_key": given.key})
    if held is not None:
        return _store_again(work, work.session.get_one(ArticleRow, held), given, now, telling)
    title, lead, body = _texts(given.extract)
    sha256 = content_sha(title, lead, body)
    twin = _TWIN.scalar(connection, {"sha": sha256, "source": given.source_id})
    if twin is not None:
        return Stored(UrlState.DUPLICATE, f"trùng nội dung với bài số {twin} của cùng báo", twin)
    texts = _marked(title, lead, body, sha256)
    story = _new_article(connection, given, texts, now)
    return _store_contents(work, story, texts.words, given, now, telling, UrlState.NEW)


def _store_again(work: Work, article: ArticleRow, given: Given, now: datetime, telling: Telling) -> Stored:
    """An article that is held: take over what the paper or our rules changed."""
    extract = given.extract
    article.removed_at = None
    if article.status == PageStatus.ARTICLE and extract.status is PageStatus.PROTECTED:
        return Stored(UrlState.UNCHANGED, "báo nay che nội dung; kho giữ bản đã có", article.id, article.grade)
    state = _renew(work.session, article, given, now)
    held = (article.title, article.lead, article.text)
    texts = _marked(*held, content_sha(*held))
    published = (article.published_at, article.date_from)
    if extract.published_at is not None or article.published_at is None:
        published = (extract.published_at, extract.date_from)
    for name, value in _values(given, texts, now, article.first_seen_at, *published).items():
        setattr(article, name, value)
    if state is not UrlState.UNCHANGED or article.cluster_id is None:
        _gather_again(work, article, texts.sketch)
    work.flush()
    return _store_contents(work, _story(article), texts.words, given, now, telling, state)


def _store_contents(
    work: Work, story: Story, words: Split, given: Given, now: datetime, telling: Telling, state: UrlState
) -> Stored:
    """All that hangs on an article whose own row stands."""
    fresh = state is UrlState.NEW
    documents = Documents(work)
    contents = read_in(documents, story, given.reading, now, fresh=fresh)
    issues = any(mention.role is Role.ISSUES for mention in contents.found.values())
    stored = Stored(state, "", story.id, story.grade, issues=issues)
    tell(story, documents, contents.resolved, contents.found, now, telling, stored)
    prepared = prepare(
        article_id=story.id,
        source_id=story.source_id,
        province=story.province,
        grade=story.grade,
        sort_at=story.sort_at,
        title=story.title,
        lead=story.lead,
        text=story.text,
        topics=contents.topics,
        mentions=contents.named,
        of_texts=words,
    )
    put_in(documents.connection, prepared, fresh=fresh)
    if contents.resolved.stale:
        for other in look_again(documents, contents.resolved.stale, but=story.id):
            index_article(work.session, work.session.get_one(ArticleRow, other))
    return stored


def content_sha(title: str, lead: str, text: str) -> str:
    """What two pages of one article have in common: the text, and for a short one title and lead too.

    Takes the texts as they are stored.
    """
    content = text if len(text) >= SHORTEST_TEXT else f"{title}\n{lead}\n{text}"
    return hashlib.sha256(content.encode()).hexdigest()


def _texts(extract: Extract) -> tuple[str, str, str]:
    return storable(extract.title or ""), storable(extract.lead or ""), storable(extract.text)


def _new_article(connection: Connection, given: Given, texts: _Texts, now: datetime) -> Story:
    """Write the row of an article that is not held yet, gathered with its copies in other papers."""
    extract = given.extract
    values = _values(given, texts, now, given.first_seen, extract.published_at, extract.date_from)
    cluster = copied_from(connection, texts.sketch, values["sort_at"])
    _SOURCE_WRITES.run(connection, {"source": given.source_id, "now": now})
    article_id = _NEXT_ID[connection.dialect.name].scalar(connection, {})
    own = {"id": article_id, "cluster_id": cluster or article_id, "source_id": given.source_id, "key": given.key}
    new = {"title": texts.title, "lead": texts.lead, "text": texts.text}
    row = values | own | new | {"first_seen_at": given.first_seen, "updated_at": now}
    _ARTICLE.run(connection, row)
    make_findable(connection, article_id, texts.sketch, fresh=True)
    return Story(**{name: row[name] for name in Story.__slots__})


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


def _values(
    given: Given,
    texts: _Texts,
    now: datetime,
    first_seen: datetime,
    published_at: datetime | None,
    date_from: str | None,
) -> dict[str, Any]:
    """All columns of an article that do not depend on what was there before."""
    extract, reading = given.extract, given.reading
    return {
        "url": extract.url,
        "status": extract.status.value,
        "page_id": given.page_id,
        "author": extract.author,
        "section": extract.section,
        "origin": extract.origin,
        "published_at": published_at,
        "date_from": date_from,
        "sort_at": min(published_at or first_seen, now),
        "province": reading.province,
        "rules": reading.rules,
        "grade": reading.relevance.grade.value,
        "score": reading.relevance.score,
        "reasons": [stored_reason(reason) for reason in reading.relevance.reasons],
        "flags": list(extract.flags),
        "text_sha256": texts.sha256,
        "text_length": len(texts.text),
        "sketch": packed(texts.sketch),
    }


def _story(article: ArticleRow) -> Story:
    return Story(**{name: getattr(article, name) for name in Story.__slots__})


def _gather_again(work: Work, article: ArticleRow, hashes: tuple[int, ...]) -> None:
    """Find the copies of a changed text in other papers; one that copies are gathered under keeps them."""
    connection = work.connection
    found = copied_from(connection, hashes, article.sort_at, but=article.id)
    make_findable(connection, article.id, hashes, fresh=False)
    others = (ArticleRow.cluster_id == article.id, ArticleRow.id != article.id)
    led = work.session.scalar(select(ArticleRow.id).where(*others).limit(1)) is not None
    article.cluster_id = article.id if led or found is None else found
