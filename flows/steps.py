"""The step of a harvest for one source, as a plain async function: Prefect wraps it, `danvan run` calls it as it is."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from crawlers.catalogue import Catalogue, load_catalogue
from crawlers.values import SourceStatus
from flows.child import GRACE_SECONDS, child_environment, run_child
from foundation.clock import utc_now
from foundation.errors import RunLockedError
from foundation.settings import Settings
from models.database import open_engine
from models.runs.lease import LIFE, leased, names_for
from models.runs.ledger import SourceOutcome

STARTING_SECONDS = 120.0
"""What a visit may take beside the source's own limit: the child's start, and what it reads after the crawl's end."""


@dataclass(frozen=True)
class Window:
    """Which part of a paper is wanted: the newest (a harvest), or a stretch of days (a backfill)."""

    since: date | None = None
    until: date | None = None
    backfill: bool = False


async def harvest_source(source_id: str, run_id: int, window: Window, config: Settings) -> SourceOutcome:
    """Crawl and read one source in a child process; never raises for what the source did.

    Nobody else harvests it meanwhile, nor another paper of its host. The child stops itself at `source_time_limit`,
    and is stopped should it not.
    """
    started = time.monotonic()
    limit = config.source_time_limit + GRACE_SECONDS
    length = timedelta(seconds=limit + 2 * GRACE_SECONDS + STARTING_SECONDS)
    engine = open_engine(config.database_url)
    task = {"source_id": source_id, "run_id": run_id, "window": window, "length": length}
    names = names_for(source_id, _host(source_id, config))
    try:
        with leased(engine, names, length, clock=utc_now, at_first=LIFE) as owner:
            child = await run_child(child_environment(config), limit, **task, owner=owner)
    except RunLockedError as error:
        return SourceOutcome(source_id, SourceStatus.BUSY, str(error))
    finally:
        engine.dispose()
    if isinstance(child.answer, SourceOutcome):
        outcome = child.answer
    elif child.out_of_time:
        outcome = SourceOutcome(source_id, SourceStatus.TIMED_OUT, "Quá thời hạn của nguồn; phần còn lại để lượt sau.")
    else:
        words = f"Tiến trình thu thập dừng giữa chừng: {child.last_words}"
        outcome = SourceOutcome(source_id, SourceStatus.CRASHED, words)
    return replace(outcome, seconds=round(time.monotonic() - started, 2), log=child.log)


def _host(source_id: str, config: Settings) -> str:
    source = _catalogue(config.sources_dir).sources.get(source_id)
    return urlsplit(source.home).netloc.lower() if source else ""


@lru_cache(maxsize=4)
def _catalogue(extra: Path | None) -> Catalogue:
    """The catalogue as it was when first asked for: it tells only which papers share a host."""
    return load_catalogue(*((extra,) if extra else ()))
