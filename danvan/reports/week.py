"""What the report of a week says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from foundation.errors import UsageError
from foundation.settings import HANOI
from models.names import topic_labels
from models.search import Query, Results, Sort, search
from models.tables import DocumentRow
from models.views.document_page import DocumentLine, document_line
from models.views.today import DayCount, days

HEADLINES = 40
TOPIC_HEADLINES = 6


@dataclass(frozen=True, slots=True)
class TopicPart:
    """One topic's part of the week: how many articles, and the newest."""

    key: str
    label: str
    count: int
    articles: Results


@dataclass(frozen=True, slots=True)
class WeekReport:
    """A week from Monday to Sunday (in Hà Nội): counts, documents, articles by topic, provinces."""

    first: dt.date
    last: dt.date
    before: int
    days: tuple[DayCount, ...]
    documents: tuple[DocumentLine, ...]
    topics: tuple[TopicPart, ...]
    provinces: tuple[tuple[str, int], ...]
    core: Results

    @property
    def total(self) -> int:
        """Articles of the week."""
        return sum(day.core + day.related for day in self.days)

    @property
    def before_day(self) -> dt.date:
        """A day of the week before."""
        return self.first - dt.timedelta(days=1)


def build_week(session: Session, day: dt.date) -> WeekReport:
    """The report of the week in which `day` lies."""
    first = day - dt.timedelta(days=day.weekday())
    last = first + dt.timedelta(days=6)
    whole = search(session, Query(date_from=first, date_to=last, limit=1), facets=True, snippets=False)
    facets = whole.facets.by if whole.facets else {}
    earlier = days(session, first - dt.timedelta(days=7), first - dt.timedelta(days=1))
    return WeekReport(
        first,
        last,
        sum(one.core + one.related for one in earlier),
        days(session, first, last),
        _documents(session, first, last),
        tuple(_topic(session, one.value, one.count, first, last) for one in facets.get("topic", ())),
        tuple((one.label, one.count) for one in facets.get("province", ())),
        search(session, Query(date_from=first, date_to=last, grades=("core",), limit=HEADLINES), snippets=False),
    )


def _documents(session: Session, first: dt.date, last: dt.date) -> tuple[DocumentLine, ...]:
    start = dt.datetime.combine(first, dt.time(), HANOI)
    end = dt.datetime.combine(last, dt.time(), HANOI) + dt.timedelta(days=1)
    rows = session.scalars(
        select(DocumentRow)
        .where(DocumentRow.reported_at >= start, DocumentRow.reported_at < end, DocumentRow.merged_into_id.is_(None))
        .order_by(DocumentRow.province.is_not(None), DocumentRow.province, DocumentRow.reported_at)
        .limit(200)
    )
    return tuple(document_line(row) for row in rows)


def _topic(session: Session, key: str, count: int, first: dt.date, last: dt.date) -> TopicPart:
    query = Query(topics=(key,), date_from=first, date_to=last, limit=TOPIC_HEADLINES, sort=Sort.NEWEST)
    return TopicPart(key, topic_labels().get(key, key), count, search(session, query, snippets=False))


def write_weekly_report(engine: Engine, day: dt.date, path: Path) -> Path:
    """Write the report of the week in which `day` lies, as HTML or DOCX by the file's ending.

    Raises UsageError for another ending, or a place that cannot be written.
    """
    from danvan.reports.docx import week_docx
    from danvan.reports.html import week_html

    if path.suffix.lower() not in {".docx", ".html", ".htm"}:
        raise UsageError(f"Báo cáo chỉ ghi ra .docx hoặc .html, không phải “{path.suffix}”.")
    with Session(engine) as session:
        week = build_week(session, day)
    content = week_docx(week) if path.suffix.lower() == ".docx" else week_html(week).encode()
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(f"Không ghi được tệp {path}: {error.strerror}.") from error
    return path
