"""A paper on loopback: what its pages answer, one crawl of it, and what the archive then holds."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from crawlers.aside import without_main_module
from crawlers.catalogue import load_families
from crawlers.options import CrawlOptions
from crawlers.source import Source
from crawlers.values import CrawlReport, UrlState
from tests.crawlers.child import Job, Outcome, run
from tests.crawlers.memory_keeper import MemoryKeeper
from tests.faultserver import FaultServer, response

# The fork server has Scrapy loaded already and no threads: a crawl starts in a fraction of a second.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.crawlers.child"])


ONE = "/can-bo-xa-nghe-dan-101.html"
TWO = "/duong-lien-thon-moi-102.html"
TEXT = "<p>Ủy ban nhân dân xã gặp gỡ bà con để nghe ý kiến về đường liên thôn.</p>" * 5


def article(title: str = "Cán bộ xã nghe dân") -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1>{TEXT}</body></html>"


def feed(*links: str, title: str = "Cán bộ xã nghe dân") -> str:
    items = "".join(f"<item><title>{title}</title><link>{escape(link)}</link></item>" for link in links)
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{items}</channel></rss>'


def listing(*links: str) -> str:
    anchors = "".join(f'<h3 class="b-grid__title"><a href="{escape(link)}">Một tin của xã</a></h3>' for link in links)
    return f"<!DOCTYPE html><html><body><a href='/'>Trang chủ</a>{anchors}</body></html>"


@dataclass
class Crawled:
    report: CrawlReport
    keeper: MemoryKeeper
    seconds: float
    megabytes: float

    def state(self, path: str) -> UrlState:
        """The state in the ledger of the one URL that ends in `path`."""
        return self.word(path)[0]

    def word(self, path: str) -> tuple[UrlState, str]:
        [(key, _)] = [(key, url) for key, url in self.keeper.urls.items() if url.find.url.endswith(path)]
        return self.keeper.ledger[key]

    def due(self, path: str) -> bool:
        """Whether a later run will fetch the URL that ends in `path`."""
        return any(u.find.url.endswith(path) and u.retry_at is not None for u in self.keeper.urls.values())


@dataclass
class Paper:
    server: FaultServer
    folder: Path
    feeds: tuple[str, ...] = ("/rss/thoi-su",)
    sections: tuple[str, ...] = ()
    source_fields: dict[str, Any] = field(default_factory=dict)
    option_fields: dict[str, Any] = field(default_factory=dict)

    def source(self) -> Source:
        fields: dict[str, Any] = {
            "id": "bao-thu",
            "name": "Báo Thử",
            "home": self.server.origin + "/",
            "family": "onecms",
            "feeds": self.feeds,
            "sections": self.sections,
        }
        return Source(**(fields | self.source_fields)).with_family(load_families()["onecms"])

    def options(self, **changes: Any) -> CrawlOptions:
        fields: dict[str, Any] = {
            "delay": 0,
            "retry_backoff": 0.02,
            "request_time_limit": 5,
            "time_limit": 20,
            "allow_hosts": (f"127.0.0.1:{self.server.port}",),
        }
        return CrawlOptions(**(fields | self.option_fields | changes))

    def serve(self, path: str, answer: Any) -> str:
        """Let `path` answer so; answers its full address."""
        self.server.answers[path] = response(answer) if isinstance(answer, str) else answer
        return self.server.origin + path

    def one_article(self, answer: Any, path: str = ONE) -> str:
        """A feed that names one article, and what that one answers."""
        self.serve("/rss/thoi-su", feed(path))
        self.serve(path, answer)
        return path

    def start(self, **options: Any) -> tuple[BaseProcess, Path]:
        """A crawl under way, and the file in which it will report."""
        outcome = self.folder / "outcome"
        outcome.unlink(missing_ok=True)
        job = Job(self.source(), self.options(**options), self.folder / "keeper", outcome)
        process = _PROCESSES.Process(target=run, args=(job,))
        with without_main_module():
            process.start()
        return process, outcome

    def crawl(self, **options: Any) -> Crawled:
        process, outcome = self.start(**options)
        process.join(60)
        assert process.exitcode == 0, f"the crawl ended with {process.exitcode}"
        return self.result(outcome)

    def result(self, path: Path) -> Crawled:
        outcome = pickle.loads(path.read_bytes())
        assert isinstance(outcome, Outcome)
        keeper = pickle.loads((self.folder / "keeper").read_bytes())
        assert isinstance(keeper, MemoryKeeper)
        # Holds after every crawl, whatever went wrong: each URL in one state, and both sides count the same.
        assert sum(outcome.report.states.values()) == outcome.report.discovered == len(keeper.ledger)
        assert outcome.report.states == _counts(keeper)
        return Crawled(outcome.report, keeper, outcome.seconds, outcome.megabytes)


def _counts(keeper: MemoryKeeper) -> dict[str, int]:
    states = [state.value for state, _ in keeper.ledger.values()]
    return {state: states.count(state) for state in sorted(set(states))}


@contextmanager
def open_paper(folder: Path, **fields: Any) -> Iterator[Paper]:
    """A paper whose robots.txt allows everything (404) until told otherwise."""
    with FaultServer() as server:
        yield Paper(server, folder, **fields)


def failed_and_due(crawled: Crawled, path: str = ONE) -> None:
    """Nothing stored, the URL failed and will be fetched again."""
    assert crawled.state(path) is UrlState.FAILED
    assert crawled.keeper.pages == {}
    assert crawled.due(path)


def story(number: int) -> str:
    return f"/can-bo-xa-nghe-dan-{number}.html"


def publish(paper: Paper, *numbers: int) -> list[str]:
    """The paper has these articles; they answer, and nothing links them yet."""
    return [paper.serve(story(number), article(f"Tin số {number}")) and story(number) for number in numbers]


def look_again_at_once(paper: Paper) -> None:
    keeper = MemoryKeeper(look_again_after=dt.timedelta())
    (paper.folder / "keeper").write_bytes(pickle.dumps(keeper))
