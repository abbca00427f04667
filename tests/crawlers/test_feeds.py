"""Feeds and sitemaps as papers really serve them (fault 48, 49)."""

from __future__ import annotations

import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers import lists
from crawlers.feeds import parse_feed
from crawlers.hardened_xml import FeedProblem
from crawlers.lists import FeedItem, ParsedFeed, Skip, plain_text

URL = "https://bao-thu.vn/rss/thoi-su.rss"


def rss(items: str, declaration: str = '<?xml version="1.0" encoding="utf-8"?>') -> bytes:
    return f'{declaration}<rss version="2.0"><channel><title>Báo Thử</title>{items}</channel></rss>'.encode()


def only(body: bytes, **options: object) -> FeedItem:
    [item] = parse_feed(body, URL, **options).items  # type: ignore[arg-type]
    return item


def test_an_item_with_everything() -> None:
    body = rss(
        "<item><title>Nghe dân nói</title><link>https://bao-thu.vn/nghe-dan-noi-1.html</link>"
        "<pubDate>Sat, 21 Nov 2026 08:30:00 +0700</pubDate>"
        "<description><![CDATA[<p><img src='x.jpg'/>Bí thư xã đối thoại.</p>]]></description></item>"
    )
    assert only(body) == FeedItem(
        "https://bao-thu.vn/nghe-dan-noi-1.html",
        "Nghe dân nói",
        "Sat, 21 Nov 2026 08:30:00 +0700",
        "Bí thư xã đối thoại.",
    )


# What the XML holds, and the title that must come out: decoded once after the XML, never more.
TITLES = [
    ("truy&amp;#7873;n thống", "truyền thống"),
    ("truy&#7873;n thống", "truyền thống"),
    ("<![CDATA[truy&#7873;n thống]]>", "truyền thống"),
    ("Ch&agrave;o x&atilde; &nbsp;mới", "Chào xã mới"),
    ("Điện &amp; đường", "Điện & đường"),
    ("Điện & đường", "Điện & đường"),
    ("&amp;amp;amp;", "&amp;"),
    (
        "<![CDATA[Ng&amp;apos;Lao, &amp;quot;m\u1edbi&amp;quot;, truy&amp;#7873;n, ch&amp;agrave;o]]>",
        'Ng\'Lao, "m\u1edbi", truy\u1ec1n, ch\u00e0o',
    ),
    ("<![CDATA[5 &amp;lt; 10]]>", "5 &lt; 10"),
    ("&lt;b&gt;Nghị quyết&lt;/b&gt; mới", "Nghị quyết mới"),
    ("Dưới 5 &lt; 10 hộ", "Dưới 5 < 10 hộ"),
    ("\n  Hai\n dòng ", "Hai dòng"),
]


@pytest.mark.parametrize(("written", "title"), TITLES)
def test_titles(written: str, title: str) -> None:
    assert only(rss(f"<item><title>{written}</title><link>/a-1.html</link></item>")).title == title


@pytest.mark.parametrize(
    ("item", "link"),
    [
        ("<link>/thoi-su/a-1.html</link>", "https://bao-thu.vn/thoi-su/a-1.html"),
        ("<link>a-1.html</link>", "https://bao-thu.vn/rss/a-1.html"),
        ("<link>//m.bao-thu.vn/a-1.html</link>", "https://m.bao-thu.vn/a-1.html"),
        ("<link>\n  https://bao-thu.vn/a-1.html\n</link>", "https://bao-thu.vn/a-1.html"),
        ("<link><![CDATA[https://bao-thu.vn/a-1.html?a=1&b=2]]></link>", "https://bao-thu.vn/a-1.html?a=1&b=2"),
        ("<link>https://bao-thu.vn/a-1.html?a=1&b=2</link>", "https://bao-thu.vn/a-1.html?a=1&b=2"),
        ("<guid>https://bao-thu.vn/a-1.html</guid>", "https://bao-thu.vn/a-1.html"),
        ("<link>/a-1.html</link><guid isPermaLink='false'>987</guid>", "https://bao-thu.vn/a-1.html"),
        ("<link/><guid>/a-1.html</guid>", "https://bao-thu.vn/a-1.html"),
    ],
)
def test_links(item: str, link: str) -> None:
    assert only(rss(f"<item>{item}</item>")).url == link


def test_atom() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://bao-thu.vn/">
    <entry><title type="html">&lt;i&gt;Xa&lt;/i&gt;</title><link rel="self" href="/api/1"/><link href="tin-1.html"/>
    <published>2026-11-21T08:30:00+07:00</published><summary>Tom tat</summary></entry></feed>"""
    assert only(body) == FeedItem("https://bao-thu.vn/tin-1.html", "Xa", "2026-11-21T08:30:00+07:00", "Tom tat")


def test_rdf() -> None:
    body = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel/><item><title>A</title><link>/a-1.html</link>
    <dc:date>2026-11-21</dc:date></item></rdf:RDF>"""
    assert only(body) == FeedItem("https://bao-thu.vn/a-1.html", "A", "2026-11-21")


def test_reused_guid_and_missing_guid_lose_nothing() -> None:
    items = "".join(f"<item><guid isPermaLink='false'>1</guid><link>/a-{n}.html</link></item>" for n in range(3))
    assert len(parse_feed(rss(items), URL).items) == 3


def test_no_date() -> None:
    assert only(rss("<item><link>/a-1.html</link></item>")).published is None


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        pytest.param(b"<!DOCTYPE html><html><body>Xin chao</body></html>", FeedProblem.HTML, id="html"),
        pytest.param(b"\n<html lang=vi><head></head></html>", FeedProblem.HTML, id="html_without_doctype"),
        pytest.param(rss(""), FeedProblem.EMPTY, id="no_items"),
        pytest.param(b"", FeedProblem.EMPTY, id="no_bytes"),
        pytest.param(b"Loi may chu", FeedProblem.NOT_XML, id="plain_text"),
        pytest.param(b'{"items": []}', FeedProblem.EMPTY, id="json_feed_without_items"),
        pytest.param(b'{"posts": [1]}', FeedProblem.NOT_XML, id="json"),
        pytest.param(b'{"items": [', FeedProblem.NOT_XML, id="json_cut_off"),
        pytest.param(b"[" * 100_000, FeedProblem.NOT_XML, id="json_without_end"),
        pytest.param(b'{"a":' * 100_000, FeedProblem.NOT_XML, id="json_nested_without_end"),
        pytest.param(b"<opml><body/></opml>", FeedProblem.UNKNOWN_FORMAT, id="other_xml"),
    ],
)
def test_problems_have_names(body: bytes, problem: FeedProblem) -> None:
    assert parse_feed(body, URL) == ParsedFeed(problem=problem)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(rss("<item><title>Xã</title><link>/a-1.html</link></item><item><title>Bỏ dở"), id="cut_off"),
        pytest.param(rss("<item><title>Xã</title><link>/a-1.html</link><br></item>"), id="tags_that_do_not_match"),
        pytest.param(rss("<item><title>X\x0b\x00ã</title><link>/a-1.html</link></item>"), id="control_characters"),
    ],
)
def test_invalid_xml_gives_what_can_be_read(body: bytes) -> None:
    first = parse_feed(body, URL).items[0]
    assert (first.url, first.title) == ("https://bao-thu.vn/a-1.html", "Xã")


TOWN = "<item><title>Xã</title><link>/a-1.html</link></item>"


@pytest.mark.parametrize(
    ("body", "links"),
    [
        (f"<rss><channel>{TOWN}<item><title>Hai</title><link>/b-2.ht", ["/a-1.html"]),
        ("<urlset><url><loc>/a-1.html</loc></url><url><loc>/b-2.ht", ["/a-1.html"]),
        (f"<rss><channel>{TOWN}<item><title><![CDATA[Hai</title><link>/b-2.html</link></item></channel></rss>", ["/a-1.html", "/b-2.html"]),
        (f"<rss><channel>{TOWN}</channel></rss><rss><channel><item><link>/b-2.html</link></item></channel></rss>", ["/a-1.html", "/b-2.html"]),
        (f"<rss><channel><item><title>Hai<link>/b-2.html</link></item>{TOWN}</channel></rss>", ["/b-2.html", "/a-1.html"]),
    ],
    ids=["cut within an address", "map cut", "CDATA not closed", "two feeds joined", "title not closed"],
)  # fmt: skip
def test_half_an_address_is_none_and_what_is_whole_is_read(body: str, links: list[str]) -> None:
    parsed = parse_feed(body.encode(), URL)
    assert [item.url.removeprefix("https://bao-thu.vn") for item in parsed.items] == links
    assert bool(parsed.skipped) == ("b-2.html" not in body)


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1258", "us-ascii", "utf-16", "nonsense"])
def test_a_wrong_encoding_in_the_prolog_is_not_believed(declared: str) -> None:
    body = rss(
        "<item><title>Dân vận khéo</title><link>/a-1.html</link></item>", f'<?xml version="1.0" encoding="{declared}"?>'
    )
    assert only(body).title == "Dân vận khéo"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(encoding: str) -> None:
    text = rss("<item><title>Dân vận khéo</title><link>/a-1.html</link></item>").decode()
    assert only(text.encode(encoding)).title == "Dân vận khéo"


def test_ten_thousand_items_are_capped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_ITEMS", 1_000)
    items = "".join(f"<item><link>/a-{n}.html</link></item>" for n in range(10_000))
    parsed = parse_feed(rss(items + "<item><title>Không liên kết</title></item>"), URL)
    assert len(parsed.items) == 1_000
    assert parsed.skipped == {Skip.OVER_CAP: 9_001}


def test_external_entities_are_never_opened(tmp_path: object) -> None:
    secret = f"{tmp_path}/secret"
    with open(secret, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("mật")
    doctype = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]>'
    item = only(rss("<item><title>Đây: &x;</title><link>/a-1.html</link></item>", doctype))
    assert "mật" not in (item.title or "")


def test_billion_laughs_stay_small() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]>'
    began = time.monotonic()
    item = only(rss("<item><title>&l9;</title><link>/a-1.html</link></item>", doctype))
    assert len(item.title or "") < 100
    assert time.monotonic() - began < 5


def test_quadratic_traps_are_linear() -> None:
    began = time.monotonic()
    parse_feed(rss("<item><link>/a-1.html</link></item>" + "<![CDATA[" * 200_000), URL)
    parse_feed(rss("<item><link>/a-1.html</link><title>" + "<!-- &lt;" * 200_000), URL)
    parse_feed(b"<!DOCTYPE rss [" + b"<!ENTITY a 'b'>" * 200_000, URL)
    for piece in (
        "<!DOCTYPE[",
        "<!DOCTYPE x[",
        "<!doctype [>",
        "<?xml ",
        "&a",
        "&#1",
        "<!--",
        "encoding=",
        "]]>",
        "<a ",
    ):
        for head in ("", "<rss>", "<rss><channel><item><link>/a-1.html</link><title>"):
            parse_feed((head + piece * (1_000_000 // len(piece))).encode(), URL)
    plain_text("<!--<a" * 200_000)
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("body", ["<:/>", "<A:/>", "<a:b:c/>", "<:a/><:a/>", "<RSS><A:B:C>x</A:B:C></RSS>"])
def test_a_tag_that_is_no_name_is_no_error_of_ours(body: str) -> None:
    assert parse_feed(body.encode(), URL).problem


def test_a_tag_that_is_no_name_costs_no_entry() -> None:
    items = "<A:B:C/><ITEM><LINK>/a-1.html</LINK></ITEM>"
    assert [item.url[-8:] for item in parse_feed(f"<RSS>{items}</RSS>".encode(), URL).items] == ["a-1.html"]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_parser(body: bytes) -> None:
    for wrapped in (body, b"<rss><channel><item><link>/a</link><title>" + body):
        parsed = parse_feed(wrapped, URL)
        assert parsed.items or parsed.problem
    parse_feed(body, URL, max_bytes=1_000_000)


MAP = "https://bao-thu.vn/sitemap.xml"


def sitemap(*entries: str) -> bytes:
    urls = "".join(f"<url>{entry}</url>" for entry in entries)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


def test_sitemap_newest_first_and_undated_before_all() -> None:
    body = sitemap(
        "<loc>/cu-1.html</loc><lastmod>2020-01-01</lastmod>",
        "<loc>/moi-2.html</loc><lastmod>2026-11-21</lastmod>",
        "<loc>/khong-ngay-3.html</loc>",
    )
    urls = [item.url for item in parse_feed(body, MAP, max_bytes=10_000).items]
    assert urls == [f"https://bao-thu.vn/{path}" for path in ("khong-ngay-3.html", "moi-2.html", "cu-1.html")]


@pytest.mark.parametrize("dated", ["<lastmod>2026-11-22</lastmod>", ""], ids=["one_date", "no_dates"])
def test_a_map_whose_dates_say_nothing_is_taken_from_both_ends(dated: str) -> None:
    body = sitemap(*(f"<loc>/a-{n}.html</loc>{dated}" for n in (5, 3, 9, 7)))
    urls = [item.url[-8:] for item in parse_feed(body, MAP).items]
    assert urls == ["a-5.html", "a-7.html", "a-3.html", "a-9.html"]


def test_news_sitemap_gives_title_and_date() -> None:
    body = sitemap(
        "<loc>/a-1.html</loc><news:news xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>"
        "<news:publication_date>2026-11-21T07:00:00+07:00</news:publication_date>"
        "<news:title>Nghe dân</news:title></news:news>"
    )
    [item] = parse_feed(body, MAP, max_bytes=10_000).items
    assert (item.title, item.published) == ("Nghe dân", "2026-11-21T07:00:00+07:00")


def test_sitemap_index_names_children() -> None:
    body = b"<sitemapindex><sitemap><loc>/map-1.xml.gz</loc></sitemap><sitemap><loc>/map-1.xml.gz</loc></sitemap></sitemapindex>"
    assert parse_feed(body, MAP, max_bytes=10_000).children == ("https://bao-thu.vn/map-1.xml.gz",)


def test_gzipped_sitemap() -> None:
    parsed = parse_feed(gzip.compress(sitemap("<loc>/a-1.html</loc>")), MAP, max_bytes=10_000)
    assert [item.url for item in parsed.items] == ["https://bao-thu.vn/a-1.html"]


WHOLE = sitemap("<loc>/a-1.html</loc>", "<loc>/a-2.html</loc>")


def test_a_gzipped_sitemap_of_several_members_is_read_whole() -> None:
    body = gzip.compress(WHOLE[:110]) + gzip.compress(WHOLE[110:])
    assert len(parse_feed(body, MAP).items) == 2


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        pytest.param(gzip.compress(WHOLE + b" " * 50_000_000), FeedProblem.TOO_LARGE, id="bomb"),
        pytest.param(gzip.compress(WHOLE)[:-1], FeedProblem.CUT_OFF, id="without_its_last_byte"),
        pytest.param(gzip.compress(WHOLE)[:30], FeedProblem.CUT_OFF, id="cut_early"),
        pytest.param(gzip.compress(WHOLE[:110]) + gzip.compress(WHOLE[110:])[:9], FeedProblem.CUT_OFF, id="second_cut"),
        pytest.param(b"\x1f\x8b\x08garbage", FeedProblem.CUT_OFF, id="garbage"),
        pytest.param(b"\x1f\x8b", FeedProblem.CUT_OFF, id="two_bytes"),
    ],
)
def test_a_packed_sitemap_is_whole_or_a_problem_that_is_named_and_counted(body: bytes, problem: FeedProblem) -> None:
    parsed = parse_feed(body, MAP, max_bytes=100_000)
    assert (parsed.items, parsed.problem) == ((), problem)
    assert sum(parsed.skipped.values()) == 1


def test_dates_of_the_last_change_and_of_a_film_are_no_publication() -> None:
    body = sitemap(
        "<loc>/a-1.html</loc><lastmod>2026-11-22</lastmod><video:video xmlns:video='http://www.google.com/schemas/"
        "sitemap-video/1.1'><video:publication_date>2026-11-22</video:publication_date></video:video>"
    )
    [item] = parse_feed(body, MAP).items
    assert (item.published, item.touched) == (None, "2026-11-22")
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="/a-1.html"/>
    <updated>2026-11-22T08:00:00Z</updated></entry></feed>"""
    assert (only(body).published, only(body).touched) == (None, "2026-11-22T08:00:00Z")


# Addresses that Python's own splitter refuses, and one of a port that is no number.
BROKEN = ["http://[", "http://[abc]/x", "//[x", "http://bao.vn]/x", "https://[::1", "http://bao.vn:xyz/a"]


@pytest.mark.parametrize("link", BROKEN)
@pytest.mark.parametrize(
    "whole",
    [
        "<rss><channel><item><link>{0}</link></item><item><link>/a-1.html</link></item></channel></rss>",
        "<feed><entry><link href='{0}'/></entry><entry><link href='/a-1.html'/></entry></feed>",
        "<urlset><url><loc>{0}</loc></url><url><loc>/a-1.html</loc></url></urlset>",
        "https://bao-thu.vn/a-1.html\n{0}\n",
        '{{"items": [{{"url": "{0}"}}, {{"url": "/a-1.html"}}]}}',
    ],
    ids=["rss", "atom", "sitemap", "text", "json"],
)
def test_a_broken_address_costs_its_item_only(whole: str, link: str) -> None:
    parsed = parse_feed(whole.format(link).encode(), URL)
    assert [item.url for item in parsed.items] == ["https://bao-thu.vn/a-1.html"]
    assert parsed.skipped == {Skip.BROKEN_LINK: 1}


@pytest.mark.parametrize("link", BROKEN)
def test_a_broken_address_costs_an_index_and_a_base_nothing_else(link: str) -> None:
    index = f"<sitemapindex><sitemap><loc>{link}</loc></sitemap><sitemap><loc>/m.xml</loc></sitemap></sitemapindex>"
    assert parse_feed(index.encode(), MAP).children == ("https://bao-thu.vn/m.xml",)
    based = f'<feed xml:base="{link}"><entry><link href="/a-1.html"/></entry></feed>'
    assert only(based.encode()).url == "https://bao-thu.vn/a-1.html"


@pytest.mark.parametrize(
    ("item", "link", "others"),
    [
        ("<guid isPermaLink='false'>https://bao-thu.vn/a-1.html</guid>", "https://bao-thu.vn/a-1.html", ()),
        ("<guid isPermaLink='False'> http://bao-thu.vn/?p=7 </guid>", "http://bao-thu.vn/?p=7", ()),
        ("<link>http://[</link><guid>https://bao-thu.vn/a-1.html</guid>", "https://bao-thu.vn/a-1.html", ()),
        (
            "<link>https://bao-thu.vn/</link><guid isPermaLink='false'>https://bao-thu.vn/a-1.html</guid>",
            "https://bao-thu.vn/",
            ("https://bao-thu.vn/a-1.html",),
        ),
        ("<link>/a-1.html</link><guid isPermaLink='false'>/987</guid>", "https://bao-thu.vn/a-1.html", ()),
    ],
)
def test_an_address_in_a_guid_counts(item: str, link: str, others: tuple[str, ...]) -> None:
    found = only(rss(f"<item>{item}</item>"))
    assert (found.url, found.others) == (link, others)


def test_json_feed() -> None:
    body = """{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 7, "url": "/a-1.html", "title":
    "Nghe d\\u00e2n &amp; n\u00f3i", "date_published": "2026-11-21T08:30:00+07:00", "date_modified": "2026-11-22",
    "content_html": "<p>T\u00f3m t\u1eaft</p>"}, {"id": "https://bao-thu.vn/a-2.html"}, 3, {"id": 9}]}""".encode()
    parsed = parse_feed(b"\xef\xbb\xbf" + body, URL)
    assert parsed.items[0] == FeedItem(
        "https://bao-thu.vn/a-1.html",
        "Nghe d\u00e2n & n\u00f3i",
        "2026-11-21T08:30:00+07:00",
        "T\u00f3m t\u1eaft",
        "2026-11-22",
    )
    assert parsed.items[1].url == "https://bao-thu.vn/a-2.html"
    assert parsed.skipped == {Skip.NO_LINK: 1}


@pytest.mark.parametrize(
    "body",
    [
        '[{"id": 5, "date": "2026-11-21T08:30:00", "link": "/a-1.html", "title": {"rendered": "Tin"}}]',
        "<b>Warning</b>: mysqli in <b>/x.php</b> on line 3<br />\n<?xml version='1.0'?><rss><item><link>/a-1.html</link></item></rss>",
        "Notice: x\n<urlset><url><loc>/a-1.html</loc></url></urlset>",
        "<RSS><CHANNEL><ITEM><TITLE>Tin</TITLE><LINK>/a-1.html</LINK></ITEM></CHANNEL></RSS>",
        "<Rss><Channel><Item><Title>Tin</Title><Link>/a-1.html</Link></Item></Channel></Rss>",
        "<rss version=2.0><channel><item><link>/a-1.html</link></item></channel></rss>",
        "https://bao-thu.vn/a-1.html\r# rubbish\r",
    ],
)
def test_what_cmss_print_instead_is_read_too(body: str) -> None:
    assert only(body.encode()).url == "https://bao-thu.vn/a-1.html"
    assert only(gzip.compress(gzip.compress(body.encode()))).url == "https://bao-thu.vn/a-1.html"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_sitemap_may_be_a_text(encoding: str) -> None:
    body = "https://bao-thu.vn/a-1.html\r\n\r\nhttps://bao-thu.vn/a-2.html\r\n".encode(encoding)
    for sent in (body, gzip.compress(body)):
        assert [item.url[-8:] for item in parse_feed(sent, MAP).items] == ["a-1.html", "a-2.html"]


def test_an_index_of_undated_maps_is_taken_from_both_ends() -> None:
    maps = "".join(f"<sitemap><loc>/m-{n}.xml</loc></sitemap>" for n in range(5))
    children = parse_feed(f"<sitemapindex>{maps}</sitemapindex>".encode(), MAP).children
    assert [child[-7:] for child in children] == ["m-0.xml", "m-4.xml", "m-1.xml", "m-3.xml", "m-2.xml"]


def test_fifty_thousand_urls_are_capped_and_counted() -> None:
    began = time.monotonic()
    parsed = parse_feed(sitemap(*(f"<loc>/a-{n}.html</loc>" for n in range(51_000))), MAP)
    assert len(parsed.items) == 50_000
    assert parsed.skipped == {Skip.OVER_CAP: 1_000}
    assert time.monotonic() - began < 20
