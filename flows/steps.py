"""The steps of a harvest as plain async functions: a child process a source, with its own time limit and kill.

Prefect wraps them (`flows.harvest`); `danvan run` calls them as they are.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from crawlers.values import SourceStatus
from flows.children import Child, start_child
from foundation.settings import Settings

GRACE_SECONDS = 20.0
"""What a child gets between SIGTERM and SIGKILL: the current request ends, landed pages are read."""

SECRETS = frozenset({"telegram_token", "smtp_url", "web_password"})
"""Settings a crawling child has no use for, and therefore does not get."""


@dataclass(frozen=True)
class Window:
    """Which part of a paper is wanted: the newest (a harvest), or a stretch of days (a backfill)."""

    since: date | None = None
    until: date | None = None
    backfill: bool = False

    def words(self) -> list[str]:
        """As command-line words of the child."""
        since = ["--since", self.since.isoformat()] if self.since else []
        until = ["--until", self.until.isoformat()] if self.until else []
        return since + until + (["--backfill"] if self.backfill else [])


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
        return self.status not in {SourceStatus.OK, SourceStatus.QUIET, SourceStatus.WAITING, SourceStatus.OFF}


def child_environment(config: Settings) -> dict[str, str]:
    """The environment of a child: ours, with the settings in force (they may not come from the environment)."""
    given = {name: value for name, value in os.environ.items() if name.removeprefix("DANVAN_").lower() not in SECRETS}
    for name in type(config).model_fields:
        value = getattr(config, name)
        if name in SECRETS or value is None:
            continue
        given[f"DANVAN_{name.upper()}"] = ",".join(value) if isinstance(value, tuple) else str(value)
    return given


async def harvest_source(source_id: str, run_id: int, window: Window, config: Settings) -> SourceOutcome:
    """Crawl and read one source in a child process; never raises for what the source did.

    The child stops itself at `source_time_limit`; should it not, it gets SIGTERM, and after GRACE_SECONDS
    its whole group SIGKILL.
    """
    started = time.monotonic()
    words = ["--source", source_id, "--run", str(run_id), *window.words()]
    child = await start_child(words, child_environment(config))
    talk = asyncio.ensure_future(child.communicate())
    try:
        await asyncio.wait({talk}, timeout=config.source_time_limit + GRACE_SECONDS)
        out_of_time = not talk.done()
        if out_of_time:
            await _stop(child, talk)
    except asyncio.CancelledError:
        await _stop(child, talk)
        raise
    out, err = await talk
    seconds = time.monotonic() - started
    return _outcome(source_id, child.returncode, out, err, seconds, out_of_time=out_of_time)


async def _stop(child: Child, talk: asyncio.Future[Any]) -> None:
    """SIGTERM, a time of grace, SIGKILL: to the child's whole group."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if talk.done():
            return
        try:
            os.killpg(child.pid, number)
        except ProcessLookupError:
            return
        await asyncio.wait({talk}, timeout=GRACE_SECONDS)


def _outcome(
    source_id: str, code: int | None, out: bytes, err: bytes, seconds: float, *, out_of_time: bool
) -> SourceOutcome:
    lines = out.decode(errors="replace").strip().splitlines()
    try:
        report = json.loads(lines[-1]) if lines else None
    except ValueError:
        report = None
    if report is None:
        if out_of_time:
            return SourceOutcome(
                source_id, SourceStatus.TIMED_OUT, "Quá thời hạn của nguồn; phần còn lại để lượt sau.", seconds=seconds
            )
        last = err.decode(errors="replace").strip().splitlines()[-1:] or [f"mã kết thúc {code}"]
        return SourceOutcome(
            source_id, SourceStatus.CRASHED, f"Tiến trình thu thập dừng giữa chừng: {last[0]}", seconds=seconds
        )
    crawl, read = report["crawl"], report["read"]
    return SourceOutcome(
        id=source_id,
        status=crawl["status"],
        message=crawl["message"],
        discovered=crawl["discovered"],
        states=crawl["states"],
        skipped=crawl["skipped"],
        articles_new=read["articles_new"],
        documents_new=read["documents_new"],
        alerts_queued=read["alerts_queued"],
        requests=crawl["requests"],
        seconds=round(seconds, 2),
        moved_to=crawl["moved_to"],
        retry_at=datetime.fromisoformat(crawl["retry_at"]) if crawl["retry_at"] else None,
    )
