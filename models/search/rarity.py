"""Which tokens are rare: both indexes are asked for those first.

SQLite's FTS5 and PostgreSQL's GIN lead the lists of all words of a question side by side, and every step of one makes
it step through all others. Where two rare words have no article in common, the common ones need not be looked at at
all. At a million articles the rarest first turned 56 ms into 3 on SQLite and 30 into 3 on PostgreSQL (eight words and
a topic that never meet), and 17 into 10, 25 into 18 (eight words in one province).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, text

from models.search.expression import AnyOf
from models.search.table import SHOWN

SAMPLE = 32
"""SQLite: the newest so many articles with a token tell how rare it is."""

_MOST_KNOWN = 20_000
_NEWEST = text(
    "SELECT count(*), min(rowid) FROM (SELECT rowid FROM search_text WHERE search_text MATCH :token"
    " AND rowid >= :space ORDER BY rowid DESC LIMIT :sample)"
)
_TOP = text("SELECT coalesce(max(order_key), 0) FROM search_entry")
_STATISTICS = text(
    "SELECT CAST(CAST(most_common_elems AS text) AS text[]) AS tokens, most_common_elem_freqs AS shares"
    " FROM pg_stats WHERE schemaname = current_schema() AND tablename = 'search_entry' AND attname = 'tokens'"
)

_KNOWN: WeakKeyDictionary[Engine, dict[str, float]] = WeakKeyDictionary()
"""How often tokens occurred when they were first asked for; on PostgreSQL all that the server lists, at once: the list
takes longer than many a search. It decides an order only, so it may grow old."""


def rarest_first(connection: Connection, parts: tuple[AnyOf, ...]) -> list[AnyOf]:
    """The parts of a question, rarest first; where nothing is known, as they came."""
    wanted = {token for part in parts for phrase in part.parts for token in phrase.tokens}
    share = _shares(connection, wanted)
    return sorted(parts, key=lambda part: sum(min(share[one] for one in phrase.tokens) for phrase in part.parts))


def _shares(connection: Connection, wanted: set[str]) -> Mapping[str, float]:
    """How often each token occurs. A copy of what is remembered: another thread may forget everything meanwhile."""
    known = _KNOWN.setdefault(connection.engine, {})
    if connection.dialect.name == "postgresql":
        if not known:
            known.update(_in_statistics(connection))
        return {token: known.get(token, 0.0) for token in wanted}
    found = {token: share for token in wanted if (share := known.get(token)) is not None}
    if missing := wanted - found.keys():
        new = _in_newest(connection, missing)
        found.update(new)
        if len(known) > _MOST_KNOWN:
            known.clear()
        known.update(new)
    return found


def _in_newest(connection: Connection, tokens: Iterable[str]) -> Mapping[str, float]:
    """Articles with a token by unit of the order key, in the newest stretch that holds `SAMPLE` of them."""
    top = connection.execute(_TOP).scalar_one()
    found = {}
    for token in tokens:
        asked = {"token": f'"{token}"', "space": SHOWN, "sample": SAMPLE}
        count, last = connection.execute(_NEWEST, asked).one()
        found[token] = float(count) / max(1, top - last if count == SAMPLE else top)
    return found


def _in_statistics(connection: Connection) -> Mapping[str, float]:
    """The share of articles with a token, from what the server counts for its planner; rare ones it does not list."""
    row = connection.execute(_STATISTICS).one_or_none()
    return dict(zip(row.tokens, row.shares, strict=False)) if row is not None and row.tokens else {}
