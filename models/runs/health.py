"""How every source stands against its own habit: the facts are fetched here, `models.runs.habit` judges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from crawlers.keys import FILE_MARK
from crawlers.source import Source
from crawlers.values import PageStatus, UrlState
from foundation.clock import HANOI, day_start, hanoi_day
from foundation.words import SOURCE_STATES, decimal
from models.runs.facts import DOUBTS, HEALTHY, Coverage, Doubt, NewPages, SourceFacts
from models.runs.habit import WEEKS, SourceVerdict, judge
from models.tables import ArticleRow, PageRow, SourceRow, UrlRow

RECENT = timedelta(days=7)
SHORT_TEXT = 200
"""Characters of a text that is only a teaser."""


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """One source. `daily`: articles of each of the last 56 days, oldest first; `sentence` is for staff."""

    source_id: str
    name: str
    status: str
    label: str
    needs_a_person: bool
    sentence: str
    concerns: tuple[str, ...]
    last_run_at: datetime | None
    last_success_at: datetime | None
    last_article_on: date | None
    articles_a_day: float
    daily: tuple[int, ...]
    moved_to: str | None = None
    lines: tuple[str, ...] = ()
    """The sentence's parts, each worth a line of its own."""

    def form(self) -> dict[str, Any]:
        """As JSON: times as ISO with offset, in Hà Nội."""
        form = {name: getattr(self, name) for name in SourceHealth.__dataclass_fields__}
        for name in ("last_run_at", "last_success_at"):
            form[name] = form[name].astimezone(HANOI).isoformat(timespec="seconds") if form[name] else None
        form["last_article_on"] = self.last_article_on.isoformat() if self.last_article_on else None
        return form | {name: list(form[name]) for name in ("concerns", "daily", "lines")}


def health(session: Session, sources: Mapping[str, Source], now: datetime) -> list[SourceHealth]:
    """Every source of the catalogue, in its order. `now` is aware."""
    today = hanoi_day(now)
    begin = day_start(today - timedelta(weeks=WEEKS))
    rows = {row.id: row for row in session.scalars(select(SourceRow))}
    days = _days(session, sources, begin, now)
    recent = _coverage(session, now - RECENT, now)
    before = _coverage(session, begin, now - RECENT)
    day = _coverage(session, now - timedelta(days=1), now)
    doubts = _doubts(session, now - RECENT)
    new = new_pages(session, list(sources), now)
    last = _last_articles(session, sources, now)
    found = []
    for key, source in sources.items():
        row = rows.get(key)
        facts = SourceFacts(
            source_id=key,
            name=source.name,
            off_because=source.off_because,
            status=row.status if row else None,
            message=row.message if row else "",
            failures=row.failures if row else 0,
            last_run_at=row.last_run_at if row else None,
            last_success_at=row.last_success_at if row else None,
            days=days.get(key, {}),
            recent=recent.get(key, Coverage()),
            before=before.get(key, Coverage()),
            day=day.get(key, Coverage()),
            new=new[key],
            doubts=doubts.get(key, ()),
            max_silence_hours=source.expectations.max_silence_hours,
            fault=row.fault if row else None,
            fault_since=row.fault_since if row else None,
        )
        found.append(_state(facts, judge(facts, now), today, last.get(key), row.moved_to if row else None))
    return found


def remember(session: Session, sources: Mapping[str, Source], now: datetime) -> list[SourceHealth]:
    """`health`, and note of each source what was first found wrong with it, until it is seen to be well again."""
    found = health(session, sources, now)
    for one in found:
        row = session.get(SourceRow, one.source_id)
        if row is None:
            continue
        if one.needs_a_person and row.fault_since is None:
            row.fault, row.fault_since = one.concerns[0], now
        elif not one.needs_a_person and one.status in HEALTHY:
            row.fault = row.fault_since = None
    return found


def _state(
    facts: SourceFacts, verdict: SourceVerdict, today: date, last: date | None, moved_to: str | None
) -> SourceHealth:
    daily = tuple(facts.days.get(today - timedelta(days=back), 0) for back in range(WEEKS * 7 - 1, -1, -1))
    begun = min(facts.days, default=today)
    average = sum(daily) / max(1, min(WEEKS * 7, (today - begun).days + 1))
    well = f"Bình thường: khoảng {decimal(average)} bài một ngày." if facts.days else "Bình thường."
    lines = (*(verdict.concerns or (verdict.remark or well,)), *verdict.notes)
    return SourceHealth(
        source_id=facts.source_id,
        name=facts.name,
        status=verdict.status.value,
        label=SOURCE_STATES[verdict.status],
        needs_a_person=verdict.needs_a_person,
        sentence=" ".join(lines),
        concerns=verdict.concerns,
        last_run_at=facts.last_run_at,
        last_success_at=facts.last_success_at,
        last_article_on=last,
        articles_a_day=round(average, 2),
        daily=daily,
        moved_to=moved_to,
        lines=lines,
    )


def local_day(session: Session, column: InstrumentedAttribute[datetime]) -> ColumnElement[Any]:
    """The day in Hà Nội of a stored time: a date on PostgreSQL, its ISO form on SQLite."""
    if session.get_bind().dialect.name == "postgresql":
        return func.date(func.timezone(HANOI.key, column))
    return func.date(column, "+7 hours")  # Hà Nội has had no other offset since 1975


def _days(
    session: Session, sources: Mapping[str, Source], begin: datetime, now: datetime
) -> dict[str, dict[date, int]]:
    """Naming the sources lets the database walk their stretches of the index, not the articles."""
    day = local_day(session, ArticleRow.sort_at)
    counts = (
        select(ArticleRow.source_id, day, func.count())
        .where(ArticleRow.source_id.in_(sources), ArticleRow.sort_at >= begin, ArticleRow.sort_at <= now)
        .group_by(ArticleRow.source_id, day)
    )
    found: dict[str, dict[date, int]] = defaultdict(dict)
    for source_id, on, count in session.execute(counts):
        found[source_id][on if isinstance(on, date) else date.fromisoformat(on)] = count
    return found


def _coverage(session: Session, begin: datetime, end: datetime) -> dict[str, Coverage]:
    """By when pages were fetched and articles first seen: a backfill of old pages shows today's template too."""
    empty = dict(
        session.execute(
            select(PageRow.source_id, func.count())
            .where(PageRow.fetched_at >= begin, PageRow.fetched_at < end)
            .where(PageRow.page_status.in_(_BLANK))
            .group_by(PageRow.source_id)
        )
        .tuples()
        .all()
    )
    articles = (
        select(
            ArticleRow.source_id,
            func.count(),
            func.sum(case((ArticleRow.text_length < SHORT_TEXT, 1), else_=0)),
            func.sum(case((ArticleRow.published_at.is_(None), 1), else_=0)),
        )
        .where(ArticleRow.first_seen_at >= begin, ArticleRow.first_seen_at < end)
        .where(ArticleRow.status == PageStatus.ARTICLE.value)
        .group_by(ArticleRow.source_id)
    )
    found = {key: Coverage(count, count) for key, count in empty.items()}
    for source_id, count, short, undated in session.execute(articles):
        without = empty.get(source_id, 0)
        found[source_id] = Coverage(count + without, int(short) + without, int(undated))
    return found


_LOST = (UrlState.GONE.value, UrlState.DUPLICATE.value)
_NO_ARTICLE = (PageStatus.MEDIA.value, PageStatus.LISTING.value, PageStatus.SOFT_404.value)
_BLANK = (PageStatus.EMPTY.value, PageStatus.NEEDS_BROWSER.value, PageStatus.NOT_HTML.value, "too_heavy")


def _doubts(session: Session, begin: datetime) -> dict[str, tuple[Doubt, ...]]:
    pages = (
        select(PageRow.source_id, PageRow.page_status, func.count(PageRow.key.distinct()), func.max(PageRow.url))
        .where(PageRow.page_status.in_(DOUBTS), PageRow.fetched_at >= begin)
        .group_by(PageRow.source_id, PageRow.page_status)
    )
    found: dict[str, tuple[Doubt, ...]] = defaultdict(tuple)
    for source_id, kind, count, example in session.execute(pages):
        found[source_id] += (Doubt(kind, count, example),)
    return found


def new_pages(session: Session, source_ids: Sequence[str], now: datetime) -> dict[str, NewPages]:
    """What became of the addresses met for the first time in the last 24 hours, for each of these sources."""
    begin = now - timedelta(days=1)
    stored = (
        select(ArticleRow.source_id, func.max(ArticleRow.first_seen_at).label("last"), func.count())
        # The sources are not named: the database would walk through all articles of each of them.
        .where(ArticleRow.first_seen_at >= begin, ArticleRow.first_seen_at <= now)
        .group_by(ArticleRow.source_id)
    )
    articles = stored.subquery()
    read = {source_id: count for source_id, _, count in session.execute(stored)}
    others = (
        select(PageRow.source_id, func.count(PageRow.key.distinct()))
        .join(UrlRow, (UrlRow.source_id == PageRow.source_id) & (UrlRow.key == PageRow.key))
        .where(PageRow.page_status.in_(_NO_ARTICLE), PageRow.fetched_at >= begin)
        .where(UrlRow.first_seen_at >= begin, PageRow.source_id.in_(source_ids))
        .group_by(PageRow.source_id)
    )
    without = dict(session.execute(others).tuples().all())
    silent = func.sum(case((UrlRow.attempts == 0, 1), else_=0))  # a request that failed counts as an attempt
    unread = (
        select(UrlRow.source_id, func.count(), silent, func.min(UrlRow.first_seen_at), func.max(UrlRow.reason))
        .outerjoin(articles, articles.c.source_id == UrlRow.source_id)
        .where(UrlRow.source_id.in_(source_ids), UrlRow.retry_at.is_not(None))
        .where(~UrlRow.key.contains(FILE_MARK))  # a document's own file is no page
        .where(UrlRow.state == UrlState.FAILED.value, UrlRow.first_seen_at > func.coalesce(articles.c.last, begin))
        .group_by(UrlRow.source_id)
    )
    lost = (
        select(UrlRow.source_id, func.count(), func.max(UrlRow.reason))
        .outerjoin(articles, articles.c.source_id == UrlRow.source_id)
        .where(UrlRow.source_id.in_(source_ids), UrlRow.retry_at.is_not(None), ~UrlRow.key.contains(FILE_MARK))
        .where(UrlRow.state.in_(_LOST), UrlRow.first_seen_at > func.coalesce(articles.c.last, begin))
        .group_by(UrlRow.source_id)
    )
    found = {key: NewPages(articles=read.get(key, 0), others=without.get(key, 0)) for key in source_ids}
    for source_id, count, reason in session.execute(lost):
        found[source_id] = replace(found[source_id], lost=count, why_lost=reason.rstrip("."))
    for source_id, count, blank, since, reason in session.execute(unread):
        found[source_id] = replace(
            found[source_id], unread=count, silent=int(blank), since=since, reason=reason.rstrip(".")
        )
    return found


def _last_articles(session: Session, sources: Mapping[str, Source], now: datetime) -> dict[str, date]:
    found = {}
    for key in sources:  # one step down an index each; a GROUP BY would walk every article
        newest = select(ArticleRow.sort_at).where(ArticleRow.source_id == key, ArticleRow.sort_at <= now)
        at = session.scalar(newest.order_by(ArticleRow.sort_at.desc()).limit(1))
        if at is not None:
            found[key] = hanoi_day(at)
    return found
