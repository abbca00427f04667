"""What the pages for today, sources, runs and the outbox show."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.text import search_key
from danvan.settings import HANOI
from models.search import labels
from models.search.document_page import DocumentLine, recent_documents
from models.search.look_up import search
from models.search.query import Query
from models.search.results import Results
from models.search.table import HIDDEN, SHOWN, SLOTS, day_start, entries, time_key
from models.tables import AlertRow, EventRow, LedgerRow, RunRow, RunSourceRow, SourceRow, SubscriberRow

WEEK = 7
HABIT_DAYS = 28
NEW_DAYS = 7
LAST_RUNS = 10
MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class DayCount:
    """Articles of one day in Hà Nội, by grade."""

    day: dt.date
    core: int
    related: int


@dataclass(frozen=True, slots=True)
class SourceState:
    """How one paper stands. `daily` counts articles a day, oldest first, today last; `habit` is their usual number."""

    id: str
    name: str
    province: str | None
    province_name: str | None
    status: str
    message: str
    last_success_at: dt.datetime | None
    last_article_at: dt.datetime | None
    daily: tuple[int, ...]
    habit: float
    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run: what it did in numbers. `states` are the ledger's counts over all sources."""

    id: int
    kind: str
    status: str
    started_at: dt.datetime
    finished_at: dt.datetime | None
    message: str
    sources: int
    discovered: int
    articles_new: int
    states: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RunSource:
    """One paper's part in a run."""

    source_id: str
    source: str
    status: str
    message: str
    discovered: int
    articles_new: int
    seconds: float
    states: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """The state in which one URL ended."""

    source_id: str
    source: str
    url: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run with its papers and its ledger (of one paper, or the first rows of all)."""

    run: RunLine
    sources: tuple[RunSource, ...]
    ledger: tuple[LedgerLine, ...]
    ledger_total: int
    ledger_source: str | None
    ledger_state: str | None


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """One message to one reader. The reader's address is never shown."""

    id: int
    state: str
    kind: str
    reader: str
    channel: str
    document_id: int | None
    article_id: int | None
    queued_at: dt.datetime
    sent_at: dt.datetime | None
    attempts: int
    error: str | None


@dataclass(frozen=True, slots=True)
class Outbox:
    """The outbox: counts by state, and the newest messages."""

    counts: Mapping[str, int]
    lines: tuple[OutboxLine, ...]


@dataclass(frozen=True, slots=True)
class Today:
    """What came in: the day, new documents of the week first, articles, the week's counts."""

    day: dt.date
    documents: tuple[DocumentLine, ...]
    articles: Results
    is_today: bool
    week: tuple[DayCount, ...]
    last_run: RunLine | None
    faulty: int


def today(session: Session, now: dt.datetime) -> Today:
    """The page of today (in Hà Nội). `now` is aware."""
    day = now.astimezone(HANOI).date()
    found = search(session, Query(date_from=day, date_to=day, limit=60), facets=True)
    if not found.hits:
        found = search(session, Query(date_to=day, limit=20), facets=False)
    start = dt.datetime.combine(day - dt.timedelta(days=NEW_DAYS - 1), dt.time(), HANOI)
    runs = run_lines(session, limit=1)
    bad = select(func.count()).select_from(SourceRow).where(SourceRow.status.not_in(("ok", "off", "quiet")))
    return Today(
        day,
        recent_documents(session, since=start, limit=20),
        found,
        bool(found.facets and found.hits),
        days(session, day - dt.timedelta(days=WEEK - 1), day),
        runs[0] if runs else None,
        session.scalar(bad) or 0,
    )


def days(session: Session, first: dt.date, last: dt.date) -> tuple[DayCount, ...]:
    """Articles a day by grade, first and last day included."""
    counts: Counter[tuple[dt.date, str]] = Counter()
    for _, grade, day in _entries(session, first, last):
        counts[day, grade] += 1
    span = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    return tuple(DayCount(day, counts[day, "core"], counts[day, "related"]) for day in span)


def _entries(session: Session, first: dt.date, last: dt.date) -> list[tuple[str, str, dt.date]]:
    """Source, grade and day of every article of a span of days."""
    columns = (entries.c.source_id, entries.c.grade, entries.c.order_key)
    low, high = day_start(first), day_start(last + dt.timedelta(days=1))
    day_length = 86_400 * SLOTS
    found = []
    for space in (SHOWN, HIDDEN):
        within = (entries.c.order_key >= space + low, entries.c.order_key < space + high)
        rows = session.execute(select(*columns).where(*within))
        found += [
            (source, grade, first + dt.timedelta(days=(time_key(key) - low) // day_length))
            for source, grade, key in rows
        ]
    return found


def source_states(session: Session, now: dt.datetime) -> tuple[SourceState, ...]:
    """How every paper of the catalogue (and every one ever harvested) stands; faulty ones first."""
    last = now.astimezone(HANOI).date()
    first = last - dt.timedelta(days=HABIT_DAYS - 1)
    counts: dict[str, Counter[dt.date]] = defaultdict(Counter)
    for source, _, day in _entries(session, first, last):
        counts[source][day] += 1
    rows = {row.id: row for row in session.scalars(select(SourceRow))}
    runs = _last_runs(session)
    span = [first + dt.timedelta(days=number) for number in range(HABIT_DAYS)]
    states = [
        _source_state(one, rows.get(one), [counts[one][day] for day in span], runs.get(one, ()))
        for one in sorted({*rows, *labels.papers()})
    ]
    return tuple(sorted(states, key=lambda state: (_STANDING.get(state.status, 0), search_key(state.name))))


_STANDING = {"ok": 2, "quiet": 1, "off": 3, "": 4}


def _source_state(source_id: str, row: SourceRow | None, daily: Sequence[int], runs: tuple[str, ...]) -> SourceState:
    name, province = labels.papers().get(source_id, (source_id, None))
    return SourceState(
        id=source_id,
        name=name,
        province=province,
        province_name=labels.province_name(province),
        status=row.status if row else "",
        message=row.message if row else "",
        last_success_at=row.last_success_at if row else None,
        last_article_at=row.last_article_at if row else None,
        daily=tuple(daily),
        habit=round(mean(daily[:-1]), 1) if daily else 0.0,
        runs=runs,
    )


def _last_runs(session: Session) -> Mapping[str, tuple[str, ...]]:
    """States of each paper in the last runs, oldest first."""
    last = session.scalars(
        select(RunRow.id).where(RunRow.kind == "harvest").order_by(RunRow.id.desc()).limit(LAST_RUNS)
    )
    ids = list(last)
    states: dict[str, list[str]] = defaultdict(list)
    columns = (RunSourceRow.source_id, RunSourceRow.status)
    for source, status in session.execute(
        select(*columns).where(RunSourceRow.run_id.in_(ids)).order_by(RunSourceRow.run_id)
    ):
        states[source].append(status)
    return {source: tuple(found) for source, found in states.items()}


def run_lines(session: Session, *, limit: int = 60) -> tuple[RunLine, ...]:
    """The last runs, newest first."""
    runs = session.scalars(select(RunRow).order_by(RunRow.id.desc()).limit(limit)).all()
    parts: dict[int, list[RunSourceRow]] = defaultdict(list)
    for part in session.scalars(select(RunSourceRow).where(RunSourceRow.run_id.in_([run.id for run in runs]))):
        parts[part.run_id].append(part)
    return tuple(_run_line(run, parts[run.id]) for run in runs)


def _run_line(run: RunRow, parts: Sequence[RunSourceRow]) -> RunLine:
    states: Counter[str] = Counter()
    for part in parts:
        states.update(part.states or {})
    return RunLine(
        run.id,
        run.kind,
        run.status,
        run.started_at,
        run.finished_at,
        run.message,
        len(parts),
        sum(part.discovered for part in parts),
        sum(part.articles_new for part in parts),
        dict(states),
    )


def run_page(session: Session, run_id: int, *, source: str | None = None, state: str | None = None) -> RunPage | None:
    """One run; its ledger narrowed to a paper or a state. None where there is no such run."""
    run = session.get(RunRow, run_id)
    if run is None:
        return None
    parts = session.scalars(
        select(RunSourceRow).where(RunSourceRow.run_id == run_id).order_by(RunSourceRow.source_id)
    ).all()
    conditions = [LedgerRow.run_id == run_id]
    if source:
        conditions.append(LedgerRow.source_id == source)
    if state:
        conditions.append(LedgerRow.state == state)
    total = session.scalar(select(func.count()).select_from(LedgerRow).where(*conditions)) or 0
    rows = session.scalars(
        select(LedgerRow)
        .where(*conditions)
        .order_by(LedgerRow.source_id, LedgerRow.state, LedgerRow.key)
        .limit(MOST_ROWS)
    )
    return RunPage(
        _run_line(run, parts),
        tuple(
            RunSource(
                part.source_id,
                labels.paper(part.source_id),
                part.status,
                part.message,
                part.discovered,
                part.articles_new,
                part.seconds,
                dict(part.states or {}),
            )
            for part in parts
        ),
        tuple(LedgerLine(row.source_id, labels.paper(row.source_id), row.url, row.state, row.reason) for row in rows),
        total,
        source,
        state,
    )


def outbox(session: Session, *, state: str | None = None, limit: int = 200) -> Outbox:
    """The outbox: the newest messages, of one state on wish."""
    counts = dict(session.execute(select(AlertRow.state, func.count()).group_by(AlertRow.state)).tuples().all())
    statement = (
        select(AlertRow, EventRow, SubscriberRow)
        .join(EventRow, EventRow.id == AlertRow.event_id)
        .join(SubscriberRow, SubscriberRow.id == AlertRow.subscriber_id)
        .order_by(AlertRow.id.desc())
        .limit(limit)
    )
    if state:
        statement = statement.where(AlertRow.state == state)
    return Outbox(counts, tuple(_outbox_line(*row) for row in session.execute(statement).tuples()))


def _outbox_line(alert: AlertRow, event: EventRow, reader: SubscriberRow) -> OutboxLine:
    return OutboxLine(
        alert.id,
        alert.state,
        event.kind,
        reader.name or f"người nhận {reader.id}",
        reader.channel,
        event.document_id,
        event.article_id,
        alert.queued_at,
        alert.sent_at,
        alert.attempts,
        alert.error,
    )
