"""What a search answers: frozen values, the same from both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from foundation.words import thousands


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of shown text; `hit` where it is what was looked for."""

    text: str
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Copy:
    """The same story in another paper."""

    id: int
    source: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One article found. Times are aware UTC; `copies` counts the other papers' copies of the story (`also`)."""

    id: int
    source_id: str
    source: str
    url: str
    status: str
    title: str
    lead: str
    author: str | None
    section: str | None
    published_at: dt.datetime | None
    first_seen_at: dt.datetime
    sort_at: dt.datetime
    removed_at: dt.datetime | None
    province: str | None
    province_name: str | None
    grade: str
    score: float
    topics: tuple[str, ...]
    symbols: tuple[str, ...]
    copies: int
    also: tuple[Copy, ...] = ()
    title_pieces: tuple[Piece, ...] = ()
    snippet: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetCount:
    """One value of a facet: the filter's value, its Vietnamese label, how many of the counted hits have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts over the hits, or over the newest `counted` of them (`capped`)."""

    counted: int
    capped: bool
    by: Mapping[str, tuple[FacetCount, ...]]
    hidden: int = 0
    """Hits graded "none" that are not shown because nobody asked for that grade."""
    hidden_capped: bool = False
    """Whether there are more hidden hits than that."""


@dataclass(frozen=True, slots=True)
class DocumentHit:
    """A document that the typed words name."""

    id: int
    symbol: str
    kind: str
    issuer: str | None
    place: str | None
    issued_on: dt.date | None
    title: str | None
    in_file: bool = False
    """Found by the words of its own file."""


@dataclass(frozen=True, slots=True)
class Results:
    """The answer. `total` is exact unless `capped` ("more than"); `suggestions` are queries that find something."""

    hits: tuple[Hit, ...]
    total: int
    capped: bool
    more: bool
    notes: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    facets: Facets | None = None
    documents: tuple[DocumentHit, ...] = field(default=())
    stories: int | None = None
    """Where copies are folded: how many lines there are over all pages, as far as they were counted."""

    @property
    def total_words(self) -> str:
        """The number of hits in words: "12 tin", "hơn 10.000 tin"."""
        return f"{'hơn ' if self.capped else ''}{thousands(self.total)} tin"
