"""One crawl in a process of its own, for Twisted's reactor starts only once a process."""

from __future__ import annotations

import pickle
import resource
import time
from dataclasses import dataclass
from pathlib import Path

from scrapy.settings import Settings
from scrapy.utils.misc import load_object

from crawlers.crawl import crawl
from crawlers.manners import settings_for
from crawlers.options import CrawlOptions
from crawlers.source import Source
from crawlers.values import CrawlReport
from tests.crawlers.memory_keeper import MemoryKeeper


def preload() -> None:
    """Import what a crawl imports on its way, all but Twisted's reactor: the fork server does it once for all."""
    settings = Settings(settings_for(Source(id="x", name="x", home="http://x/"), CrawlOptions()))
    for name in ("EXTENSIONS", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES"):
        for path in (*(settings[name] or ()), *settings[name + "_BASE"]):
            load_object(path)
    for path in (*filter(None, settings["DOWNLOAD_HANDLERS"].values()), settings["TWISTED_DNS_RESOLVER"]):
        load_object(path)


@dataclass(frozen=True)
class Job:
    """`keeper` and `outcome` are files: what the archive holds, and how the crawl ended."""

    source: Source
    options: CrawlOptions
    keeper: Path
    outcome: Path


@dataclass(frozen=True)
class Outcome:
    report: CrawlReport
    seconds: float
    megabytes: float


def run(job: Job) -> None:
    """The body of the child process."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    keeper = MemoryKeeper.load(job.keeper)
    report = crawl(job.source, keeper, job.options)
    keeper.save()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    job.outcome.write_bytes(pickle.dumps(Outcome(report, time.monotonic() - began, grown)))


preload()
