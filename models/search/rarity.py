"""Which tokens are rare: SQLite's index is asked for those first.

FTS5 leads the lists of all words of a question side by side, and every step of one makes it step through all others.
Where two rare words have no article in common, the common ones need not be looked at at all. So the parts of a
question are nested, rarest innermost; at a million articles that turned 56 ms into 3 (eight words and a topic that
never meet) and 17 into 10 (seven words in one province).
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, text

from models.search.expression import AnyOf
from models.search.table import SHOWN

SAMPLE = 32
"""The newest so many articles with a token tell how rare it is."""

_MOST_KNOWN = 50_000
_NEWEST = text(
    "SELECT count(*), min(rowid) FROM (SELECT rowid FROM search_text WHERE search_text MATCH :token"
    " AND rowid >= :space ORDER BY rowid DESC LIMIT :sample)"
)
_TOP = text("SELECT coalesce(max(order_key), 0) FROM search_entry")

_KNOWN: WeakKeyDictionary[Engine, dict[str, float]] = WeakKeyDictionary()
"""How often each token occurred when it was first asked for: it decides an order only, so it may grow old."""


def rarest_first(connection: Connection, parts: tuple[AnyOf, ...]) -> list[AnyOf]:
    """The parts of a question, rarest first."""
    known = _KNOWN.setdefault(connection.engine, {})
    wanted = {token for part in parts for phrase in part.parts for token in phrase.tokens}
    missing = wanted - known.keys()
    if missing:
        if len(known) > _MOST_KNOWN:
            known.clear()
            missing = wanted
        top = connection.execute(_TOP).scalar_one()
        known.update({token: _density(connection, token, top) for token in missing})
    return sorted(parts, key=lambda part: sum(min(known[one] for one in phrase.tokens) for phrase in part.parts))


def _density(connection: Connection, token: str, top: int) -> float:
    """Articles with a token by unit of the order key, in the newest stretch that holds `SAMPLE` of them."""
    count, last = connection.execute(_NEWEST, {"token": f'"{token}"', "space": SHOWN, "sample": SAMPLE}).one()
    span = top - last if count == SAMPLE else top
    return float(count) / max(1, span)
