"""The replica papers over loopback: what a crawler and a test can rely on."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest
import yaml

from crawlers.catalogue import load_catalogue
from danvan.demo.addresses import profiles
from danvan.demo.server import ReplicaSites
from tests.demo.conftest import ANCHOR, page_of
from tests.demo.truth import edit, expected, publish, publish_new, url_of

CLIENT = httpx.Client(timeout=10)


def get(url: str, **headers: str) -> httpx.Response:
    return CLIENT.get(url, headers=headers)


def items(url: str) -> list[dict[str, str]]:
    channel = ET.fromstring(get(url).content).find("channel")  # noqa: S314 (our own feed)
    assert channel is not None
    return [{part.tag: part.text or "" for part in item} for item in channel.findall("item")]


def test_all_sites_answer_on_ports_of_their_own(served: ReplicaSites) -> None:
    assert sorted(served.sites) == sorted(profile.id for profile in profiles())
    assert len(set(served.sites.values())) == 7
    for address in served.sites.values():
        assert get(address).status_code == 200
        assert get(address + "robots.txt").text.startswith("User-agent: *\nDisallow: /noi-bo/\n")
    assert len(served.requests) == 14


def test_a_conditional_request_is_answered_304(served: ReplicaSites) -> None:
    url = url_of(served, "qn-doi-thoai")
    first = get(url)
    assert get(url, **{"If-None-Match": first.headers["etag"]}).status_code == 304
    assert get(url, **{"If-Modified-Since": first.headers["last-modified"]}).status_code == 304
    assert get(url, **{"If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"}).status_code == 200
    assert (
        get(url, **{"If-None-Match": '"other"', "If-Modified-Since": first.headers["last-modified"]}).status_code == 200
    )
    assert get(url, **{"If-Modified-Since": "no date"}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/chinh-tri", "/rss/news/chinh-tri.rss"])
def test_listings_and_feeds_change_their_etag_with_their_content(served: ReplicaSites, path: str) -> None:
    url = served.sites["demo-quangninh"].rstrip("/") + path
    held = {"If-None-Match": get(url).headers["etag"]}
    assert get(url, **held).status_code == 304
    publish_new(served, "demo-quangninh", "Tin mới", "Một tin vừa đăng.", "Nội dung.", section="chinh-tri")
    assert get(url, **held).status_code == 200


def test_an_edited_article_is_another_page(served: ReplicaSites) -> None:
    url = url_of(served, "th-chi-thi-14")
    before = get(url)
    assert "trong 10 ngày làm việc" in before.text
    edit(served, "th-chi-thi-14", {"trong 10 ngày làm việc": "trong 7 ngày làm việc"})
    after = get(url, **{"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert "trong 7 ngày làm việc" in after.text
    assert parsedate_to_datetime(after.headers["last-modified"]) > parsedate_to_datetime(
        before.headers["last-modified"]
    )
    edit(served, "th-chi-thi-14", {"14-CT/TU": "15-CT/TU"})
    assert "15-CT/TU" in get(url).text


def test_a_withdrawn_article_is_gone(served: ReplicaSites) -> None:
    url = url_of(served, "dl-withdrawn")
    served.replicas["demo-daklak"].withdraw("dl-withdrawn")
    assert get(url).status_code == 404
    assert url not in get(served.sites["demo-daklak"]).text


def test_a_held_article_appears_when_published(served: ReplicaSites) -> None:
    url = url_of(served, "ct-held")
    assert get(url).status_code == 404
    publish(served, "ct-held")
    assert "23-CT/TU" in get(url).text
    assert page_of(served, "ct-held").alerts == {("23-CT/TU", "92")}


def test_an_own_article_can_be_published(served: ReplicaSites) -> None:
    at = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
    story = publish_new(served, "demo-laocai", "Tiêu đề riêng", "Đoạn dẫn.", "Một.\n\nHai.", section="chinh-tri", at=at)
    text = get(url_of(served, story.id)).text
    assert "2026-11-22T09:30:00+0700" in text
    assert "Hai." in text


def test_the_log_of_requests_names_site_and_path(served: ReplicaSites) -> None:
    get(served.sites["demo-cantho"] + "thoi-su/?p=2")
    assert served.requests == [("demo-cantho", "/thoi-su/?p=2")]


def test_listings_have_pages(served: ReplicaSites) -> None:
    base = served.sites["demo-daklak"]
    pages = [re.findall(r'<a class="title5" href="([^"]+)"', get(f"{base}thoi-su/?page={n}").text) for n in (1, 2)]
    everything = [
        re.findall(r'<a class="title5" href="([^"]+)"', get(f"{base}chinh-tri/?page={n}").text) for n in (1, 2, 3)
    ]
    assert pages[0]
    assert not set(pages[0]) & set(pages[1])
    assert all(len(page) <= 6 for page in everything)


@pytest.mark.parametrize(
    ("site", "path", "date"),
    [
        ("demo-thanhhoa", "rss/xay-dung-dang.xml", "Fri, 20 Nov 2026 08:15:00 +0700"),
        ("demo-quangninh", "rss/news/xay-dung-dang.rss", "2026-11-20 10:25:00"),
        ("demo-haiphong", "rss/chinh-tri/cai-cach-hanh-chinh", "Fri, 20 Nov 2026 07:55:00 GMT+7"),
        ("demo-cantho", "rss/subcate/xay-dung-dang/", "Fri, 20 Nov 2026 07:10:00 +0700"),
        ("demo-laocai", "rss/home.rss", "Sat, 21 Nov 2026 09:30:00 +0700"),
        ("demo-dienbien", "feed/", "Sat, 21 Nov 2026 07:00:00 +0700"),
    ],
)
def test_feeds_print_dates_as_their_family_does(served: ReplicaSites, site: str, path: str, date: str) -> None:
    newest = items(served.sites[site] + path)[0]
    assert newest["pubDate"] == date
    assert get(newest["link"]).status_code == 200


def test_a_wrong_feed_address_of_onecms_answers_200_with_nothing(served: ReplicaSites) -> None:
    assert get(served.sites["demo-haiphong"] + "rss/khong-co.rss").status_code == 200
    assert items(served.sites["demo-haiphong"] + "rss/khong-co.rss") == []


def test_the_sitemap_leads_to_every_story(served: ReplicaSites) -> None:
    base = served.sites["demo-dienbien"]
    index = re.findall("<loc>(.*?)</loc>", get(base + "sitemap_index.xml").text)
    texts = [gzip.decompress(get(url).content).decode() if url.endswith(".gz") else get(url).text for url in index]
    found = set(re.findall("<loc>(.*?)</loc>", "".join(texts)))
    assert found == {page.url for page in expected(served) if page.site == "demo-dienbien"}
    assert f"Sitemap: {base}sitemap_index.xml" in get(base + "robots.txt").text


def test_missing_pages_soft_and_hard(served: ReplicaSites) -> None:
    soft = get(url_of(served, "hp-soft-404"))
    assert soft.status_code == 200
    assert "Không tìm thấy trang" in soft.text
    assert get(served.sites["demo-haiphong"] + "khong-co-bai-nay-99.html").status_code == 404


def test_old_addresses_and_print_pages_answer(served: ReplicaSites) -> None:
    number = re.search(r"-(\d+)\.htm$", url_of(served, "th-so-ket-25"))
    assert number is not None
    base = served.sites["demo-thanhhoa"]
    slug = url_of(served, "th-so-ket-25").removeprefix(base).removesuffix(f"-{number[1]}.htm")
    assert get(f"{base}thoi-su/{slug}/{number[1]}.htm").status_code == 200
    assert "dân vận" in get(f"{served.sites['demo-quangninh']}chinh-tri").text
    printed = re.search(r'data-url="(/print/news/\d+)"', get(url_of(served, "qn-ctr-24")).text)
    assert printed is not None
    assert get(served.sites["demo-quangninh"].rstrip("/") + printed[1]).status_code == 200


def test_the_catalogue_accepts_every_source_file(served: ReplicaSites, tmp_path: Path) -> None:
    written = served.write_sources(tmp_path / "sources")
    catalogue = load_catalogue(tmp_path / "sources")
    assert [str(problem) for problem in catalogue.problems] == []
    assert len(written) == 7
    for name, address in served.sites.items():
        source = catalogue.sources[name]
        assert source.home == address
        assert source.province == served.replicas[name].profile.province
        for feed in source.feeds:
            assert items(feed.url), feed.url
        for section in source.sections:
            assert get(source.url(section.path)).status_code == 200
    assert yaml.safe_load(written[0].read_text())["name"].endswith("(bản mô phỏng)")


def test_only_some_replicas_on_given_ports() -> None:
    with ReplicaSites(ANCHOR, only=["demo-laocai"]) as sites:
        port = int(sites.sites["demo-laocai"].rstrip("/").rsplit(":", 1)[1])
    with ReplicaSites(ANCHOR, only=["demo-laocai"], port_base=port) as again:
        assert again.sites == {"demo-laocai": f"http://127.0.0.1:{port}/"}
        assert get(again.sites["demo-laocai"]).status_code == 200


def test_with_a_morning_clock_nothing_is_from_the_future() -> None:
    morning = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    sites = ReplicaSites(ANCHOR, lambda: morning)
    sites.close()
    assert max(story.published_at for replica in sites.replicas.values() for story in replica.stories) < morning
