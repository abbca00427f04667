"""Our harvest beside a plain spider: the same pages over loopback, no delay, one process a family, one run.

Ours stores each page, extracts, reads (relevance, topics, documents) and writes the article in a transaction; the
plain one extracts with trafilatura and metadata and commits a row. CPU is user and system time of the child process
with its start-up; memory its peak resident size.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from danvan.demo.bench import BenchSites
from danvan.settings import Settings
from flows.steps import child_environment
from models.database import migrate, open_engine, transaction
from models.runs import start_run

PAGES = 300


@dataclass(frozen=True)
class Measure:
    """One child process: seconds, CPU seconds, peak MiB, rows it stored."""

    seconds: float
    cpu: float
    peak: float
    stored: int


def measured(command: list[str], environment: dict[str, str]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak MiB of a command. Raises RuntimeError when it fails."""
    started = time.perf_counter()
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{command} ended with {child.returncode}")
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def ours(sites: BenchSites, name: str, folder: Path) -> Measure:
    """Our child process on one source."""
    config = Settings(
        database_url=f"sqlite:///{folder / f'{name}.sqlite3'}",
        sources_dir=folder / "sources",
        allow_hosts=("127.0.0.1",),
        crawl_delay=0,
    )
    engine = open_engine(config.database_url)
    migrate(engine)
    with transaction(engine) as session:
        run_id = start_run(session, kind="harvest", now=datetime.now(UTC))
    engine.dispose()
    command = [sys.executable, "-m", "flows.child", "--source", name, "--run", str(run_id)]
    figures = measured(command, child_environment(config))
    return Measure(*figures, _count(folder / f"{name}.sqlite3", "article"))


def plain(sites: BenchSites, name: str, folder: Path) -> Measure:
    """The plain spider on the same site."""
    section = next(iter(sites.replicas[name].profile.sections))
    start = sites.replicas[name].base_url + sites.replicas[name].pages.addresses.section(section)
    database = folder / f"{name}-plain.sqlite3"
    figures = measured([sys.executable, "-m", "benchmarks.plain_spider", str(database), start], dict(os.environ))
    return Measure(*figures, _count(database, "item"))


def _count(path: Path, table: str) -> int:
    with sqlite3.connect(path) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def show(label: str, measures: list[Measure]) -> tuple[float, float]:
    """Print one line of figures; answers CPU milliseconds and pages a second over all families."""
    stored = sum(m.stored for m in measures)
    cpu = 1000 * sum(m.cpu for m in measures) / max(1, stored)
    rate = stored / sum(m.seconds for m in measures)
    peak = max(m.peak for m in measures)
    print(f"  {label:<28} {stored:>5} stored  {rate:6.1f} pages/s  {cpu:6.1f} ms CPU/page  peak {peak:4.0f} MiB")
    return cpu, rate


def main() -> None:
    """Print the figures a family and over all."""
    with tempfile.TemporaryDirectory() as name, BenchSites(PAGES * 6) as sites:
        folder = Path(name)
        sites.write_sources(folder / "sources")
        size = sum(len(page.body) for page in sites.pages) / len(sites.pages) / 1024
        print(f"  {len(sites.pages)} pages of {size:.0f} KiB, {PAGES} a family, one child process a family")
        pairs = []
        for site in sorted(sites.sites):
            pairs.append((plain(sites, site, folder), ours(sites, site, folder)))
            show(f"{site} plain", [pairs[-1][0]])
            show(f"{site} ours", [pairs[-1][1]])
        theirs, _ = show("all families, plain", [pair[0] for pair in pairs])
        mine, _ = show("all families, ours", [pair[1] for pair in pairs])
    print(f"  ratio of CPU a page: {mine / theirs:.2f}")


if __name__ == "__main__":
    main()
