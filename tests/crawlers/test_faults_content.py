"""Faults of content and discovery (43-50 of the list in docs/crawling.md), in whole crawls of a paper on loopback."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path
from typing import Any

import pytest

from crawlers.lists import Skip
from crawlers.values import SourceStatus, UrlState
from tests.crawlers.loopback_paper import ONE, TWO, Paper, article, feed, listing, look_again_at_once, publish, story
from tests.faultserver import Request, faults, response

ROOT = Path(__file__).parents[2]


def test_fault45_twins_are_fetched_once(paper: Paper) -> None:
    publish(paper, 1)
    twins = [story(1), f"{story(1)}?utm_source=zalo", f"{story(1)}#binh-luan", "/tieu-de-da-sua-lai-1.html"]
    paper.serve("/rss/thoi-su", feed(*twins))
    crawled = paper.crawl()
    assert crawled.report.discovered == 1
    assert paper.server.articles_hit() == [story(1)]


def test_fault45_an_address_that_now_leads_to_another_article(paper: Paper) -> None:
    publish(paper, 2)
    paper.serve("/rss/thoi-su", feed(story(1)))
    paper.serve(story(1), faults.redirect(story(2), 301))
    crawled = paper.crawl()
    assert crawled.report.states == {"duplicate": 1, "new": 1}
    [[page]] = crawled.keeper.pages.values()
    assert page.final_url.endswith(story(2))
    assert page.key.endswith("2")


def test_fault46_an_edited_article(paper: Paper) -> None:
    paper.serve("/rss/thoi-su", feed(story(1), story(2)))
    publish(paper, 1, 2)
    look_again_at_once(paper)
    paper.crawl()
    paper.serve(story(1), article("Đính chính: số 25, không phải 26"))
    crawled = paper.crawl()
    assert (crawled.state(story(1)), crawled.state(story(2))) == (UrlState.CHANGED, UrlState.UNCHANGED)
    versions = {len(pages) for pages in crawled.keeper.pages.values()}
    assert versions == {1, 2}


def test_fault46_an_unchanged_article_may_answer_304(paper: Paper) -> None:
    def answer(request: Request) -> bytes:
        if request.headers.get("if-none-match") == '"a"':
            return response("", 304)
        return response(article(), headers={"ETag": '"a"'})

    paper.serve("/rss/thoi-su", feed(story(1)))
    paper.serve(story(1), answer)
    look_again_at_once(paper)
    paper.crawl()
    assert paper.crawl().state(story(1)) is UrlState.UNCHANGED


def test_fault47_a_withdrawn_article(paper: Paper) -> None:
    paper.serve("/rss/thoi-su", feed(story(1)))
    publish(paper, 1)
    look_again_at_once(paper)
    paper.crawl()
    paper.serve(story(1), response("not here", 410))
    crawled = paper.crawl()
    assert crawled.state(story(1)) is UrlState.GONE
    assert len(crawled.keeper.pages) == 1  # the archive keeps it


def test_fault43_listing_tag_and_video_pages_are_no_articles(paper: Paper) -> None:
    publish(paper, 1)
    odd = ["/thoi-su", "/an-sinh-ptag.html", "/video/tin-hinh-9.html", "/dai-hoi-event7.html", "/"]
    paper.serve("/rss/thoi-su", feed(*odd, story(1)))
    crawled = paper.crawl()
    assert crawled.report.discovered == 1
    assert sum(crawled.report.skipped.values()) == len(odd)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(feed(), "không có mục nào", id="fault48_no_items"),
        pytest.param("<!DOCTYPE html><html><body>Trang chủ</body></html>", "trang web thay vì RSS", id="fault48_html"),
        pytest.param("Lỗi 500", "không phải XML", id="fault48_no_xml"),
        pytest.param("<opml/>", "không phải RSS hay Atom", id="fault48_other_xml"),
        pytest.param(response("", 404), "404", id="fault48_not_there"),
    ],
)
def test_a_broken_feed_is_named(paper: Paper, answer: str | bytes, words: str) -> None:
    paper.sections = ("/thoi-su",)
    publish(paper, 1)
    paper.serve("/thoi-su", listing(story(1)))
    paper.serve("/rss/thoi-su", answer)
    crawled = paper.crawl()
    assert crawled.report.status is SourceStatus.BROKEN
    assert "/rss/thoi-su" in crawled.report.message
    assert words in crawled.report.message
    assert crawled.state(story(1)) is UrlState.NEW  # the rest of the paper is harvested all the same


def test_a_guessed_feed_may_be_silent(paper: Paper) -> None:
    paper.sections = ("/thoi-su",)
    paper.source_fields["feeds"] = ({"url": "/rss/doan.rss", "status": "guess"},)
    publish(paper, 1)
    paper.serve("/thoi-su", listing(story(1)))
    assert paper.crawl().report.status is SourceStatus.OK


def test_a_listing_without_articles_is_named(paper: Paper) -> None:
    paper.sections = ("/thoi-su",)
    publish(paper, 1)
    paper.serve("/rss/thoi-su", feed(story(1)))
    paper.serve("/thoi-su", listing())
    crawled = paper.crawl()
    assert crawled.report.status is SourceStatus.BROKEN
    assert crawled.report.message == (
        "Trang chuyên mục /thoi-su không còn liên kết bài nào: có thể báo đã đổi giao diện"
    )


def test_fault48_entities_and_ten_thousand_items(paper: Paper) -> None:
    publish(paper, *range(20))
    laughs = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    items = feed(*map(story, range(10_000)), title="&b;&x;").replace(
        'encoding="utf-8"?>', f'encoding="us-ascii"?>{laughs}'
    )
    paper.serve("/rss/thoi-su", items)
    crawled = paper.crawl(item_cap=20)
    assert crawled.report.states == {"new": 20}
    assert crawled.report.skipped == {"vượt số mục lấy trong một lượt": 9_980}
    assert all("root:" not in page.hint.get("title", "") for [page] in crawled.keeper.pages.values())


def test_fault49_sitemap_index_that_names_itself(paper: Paper) -> None:
    paper.feeds = ()
    paper.source_fields["sitemaps"] = ("/sitemap.xml",)
    publish(paper, 1, 2)
    children = ["/sitemap.xml", "/map-1.xml.gz", "/map-2.xml"]
    locs = "".join(f"<sitemap><loc>{paper.server.origin}{path}</loc></sitemap>" for path in children)
    paper.serve("/sitemap.xml", response(f"<sitemapindex>{locs}</sitemapindex>", headers={"Content-Type": "text/xml"}))
    entry = "<urlset><url><loc>{}</loc><lastmod>2031-01-01</lastmod></url></urlset>"
    packed = gzip.compress(entry.format(paper.server.origin + story(1)).encode())
    paper.serve("/map-1.xml.gz", response(packed, headers={"Content-Type": "application/gzip"}))
    paper.serve("/map-2.xml", entry.format(paper.server.origin + story(2)))
    crawled = paper.crawl()
    assert crawled.report.states == {"new": 2}
    assert paper.server.paths().count("/sitemap.xml") == 1


def test_fault49_endless_sitemap_indexes_are_bounded(paper: Paper) -> None:
    paper.feeds = ()
    paper.source_fields["sitemaps"] = ("/map-0.xml",)
    for n in range(30):
        locs = f"<sitemapindex><sitemap><loc>{paper.server.origin}/map-{n + 1}.xml</loc></sitemap></sitemapindex>"
        paper.serve(f"/map-{n}.xml", locs)
    crawled = paper.crawl()
    assert len(paper.server.hits) == 5  # robots.txt and four levels
    assert crawled.report.skipped == {"quá số tệp sitemap cho một lượt": 1}


def test_fault49_five_thousand_urls_and_a_lastmod_that_lies(paper: Paper) -> None:
    """All say they changed today: known articles are not fetched again for that, and go out before the cap."""
    paper.feeds = ()
    paper.source_fields["sitemaps"] = ("/sitemap.xml",)
    publish(paper, 1, 2, 5_000, 5_001)

    def sitemap(count: int, day: str) -> str:
        locs = (f"<loc>{paper.server.origin}{story(n)}</loc><lastmod>{day}</lastmod>" for n in range(1, count + 1))
        return f"<urlset>{''.join(f'<url>{loc}</url>' for loc in locs)}</urlset>"

    paper.serve("/sitemap.xml", sitemap(5_000, "2026-11-20"))
    first = paper.crawl(item_cap=2)
    assert first.report.skipped == {"vượt số mục lấy trong một lượt": 4_998}
    paper.serve("/sitemap.xml", sitemap(5_001, "2026-11-22"))
    second = paper.crawl(item_cap=2)
    assert second.report.states == {"new": 2}
    hits = paper.server.articles_hit()
    assert sorted(hits) == sorted(story(number) for number in (1, 2, 5_000, 5_001))


def test_the_newest_of_a_long_map_without_dates_is_found_the_day_it_appears(paper: Paper) -> None:
    """Oldest first, 1,500 entries, 1,000 taken a run: what is known goes out before the cap."""
    paper.feeds = ()
    paper.source_fields["sitemaps"] = ("/sitemap.txt",)
    lines = [f"{paper.server.origin}{story(number)}" for number in range(1, 41)]
    publish(paper, *range(1, 42))
    paper.serve("/sitemap.txt", response("\n".join(lines), headers={"Content-Type": "text/plain"}))
    assert paper.crawl(item_cap=30).report.states == {"new": 30}
    assert paper.crawl(item_cap=30).report.states == {"new": 10}, "the list is the same, and yet it is read on"
    newest = f"{paper.server.origin}{story(41)}"
    paper.serve("/sitemap.txt", response("\n".join([*lines, newest]), headers={"Content-Type": "text/plain"}))
    crawled = paper.crawl(item_cap=30)
    assert crawled.report.states == {"new": 1}
    assert crawled.report.skipped == {Skip.KNOWN.value: 40}


@pytest.mark.parametrize(
    ("heavy", "status", "words"),
    [
        pytest.param(
            lambda: response("<!DOCTYPE x[" * 13_400), SourceStatus.BROKEN, "không đọc được", id="doctype_160_kb"
        ),
        pytest.param(
            lambda: response(gzip.compress(feed(TWO).encode())[:-4]),
            SourceStatus.BROKEN,
            "bị cắt giữa chừng",
            id="packed_and_cut",
        ),
        pytest.param(
            lambda: response(gzip.compress(bytes(40_000_000))),
            SourceStatus.TOO_LARGE,
            "lớn hơn mức cho phép",
            id="packed_bomb",
        ),
        pytest.param(
            lambda: response("<rss " + " ".join(f"a{n}='x'" for n in range(500_000)) + ">"),
            SourceStatus.BROKEN,
            "",
            id="500000_attributes",
        ),
    ],
)
def test_a_heavy_feed_is_named_and_the_others_are_read(
    paper: Paper, heavy: Any, status: SourceStatus, words: str
) -> None:
    paper.feeds = ("/rss/nang", "/rss/thoi-su")
    paper.serve("/rss/nang", heavy())
    paper.serve("/rss/thoi-su", feed(ONE))
    paper.serve(ONE, article())
    crawled = paper.crawl()
    assert crawled.state(ONE) is UrlState.NEW
    assert crawled.report.status is status
    assert "/rss/nang" in crawled.report.message
    assert words in crawled.report.message
    assert crawled.megabytes < 200


def test_a_section_of_230_000_links_is_read_beside_others(paper: Paper) -> None:
    paper.sections = ("/thoi-su", "/xa-hoi")
    paper.feeds = ()
    publish(paper, 1, 2)
    links = "".join(f'<a href="/x/{number}">Tin</a>' for number in range(230_000))
    paper.serve("/thoi-su", listing(story(1)).replace("</body>", links))
    paper.serve("/xa-hoi", listing(story(2)))
    crawled = paper.crawl(time_limit=45)
    assert crawled.report.states == {"new": 2}
    assert sum(crawled.report.skipped.values()) > 200_000
    assert crawled.megabytes < 200


def test_fault50_odd_addresses(paper: Paper) -> None:
    odd = "/b%C3%A0i-v%E1%BB%9Bi-d%E1%BA%A5u-7.html"
    paper.serve(odd, article())
    publish(paper, 8)
    links = [
        odd,
        "/bài-với-dấu-7.html",
        story(8) + "#/route/2",
        "/" + "dai-" * 1_250 + "9.html",
        "http://báo-khác.vn/x-9.html",
    ]
    paper.serve("/rss/thoi-su", feed(*links))
    crawled = paper.crawl()
    assert crawled.report.states == {"new": 2}
    assert sorted(paper.server.articles_hit()) == sorted([odd, story(8)])
    assert crawled.report.skipped == {"địa chỉ dài quá 2000 ký tự": 1, "ngoài trang của báo": 1}


@pytest.mark.parametrize("answer", [feed(), response("<rss><channel/></rss>", headers={"ETag": '"same"'})])
def test_a_feed_that_stays_empty_stays_broken(paper: Paper, answer: str | bytes) -> None:
    """The same nothing twice is not "unchanged"."""
    paper.serve("/rss/thoi-su", answer)
    for _ in range(3):
        assert paper.crawl().report.status is SourceStatus.BROKEN


def test_a_sitemap_index_that_stays_the_same_is_still_followed(paper: Paper) -> None:
    paper.feeds = ()
    paper.source_fields["sitemaps"] = ("/sitemap.xml",)
    publish(paper, 1, 2)
    child = "<urlset><url><loc>{}</loc></url></urlset>"
    index = f"<sitemapindex><sitemap><loc>{paper.server.origin}/map-1.xml</loc></sitemap></sitemapindex>"
    paper.serve("/sitemap.xml", response(index, headers={"ETag": '"same"'}))
    paper.serve("/map-1.xml", child.format(paper.server.origin + story(1)))
    assert paper.crawl().state(story(1)) is UrlState.NEW
    paper.serve("/map-1.xml", child.format(paper.server.origin + story(2)))
    assert paper.crawl().state(story(2)) is UrlState.NEW


def test_what_a_run_with_dates_passed_over_is_found_by_the_next(paper: Paper) -> None:
    publish(paper, 1)
    dated = feed(story(1)).replace("<link>", "<pubDate>Fri, 20 Nov 2026 08:00:00 +0700</pubDate><link>")
    paper.serve("/rss/thoi-su", dated)
    first = paper.crawl(since=dt.date(2026, 11, 21))
    assert first.report.skipped == {"ngoài khoảng ngày yêu cầu": 1}
    assert paper.crawl().state(story(1)) is UrlState.NEW
