"""Counts over the newest hits: which provinces, papers, grades, topics, kinds and months they fall into."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from models.names import label
from models.search.results import FacetCount
from models.search.table import KEY_COLUMNS

COUNTED = 2_000
"""Facets and totals look at so many of the newest hits, and say so where there are more."""

COLUMNS = f"{KEY_COLUMNS}, e.source_id, e.province, e.grade, e.topics, e.kinds, e.month"
NAMES = ("province", "source", "grade", "topic", "kind", "month")


def count(rows: Sequence[Row[Any]]) -> Mapping[str, tuple[FacetCount, ...]]:
    """The facets of these rows (`COLUMNS`, whatever follows them); biggest first, months newest first."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * 8
    sources, provinces, grades, topics, kinds, months = columns[2:8]
    counts: dict[str, Counter[str]] = {
        "province": Counter(one for one in provinces if one),
        "source": Counter(sources),
        "grade": Counter(grades),
        "topic": _joined(topics),
        "kind": _joined(kinds),
        "month": Counter(map(str, months)),
    }
    return {name: _ordered(name, counts[name]) for name in NAMES}


def _joined(values: Iterable[str]) -> Counter[str]:
    total: Counter[str] = Counter()
    for value, number in Counter(values).items():
        for one in value.split():
            total[one] += number
    return total


def _ordered(name: str, counts: Counter[str]) -> tuple[FacetCount, ...]:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    if name == "month":
        ordered = sorted(counts.items(), reverse=True)
    return tuple(FacetCount(value, label(name, value), number) for value, number in ordered)
