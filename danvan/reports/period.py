"""What the report of a period says: a week, a month, a quarter, a year, or any span of days."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from danvan.reports.clipping import ClippingSection, build_clipping
from foundation.clock import day_start, wrong_order
from foundation.errors import UsageError
from foundation.words import thousands
from models.names import topic_labels
from models.search import Query, Results, Sort, search
from models.tables import DocumentRow
from models.views.about import about
from models.views.document_page import DocumentLine, document_line
from models.views.today import DayCount, days
from models.views.worth import sorted_by_worth

UNNAMED = "kỳ"
"""A period that the calendar has no name for."""
TOPIC_HEADLINES = 6
SECTION_STORIES = 12
MOST_DOCUMENTS = 200
"""Documents that a report lists, what is worth reading first; it counts them all."""
DAYS_DRAWN = 92
"""A period of more days is drawn by months: columns of two years' days are thinner than a line."""
LONGEST = 800
"""Days: a report of more than two years is a mistake in a date."""


@dataclass(frozen=True, slots=True)
class TopicPart:
    """One topic's part of the period: how many articles, and the newest."""

    label: str
    count: int
    articles: Results


@dataclass(frozen=True, slots=True)
class Report:
    """The days from `first` to `last` (Hà Nội, both included): counts, documents, topics, provinces, stories."""

    first: dt.date
    last: dt.date
    before: int
    """Articles of the span as long right before it."""
    days: tuple[DayCount, ...]
    documents: tuple[DocumentLine, ...]
    documents_total: int
    topics: tuple[TopicPart, ...]
    provinces: tuple[tuple[str, int], ...]
    sections: tuple[ClippingSection, ...]
    note: str
    """What the reader should know of the sections where they could not look at all articles."""

    @property
    def documents_note(self) -> str:
        """How many documents are not listed; empty where all are."""
        left = self.documents_total - len(self.documents)
        return f"Và {thousands(left)} văn bản khác, ở trang Văn bản của kho." if left else ""

    @property
    def total(self) -> int:
        """Articles of the period."""
        return sum(day.core + day.related for day in self.days)

    @property
    def core_total(self) -> int:
        """Articles of the period that are about dân vận itself."""
        return sum(day.core for day in self.days)

    @property
    def by_month(self) -> bool:
        """Whether the period is drawn by months."""
        return len(self.days) > DAYS_DRAWN

    @property
    def columns(self) -> tuple[tuple[str, int, int], ...]:
        """What is drawn, days or months: its name, articles about dân vận itself, related ones."""
        if not self.by_month:
            return tuple((f"{one.day.day}/{one.day.month}", one.core, one.related) for one in self.days)
        held: dict[str, tuple[int, int]] = {}
        for one in self.days:
            name = f"{one.day.month}/{one.day.year}"
            core, related = held.get(name, (0, 0))
            held[name] = core + one.core, related + one.related
        return tuple((name, *counts) for name, counts in held.items())

    @property
    def when(self) -> str:
        """The period with its days: "tháng 11/2026 (từ ngày …)"; the days alone where they have no other name."""
        days = span(self.first, self.last)
        return days if self.name in {UNNAMED, days} else f"{self.name} ({days})"

    @property
    def name(self) -> str:
        """The period in an office's words: "tuần", "tháng 11/2026", "quý IV/2026" …"""
        return period_name(self.first, self.last)

    @property
    def before_day(self) -> dt.date:
        """A day of the period before."""
        return self.first - dt.timedelta(days=1)


def week_of(day: dt.date) -> tuple[dt.date, dt.date]:
    """Monday and Sunday of the week in which a day lies."""
    first = day - dt.timedelta(days=day.weekday())
    return first, first + dt.timedelta(days=6)


def period_name(first: dt.date, last: dt.date) -> str:
    """What an office calls the days from `first` to `last`; "kỳ" where they are no calendar period."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if first.day == 1 and last.day == monthrange(last.year, last.month)[1]:
        if months == 1:
            return f"tháng {first.month}/{first.year}"
        if months == 3 and first.month % 3 == 1:
            return f"quý {('I', 'II', 'III', 'IV')[first.month // 3]}/{first.year}"
        if months == 6 and first.month in {1, 7}:
            return f"6 tháng {'đầu' if first.month == 1 else 'cuối'} năm {first.year}"
        if months == 12 and first.month == 1:
            return f"năm {first.year}"
    if first == last:
        return f"ngày {first:%d/%m/%Y}"
    return "tuần" if first.weekday() == 0 and (last - first).days == 6 else UNNAMED


def check_order(first: dt.date, last: dt.date) -> None:
    """Raises UsageError for days in the wrong order."""
    if wrong := wrong_order(first, last):
        raise UsageError(wrong)


def build_report(session: Session, first: dt.date, last: dt.date) -> Report:
    """The report of the days from `first` to `last`. Raises UsageError for days in the wrong order, or too many."""
    check_order(first, last)
    if (last - first).days > LONGEST:
        raise UsageError("Báo cáo dài nhất là hai năm; hãy chọn khoảng ngày ngắn hơn.")
    whole = search(session, Query(date_from=first, date_to=last, limit=1), facets=True, snippets=False)
    facets = whole.facets.by if whole.facets else {}
    length = last - first + dt.timedelta(days=1)
    documents, documents_total = _documents(session, first, last)
    clipping = build_clipping(session, first, last)
    earlier = days(session, first - length, first - dt.timedelta(days=1))
    return Report(
        first,
        last,
        sum(one.core + one.related for one in earlier),
        days(session, first, last),
        documents,
        documents_total,
        tuple(_topic(session, one.value, one.count, first, last) for one in facets.get("topic", ())),
        tuple((one.label, one.count) for one in facets.get("province", ())),
        clipping.sections,
        clipping.note,
    )


def _documents(session: Session, first: dt.date, last: dt.date) -> tuple[tuple[DocumentLine, ...], int]:
    """The documents that papers reported as issued in these days, those worth reading first, and how many there are."""
    start, end = day_start(first), day_start(last + dt.timedelta(days=1))
    rows = session.scalars(
        select(DocumentRow)
        .where(DocumentRow.reported_at >= start, DocumentRow.reported_at < end, DocumentRow.merged_into_id.is_(None))
        .order_by(DocumentRow.province.is_not(None), DocumentRow.province, DocumentRow.reported_at)
    )
    worth, rest = sorted_by_worth(session, rows)
    shown = [*worth, *rest][:MOST_DOCUMENTS]
    known = about(session, shown)
    return tuple(document_line(row, known.get(row.id)) for row in shown), len(worth) + len(rest)


def _topic(session: Session, key: str, count: int, first: dt.date, last: dt.date) -> TopicPart:
    query = Query(topics=(key,), date_from=first, date_to=last, limit=TOPIC_HEADLINES, sort=Sort.NEWEST)
    return TopicPart(topic_labels().get(key, key), count, search(session, query, snippets=False))


def span(first: dt.date, last: dt.date) -> str:
    """Days in words: "ngày 28/11/2026", "từ ngày 01/11/2026 đến ngày 30/11/2026"."""
    if first == last:
        return f"ngày {first:%d/%m/%Y}"
    return f"từ ngày {first:%d/%m/%Y} đến ngày {last:%d/%m/%Y}"


def summary(report: Report) -> str:
    """The report's first sentences."""
    during = "Trong " + (report.name if report.name != UNNAMED else "kỳ báo cáo")
    if not (report.total or report.documents_total):
        return f"{during}, các báo được theo dõi không có tin, bài về công tác dân vận và không đưa văn bản mới nào."
    said = f"{during} có {thousands(report.total)} tin, gồm {thousands(report.core_total)} tin trọng tâm"
    said += f" và {thousands(report.total - report.core_total)} tin liên quan"
    # Before the archive began there was nothing to compare with: "kỳ trước 0 tin" would be untrue.
    said += f" (kỳ trước {thousands(report.before)} tin). " if report.before else ". "
    return said + f"Báo đưa {thousands(report.documents_total)} văn bản mới ban hành."
