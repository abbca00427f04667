"""A paper that moves, breaks or is being mended answers without an error: what it says then is not believed."""

from __future__ import annotations

from typing import Any

import pytest

from crawlers.values import SourceStatus, UrlState
from tests.crawlers.loopback_paper import ONE, Paper, article, feed, publish, story
from tests.faultserver import faults, response

MANY = [story(number) for number in range(1, 7)]


def maps(*links: str, name: str = "url") -> str:
    """A sitemap, or with `name` "sitemap" an index of them."""
    root = "urlset" if name == "url" else "sitemapindex"
    return f"<{root}>" + "".join(f"<{name}><loc>{link}</loc></{name}>" for link in links) + f"</{root}>"


@pytest.mark.parametrize(
    "answer",
    [
        response("", 404),
        response("", 410),
        faults.redirect("/"),
        faults.redirect("/bao-tri.html"),
        faults.redirect("/dang-nhap"),
    ],
)
def test_all_that_a_paper_has_just_named_is_not_there(paper: Paper, answer: Any) -> None:
    paper.serve("/rss/thoi-su", feed(*MANY))
    for path in MANY:
        paper.serve(path, answer)
    for path in ("/bao-tri.html", "/dang-nhap"):
        paper.serve(path, "<title>Bảo trì</title><h1>Hệ thống đang bảo trì</h1>")
    crawled = paper.crawl()
    assert crawled.report.status is SourceStatus.BROKEN
    assert crawled.report.message.startswith("6 bài báo vừa nêu không mở được: ")
    assert {state for state, _ in crawled.keeper.ledger.values()} == {UrlState.GONE}


def test_a_few_that_are_gone_among_others_are_no_fault(paper: Paper) -> None:
    paper.serve("/rss/thoi-su", feed(*MANY))
    publish(paper, 1, 2, 3)
    assert paper.crawl().report.status is SourceStatus.OK


@pytest.mark.parametrize(
    ("links", "words"),
    [
        ([f"/tin/{number}/can-bo-xa" for number in range(5)], "không có dạng địa chỉ bài (thí dụ "),
        ([f"https://bao-moi.example{path}" for path in MANY], "ngoài trang của báo (thí dụ https://bao-moi.example/"),
    ],
)
@pytest.mark.parametrize("made", [feed, maps])
def test_a_list_without_an_articles_address_is_told(paper: Paper, links: list[str], words: str, made: Any) -> None:
    if made is maps:
        paper.feeds, paper.source_fields = (), {"sitemaps": ("/rss/thoi-su",)}
    paper.serve("/rss/thoi-su", made(*links))
    for crawled in (paper.crawl(), paper.crawl()):  # nor does it look well by staying as it is
        assert crawled.report.status is SourceStatus.BROKEN
        assert words in crawled.report.message


def test_films_are_no_fault_of_a_feed(paper: Paper) -> None:
    paper.serve("/rss/thoi-su", feed(*[f"/video{path}" for path in MANY]))
    assert paper.crawl().report.status is SourceStatus.OK


def test_the_menu_past_a_sections_last_page_is_no_fault(paper: Paper) -> None:
    paper.feeds, paper.sections, paper.source_fields = (), ("/thoi-su",), {"paging": "?trang={page}"}
    menu = "".join(f'<a href="/{name}">{name}</a>' for name in ("chinh-tri", "xa-hoi", "kinh-te", "the-thao"))
    paper.serve("/thoi-su", f'<body>{menu}<a href="{ONE}">Bài một</a></body>')
    paper.serve("/thoi-su?trang=2", f"<body>{menu}</body>")
    paper.serve(ONE, article())
    crawled = paper.crawl()
    assert crawled.report.status is SourceStatus.OK
    assert "/thoi-su?trang=2" in paper.server.paths()


def test_maps_of_tags_beside_one_of_articles_are_no_fault(paper: Paper) -> None:
    paper.feeds, paper.source_fields = (), {"sitemaps": ("/sitemap.xml",)}
    paper.serve("/sitemap.xml", maps("/chuyen-muc.xml", "/bai.xml", name="sitemap"))
    paper.serve("/chuyen-muc.xml", maps("/chinh-tri", "/xa-hoi", "/kinh-te", "/doi-song"))
    paper.serve("/bai.xml", maps(ONE))
    paper.serve(ONE, article())
    assert paper.crawl().report.status is SourceStatus.OK


def test_an_index_of_maps_elsewhere_is_told_and_counted(paper: Paper) -> None:
    paper.feeds, paper.source_fields = (), {"sitemaps": ("/sitemap.xml",)}
    paper.serve("/sitemap.xml", maps("https://kho.example/a.xml", name="sitemap"))
    crawled = paper.crawl()
    assert crawled.report.status is SourceStatus.BROKEN
    assert "chỉ dẫn ra ngoài trang của báo" in crawled.report.message
    assert crawled.report.skipped == {"ngoài trang của báo": 1}


def test_not_modified_is_no_answer_to_who_holds_nothing(paper: Paper) -> None:
    paper.serve("/rss/thoi-su", response("", 304))
    crawled = paper.crawl()
    assert crawled.report.status is SourceStatus.BROKEN
    assert "304" in crawled.report.message
    paper.one_article(response("", 304))
    crawled = paper.crawl()
    assert crawled.state(ONE) is UrlState.FAILED
    assert crawled.due(ONE)


@pytest.mark.parametrize("target", [ONE + "/", "/ten-moi-cua-bai-101.html", ONE + "?sid=7"])
def test_an_article_under_another_form_of_its_address_is_kept(paper: Paper, target: str) -> None:
    paper.one_article(faults.redirect(target, 301))
    paper.serve(target, article())
    assert paper.crawl().state(ONE) is UrlState.NEW


def test_a_log_in_that_names_the_article_is_not_the_article(paper: Paper) -> None:
    paper.one_article(faults.redirect(f"/dang-nhap?returnUrl={ONE}"))
    paper.serve(f"/dang-nhap?returnUrl={ONE}", "<title>Đăng nhập</title><form><input type=password></form>")
    crawled = paper.crawl()
    assert crawled.state(ONE) is UrlState.GONE
    assert crawled.keeper.pages == {}


def test_robots_txt_that_shuts_the_articles_is_told(paper: Paper) -> None:
    paper.serve("/robots.txt", "User-agent: *\nDisallow: /*.html$")
    paper.serve("/rss/thoi-su", feed(*MANY))
    crawled = paper.crawl()
    assert crawled.report.status is SourceStatus.DISALLOWED
    assert "không cho chương trình tải bài: 6 bài" in crawled.report.message


@pytest.mark.parametrize("answer", [response("", 503), faults.reset])
@pytest.mark.parametrize("well", [0, 30])
def test_a_host_that_fails_ten_times_in_a_row_is_given_a_rest(paper: Paper, answer: Any, well: int) -> None:
    paths = [story(number) for number in range(1, 81)]
    paper.serve("/rss/thoi-su", feed(*paths))
    publish(paper, *range(1, well + 1))
    for path in paths[well:]:
        paper.serve(path, answer)
    crawled = paper.crawl(retry_times=0, delay=0.01)
    assert crawled.report.status is not SourceStatus.OK
    assert len(set(paper.server.articles_hit())) <= well + 11  # one may be under way
    assert crawled.report.states["delayed"] >= 80 - well - 11
    assert all(crawled.due(path) for path in paths[well:])


def test_a_challenge_is_not_asked_a_second_time(paper: Paper) -> None:
    paper.one_article(response("<title>Just a moment...</title>", 503))
    assert paper.crawl().state(ONE) is UrlState.BLOCKED
    assert paper.server.paths().count(ONE) == 1


def test_a_number_given_to_another_article_is_fetched_again(paper: Paper) -> None:
    paper.one_article(article("Cán bộ xã nghe dân"))
    paper.crawl()
    other = "/hop-tac-xa-rau-sach-xuat-khau-101.html"
    paper.one_article(article("Hợp tác xã rau sạch"), other)
    assert paper.crawl().keeper.ledger["bao-thu:101"][0] is UrlState.CHANGED


def test_a_corrected_headline_is_the_same_article(paper: Paper) -> None:
    paper.one_article(article())
    paper.crawl()
    paper.serve("/rss/thoi-su", feed("/can-bo-cac-xa-nghe-dan-noi-101.html"))
    assert paper.crawl().report.states == {"known": 1}


def test_articles_that_are_all_sent_to_another_domain_have_moved(paper: Paper) -> None:
    paper.serve("/rss/thoi-su", feed(*MANY))
    for path in MANY:
        paper.serve(path, faults.redirect(f"https://bao-moi.example{path}", 301))
    crawled = paper.crawl()
    assert (crawled.report.status, crawled.report.moved_to) == (SourceStatus.MOVED, "https://bao-moi.example/")
    assert all(crawled.due(path) for path in MANY)


def test_articles_that_are_all_sent_to_no_address_are_told(paper: Paper) -> None:
    paper.serve("/rss/thoi-su", feed(*MANY))
    for path in MANY:
        paper.serve(path, faults.redirect("javascript:history.back()"))
    crawled = paper.crawl()
    assert crawled.report.status is SourceStatus.BROKEN
    assert "loại “javascript:” bị từ chối" in crawled.report.message
