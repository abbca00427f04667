"""Reading an archive again: one process and two that share the work, and one of two killed in the middle.

PostgreSQL and the readers share this machine's cores. `python -m benchmarks.reprocess [PAGES]`, with `dask` behind it the
flow on one and two workers of a cluster; as a reader (started by the measure itself): `python -m benchmarks.reprocess URL
SOURCES_FOLDER LOG`, which notes each page that it begins.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, func, insert, select, update

from benchmarks.bench_sites import BenchSites
from benchmarks.harvest import environment
from benchmarks.reprocess_workers import prefect_server, spread
from benchmarks.throwaway import postgresql
from crawlers.catalogue import load_catalogue
from crawlers.source import Source
from crawlers.values import Extract, Page
from models.database import migrate, open_engine, table_of, transaction
from models.landing.bodies import packed
from models.storing.reading import extract_page
from models.storing.reprocess import reprocess
from models.tables import ArticleRow, PageRow

PAGES = 5_000
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def read_all(url: str, folder: Path, log: Path) -> None:
    """A reader."""
    with log.open("a", buffering=1) as notes:

        def noting(page: Page, source: Source | None) -> Extract:
            notes.write(f"{page.key}\n")
            return extract_page(page, source)

        reprocess(open_engine(url), load_catalogue(folder).sources, now=NOW, extract=noting)


def land(url: str, folder: Path, pages: int, *, heavy: bool = True) -> None:
    """Fill an empty archive with pages that were read under rules of before."""
    sites = BenchSites(pages, heavy=heavy)
    sites.write_sources(folder)
    engine = open_engine(url)
    migrate(engine)
    for start in range(0, len(sites.pages), 100):
        rows = [
            {
                "source_id": page.site, "key": page.path, "url": (place := sites.replicas[page.site].base_url + page.path),
                "final_url": place, "status": 200, "headers": {"content-type": "text/html; charset=utf-8"}, "hint": {},
                "body": packed(page.body), "body_sha256": hashlib.sha256(page.body).hexdigest(), "fetched_at": NOW,
                "read_state": "read",
            }
            for page in sites.pages[start : start + 100]
        ]  # fmt: skip
        with transaction(engine) as session:
            session.execute(insert(table_of(PageRow)), rows)
    engine.dispose()
    sites.close()


def measured(url: str, folder: Path, log: Path, readers: int, *, kill_after: int | None = None) -> tuple[float, float]:
    """Seconds and CPU seconds of so many readers until all is read; one is killed once so many pages were begun."""
    log.unlink(missing_ok=True)
    words = [sys.executable, "-m", "benchmarks.reprocess", url, str(folder), str(log)]
    measuring = [sys.executable, "-m", "benchmarks.measured", *words]
    started = time.perf_counter()
    first = subprocess.Popen(words, env=environment()) if kill_after is not None else None
    others = [
        subprocess.Popen(measuring, env=environment(), stdout=subprocess.PIPE, text=True)
        for _ in range(readers - (first is not None))
    ]
    while first is not None:
        time.sleep(0.1)
        if log.exists() and len(log.read_text().split()) >= (kill_after or 0):
            first.kill()
            first.wait()
            break
    cpu = sum(json.loads(other.communicate()[0])[1] for other in others)
    return time.perf_counter() - started, cpu


def forget(engine: Engine) -> None:
    """Every page is to be read again."""
    with transaction(engine) as session:
        session.execute(update(PageRow).values(read_rules=None))


def left(engine: Engine) -> int:
    with transaction(engine) as session:
        return session.scalar(select(func.count()).where(PageRow.read_rules.is_(None))) or 0


def by_processes(engine: Engine, url: str, folder: Path, pages: int) -> bool:
    """Print the figures; False where a page was left out, or read twice for more than the one that was under way."""
    log, sources = folder / "log", folder / "sources"
    seconds, _ = measured(url, sources, log, 2, kill_after=pages * 2 // 5)
    begun = log.read_text().split()
    twice, missing = len(begun) - len(set(begun)), left(engine)
    with transaction(engine) as session:
        articles = session.scalar(select(func.count()).select_from(ArticleRow))
    print(
        f"  one of two killed: {seconds:.0f} s, {articles} articles, {missing} pages left, {twice} read twice",
        flush=True,
    )
    for _ in range(2):
        speed = {}
        for readers in (1, 2):
            forget(engine)
            seconds, cpu = measured(url, sources, log, readers)
            speed[readers] = pages / seconds
            print(
                f"  {readers} reader(s): {seconds:6.1f} s, {pages / seconds:5.1f} pages/s,"
                f" {1000 * cpu / pages:.0f} ms of CPU a page (readers alone)", flush=True,
            )  # fmt: skip
        print(f"  ratio {speed[2] / speed[1]:.2f}", flush=True)
    return not missing and twice <= 1


def by_workers(engine: Engine, url: str, folder: Path, pages: int) -> bool:
    """Print the figures; False where a page was left out, or read by two workers."""
    whole = True
    with prefect_server(folder) as server:
        spread(1, url, folder / "sources", folder, server)  # the first makes the articles, the others only read again
        for _ in range(2):
            speed = {}
            for workers in (1, 2):
                forget(engine)
                report, all_in_all = spread(workers, url, folder / "sources", folder, server)
                whole &= report["read"] == pages and not left(engine)
                speed[workers] = pages / report["seconds"]
                print(
                    f"  {workers} worker(s): {report['seconds']:6.1f} s, {speed[workers]:5.1f} pages/s;"
                    f" {all_in_all:.1f} s with the flow's start and end, {report['read']} read", flush=True,
                )  # fmt: skip
            print(f"  ratio {speed[2] / speed[1]:.2f}", flush=True)
    return whole


def main(pages: int, measure: Callable[[Engine, str, Path, int], bool]) -> int:
    """1 where what was measured did not do its work."""
    with tempfile.TemporaryDirectory() as held, postgresql(Path(held)) as url:
        folder = Path(held)
        land(url, folder / "sources", pages)
        engine = open_engine(url)
        done = measure(engine, url, folder, pages)
        engine.dispose()
    return int(not done)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        read_all(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        given = [int(word) for word in sys.argv[1:] if word.isdigit()]
        sys.exit(main(given[0] if given else PAGES, by_workers if "dask" in sys.argv else by_processes))
