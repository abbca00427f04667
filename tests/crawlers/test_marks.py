"""The quick ways of asking a page for its selectors answer as an XPath over the whole page does."""

from __future__ import annotations

import copy

import pytest
from cssselect import HTMLTranslator
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from crawlers.catalogue import load_catalogue
from crawlers.extraction.marks import Marks, remove
from crawlers.extraction.tree import Element, cut, parse, select
from crawlers.source import Selectors, Source

SELECTORS = (
    *("*", "div", "h2", ".note", "#body", "p.note", "div#body", ".note.big", '*[class*="aption"]', '*[id^="ads_"]'),
    *("#body p", ".note > p", "div p", "div > .note", "p:first-of-type", ".note + p", "h2[title]", "div.note[title] p"),
    *("h2.note, p.big", ".absent, #body", "div.note p, .big"),
)
VALUES = ("note", "note big", "big\tnote", "note\u00a0big", "caption", "Aption", "body", "ads_1", "x ads_1", "", "p")
TAGS = ("div", "p", "h2", "span")

elements = st.recursive(
    st.just(""),
    lambda inner: st.builds(
        "<{0} class='{1}' id='{2}'{3}>a{4}</{0}>b".format,
        st.sampled_from(TAGS),
        st.sampled_from(VALUES),
        st.sampled_from(VALUES),
        st.sampled_from(("", " title='x'")),
        st.lists(inner, max_size=4).map("".join),
    ),
    max_leaves=25,
)


def tree(markup: str) -> Element:
    root = parse(f"<div>{markup}</div>")
    assert root is not None
    return root


@given(markup=elements, selector=st.sampled_from(SELECTORS))
@settings(deadline=None)
def test_marks_find_what_an_xpath_finds(markup: str, selector: str) -> None:
    root = tree(markup)
    marks = Marks(root, Selectors(title=SELECTORS))
    assert marks.select(selector) == select(root, selector)


@given(markup=elements)
@settings(deadline=None)
def test_a_selector_that_is_not_present_finds_nothing(markup: str) -> None:
    root = tree(markup)
    absent = set(SELECTORS) - set(Marks(root, Selectors(title=SELECTORS)).present().title)
    assert not [one for one in absent if select(root, one)]


@given(markup=elements, selectors=st.lists(st.sampled_from(SELECTORS), max_size=4))
@settings(deadline=None)
def test_remove_takes_out_what_xpaths_find(markup: str, selectors: list[str]) -> None:
    """Stretches apart by `:` or `+` are asked one after the other, as such selectors see what is left."""
    root, plain = tree(markup), copy.deepcopy(tree(markup))
    remove(root, selectors)
    stretch: list[str] = []
    for one in (*selectors, None):
        if one is not None and not set(one) & set(":+~"):
            stretch.append(one)
            continue
        for group in (stretch, [one] if one is not None else []):
            for element in _union(plain, group):
                if element is not plain:
                    cut(element)
        stretch = []
    assert etree.tostring(root) == etree.tostring(plain)


def _union(root: Element, selectors: list[str]) -> list[Element]:
    translate = HTMLTranslator().css_to_xpath
    return list(root.xpath(" | ".join(translate(one) for one in selectors))) if selectors else []


def test_one_of_several_selectors_in_a_line_is_enough() -> None:
    """A clerk may write them with a comma, as style sheets do; a page seldom bears all the names."""
    root = tree("<h2 class='note'>a</h2>")
    marks = Marks(root, Selectors(title=("h1.absent, h2.note",)))
    assert marks.present().title == ("h1.absent, h2.note",)
    assert [one.text for one in marks.select("h1.absent, h2.note")] == ["a"]


def test_an_element_cut_since_the_walk_is_not_found() -> None:
    root = tree("<p class='note'>a</p><div class='big'><p class='note'>b</p></div>")
    marks = Marks(root, Selectors(title=(".note",)))
    cut(root.find(".//div[@class='big']"))
    assert [element.text for element in marks.select(".note")] == ["a"]


@pytest.mark.parametrize("source", load_catalogue().sources.values(), ids=lambda source: source.id)
def test_every_selector_of_the_catalogue_can_be_asked(source: Source) -> None:
    root = tree("<header><time>1</time></header><div id='content'><p class='sapo'>b</p></div>")
    marks = Marks(root, source.selectors)
    for field in Selectors.model_fields:
        for selector in getattr(source.selectors, field):
            assert marks.select(selector) == select(root, selector)
