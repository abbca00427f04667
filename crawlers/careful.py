"""Reads a page that could be heavy in a process of its own: bounded in time and memory, and ordinary pages pay nothing.

Our own rules are linear as far as we know, trafilatura is not (9,900 paragraphs of one letter take minutes, and a
gigabyte). What is too heavy costs that process, not the reading of the source's other pages.
"""

from __future__ import annotations

import threading
from functools import cache

from crawlers.aside import Aside, TooHeavyError
from crawlers.extraction import extract
from crawlers.source import Source
from crawlers.values import Extract, Page, PageStatus

SECONDS = 30.0
LARGE_BYTES = 1_000_000
MANY_TAGS = 6_000
"""No newspaper's page that we know is larger or has more tags; what is below is read in seconds at worst."""

_one_at_a_time = threading.Lock()
_aside = cache(Aside)


def extract_carefully(page: Page, source: Source | None) -> Extract:
    """As `extract`; a page that takes too long, or too much memory, is empty with the flag `too_heavy`."""
    if not is_suspicious(page.body):
        return extract(page, source)
    try:
        with _one_at_a_time:
            return _aside(SECONDS).wait_for(extract, page, source)
    except TooHeavyError:
        return Extract(PageStatus.EMPTY, page.address, flags=("too_heavy",))


def is_suspicious(body: bytes) -> bool:
    """Whether a page may be heavy, told by two linear looks at its bytes."""
    return len(body) > LARGE_BYTES or body.count(b"<") > MANY_TAGS
