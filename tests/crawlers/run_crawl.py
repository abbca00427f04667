"""One crawl in a process of its own, for a reactor starts only once: `python -m tests.crawlers.run_crawl FILE`.

FILE holds a pickled `Job`; the keeper's file and the report's file are named in it.
"""

from __future__ import annotations

import pickle
import sys
from dataclasses import dataclass
from pathlib import Path

from crawlers.catalogue import Source
from crawlers.crawl import CrawlOptions, crawl
from tests.crawlers.memory_keeper import MemoryKeeper


@dataclass
class Job:
    source: Source
    options: CrawlOptions
    keeper: Path
    report: Path


def main(path: Path) -> None:
    job = pickle.loads(path.read_bytes())  # noqa: S301 - our own file
    assert isinstance(job, Job)
    keeper = MemoryKeeper.load(job.keeper)
    report = crawl(job.source, keeper, job.options)
    keeper.save()
    job.report.write_bytes(pickle.dumps(report))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
