"""From a request's parameters to the one query, and back to an address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Query as Parameter

from models.search.query import LONGEST_QUERY, Query, Sort

PAGE = 20
MOST_PAGES = 500
PROVINCE_HINT = "Tỉnh, thành phố: mã, tên nay hoặc tên cũ"
_MANY = Parameter(max_length=40)

Words = Annotated[str, Parameter(description="Chữ cần tìm: có dấu hay không dấu, “cụm từ”, -bỏ, OR, ký hiệu văn bản")]
Names = Annotated[list[str], _MANY]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks: the query, the page, and what of the request could not be used."""

    query: Query
    page: int
    notes: tuple[str, ...] = ()

    def address(self, **changes: object) -> str:
        """The parameters of this query with changes (None takes one out), ready for a link."""
        return urlencode(self.pairs(**changes))

    def pairs(self, **changes: object) -> list[tuple[str, str]]:
        """The parameters of this query with changes, as name and value."""
        query = self.query
        values: dict[str, object] = {
            "q": query.words[: LONGEST_QUERY * 2],
            "province": query.provinces,
            "source": query.sources,
            "topic": query.topics,
            "grade": query.grades,
            "kind": query.kinds,
            "document": query.document,
            "from": query.date_from,
            "to": query.date_to,
            "sort": query.sort.value if query.sort is not Sort.NEWEST else None,
            **changes,
        }
        return [
            (name, str(one).encode("utf-8", "replace").decode())
            for name, value in values.items()
            for one in (value if isinstance(value, tuple | list) else (value,))
            if one not in (None, "")
        ]


def asked(  # a request has as many parameters as the query has filters
    q: Words = "",
    province: Names = [],  # noqa: B006 (FastAPI copies it)
    source: Names = [],  # noqa: B006
    topic: Names = [],  # noqa: B006
    grade: Names = [],  # noqa: B006
    kind: Names = [],  # noqa: B006
    document: str | None = None,
    date_from: Annotated[str, Parameter(alias="from", description="Từ ngày (NĂM-THÁNG-NGÀY hoặc NGÀY/THÁNG/NĂM)")] = "",
    date_to: Annotated[str, Parameter(alias="to", description="Đến ngày")] = "",
    sort: Literal["newest", "best", ""] = "",
    page: Annotated[int, Parameter(ge=1, le=MOST_PAGES)] = 1,
) -> Asked:
    """The query of a request; days that are no days are left out, with a note."""
    notes: list[str] = []
    first, last = day_asked(date_from, notes), day_asked(date_to, notes)
    query = Query(
        words=q,
        provinces=_given(province),
        sources=_given(source),
        topics=_given(topic),
        grades=_given(grade),
        kinds=_given(kind),
        document=(document or "").strip() or None,
        date_from=first,
        date_to=last,
        sort=Sort(sort or "newest"),
        limit=PAGE,
        offset=(page - 1) * PAGE,
    )
    return Asked(query, page, tuple(notes))


def _given(values: list[str]) -> tuple[str, ...]:
    return tuple(value.strip() for value in values if value.strip())


def pages_of(total: int, page: int) -> int:
    """How many pages so many lines make; one page for none."""
    return max(1, -(-total // page))


def day_asked(text: str, notes: list[str]) -> dt.date | None:
    """The day that was typed; None with a note where it is no day."""
    text = text.strip()
    if not text:
        return None
    for reading in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"):
        try:
            return dt.datetime.strptime(text, reading).date()  # noqa: DTZ007 (a day, not a moment)
        except ValueError:
            continue
    notes.append(f"“{text[:40]}” không phải là ngày; đã bỏ qua. Ghi như 2026-07-01 hoặc 01/07/2026.")
    return None


def titled(asked_for: Asked, names: Mapping[str, str]) -> str:
    """A search in a few words, for titles of feeds and files."""
    query = asked_for.query
    parts = [
        query.words.strip()[:120],
        *(names.get(one, one) for one in (*query.topics, *query.sources, *query.provinces)),
    ]
    return " · ".join(part for part in parts if part) or "Tin mới"
