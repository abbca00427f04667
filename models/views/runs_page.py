"""What the pages of runs show: each run in numbers, its papers, its ledger."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import names as labels
from models.of_row import of_row
from models.tables import LedgerRow, RunRow, RunSourceRow

MOST_ROWS = 500


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
    log: str
    """What the process of the paper that is looked at logged."""
    known_kept: bool
    """Whether the ledger still names what was known before."""


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
    return of_row(
        RunLine,
        run,
        sources=len(parts),
        discovered=sum(part.discovered for part in parts),
        articles_new=sum(part.articles_new for part in parts),
        states=dict(states),
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
            of_row(RunSource, part, source=labels.paper(part.source_id), states=dict(part.states or {}))
            for part in parts
        ),
        tuple(of_row(LedgerLine, row, source=labels.paper(row.source_id)) for row in rows),
        total,
        source,
        state,
        _log(session, run_id, source) if source else "",
        run.known_kept,
    )


def _log(session: Session, run_id: int, source: str) -> str:
    mine = (RunSourceRow.run_id == run_id, RunSourceRow.source_id == source)
    return session.scalar(select(RunSourceRow.log).where(*mine)) or ""
