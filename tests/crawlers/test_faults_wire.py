"""Faults on the wire (1-14 of the list in docs/crawling.md): a real server on loopback makes each of them happen."""

from __future__ import annotations

import gzip
import socket
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest

from crawlers.values import SourceStatus, UrlState
from tests.crawlers.loopback_paper import ONE, TWO, Paper, article, failed_and_due, feed
from tests.faultserver import FaultServer, faults, response


def test_fault01_connection_refused(paper: Paper) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    paper.source_fields["home"] = f"http://127.0.0.1:{port}/"
    crawled = paper.crawl(allow_hosts=("127.0.0.1",))
    assert crawled.report.status is SourceStatus.UNREACHABLE
    assert "từ chối kết nối" in crawled.report.message
    assert crawled.report.requests == 2  # robots.txt and one retry: bounded


def test_fault01_reset_in_the_middle(paper: Paper) -> None:
    paper.one_article(faults.reset)
    crawled = paper.crawl()
    failed_and_due(crawled)
    # First try and two retries; Twisted itself asks once more when a connection it used before is found dead.
    assert paper.server.paths().count(ONE) in {3, 4}


def test_fault02_dns_is_told_apart(paper: Paper) -> None:
    paper.source_fields["home"] = "http://bao-khong-co.invalid/"
    crawled = paper.crawl()
    assert crawled.report.status is SourceStatus.DNS
    assert "tên miền" in crawled.report.message


def test_fault03_accepts_and_never_answers(paper: Paper) -> None:
    paper.one_article(faults.never_answer)
    crawled = paper.crawl(request_time_limit=1)
    failed_and_due(crawled)
    assert crawled.seconds < 8  # far below the 30 s and the retries of a usual client
    assert paper.server.paths().count(ONE) == 1  # the time of the address is used up: no second try


def test_fault03_robots_never_answers(paper: Paper) -> None:
    paper.serve("/robots.txt", faults.never_answer)
    crawled = paper.crawl(request_time_limit=1)
    assert crawled.report.status is SourceStatus.UNREACHABLE
    assert paper.server.paths() == ["/robots.txt"]
    assert crawled.seconds < 8  # far below the 30 s and the retries of a usual client


def test_fault04_a_byte_a_second(paper: Paper) -> None:
    paper.serve("/rss/thoi-su", feed(ONE, TWO))
    paper.serve(ONE, faults.drip)
    paper.serve(TWO, article())
    crawled = paper.crawl(request_time_limit=2)
    assert crawled.state(ONE) is UrlState.FAILED
    assert crawled.state(TWO) is UrlState.NEW
    assert crawled.seconds < 8


def test_fault04_the_sources_own_limit_holds(paper: Paper) -> None:
    paths = [f"/tin-cham-cua-xa-{n}.html" for n in range(200, 240)]
    paper.serve("/rss/thoi-su", feed(*paths))
    for path in paths:
        paper.serve(path, faults.drip)
    crawled = paper.crawl(request_time_limit=1, time_limit=1.5)
    assert crawled.report.status is SourceStatus.TIMED_OUT
    assert crawled.report.states["delayed"] >= 20
    assert crawled.seconds < 10


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(faults.closing(faults.shorter_than_said(article())), id="fault05_shorter_than_content_length"),
        pytest.param(faults.closing(faults.chunks_cut(article())), id="fault06_chunks_cut"),
        pytest.param(faults.gzip_cut(article()), id="fault07_gzip_cut"),
        pytest.param(faults.gzip_without_trailer(article()), id="fault07_gzip_without_trailer"),
        pytest.param(faults.encoded(brotli.compress(article().encode())[:-20], "br"), id="fault07_brotli_cut"),
        pytest.param(faults.encoded(faults.zstd_packed(article().encode())[:-9], "zstd"), id="fault07_zstd_cut"),
    ],
)
def test_truncated_is_never_stored_as_whole(paper: Paper, answer: Any) -> None:
    paper.one_article(answer)
    crawled = paper.crawl()
    failed_and_due(crawled)
    assert "cắt" in crawled.word(ONE)[1]
    assert paper.server.paths().count(ONE) == 3


def test_fault07_a_whole_stream_after_a_cut_one_is_stored(paper: Paper) -> None:
    answers = iter([faults.gzip_cut(article()), faults.encoded(gzip.compress(article().encode()), "gzip")])
    paper.one_article(lambda _request: next(answers))
    crawled = paper.crawl()
    assert crawled.state(ONE) is UrlState.NEW
    [[page]] = crawled.keeper.pages.values()
    assert page.body.decode() == article()


@pytest.mark.parametrize("packed", [gzip.compress, brotli.compress, faults.zstd_packed])
def test_fault05_a_whole_packed_page_under_the_length_of_its_text_is_read(paper: Paper, packed: Any) -> None:
    body = packed(article().encode())
    name = {gzip.compress: "gzip", brotli.compress: "br"}.get(packed, "zstd")
    said = {"Content-Encoding": name, "Content-Length": str(len(article().encode())), "Connection": "close"}
    paper.one_article(faults.closing(response(body, headers=said)))
    assert paper.crawl().state(ONE) is UrlState.NEW


def test_fault05_a_packed_page_without_its_end_is_cut(paper: Paper) -> None:
    body = gzip.compress(article().encode()[:-20])
    said = {"Content-Encoding": "gzip", "Content-Length": str(len(article().encode())), "Connection": "close"}
    paper.one_article(faults.closing(response(body, headers=said)))
    failed_and_due(paper.crawl())


def test_fault08_header_says_gzip_body_is_plain(paper: Paper) -> None:
    paper.one_article(faults.encoded(article().encode(), "gzip"))
    crawled = paper.crawl()
    assert crawled.state(ONE) is UrlState.NEW
    [[page]] = crawled.keeper.pages.values()
    assert page.body.decode() == article()


BOMB = 400_000_000


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [
        pytest.param("gzip", lambda: faults.zeros_gzipped(BOMB), id="fault09_gzip_bomb"),
        pytest.param("br", lambda: brotli.compress(bytes(BOMB // 4), quality=4), id="fault09_brotli_bomb"),
        pytest.param("zstd", lambda: faults.zstd_packed(bytes(BOMB // 4)), id="fault09_zstd_bomb"),
    ],
)
def test_bomb(paper: Paper, encoding: str, bomb: Any) -> None:
    paper.serve("/rss/thoi-su", feed(ONE, TWO))
    paper.serve(ONE, faults.encoded(bomb(), encoding))
    paper.serve(TWO, article())
    crawled = paper.crawl()
    assert crawled.state(ONE) is UrlState.REFUSED
    assert crawled.state(TWO) is UrlState.NEW
    assert crawled.report.status is SourceStatus.TOO_LARGE
    assert crawled.megabytes < 60


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(response(b"<p>x</p>" * 7_500_000), id="fault10_with_length"),
        pytest.param(faults.endless(60_000_000), id="fault10_without_length"),
    ],
)
def test_sixty_megabytes(paper: Paper, answer: Any) -> None:
    paper.serve("/rss/thoi-su", feed(ONE, TWO))
    paper.serve(ONE, answer)
    paper.serve(TWO, article())
    crawled = paper.crawl()
    assert crawled.state(ONE) is UrlState.REFUSED
    assert crawled.state(TWO) is UrlState.NEW
    assert crawled.report.status is SourceStatus.TOO_LARGE
    assert "lớn hơn" in crawled.report.message
    assert crawled.megabytes < 60


def test_fault11_fifty_thousand_nested_divs(paper: Paper) -> None:
    paper.sections = ("/thoi-su",)
    deep = "<html><body>" + "<div>" * 50_000 + f'<a href="{TWO}">Tin</a>'
    paper.one_article(deep)
    paper.serve("/thoi-su", deep)
    paper.serve(TWO, article())
    crawled = paper.crawl()
    assert crawled.state(ONE) is UrlState.NEW
    assert crawled.seconds < 15


def test_fault12_redirect_loop(paper: Paper) -> None:
    path = paper.one_article(faults.redirect(ONE))
    crawled = paper.crawl()
    failed_and_due(crawled)
    assert paper.server.paths().count(path) == 1
    assert "về chính nó" in crawled.word(path)[1]


@pytest.mark.parametrize(
    "back",
    [
        pytest.param(response("", 302, {"Location": ONE + "#x", "Set-Cookie": "gate=1; path=/"}), id="to_itself"),
        pytest.param(faults.redirect("/gate-2.html"), id="over_a_gate"),
        pytest.param(faults.redirect("?"), id="by_an_empty_query"),
    ],
)
def test_a_gate_that_wants_a_cookie_is_known_as_soon_as_it_leads_back(paper: Paper, back: bytes) -> None:
    paper.one_article(back)
    paper.serve("/gate-2.html", response("", 302, {"Location": ONE, "Set-Cookie": "gate=1"}))
    paper.serve("/rss/thoi-su", feed(ONE, TWO))
    paper.serve(TWO, article())
    crawled = paper.crawl()
    state, reason = crawled.word(ONE)
    assert state is UrlState.FAILED
    assert "chính nó" in reason or "đã qua" in reason
    assert paper.server.paths().count(ONE) <= 2
    assert crawled.state(TWO) is UrlState.NEW


@pytest.mark.parametrize("target", ["http://[", "//[x", "http://bao.vn]/x", "https://", "http://a b/"])
def test_a_redirect_to_no_address_is_refused(paper: Paper, target: str) -> None:
    paper.one_article(faults.redirect(target))
    state, reason = paper.crawl().word(ONE)
    assert state in {UrlState.REFUSED, UrlState.FAILED}
    assert "Chuyển hướng" in reason


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        pytest.param(response(article(), 203), UrlState.NEW, id="203"),
        pytest.param(response(article(), 206, {"Content-Range": "bytes 0-999999/*"}), UrlState.NEW, id="206_whole"),
        pytest.param(response(article(), 206, {"Content-Range": "bytes 0-9/900000"}), UrlState.FAILED, id="206_part"),
        pytest.param(faults.encoded(article().encode(), "aws-chunked"), UrlState.NEW, id="no_encoding"),
        pytest.param(
            faults.encoded(gzip.compress(article().encode()), ", ".join(["gzip"] * 300)),
            UrlState.REFUSED,
            id="300_layers",
        ),
    ],
)
def test_answers_of_every_kind_beside_a_plain_one(paper: Paper, answer: bytes, state: UrlState) -> None:
    paper.one_article(answer)
    paper.serve("/rss/thoi-su", feed(ONE, TWO))
    paper.serve(TWO, article())
    crawled = paper.crawl()
    assert (crawled.state(ONE), crawled.state(TWO)) == (state, UrlState.NEW)
    assert crawled.due(ONE) is (state is UrlState.FAILED)


def test_fault12_ever_new_addresses(paper: Paper) -> None:
    paper.one_article(faults.redirect("/vong-1-mot-hai-ba-1001.html"))
    for n in range(1, 40):
        paper.serve(
            f"/vong-{n}-mot-hai-ba-{1000 + n}.html", faults.redirect(f"/vong-{n + 1}-mot-hai-ba-{1001 + n}.html")
        )
    failed_and_due(paper.crawl())
    assert len(paper.server.articles_hit()) == 11


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/html,<p>x</p>", "javascript:alert(1)", "http://["]
)
def test_fault13_redirect_to_other_schemes(paper: Paper, target: str) -> None:
    path = paper.one_article(faults.redirect(target))
    crawled = paper.crawl()
    assert crawled.state(path) in {UrlState.REFUSED, UrlState.FAILED}
    assert crawled.keeper.pages == {}


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
    ],
)
def test_fault14_no_spelling_of_loopback_is_reached(paper: Paper, host: str) -> None:
    paper.source_fields["home"] = f"http://{host}:{paper.server.port}/"
    crawled = paper.crawl(allow_hosts=())
    assert paper.server.hits == []
    assert crawled.report.status in {SourceStatus.UNREACHABLE, SourceStatus.BROKEN}
    assert "mạng nội bộ" in crawled.report.message


@pytest.mark.parametrize("host", ["10.0.0.1", "192.168.1.1", "169.254.169.254", "[fd00::1]", "100.64.0.1"])
def test_fault14_private_networks(paper: Paper, host: str) -> None:
    paper.source_fields["home"] = f"http://{host}/"
    crawled = paper.crawl(request_time_limit=2)
    assert "mạng nội bộ" in crawled.report.message


def test_fault14_redirect_hop_into_the_private_network(paper: Paper) -> None:
    with FaultServer() as inside:
        inside.answers["/bi-mat-noi-bo-cua-co-quan-5.html"] = response(article())
        # The catalogue knows the other address as the paper's own: only the guard at connect time stands in the way.
        paper.source_fields["past_domains"] = (f"localhost:{inside.port}",)
        path = paper.one_article(faults.redirect(f"http://localhost:{inside.port}/bi-mat-noi-bo-cua-co-quan-5.html"))
        crawled = paper.crawl()
        assert inside.hits == []
    assert crawled.state(path) is UrlState.REFUSED
    assert crawled.keeper.pages == {}


def test_fault14_feed_link_into_the_private_network(paper: Paper) -> None:
    with FaultServer() as inside:
        paper.serve("/rss/thoi-su", feed(f"{inside.origin}/bi-mat-noi-bo-cua-co-quan-5.html", ONE))
        paper.serve(ONE, article())
        crawled = paper.crawl()
        assert inside.hits == []
    assert crawled.report.discovered == 1
    assert crawled.report.skipped == {"ngoài trang của báo": 1}
