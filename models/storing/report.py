"""What a reading of waiting pages came to."""

from __future__ import annotations

from dataclasses import dataclass, field

from crawlers.values import UrlState
from models.storing.news import Stored
from models.storing.page import is_new


@dataclass
class ReadReport:
    """Plain data, so that a child can hand it over as JSON."""

    pages: int = 0
    files: int = 0
    """Documents' own files, which are no pages: nothing about them says how a paper stands."""
    articles_new: int = 0
    documents_new: int = 0
    alerts_queued: int = 0
    states: dict[str, int] = field(default_factory=dict)
    failures: list[tuple[str, str]] = field(default_factory=list)
    """URL and reason of pages that could not be read."""
    words: list[str] = field(default_factory=list)
    """What the operator is to know."""
    stopped: bool = False
    seconds: float = 0.0

    def count(self, stored: Stored) -> None:
        """Add one page, or one file."""
        if stored.state is UrlState.FILE:
            self.files += 1
            return
        self.pages += 1
        self.states[stored.state.value] = self.states.get(stored.state.value, 0) + 1
        self.articles_new += is_new(stored)
        self.documents_new += len(stored.documents_new)
        self.alerts_queued += stored.alerts
