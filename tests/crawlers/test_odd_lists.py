"""Lists of articles as CMSs print them against the standards: each names the two articles all the same."""

from __future__ import annotations

import json
import time

import pytest

from crawlers.feeds import parse_feed
from crawlers.hardened_xml import FeedProblem

URL = "https://bao-thu.vn/rss/thoi-su.xml"
ONE, TWO = "https://bao-thu.vn/nghe-dan-1.html", "https://bao-thu.vn/mo-duong-2.html"
QUERY = "https://bao-thu.vn/bai.aspx?id=1&muc=2"


def rss(*items: str, before: str = "") -> str:
    return f"<rss version='2.0'><channel>{before}{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>"


def link(address: str) -> str:
    return f"<title>Tin</title><link>{address}</link>"


def urls(*locations: str, name: str = "urlset") -> str:
    return f"<{name}>{''.join(f'<url><loc>{location}</loc></url>' for location in locations)}</{name}>"


LISTS: dict[str, str | bytes] = {
    "RSS 1.0, rdf:about": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        f'<item rdf:about="{ONE}"><title>a</title></item><item rdf:about="{TWO}"/></rdf:RDF>'
    ),
    "Atom, rel in full": (
        '<feed xmlns="http://www.w3.org/2005/Atom">'
        f'<entry><link rel="http://www.iana.org/assignments/relation/alternate" href="{ONE}"/></entry>'
        f'<entry><link rel="Alternate" href="{TWO}"/></entry></feed>'
    ),
    "Atom, a base an entry": (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://bao-thu.vn/x/">'
        '<entry xml:base=".."><link href="nghe-dan-1.html"/></entry>'
        '<entry xml:base="/"><link href="mo-duong-2.html"/></entry></feed>'
    ),
    "written for HTML": rss(f"<title>a</title><link/>{ONE}<guid>1</guid>", f"<title>b</title><link/>{TWO}"),
    "a link in an anchor": rss(link(f"<![CDATA[<a href='{ONE}'>Tin</a>]]>"), link(TWO)),
    "a broken line": rss(link(ONE.replace("vn/", "vn/\n")), link(f"\n  {TWO}\n")),
    "a comment with --": rss(link(ONE), link(TWO), before="<!-- đệm -- 0,2 giây --->"),
    "a comment that hides CDATA": rss(link(ONE), link(TWO), before="<!-- <item><![CDATA[ -- </item> -->"),
    "a comment in CDATA": rss(f"<title><![CDATA[<!-- a]]></title><link>{ONE}</link>", link(TWO)),
    "a frame around": f"<root>{rss(link(ONE), link(TWO))}</root>",
    "no scheme": urls("bao-thu.vn/nghe-dan-1.html", "//bao-thu.vn/mo-duong-2.html"),
    "an element in loc": urls(f"<a>{ONE}</a>", TWO),
    "addresses in an index": urls(ONE, TWO, name="sitemapindex"),
    "a text with remarks": f"# bản đồ\r\n# trang\r\n{ONE}\t2026-11-24\r\n{TWO}\t2026-11-23\r\n",
    "JSON, a name of its own": json.dumps({"meta": {"tags": [{}]}, "posts": [{"link": ONE}, {"url": TWO}]}),
    "JSON, a level down": json.dumps({"data": {"items": [{"url": ONE}, {"url": TWO}]}}),
    "JSON, not UTF-8": json.dumps({"items": [{"url": ONE, "title": "Tàu"}, {"url": TWO}]}, ensure_ascii=False).encode(
        "cp1252"
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_an_odd_list_names_its_articles(name: str) -> None:
    body = LISTS[name]
    parsed = parse_feed(body if isinstance(body, bytes) else body.encode(), URL, charset="cp1252")
    assert {item.url for item in parsed.items} == {ONE, TWO}


@pytest.mark.parametrize(
    "printed",
    [QUERY, QUERY.replace("&", "&amp;"), QUERY.replace("&", "&amp;amp;"), f"<![CDATA[{QUERY.replace('&', '&amp;')}]]>"],
)
def test_parameters_of_an_address_are_its_own(printed: str) -> None:
    [item] = parse_feed(rss(link(printed)).encode(), URL).items
    assert item.url == QUERY


def test_a_picture_without_a_frame_is_not_the_article() -> None:
    picture = "<i:loc>https://bao-thu.vn/anh.jpg</i:loc>"
    body = f'<urlset xmlns="s" xmlns:i="i"><url>{picture}<loc>{ONE}</loc></url></urlset>'
    [item] = parse_feed(body.encode(), URL).items
    assert item.url == ONE


def test_an_index_that_holds_addresses_too_gives_both() -> None:
    body = f"<urlset><sitemap><loc>https://bao-thu.vn/m.xml</loc></sitemap><url><loc>{ONE}</loc></url></urlset>"
    parsed = parse_feed(body.encode(), URL)
    assert ([item.url for item in parsed.items], parsed.children) == ([ONE], ("https://bao-thu.vn/m.xml",))


def test_an_empty_map_is_empty() -> None:
    for name in ("urlset", "sitemapindex"):
        assert parse_feed(urls(name=name).encode(), URL).problem is FeedProblem.EMPTY
    assert parse_feed(b'{"items": []}', URL).problem is FeedProblem.EMPTY


@pytest.mark.parametrize("piece", ["<!--", "<!---->", "<![CDATA[]]><!--", "<![CDATA[<!--", "<![CDATA[ <!-- --> "])
def test_comments_without_measure_cost_no_more_than_their_length(piece: str) -> None:
    began = time.monotonic()
    parse_feed(b"<rss><channel>" + piece.encode() * 200_000, URL)
    assert time.monotonic() - began < 5
