"""What the page of the papers shows: each against its own habit, as `models.runs.health` judges it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.text import search_key
from models import names as labels
from models.runs.health import SourceHealth, health
from models.tables import ArticleRow, RunRow, RunSourceRow, SourceRow, UrlRow
from models.views.stored_pages import PagesBeside, pages_beside

DAYS = 28
LAST_RUNS = 10


@dataclass(frozen=True, slots=True)
class SourceState:
    """How one paper stands. `daily` counts articles a day, oldest first, today last; `habit` is their usual number.

    `status` is the verdict against the paper's own habit ("" before the first run), `sentence` says it to staff
    (`lines` are its parts), `message` is what the last run said.
    """

    id: str
    name: str
    province: str | None
    province_name: str | None
    status: str
    sentence: str
    lines: tuple[str, ...]
    needs_a_person: bool
    message: str
    last_success_at: dt.datetime | None
    last_article_at: dt.datetime | None
    daily: tuple[int, ...]
    habit: float
    runs: tuple[str, ...]


def source_states(session: Session, now: dt.datetime) -> tuple[SourceState, ...]:
    """How every paper of the catalogue (and every one ever harvested) stands; those to be looked at first."""
    rows = {row.id: row for row in session.scalars(select(SourceRow))}
    runs = _last_runs(session)
    judged = {one.source_id: one for one in health(session, labels.catalogue(), now)}
    states = [_state(one, rows.get(one), judged.get(one), runs.get(one, ())) for one in {*rows, *judged}]
    return tuple(sorted(states, key=_place))


@dataclass(frozen=True, slots=True)
class SourceRun:
    """What one run brought of a paper."""

    run_id: int
    started_at: dt.datetime
    status: str
    message: str
    discovered: int
    articles_new: int


@dataclass(frozen=True, slots=True)
class SourceFault:
    """An address that could not be read."""

    url: str
    state: str
    reason: str
    seen_at: dt.datetime


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One paper: how it stands, its last runs, its newest faults, and the newest article that could be read,
    its page beside the one stored last.
    """

    state: SourceState
    url: str | None
    off_because: str | None
    held: int
    runs: tuple[SourceRun, ...]
    faults: tuple[SourceFault, ...]
    last_good: ArticleRow | None
    pages: PagesBeside


FAULTY = ("failed", "blocked", "disallowed", "gone")


def source_page(session: Session, source_id: str, now: dt.datetime) -> SourcePage | None:
    """One paper of the catalogue, or one ever harvested; None for any other id."""
    state = next((one for one in source_states(session, now) if one.id == source_id), None)
    if state is None:
        return None
    paper = labels.catalogue().get(source_id)
    runs = session.execute(
        select(RunSourceRow, RunRow.started_at)
        .join(RunRow, RunRow.id == RunSourceRow.run_id)
        .where(RunSourceRow.source_id == source_id)
        .order_by(RunRow.id.desc())
        .limit(LAST_RUNS * 2)
    ).tuples()
    faults = session.scalars(
        select(UrlRow)
        .where(UrlRow.source_id == source_id, UrlRow.state.in_(FAULTY))
        .order_by(UrlRow.last_seen_at.desc())
        .limit(LAST_RUNS * 2)
    )
    mine = ArticleRow.source_id == source_id
    good = session.scalar(select(ArticleRow).where(mine).order_by(ArticleRow.sort_at.desc()).limit(1))
    return SourcePage(
        state,
        str(paper.home) if paper else None,
        paper.off_because if paper else None,
        session.scalar(select(func.count()).select_from(ArticleRow).where(mine)) or 0,
        tuple(
            SourceRun(part.run_id, at, part.status, part.message, part.discovered, part.articles_new)
            for part, at in runs
        ),
        tuple(SourceFault(row.url, row.state, row.reason, row.last_seen_at) for row in faults),
        good,
        pages_beside(session, source_id, paper, good),
    )


def faulty_sources(session: Session, now: dt.datetime) -> int:
    """How many papers a person should look at."""
    return sum(one.needs_a_person for one in health(session, labels.catalogue(), now))


_STANDING = {"ok": 2, "quiet": 1, "off": 3, "": 4}


def _place(state: SourceState) -> tuple[bool, int, str]:
    return not state.needs_a_person, _STANDING.get(state.status, 0), search_key(state.name)


def _state(source_id: str, row: SourceRow | None, judged: SourceHealth | None, runs: tuple[str, ...]) -> SourceState:
    name, province = labels.papers().get(source_id, (source_id, None))
    held = row.status if row else None
    return SourceState(
        id=source_id,
        name=name,
        province=province,
        province_name=labels.province_name(province),
        status=_status(held, judged),
        sentence=judged.sentence if judged else "Không còn trong danh mục nguồn.",
        lines=judged.lines if judged else ("Không còn trong danh mục nguồn.",),
        needs_a_person=judged.needs_a_person if judged else False,
        message=row.message if row else "",
        last_success_at=row.last_success_at if row else None,
        last_article_at=row.last_article_at if row else None,
        daily=judged.daily[-DAYS:] if judged else (),
        habit=round(judged.articles_a_day, 1) if judged else 0.0,
        runs=runs,
    )


def _status(held: str | None, judged: SourceHealth | None) -> str:
    if judged is None:
        return "off"
    return judged.status if held or judged.status == "off" else ""


def _last_runs(session: Session) -> Mapping[str, tuple[str, ...]]:
    """States of each paper in the last runs, oldest first."""
    last = session.scalars(
        select(RunRow.id).where(RunRow.kind == "harvest").order_by(RunRow.id.desc()).limit(LAST_RUNS)
    )
    states: dict[str, list[str]] = defaultdict(list)
    columns = (RunSourceRow.source_id, RunSourceRow.status)
    asked = select(*columns).where(RunSourceRow.run_id.in_(list(last))).order_by(RunSourceRow.run_id)
    for source, status in session.execute(asked):
        states[source].append(status)
    return {source: tuple(found) for source, found in states.items()}
