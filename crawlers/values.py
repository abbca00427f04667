"""What passes from the crawl to the archive: frozen values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from scrapy.http import Response


class UrlState(StrEnum):
    """The one state in which a URL discovered in a run ends (the ledger).

    `NEW` and `CHANGED` pages wait to be read; reading turns `NEW` into itself, `DUPLICATE`, `NOT_ARTICLE`,
    `PROTECTED`, `BLOCKED`, `GONE` (soft 404) or `FAILED`. `DELAYED` was not fetched in this run and stays due.
    `FILE`: the own file of a document, kept and read; one that could not be had ends in the states that pages have.
    """

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KNOWN = "known"
    DUPLICATE = "duplicate"
    NOT_ARTICLE = "not_article"
    PROTECTED = "protected"
    BLOCKED = "blocked"
    DISALLOWED = "disallowed"
    GONE = "gone"
    REFUSED = "refused"
    FAILED = "failed"
    DELAYED = "delayed"
    FILE = "file"


class PageStatus(StrEnum):
    """What a page turned out to be."""

    ARTICLE = "article"
    LISTING = "listing"
    PROTECTED = "protected"
    BLOCKED = "blocked"
    SOFT_404 = "soft_404"
    MEDIA = "media"
    EMPTY = "empty"
    NOT_HTML = "not_html"
    NEEDS_BROWSER = "needs_browser"
    FILE = "file"


class SourceStatus(StrEnum):
    """How a source came out of a run, and how it stands in health."""

    OK = "ok"
    QUIET = "quiet"
    BROKEN = "broken"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    DNS = "dns"
    DISALLOWED = "disallowed"
    MOVED = "moved"
    TOO_LARGE = "too_large"
    TIMED_OUT = "timed_out"
    WAITING = "waiting"
    CRASHED = "crashed"
    BUSY = "busy"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class SiteReply:
    """What a site answered. `url`: where redirects led; header names are lower case.

    `asked_for_changes`: whether it was asked only for what has changed, so that a 304 is an answer.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    asked_for_changes: bool = True

    @classmethod
    def of(cls, response: Response) -> Self:
        """The same of Scrapy's answer."""
        headers = {str(name).lower(): str(value) for name, value in response.headers.to_unicode_dict().items()}
        asked = response.request.headers.keys() if response.request else ()
        conditional = bool({b"If-None-Match", b"If-Modified-Since"}.intersection(asked))
        return cls(response.url, response.status, headers, response.body, conditional)

    @property
    def charset(self) -> str | None:
        """The charset that the header names."""
        _, _, charset = self.headers.get("content-type", "").lower().partition("charset=")
        return charset.split(";")[0].strip("\"' ") or None


@dataclass(frozen=True, slots=True)
class Page:
    """Exactly what a site sent for one URL. `fetched_at` is aware UTC; header names are lower case."""

    source_id: str
    key: str
    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    fetched_at: datetime
    hint: Mapping[str, str] = field(default_factory=dict)
    """What the feed or listing said of it: `title`, `published`, `summary`, `section`."""

    @property
    def address(self) -> str:
        """Where it came from in the end, as far as that is known."""
        return self.final_url or self.url


@dataclass(frozen=True, slots=True)
class FileLink:
    """A link from an article's body to a PDF or DOCX, with the words that it stands under."""

    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Extract:
    r"""What one page says of itself.

    `published_at` is aware, or None; `date_from` names the evidence that gave it ("selector div.date",
    "json-ld datePublished", "feed pubDate"), or the reason why there is none. `text` is NFC, one paragraph a
    line pair ("\n\n" between paragraphs).
    """

    status: PageStatus
    url: str
    title: str | None = None
    lead: str | None = None
    text: str = ""
    author: str | None = None
    published_at: datetime | None = None
    date_from: str | None = None
    section: str | None = None
    origin: str | None = None
    tags: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    """Named doubts: "legacy_encoding", "future_date", "foreign_language", "body_from_summary" …"""
    files: tuple[FileLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What the archive already holds of a URL."""

    key: str
    state: UrlState
    due: bool
    """To be fetched (again): never fetched, or the `retry_at` it was last settled with has come, whatever its state."""
    etag: str | None = None
    last_modified: str | None = None
    url: str = ""
    """The address under which it was fetched."""


@dataclass(frozen=True, slots=True)
class FeedMemory:
    """What the last visit to a feed, sitemap or listing left: for conditional requests."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    items: int | None = None
    conditional_visits: int = 0
    """Visits since the last unconditional one: ETags lie, so every few visits ask without."""
    visited_at: datetime | None = None
    body: bytes | None = None
    """Of robots.txt alone, which counts for a day."""


@dataclass(frozen=True, slots=True)
class Find:
    """A URL found in a feed, sitemap or listing. `published` as the feed printed it."""

    url: str
    key: str
    via: str
    title: str | None = None
    published: str | None = None
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """How one source's crawl ended."""

    source_id: str
    status: SourceStatus
    message: str
    discovered: int
    states: Mapping[str, int]
    requests: int
    seconds: float
    moved_to: str | None = None
    skipped: Mapping[str, int] = field(default_factory=dict)
    """What was left out on purpose, by reason (over the item cap, outside the site …): nothing drops uncounted."""
    retry_at: str | None = None
    """ISO, UTC: the paper's server asked not to be visited before then (status WAITING)."""


class PageKeeper(Protocol):
    """What the crawl needs of an archive. `models.landing.keeper` implements it; tests may hand in a simple one."""

    def known(self, source_id: str, keys: Iterable[str]) -> Mapping[str, Known]:
        """What is held of these keys (absent: never seen)."""

    def due(self, source_id: str, limit: int) -> list[Find]:
        """URLs of earlier runs that are still to be fetched (delayed, or failed and due again)."""

    def discovered(self, source_id: str, finds: Iterable[Find]) -> None:
        """Remember finds before anything is fetched: a killed run goes on from here.

        Each stands in the ledger from now on: `DELAYED` where it is due, else `KNOWN`, until there is more to say.
        """

    def keep(self, page: Page) -> UrlState:
        """Store a page at once. NEW, CHANGED (another body than the one held) or UNCHANGED; the ledger says so too."""

    def settle(
        self, source_id: str, key: str, url: str, state: UrlState, reason: str, retry_at: datetime | None
    ) -> None:
        """Write a URL's state of this run to the ledger; the last word on a key counts.

        `retry_at` (aware UTC): not before then; None leaves the time to the keeper.
        """

    def feed(self, source_id: str, url: str) -> FeedMemory | None:
        """The memory of a feed."""

    def keep_feed(self, source_id: str, memory: FeedMemory) -> None:
        """Store the memory of a feed."""


class Fault(StrEnum):
    """The kind of a failed request, for the judgement on the whole source."""

    DNS = "dns"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    TIMED_OUT = "timed_out"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    ADDRESS = "address"
    SCHEME = "scheme"
    REDIRECTS = "redirects"
    MOVED = "moved"
    HOME = "home"
    ROBOTS = "robots"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    WAITING = "waiting"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed request: the URL's state, a sentence for staff, the kind, and when to come back (aware UTC)."""

    state: UrlState
    reason: str
    fault: Fault
    retry_at: datetime | None = None
    target: str | None = None
