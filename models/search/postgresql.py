"""The index on PostgreSQL: a tsvector of our own tokens under GIN.

GIN has no order: for the newest hits it would fetch all of them. So every article carries tokens of the blocks of
days it lies in, and a search asks for the newest few days first, then for wider spans, until it has enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import ceil
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, text

from models.search.expression import AnyOf, Expression, Phrase, any_token
from models.search.prepared import BLOCK_DAYS, Prepared, block_token, blocks_of, space_token
from models.search.rarity import rarest_first
from models.search.table import SLOTS, Page, Span
from models.search.words import EXACT, Word

_DAY = 86_400 * SLOTS
_GAP = 10
"""Positions between title, lead and text: no phrase may reach across."""
_OF_KEYS = "SELECT * FROM search_entry WHERE order_key = ANY(:keys)"
"""Looked up apart: otherwise the planner may take the tokens' index and unpack every
article that matches."""
_MOST_POSITIONS = 255
_OWN_QUESTIONS = 12
_PROBES = BLOCK_DAYS[:2]
"""The blocks of the spans that are always tried, before anything is concluded from them."""
_MARGIN = 1.25
"""A span is so much longer than the hits so far let expect: one more would cost more than its rows too many."""
_MOST_BLOCKS = 12
"""Of one span: more of them would make up a few blocks of the next size."""

PLANNER = "SET LOCAL enable_seqscan = off; SET LOCAL jit = off"
"""Reading the whole table is never the better way here, and compiling takes longer than any search."""


def _phrase(phrase: Phrase) -> str:
    joined = " <-> ".join(f"'{token}'" for token in phrase.tokens)
    return f"({joined})" if len(phrase.tokens) > 1 else joined


def _any(part: AnyOf) -> str:
    joined = " | ".join(_phrase(phrase) for phrase in part.parts)
    return f"({joined})" if len(part.parts) > 1 else joined


def match_words(match: Expression) -> str:
    """The tsquery for `match`. Every token is quoted, so nothing typed can be an operator."""
    pieces = [_any(one) for one in match.must]
    pieces += ["!" + _phrase(phrase) for phrase in match.must_not]
    return " & ".join(pieces)


def _conditions(connection: Connection, match: Expression) -> tuple[str, dict[str, str]]:
    """`match` as conditions of SQL and their values: a question of its own for every part, rarest first.

    GIN then looks at a part's list only where the parts before it agree.
    """
    first, *rest = dict.fromkeys(_any(one) for one in rarest_first(connection, match.must))
    first = " & ".join([first, *("!" + _phrase(phrase) for phrase in match.must_not)])
    parts = [first, *rest[:_OWN_QUESTIONS], *([" & ".join(rest[_OWN_QUESTIONS:])] if rest[_OWN_QUESTIONS:] else [])]
    values = {f"match_{number}": part for number, part in enumerate(parts)}
    return " AND ".join(f"e.tokens @@ CAST(:{name} AS tsquery)" for name in values), values


def newest(connection: Connection, match: Expression, span: Span, page: Page) -> Sequence[Row[Any]]:
    """Rows of `search_entry` that match within a span, newest first."""
    if not match.must:
        statement = text(
            f"SELECT {page.columns} FROM search_entry e WHERE e.order_key >= :low AND e.order_key < :high"  # noqa: S608 (names of ours only)
            " AND e.article_id IS NOT NULL ORDER BY e.order_key DESC LIMIT :take OFFSET :skip"
        )
        return connection.execute(statement, span.keys | {"skip": page.skip, "take": page.take}).all()
    found: list[Row[Any]] = []
    wanted = page.skip + page.take
    windows = _Windows(connection, span)
    while windows.open and len(found) < wanted:
        blocks, part = windows.following(len(found), wanted)
        found += _within(connection, match.also([any_token(blocks)]), part, wanted - len(found), page.columns)
    return found[page.skip :]


def _within(connection: Connection, match: Expression, span: Span, take: int, columns: str) -> Sequence[Row[Any]]:
    # "+ 0" keeps the planner from walking the order keys and unpacking every tsvector on the way.
    conditions, words = _conditions(connection, match)
    statement = text(
        f"WITH e AS MATERIALIZED (SELECT {columns} FROM search_entry e"  # noqa: S608 (names of ours only)
        f" WHERE {conditions} AND e.article_id IS NOT NULL"
        " AND e.order_key + 0 >= :low AND e.order_key + 0 < :high)"
        " SELECT * FROM e ORDER BY order_key DESC LIMIT :take"
    )
    return connection.execute(statement, words | span.keys | {"take": take}).all()


def phrased(
    connection: Connection, match: Expression, span: Span, page: Page, most: int
) -> tuple[Sequence[Row[Any]], int]:
    """As `newest` for quoted phrases, and how many articles were looked at: whether words stand in a row is not in the
    index but in each article's own list of places. No more of them are unpacked than the page needs, `most` at all.
    """
    found: list[Row[Any]] = []
    wanted, looked = page.skip + page.take, 0
    goal = ceil(_MARGIN * wanted)
    windows = _Windows(connection, span)
    while windows.open and len(found) < wanted and looked < most:
        blocks, part = windows.following(looked, min(goal, most))
        rows = _in_a_row(connection, match, blocks, part.keys | {"take": most - looked}, page.columns)
        looked += rows[0].looked
        found += [row for row in rows if row.order_key is not None]
        if looked >= goal:
            goal = looked + ceil(_MARGIN * (wanted - len(found)) * looked / len(found) if found else looked)
    return found[page.skip : wanted], looked


def _in_a_row(
    connection: Connection, match: Expression, blocks: Sequence[str], bounds: dict[str, int], columns: str
) -> Sequence[Row[Any]]:
    """The rows of a span with the phrases, each with the number of those that have all their words; at least one."""
    conditions, words = _conditions(connection, match.loosened.also([any_token(blocks)]))
    statement = text(
        f"WITH e AS MATERIALIZED (SELECT {columns}, e.tokens FROM search_entry e"  # noqa: S608 (names of ours only)
        f" WHERE {conditions} AND e.article_id IS NOT NULL"
        " AND e.order_key + 0 >= :low AND e.order_key + 0 < :high),"
        " of_these AS MATERIALIZED (SELECT * FROM e ORDER BY order_key DESC LIMIT :take)"
        f" SELECT {columns}, counted.looked FROM (SELECT count(*) AS looked FROM of_these) counted"
        " LEFT JOIN of_these e ON e.tokens @@ CAST(:phrases AS tsquery) ORDER BY e.order_key DESC"
    )
    return connection.execute(statement, words | bounds | {"phrases": match_words(match)}).all()


class _Windows:
    """Spans of time from the newest backwards.

    The first are short. Then each is as long as the hits so far let expect: what is found too much is fetched for
    nothing. Where the last weeks hold none at all, everything that is left is asked for at once: it cannot be much.
    """

    def __init__(self, connection: Connection, whole: Span) -> None:
        newest_key = text("SELECT max(order_key) FROM search_entry WHERE order_key >= :low AND order_key < :high")
        top = connection.execute(newest_key, whole.keys).scalar()
        self.open = top is not None
        self.space, self.low, _ = whole
        self.top = 0 if top is None else top - self.space
        self.ceiling = self.top + 1
        self.step = 0

    def following(self, found: int, wanted: int) -> tuple[list[str], Span]:
        """The next span and its tokens."""
        size, count = self._blocks(found, wanted)
        ceiling, self.step = self.ceiling, self.step + 1
        if not size:
            self.open = False
            return [space_token(self.space)], Span(self.space, self.low, ceiling)
        last = (ceiling - 1) // _DAY // size
        first = max(last - count + 1, self.low // _DAY // size)
        self.ceiling = max(self.low, first * size * _DAY)
        self.open = self.ceiling > self.low
        blocks = [block_token(self.space, size, number) for number in range(first, last + 1)]
        return blocks, Span(self.space, self.ceiling, ceiling)

    def _blocks(self, found: int, wanted: int) -> tuple[int, int]:
        """How many days the blocks of the next span have, and how many of them it has; 0 for all that is left."""
        if self.step < len(_PROBES):
            return _PROBES[self.step], 2
        days = (self.top + 1 - self.ceiling) / _DAY
        for size in BLOCK_DAYS if found else ():
            count = 1 + ceil(_MARGIN * (wanted - found) * days / found / size)
            if count <= _MOST_BLOCKS:
                return size, count
        return 0, 0


def having(connection: Connection, match: Expression, words: Expression, keys: Sequence[int]) -> set[int]:
    """Which of the found `keys` have these words too."""
    del match  # the keys lead to the rows
    statement = text(
        f"WITH e AS MATERIALIZED ({_OF_KEYS}) SELECT e.order_key FROM e"  # noqa: S608 (names of ours only)
        " WHERE e.tokens @@ CAST(:match AS tsquery)"
    )
    rows = connection.execute(statement, {"keys": list(keys), "match": match_words(words)})
    return set(rows.scalars())


def _place(vector: dict[str, list[str]], words: Iterable[Word], start: int) -> int:
    position = start
    for position, word in enumerate(words, start):
        for token in (word.folded, EXACT + word.exact):
            vector[token].append(str(position))
    return position + _GAP


def _literal(vector: dict[str, list[str]]) -> str:
    return " ".join(
        f"'{token}':{','.join(places[:_MOST_POSITIONS])}" if places else f"'{token}'"
        for token, places in vector.items()
    )


def vector(words: Iterable[Word]) -> str:
    """The tsvector of words alone, as a literal."""
    tokens: dict[str, list[str]] = defaultdict(list)
    _place(tokens, words, 1)
    return _literal(tokens)


def index_values(order_key: int, prepared: Prepared) -> dict[str, Any]:
    """The tsvector of an article, as a literal."""
    tokens: dict[str, list[str]] = defaultdict(list)
    position = 1
    for part in (prepared.title, prepared.lead, prepared.text):
        position = _place(tokens, part, position)
    for token in (*prepared.filters.split(), *blocks_of(prepared)):
        tokens[token] = []
    return {"key": order_key, "tokens": _literal(tokens)}


INSERT = """
INSERT INTO search_entry
  (order_key, article_id, source_id, province, grade, topics, kinds, month, filters, stamp, head, tokens)
VALUES (:key, :article_id, :source_id, :province, :grade, :topics, :kinds, :month, :filters, :stamp, :head,
  CAST(:tokens AS tsvector))
ON CONFLICT (order_key) DO NOTHING"""

_INSERT = text(INSERT)


def put(connection: Connection, order_key: int, prepared: Prepared) -> bool:
    """Index one article under an order key; False where another writer took the key first."""
    return connection.execute(_INSERT, prepared.row | index_values(order_key, prepared)).rowcount == 1


def take_out(connection: Connection, old: RowMapping, prepared: Prepared) -> None:
    """Take an article's older state out of the index."""
    del prepared
    connection.execute(text("DELETE FROM search_entry WHERE order_key = :key"), {"key": old["order_key"]})
