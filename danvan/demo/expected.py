"""The truth of the demo: what a harvest of the replicas must find, for tests and for the demonstration's check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from danvan.demo.addresses import Profile
from danvan.demo.stories import Story, Truth, is_central

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
