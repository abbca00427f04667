"""One replica paper: which path answers with what."""

from __future__ import annotations

import gzip
import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Self

from danvan.demo.addresses import Profile
from danvan.demo.pages import MENU, TOPIC, Pages
from danvan.demo.stories import Story, slug

PAGE_SIZE = 6
"""Stories on one page of a listing: small, so that paging is needed."""

FEED_SIZE = 20
ROBOTS = "User-agent: *\nDisallow: /noi-bo/\n"

Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a replica sends. `changed_at` (aware) and `etag` make conditional requests possible."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    etag: str | None = None
    changed_at: datetime | None = None

    def headers(self) -> dict[str, str]:
        """The headers of this answer."""
        made = {"content-type": self.content_type}
        if self.etag:
            made["etag"] = self.etag
        if self.changed_at:
            made["last-modified"] = format_datetime(self.changed_at.astimezone(), usegmt=False)
        return made

    def unless_held(self, request: Mapping[str, str]) -> Self | Answer:
        """The answer itself, or 304 where the request's conditions say that the asker holds it already."""
        if self.status != 200:
            return self
        held = request.get("if-none-match")
        if held is not None:
            same = self.etag is not None and self.etag in (part.strip() for part in held.split(","))
        else:
            same = _not_newer(self.changed_at, request.get("if-modified-since"))
        return replace(self, body=b"", status=304) if same else self


def _not_newer(changed_at: datetime | None, since: str | None) -> bool:
    if changed_at is None or since is None:
        return False
    try:
        return changed_at.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False


class Replica:
    """A paper's site, held in memory. Thread-safe for readers: every change builds a new table of paths."""

    def __init__(
        self,
        profile: Profile,
        base_url: str,
        stories: Iterable[Story],
        clock: Callable[[], datetime],
        *,
        page_size: int = PAGE_SIZE,
    ) -> None:
        self.profile = profile
        self._page_size = page_size
        self.base_url = base_url
        self.pages = Pages(profile, base_url, clock)
        self.clock = clock
        self._stories = {story.id: story for story in stories}
        self._changed: dict[str, datetime] = {}
        self._routes: dict[str, Callable[[Query], Answer]] = {}
        self._build()

    @property
    def stories(self) -> tuple[Story, ...]:
        """The published stories, newest first."""
        shown = (story for story in self._stories.values() if not story.held)
        return tuple(sorted(shown, key=lambda story: (story.published_at, story.id), reverse=True))

    def story(self, story_id: str) -> Story:
        """One story, published or held. Raises KeyError."""
        return self._stories[story_id]

    def put(self, story: Story) -> None:
        """Add a story, or put a new version in the place of the old one."""
        if story.id in self._stories and not self._stories[story.id].held:
            self._changed[story.id] = self.clock()
        self._stories[story.id] = story
        self._build()

    def withdraw(self, story_id: str) -> None:
        """Take a story away: its address answers 404 from now on."""
        del self._stories[story_id]
        self._build()

    def answer(self, path: str, query: Query, request: Mapping[str, str]) -> Answer:
        """What this site sends for a path (percent-decoded) and the request's headers (lower-case names)."""
        route = self._routes.get(path) or self._routes.get(path.rstrip("/") + "/") or self._routes.get(path.rstrip("/"))
        if route is None:
            return self._missing(path)
        return route(query).unless_held(request)

    def _missing(self, path: str) -> Answer:
        if self.profile.family == "onecms" and path.startswith("/rss/"):
            # Seen on this family: a wrong feed address answers 200 with no items.
            return Answer(self.pages.feed("", ()), "text/xml; charset=utf-8")
        return Answer(self.pages.not_found(self.stories[:6]), status=404)

    def _build(self) -> None:
        routes: dict[str, Callable[[Query], Answer]] = {
            "/": lambda _: self._listed(self.pages.home(self.stories), self.stories),
            "/robots.txt": lambda _: Answer(self._robots(), "text/plain; charset=utf-8"),
            self.pages.hidden: lambda _: Answer(self.pages.not_found(())),
        }
        for story in self.stories:
            routes |= self._story_routes(story)
        for section, label in self.profile.sections.items():
            routes |= self._section_routes(section, label)
        for label in MENU:
            path = self.pages.addresses.section(slug(label))
            routes.setdefault(path, self._listing_route(label, path, ()))
        routes |= self._tag_routes()
        if self.pages.addresses.shape.feed_home:
            routes[self.pages.addresses.shape.feed_home] = lambda _: self._feed("Trang chủ", self.stories)
        if self.profile.family == "mediatech":
            routes["/rss"] = lambda _: Answer(self.pages.text("feeds.html"))
        if self.profile.family == "plain":
            routes |= self._sitemap_routes()
        self._routes = routes

    def _robots(self) -> bytes:
        sitemap = f"Sitemap: {self.base_url}/sitemap_index.xml\n" if self.profile.family == "plain" else ""
        return (ROBOTS + sitemap).encode()

    def _story_routes(self, story: Story) -> dict[str, Callable[[Query], Answer]]:
        addresses = self.pages.addresses
        routes = dict.fromkeys((addresses.article(story), *addresses.others(story)), lambda _: self._article(story))
        printed = addresses.print(story)
        if printed:
            routes[printed] = lambda _: Answer(self.pages.print(story))
        return routes

    def _article(self, story: Story) -> Answer:
        if "soft_404" in story.traits:
            return Answer(self.pages.not_found(self.stories[:6]))
        others = tuple(other for other in self.stories if other.id != story.id)
        return Answer(
            self.pages.article(story, others),
            etag=_etag(f"{story.id}.{story.version}"),
            changed_at=self._changed.get(story.id, story.published_at),
        )

    def _section_routes(self, section: str, label: str) -> dict[str, Callable[[Query], Answer]]:
        inside = tuple(s for s in self.stories if s.section == section or s.section.startswith(section + "/"))
        path = self.pages.addresses.section(section)
        routes = {path: self._listing_route(label, path, inside)}
        feed = self.pages.addresses.feed(section)
        if feed:
            routes[feed] = lambda _: self._feed(label, inside)
        return routes

    def _listing_route(self, label: str, path: str, stories: tuple[Story, ...]) -> Callable[[Query], Answer]:
        size = self._page_size
        pages = max(1, math.ceil(len(stories) / size))

        def listing(query: Query) -> Answer:
            wanted = query.get(self.pages.addresses.shape.page, "1")
            page = int(wanted) if wanted.isdecimal() else 1
            shown = stories[(page - 1) * size : page * size]
            return self._listed(self.pages.listing(label, path, shown, page=page, pages=pages), shown)

        return listing

    def _tag_routes(self) -> dict[str, Callable[[Query], Answer]]:
        addresses = self.pages.addresses
        routes = {}
        for tag in {tag for story in self.stories for tag in story.tags}:
            path = addresses.tag(tag)
            routes[path] = self._listing_route(tag, path, tuple(s for s in self.stories if tag in s.tags))
        topic = addresses.topic(TOPIC)
        routes[topic] = self._listing_route(TOPIC, topic, self.stories[:8])
        return routes

    def _sitemap_routes(self) -> dict[str, Callable[[Query], Answer]]:
        half = len(self.stories) // 2
        newer, older = self.stories[:half], self.stories[half:]
        xml = "text/xml; charset=utf-8"

        def sitemap(stories: tuple[Story, ...]) -> bytes:
            return self.pages.text("sitemap.xml", stories)

        return {
            "/sitemap_index.xml": lambda _: self._listed(
                self.pages.text("sitemap_index.xml", newest=newer[0], oldest=older[0]), self.stories, xml
            ),
            "/post-sitemap.xml": lambda _: self._listed(sitemap(newer), newer, xml),
            "/post-sitemap2.xml.gz": lambda _: Answer(gzip.compress(sitemap(older), mtime=0), "application/gzip"),
        }

    def _feed(self, label: str, stories: tuple[Story, ...]) -> Answer:
        shown = stories[:FEED_SIZE]
        return self._listed(self.pages.feed(label, shown), shown, "text/xml; charset=utf-8")

    def _listed(self, body: bytes, stories: tuple[Story, ...], kind: str = "text/html; charset=utf-8") -> Answer:
        content = " ".join(f"{story.id}.{story.version}" for story in stories)
        moments = [self._changed.get(story.id, story.published_at) for story in stories]
        return Answer(body, kind, etag=_etag(content), changed_at=max(moments, default=None))


def _etag(content: str) -> str:
    return f'"{hashlib.sha256(content.encode()).hexdigest()[:16]}"'
