"""Sixty papers with nothing new: what a harvest then costs, and what the papers see of it."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.harvest import OURS, environment, measured
from benchmarks.many_sites import ManySites
from foundation.clock import HANOI
from models.database import migrate, open_engine

PAPERS = 60


def main() -> int:
    with tempfile.TemporaryDirectory() as held:
        folder = Path(held)
        url = f"sqlite:///{folder / 'archive.sqlite3'}"
        migrate(open_engine(url))
        with ManySites(PAPERS, (datetime.now(HANOI) - timedelta(days=1)).date()) as sites:
            names = sites.write(folder / "sources", 0)
            for run in ("first", "idle"):
                sites.requests.clear()
                wall, cpu, peak = measured([*OURS, url, str(folder / "sources"), *names], environment())
                print(
                    f"{run:7} {wall:6.1f} s, {cpu / PAPERS:.2f} s of CPU a paper, {peak:.0f} MiB in the largest process,"
                    f" {len(sites.requests) / PAPERS:.1f} requests a paper"
                )
            kinds = Counter("robots.txt" if path == "/robots.txt" else "listing or feed" for _, path in sites.requests)
            print(dict(kinds), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
