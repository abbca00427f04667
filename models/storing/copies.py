"""Copies of one story in several papers: found by a sketch of the text, gathered under the first copy's id.

A sketch is the SKETCH smallest hashes of the text's three-syllable shingles; the share of hashes that two sketches
have in common estimates how much of the texts is common. The KEYS smallest of them are rows of their own: stories
that share one are the only ones compared, so a look-up costs the same among a million articles.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from analysis.text import search_key
from models.database import table_of
from models.statement import Statement
from models.tables import ArticleRow, ArticleShingleRow

SKETCH = 24
KEYS = 6
SHORTEST = 30
"""Words below which a text is too short to tell a copy from a common phrase."""

ALIKE = 0.4
"""Share of common hashes from which two texts are one story: a new headline and first paragraph leave 0.6–0.8,
two reports of one event in different words 0.1, measured on invented stories (tests/models/test_clusters.py).
"""

WITHIN = timedelta(days=15)
"""A copy appears within days; the same formula text next year is another story."""

_WORD = re.compile(r"[^\W_]+")

# Built once; see `models.statement`.
_article, _shingle = table_of(ArticleRow), table_of(ArticleShingleRow)
_KEY_NAMES = tuple(f"key_{number}" for number in range(KEYS))
_shares = _shingle.c.shingle.in_([bindparam(name) for name in _KEY_NAMES])
_MOST = 20
_SHARING = Statement(
    select(_shingle.c.article_id)
    .where(_shares, _shingle.c.article_id != bindparam("but"))
    .group_by(_shingle.c.article_id)
    .order_by(func.count().desc(), _shingle.c.article_id)
    .limit(_MOST)
)
_in_time = _article.c.sort_at.between(bindparam("after"), bindparam("before"))
_ID_NAMES = tuple(f"id_{number}" for number in range(_MOST))
_AMONG = Statement(
    select(_article.c.id, _article.c.cluster_id, _article.c.sketch)
    .where(_article.c.id.in_([bindparam(name) for name in _ID_NAMES]), _in_time)
    .order_by(_article.c.id)
)
_NEAR = Statement(
    select(_article.c.id, _article.c.cluster_id, _article.c.sketch)
    .join(_shingle, _shingle.c.article_id == _article.c.id)
    .where(_shares, _article.c.id != bindparam("but"), _in_time)
    .group_by(_article.c.id)
    .order_by(func.count().desc(), _article.c.id)
    .limit(_MOST)
)
_SHINGLES = Statement(insert(_shingle), ("shingle", "article_id"))
_FORGET = Statement(delete(_shingle).where(_shingle.c.article_id == bindparam("article")))


def sketch(text: str, words: Sequence[str] | None = None) -> tuple[int, ...]:
    """The smallest shingle hashes of a text, in order; empty for a short one. The same in every process.

    `words`: those of the text's search key, where they are known already.
    """
    if words is None:
        words = _WORD.findall(search_key(text))
    if len(words) < SHORTEST:
        return ()
    bare = [word.encode() for word in words]
    sums = {zlib.crc32(b" ".join(three)) for three in zip(bare, bare[1:], bare[2:], strict=False)}
    # CRC alone keeps the order of similar strings together; the multiplication spreads it.
    return tuple(sorted([crc * 2_654_435_761 % 4_294_967_296 for crc in sums])[:SKETCH])


def packed(hashes: tuple[int, ...]) -> bytes | None:
    """A sketch as stored (None: too short to have one)."""
    return struct.pack(f"<{len(hashes)}I", *hashes) if hashes else None


def unpacked(stored: bytes) -> tuple[int, ...]:
    """A sketch from its stored form."""
    return struct.unpack(f"<{len(stored) // 4}I", stored)


def alike(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """How much of two texts is common (0 to 1), estimated from their sketches."""
    size = min(len(one), len(other), SKETCH)
    if not size:
        return 0.0
    smallest = sorted({*one, *other})[:size]
    return len(set(one) & set(other) & set(smallest)) / size


def copied_from(connection: Connection, hashes: tuple[int, ...], sort_at: datetime, *, but: int = 0) -> int | None:
    """The first copy's id of the story that a sketch is a copy of; None where there is none but article `but`."""
    if not hashes:
        return None
    sought = _filled(_KEY_NAMES, hashes[:KEYS]) | {"but": but, "after": sort_at - WITHIN, "before": sort_at + WITHIN}
    mine = set(hashes)
    scored = [
        (alike(hashes, theirs), -(cluster or other), cluster or other)
        for other, cluster, stored in _nearest(connection, sought)
        if stored and len(mine.intersection(theirs := unpacked(stored))) >= ALIKE * min(len(hashes), len(theirs))
    ]
    best = max(scored, default=(0.0, 0, None))
    return best[2] if best[0] >= ALIKE else None


def _nearest(connection: Connection, sought: dict[str, Any]) -> list[Any]:
    """The articles of these days that share most keys.

    An article's day and sketch lie behind its text, so looking at those who share a key costs most: where all of the
    first few are of these days, as nearly always, nobody else is looked at.
    """
    sharing = [row.article_id for row in _SHARING.rows(connection, sought)]
    if not sharing:
        return []
    found = _AMONG.rows(connection, sought | _filled(_ID_NAMES, sharing))
    return found if len(found) == len(sharing) or len(sharing) < _MOST else _NEAR.rows(connection, sought)


def _filled(names: Sequence[str], values: Sequence[int]) -> dict[str, int]:
    """A value for each placeholder of an IN list; the last one again where there are fewer, which finds no more."""
    return dict(zip(names, chain(values, repeat(values[-1])), strict=False))


def make_findable(connection: Connection, article_id: int, hashes: tuple[int, ...], *, fresh: bool) -> None:
    """Note the keys under which copies of an article find it (`fresh`: it has none yet)."""
    if not fresh:
        _FORGET.run(connection, {"article": article_id})
    _SHINGLES.many(connection, [{"shingle": key, "article_id": article_id} for key in hashes[:KEYS]])
