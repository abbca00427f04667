"""One source's share of a harvest: crawl, then read what has landed. Run in a process of its own by `flows.child`.

Settings come from the environment. Log lines go to stderr; the last line of stdout is the report as JSON.
SIGTERM ends the crawl gracefully (what was asked for is finished, the rest stays due) and the reading between
two pages, so a killed child loses nothing.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import configure_mappers

from analysis.relevance_rules import rules_version
from crawlers.catalogue import Catalogue, load_catalogue, load_families
from crawlers.crawl import crawl
from crawlers.options import CrawlOptions
from crawlers.source import Source
from crawlers.values import CrawlReport, SourceStatus
from foundation.errors import ConfigurationError, DanvanError
from foundation.settings import Settings, settings
from models.database import open_engine
from models.landing.keeper import DatabaseKeeper
from models.storing.reading import read_article
from models.storing.store import ReadReport, read_waiting_pages
from notifications.outbox import announce


def crawl_options(config: Settings, arguments: argparse.Namespace) -> CrawlOptions:
    """The crawl's limits and window, from settings and command line."""
    return CrawlOptions(
        since=arguments.since,
        until=arguments.until,
        backfill=arguments.backfill,
        delay=config.crawl_delay,
        request_time_limit=config.request_time_limit,
        time_limit=config.source_time_limit,
        max_bytes=config.max_page_bytes,
        allow_hosts=config.allow_hosts,
        contact=config.contact,
    )


def run_source(
    source: Source, arguments: argparse.Namespace, config: Settings, stopped: Callable[[], bool]
) -> dict[str, Any]:
    """Crawl `source`, read its waiting pages, answer both reports as plain data."""
    engine = open_engine(config.database_url)
    keeper = DatabaseKeeper(engine, arguments.run, _now)
    started = time.monotonic()
    try:
        crawled = crawl(source, keeper, crawl_options(config, arguments))
    except Exception as error:  # noqa: BLE001 (whatever broke the crawl, the pages that landed are still read)
        seconds = time.monotonic() - started
        crawled = CrawlReport(source.id, SourceStatus.CRASHED, f"Thu thập dừng vì lỗi: {error!r}", 0, {}, 0, seconds)
    read = _read(engine, source, arguments, config, stopped)
    engine.dispose()
    return {"crawl": asdict(crawled), "read": asdict(read)}


def _read(
    engine: Any,  # noqa: ANN401
    source: Source,
    arguments: argparse.Namespace,
    config: Settings,
    stopped: Callable[[], bool],
) -> ReadReport:
    return read_waiting_pages(
        engine,
        {source.id: source},
        now=_now(),
        run_id=arguments.run,
        source_id=source.id,
        window_days=config.alert_window_days,
        announce=None if arguments.backfill else announce,
        stopped=stopped,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _parse(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m flows.child", description=__doc__)
    parser.add_argument("--source", required=True)
    parser.add_argument("--run", type=int, required=True)
    parser.add_argument("--since", type=date.fromisoformat)
    parser.add_argument("--until", type=date.fromisoformat)
    parser.add_argument("--backfill", action="store_true")
    return parser.parse_args(words)


def _source(catalogue: Catalogue, source_id: str) -> Source:
    """The source, from the catalogue as it is now. Raises ConfigurationError with file and line where the entry was
    broken since the run began, UnknownSourceError where it is gone.
    """
    for problem in catalogue.problems:
        if problem.path.stem == source_id:
            raise ConfigurationError(f"mục của nguồn đã sửa hỏng trong lúc chạy: {problem}")
    return catalogue.get(source_id)


def prepare() -> None:
    """Load what every source's share needs and none changes: the rules, the families, the tables' mapping.

    A fault in a rule file is not told here but to the child that reads by it.
    """
    configure_mappers()
    with suppress(DanvanError):
        rules_version()
        load_families()
        read_article("Dân vận khéo", "", "Nghị quyết số 01-NQ/TW.", province=None, published=None)


def main(words: list[str] | None = None) -> int:
    """Do what the command line says. Answers the exit code: 0 after a report, else stderr ends with the reason."""
    try:
        return _main(_parse(words))
    except DanvanError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code


def _main(arguments: argparse.Namespace) -> int:
    config = settings()
    extra = (config.sources_dir,) if config.sources_dir else ()
    source = _source(load_catalogue(*extra), arguments.source)
    stops: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stops.append(number))
    report = run_source(source, arguments, config, lambda: bool(stops))
    sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
    return 0
