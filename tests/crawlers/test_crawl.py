"""Whole crawls of a small paper on loopback: twice over, killed in the middle, edited and withdrawn articles."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import signal
import time
from itertools import pairwise

import pytest

from crawlers.values import SourceStatus
from tests.crawlers.loopback_paper import TEXT, Paper, article, feed, listing, look_again_at_once, publish, story
from tests.crawlers.memory_keeper import MemoryKeeper
from tests.faultserver import FaultServer, Request, response


def test_a_whole_crawl_adds_up(paper: Paper) -> None:
    paper.sections = ("/thoi-su",)
    paper.serve("/robots.txt", f"User-agent: *\nDisallow: {story(5)}")
    publish(paper, 1, 2, 3)
    paper.serve("/rss/thoi-su", feed(story(1), story(2), story(4), story(5), "/video/tin-hinh-9.html"))
    paper.serve("/thoi-su", listing(story(2), story(3), "/an-sinh-ptag.html"))
    crawled = paper.crawl()
    assert crawled.report.status is SourceStatus.OK
    assert crawled.report.states == {"disallowed": 1, "gone": 1, "new": 3}
    assert crawled.report.discovered == 5
    assert crawled.report.skipped == {
        "video, ảnh, podcast hoặc tệp": 1,
        "trang thẻ": 1,
        "không phải địa chỉ bài": 1,  # the link to the home page
    }
    assert crawled.report.message == "3 trang mới"
    # robots.txt, feed, listing, its second page is not there to ask for, and four articles
    assert crawled.report.requests == len(paper.server.hits) == 7


def test_a_page_is_kept_exactly_as_sent_with_what_the_feed_said(paper: Paper) -> None:
    raw = "<html><head><meta charset='windows-1252'></head><body>Đường xã</body></html>".encode()
    paper.serve("/rss/thoi-su", feed(story(1), title="Đường &amp;amp; cầu"))
    paper.serve(story(1), response(raw, headers={"Content-Type": "text/html", "ETag": '"7"', "X-Odd": "1"}))
    crawled = paper.crawl()
    [[page]] = crawled.keeper.pages.values()
    assert page.body == raw
    assert page.headers["etag"] == '"7"'
    assert page.hint == {"title": "Đường & cầu"}
    assert page.fetched_at.tzinfo is not None
    assert page.key == "bao-thu:" + page.key.split(":", 1)[1]
    assert (page.status, page.url, page.final_url) == (200, paper.server.origin + story(1), page.url)


def test_the_second_crawl_asks_only_for_what_is_new(paper: Paper) -> None:
    publish(paper, 1, 2, 3)
    paper.serve("/rss/thoi-su", feed(story(1), story(2)))
    paper.crawl()
    paper.serve("/rss/thoi-su", feed(story(3), story(1), story(2)))
    crawled = paper.crawl()
    assert crawled.report.states == {"known": 2, "new": 1}
    assert sorted(paper.server.articles_hit()) == [story(1), story(2), story(3)]


def test_paging_goes_on_while_everything_is_new(paper: Paper) -> None:
    paper.feeds, paper.sections = (), ("/thoi-su",)
    paper.source_fields["paging"] = "?trang={page}"
    publish(paper, *range(1, 13))
    for number in range(1, 5):
        links = [story(n) for n in range(3 * number - 2, 3 * number + 1)]
        paper.serve("/thoi-su" if number == 1 else f"/thoi-su?trang={number}", listing(*links))
    first = paper.crawl(page_limit=3)
    assert first.report.states == {"new": 9}
    paper.server.hits.clear()
    paper.serve("/thoi-su", listing(story(20), story(1), story(2)))
    publish(paper, 20)
    second = paper.crawl(page_limit=3)
    assert second.report.states == {"known": 2, "new": 1}
    assert "/thoi-su?trang=2" not in paper.server.paths()


def dated(day: str) -> str:
    return (
        f'<html><head><meta property="article:published_time" content="{day}T08:00:00+07:00"></head>'
        f"<body><h1>Tin ngày {day}</h1><article class='entry'>{TEXT}</article></body></html>"
    )


def test_backfill_walks_until_the_articles_are_too_old(paper: Paper) -> None:
    paper.sections = ("/thoi-su",)
    paper.source_fields["paging"] = "?trang={page}"
    days = ["2026-05-03", "2026-04-02", "2026-03-01", "2026-02-01", "2026-01-01"]
    for number, day in enumerate(days, start=1):
        paper.serve(story(number), dated(day))
        paper.serve("/thoi-su" if number == 1 else f"/thoi-su?trang={number}", listing(story(number)))
    crawled = paper.crawl(backfill=True, since=dt.date(2026, 3, 15))
    assert crawled.report.states == {"new": 3}  # the page that is wholly too old ends the walk
    assert "/thoi-su?trang=4" not in paper.server.paths()
    assert "/rss/thoi-su" not in paper.server.paths()


def test_sigterm_in_the_middle_and_the_next_run_goes_on(paper: Paper) -> None:
    numbers = range(1, 31)
    paper.serve("/rss/thoi-su", feed(*map(story, numbers)))
    for number in numbers:
        paper.serve(story(number), slow(number))
    process, outcome = paper.start(delay=0.05)
    wait_for(lambda: len(paper.server.articles_hit()) >= 5)
    assert process.pid
    os.kill(process.pid, signal.SIGTERM)
    process.join(10)
    stopped = paper.result(outcome)
    kept, left = stopped.report.states["new"], stopped.report.states["delayed"]
    assert kept >= 4
    assert left > 0
    assert kept + left == 30
    assert "dừng" in stopped.report.message

    paper.server.hits.clear()
    resumed = paper.crawl()
    assert resumed.report.states == {"new": left}
    assert len(resumed.keeper.pages) == 30
    assert len(paper.server.articles_hit()) == left  # none is fetched twice


def test_fault54_kill_9_loses_nothing_and_fetches_nothing_twice(paper: Paper) -> None:
    numbers = range(1, 31)
    paper.serve("/rss/thoi-su", feed(*map(story, numbers)))
    for number in numbers:
        paper.serve(story(number), slow(number))
    process, _ = paper.start(delay=0.05)
    wait_for(lambda: len(paper.server.articles_hit()) >= 6)
    process.kill()
    process.join(10)
    held = pickle.loads((paper.folder / "keeper").read_bytes())
    assert len(held.urls) == 30  # discovered before anything was fetched
    assert 1 <= len(held.pages) < 30

    paper.server.hits.clear()
    resumed = paper.crawl()
    assert len(resumed.keeper.pages) == 30
    assert len(paper.server.articles_hit()) == 30 - len(held.pages)


def test_fault59_an_archive_that_cannot_store_ends_the_run(paper: Paper) -> None:
    """It is not the paper's fault, and not one to carry on with: the caller hears of it, the rest stays due."""
    keeper = MemoryKeeper(full_after=3)
    (paper.folder / "keeper").write_bytes(pickle.dumps(keeper))
    numbers = range(1, 151)
    publish(paper, *numbers)
    paper.serve("/rss/thoi-su", feed(*map(story, numbers)))
    process, outcome = paper.start()
    process.join(20)
    assert process.exitcode == 1
    assert not outcome.exists()
    assert len(paper.server.articles_hit()) < 150
    held = pickle.loads((paper.folder / "keeper").read_bytes())
    assert len(held.pages) == 3
    held.full_after = None
    (paper.folder / "keeper").write_bytes(pickle.dumps(held))
    assert len(paper.crawl().keeper.pages) == 150


def test_the_newest_come_first(paper: Paper) -> None:
    numbers = range(1, 30)
    publish(paper, *numbers)
    paper.serve("/rss/thoi-su", feed(*map(story, numbers)))
    paper.crawl(delay=0.001)
    assert paper.server.articles_hit() == [story(n) for n in numbers]


def slow(number: int) -> object:
    def answer(_request: Request) -> bytes:
        time.sleep(0.01)
        return response(article(f"Tin số {number}"))

    return answer


def wait_for(condition: object) -> None:
    limit = time.monotonic() + 15
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < limit, "it never happened"
        time.sleep(0.02)


def test_one_request_at_a_time_and_a_pause_between(paper: Paper) -> None:
    moments: list[float] = []

    def answer(_request: Request) -> bytes:
        moments.append(time.monotonic())
        return response(article())

    paper.serve("/robots.txt", "User-agent: *\nCrawl-delay: 0.4")
    paper.serve("/rss/thoi-su", feed(*map(story, range(4))))
    for number in range(4):
        paper.serve(story(number), answer)
    paper.crawl(delay=0.1)
    gaps = [after - before for before, after in pairwise(moments)]
    assert min(gaps) >= 0.35


def test_no_cookie_no_referer_no_meta_refresh(paper: Paper) -> None:
    home = '<html><head><meta http-equiv="refresh" content="0;url=/dat-bay.html"></head><body>Trang</body></html>'
    paper.serve("/rss/thoi-su", response(feed(story(1)), headers={"Set-Cookie": "a=1"}))
    paper.serve(story(1), response(home, headers={"Set-Cookie": "b=2"}))
    look_again_at_once(paper)
    paper.crawl()
    paper.crawl()
    assert all("cookie" not in hit.headers and "referer" not in hit.headers for hit in paper.server.hits)
    assert "/dat-bay.html" not in paper.server.paths()


def test_the_agent_names_itself_and_its_contact(paper: Paper) -> None:
    paper.crawl(contact="mailto:toasoan@example.org")
    agents = {hit.headers["user-agent"] for hit in paper.server.hits}
    assert len(agents) == 1
    assert agents.pop().endswith("(+mailto:toasoan@example.org)")


def test_a_source_with_nothing_to_read_says_so(paper: Paper) -> None:
    paper.feeds = ()
    crawled = paper.crawl()
    assert crawled.report.status is SourceStatus.BROKEN
    assert "chưa có" in crawled.report.message


@pytest.mark.soak
def test_three_hundred_pages_are_all_kept(paper: Paper) -> None:
    paper.serve("/rss/thoi-su", feed(*map(story, range(300))))
    publish(paper, *range(300))
    crawled = paper.crawl()
    assert crawled.report.states == {"new": 300}


def test_a_second_server_is_never_asked(paper: Paper) -> None:
    with FaultServer() as other:
        paper.serve("/rss/thoi-su", feed(f"{other.origin}{story(1)}"))
        paper.crawl(allow_hosts=("127.0.0.1",))
        assert other.hits == []
