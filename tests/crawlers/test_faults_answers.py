"""Faults of what a site answers (15-24 of the list in docs/crawling.md), made to happen by a real server on loopback."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import pickle
import ssl
from collections import Counter
from dataclasses import replace
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from protego import Protego

from crawlers.entries import Entry, EntryKind
from crawlers.extraction import extract
from crawlers.middlewares.robots import pause_asked, plain_rules
from crawlers.values import PageStatus, SourceStatus, UrlState
from crawlers.verdict import Evidence, judge
from crawlers.visits import Outcome, Visit
from tests.crawlers.certificates import certificate
from tests.crawlers.loopback_paper import ONE, TWO, Paper, article, failed_and_due, feed, listing
from tests.faultserver import FaultServer, faults, response


def test_fault15_whole_site_moved_to_another_domain(paper: Paper) -> None:
    with FaultServer() as elsewhere:
        for path in ("/rss/thoi-su", "/thoi-su"):
            paper.serve(path, faults.redirect(f"{elsewhere.origin}{path}", 301))
        paper.sections = ("/thoi-su",)
        crawled = paper.crawl(allow_hosts=("127.0.0.1",))
        assert elsewhere.hits == []
        assert crawled.report.moved_to == f"{elsewhere.origin}/"
    assert crawled.report.status is SourceStatus.MOVED


def test_fault15_article_sent_to_the_home_page(paper: Paper) -> None:
    path = paper.one_article(faults.redirect("/", 301))
    paper.serve("/", listing(TWO))
    crawled = paper.crawl()
    assert crawled.state(path) is UrlState.GONE
    assert crawled.keeper.pages == {}
    assert "/" not in paper.server.paths()


def test_fault15_a_section_sent_to_the_home_page_is_named(paper: Paper) -> None:
    paper.sections = ("/thoi-su",)
    paper.serve("/rss/thoi-su", feed(ONE))
    paper.serve(ONE, article())
    paper.serve("/thoi-su", faults.redirect("/", 301))
    crawled = paper.crawl()
    assert crawled.report.status is SourceStatus.BROKEN
    assert crawled.report.message == "Trang chuyên mục /thoi-su: Địa chỉ này nay dẫn về trang chủ"
    assert crawled.state(ONE) is UrlState.NEW


def test_fault15_article_sent_to_another_domain(paper: Paper) -> None:
    path = paper.one_article(faults.redirect("http://trang-khac.example/tin-moi-cua-xa-7.html", 301))
    crawled = paper.crawl()
    failed_and_due(crawled, path)


def test_fault16_not_modified_is_healthy(paper: Paper) -> None:
    def answer(request: Any) -> bytes:
        if request.headers.get("if-none-match") == '"v1"':
            return response("", 304, {"ETag": '"v1"'})
        return response(feed(ONE), headers={"ETag": '"v1"'})

    paper.serve("/rss/thoi-su", answer)
    paper.serve(ONE, article())
    paper.crawl()
    crawled = paper.crawl()
    assert crawled.report.status is SourceStatus.OK
    assert crawled.report.discovered == 0
    assert paper.server.paths().count(ONE) == 1


def test_fault17_an_etag_that_never_changes(paper: Paper) -> None:
    """The feed gains an article while its ETag stays: every sixth visit asks without it."""
    articles = [ONE]

    def answer(request: Any) -> bytes:
        if "if-none-match" in request.headers:
            return response("", 304, {"ETag": '"same"'})
        return response(feed(*articles), headers={"ETag": '"same"'})

    paper.serve("/rss/thoi-su", answer)
    paper.serve(ONE, article())
    paper.serve(TWO, article("Đường mới"))
    paper.crawl()
    articles.append(TWO)
    for _ in range(6):
        crawled = paper.crawl()
        if paper.server.paths().count(TWO):
            break
    assert crawled.state(TWO) is UrlState.NEW


def test_fault17_an_etag_that_always_changes(paper: Paper) -> None:
    numbers = iter(range(100))
    paper.serve("/rss/thoi-su", lambda _r: response(feed(ONE), headers={"ETag": f'"{next(numbers)}"'}))
    paper.serve(ONE, article())
    paper.crawl()
    crawled = paper.crawl()
    assert crawled.report.status is SourceStatus.OK
    assert crawled.report.discovered == 0  # the content's hash says that nothing changed


def busy_once(retry_after: str, status: int = 429) -> Any:
    answers = [response("busy", status, {"Retry-After": retry_after})]
    return lambda _request: answers.pop() if answers else response(article())


def test_fault18_short_retry_after_is_waited_out(paper: Paper) -> None:
    paper.one_article(busy_once("1"))
    crawled = paper.crawl()
    assert crawled.state(ONE) is UrlState.NEW
    assert 1 <= crawled.seconds < 15


def test_fault18_short_retry_after_as_a_date(paper: Paper) -> None:
    paper.one_article(busy_once(format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2), usegmt=True), 503))
    crawled = paper.crawl()
    assert crawled.state(ONE) is UrlState.NEW
    assert crawled.seconds < 15


@pytest.mark.parametrize("words", ["316800", "date"], ids=["seconds", "date"])
def test_fault18_absurd_retry_after_is_capped(paper: Paper, words: str) -> None:
    """88 hours were asked for: the run ends at once, everything is due again within a day."""
    now = dt.datetime.now(dt.UTC)
    asked = words if words != "date" else format_datetime(now + dt.timedelta(hours=88), usegmt=True)
    paths = [f"/tin-cua-xa-nha-{n}.html" for n in range(300, 330)]
    paper.serve("/rss/thoi-su", feed(*paths))
    for path in paths:
        paper.serve(path, response("busy", 429, {"Retry-After": asked}))
    crawled = paper.crawl()
    assert crawled.report.status is SourceStatus.WAITING
    assert crawled.report.states == {"delayed": 30}
    assert len(paper.server.articles_hit()) <= 8  # those under way; then the host is left alone
    assert crawled.report.retry_at is not None
    until = dt.datetime.fromisoformat(crawled.report.retry_at) - now
    assert dt.timedelta(hours=23) < until < dt.timedelta(hours=24, minutes=2)
    assert crawled.seconds < 15


def test_fault18_garbage_retry_after(paper: Paper) -> None:
    paper.one_article(busy_once("mai quay lại"))
    assert paper.crawl().state(ONE) is UrlState.NEW


CHALLENGE = "<html><head><title>Just a moment...</title></head><body><script>_cf_chl_opt={}</script></body></html>"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(response("no", 403), id="fault19_403"),
        pytest.param(response("no", 428), id="fault19_428"),
        pytest.param(response("no", 429), id="fault19_429"),
        pytest.param(response(CHALLENGE), id="fault19_challenge_with_200"),
        pytest.param(response(CHALLENGE, 503), id="fault19_challenge_with_503"),
        pytest.param(
            response('<html><script>document.cookie="D1N=9a1f"+"; path=/";location.reload()</script></html>'),
            id="fault19_cookie_script",
        ),
        pytest.param(response("", 202, {"x-amzn-waf-action": "challenge"}), id="aws_waf_202"),
        pytest.param(response("<title>Human Verification</title>", 405), id="captcha_405"),
        pytest.param(
            response('<meta http-equiv="refresh" content="0;/.well-known/sgcaptcha/?r=%2F">'), id="siteground_200"
        ),
        pytest.param(response("<title>Making sure you&#39;re not a bot!</title>"), id="anubis_200"),
    ],
)
def test_blocked(paper: Paper, answer: bytes) -> None:
    paths = [f"/tin-bi-chan-cua-bao-{n}.html" for n in range(400, 460)]
    paper.serve("/rss/thoi-su", feed(*paths))
    for path in paths:
        paper.serve(path, answer)
    crawled = paper.crawl(retry_times=1)
    assert crawled.report.status is SourceStatus.BLOCKED
    assert crawled.keeper.pages == {}
    assert crawled.report.states["blocked"] >= 3
    assert crawled.report.states["delayed"] >= 20  # the run stopped instead of knocking sixty times


def test_fault19_one_blocked_page_stops_nothing(paper: Paper) -> None:
    paper.serve("/rss/thoi-su", feed(ONE, TWO))
    paper.serve(ONE, response("no", 403))
    paper.serve(TWO, article())
    crawled = paper.crawl()
    assert (crawled.state(ONE), crawled.state(TWO)) == (UrlState.BLOCKED, UrlState.NEW)
    assert crawled.report.status is SourceStatus.OK
    assert "1 trang bị chặn" in crawled.report.message


def test_fault19_a_paper_that_lets_one_page_in_three_through_is_blocked() -> None:
    evidence = Evidence(
        [Visit(Entry(EntryKind.FEED, "/rss"), Outcome.READ)], articles_answered=2, blocked_words="Trang đòi mã"
    )
    found = judge(evidence, Counter({UrlState.NEW: 2, UrlState.BLOCKED: 4}), closed="finished", domain="bao.vn")
    assert (found.status, found.message) == (SourceStatus.BLOCKED, "bao.vn không cho chương trình đọc: Trang đòi mã")


def test_fault19_an_article_about_challenges_is_an_article(paper: Paper) -> None:
    paper.one_article(article("Mạng xã hội: “Just a moment” và trò lừa captcha"))
    assert paper.crawl().state(ONE) is UrlState.NEW


def test_fault20_soft_404(paper: Paper) -> None:
    paper.one_article("<html><head><title>Không tìm thấy trang</title></head><body><h1>404</h1>"
                      "<p>Trang bạn yêu cầu không tồn tại hoặc đã bị xóa.</p></body></html>")  # fmt: skip
    crawled = paper.crawl()
    [[page]] = crawled.keeper.pages.values()
    assert extract(page, paper.source()).status is not PageStatus.ARTICLE


@pytest.mark.parametrize("fault", ["expired", "wrong_host", "unknown_issuer"])
def test_fault21_certificates_are_verified(tmp_path: Path, fault: str) -> None:
    with FaultServer(tls=certificate(tmp_path, fault)) as server:
        paper = Paper(server, tmp_path)
        paper.one_article(article())
        crawled = paper.crawl()
        assert crawled.report.status is SourceStatus.UNREACHABLE
        assert "TLS" in crawled.report.message
        assert server.hits == []
        paper.source_fields["tls_exception"] = "unverified"
        assert paper.crawl().state(ONE) is UrlState.NEW


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_fault21_weak_protocol(tmp_path: Path) -> None:
    context = certificate(tmp_path, "unknown_issuer")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with FaultServer(tls=context) as server:
        paper = Paper(server, tmp_path)
        crawled = paper.crawl()
        assert server.hits == []
    assert crawled.report.status is SourceStatus.UNREACHABLE


def test_fault22_robots_disallows_all(paper: Paper) -> None:
    paper.serve("/robots.txt", "User-agent: *\nDisallow: /")
    paper.one_article(article())
    crawled = paper.crawl()
    assert crawled.report.status is SourceStatus.DISALLOWED
    assert paper.server.paths() == ["/robots.txt"]


def test_fault22_robots_names_us(paper: Paper) -> None:
    paper.serve("/robots.txt", "User-agent: danvan-monitor\nDisallow: /\n\nUser-agent: *\nAllow: /")
    assert paper.crawl().report.status is SourceStatus.DISALLOWED


def test_fault22_robots_disallows_a_part(paper: Paper) -> None:
    paper.serve("/robots.txt", f"User-agent: *\nDisallow: {ONE}")
    paper.serve("/rss/thoi-su", feed(ONE, TWO))
    paper.serve(TWO, article())
    crawled = paper.crawl()
    assert (crawled.state(ONE), crawled.state(TWO)) == (UrlState.DISALLOWED, UrlState.NEW)
    assert ONE not in paper.server.paths()


def test_fault22_robots_with_a_server_error_means_wait(paper: Paper) -> None:
    paper.serve("/robots.txt", response("", 500))
    paper.one_article(article())
    crawled = paper.crawl()
    assert crawled.report.status is SourceStatus.WAITING
    assert crawled.report.retry_at is not None
    assert set(paper.server.paths()) == {"/robots.txt"}


def test_fault22_robots_unreachable_means_nothing_is_fetched(paper: Paper) -> None:
    paper.serve("/robots.txt", faults.reset)
    paper.one_article(article())
    crawled = paper.crawl()
    assert crawled.report.status is SourceStatus.UNREACHABLE
    assert set(paper.server.paths()) == {"/robots.txt"}


def test_fault22_huge_robots(paper: Paper) -> None:
    paper.serve("/robots.txt", f"User-agent: *\nDisallow: {ONE}\n" + "# rác\n" * 300_000 + f"Disallow: {TWO}\n")
    paper.serve("/rss/thoi-su", feed(ONE, TWO))
    paper.serve(TWO, article())
    crawled = paper.crawl()
    assert (crawled.state(ONE), crawled.state(TWO)) == (UrlState.DISALLOWED, UrlState.NEW)


@pytest.mark.parametrize(
    "robots",
    [
        pytest.param(lambda rules: response(rules + b"# waste\n" * 1_200_000), id="nine_megabytes"),
        pytest.param(lambda rules: faults.endless(200_000_000, rules), id="without_end"),
        pytest.param(
            lambda rules: faults.encoded(gzip.compress(rules + b"# waste\n" * 5_000_000), "gzip"), id="a_bomb_of_40_MB"
        ),
        pytest.param(lambda rules: faults.encoded(gzip.compress(rules + os.urandom(2_000_000)), "gzip"), id="packed"),
    ],
)
def test_of_robots_without_measure_the_first_500_kb_are_obeyed(paper: Paper, robots: Any) -> None:
    paper.serve("/robots.txt", robots(f"User-agent: *\nDisallow: {ONE}\n".encode()))
    paper.serve("/rss/thoi-su", feed(ONE, TWO))
    paper.serve(TWO, article())
    crawled = paper.crawl()
    assert (crawled.state(ONE), crawled.state(TWO)) == (UrlState.DISALLOWED, UrlState.NEW)
    assert crawled.megabytes < 60


def robots_asked_at(paper: Paper, later: dt.timedelta) -> None:
    """Move the moment at which robots.txt was asked for."""
    keeper = pickle.loads((paper.folder / "keeper").read_bytes())
    url = paper.server.origin + "/robots.txt"
    keeper.feeds[url] = replace(keeper.feeds[url], visited_at=keeper.feeds[url].visited_at + later)
    (paper.folder / "keeper").write_bytes(pickle.dumps(keeper))


def test_robots_is_asked_once_a_day_and_then_whether_it_has_changed(paper: Paper) -> None:
    def robots(request: Any) -> bytes:
        if request.headers.get("if-none-match") == '"v1"':
            return response("", 304, {"ETag": '"v1"'})
        return response(f"User-agent: *\nDisallow: {ONE}", headers={"ETag": '"v1"'})

    paper.serve("/robots.txt", robots)
    paper.serve("/rss/thoi-su", feed(ONE, TWO))
    paper.serve(TWO, article())
    for _ in range(3):
        paper.crawl()
    assert paper.server.paths().count("/robots.txt") == 1
    robots_asked_at(paper, dt.timedelta(hours=-25))
    crawled = paper.crawl()
    asked = [hit for hit in paper.server.hits if hit.path == "/robots.txt"]
    assert [hit.headers.get("if-none-match") for hit in asked] == [None, '"v1"']
    assert crawled.keeper.urls[f"bao-thu:{101}"].state is UrlState.DISALLOWED
    assert ONE not in paper.server.paths()


def test_robots_asked_for_by_a_clock_that_was_ahead_is_asked_for_again(paper: Paper) -> None:
    paper.serve("/rss/thoi-su", feed(ONE))
    paper.one_article(article())
    paper.crawl()
    robots_asked_at(paper, dt.timedelta(days=700))
    paper.serve("/robots.txt", f"User-agent: *\nDisallow: {TWO}")
    paper.serve("/rss/thoi-su", feed(ONE, TWO))
    assert paper.crawl().state(TWO) is UrlState.DISALLOWED


@pytest.mark.parametrize("notice", ["<!doctype html><h1>Hệ thống đang bảo trì</h1>", "<title>Just a moment...</title>"])
def test_a_notice_in_place_of_robots_leaves_the_last_rules_in_force(paper: Paper, notice: str) -> None:
    paper.serve("/robots.txt", f"User-agent: *\nDisallow: {ONE}")
    paper.serve("/rss/thoi-su", feed(TWO))
    paper.serve(TWO, article())
    paper.crawl()
    robots_asked_at(paper, dt.timedelta(hours=-25))
    paper.serve("/robots.txt", notice)
    paper.serve("/rss/thoi-su", feed(ONE))
    assert paper.crawl().state(ONE) is UrlState.DISALLOWED
    paper.serve("/robots.txt", "User-agent: *\nDisallow:")  # asked for again at once, not a day later
    paper.crawl()
    assert paper.server.paths().count("/robots.txt") == 3


SHUT = "User-agent: *\nAllow: /\n\nUser-agent: {name}\nDisallow: /\n"


@pytest.mark.parametrize(
    "rules",
    [
        b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /\r\n",
        "User-agent: *\nDisallow: /\n".encode("utf-16"),
        "User-agent: *\nDisallow: /\n".encode("utf-16-le"),
        "User-agent: *\nDisallow: /\n".encode("utf-16-be"),
        SHUT.format(name="Danvan-Monitor").encode(),
        SHUT.format(name="danvan-monitor/1.0 (+https://bao.example)").encode(),
    ],
    ids=range(6),
)
def test_rules_are_obeyed_in_whatever_form_they_are_written(rules: bytes) -> None:
    assert not Protego.parse(plain_rules(rules)).can_fetch("https://bao.example/a", "danvan-monitor/2 (+https://x)")


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("Crawl-delay: 2.5", 2.5),
        ("crawl-delay : 1,5", 1.5),
        ("Crawl-Delay: 10s", 10),
        ("Crawl-delay: 10 giây # x", 10),
        ("Crawl-delay: một", None),
        ("Request-rate: 1/10", 10),
        ("Request-rate: 30/1m\nCrawl-delay: 1", 2),
        ("Crawl-delay: -1", None),
    ],
)
def test_pauses_that_robots_txt_asks_for(line: str, seconds: float | None) -> None:
    assert pause_asked(Protego.parse(plain_rules(f"User-agent: *\n{line}\n".encode())), "danvan-monitor/1") == seconds


BODY = article().encode()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            f"HTTP/1.1 200 OK\r\nContent-Length: {len(BODY)}\r\nthis is no header\r\nX-a: 1\r\n\r\n".encode() + BODY,
            id="fault23_malformed_header_line",
        ),
        pytest.param(response(BODY, headers={"Content-Type": ""}), id="fault23_empty_content_type"),
        pytest.param(response(BODY, headers={"Content-Type": "application/octet-stream"}), id="fault23_octet_stream"),
    ],
)
def test_fault23_odd_headers(paper: Paper, answer: bytes) -> None:
    paper.one_article(answer)
    crawled = paper.crawl()
    assert crawled.state(ONE) is UrlState.NEW
    [[page]] = crawled.keeper.pages.values()
    assert page.body == BODY


@pytest.mark.parametrize(
    ("magic", "name"), [(b"%PDF-1.7\n", "PDF"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"\xff\xd8\xff\xe0", "JPEG")]
)
def test_fault24_a_file_behind_html(paper: Paper, magic: bytes, name: str) -> None:
    path = paper.one_article(response(magic + bytes(range(256)) * 40))
    crawled = paper.crawl()
    state, reason = crawled.word(path)
    assert state is UrlState.NOT_ARTICLE
    assert name in reason
    assert crawled.keeper.pages == {}
