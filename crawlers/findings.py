"""What a look at a paper found: plain values, kept in a bundle and shown in one table."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ArticleSeen:
    """One article as it was read; `day` is of Hà Nội, ISO."""

    url: str
    status: str
    title: str | None
    day: str | None
    date_from: str | None
    length: int
    flags: tuple[str, ...]
    family: str

    @property
    def good(self) -> bool:
        """Whether nothing is missing."""
        return self.status in {"article", "protected"} and bool(self.title) and bool(self.day)


@dataclass(slots=True)
class Finding:
    """What one look at a paper found. `changes` are keys of its catalogue file, as they should be."""

    id: str
    day: str
    reached: str = ""
    feeds: str = "–"
    sections: str = "–"
    articles: list[ArticleSeen] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    switch_off: str | None = None
    """Why the paper should be switched off."""

    @property
    def verdict(self) -> str:
        """`good`, `corrected` (with its changes the paper is read), `off`, or `person`: somebody has to look."""
        if self.switch_off:
            return "off"
        if not self.articles or not all(article.good for article in self.articles):
            return "person"
        return "corrected" if self.changes.keys() - {"probed"} else "good"

    def form(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "verdict": self.verdict}


@dataclass(frozen=True, slots=True)
class Survey:
    """A finding with everything that was fetched for it, by file name."""

    finding: Finding
    files: dict[str, bytes]
