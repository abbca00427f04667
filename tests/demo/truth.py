"""The truth of the demo: what a harvest of the replicas must find; and papers that print anew, withdraw and add."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from danvan.demo.addresses import Profile
from danvan.demo.loopback import LoopbackSites
from danvan.demo.replica import Replica
from danvan.demo.server import ReplicaSites
from danvan.demo.shells import text_story
from danvan.demo.stories import Block, Story, Truth, blocks_of, slug
from foundation.clock import HANOI

_CENTRAL = re.compile(r"TW$|TW-|/TW|TTg|-CP$|QH\d|MTTW|CP-|TWĐTN|-B(?!TT$)[A-Z]+$")

_STATES = {"article": "new", "protected": "protected", "soft_404": "gone", "media": "not_article", "empty": "failed"}


@dataclass(frozen=True, slots=True)
class Expected:
    """What a reader of one page must make of it. `published_at` is aware, None where the page tells no date."""

    id: str
    site: str
    province: str
    url: str
    title: str
    lead: str
    paragraphs: tuple[str, ...]
    published_at: datetime | None
    truth: Truth

    @property
    def state(self) -> str:
        """The state in which the page's address ends in the ledger of a first harvest, where it is fetched at all.

        Photo and video pages are known by their address and never asked for.
        """
        return _STATES[self.truth.status]

    @property
    def alerts(self) -> frozenset[tuple[str, str | None]]:
        """The documents that are news here: symbol, and province where the issuer is not a central one."""
        return frozenset(_identity(symbol, self.province) for symbol in self.truth.alerts)


def expected_of(story: Story, profile: Profile, url: str) -> Expected:
    """The truth of a story on its site."""
    return Expected(
        id=story.id,
        site=story.site,
        province=profile.province,
        url=url,
        title=story.title,
        lead=story.lead,
        paragraphs=story.paragraphs,
        published_at=None if "undated" in story.traits else story.published_at,
        truth=story.truth,
    )


def expected_alerts(pages: Iterable[Expected]) -> frozenset[tuple[str, str | None]]:
    """The documents that must be announced, each once, by a first harvest of all these pages."""
    return frozenset(identity for page in pages for identity in page.alerts)


def _identity(symbol: str, province: str) -> tuple[str, str | None]:
    words, _, elsewhere = symbol.partition("@")
    return words, elsewhere or (None if is_central(words) else province)


def is_central(symbol: str) -> bool:
    """Whether a symbol's issuer is a central one, so that it needs no province."""
    return _CENTRAL.search(symbol) is not None


def expected(sites: ReplicaSites) -> tuple[Expected, ...]:
    """The truth of every page now published."""
    return tuple(
        expected_of(story, replica.profile, replica.pages.url(story))
        for replica in sites.replicas.values()
        for story in replica.stories
    )


def add_text(
    sites: LoopbackSites,
    name: str,
    text: str,
    *,
    family: str = "plain",
    province: str | None = None,
    published_at: datetime | None = None,
) -> Expected:
    """Put a plain text (first line the title) into a family's page shell, as a site of its own.

    To be called before the sites are entered. `province`: two-digit code, by default that of the family's
    replica; `published_at` aware. Answers what the page carries; its truth is the caller's affair.
    """
    profile, story = text_story(name, text, family=family, province=province, published_at=published_at)
    replica = Replica(profile, sites.bind(name), [story], lambda: story.published_at + timedelta(hours=8))
    sites.replicas[name] = replica
    return expected_of(story, profile, replica.pages.url(story))


def holder(sites: ReplicaSites, article: str) -> tuple[Replica, Story]:
    """The site of an article, published or held, and the article."""
    for replica in sites.replicas.values():
        with suppress(KeyError):
            return replica, replica.story(article)
    raise KeyError(article)


def url_of(sites: ReplicaSites, article: str) -> str:
    """The full address of an article."""
    replica, story = holder(sites, article)
    return replica.pages.url(story)


def edit(sites: ReplicaSites, article: str, changes: Mapping[str, str]) -> None:
    """Print an article anew, with new words in the place of old ones."""

    def change(words: str) -> str:
        for old, new in changes.items():
            words = words.replace(old, new)
        return words

    replica, story = holder(sites, article)
    blocks = tuple(Block(block.kind, change(block.text)) for block in story.blocks)
    edited = replace(story, title=change(story.title), lead=change(story.lead), blocks=blocks)
    assert edited != story
    replica.put(replace(edited, version=story.version + 1))


def publish(sites: ReplicaSites, article: str) -> None:
    """Publish an article that its file holds back."""
    replica, story = holder(sites, article)
    replica.put(replace(story, held=False))


def publish_new(
    sites: ReplicaSites, site: str, title: str, lead: str, body: str, *, section: str, at: datetime | None = None
) -> Story:
    """Publish an article of the caller's own on a site, at `at` (aware; default: now by the clock)."""
    number = 480_000 + sum(len(one.stories) for one in sites.replicas.values())
    story = Story(
        id=f"own-{number}",
        site=site,
        number=number,
        slug=slug(title),
        section=section,
        title=title,
        lead=lead,
        blocks=blocks_of(body),
        published_at=(at or sites.clock()).astimezone(HANOI),
    )
    sites.replicas[site].put(story)
    return story
