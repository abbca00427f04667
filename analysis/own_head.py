"""What a document's own file says of itself: symbol, kind, issuer, date and title, from its head alone. Pure.

Such a head has one layout (Nghị định 30/2020/NĐ-CP; Quy định 399-QĐ/TW for the Party): body and number on the left, the
country's or the Party's name, place and day on the right, then the kind in capitals and what it is about. A file prints
both columns one after the other, in either order, or side by side.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from analysis.citations import find_citations
from analysis.text import search_key
from analysis.values import Citation, Role

HEAD = 1_500
"""Characters in which number, day and title stand."""
_FIRST = 700
"""… and in which its own number must: one further down is another document's."""

_LONGEST_TITLE = 400
_DAY = re.compile(r"ngày\s+(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})", re.IGNORECASE)
_ENDS = re.compile(r"(?:căn cứ|điều \d|kính gửi|phần|chương|[ivx]+\s*[.-]|\d+\s*[.-]|[-–_*]{2,})", re.IGNORECASE)
_BEGINS = re.compile(r"(?:Thực hiện|Triển khai|Để|Nhằm|Trong|Ngày|Ban|Ủy)\b")
"""Words with which a text begins and the second line of a title does not."""


def own_document(text: str, *, province: str | None, published: dt.date | None) -> Citation | None:
    """The document that a file is, by its head, with the day and the title that stand there; None where it says none.

    `province` and `published`: of the paper that links to it, as for its article.
    """
    head = text[:HEAD]
    own = next(
        (
            one
            for one in find_citations(head, province=province, published=published)
            if one.role is Role.ISSUES and one.symbol and one.start < _FIRST
        ),
        None,
    )
    if own is None:
        return None
    return replace(own, date=own.date or _day(head), title=_title(head, own) or own.title)


def _day(head: str) -> dt.date | None:
    """The day beside the place; days of other documents are printed after a symbol, so the first one counts."""
    for found in _DAY.finditer(head[:_FIRST]):
        try:
            return dt.date(int(found[3]), int(found[2]), int(found[1]))
        except ValueError:
            continue
    return None


def _title(head: str, own: Citation) -> str | None:
    """The lines below the kind, which stands alone in capitals, up to the first words of the text."""
    lines = [line.strip() for line in head.splitlines() if line.strip()]
    kind = search_key(own.kind or "")
    start = next((n for n, line in enumerate(lines, 1) if line.isupper() and search_key(line).startswith(kind)), None)
    if start is None or not kind:
        return None
    title: list[str] = []
    for line in lines[start:]:
        if _ENDS.match(line) or (title and _BEGINS.match(line)) or sum(map(len, title)) > _LONGEST_TITLE:
            break
        title.append(line)
        if line.endswith((".", ";", ":")) or len(title) == 4:
            break
    return " ".join(" ".join(title).split()).strip("-–_* ")[:_LONGEST_TITLE] or None
