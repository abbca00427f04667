"""The replica papers of one fixed day, and ways to look at their pages without a server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from urllib.parse import unquote, urlsplit

import pytest

from danvan.demo.replica import Answer
from danvan.demo.server import ReplicaSites
from tests.demo.truth import Expected, expected, expected_of, holder

ANCHOR = date(2026, 11, 22)


def _truth() -> tuple[Expected, ...]:
    sites = ReplicaSites(ANCHOR)
    sites.close()
    return expected(sites)


PAGES = _truth()
"""The truth of every page of the anchor day, for parametrised tests (ports differ from run to run)."""


@pytest.fixture(scope="session")
def papers() -> Iterator[ReplicaSites]:
    """All replicas, not served: `answer_of` asks them directly. Not to be changed by a test."""
    sites = ReplicaSites(ANCHOR)
    yield sites
    sites.close()


@pytest.fixture
def served() -> Iterator[ReplicaSites]:
    """All replicas over loopback, fresh for every test."""
    with ReplicaSites(ANCHOR) as sites:
        yield sites


def answer_of(sites: ReplicaSites, page: Expected) -> Answer:
    """What the site of `page` sends for it."""
    return sites.replicas[page.site].answer(unquote(urlsplit(page.url).path), {}, {})


def page_of(sites: ReplicaSites, story: str) -> Expected:
    """The truth of one story by its id."""
    replica, found = holder(sites, story)
    return expected_of(found, replica.profile, replica.pages.url(found))
