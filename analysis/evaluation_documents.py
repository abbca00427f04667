"""How well whole articles' documents are read: found at all, their roles, and whether any of them is new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from analysis.kinds import kind_family
from analysis.novelty import new_symbols
from analysis.reading import BETWEEN_FIELDS, read
from analysis.scores import Score, Tally
from analysis.values import Citation, Role

LABELLED_ON = dt.date(2026, 11, 28)
"""The day on which an article without a day of its own is taken to be seen."""
WINDOW_DAYS = 30

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents that a person finds in an article: (kind code, number, role or None where readers may differ).

    `new`: whether one of them is news (None: readers may differ). A document without a number is not counted.
    """

    listed: tuple[tuple[str, str | None, str | None], ...]
    new: bool | None = None
    province: str | None = None
    published: dt.date | None = None


def evaluate_documents(articles: Iterable[tuple[tuple[str, str, str], Documents]]) -> tuple[Score, ...]:
    """Read every article (title, lead, text) and count what agrees: documents, their roles, news or not."""
    documents, roles, news = Tally(), Tally(), Tally()
    for parts, labelled in articles:
        citations = read(*parts, province=labelled.province, published=labelled.published).citations
        got, wanted = _by_key(citations), {_key(kind, number): role for kind, number, role in labelled.listed if number}
        documents.add(wanted, got)
        told = [key for key, role in wanted.items() if role is not None and key in got]
        roles.add([(key, wanted[key]) for key in told], [(key, got[key]) for key in told])
        if labelled.new is not None:
            day, text = labelled.published, BETWEEN_FIELDS.join(parts)
            seen = day or LABELLED_ON
            found = new_symbols(citations, article=day, text=text, seen=seen, window_days=WINDOW_DAYS)
            news.add([labelled.new], [bool(found)])
    return documents.total("documents"), roles.total("roles"), news.total("new")


def _by_key(citations: Iterable[Citation]) -> dict[Key, str]:
    """Every document with a number and its role; of several mentions one that issues it says most."""
    ordered = sorted(citations, key=lambda one: one.role is not Role.ISSUES)
    told: dict[int, Citation] = {}
    for one in ordered:
        told.setdefault(one.document, one)
    return {_key(one.kind_code, one.number): one.role.value for one in told.values() if one.number}


def _key(kind: str | None, number: str) -> Key:
    return kind_family(None, kind or ""), number.lstrip("0")
