"""The index's own tables. Their making is in the migration `0002_search`.

`search_entry` has one row an article on both systems. `order_key` is the place of the article in time
(`space + seconds since 1970 * SLOTS + slot`): newest first is a walk down one number, a span of days is a range of it.
PostgreSQL keeps the tokens beside it (`tokens`), SQLite in the FTS5 table
`search_text`, whose rowid is the order key. `search_word` holds every word ever indexed, for suggestions.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, String, Table, Text

from foundation.clock import HANOI
from models.tables import ArticleRow

SLOTS = 32
"""Order keys a second: articles of the same second stand in the order in which they came."""

SHOWN, HIDDEN = 0, -(2**52)
"""Two spaces of order keys: articles graded "none" (most of what a paper prints) lie in the second, so that the usual
search, which hides them, never walks past them. Less than 2**56 apart: FTS5 reads the differences of rowids backwards,
and one of nine bytes wrongly, so that a question newest first lost hits (SQLite 3.40; with 2**61 one in seven)."""

FARTHEST_KEY = 2**51
"""Above every order key of a space, and below the next space."""

RAW = ("search_text", "tokens", "ix_search_entry_tokens", "file_words", "ix_file_words")
"""How the names begin of what only one of the databases has: made by SQL of its own, no table describes it."""


class Span(NamedTuple):
    """A stretch of one space of order keys: `low` ≤ key within the space < `high`."""

    space: int
    low: int
    high: int

    @property
    def keys(self) -> dict[str, int]:
        """Its bounds as order keys."""
        return {"low": self.space + self.low, "high": self.space + self.high}


KEY_COLUMNS = "e.order_key, e.article_id"


class Page(NamedTuple):
    """The `take` newest rows but for the first `skip`, with these `columns` of `search_entry e`."""

    take: int
    skip: int = 0
    columns: str = KEY_COLUMNS


metadata = MetaData()

entries = Table(
    "search_entry",
    metadata,
    Column("order_key", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "article_id", ForeignKey(ArticleRow.id, ondelete="CASCADE"), unique=True
    ),  # None: an older state of an article, to be passed over
    Column("source_id", String(64), nullable=False),
    Column("province", String(2)),
    Column("grade", String(8), nullable=False),
    Column("topics", Text, nullable=False),  # keys, joined by spaces
    Column("kinds", Text, nullable=False),  # codes of documents named, joined by spaces
    Column("month", Integer, nullable=False),  # in Hà Nội: 202611
    Column("filters", Text, nullable=False),  # the filter tokens, as indexed
    Column("stamp", String(40), nullable=False),  # of the indexed text and the version of the tokens
    Column("head", Text, nullable=False),  # title, a line break, lead: what best first looks at
)

vocabulary = Table(
    "search_word",
    metadata,
    Column("word", String(64), primary_key=True),  # exact form
    Column("folded", String(64), nullable=False, index=True),
)


def order_of(moment: dt.datetime) -> int:
    """The first order key of a moment (aware). Times before 1970 count as 1970."""
    return max(0, int(moment.timestamp())) * SLOTS


def first_key(day: dt.date) -> int:
    """The first order key of a day in Hà Nội. Days out of the calendar's reach count as the nearest one in it."""
    if day.year < 1971:
        return 0
    day = min(day, dt.date(9998, 1, 1))
    return order_of(dt.datetime(day.year, day.month, day.day, tzinfo=HANOI))


def end_key(day: dt.date) -> int:
    """The order key at which a day in Hà Nội is over."""
    return first_key(min(day, dt.date(9998, 1, 1)) + dt.timedelta(days=1))


def space_of(grade: str) -> int:
    """The space of order keys that articles of a grade lie in."""
    return HIDDEN if grade == "none" else SHOWN


def time_key(order_key: int) -> int:
    """An order key without its space: comparable over both."""
    return order_key - HIDDEN if order_key < 0 else order_key


def month_of(moment: dt.datetime) -> int:
    """The month of a moment in Hà Nội: 202611."""
    local = moment.astimezone(HANOI)
    return local.year * 100 + local.month
