"""Lists printed a line an item: what opens the list, with a colon at its end, is said of every document in it.

HĐND tỉnh thông qua các nghị quyết sau:
- Nghị quyết số 15/NQ-HĐND về …;
- Nghị quyết số 16/NQ-HĐND về …
"""

from __future__ import annotations

import re
from functools import lru_cache

from analysis.citations.cues import pattern
from analysis.citations.issuer_words import LOWER
from analysis.kinds import kinds

_MOST = 3_000
"""Characters of a list above an item that are looked at."""
_KINDS = "|".join(sorted({kind.called for kind in kinds()}, key=len, reverse=True))
_BULLET = r"[ \t]{0,8}(?:[-+*•●▪]|\(?\d{1,2}[.)]|[a-hđ][.)])?[ \t]{0,4}"
_OPENS_ITEM = re.compile(rf"\n{_BULLET}$")
_ITEM = re.compile(rf"{_BULLET}(?:(?:{_KINDS})(?!\w)|[{LOWER}]|$)")
_COLON = re.compile(r":[ \t]{0,3}\n")


@lru_cache(maxsize=256)  # asked again for the places of one text
def list_opening(text: str, start: int) -> int | None:
    """Where the words end that open the list in which a mention at `start` begins an item; None where it begins none.

    Every line between must begin an item with a document too, or go on with one in small letters.
    """
    near = text.rfind("\n", max(0, start - 18), start)
    line = _OPENS_ITEM.match(text, near, start) if near >= 0 else None
    if line is None:
        return None
    low = max(0, start - _MOST)
    colon = max(text.rfind(end, low, line.start() + 1) for end in (":\n", ": \n"))
    opening = _COLON.match(text, colon) if colon >= 0 else None
    if opening is None:
        return None
    if pattern("tells_work").search(text[max(0, colon - 60) : colon].lower()) is not None:
        return None
    between = text[opening.end() : max(opening.end(), line.start())].split("\n")
    return colon + 1 if all(_ITEM.match(one) for one in between) else None
