"""The ways into a site: what is asked for, and what is remembered of the last time. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlsplit

from crawlers.hardened_xml import FeedProblem
from crawlers.options import CrawlOptions
from crawlers.source import Source
from crawlers.values import FeedMemory, Known, SiteReply

UNCONDITIONAL_EVERY = 6
"""Every sixth visit asks without ETag and date: both have been seen to lie."""


class EntryKind(StrEnum):
    """The ways into a site, by the name staff read."""

    FEED = "Nguồn cấp"
    SITEMAP = "Sơ đồ trang"
    LISTING = "Trang chuyên mục"


@dataclass(frozen=True, slots=True)
class Entry:
    """One way into a site. Of a `guessed` one nothing is expected."""

    kind: EntryKind
    url: str
    label: str = ""
    guessed: bool = False
    page: int = 1
    depth: int = 0
    first_page: str = ""

    @property
    def section(self) -> str:
        """The address of the section's first page."""
        return self.first_page or self.url

    @property
    def name(self) -> str:
        """What staff know it by: its kind and its path."""
        parts = urlsplit(self.url)
        return f"{self.kind.value} {parts.path}{'?' + parts.query if parts.query else ''}"


PROBLEMS: dict[tuple[EntryKind, FeedProblem], str] = {
    (EntryKind.FEED, FeedProblem.EMPTY): "{name} trả lời nhưng không có mục nào: có thể địa chỉ đã đổi",
    (EntryKind.FEED, FeedProblem.HTML): "{name} trả về trang web thay vì RSS: có thể địa chỉ đã đổi",
    (EntryKind.FEED, FeedProblem.NOT_XML): "{name} không đọc được (không phải XML)",
    (EntryKind.SITEMAP, FeedProblem.CUT_OFF): "{name} bị cắt giữa chừng (tệp nén không trọn vẹn)",
    (EntryKind.SITEMAP, FeedProblem.TOO_LARGE): "{name} sau khi giải nén lớn hơn mức cho phép",
    (EntryKind.FEED, FeedProblem.UNKNOWN_FORMAT): "{name} không phải RSS hay Atom",
    (EntryKind.SITEMAP, FeedProblem.EMPTY): "{name} không có địa chỉ nào",
    (EntryKind.SITEMAP, FeedProblem.ELSEWHERE): "{name} chỉ dẫn ra ngoài trang của báo: có thể báo đã đổi tên miền",
    (EntryKind.SITEMAP, FeedProblem.HTML): "{name} trả về trang web thay vì sơ đồ trang",
    (EntryKind.SITEMAP, FeedProblem.NOT_XML): "{name} không đọc được (không phải XML)",
    (EntryKind.SITEMAP, FeedProblem.UNKNOWN_FORMAT): "{name} không phải sơ đồ trang",
}


def problem_words(entry: Entry, problem: FeedProblem) -> str:
    """The sentence for an entry that answered with nothing usable."""
    if problem is FeedProblem.TOO_HEAVY:
        return f"{entry.name} quá nặng: không đọc hết trong thời hạn và bộ nhớ cho phép"
    listing = "{name} không còn liên kết bài nào: có thể báo đã đổi giao diện"
    packed = PROBLEMS.get((EntryKind.SITEMAP, problem), listing) if entry.kind is EntryKind.FEED else listing
    return PROBLEMS.get((entry.kind, problem), packed).format(name=entry.name)


def entries_of(source: Source, options: CrawlOptions) -> list[Entry]:
    """A source's feeds, sitemaps and sections. A backfill needs no feeds: they hold the newest only."""
    feeds = [
        Entry(EntryKind.FEED, source.url(feed.url), guessed=feed.guessed)
        for feed in source.feeds
        if feed.status != "dead"
    ]
    sitemaps = [Entry(EntryKind.SITEMAP, source.url(path)) for path in source.sitemaps]
    sections = [
        Entry(EntryKind.LISTING, source.url(section.path), section.label)
        for section in source.sections
        if "<" not in section.path  # a pattern of paths, noted for people
    ]
    return [*([] if options.backfill else feeds), *sitemaps, *sections]


def conditional_headers(held: FeedMemory | Known | None) -> dict[str, str]:
    """The headers that ask for an answer only if it has changed since; none where nothing is held."""
    headers = {"If-None-Match": held.etag, "If-Modified-Since": held.last_modified} if held else {}
    return {name: value for name, value in headers.items() if value}


def relies_on(memory: FeedMemory | None, options: CrawlOptions) -> FeedMemory | None:
    """What this visit may build on of what the last one left.

    Nothing where the last visit found no articles: an empty feed must not come to look healthy by staying empty,
    and an index must be read for the files it names. Nothing in a run with dates: it passes over articles that
    the next one wants.
    """
    dated = options.backfill or options.since is not None or options.until is not None
    return None if memory is None or dated or not memory.items else memory


def asks_conditionally(memory: FeedMemory | None) -> bool:
    """Whether this visit is one of those that send the ETag and date of the last one."""
    return memory is not None and memory.conditional_visits < UNCONDITIONAL_EVERY - 1


def body_hash(body: bytes) -> str:
    """The hash that decides whether a feed has changed, whatever its ETag says."""
    return hashlib.sha256(body).hexdigest()


def remembered(memory: FeedMemory | None, entry: Entry, reply: SiteReply, items: int | None) -> FeedMemory:
    """What to remember of a visit to a feed; `items` None: as many as before."""
    visits = memory.conditional_visits + 1 if memory and asks_conditionally(memory) else 0
    if memory and reply.status == 304:
        return replace(memory, conditional_visits=visits)
    return FeedMemory(
        url=entry.url,
        etag=reply.headers.get("etag"),
        last_modified=reply.headers.get("last-modified"),
        body_sha256=body_hash(reply.body),
        items=items if items is not None or memory is None else memory.items,
        conditional_visits=visits,
    )
