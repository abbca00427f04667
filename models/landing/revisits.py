"""When a URL is asked for again: what failed, what was shut, and articles that a paper may still edit. Pure rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from crawlers.values import UrlState

FIRST_RETRY = timedelta(hours=1)
LONGEST_RETRY = timedelta(hours=24)
MOST_ATTEMPTS = 8
"""A URL that failed this often, within about three days, is given up; a feed that names it again does not revive it."""

LATER: Mapping[UrlState, timedelta] = {
    UrlState.BLOCKED: timedelta(hours=24),
    UrlState.DISALLOWED: timedelta(days=7),  # robots.txt may be opened again
}

VISITS = (timedelta(days=1), timedelta(days=7))
"""When an article that matters is looked at again after it was first seen: edited, or withdrawn?"""


CONFIRMATIONS = (timedelta(hours=20), timedelta(days=7))
"""When a page that is gone is looked for again after it was first seen: a site in trouble says so of all it has."""


FARTHEST = timedelta(days=8)
"""No rule sends a URL farther: what is due later was written by a clock that was wrong."""


def next_visit(first_seen: datetime, now: datetime) -> datetime | None:
    """When to look at an article again, or None when its visits are done."""
    return next((first_seen + after for after in VISITS if first_seen + after > now), None)


def confirmation(first_seen: datetime, now: datetime) -> datetime | None:
    """When to look again whether a page is truly gone, or None when it has been looked for often enough."""
    return next((first_seen + after for after in CONFIRMATIONS if first_seen + after > now), None)


def unread_visit(first_seen: datetime, now: datetime) -> datetime | None:
    """When to look again at a page of which nothing could be read, or None: it has had its week.

    The pauses double from one hour on; the page may answer each time, so its age is what counts.
    """
    age = now - first_seen
    return now + max(FIRST_RETRY, age) if age < VISITS[-1] else None


def retry_after(attempts: int, now: datetime) -> datetime | None:
    """When to try a failed URL again after so many attempts (1 = the first), or None: given up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return now + min(FIRST_RETRY * (1 << (attempts - 1)), LONGEST_RETRY)
