"""A query made ready for the index: what is to match, in which spaces and span of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.orm import Session

from foundation.clock import wrong_order
from foundation.words import GRADES, thousands
from models.search import filters
from models.search.expression import Expression, any_token
from models.search.index import backend
from models.search.query import Parsed, Query
from models.search.ranking import phrases_of, words_of
from models.search.table import FARTHEST_KEY, KEY_COLUMNS, Page, Span, end_key, first_key, space_of, time_key
from models.search.words import filter_token

RANKED = 300
"""Best first orders the newest so many hits: ranking all hits of common words takes seconds at a million articles."""

PHRASES_CHECKED = 2_000
"""A quoted phrase is looked for in the newest so many articles that hold all its words: whether they stand in a row
is not in the index but in each article's own list of places."""

HEADS = f"{KEY_COLUMNS}, e.head"


@dataclass(frozen=True, slots=True)
class Plan:
    """A query made ready for the index: what is to match, and where in each space of order keys."""

    parsed: Parsed
    match: Expression
    spans: tuple[Span, ...]
    _looked_at: dict[int, int] = field(default_factory=dict, compare=False)
    _bounds: list[str] = field(default_factory=list, compare=False)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know of the answer, in Vietnamese."""
        return (*self.parsed.notes, *dict.fromkeys(self._bounds))

    def ranked(self, connection: Connection, newest: Sequence[Row[Any]] | None) -> Sequence[Row[Any]]:
        """The hits that best first orders: the newest `RANKED`, out of `newest` where that is at hand."""
        rows = self.newest(connection, Page(RANKED + 1, columns=HEADS)) if newest is None else newest
        if len(rows) > RANKED:
            self._bounds.append(f"Sát nhất trước: chỉ xếp {thousands(RANKED)} tin mới nhất tìm thấy.")
        return rows[:RANKED]

    def finds_any(self, connection: Connection) -> bool:
        """Whether there is a hit in any space; the others are not asked once one has it."""
        return any(self._newest_in(connection, span, Page(1)) for span in self.spans)

    @property
    def words_never_meet(self) -> bool:
        """After a look-up: no article within the filters has all words of the quoted phrases, in a row or not."""
        return bool(self._looked_at) and not any(self._looked_at.values())

    def newest(self, connection: Connection, page: Page) -> list[Row[Any]]:
        """The newest hits of all spaces."""
        if self.parsed.contradicts_itself:
            return []
        if len(self.spans) == 1:
            return list(self._newest_in(connection, self.spans[0], page))
        whole = Page(page.skip + page.take, columns=page.columns)
        rows = [row for span in self.spans for row in self._newest_in(connection, span, whole)]
        return sorted(rows, key=lambda row: -time_key(row.order_key))[page.skip : whole.take]

    def _newest_in(self, connection: Connection, span: Span, page: Page) -> Sequence[Row[Any]]:
        language = backend(connection)
        if self.match.loosened == self.match:
            return language.newest(connection, self.match, span, page)  # type: ignore[no-any-return]  # a module
        rows: Sequence[Row[Any]]
        rows, looked = language.phrased(connection, self.match, span, page, PHRASES_CHECKED)
        self._looked_at[span.space] = looked
        if len(rows) < page.take and looked == PHRASES_CHECKED:
            self._bounds.append(
                f"Cụm từ trong ngoặc kép: chỉ xét {thousands(PHRASES_CHECKED)} tin mới nhất có đủ các từ ấy."
            )
        return rows


def plan_of(session: Session, query: Query, parsed: Parsed, grades: tuple[str, ...] | None = None) -> Plan:
    """Make a query ready, `parsed` being its words. Raises UsageError for a filter value that does not exist."""
    grades = grades or filters.grades_of(query)
    must = [*words_of(parsed, exact=False).must, *filters.conditions(session, query, grades=grades)]
    must_not = tuple(phrase for term in parsed.excluded for phrase in phrases_of(term))
    if must_not and not must:
        must = [any_token(filter_token("grade", grade) for grade in GRADES)]
    low = first_key(query.date_from) if query.date_from else 0
    high = end_key(query.date_to) if query.date_to else FARTHEST_KEY
    spaces = sorted({space_of(grade) for grade in grades}, reverse=True)
    notes = tuple(filter(None, (*parsed.notes, wrong_order(query.date_from, query.date_to))))
    spans = tuple(Span(space, low, high) for space in spaces)
    return Plan(replace(parsed, notes=notes), Expression(tuple(must), must_not), spans)
