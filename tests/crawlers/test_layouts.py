"""Layouts of the world: the whole article and nothing but it, and never less than plain trafilatura reads."""

from __future__ import annotations

import datetime as dt

import pytest
from trafilatura import bare_extraction

from crawlers.extraction import extract
from crawlers.values import Extract, Page, PageStatus
from tests.crawlers.layouts import DATA, LAYOUTS, OTHER, TEXT, TITLE, page, shell

FETCHED = dt.datetime(2026, 3, 16, 3, 30, tzinfo=dt.UTC)


def read(markup: str) -> Extract:
    return extract(Page("", "", "https://bao.example/x-1.html", "", 200, {}, markup.encode(), FETCHED), None)


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_article_is_read_whole_and_alone(name: str) -> None:
    found = read(page(LAYOUTS[name]))
    assert (found.status, found.title) == (PageStatus.ARTICLE, TITLE)
    lines = [line.removeprefix("- ") for line in found.text.split("\n\n")]
    assert lines == list(TEXT)
    assert "body_partial" not in found.flags


@pytest.mark.parametrize("name", LAYOUTS)
def test_plain_trafilatura_reads_no_more_of_it(name: str) -> None:
    markup = page(LAYOUTS[name])
    document = bare_extraction(markup, with_metadata=False, include_comments=False)
    plain = " ".join((getattr(document, "text", "") or "").split())
    ours = " ".join(read(markup).text.split())
    assert {one for one in TEXT if one in plain} <= {one for one in TEXT if one in ours}


@pytest.mark.parametrize("name", DATA)
def test_a_text_that_stands_only_in_data_is_read_from_there(name: str) -> None:
    found = read(shell(DATA[name]))
    assert (found.status, found.title) == (PageStatus.ARTICLE, TITLE)
    assert found.text.split("\n\n") == list(TEXT)
    assert OTHER not in found.text
    if "flight with elements" not in name and "function" not in name:
        assert found.published_at is not None
        assert found.published_at.date() == dt.date(2026, 3, 5)


@pytest.mark.parametrize(
    "root", ['<div id="app"></div>', '<div id="__next"><div class="spinner"></div></div>', "<app-root></app-root>"]
)
def test_an_empty_shell_needs_a_browser(root: str) -> None:
    found = read(shell('<script src="/static/main.js"></script>', root))
    assert (found.status, found.text) == (PageStatus.NEEDS_BROWSER, "")
