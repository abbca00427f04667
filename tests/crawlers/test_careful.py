"""A page that could be heavy is read in a process of its own; ordinary ones are read where they are."""

from __future__ import annotations

import datetime as dt

import pytest

from crawlers import careful
from crawlers.aside import Aside
from crawlers.catalogue import load_catalogue
from crawlers.values import Extract, Page, PageStatus
from tests.crawlers.layouts import ALL, H1, TEXT

FETCHED = dt.datetime(2026, 3, 16, 3, 30, tzinfo=dt.UTC)
HEAD = f"<html><head><title>Tin</title></head><body>{H1}"
PAPER = load_catalogue().sources["baoquangninh"]


def read(markup: str) -> Extract:
    url = "https://bao.example/bai-1.html"
    return careful.extract_carefully(Page("", "", url, url, 200, {}, markup.encode(), FETCHED), None)


def test_what_is_too_heavy_is_named_and_the_next_page_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    aside = Aside(0.5)
    monkeypatch.setattr(careful, "_aside", lambda _seconds: aside)
    heavy = read(HEAD + "<p>" + "<span>x</span> " * 18_000 + ALL)
    assert (heavy.status, heavy.flags) == (PageStatus.EMPTY, ("too_heavy",))
    monkeypatch.setattr(aside, "_seconds", 60)
    long = read(HEAD + ALL + "<img src=x>" * careful.MANY_TAGS)
    aside.close()
    assert TEXT[0] in long.text, "many tags alone are no fault"


def test_an_ordinary_page_costs_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(careful, "_aside", None)
    assert TEXT[0] in read(HEAD + ALL).text


@pytest.mark.parametrize("nest", ["<div><p>x", "<b><p>x", "<a href=x><div>", "<ul><li>", "<table><tr><td>"])
def test_nesting_below_what_is_suspicious_is_read_in_seconds(nest: str) -> None:
    markup = HEAD + nest * (careful.MANY_TAGS // nest.count("<") - 40) + ALL
    assert not careful.is_suspicious(markup.encode())
    url = "https://baoquangninh.vn/bai-3279038.html"
    page = Page("", "", url, url, 200, {}, markup.encode(), FETCHED)
    begun = dt.datetime.now(dt.UTC)
    careful.extract_carefully(page, None)
    careful.extract_carefully(page, PAPER)
    assert dt.datetime.now(dt.UTC) - begun < dt.timedelta(seconds=30)
