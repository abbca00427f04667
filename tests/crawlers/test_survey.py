"""`danvan sources check --all` in one run over papers that the catalogue describes wrongly, each in its own way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from crawlers.bundle import apply, forget
from crawlers.catalogue import load_catalogue
from crawlers.findings import ANSWERS, UNREACHED, ArticleSeen, Finding
from crawlers.keys import is_article_url
from crawlers.source import Source
from tests.crawlers.loopback_paper import feed, listing
from tests.faultserver import FaultServer, response

TEXT = "Ủy ban nhân dân xã mời bà con đến nhà văn hóa thôn để nghe và góp ý về việc mở rộng đường liên thôn. "
DATED = '<meta property="article:published_time" content="2026-11-27T08:00:00+07:00">'
ALTERNATE = '<link rel="alternate" type="application/rss+xml" href="{}">'

Danvan = Callable[..., dict[str, Any]]


def story(number: int, ending: str = ".html") -> str:
    return f"/ba-con-ban-viec-thon-{number}{ending}"


def home(*links: str, head: str = "") -> bytes:
    anchors = "".join(f'<a href="{link}">{link.strip("/").replace("-", " ")}</a>' for link in links)
    return response(f"<html><head><title>Báo Thử</title>{head}</head><body>{anchors}</body></html>")


def page(number: int, body: str) -> bytes:
    text = "".join(f"<p>{TEXT * 2}Việc số {n}.</p>" for n in range(4))
    title = f"Bà con bàn việc thôn số {number}"
    return response(
        f"<html><head><title>{title}</title>{DATED}</head><body>{body.format(title=title, text=text)}</body></html>"
    )


ONECMS = (
    '<article class="entry"><h1 class="article__title">{title}</h1><div class="article__body">{text}</div></article>'
)
PLAIN = '<div class="x1"><h1>{title}</h1><div class="x2">{text}</div></div>'
MEDIATECH = '<div class="content-article"><h1 class="name">{title}</h1><div id="content-detail">{text}</div></div>'


def healthy(server: FaultServer) -> dict[str, Any]:
    stories = [story(n) for n in range(101, 107)]
    server.answers |= {"/": home("/thoi-su", *stories), "/rss/moi.rss": response(feed(*stories))}
    server.answers |= {"/thoi-su": response(listing(*stories))}
    server.answers |= {story(n): page(n, ONECMS) for n in range(101, 107)}
    return {"family": "onecms", "feeds": ["/rss/moi.rss"], "sections": ["/thoi-su"]}


def wrong_feed(server: FaultServer) -> dict[str, Any]:
    fields = healthy(server)
    server.answers["/"] = home("/thoi-su", *map(story, range(101, 107)), head=ALTERNATE.format("/rss/moi.rss"))
    return fields | {"feeds": ["/rss/cu.rss"]}


def moved_section(server: FaultServer) -> dict[str, Any]:
    fields = healthy(server)
    server.answers["/xay-dung-dang"] = server.answers.pop("/thoi-su")
    server.answers["/"] = home("/xay-dung-dang", *map(story, range(101, 107)))
    return fields


def changed_template(server: FaultServer) -> dict[str, Any]:
    fields = healthy(server)
    server.answers |= {story(n): page(n, MEDIATECH) for n in range(101, 107)}
    server.answers["/"] = home("/thoi-su", "/rss.html", *map(story, range(101, 107)))
    server.answers["/rss.html"] = home("/rss/moi.rss")
    return fields | {
        "feeds": ["/rss/cu.rss"],
        "selectors": {"body": "#khung-cu-khong-con"},
        "family": "pbody",
        "article": r"-(?P<id>\d+)\.html$",
    }


def of_no_family(server: FaultServer) -> dict[str, Any]:
    stories = [story(n, "/") for n in range(20_101, 20_107)]
    server.answers |= {"/": home("/chinh-tri", *stories), "/chinh-tri": response(listing(*stories))}
    server.answers |= {story(n, "/"): page(n, PLAIN) for n in range(20_101, 20_107)}
    return {"family": "version1", "sections": ["/chinh-tri"]}


def shut(server: FaultServer) -> dict[str, Any]:
    server.answers["/robots.txt"] = response("User-agent: *\nDisallow: /")
    return {"family": "onecms", "feeds": ["/rss/moi.rss"]}


def dead(server: FaultServer) -> dict[str, Any]:
    return {"family": "onecms", "feeds": ["/rss/moi.rss"], "home": "http://khong-co.invalid/"}


def trembling(server: FaultServer) -> dict[str, Any]:
    """A server that fails today may be well tomorrow: no reason to switch a paper off."""
    server.answers["/robots.txt"] = response("", 503)
    return {"family": "onecms", "feeds": ["/rss/moi.rss"]}


PAPERS = (healthy, wrong_feed, moved_section, changed_template, of_no_family, shut, dead, trembling)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Danvan, dict[str, FaultServer]]]:
    folder = tmp_path / "sources"
    folder.mkdir()
    servers: dict[str, FaultServer] = {}
    with ExitStack() as stack:
        for paper in PAPERS:
            server = stack.enter_context(FaultServer())
            name = paper.__name__.replace("_", "-")
            servers[name] = server
            fields = {"id": name, "name": f"Báo {name}", "home": f"{server.origin}/"} | paper(server)
            (folder / f"{name}.yaml").write_text(yaml.safe_dump(fields, allow_unicode=True), encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DANVAN_")}
        environment = kept | {
            "DANVAN_HOME": str(tmp_path),
            "DANVAN_ALLOW_HOSTS": "127.0.0.1",
            "DANVAN_CRAWL_DELAY": "0",
            "DANVAN_SOURCES_AT_ONCE": "2",
            "COLUMNS": "100",
        }
        program = Path(sys.executable).parent / "danvan"

        def run(*words: str, code: int = 0) -> dict[str, Any]:
            done = subprocess.run(
                [str(program), *words],
                env=environment,
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            assert done.returncode == code, done.stderr + done.stdout
            return {"json": json.loads(done.stdout) if "--json" in words else {}, "table": done.stdout}

        yield run, servers


NAMES = [paper.__name__.replace("_", "-") for paper in PAPERS]


def test_one_run_over_papers_that_are_not_as_described(
    office: tuple[Danvan, dict[str, FaultServer]], tmp_path: Path
) -> None:
    danvan, servers = office
    said = danvan("sources", "check", *NAMES, "--apply", "--json", code=1)["json"]
    found = {one["id"]: one for one in said["sources"]}
    assert {name: one["verdict"] for name, one in found.items()} == {
        "healthy": "good",
        "wrong-feed": "corrected",
        "moved-section": "corrected",
        "changed-template": "corrected",
        "of-no-family": "corrected",
        "shut": "off",
        "dead": "off",
        "trembling": "person",
    }
    assert found["healthy"]["asked"]["home.html"] == f"{servers['healthy'].origin}/"
    assert [(a["title"], a["day"], a["flags"]) for a in found["healthy"]["articles"]] == [
        (f"Bà con bàn việc thôn số {n}", "2026-11-27", []) for n in (101, 102)
    ]
    assert servers["shut"].paths() == ["/robots.txt"], "nothing more is asked of a paper that shuts us out"
    assert all(servers[name].paths().count("/robots.txt") == 1 for name in NAMES if name not in {"dead", "trembling"})

    catalogue = load_catalogue(tmp_path / "sources")
    feeds = [(urlpath(feed.url), feed.status) for feed in catalogue.get("wrong-feed").feeds]
    assert feeds == [("/rss/moi.rss", "verified"), ("/rss/cu.rss", "dead")]
    assert [section.path for section in catalogue.get("moved-section").sections] == ["/xay-dung-dang"]
    assert catalogue.get("changed-template").family == "mediatech"
    assert [urlpath(feed.url) for feed in catalogue.get("changed-template").feeds][:1] == ["/rss/moi.rss"], (
        "listed on a page"
    )
    assert is_article_url(servers["of-no-family"].origin + story(20_101, "/"), catalogue.get("of-no-family"))
    assert not catalogue.get("shut").enabled
    assert "robots.txt" in (catalogue.get("shut").reason or "")
    assert not catalogue.get("dead").enabled
    assert str(catalogue.get("healthy").probed) == found["healthy"]["day"]
    assert catalogue.problems == ()

    with zipfile.ZipFile(said["bundle"]) as packed:
        names = set(packed.namelist())
    assert {"healthy/home.html", "healthy/article-1.html", "healthy/article-1.yaml", "dead/finding.json"} <= names
    assert {"shut/robots.txt", "healthy/source.yaml"} <= names
    assert found["healthy"]["answers"]["article-1.html"].startswith("200 text/html")

    for server in servers.values():
        server.hits.clear()
    again = danvan("sources", "check", *NAMES, "--apply", code=1)["table"]
    assert all(not server.hits for server in servers.values()), "what was looked at is not asked again"
    assert "Bà con bàn việc thôn số 101" in again
    for words in ("sửa được", "nên tắt", "tốt", "--again", "4 báo sửa được", "27/11/2026"):
        assert words in again

    second = danvan("sources", "check", *NAMES[:5], "--again", "--json", code=0)["json"]
    assert {one["verdict"] for one in second["sources"]} == {"good"}, "with the corrections every paper is read"


GOOD = ArticleSeen("u", "article", "Tên", "2026-11-27", "", 900, (), "onecms")


@pytest.mark.parametrize(
    ("articles", "doubt"),
    [
        ([GOOD, GOOD], ""),
        ([GOOD], ""),
        ([replace(GOOD, status="máy chủ trả lời lỗi 404", title=None), GOOD, GOOD], ""),
        ([replace(GOOD, day=None), GOOD], "selectors.date"),
        ([replace(GOOD, status="needs_browser", title=None)], "trình duyệt"),
        ([replace(GOOD, status="empty", title="Tên")], "selectors.body"),
        ([], "không tìm được bài nào"),
    ],
)
def test_what_a_person_should_look_at_is_said(articles: list[ArticleSeen], doubt: str) -> None:
    finding = Finding("a", "2026-11-28", reached=ANSWERS, articles=articles)
    assert doubt in finding.doubt
    assert finding.verdict == ("person" if doubt else "good")


def urlpath(url: str) -> str:
    return urlsplit(url).path


def test_where_nothing_can_be_reached_nobody_is_switched_off(tmp_path: Path) -> None:
    """The line of the office is down: that is no word on sixty papers."""
    source = Source(id="a", name="a", home="http://a.vn/")
    assert apply([Finding("a", "2026-11-28", switch_off=UNREACHED)], [source], tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_where_most_names_are_not_found_nobody_is_switched_off_for_that(tmp_path: Path) -> None:
    papers = [Source(id=f"a{n}", name="a", home=f"http://a{n}.vn/") for n in range(9)]
    lost = [Finding(paper.id, "2026-11-28", switch_off=f"{UNREACHED} hôm nay") for paper in papers[:5]]
    shut = Finding("a7", "2026-11-28", switch_off="robots.txt không cho chương trình thu thập")
    found = [*lost, shut, *(Finding(f"a{n}", "2026-11-28", reached=ANSWERS, articles=[GOOD]) for n in (5, 6, 8))]
    assert [path.stem for path in apply(found, papers, tmp_path) if "enabled" in path.read_text()] == ["a7"]
    assert len([path for path in apply(found[1:], papers, tmp_path) if "enabled" in path.read_text()]) == 5


def test_asking_some_papers_again_keeps_what_is_known_of_the_others(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    forget(tmp_path, ["a", "c"])
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
