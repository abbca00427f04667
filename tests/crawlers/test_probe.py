"""Looking at a site by hand: one page, a check of a source, the draft of a new one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from crawlers.catalogue import family_named, load_catalogue
from crawlers.draft import propose_source
from crawlers.fixtures import TITLE, pair_of
from crawlers.probe import check_source, fetch_page
from crawlers.proposal import article_form, feed_addresses, id_of, province_of, read_home, sections
from crawlers.source import Section
from foundation.errors import FetchError, UsageError
from tests.crawlers.loopback_paper import Paper, article, feed, listing, open_paper
from tests.faultserver import faults, response

STORY = "/can-bo-xa-nghe-dan-101.html"


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Paper]:
    with open_paper(tmp_path, sections=("/thoi-su",)) as paper:
        yield paper


def dated(title: str) -> str:
    head = '<meta property="article:published_time" content="2026-11-20T08:00:00+07:00">'
    return article(title).replace("<head>", f"<head>{head}")


def test_one_page(paper: Paper) -> None:
    url = paper.serve(STORY, article("Nghe dân"))
    page = fetch_page(url, paper.source(), paper.options())
    assert page.body.decode() == article("Nghe dân")
    assert page.key == "bao-thu:101"
    assert paper.server.paths() == ["/robots.txt", STORY]


@pytest.mark.parametrize("shut", ["robots", "private", "reset"])
def test_a_page_that_cannot_be_had_says_why(paper: Paper, shut: str) -> None:
    url = paper.serve(STORY, faults.reset if shut == "reset" else article())
    if shut == "robots":
        paper.serve("/robots.txt", "User-agent: *\nDisallow: /")
    allowed = () if shut == "private" else paper.options().allow_hosts
    words = {"robots": "robots.txt", "private": "mạng nội bộ", "reset": "Mất kết nối"}[shut]
    with pytest.raises(FetchError, match=words):
        fetch_page(url, None, paper.options(allow_hosts=allowed))


def test_what_is_no_web_address(paper: Paper) -> None:
    for words in ("file:///etc/passwd", "baothu", "http://", "http://[", "https://bao.vn:99999/"):
        with pytest.raises(UsageError, match="không phải địa chỉ web"):
            fetch_page(words, None, paper.options())


def test_a_healthy_source(paper: Paper) -> None:
    paper.serve("/rss/thoi-su", feed(STORY))
    paper.serve("/thoi-su", listing(STORY))
    paper.serve(STORY, dated("Nghe dân"))
    report = check_source(paper.source(), paper.options())
    assert [(step.name, step.ok) for step in report.steps] == [
        ("robots.txt", True),
        ("RSS", True),
        ("Chuyên mục", True),
        ("Bài", True),
    ]
    assert report.ok
    assert "20/11/2026" in report.steps[-1].sentence
    assert report.form()["steps"][1] == {"name": "RSS", "ok": True, "sentence": "/rss/thoi-su: 1 bài"}
    assert len(paper.server.hits) == 4


def test_a_source_that_changed(paper: Paper) -> None:
    paper.serve("/rss/thoi-su", "<html><body>Trang mới</body></html>")
    paper.serve("/thoi-su", response("", 403))
    report = check_source(paper.source(), paper.options())
    assert [step.ok for step in report.steps] == [True, False, False, False]
    assert "trang web thay vì RSS" in report.steps[1].sentence
    assert "403" in report.steps[2].sentence


def test_a_source_that_shuts_us_out_is_not_probed_further(paper: Paper) -> None:
    paper.serve("/robots.txt", "User-agent: *\nDisallow: /")
    report = check_source(paper.source(), paper.options())
    assert not report.ok
    assert [step.sentence for step in report.steps] == ["cấm thu toàn bộ trang"]
    assert paper.server.paths() == ["/robots.txt"]


def home(*links: str) -> str:
    anchors = "".join(f'<a href="{link}">{link.strip("/").replace("-", " ").capitalize()}</a>' for link in links)
    head = '<meta property="og:site_name" content="Báo Thanh Hóa"><link rel="alternate" type="application/rss+xml" href="/rss/moi.rss">'
    return f"<!DOCTYPE html><html><head>{head}</head><body>{anchors}</body></html>"


STORIES = tuple(f"/mot-tin-moi-cua-xa-post{n}.html" for n in range(100, 110))


def test_a_draft_of_a_new_source_can_be_loaded(paper: Paper, tmp_path: Path) -> None:
    paper.serve("/", home("/xay-dung-dang", "/chinh-tri", "/the-thao", *STORIES))
    paper.serve("/rss/moi.rss", feed(STORIES[0]))
    made = propose_source(paper.server.origin, paper.options())
    draft = yaml.safe_load(made.yaml)
    assert draft["name"] == "Báo Thanh Hóa"
    assert draft["province"] == "38"
    assert draft["family"] == "zce"
    assert [section["path"] for section in draft["sections"]] == ["/xay-dung-dang", "/chinh-tri"]
    assert [entry["url"] for entry in draft["feeds"]] == [paper.server.origin + "/rss/moi.rss"]
    assert any("zce" in finding for finding in made.findings)
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / f"{made.id}.yaml").write_text(made.yaml, encoding="utf-8")
    loaded = load_catalogue(folder)
    assert made.id in loaded.sources, loaded.problems


def test_no_draft_of_a_site_that_shuts_us_out(paper: Paper) -> None:
    paper.serve("/robots.txt", "User-agent: *\nDisallow: /")
    with pytest.raises(FetchError, match=r"robots\.txt"):
        propose_source(paper.server.origin, paper.options())


def test_feeds_are_tried_by_the_familys_habit_first() -> None:
    page = read_home(home("/thoi-su"), "https://b.vn/")
    tried = feed_addresses(page, "mediatech", "https://b.vn/", sections(page.links))
    assert tried[:3] == ["https://b.vn/rss/news/thoi-su.rss", "https://b.vn/rss/moi.rss", "https://b.vn/rss"]
    assert feed_addresses(page, None, "https://b.vn/", ())[0] == "https://b.vn/rss/moi.rss"


@pytest.mark.parametrize(
    ("url", "source_id"),
    [
        ("https://baothanhhoa.vn/", "baothanhhoa"),
        ("https://www.baocantho.com.vn/", "baocantho"),
        ("https://baoninhbinh.org.vn", "baoninhbinh"),
        ("https://nghean.dcs.vn/", "nghean-dcs"),
        ("http://127.0.0.1:8123/", "127-0-0-1"),
    ],
)
def test_ids(url: str, source_id: str) -> None:
    assert id_of(url) == source_id


def test_provinces_by_name_and_by_address() -> None:
    assert province_of("baothu", "Báo Cần Thơ điện tử") == "92"
    assert province_of("baothanhhoa", "Trang chủ") == "38"
    assert province_of("baothu", "Báo Thử") is None


def test_the_form_of_articles_is_the_most_exact_that_fits() -> None:
    assert article_form(f"https://b.vn/mot-tin-{n}.htm" for n in range(9)) == r"-(?P<id>\d+)\.html?$"
    assert article_form(f"https://b.vn/mot-tin-a{n}.html" for n in range(9)) == r"-a(?P<id>\d+)\.html$"
    form = article_form(f"https://b.vn/2026/11/27/mot-tin-thu-{'abcdefghi'[n]}/" for n in range(9))
    assert form is not None, "WordPress"
    assert form.startswith("^/(?:19|20)")
    assert article_form(["https://b.vn/lien-he"]) is None


def test_sections_worth_watching_come_first() -> None:
    page = read_home(
        home("/kinh-te", "/thoi-su", "/chinh-tri/xay-dung-dang", "/thoi-su?p=2", "/muc/dan-van/"), "https://b.vn/"
    )
    assert sections(page.links) == (
        Section(path="/muc/dan-van/", label="Muc/dan van"),
        Section(path="/chinh-tri/xay-dung-dang", label="Chinh tri/xay dung dang"),
        Section(path="/thoi-su", label="Thoi su"),
    )


def test_an_id_can_be_chosen(paper: Paper) -> None:
    paper.serve("/", home("/chinh-tri", *STORIES))
    made = propose_source(paper.server.origin, paper.options(), load_catalogue(), "bao-xa-mau")
    assert made.id == yaml.safe_load(made.yaml)["id"] == "bao-xa-mau"
    for wrong in ("Báo Xã", "baothanhhoa"):
        with pytest.raises(UsageError, match=wrong):
            propose_source(paper.server.origin, paper.options(), load_catalogue(), wrong)


REAL = "Một câu chuyện của riêng tờ báo này kể về con đê dài hơn ba cây số chạy dọc bờ sông quê hương của tác giả."


def test_a_pair_holds_the_shape_of_a_page_and_none_of_its_sentences(paper: Paper, tmp_path: Path) -> None:
    words = f'<div id="dcontent"><p class="pBody">(Báo Thử) - {REAL}</p><p>{REAL} Lại thêm.</p><p>Thứ sáu, 27/11/2026 08:30</p></div>'
    page = dated("Con đê dài bên sông quê").replace("</h1>", f"</h1><!-- {REAL} -->{words}")
    url = paper.serve("/tin-101.htm", page)
    source = paper.source().of_family(family_named("pbody")).model_copy(update={"signatures": ("(Báo Thử) -",)})
    pair = pair_of(fetch_page(url, source, paper.options()), source)
    made, told = pair.page.decode(), yaml.safe_load(pair.expected)
    assert "con đê" not in (made + pair.expected).lower()
    assert '<div id="dcontent"><p class="pBody">(Báo Thử) - ' in made
    assert "Thứ sáu, 27/11/2026 08:30" in made
    assert told["expect"]["title"] == TITLE
    assert told["expect"]["published_at"] == "2026-11-20T08:00:00+07:00"
    assert told["expect"]["text"].count("\n\n") >= 1
    assert "unfinished" in told
    written = pair.write(tmp_path)
    assert written.parent.name == "pbody"
    with pytest.raises(UsageError, match="Đã có"):
        pair.write(tmp_path)
