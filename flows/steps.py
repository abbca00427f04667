"""The step of a harvest for one source, as a plain async function: Prefect wraps it, `danvan run` calls it as it is."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from crawlers.values import SourceStatus
from flows.child import GRACE_SECONDS, child_environment, run_child
from foundation.settings import Settings

WELL = frozenset({SourceStatus.OK, SourceStatus.QUIET, SourceStatus.WAITING, SourceStatus.OFF})
"""How a source may come out of a run without anybody having to look at it."""


@dataclass(frozen=True)
class Window:
    """Which part of a paper is wanted: the newest (a harvest), or a stretch of days (a backfill)."""

    since: date | None = None
    until: date | None = None
    backfill: bool = False


@dataclass(frozen=True)
class SourceOutcome:
    """How one source came out of a run."""

    id: str
    status: str
    message: str
    discovered: int = 0
    states: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    articles_new: int = 0
    documents_new: int = 0
    alerts_queued: int = 0
    requests: int = 0
    seconds: float = 0.0
    moved_to: str | None = None
    retry_at: datetime | None = None
    """Until then the host has asked to be left alone (aware)."""

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody has to look at this source."""
        return self.status not in WELL


async def harvest_source(source_id: str, run_id: int, window: Window, config: Settings) -> SourceOutcome:
    """Crawl and read one source in a child process; never raises for what the source did.

    The child stops itself at `source_time_limit`, and is stopped should it not.
    """
    started = time.monotonic()
    limit = config.source_time_limit + GRACE_SECONDS
    child = await run_child(child_environment(config), limit, source_id=source_id, run_id=run_id, window=window)
    if isinstance(child.answer, SourceOutcome):
        outcome = child.answer
    elif child.out_of_time:
        outcome = SourceOutcome(source_id, SourceStatus.TIMED_OUT, "Quá thời hạn của nguồn; phần còn lại để lượt sau.")
    else:
        words = f"Tiến trình thu thập dừng giữa chừng: {child.last_words}"
        outcome = SourceOutcome(source_id, SourceStatus.CRASHED, words)
    return replace(outcome, seconds=round(time.monotonic() - started, 2))
