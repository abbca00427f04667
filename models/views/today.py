"""What the page of today shows: new documents of the week, the day's articles, the week's counts."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.clock import hanoi_day
from models.search.look_up import search
from models.search.query import Query
from models.search.results import Results
from models.search.table import SHOWN, SLOTS, entries, first_key
from models.views.document_lists import DocumentFilter
from models.views.document_page import DocumentLine
from models.views.documents_page import document_lines, document_list
from models.views.runs_page import RunLine, run_lines
from models.views.sources_page import faulty_sources

WEEK = 7
NEW_DAYS = 7
OLDEST_DAYS = 60
"""A document issued longer before the week is no news, however new the paper's report."""
MOST = 20
_DAY_LENGTH = 86_400 * SLOTS


@dataclass(frozen=True, slots=True)
class DayCount:
    """Articles of one day in Hà Nội, by grade."""

    day: dt.date
    core: int
    related: int


@dataclass(frozen=True, slots=True)
class Today:
    """What came in: the day, new documents of the week first, articles, the week's counts."""

    day: dt.date
    documents: tuple[DocumentLine, ...]
    """Those worth reading, central first."""
    other_documents: tuple[DocumentLine, ...]
    articles: Results
    is_today: bool
    week: tuple[DayCount, ...]
    last_run: RunLine | None
    faulty: int
    """Papers that a person should look at."""


def today(session: Session, now: dt.datetime) -> Today:
    """The page of today (in Hà Nội). `now` is aware."""
    day = hanoi_day(now)
    found = search(session, Query(date_from=day, date_to=day, limit=60), facets=True)
    if not found.hits:
        found = search(session, Query(date_to=day, limit=20), facets=False)
    start = day - dt.timedelta(days=NEW_DAYS - 1)
    fresh = DocumentFilter(new_since=start, first=start - dt.timedelta(days=OLDEST_DAYS))
    documents = document_list(session, fresh, day)
    runs = run_lines(session, limit=1)
    return Today(
        day,
        document_lines(session, documents.worth[:MOST]),
        document_lines(session, documents.rest[:MOST]),
        found,
        bool(found.facets and found.hits),
        days(session, day - dt.timedelta(days=WEEK - 1), day),
        runs[0] if runs else None,
        faulty_sources(session, now),
    )


def days(session: Session, first: dt.date, last: dt.date) -> tuple[DayCount, ...]:
    """Articles a day by grade, first and last day included."""
    low, high = first_key(first), first_key(last + dt.timedelta(days=1))
    within = (entries.c.order_key >= SHOWN + low, entries.c.order_key < SHOWN + high)
    counts = Counter(
        ((key - SHOWN - low) // _DAY_LENGTH, grade)
        for key, grade in session.execute(select(entries.c.order_key, entries.c.grade).where(*within))
    )
    return tuple(
        DayCount(first + dt.timedelta(days=number), counts[number, "core"], counts[number, "related"])
        for number in range((last - first).days + 1)
    )
