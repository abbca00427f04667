"""The project as Scrapy's users drive it: the real `scrapy` command on a loopback twin of Báo Thanh Hóa."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawlers.catalogue import load_catalogue
from tests.faultserver import FaultServer, Request, response

ROOT = Path(__file__).parents[2]
OLD, NEW, ODD = "/cu-hop-dan-101.htm", "/moi-hop-dan-102.htm", "/bai-khac-mau-103.htm"
WORDS = "Ủy ban nhân dân xã mời bà con đến nhà văn hóa thôn để nghe và góp ý về việc mở rộng đường liên thôn. " * 3

Scrapy = Callable[..., subprocess.CompletedProcess[str]]


def page(title: str, day: str, body: str = "pBody") -> bytes:
    head = f'<meta property="article:published_time" content="{day}T08:00:00+07:00">'
    text = f"<p>{WORDS}</p>" * 4
    inner = (
        f'<div id="dcontent" class="{body}">{text}</div>' if body == "pBody" else f'<div class="{body}">{text}</div>'
    )
    return response(f"<html><head>{head}</head><body><h1 class='pTitle'>{title}</h1>{inner}</body></html>")


def item(path: str, title: str, day: str) -> str:
    return f"<item><title>{title}</title><link>{path}</link><pubDate>{day} 08:00:00 +0700</pubDate></item>"


@pytest.fixture
def twin() -> Iterator[FaultServer]:
    with FaultServer() as server:
        items = item(NEW, "Xã mới họp dân", "Fri, 27 Nov 2026") + item(OLD, "Xã cũ họp dân", "Mon, 02 Nov 2026")
        feed = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{items}</channel></rss>'
        server.answers |= {
            "/rss/thoi-su.xml": response(feed),
            "/thoi-su": response(f'<html><body><a href="{NEW}">Xã mới họp dân</a></body></html>'),
            NEW: page("Xã mới họp dân", "2026-11-27"),
            OLD: page("Xã cũ họp dân", "2026-11-02"),
        }
        yield server


@pytest.fixture
def scrapy(twin: FaultServer, tmp_path: Path) -> Scrapy:
    """The command, with the twin standing in for the paper: its own file, its own family, another address."""
    folder = tmp_path / "sources"
    folder.mkdir()
    fields = {
        "id": "baothanhhoa",
        "name": "Báo Thanh Hóa",
        "home": f"{twin.origin}/",
        "province": "38",
        "family": "pbody",
        "feeds": ["/rss/thoi-su.xml"],
        "sections": [{"path": "/thoi-su", "label": "Thời sự"}],
        "url_examples": [twin.origin + NEW],
    }
    (folder / "baothanhhoa.yaml").write_text(json.dumps(fields), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DANVAN_")}
    setting = {
        "DANVAN_SOURCES_DIR": str(folder),
        "DANVAN_ALLOW_HOSTS": f"127.0.0.1:{twin.port}",
        "DANVAN_CRAWL_DELAY": "0",
        "DANVAN_DATABASE_URL": "sqlite:////khong-co/thu-muc/nay/danvan.sqlite3",  # no archive is opened at all
    }

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "scrapy", *words],
            check=False,
            cwd=ROOT,
            env=kept | setting,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_scrapy_list_names_the_papers_of_the_catalogue(scrapy: Scrapy) -> None:
    assert scrapy("list").stdout.split() == sorted(load_catalogue().sources)


def test_a_crawl_yields_the_articles_as_items(scrapy: Scrapy, twin: FaultServer, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    done = scrapy("crawl", "baothanhhoa", "-O", str(out))
    assert done.returncode == 0, done.stderr
    new, old = sorted(lines(out), key=lambda one: str(one["url"]), reverse=True)
    assert (new["title"], old["title"]) == ("Xã mới họp dân", "Xã cũ họp dân")
    assert (new["source"], new["province"], new["status"]) == ("baothanhhoa", "38", "article")
    assert new["url"] == twin.origin + NEW
    assert new["key"] == "baothanhhoa:102"
    assert new["via"] == twin.origin + "/rss/thoi-su.xml"
    assert new["published_at"] == "2026-11-27T08:00:00+07:00"
    assert str(new["text"]).count(WORDS.strip()) == 4
    assert str(new["fetched_at"]).endswith("+00:00")
    assert "'item_scraped_count': 2" in done.stderr, "Scrapy's stats"
    assert "'ledger/new': 2" in done.stderr
    assert twin.paths()[0] == "/robots.txt"


def test_since_leaves_out_what_the_feed_dates_before(scrapy: Scrapy, twin: FaultServer, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    done = scrapy("crawl", "baothanhhoa", "-a", "since=2026-11-20", "-O", str(out))
    assert done.returncode == 0, done.stderr
    assert out.read_text(encoding="utf-8").count("Xã mới họp dân") == 1
    assert OLD not in twin.paths()


def test_a_family_named_by_hand_reads_the_page(scrapy: Scrapy, twin: FaultServer, tmp_path: Path) -> None:
    """The paper has changed its system: its articles have addresses that only the other family knows."""
    other = "/bai-theo-mau-khac-post103.html"
    twin.answers |= {
        "/thoi-su": response(f'<a href="{other}">Bài khác</a>'),
        other: page("Bài khác", "2026-11-27", "x"),
    }
    out = tmp_path / "out.jsonl"
    done = scrapy("crawl", "baothanhhoa", "-a", "family=zce", "-O", str(out))
    assert [one["url"] for one in lines(out)] == [twin.origin + other], done.stderr


@pytest.mark.parametrize("wrong", ["since=hôm qua", "family=pbodi", "sicne=2026-11-20"])
def test_a_wrong_argument_says_so(scrapy: Scrapy, wrong: str) -> None:
    done = scrapy("crawl", "baothanhhoa", "-a", wrong)
    assert done.returncode == 1
    assert wrong.split("=")[wrong.startswith(("since", "family"))] in done.stderr


def test_an_unknown_paper_names_the_nearest(scrapy: Scrapy) -> None:
    assert "baothanhhoa" in scrapy("crawl", "baothanhoa").stderr


def test_parse_finds_the_paper_by_the_address(scrapy: Scrapy, twin: FaultServer) -> None:
    article = scrapy("parse", "--nocolour", twin.origin + NEW).stdout
    assert "'title': 'Xã mới họp dân'" in article
    section = scrapy("parse", "--nocolour", "--depth", "2", twin.origin + "/thoi-su").stdout
    assert "'title': 'Xã mới họp dân'" in section, "a section leads to its articles"


def test_contracts_are_checked(scrapy: Scrapy, twin: FaultServer) -> None:
    assert scrapy("check", "baothanhhoa").stderr.strip().endswith("OK")
    twin.answers[NEW] = response("<html><body></body></html>", 404)
    done = scrapy("check", "baothanhhoa")
    assert done.returncode == 1
    assert "không cho bài nào" in done.stderr


def test_a_pipeline_of_ones_own(scrapy: Scrapy, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    pipeline = {"tests.crawlers.test_scrapy_project.Shouting": 100}
    done = scrapy("crawl", "baothanhhoa", "-s", f"ITEM_PIPELINES={json.dumps(pipeline)}", "-O", str(out))
    assert {one["title"] for one in lines(out)} == {"XÃ MỚI HỌP DÂN", "XÃ CŨ HỌP DÂN"}, done.stderr


class Shouting:
    """A pipeline as anybody would write one."""

    def process_item(self, item: object) -> object:
        from itemadapter import ItemAdapter

        adapter = ItemAdapter(item)
        adapter["title"] = adapter["title"].upper()
        return item


def test_shell_and_fetch(scrapy: Scrapy, twin: FaultServer) -> None:
    assert "Xã mới họp dân" in scrapy("fetch", "--nolog", twin.origin + NEW).stdout
    words = scrapy("shell", "--nolog", "-c", "response.css('h1::text').get()", twin.origin + NEW).stdout
    assert "Xã mới họp dân" in words


def test_robots_and_the_address_guard_stand_before_every_command(scrapy: Scrapy, twin: FaultServer) -> None:
    def shut(_request: Request) -> bytes:
        return response("User-agent: *\nDisallow: /")

    twin.answers["/robots.txt"] = shut
    assert "Xã mới" not in scrapy("fetch", "--nolog", twin.origin + NEW).stdout
    with FaultServer() as other:  # a loopback port that nobody allowed
        other.answers["/x"] = response("nội bộ")
        assert "nội bộ" not in scrapy("fetch", "--nolog", f"{other.origin}/x").stdout
        assert other.hits == []
