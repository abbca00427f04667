"""The index on SQLite: an FTS5 table without stored text, whose rowid is the order key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, text

from models.search.expression import AnyOf, Expression, Phrase
from models.search.prepared import Prepared
from models.search.rarity import rarest_first
from models.search.table import HIDDEN, SHOWN, Page, Span
from models.search.words import EXACT, FILTER, Word

CREATE = """
CREATE VIRTUAL TABLE search_text USING fts5(
  title, lead, body, filters, content='', columnsize=0, tokenize="ascii tokenchars '=@#_-.:'"
)"""
"""`ascii` splits at spaces only (all other bytes of our tokens are token characters): the tokens stay ours."""


_NOTHING = f"{FILTER}{FILTER}"
"""A token that no article has."""
_NESTS = 12


def _phrase(phrase: Phrase) -> str:
    return '"' + " ".join(phrase.tokens) + '"'


def _any(part: AnyOf) -> str:
    joined = " OR ".join(_phrase(phrase) for phrase in part.parts)
    return f"({joined})" if len(part.parts) > 1 else joined


def match_words(connection: Connection, match: Expression) -> str:
    """FTS5's words for `match`. Every token is quoted, so nothing typed can be an operator."""
    return _without(_nested([_any(one) for one in rarest_first(connection, match.must)]), match.must_not)


def plain_words(match: Expression) -> str:
    """As `match_words`, for a small table that needs no order of its parts."""
    return _without(" AND ".join(map(_any, match.must)), match.must_not)


def _without(must: str, must_not: Sequence[Phrase]) -> str:
    return f"({must}) NOT ({' OR '.join(map(_phrase, must_not))})" if must_not else must


def _nested(parts: list[str]) -> str:
    """All parts, each looked for only where those before it were found.

    FTS5 makes one flat list of nested ANDs; "NOT nothing" around them keeps them nested. Its parser has a stack of
    limited depth; the most common parts need no nest of their own.
    """
    first, *rest = dict.fromkeys(parts)
    for part in rest[:_NESTS]:
        first = f'({first} AND {part}) NOT "{_NOTHING}"'
    return " AND ".join([f"({first})", *rest[_NESTS:]]) if rest else first


def newest(connection: Connection, match: Expression, span: Span, page: Page) -> Sequence[Row[Any]]:
    """Rows of `search_entry` that match within a span, newest first."""
    values: dict[str, Any] = span.keys | {"skip": page.skip, "take": page.take}
    if not match.must:
        source = "search_entry e WHERE e.article_id IS NOT NULL AND e.order_key >= :low AND e.order_key < :high"
        order = "e.order_key"
    else:
        # CROSS JOIN keeps the index outside and in its own order; otherwise everything is found, then sorted.
        source = (
            "search_text f CROSS JOIN search_entry e ON e.order_key = f.rowid WHERE f.search_text MATCH :match"
            " AND f.rowid >= :low AND f.rowid < :high AND e.article_id IS NOT NULL"
        )
        order = "f.rowid"
        values["match"] = match_words(connection, match)
    statement = f"SELECT {page.columns} FROM {source} ORDER BY {order} DESC LIMIT :take OFFSET :skip"  # noqa: S608 (names of ours only)
    return connection.execute(text(statement), values).all()


def phrased(
    connection: Connection, match: Expression, span: Span, page: Page, most: int
) -> tuple[Sequence[Row[Any]], int]:
    """As `newest` for quoted phrases, and how many articles were looked at, `most` at all: those with their words."""
    statement = text(
        "SELECT rowid FROM search_text WHERE search_text MATCH :match AND rowid >= :low AND rowid < :high"
        " ORDER BY rowid DESC LIMIT :most"
    )
    loose = match_words(connection, match.loosened)
    values = span.keys | {"match": loose, "most": most}
    keys = connection.execute(statement, values).scalars().all()
    if not keys:
        return [], 0
    looked_at = span._replace(low=keys[-1] - span.space, high=keys[0] + 1 - span.space)
    return newest(connection, match, looked_at, page), len(keys)


# Newest first though the order is not asked for: FTS5 walks to the first row of an ascending question through all
# rows before it (53 instead of 11 ms for eight common words among a million articles).
_HAVING = text(
    "SELECT rowid FROM search_text WHERE search_text MATCH :match AND rowid BETWEEN :low AND :high ORDER BY rowid DESC"
)


def having(connection: Connection, match: Expression, words: Expression, keys: Sequence[int]) -> set[int]:
    """Which of the found `keys` (all matching `match`, which shortens the walk) have these words too."""
    both = match_words(connection, Expression((*words.must, *match.must)))
    found: set[int] = set()
    for space in (SHOWN, HIDDEN):
        own = [key for key in keys if (key < SHOWN) == (space == HIDDEN)]
        if own:
            rows = connection.execute(_HAVING, {"match": both, "low": min(own), "high": max(own)})
            found.update(rows.scalars())
    return found.intersection(keys)


def stream(words: Sequence[Word]) -> str:
    """The words as one column holds them: all in their folded form, then all as written."""
    if not words:
        return ""
    folded, exact = zip(*words, strict=True)
    return f"{' '.join(folded)} {EXACT}{f' {EXACT}'.join(exact)}"


def index_values(order_key: int, prepared: Prepared) -> dict[str, Any]:
    """One row of the FTS5 table."""
    return {
        "key": order_key,
        "title": stream(prepared.title),
        "lead": stream(prepared.lead),
        "body": stream(prepared.text),
        "filters": prepared.filters,
    }


INSERT = "INSERT INTO search_text(rowid, title, lead, body, filters) VALUES (:key, :title, :lead, :body, :filters)"
_DELETE = (
    "INSERT INTO search_text(search_text, rowid, title, lead, body, filters)"
    " VALUES ('delete', :key, :title, :lead, :body, :filters)"
)


INSERT_ENTRY = """
INSERT INTO search_entry
  (order_key, article_id, source_id, province, grade, topics, kinds, month, filters, stamp, head)
VALUES (:key, :article_id, :source_id, :province, :grade, :topics, :kinds, :month, :filters, :stamp, :head)
ON CONFLICT (order_key) DO NOTHING"""

_INSERT, _INSERT_ENTRY = text(INSERT), text(INSERT_ENTRY)


def put(connection: Connection, order_key: int, prepared: Prepared) -> bool:
    """Index one article under an order key; False where another article has it."""
    if not connection.execute(_INSERT_ENTRY, prepared.row | {"key": order_key}).rowcount:
        return False
    connection.execute(_INSERT, index_values(order_key, prepared))
    return True


def take_out(connection: Connection, old: RowMapping, prepared: Prepared) -> None:
    """Take an article's older state out of the index.

    FTS5 without stored text wants back exactly the tokens it was given. They are known while the text is the same
    (a new grade, a new topic). After a change of the text they are not: the old row stays, its key taken, its entry
    pointing nowhere, until the index is built anew.
    """
    key = {"key": old["order_key"]}
    if old["stamp"] != prepared.stamp:
        connection.execute(text("UPDATE search_entry SET article_id = NULL WHERE order_key = :key"), key)
        return
    values = index_values(old["order_key"], prepared) | {"filters": old["filters"]}
    connection.execute(text(_DELETE), values)
    connection.execute(text("DELETE FROM search_entry WHERE order_key = :key"), key)
