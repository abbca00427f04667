"""From a request's parameters to the one query, and back to an address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Depends
from fastapi import Query as Parameter

from foundation.clock import read_day
from foundation.errors import UsageError
from models.search.filters import province_codes, source_ids
from models.search.query import LONGEST_QUERY, Query, Sort

PAGE = 20
MOST_PAGES = 500
PROVINCE_HINT = "Tỉnh, thành phố: mã, tên nay hoặc tên cũ"
_MANY = Parameter(max_length=40)

Words = Annotated[str, Parameter(description="Chữ cần tìm: có dấu hay không dấu, “cụm từ”, -bỏ, OR, ký hiệu văn bản")]
Names = Annotated[tuple[str, ...], _MANY]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks: the query, the page, and what of the request could not be used."""

    query: Query
    page: int
    notes: tuple[str, ...] = ()

    @property
    def filters(self) -> dict[str, tuple[str, ...]]:
        """What is chosen of the filters that may have several values, by the names of their parameters."""
        query = self.query
        return {
            "province": query.provinces,
            "source": query.sources,
            "topic": query.topics,
            "grade": query.grades,
            "kind": query.kinds,
        }

    def address(self, **changes: object) -> str:
        """The parameters of this query with changes (None takes one out), ready for a link."""
        query = self.query
        values: dict[str, object] = {
            "q": query.words[: LONGEST_QUERY * 2],
            **self.filters,
            "document": query.document,
            "from": query.date_from,
            "to": query.date_to,
            "sort": query.sort.value if query.sort is not Sort.NEWEST else None,
            **changes,
        }
        return urlencode(
            [
                (name, str(one).encode("utf-8", "replace").decode())
                for name, value in values.items()
                for one in (value if isinstance(value, tuple | list) else (value,))
                if one not in (None, "")
            ]
        )

    @property
    def only_words(self) -> str:
        """The address of these words without any filter."""
        return Asked(Query(words=self.query.words), 1).address()


def asked(
    q: Words = "",
    province: Names = (),
    source: Names = (),
    topic: Names = (),
    grade: Names = (),
    kind: Names = (),
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
        provinces=_coded(_given(province), province_codes),
        sources=_coded(_given(source), source_ids),
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


AskedFor = Annotated[Asked, Depends(asked)]


def _coded(values: tuple[str, ...], read: Callable[[Iterable[str]], tuple[str, ...]]) -> tuple[str, ...]:
    """The values as codes, those that are none left as typed: the search says what it does not know."""
    try:
        return read(values)
    except UsageError:
        return values


def _given(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value.strip() for value in values if value.strip())


def pages_of(total: int, page: int) -> int:
    """How many pages so many lines make; one page for none."""
    return max(1, -(-total // page))


def day_asked(text: str, notes: list[str]) -> dt.date | None:
    """The day that was typed; None with a note where it is no day."""
    found = read_day(text)
    if found is not None or not text.strip():
        return found
    notes.append(f"“{text.strip()[:40]}” không phải là ngày; đã bỏ qua. Ghi như 2026-07-01 hoặc 01/07/2026.")
    return None


def titled(asked_for: Asked, names: Mapping[str, str]) -> str:
    """A search in a few words, for titles of feeds and files."""
    query = asked_for.query
    parts = [
        query.words.strip()[:120],
        *(names.get(one, one) for one in (*query.topics, *query.sources, *query.provinces)),
    ]
    return " · ".join(part for part in parts if part) or "Tin mới"
