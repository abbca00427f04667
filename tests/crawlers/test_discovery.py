"""From a body to finds: what counts as an article, what is left out and why, where to read on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from crawlers.catalogue import load_families
from crawlers.discovery import Discovery, in_feed, in_listing, in_sitemap, page_url
from crawlers.entries import Entry, EntryKind
from crawlers.hardened_xml import FeedProblem
from crawlers.lists import Skip
from crawlers.options import CrawlOptions
from crawlers.paging import Walk
from crawlers.source import Source

URL = "https://bao-thu.vn/thoi-su"
OPTIONS = CrawlOptions()


def paper(family: str = "onecms", **fields: Any) -> Source:
    given: dict[str, Any] = {"id": "bao-thu", "name": "Báo Thử", "domain": "bao-thu.vn", "sections": ("/thoi-su",)}
    return Source(**(given | fields)).with_family(load_families()[family])


def page(*anchors: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{''.join(anchors)}</body></html>".encode()


def link(href: str, words: str = "Một tin của xã", css: str = "") -> str:
    return f'<div class="{css}"><a href="{href}">{words}</a></div>'


def urls(found: Discovery) -> list[str]:
    return [find.url for find in found.finds]


def test_articles_of_a_listing_in_order_with_their_longest_words() -> None:
    body = page(
        link("/b-mot-hai-ba-2.html", ""), link("/a-mot-hai-ba-1.html"), link("/b-mot-hai-ba-2.html", "Tin B dài")
    )
    found = in_listing(body, URL, paper(), OPTIONS)
    assert [(find.url[-6:], find.title) for find in found.finds] == [
        ("2.html", "Tin B dài"),
        ("1.html", "Một tin của xã"),
    ]
    assert {find.via for find in found.finds} == {URL}


# An address on a listing page of a OneCMS paper, and the reason in the ledger why it is no article.
LEFT_OUT = [
    ("https://bao-khac.vn/a-mot-hai-ba-1.html", "ngoài trang của báo"),
    ("/an-sinh-ptag.html", "trang thẻ"),
    ("/tag/an-sinh/", "trang thẻ"),
    ("/dai-hoi-event77.html", "trang sự kiện"),
    ("/print/123.html", "bản in"),
    ("/video/tin-hinh-1.html", "video, ảnh, podcast hoặc tệp"),
    ("/files/bao-cao.pdf", "video, ảnh, podcast hoặc tệp"),
    ("/en/a-mot-hai-ba-1.html", "bản dịch"),
    ("/lien-he", "trang phục vụ"),
    ("/chinh-tri", Skip.NOT_ARTICLE.value),
    ("/" + "dai-" * 1300 + "1.html", "địa chỉ dài quá 2000 ký tự"),
]


@pytest.mark.parametrize(("href", "reason"), LEFT_OUT, ids=[href[:30] for href, _ in LEFT_OUT])
def test_left_out_with_a_reason(href: str, reason: str) -> None:
    found = in_listing(page(link(href), link("/a-mot-hai-ba-1.html")), URL, paper(), OPTIONS)
    assert len(found.finds) == 1
    assert list(found.left_out.values()) == [reason]


@pytest.mark.parametrize("href", ["javascript:void(0)", "mailto:toasoan@bao-thu.vn", "tel:0123", "http://[bad", "#top"])
def test_no_addresses_are_passed_over(href: str) -> None:
    found = in_listing(page(link(href), link("/a-mot-hai-ba-1.html")), URL, paper(), OPTIONS)
    assert len(found.finds) == 1


# Twins of one article: one find, and it is fetched at the address that came first.
def test_twins_are_one_find() -> None:
    twins = ["http://www.bao-thu.vn/a-mot-hai-ba-1.html", "https://m.bao-thu.vn/a-mot-hai-ba-1.html?utm_source=x",
             "/a-mot-hai-ba-1.html#binh-luan", "/tieu-de-da-sua-lai-1.html", "//bao-thu.vn/a-mot-hai-ba-1.html/"]  # fmt: skip
    found = in_listing(page(*map(link, twins)), URL, paper(), OPTIONS)
    assert urls(found) == [twins[0]]


def test_odd_addresses() -> None:
    hrefs = [
        "/b%C3%A0i-v%E1%BB%9Bi-d%E1%BA%A5u-7.html",
        "/bài-với-dấu-cách khác-8.html",
        "/route-a-b-c-9.html#/trang/2",
    ]
    found = in_listing(page(*map(link, hrefs)), URL, paper(), OPTIONS)
    assert [find.key for find in found.finds] == ["bao-thu:7", "bao-thu:8", "bao-thu:9"]
    assert "#" not in "".join(urls(found))


def test_idn_host() -> None:
    """Links as the paper writes them are found; the other spelling of its name is at least left out by name."""
    source = paper(domain="báo-thử.vn", home="https://báo-thử.vn/")
    other = f"https://{'báo-thử.vn'.encode('idna').decode()}/a-mot-hai-ba-1.html"
    found = in_listing(page(link(other), link("/c-mot-hai-ba-2.html")), "https://báo-thử.vn/", source, OPTIONS)
    assert "https://báo-thử.vn/c-mot-hai-ba-2.html" in urls(found)
    assert other in [*urls(found), *found.left_out]


def test_stray_end_tag_before_the_head() -> None:
    body = b"<html lang=vi>\n\n</html>\n\n<head><title>x</title></head><body>" + link("/a-mot-hai-ba-1.html").encode()
    assert len(in_listing(body, URL, paper("mediatech"), OPTIONS).finds) == 1


def test_base_href_counts_unless_it_leads_away() -> None:
    anchor = link("a-mot-hai-ba-1.html")
    own = in_listing(page(anchor, head='<base href="https://bao-thu.vn/">'), URL + "/x/", paper(), OPTIONS)
    assert urls(own) == ["https://bao-thu.vn/a-mot-hai-ba-1.html"]
    away = in_listing(page(anchor, head='<base href="https://ke-xau.example/">'), URL + "/x/", paper(), OPTIONS)
    assert urls(away) == ["https://bao-thu.vn/thoi-su/x/a-mot-hai-ba-1.html"]


@pytest.mark.parametrize("body", [b"", b"   ", page("<p>Trang dang nang cap</p>"), page(link("/chinh-tri"))])
def test_a_listing_without_articles_is_a_problem(body: bytes) -> None:
    assert in_listing(body, URL, paper(), OPTIONS).problem is FeedProblem.EMPTY


def test_main_are_the_links_of_the_list_itself() -> None:
    body = page('<h3 class="b-grid__title"><a href="/a-mot-hai-ba-1.html">A</a></h3>', link("/hop-ben-canh-do-2.html"))
    found = in_listing(body, URL, paper(), OPTIONS)
    assert found.main == {"bao-thu:1"}
    assert len(found.finds) == 2


def test_without_known_list_markup_all_links_are_main() -> None:
    found = in_listing(page(link("/a-mot-hai-ba-1.html"), link("/b-mot-hai-ba-2.html")), URL, paper(), OPTIONS)
    assert found.main == {"bao-thu:1", "bao-thu:2"}


@pytest.mark.parametrize(
    ("anchor", "following"),
    [
        ('<a rel="next" href="/thoi-su?trang=2">Sau</a>', "https://bao-thu.vn/thoi-su?trang=2"),
        ('<a href="/thoi-su?page=2">2</a><a href="/thoi-su?page=3">3</a>', "https://bao-thu.vn/thoi-su?page=2"),
        ('<a href="/thoi-su/trang-2.html">2</a>', "https://bao-thu.vn/thoi-su/trang-2.html"),
        ('<a href="/kinh-te?page=2">2</a>', None),
        ('<a rel="next" href="https://ke-xau.example/2">Sau</a>', None),
    ],
)
def test_next_page_is_read_off_the_page(anchor: str, following: str | None) -> None:
    found = in_listing(page(link("/a-mot-hai-ba-1.html"), anchor), URL, paper(), OPTIONS)
    assert found.next_page == following


@pytest.mark.parametrize(
    ("section", "paging", "following"),
    [
        ("https://bao-thu.vn/thoi-su", "?p={page}", "https://bao-thu.vn/thoi-su?p=2"),
        ("https://bao-thu.vn/thoi-su?d=", "?p={page}", "https://bao-thu.vn/thoi-su?d=&p=2"),
        ("https://bao-thu.vn/thoi-su/", "/trang-{page}.html", "https://bao-thu.vn/thoi-su/trang-2.html"),
        ("https://bao-thu.vn/thoi-su", "{path}/p{page}", "https://bao-thu.vn/thoi-su/p2"),
    ],
)
def test_page_addresses(section: str, paging: str, following: str) -> None:
    assert page_url(section, paging, 2) == following


def rss(*items: str) -> bytes:
    return f"<rss><channel>{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>".encode()


def test_dates_outside_the_window_are_counted_not_fetched() -> None:
    body = rss(
        "<link>/a-mot-hai-ba-1.html</link><pubDate>Sat, 21 Nov 2026 23:30:00 +0000</pubDate>",  # the 22nd in Hà Nội
        "<link>/b-mot-hai-ba-2.html</link><pubDate>Fri, 20 Nov 2026 10:00:00 +0700</pubDate>",
        "<link>/c-mot-hai-ba-3.html</link>",
    )
    window = CrawlOptions(since=dt.date(2026, 11, 21), until=dt.date(2026, 11, 22))
    found = in_feed(body, URL, paper(), window)
    assert [find.key for find in found.finds] == ["bao-thu:1", "bao-thu:3"]
    assert list(found.left_out.values()) == [Skip.OUT_OF_DATES.value]


def test_an_html_list_of_feeds_gives_those_of_our_sections() -> None:
    """MEDIATECH papers answer /rss with a page that links fifty feeds."""
    body = page(*(link(f"/rss/news/{name}.rss") for name in ("thoi-su", "the-thao", "giai-tri")))
    found = in_feed(body, "https://bao-thu.vn/rss", paper("mediatech"), OPTIONS)
    assert found.children == ("https://bao-thu.vn/rss/news/thoi-su.rss",)
    assert found.skipped == {Skip.OTHER_FEED.value: 2}
    assert found.problem is None


def test_html_without_feeds_is_a_problem() -> None:
    assert in_feed(page(link("/a-mot-hai-ba-1.html")), URL, paper(), OPTIONS).problem is FeedProblem.HTML


def test_sitemap_children_stay_on_the_site() -> None:
    body = b"<sitemapindex><sitemap><loc>/m1.xml</loc></sitemap><sitemap><loc>https://x.example/m.xml</loc></sitemap></sitemapindex>"
    assert in_sitemap(body, URL, paper(), OPTIONS).children == ("https://bao-thu.vn/m1.xml",)


SECTION = Entry(EntryKind.LISTING, URL)


def found_on(*numbers: int) -> Discovery:
    body = page(*(link(f"/tin-cua-xa-nha-{n}.html") for n in numbers))
    return in_listing(body, URL, paper("version1", article=r"-(?P<id>\d+)\.html$"), OPTIONS)


def walk(**options: Any) -> Walk:
    return Walk(paper("version1"), CrawlOptions(**options))


def test_a_daily_run_reads_on_only_while_all_is_new() -> None:
    found = found_on(1, 2)
    keys = [find.key for find in found.finds]
    following = walk().page_read(SECTION, found, fresh=keys, asked=keys)
    assert following is not None
    assert (following.url, following.page) == (URL + "?p=2", 2)
    assert walk().page_read(SECTION, found, fresh=keys[:1], asked=keys[:1]) is None


def test_a_daily_run_reads_no_further_than_its_limit() -> None:
    last = Entry(EntryKind.LISTING, URL + "?p=5", page=5, first_page=URL)
    found = found_on(1)
    assert walk(page_limit=5).page_read(last, found, fresh=["bao-thu:1"], asked=[]) is None


def test_a_last_page_that_repeats_itself_ends_the_walk() -> None:
    pages = walk(backfill=True)
    second = pages.page_read(SECTION, found_on(1, 2), fresh=[], asked=[])
    assert second is not None
    assert pages.page_read(second, found_on(1, 2), fresh=[], asked=[]) is None


@pytest.mark.parametrize(
    ("day", "goes_on"), [(dt.date(2020, 1, 1), True), (dt.date(2019, 12, 31), False), (None, True)]
)
def test_a_backfill_waits_for_the_dates_of_a_page(day: dt.date | None, goes_on: bool) -> None:
    pages = walk(backfill=True, since=dt.date(2020, 1, 1))
    found = found_on(1, 2)
    keys = [find.key for find in found.finds]
    assert pages.page_read(SECTION, found, fresh=keys, asked=keys) is None
    assert pages.answered(keys[0], dt.date(2019, 1, 1) if day else None) == []
    assert bool(pages.answered(keys[1], day)) is goes_on


@pytest.mark.parametrize("broken", ["http://[", "//[x", "http://bao.vn]/x", "http://[abc]/x"])
def test_a_broken_address_costs_a_section_one_link(broken: str) -> None:
    body = page(link(broken), link("/tin-moi-cua-xa-1.html"), head=f'<base href="{broken}">')
    found = in_listing(body, URL, paper(), OPTIONS)
    assert urls(found) == ["https://bao-thu.vn/tin-moi-cua-xa-1.html"]
    assert found.skipped == {Skip.BROKEN_LINK.value: 1}
    assert in_feed(body, URL, paper(), OPTIONS).problem is FeedProblem.HTML


def test_the_address_of_a_guid_is_taken_where_the_link_is_no_article() -> None:
    body = b"""<rss><channel><item><link>https://bao-thu.vn/</link><guid isPermaLink="false">
    https://bao-thu.vn/tin-moi-cua-xa-1.html</guid></item></channel></rss>"""
    assert urls(in_feed(body, URL, paper(), OPTIONS)) == ["https://bao-thu.vn/tin-moi-cua-xa-1.html"]


def test_a_section_of_230_000_links_is_bounded_and_counted() -> None:
    body = page(*(f'<a href="/tin-moi-cua-xa-{n}.html">Tin {n}</a>' for n in range(230_000)))
    found = in_listing(body, URL, paper(), OPTIONS)
    assert len(found.finds) == OPTIONS.item_cap
    assert sum(found.skipped.values()) == 230_000 - OPTIONS.item_cap


def test_what_is_left_out_without_measure_is_counted_and_not_remembered() -> None:
    body = "\n".join(f"https://bao-thu.vn/x{n}" for n in range(6_000)).encode()
    found = in_sitemap(body, URL, paper(), OPTIONS)
    assert len(found.left_out) + found.skipped[Skip.NOT_ARTICLE.value] == 6_000
    assert len(found.left_out) == 5_000


def test_half_a_character_costs_no_feed() -> None:
    body = rb'{"items": [{"url": "/\ud800-hai-ba-bon-1.html", "title": "M\udcff"}, {"url": "/a-mot-hai-ba-2.html"}]}'
    found = in_feed(body, URL, paper(), OPTIONS)
    assert urls(found)[1:] == ["https://bao-thu.vn/a-mot-hai-ba-2.html"]
    assert repr(found).encode(), "an archive must be able to hold it"
    assert found.finds[0].title == "M\ufffd"
