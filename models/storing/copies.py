"""Copies of one story in several papers: found by a sketch of the text, gathered under the first copy's id.

A sketch is the SKETCH smallest hashes of the text's three-syllable shingles; the share of hashes that two sketches
have in common estimates how much of the texts is common. The KEYS smallest of them are rows of their own, each with its
article's day: stories of about the same days that share one are the only ones compared, so a look-up costs the same
among a million articles (of real news one article in two hundred shares a key with any other: of ten years thousands).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from datetime import datetime
from itertools import cycle, islice

from sqlalchemy import BindParameter, bindparam, delete, func, insert, select
from sqlalchemy.orm import Session

from analysis.text import search_key
from models.database import table_of
from models.search.words import WORD
from models.tables import ArticleRow, ArticleShingleRow

SKETCH = 24
KEYS = 6
SHORTEST = 30
"""Words below which a text is too short to tell a copy from a common phrase."""

ALIKE = 0.4
"""Share of common hashes from which two texts are one story: a new headline and first paragraph leave 0.6–0.8,
two reports of one event in different words 0.1, measured on invented stories (tests/models/test_clusters.py).
"""

WITHIN = 15
"""Days. A copy appears within days; the same formula text next year is another story."""

MOST = 20
"""Articles sharing a key that are compared, those that share most first."""

_article, _shingle = table_of(ArticleRow), table_of(ArticleShingleRow)
# As many as they are: a list of any length is spelled out at each execution.
_keys: list[BindParameter[int]] = [bindparam(f"key{number}") for number in range(KEYS)]
_sharing = (
    select(_shingle.c.article_id)
    .where(_shingle.c.shingle.in_(_keys), _shingle.c.day.between(bindparam("first"), bindparam("last")))
    .where(_shingle.c.article_id != bindparam("but"))
    .group_by(_shingle.c.article_id)
    .order_by(func.count().desc(), _shingle.c.article_id)
    .limit(MOST)
    .subquery("sharing")
)
_NEAREST = (
    select(_article.c.id, _article.c.cluster_id, _article.c.sketch)
    .join(_sharing, _sharing.c.article_id == _article.c.id)
    .order_by(_article.c.id)
)
"""The articles of these days that share most keys, their clusters and sketches."""
_NOTE = insert(_shingle)


def sketch(text: str, words: Sequence[str] | None = None) -> tuple[int, ...]:
    """The smallest shingle hashes of a text, in order; empty for a short one. The same in every process.

    `words`: those of the text's search key, where they are known already.
    """
    if words is None:
        words = WORD.findall(search_key(text))
    if len(words) < SHORTEST:
        return ()
    bare = " ".join(words).encode().split(b" ")
    sums = set(map(zlib.crc32, map(b" ".join, zip(bare, bare[1:], bare[2:], strict=False))))
    # CRC alone keeps the order of similar strings together; the multiplication spreads it.
    return tuple(sorted([crc * 2_654_435_761 & 0xFFFF_FFFF for crc in sums])[:SKETCH])


def day_of(moment: datetime) -> int:
    """The day of a moment (aware), in UTC: days since 1970."""
    return int(moment.timestamp() // 86_400)


def packed(hashes: tuple[int, ...]) -> bytes | None:
    """A sketch as stored (None: too short to have one)."""
    return struct.pack(f"<{len(hashes)}I", *hashes) if hashes else None


def unpacked(stored: bytes) -> tuple[int, ...]:
    """A sketch from its stored form."""
    return struct.unpack(f"<{len(stored) // 4}I", stored)


def alike(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """How much of two texts is common (0 to 1), estimated from their sketches."""
    common = set(one) & set(other)
    size = min(len(one), len(other), SKETCH)
    return len(common.intersection(sorted({*one, *other})[:size])) / size if common else 0.0


def copied_from(session: Session, hashes: tuple[int, ...], sort_at: datetime, *, but: int = 0) -> int | None:
    """The first copy's id of the story that a sketch is a copy of; None where there is none but article `but`."""
    if not hashes:
        return None
    keys = {f"key{number}": key for number, key in enumerate(islice(cycle(hashes[:KEYS]), KEYS))}
    days = {"first": day_of(sort_at) - WITHIN, "last": day_of(sort_at) + WITHIN}
    scored = [
        (share, -(cluster or other), cluster or other)
        for other, cluster, stored in session.connection().execute(_NEAREST, keys | days | {"but": but})
        if stored and (share := alike(hashes, unpacked(stored))) >= ALIKE
    ]
    return max(scored)[2] if scored else None


def make_findable(
    session: Session, article_id: int, sort_at: datetime, hashes: tuple[int, ...], *, fresh: bool
) -> None:
    """Note the keys under which copies of an article find it (`fresh`: it has none yet)."""
    if not fresh:
        session.execute(delete(ArticleShingleRow).where(ArticleShingleRow.article_id == article_id))
    rows = [{"shingle": key, "day": day_of(sort_at), "article_id": article_id} for key in hashes[:KEYS]]
    if rows:
        session.connection().execute(_NOTE, rows)
