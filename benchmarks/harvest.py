"""Our harvest beside a plain spider: the same pages over loopback, no delay, one run.

Ours stores each page, extracts, reads (relevance, topics, documents) and writes the article in a transaction; the
plain one extracts with trafilatura and metadata and commits a row. CPU is user and system time of all processes with
their start-up; memory the largest one's peak. This process stays small (the sites live in another one), for a child's
peak is never told smaller than the process that started it.
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAGES = 300
OURS = [sys.executable, "-m", "benchmarks.harvest_run"]
PLAIN = [sys.executable, "-m", "benchmarks.plain_spider"]


@dataclass(frozen=True)
class Measure:
    """One command: seconds, CPU seconds, peak MiB, rows it stored."""

    seconds: float
    cpu: float
    peak: float
    stored: int


def measured(command: list[str], environment: dict[str, str]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak MiB of a command. Raises RuntimeError when it fails."""
    measuring = [sys.executable, "-m", "benchmarks.measured", *command]
    told = subprocess.run(measuring, check=False, env=environment, stdout=subprocess.PIPE, text=True)
    if told.returncode:
        raise RuntimeError(f"{command} ended with {told.returncode}")
    seconds, cpu, peak = json.loads(told.stdout)
    return seconds, cpu, peak


def environment(**settings: str) -> dict[str, str]:
    """The environment of a child: compiled modules are kept, as in any installation."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DANVAN_", "PYTHONDONTWRITE"))}
    return kept | settings


@contextmanager
def serving(folder: Path, pages: int) -> Iterator[dict[str, Any]]:
    """The sites of all families in a process of their own; see `benchmarks.harvest_sites`."""
    command = [sys.executable, "-m", "benchmarks.harvest_sites", str(pages * 6), str(folder)]
    with subprocess.Popen(
        command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield json.loads(server.stdout.readline())
        finally:
            server.stdin.close()


def ours(names: list[str], archive: Path, folder: Path) -> Measure:
    """These sites by one of our runs, which loads the program once."""
    figures = measured([*OURS, f"sqlite:///{archive}", str(folder / "sources"), *names], environment())
    return Measure(*figures, _count(archive, "article"))


def plain(name: str, site: dict[str, Any], folder: Path) -> Measure:
    """The plain spider on the same site."""
    database = folder / f"{name}-plain.sqlite3"
    figures = measured([*PLAIN, str(database), site["start"]], environment())
    return Measure(*figures, _count(database, "item"))


def _count(path: Path, table: str) -> int:
    with sqlite3.connect(path) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def show(label: str, measures: list[Measure]) -> float:
    """Print one line of figures; answers CPU milliseconds a page over all families."""
    stored = sum(m.stored for m in measures)
    cpu = 1000 * sum(m.cpu for m in measures) / max(1, stored)
    rate = stored / sum(m.seconds for m in measures)
    peak = max(m.peak for m in measures)
    print(f"  {label:<28} {stored:>5} stored  {rate:6.1f} pages/s  {cpu:6.1f} ms CPU/page  peak {peak:4.0f} MiB")
    return cpu


def main(pages: int = PAGES) -> None:
    """Print the figures a family and over all; `pages` a family."""
    with tempfile.TemporaryDirectory() as name, serving(Path(name), pages) as sites:
        folder = Path(name)
        for warm in (OURS, PLAIN):  # compiled modules, as in any installation
            measured([sys.executable, "-c", f"import {warm[-1]}, flows.share, trafilatura"], environment())
        sizes = [size for site in sites.values() for size in site["sizes"]]
        print(f"  {len(sizes)} pages, median {statistics.median(sizes) / 1024:.0f} KiB, {pages} a family")
        pairs = {}
        for site, told in sorted(sites.items()):
            pairs[site] = (plain(site, told, folder), ours([site], Path(told["database"]), folder))
            show(f"{site} plain", [pairs[site][0]])
            show(f"{site} ours", [pairs[site][1]])
        both = {site: pair for site, pair in pairs.items() if pair[0].stored}
        print(f"  families that the plain spider could read at all: {len(both)} of {len(pairs)}; over these:")
        theirs = show("plain", [pair[0] for pair in both.values()])
        mine = show("ours, one run", [ours(list(both), folder / "all.sqlite3", folder)])
    print(f"  ratio of CPU a page: {mine / theirs:.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
