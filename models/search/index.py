"""Keeping the index in step with the archive: called by the store within its own transaction."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from types import ModuleType
from weakref import WeakKeyDictionary, WeakSet

from sqlalchemy import Connection, Engine, RowMapping, Transaction, bindparam, select, text
from sqlalchemy.orm import Session

from models.search import postgresql, sqlite
from models.search.prepared import IndexedDocument, Prepared, prepare
from models.search.table import SLOTS, entries, vocabulary
from models.search.words import Word
from models.tables import ArticleRow, ArticleTopicRow, CitationRow

_AT_ONCE = 500
_REBUILT_AT_ONCE = 1_000
_SHORTEST_WORD, _LONGEST_WORD = 2, 24
_NEW_WORD = text("INSERT INTO search_word (word, folded) VALUES (:word, :folded) ON CONFLICT DO NOTHING")

_OLD = select(entries).where(entries.c.article_id == bindparam("article"))
_topic, _citation = ArticleTopicRow.__table__, CitationRow.__table__
_TOPICS = select(_topic.c.topic).where(_topic.c.article_id == bindparam("article"))
_MENTIONS = (
    select(_citation.c.document_id, _citation.c.symbol, _citation.c.kind_code, _citation.c.number)
    .where(_citation.c.article_id == bindparam("article"))
    .distinct()
)
_GAP = text(
    "SELECT a.order_key + 1 FROM search_entry a WHERE a.order_key >= :base AND NOT EXISTS"
    " (SELECT 1 FROM search_entry b WHERE b.order_key = a.order_key + 1) ORDER BY a.order_key LIMIT 1"
)
_HELD_WORDS = select(vocabulary.c.word).where(vocabulary.c.word.in_(bindparam("words", expanding=True)))

_LEARNT: WeakKeyDictionary[Engine, set[str]] = WeakKeyDictionary()
"""Words that this process has seen committed in an archive: a language has few thousand, every article uses them."""

_TEACHING: WeakSet[Transaction] = WeakSet()
"""Transactions that added words: what they read may be their own and may yet be rolled back."""

_MOST_LEARNT = 200_000


def backend(connection: Connection) -> ModuleType:
    """The module that speaks the database's language of search."""
    return sqlite if connection.dialect.name == "sqlite" else postgresql


def index_article(session: Session, article: ArticleRow) -> None:
    """Bring the index up to date with an article whose row, topics and citations are in the session.

    Does nothing where nothing of it has changed. Part of the caller's transaction.
    """
    session.flush()
    connection, of = session.connection(), {"article": article.id}
    mentions = [IndexedDocument(*mention) for mention in connection.execute(_MENTIONS, of)]
    put_in(connection, prepare(article, connection.execute(_TOPICS, of).scalars(), mentions))


def put_in(connection: Connection, prepared: Prepared, *, fresh: bool = False) -> None:
    """Index one prepared article, in place of its older state (`fresh`: there is none)."""
    language = backend(connection)
    old = None if fresh else connection.execute(_OLD, {"article": prepared.article_id}).mappings().one_or_none()
    if old is not None:
        if _same(old, prepared):
            return
        language.take_out(connection, old, prepared)
    key = prepared.start
    while not language.put(connection, key, prepared):
        key = _free_key(connection, prepared.start)
    _learn(connection, chain(prepared.title, prepared.lead, prepared.text))


def _same(old: RowMapping, prepared: Prepared) -> bool:
    near = prepared.start <= old["order_key"] < prepared.start + SLOTS
    return bool(near and old["stamp"] == prepared.stamp and old["filters"] == prepared.filters)


def _free_key(connection: Connection, base: int) -> int:
    """The first free order key after `base`, which is taken: papers without a time of day all say midnight."""
    return int(connection.execute(_GAP, {"base": base}).scalar_one())


def _learn(connection: Connection, used: Iterable[Word]) -> None:
    """Remember words for suggestions. Sorted, so that two writers never wait for each other in a circle."""
    learnt = _LEARNT.setdefault(connection.engine, set())
    unknown = {exact: folded for folded, exact in used if exact not in learnt}
    known = sorted((exact, folded) for exact, folded in unknown.items() if _teaches(exact))
    taught = False
    for start in range(0, len(known), _AT_ONCE):
        part = dict(known[start : start + _AT_ONCE])
        held = set(connection.execute(_HELD_WORDS, {"words": list(part)}).scalars())
        if not (taught or connection.get_transaction() in _TEACHING):
            learnt |= held
        new = [{"word": word, "folded": part[word]} for word in sorted(part.keys() - held)]
        if new:
            connection.execute(_NEW_WORD, new)
            taught = True
    transaction = connection.get_transaction()
    if taught and transaction is not None:
        _TEACHING.add(transaction)
    if len(learnt) > _MOST_LEARNT:
        learnt.clear()


def _teaches(word: str) -> bool:
    return word.isalpha() and _SHORTEST_WORD <= len(word) <= _LONGEST_WORD


def rebuild(session: Session, *, after: int = 0) -> int | None:
    """Index the next articles behind the id `after`; the id to go on from, None when all are done.

    For an archive whose index was lost or is of an older kind: call it until it answers None, one transaction each.
    """
    rest = select(ArticleRow).where(ArticleRow.id > after).order_by(ArticleRow.id)
    last = None
    for row in session.scalars(rest.limit(_REBUILT_AT_ONCE)):
        index_article(session, row)
        last = row.id
    return last
