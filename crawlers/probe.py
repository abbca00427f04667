"""Looks at a site politely and by hand: `danvan read URL`, `danvan sources check` (`add`: `draft.py`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from crawlers import discovery
from crawlers.answers import server_error
from crawlers.blocking import blocked_because
from crawlers.careful import extract_carefully as extract
from crawlers.entries import Entry, EntryKind, entries_of, problem_words
from crawlers.keys import canonical_key
from crawlers.options import CrawlOptions
from crawlers.polite import Fetcher, run
from crawlers.source import Source
from crawlers.values import Find, Page, PageStatus, SiteReply
from foundation.clock import HANOI, utc_now
from foundation.errors import FetchError, UsageError
from foundation.validation import is_web_address
from foundation.words import PAGE_STATES


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a probe: what was looked at, whether it is as it should be, and a sentence."""

    name: str
    ok: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What a probe of one source found."""

    source_id: str
    steps: tuple[Step, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing needs a person."""
        return all(step.ok for step in self.steps)

    def form(self) -> dict[str, Any]:
        """The report as JSON."""
        steps = [{"name": step.name, "ok": step.ok, "sentence": step.sentence} for step in self.steps]
        return {"source": self.source_id, "ok": self.ok, "steps": steps}


def fetch_page(url: str, source: Source | None, options: CrawlOptions) -> Page:
    """One page, fetched once under all the rules. Raises FetchError, UsageError for what is no web address."""
    if not is_web_address(url):
        raise UsageError(f"“{url}” không phải địa chỉ web (http:// hoặc https://).")
    return run(partial(_fetch_page, url=url, source=source), source, url, options)


def check_source(source: Source, options: CrawlOptions) -> ProbeReport:
    """Probe a source of the catalogue: robots.txt, one feed, one section, one article."""
    steps = run(partial(_check, source=source, options=options), source, source.home, options)
    return ProbeReport(source.id, tuple(steps))


async def _fetch_page(fetcher: Fetcher, url: str, source: Source | None) -> Page:
    return page_of(await fetcher.get(url), url, source)


def page_of(reply: SiteReply, url: str, source: Source | None) -> Page:
    """An answer to `url` as a page."""
    key = canonical_key(reply.url, source) if source else reply.url
    source_id = source.id if source else ""
    return Page(source_id, key, url, reply.url, reply.status, reply.headers, reply.body, utc_now())


async def _check(fetcher: Fetcher, source: Source, options: CrawlOptions) -> list[Step]:
    steps = [await _check_robots(fetcher, source)]
    if not steps[0].ok:
        return steps
    entries = entries_of(source, options)
    feeds = sorted((e for e in entries if e.kind is EntryKind.FEED), key=lambda entry: entry.guessed)
    listings = [entry for entry in entries if entry.kind is EntryKind.LISTING]
    finds: list[Find] = []
    for name, kind in (("RSS", feeds), ("Chuyên mục", listings)):
        step, found = await _check_entry(fetcher, name, kind[0], source, options) if kind else (_none(name), [])
        steps.append(step)
        finds += found
    return [*steps, await _check_article(fetcher, finds, source)]


async def _check_robots(fetcher: Fetcher, source: Source) -> Step:
    verdict = await fetcher.robots(source.home)
    if verdict.refusal:
        return Step("robots.txt", ok=False, sentence=verdict.refusal.failure.reason)
    sample = [source.home, *(entry.url for entry in entries_of(source, CrawlOptions())[:20])]
    shut = [url for url in sample if verdict.rules and not verdict.rules.can_fetch(url, "danvan-monitor")]
    if shut:
        words = "cấm thu toàn bộ trang" if len(shut) == len(sample) else f"cấm {urlsplit(shut[0]).path}"
        return Step("robots.txt", ok=False, sentence=words)
    return Step("robots.txt", ok=True, sentence="cho phép" if verdict.rules else "không có tệp này: được phép")


def _none(name: str) -> Step:
    return Step(name, ok=name == "RSS", sentence="danh mục không ghi" + (" (không bắt buộc)" if name == "RSS" else ""))


async def _check_entry(
    fetcher: Fetcher, name: str, entry: Entry, source: Source, options: CrawlOptions
) -> tuple[Step, list[Find]]:
    path = urlsplit(entry.url).path
    try:
        reply = await usable(fetcher, entry.url)
    except FetchError as error:
        return Step(name, ok=False, sentence=f"{path}: {error.reason}"), []
    read = discovery.in_feed if entry.kind is EntryKind.FEED else discovery.in_listing
    found = read(reply.body, reply.url, source, options)
    if found.problem:
        return Step(name, ok=False, sentence=problem_words(entry, found.problem)), []
    words = f"{len(found.finds)} bài" if found.finds else f"trang liệt kê {len(found.children)} nguồn cấp"
    return Step(name, ok=True, sentence=f"{path}: {words}"), list(found.finds)


async def usable(fetcher: Fetcher, url: str) -> SiteReply:
    """An answer that can be used. Raises FetchError with the reason why there is none."""
    reply = await fetcher.get(url)
    if trouble := trouble_of_answer(reply):
        raise FetchError(url, trouble)
    return reply


def trouble_of_answer(reply: SiteReply) -> str | None:
    """Why an answer cannot be used, as a Vietnamese sentence, or None."""
    return blocked_because(reply) or (server_error(reply.status) if reply.status >= 400 else None)


async def _check_article(fetcher: Fetcher, finds: Iterable[Find], source: Source) -> Step:
    find = next(iter(finds), None)
    if find is None:
        return Step("Bài", ok=False, sentence="chưa tìm thấy bài nào để thử")
    try:
        reply = await fetcher.get(find.url)
    except FetchError as error:
        return Step("Bài", ok=False, sentence=f"{find.url}: {error.reason}")
    found = extract(page_of(reply, find.url, source), source)
    good = found.status in {PageStatus.ARTICLE, PageStatus.PROTECTED} and bool(found.title) and bool(found.published_at)
    return Step("Bài", ok=good, sentence=_article_words(found.status, found.title, found.published_at, len(found.text)))


def _article_words(status: PageStatus, title: str | None, published: Any, length: int) -> str:
    day = f"ngày {published.astimezone(HANOI):%d/%m/%Y}" if published else "không rõ ngày đăng"
    return f"{PAGE_STATES[status]}: “{title or 'không có tiêu đề'}”, {day}, {length} ký tự"
