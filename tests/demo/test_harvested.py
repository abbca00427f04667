"""Every page of the replicas, read by the real extraction and the real reading: all must come out as meant."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from analysis.reading import read
from analysis.values import Reading, Role
from crawlers.catalogue import Catalogue, load_catalogue
from crawlers.extraction import extract
from crawlers.values import Extract, Page
from danvan.demo.server import ReplicaSites
from tests.demo.conftest import PAGES, answer_of, page_of
from tests.demo.truth import Expected

ARTICLES = [page.id for page in PAGES if page.truth.status == "article"]
FETCHED_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalogue(papers: ReplicaSites, tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder: Path = tmp_path_factory.mktemp("sources")
    papers.write_sources(folder)
    return load_catalogue(folder)


def extracted(papers: ReplicaSites, catalogue: Catalogue, page: Expected) -> Extract:
    answer = answer_of(papers, page)
    sent = Page(
        page.site, page.id, page.url, page.url, answer.status, answer.headers(), answer.body, fetched_at=FETCHED_AT
    )
    return extract(sent, catalogue.sources[page.site])


TRUTH = {page.id: page for page in PAGES}


@cache
def reading(story: str) -> Reading:
    page = TRUTH[story]
    day = page.published_at and page.published_at.date()
    return read(page.title, page.lead, "\n\n".join(page.paragraphs), province=page.province, published=day)


def as_stored(words: str | None) -> str:
    return unicodedata.normalize("NFC", words or "").replace("Ð", "Đ")


@pytest.mark.parametrize("story", [page.id for page in PAGES])
def test_the_page_is_taken_for_what_it_is(papers: ReplicaSites, catalogue: Catalogue, story: str) -> None:
    page = page_of(papers, story)
    found = extracted(papers, catalogue, page)
    assert found.status == page.truth.status
    if page.truth.status in {"article", "protected"}:
        assert as_stored(found.title) == as_stored(page.title)
        assert as_stored(page.lead) in as_stored(found.lead)
        assert found.published_at == page.published_at
    if page.truth.status != "article":
        assert found.text == ""


@pytest.mark.parametrize("story", ARTICLES)
def test_the_text_is_the_articles_own_and_nothing_else(papers: ReplicaSites, catalogue: Catalogue, story: str) -> None:
    page = page_of(papers, story)
    rest = as_stored(extracted(papers, catalogue, page).text)
    for paragraph in map(as_stored, page.paragraphs):
        assert paragraph in rest
        rest = rest.replace(paragraph, "")
    for block in papers.replicas[page.site].story(story).blocks:
        rest = rest.replace(as_stored(block.text), "")
    assert rest.replace(as_stored(page.lead), "").strip() == ""


@pytest.mark.parametrize("story", ARTICLES)
def test_the_grade_and_the_topics_are_the_readers(story: str) -> None:
    page = TRUTH[story]
    found = reading(story)
    assert found.relevance.grade in page.truth.grades, found.relevance
    assert set(page.truth.topics) <= {topic.key for topic in found.topics}
    if found.relevance.grade != "none":
        assert found.relevance.reasons


@pytest.mark.parametrize("story", ARTICLES)
def test_the_documents_are_found_in_their_roles(story: str) -> None:
    page = TRUTH[story]
    found: dict[str, set[Role]] = {}
    for citation in reading(story).citations:
        if citation.symbol:
            found.setdefault(citation.symbol, set()).add(citation.role)
    assert set(found) == {symbol for symbols in page.truth.documents.values() for symbol in symbols}
    for role, symbols in page.truth.documents.items():
        for symbol in symbols:
            # Between carrying out and citing the words alone do not always decide; the rest is strict.
            alike = {Role.IMPLEMENTS, Role.CITES} if role in {"implements", "cites"} else {Role(role)}
            assert found[symbol] & alike, (symbol, found[symbol])
    issued = {symbol for symbol, roles in found.items() if Role.ISSUES in roles}
    assert issued == set(page.truth.documents.get("issues", ()))


@pytest.mark.parametrize("story", [page.id for page in PAGES if page.truth.links])
def test_the_links_between_documents_are_found(story: str) -> None:
    page = TRUTH[story]
    found = reading(story)
    symbols = {citation.document: citation.symbol for citation in found.citations if citation.symbol}
    links = {(symbols.get(link.subject), str(link.role), symbols.get(link.target)) for link in found.links}
    assert set(page.truth.links) <= links


@pytest.mark.parametrize("story", [page.id for page in PAGES if page.truth.alerts])
def test_news_carries_its_place(story: str) -> None:
    page = TRUTH[story]
    found = {(c.symbol, c.province) for c in reading(story).citations if c.role == Role.ISSUES}
    assert page.alerts <= found
